"""The life of connections once they are made: their messages, their end.

Each message is a task of its own, begun in the order of arrival: how long the answer to one takes holds no other up.

Source: API Gateway Developer Guide, "Routes for WebSocket APIs", "Set up route responses"; what clients were told as seen.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.clock import Clock
from portico.doors.connections import Client, OpenConnections, passing_id
from portico.doors.usage import UsageRefused
from portico.services.apigatewayv2.sockets.authorizing import NotAllowed
from portico.services.apigatewayv2.sockets.exchange import Exchange, trouble
from portico.services.apigatewayv2.sockets.expressions import Lookup, of_request
from portico.services.apigatewayv2.sockets.integrations.port import IntegrationFailed
from portico.services.apigatewayv2.sockets.keys import Keys
from portico.services.apigatewayv2.sockets.notes import CLIENT_ERRORS, MESSAGES, Notes
from portico.services.apigatewayv2.sockets.outcome import Integrations
from portico.services.apigatewayv2.sockets.plans import DISCONNECT, UNROUTED, Plans, Serving, Stages
from portico.services.apigatewayv2.sockets.throttles import Throttles
from portico.services.apigatewayv2.sockets.validation import BAD_BODY, is_valid
from portico.wire.http import Successor

if TYPE_CHECKING:
    from portico.services.apigatewayv2.sockets.socket import Socket

log = logging.getLogger("portico.apigatewayv2")

FORBIDDEN, TOO_MANY = "Forbidden", "Too Many Requests"


class Life:
    """The owner of all connections (see `socket.Owner`)."""

    def __init__(
        self,
        stages: Stages,
        integrations: Integrations,
        throttles: Throttles,
        keys: Keys,
        notes: Notes,
        connections: OpenConnections,
        clock: Clock,
    ) -> None:
        self._stages = stages
        self._integrations = integrations
        self._throttles = throttles
        self._keys = keys
        self._notes = notes
        self._connections = connections
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, client: Client, transport: Any, gone: Callable[[Successor], None]) -> Successor:
        """The client is connected."""
        from portico.services.apigatewayv2.sockets.socket import Socket

        socket = Socket(client, self, self._clock, transport, gone)
        self._connections.add(socket)
        if self._stages.find(client.served) is None:  # it was deleted during the handshake
            socket.shutdown()
        return socket

    def abandoned(self, client: Client) -> None:
        """The client was accepted, but has gone before it could know."""
        self._run(self._disconnected(client, 1006, "Connection Closed Abnormally"))

    def message(self, socket: "Socket", text: str) -> None:
        """See `socket.Owner`."""
        self._run(self._message(socket, text))

    def sent(self, socket: "Socket") -> None:
        """See `socket.Owner`."""
        self._notes.count(socket.client.served, self._clock.now(), MESSAGES)

    def leaving(self, socket: "Socket") -> None:
        """See `socket.Owner`."""
        self._connections.remove(socket)

    def closed(self, socket: "Socket", code: int, reason: str) -> None:
        """See `socket.Owner`."""
        self._connections.remove(socket)
        self._run(self._ended(socket, code, reason))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _message(self, socket: "Socket", text: str) -> None:
        request_id = passing_id()
        try:
            answer = await self._answer(socket.client, text, request_id)
        except IntegrationFailed as failed:
            answer = _told(failed.message, socket.client, request_id)
        except Exception:
            log.exception("a message to %s failed", socket.client.served)
            answer = _told("Internal server error", socket.client, request_id)
        finally:
            socket.answered()
        if answer:
            socket.answer(answer)

    async def _answer(self, client: Client, text: str, request_id: str) -> bytes:
        """What the client is to be told, b"" if nothing.

        Raises:
            IntegrationFailed: the route has no answer.
        """
        served, at = client.served, self._clock.now()
        serving = self._stages.find(served)
        if serving is None:
            self._notes.count(served, at, MESSAGES)
            self._notes.count(served, at, CLIENT_ERRORS)
            return _told(FORBIDDEN, client, request_id)
        body, value_of = _values(serving, client, text)
        plan = serving.plans.select(isinstance(body, dict), value_of) or UNROUTED
        exchange = self._notes.executions.begun(
            Exchange("MESSAGE", client, serving.stage, plan, request_id, at, passing_id(), text)
        )
        try:
            await self._let_in(exchange, serving.plans, value_of)
        except NotAllowed as no:
            self._notes.refused(exchange, no.status, no.message)
            return _told(no.message, client, request_id)
        answered = await self._integrations.answer(exchange)
        return answered.body if plan.answers else b""

    async def _let_in(self, exchange: Exchange, plans: Plans, value_of: Lookup) -> None:
        """Ask whether a message may go to its integration.

        Raises:
            NotAllowed: it may not.
        """
        if exchange.plan is UNROUTED:
            raise NotAllowed(403, FORBIDDEN)
        if not self._throttles.message(exchange.client.served, exchange.stage, exchange.route_key):
            raise NotAllowed(429, TOO_MANY)
        try:
            await self._keys.count(exchange)
        except UsageRefused as refused:
            raise NotAllowed(refused.status, refused.message) from refused
        if not await is_valid(exchange, plans, value_of):
            raise NotAllowed(400, BAD_BODY)

    async def _ended(self, socket: "Socket", code: int, reason: str) -> None:
        try:
            await self._disconnected(socket.client, code, reason)
        finally:
            socket.forget()

    async def _disconnected(self, client: Client, code: int, reason: str) -> None:
        """Tell the route for it. Nobody waits for its answer."""
        serving = self._stages.find(client.served)
        plan = None if serving is None else serving.plans.routes.get(DISCONNECT)
        if serving is None or plan is None:
            return
        exchange = Exchange(
            "DISCONNECT",
            client,
            serving.stage,
            plan,
            passing_id(),
            self._clock.now(),
            code=code,
            reason=reason,
        )
        try:
            await self._integrations.answer(self._notes.executions.begun(exchange))
        except IntegrationFailed:
            return  # which the access log tells
        except Exception:
            log.exception("the end of a connection to %s failed", client.served)


def _values(serving: Serving, client: Client, text: str) -> tuple[object, Lookup]:
    """A message, decoded if that matters to its route, and the values that select it."""
    body = _json(text) if serving.plans.selection.of_body else None
    known = {"connectionId": client.id, "stage": client.served.stage, "apiId": client.served.api}
    return body, of_request(body, known, serving.stage.stage_variables)


def _json(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None


def _told(message: str, client: Client, request_id: str) -> bytes:
    return msgspec.json.encode(trouble(message, client, request_id))
