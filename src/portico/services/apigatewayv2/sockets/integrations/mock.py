"""`MOCK`: an answer without a backend.

Source: API Gateway Developer Guide, "Mock integrations" for WebSocket APIs.
"""

from portico.services.apigatewayv2.records import Integration
from portico.services.apigatewayv2.sockets.exchange import Exchange
from portico.services.apigatewayv2.sockets.integrations.port import Answered


class Mock:
    """Answers with 200."""

    async def answer(self, exchange: Exchange, integration: Integration) -> Answered:
        """See `IntegrationKind`."""
        return Answered(200)
