"""One thing that happens on a connection (it begins, a message comes, it ends), with all that events, templates and logs tell of it.

Source: API Gateway Developer Guide, "WebSocket API mapping template reference", "Integration requests for WebSocket APIs"; events seen.
"""

from typing import Any, Literal

import msgspec

from portico.doors.connections import Client
from portico.doors.execution_log import Lines
from portico.doors.payload1 import both
from portico.doors.payload2 import clf
from portico.services.apigatewayv2.records import Stage
from portico.services.apigatewayv2.sockets.plans import Plan
from portico.wire.http import Headers

Kind = Literal["CONNECT", "MESSAGE", "DISCONNECT"]
_HANDSHAKE = frozenset(("connection", "content-length", "upgrade"))


class Exchange(msgspec.Struct, frozen=True, gc=False):
    """`at` is when (`now` clock, seconds); `body` the message; `headers` and `query` those of the handshake, for CONNECT only; `code` and
    `reason` why it ended. `log` takes the lines of the execution log, if there is one."""

    kind: Kind
    client: Client
    stage: Stage
    plan: Plan
    request_id: str
    at: float
    message_id: str = ""
    body: str = ""
    headers: Headers = ()
    query: Headers = ()
    code: int = 0
    reason: str = ""
    log: Lines | None = None

    @property
    def route_key(self) -> str:
        """The route's key."""
        return self.plan.route.route_key

    @property
    def arn(self) -> str:
        """The route's ARN."""
        return self.client.served.arn(self.route_key)


def context(exchange: Exchange) -> dict[str, Any]:
    """`requestContext`, which is also `$context`."""
    client, served = exchange.client, exchange.client.served
    made: dict[str, Any] = {"routeKey": exchange.route_key}
    if exchange.kind == "DISCONNECT":
        made["disconnectStatusCode"] = exchange.code
    if exchange.message_id:
        made["messageId"] = exchange.message_id
    if client.authorizer is not None:
        made["authorizer"] = client.authorizer
    made |= {
        "eventType": exchange.kind,
        "extendedRequestId": exchange.request_id,
        "requestTime": clf(exchange.at),
        "messageDirection": "IN",
    }
    if exchange.kind == "DISCONNECT":
        made["disconnectReason"] = exchange.reason
    made |= {
        "stage": served.stage,
        "connectedAt": int(client.connected_at * 1000),
        "requestTimeEpoch": int(exchange.at * 1000),
        "identity": client.identity,
        "requestId": exchange.request_id,
        "domainName": client.domain,
        "connectionId": client.id,
        "apiId": served.api,
    }
    return made


def event(exchange: Exchange) -> dict[str, Any]:
    """The event of a Lambda proxy integration."""
    made: dict[str, Any] = {}
    if exchange.kind == "CONNECT":
        shown = tuple(pair for pair in exchange.headers if pair[0].lower() not in _HANDSHAKE)
        made["headers"], made["multiValueHeaders"] = both(shown)
        if exchange.query:
            made["queryStringParameters"], made["multiValueQueryStringParameters"] = both(exchange.query)
    elif exchange.kind == "DISCONNECT":
        host = exchange.client.domain.partition("/")[0]
        made["headers"] = {"Host": host, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}
        made["multiValueHeaders"] = {name: [value] for name, value in made["headers"].items()}
    if exchange.stage.stage_variables:
        made["stageVariables"] = exchange.stage.stage_variables
    made["requestContext"] = context(exchange)
    if exchange.kind == "MESSAGE":
        made["body"] = exchange.body
    made["isBase64Encoded"] = False
    return made


def authorizer_event(exchange: Exchange) -> dict[str, Any]:
    """The event of a Lambda authorizer."""
    headers, many_headers = both(exchange.headers)
    query, many_query = both(exchange.query)
    return {
        "type": "REQUEST",
        "methodArn": exchange.arn,
        "headers": headers,
        "multiValueHeaders": many_headers,
        "queryStringParameters": query,
        "multiValueQueryStringParameters": many_query,
        "stageVariables": exchange.stage.stage_variables,
        "requestContext": context(exchange),
    }


def trouble(message: str, client: Client, request_id: str) -> dict[str, str]:
    """What a client is told of trouble."""
    return {"message": message, "connectionId": client.id, "requestId": request_id}
