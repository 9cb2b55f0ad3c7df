"""API keys: routes that ask for one, and the usage plans that they count for.

A client shows its key once, in the handshake. Messages to routes that ask for a key count for the one that the connection was made with.

Source: API Gateway Developer Guide, "API key selection expressions".
"""

import msgspec

from portico.doors.connections import Client
from portico.doors.usage import UsagePlans, UsageRefused, Use
from portico.services.apigatewayv2.sockets.exchange import Exchange

_FROM_AUTHORIZER = "$context.authorizer.usageIdentifierKey"
_HEADER = "x-api-key"


class Keys:
    """Counts the use of keys."""

    def __init__(self, usage: UsagePlans) -> None:
        self._usage = usage

    async def required(self, exchange: Exchange, client: Client, selection: str, usage_key: str) -> Client:
        """The client of a handshake, with its key.

        Raises:
            UsageRefused: it has none, or may not connect by it now.
        """
        shown = next((value for name, value in exchange.headers if name.lower() == _HEADER), "")
        value = usage_key if selection == _FROM_AUTHORIZER else shown
        key_id = await self._counted(exchange, value)
        return msgspec.structs.replace(
            client, identity={**client.identity, "apiKey": value, "apiKeyId": key_id}
        )

    async def count(self, exchange: Exchange) -> None:
        """Count a message, if its route asks for a key.

        Raises:
            UsageRefused: the connection was made without one, or its plan allows no more.
        """
        if exchange.plan.route.api_key_required:
            await self._counted(exchange, exchange.client.identity.get("apiKey") or "")

    async def _counted(self, exchange: Exchange, value: str) -> str:
        if not value:
            raise UsageRefused(403, "Forbidden")
        served, route = exchange.client.served, exchange.route_key
        use = Use(served.account, served.region, served.api, served.stage, value, route, "*", exchange.at)
        return await self._usage.admit(use)
