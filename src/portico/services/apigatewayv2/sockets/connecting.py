"""How a connection begins: the handshake is judged, counted, authorised and put to the `$connect` route; then it is answered.

Source: API Gateway Developer Guide, "Manage connected users and client apps: $connect and $disconnect routes".
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from portico.base.ids import request_id as new_request_id
from portico.doors.connections import Client, Served, new_id, passing_id
from portico.doors.payload1 import received
from portico.doors.phases import Refused
from portico.doors.port import Arrival
from portico.doors.usage import UsageRefused
from portico.services.apigatewayv2.sockets.authorizing import Allowed, Authorizing, NotAllowed
from portico.services.apigatewayv2.sockets.exchange import Exchange, trouble
from portico.services.apigatewayv2.sockets.handshake import NoHandshake, answer, check
from portico.services.apigatewayv2.sockets.integrations.port import Answered, IntegrationFailed
from portico.services.apigatewayv2.sockets.keys import Keys
from portico.services.apigatewayv2.sockets.life import FORBIDDEN, TOO_MANY, Life
from portico.services.apigatewayv2.sockets.notes import CLIENT_ERRORS, Notes
from portico.services.apigatewayv2.sockets.outcome import Integrations
from portico.services.apigatewayv2.sockets.plans import CONNECT, UNROUTED, Plan, Serving, Stages
from portico.services.apigatewayv2.sockets.throttles import Throttles
from portico.wire.errors import AwsError
from portico.wire.http import Headers, Reply, Successor, UpgradeReply

_ERROR_TYPES = {
    400: "BadRequestException",
    401: "UnauthorizedException",
    403: "ForbiddenException",
    429: "TooManyRequestsException",
}


class Connecting:
    """Answers handshakes. `port` is the server's own."""

    def __init__(
        self,
        stages: Stages,
        throttles: Throttles,
        authorizing: Authorizing,
        keys: Keys,
        integrations: Integrations,
        notes: Notes,
        life: Life,
        port: str,
    ) -> None:
        self._stages = stages
        self._throttles = throttles
        self._authorizing = authorizing
        self._keys = keys
        self._integrations = integrations
        self._notes = notes
        self._life = life
        self._port = port

    async def __call__(self, arrival: Arrival, served: Served) -> Reply | UpgradeReply:
        """The answer to a handshake with a stage (which need not exist)."""
        client = _client(arrival, served, self._port)
        request_id = passing_id()
        try:
            check(arrival.head)
            serving = self._stages.find(served)
            if serving is None:
                self._notes.count(served, arrival.at, CLIENT_ERRORS)
                raise NotAllowed(403, FORBIDDEN)
            plan = serving.plans.routes.get(CONNECT, UNROUTED)
            exchange = _exchange(arrival, serving, plan, client, request_id)
            return await self._asked(arrival, exchange, serving.plans.key_selection)
        except NoHandshake as no:
            return _reply(no.status, no.message, client, request_id, no.headers)
        except (NotAllowed, UsageRefused) as refused:
            return _reply(refused.status, refused.message, client, request_id)
        except AwsError as error:
            typed = (("x-amzn-ErrorType", error.code),)
            return _reply(error.status, error.message or FORBIDDEN, client, request_id, typed)
        except IntegrationFailed as failed:
            return _reply(failed.status, failed.message, client, request_id)

    async def _asked(self, arrival: Arrival, exchange: Exchange, key_selection: str) -> Reply | UpgradeReply:
        """The answer of the `$connect` route, or of nobody.

        Raises:
            NotAllowed, UsageRefused, AwsError, IntegrationFailed: there will be no connection.
        """
        exchange = self._notes.executions.begun(exchange)
        try:
            client = await self._let_in(arrival, exchange, key_selection)
        except (NotAllowed, UsageRefused, AwsError) as no:
            if isinstance(no, NotAllowed) and no.known is not None:
                exchange = msgspec.structs.replace(exchange, client=_known(exchange.client, no.known))
            self._notes.refused(exchange, no.status, no.message or FORBIDDEN, _where(no))
            raise
        if exchange.plan is UNROUTED:
            return self._accepted(arrival, client, "")
        exchange = msgspec.structs.replace(exchange, client=client)
        answered = await self._integrations.answer(exchange)
        if 200 <= answered.status < 300:
            return self._accepted(arrival, client, answered.subprotocol)
        return _refusal(answered, exchange)

    async def _let_in(self, arrival: Arrival, exchange: Exchange, key_selection: str) -> Client:
        """The client, with what is known of it once it is let in.

        Raises:
            NotAllowed, UsageRefused, AwsError: it is not.
        """
        if not self._throttles.connection(exchange.client.served, exchange.stage):
            raise NotAllowed(429, TOO_MANY, refused="before")
        allowed = await self._authorizing.allow(arrival, exchange)
        client = _known(exchange.client, allowed)
        if exchange.plan.route.api_key_required:
            return await self._keys.required(exchange, client, key_selection, allowed.usage_key)
        return client

    def _accepted(self, arrival: Arrival, client: Client, subprotocol: str) -> UpgradeReply:
        life = self._life

        def begin(transport: Any, gone: Callable[[Successor], None]) -> Successor:
            return life.begin(client, transport, gone)

        headers = answer(arrival.head, subprotocol)
        return UpgradeReply("websocket", headers, begin, lambda: life.abandoned(client))


def _client(arrival: Arrival, served: Served, port: str) -> Client:
    head, peer = arrival.head, arrival.peer
    host = _authority(head.header("host"), port)
    agent = head.header("user-agent")
    identity: dict[str, str | None] = {"userAgent": agent} if agent else {}
    return Client(
        new_id(),
        served,
        arrival.at,
        f"{host}/_portico/apis/{served.api}" if arrival.address.shared else host,
        peer.host,
        agent,
        {**identity, "sourceIp": peer.host},
    )


def _authority(host: str, port: str) -> str:
    """The `Host` of a request with our own port, if it has one: functions send signed requests to where it leads, so nobody else may say
    where that is. (Its name is ours, or the request had not come here.)"""
    name, colon, given = host.rpartition(":")
    return f"{name}:{port}" if colon and given.isdecimal() else host


def _known(client: Client, allowed: Allowed) -> Client:
    return msgspec.structs.replace(
        client, identity={**allowed.identity, **client.identity}, authorizer=allowed.authorizer
    )


def _where(no: NotAllowed | UsageRefused | AwsError) -> Refused:
    """Where a handshake was refused. The key of a usage plan is asked for when it is known who calls."""
    if isinstance(no, NotAllowed):
        return no.refused
    return "" if isinstance(no, UsageRefused) else "unknown"


def _exchange(arrival: Arrival, serving: Serving, plan: Plan, client: Client, request_id: str) -> Exchange:
    head, peer = arrival.head, arrival.peer
    random = new_request_id().replace("-", "")[:24]
    trace = head.header("x-amzn-trace-id") or f"Root=1-{int(arrival.at):08x}-{random}"
    port = head.header("host").rpartition(":")[2]
    return Exchange(
        "CONNECT",
        client,
        serving.stage,
        plan,
        request_id,
        arrival.at,
        headers=received(
            head.headers,
            source_ip=peer.host,
            port=port if port.isdecimal() else "443" if peer.secure else "80",
            secure=peer.secure,
            trace=trace,
            spelled=head.spelled,
        ),
        query=tuple(parse_qsl(head.query, keep_blank_values=True)),
    )


def _refusal(answered: Answered, exchange: Exchange) -> Reply:
    """What the route's own refusal looks like."""
    status = answered.status if answered.status >= 300 else 500
    if answered.body:
        headers = (("Content-Type", "application/json"), ("x-amzn-RequestId", exchange.request_id))
        return Reply(status, headers, answered.body)
    return _reply(status, FORBIDDEN if status in (401, 403) else "", exchange.client, exchange.request_id)


def _reply(status: int, message: str, client: Client, request_id: str, headers: Headers = ()) -> Reply:
    told = trouble(message, client, request_id)
    own: Headers = (("Content-Type", "application/json"), ("x-amzn-RequestId", request_id))
    if not any(name == "x-amzn-ErrorType" for name, _ in headers):
        own += (("x-amzn-ErrorType", _ERROR_TYPES.get(status, "InternalServerErrorException")),)
    return Reply(status, own + headers, msgspec.json.encode(told))
