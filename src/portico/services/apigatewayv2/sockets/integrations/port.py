"""What an integration is to the door."""

from typing import Protocol

import msgspec

from portico.services.apigatewayv2.records import Integration
from portico.services.apigatewayv2.sockets.exchange import Exchange
from portico.wire.http import Headers

INTERNAL = "Internal server error"
TIMED_OUT = "Endpoint request timed out"


class Answered(msgspec.Struct, frozen=True, gc=False):
    """What an integration has answered: `status` as the client (of a handshake) is told, `body` what goes back to it, if the route answers.
    `subprotocol` is what the client shall speak."""

    status: int
    body: bytes = b""
    subprotocol: str = ""


class IntegrationFailed(Exception):
    """There is no answer: `status` is what a handshake gets, `message` what the client is told, and `why` is for the log."""

    def __init__(self, status: int, why: str, message: str = INTERNAL) -> None:
        super().__init__(why)
        self.status = status
        self.why = why
        self.message = message


class IntegrationKind(Protocol):
    """One kind of integration."""

    async def answer(self, exchange: Exchange, integration: Integration) -> Answered:
        """What the integration answers to what has happened.

        Raises:
            IntegrationFailed: it has none.
        """


def sent_headers(exchange: Exchange) -> Headers:
    """What API Gateway says of itself to integrations."""
    api = exchange.client.served.api
    return (("User-Agent", f"AmazonAPIGateway_{api}"), ("x-amzn-apigateway-api-id", api))


def is_function(uri: str) -> bool:
    """Whether an integration's address is a function's."""
    return ":lambda:path/" in uri
