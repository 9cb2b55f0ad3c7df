"""One environment's side of the APIs: the lane to its runtime, where its requests go, and the connections that it has."""

import re
from collections.abc import Callable

from portico.environments.api.exchange import Exchange, Sink, then
from portico.environments.api.http import Connection
from portico.environments.api.runtime import RuntimeApi
from portico.environments.lane import OnFrame
from portico.environments.work import Invocation

_RUNTIME = b"/2018-06-01/runtime"
_ENDPOINTS: dict[bytes, tuple[bytes, Callable[[RuntimeApi, Exchange], Sink]]] = {
    _RUNTIME + b"/invocation/next": (b"GET", RuntimeApi.next),
    _RUNTIME + b"/init/error": (b"POST", RuntimeApi.init_error),
    _RUNTIME + b"/restore/next": (b"GET", RuntimeApi.restore_next),
    _RUNTIME + b"/restore/error": (b"POST", RuntimeApi.restore_error),
}
_ANSWER = re.compile(_RUNTIME + rb"/invocation/([^/]+)/(response|error)")


class Session:
    """Implements `lane.Lane` for an environment whose runtime speaks the Runtime API, and `http.Handler` for its connections."""

    def __init__(self, on_frame: OnFrame, changed: Callable[["Session"], None]) -> None:
        self._runtime = RuntimeApi(on_frame)
        self._changed = changed
        self._connections: set[Connection] = set()
        self.pid: int | None = None
        self.closed = False

    @property
    def connected(self) -> bool:
        """Whether it has a connection already."""
        return bool(self._connections)

    # Lane

    @property
    def attending(self) -> bool:
        """Whether something in it has not done with the last invocation yet."""
        return self._runtime.attending

    def started(self, pid: int) -> None:
        """Its processes are known from now on, so its connections can be told from others."""
        self.pid = pid
        self._changed(self)

    def connect(self) -> Connection:
        """A connection from inside its own network can only be its own."""
        return Connection(lambda connection: connection.belongs_to(self))

    def deliver(self, invocation: Invocation, deadline_ms: int) -> None:
        """Hand the invocation out."""
        self._runtime.deliver(invocation, deadline_ms)

    def hold(self) -> None:
        """Take nothing more of a streamed answer."""
        self._runtime.hold()

    def resume(self) -> None:
        """Go on."""
        self._runtime.resume()

    def close(self) -> None:
        """End its connections; nobody belongs to it any more."""
        self.closed = True
        self._runtime.close()
        for connection in list(self._connections):
            connection.close()
        self._changed(self)

    # Handler

    def joined(self, connection: Connection) -> None:
        """A connection of this environment's has been made."""
        self._connections.add(connection)

    def left(self, connection: Connection) -> None:
        """It has ended."""
        self._connections.discard(connection)

    def open(self, exchange: Exchange) -> Sink:
        """What takes the body of a request."""
        head = exchange.head
        method, endpoint = _ENDPOINTS.get(head.path, (b"POST", None))
        if endpoint is not None:
            if head.method == method:
                return endpoint(self._runtime, exchange)
            return then(lambda: exchange.reply(405, b"", b""))
        answer = _ANSWER.fullmatch(head.path)
        if answer is None:
            return then(lambda: exchange.reply(404, b"404 page not found\n", b"Content-Type: text/plain\r\n"))
        if head.method != b"POST":
            return then(lambda: exchange.reply(405, b"", b""))
        request_id = answer[1].decode("latin-1")
        if answer[2] == b"response":
            return self._runtime.response(exchange, request_id)
        return self._runtime.error(exchange, request_id)
