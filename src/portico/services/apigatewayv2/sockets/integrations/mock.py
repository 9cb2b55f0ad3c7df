"""`MOCK`: an answer without a backend. The request template may say with which status (`{"statusCode": 200}`).

Source: API Gateway Developer Guide, "Mock integrations" for WebSocket APIs.
"""

import msgspec

from portico.services.apigatewayv2.records import Integration
from portico.services.apigatewayv2.sockets.exchange import Exchange
from portico.services.apigatewayv2.sockets.integrations.port import Answered
from portico.services.apigatewayv2.sockets.integrations.shaping import Backend, incoming, outgoing


class Mock:
    """Answers with what is mapped, of nothing."""

    async def answer(self, exchange: Exchange, integration: Integration) -> Answered:
        """See `IntegrationKind`."""
        status = _status(await outgoing(exchange, integration)) if integration.request_templates else 200
        return await incoming(exchange, integration, Backend(status))


def _status(body: bytes) -> int:
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return 200
    status = given.get("statusCode") if isinstance(given, dict) else None
    return status if isinstance(status, int) and 100 <= status <= 599 else 200
