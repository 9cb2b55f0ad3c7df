"""One environment's side of the APIs: the lane to its runtime, its extensions, where its requests go, and its connections."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Iterable

from portico.base import system
from portico.environments import framed
from portico.environments.api.callers import listens
from portico.environments.api.exchange import Exchange, Sink, then
from portico.environments.api.extensions import Extensions
from portico.environments.api.happenings import Happenings
from portico.environments.api.http import Connection
from portico.environments.api.runtime import RuntimeApi
from portico.environments.api.telemetry import PATHS as TELEMETRY_PATHS
from portico.environments.api.telemetry import Telemetry
from portico.environments.doors import LOOPBACK
from portico.environments.framed import Frame
from portico.environments.lane import Lane, OnFrame
from portico.environments.work import EnvironmentSpec, Invocation, LogLine

_RUNTIME = b"/2018-06-01/runtime"
_EXTENSION = b"/2020-01-01/extension"
_OF_RUNTIME: dict[bytes, tuple[bytes, Callable[[RuntimeApi, Exchange], Sink]]] = {
    _RUNTIME + b"/invocation/next": (b"GET", RuntimeApi.next),
    _RUNTIME + b"/init/error": (b"POST", RuntimeApi.init_error),
    _RUNTIME + b"/restore/next": (b"GET", RuntimeApi.restore_next),
    _RUNTIME + b"/restore/error": (b"POST", RuntimeApi.restore_error),
}
_OF_EXTENSIONS: dict[bytes, tuple[bytes, Callable[[Extensions, Exchange], Sink]]] = {
    _EXTENSION + b"/register": (b"POST", Extensions.register),
    _EXTENSION + b"/event/next": (b"GET", Extensions.next),
    _EXTENSION + b"/init/error": (b"POST", Extensions.init_error),
    _EXTENSION + b"/exit/error": (b"POST", Extensions.exit_error),
}
_ANSWER = re.compile(_RUNTIME + rb"/invocation/([^/]+)/(response|error)")

# What the end of an environment is called, by why it was told to end; all else is a failure.
_REASONS = {"idle": "SPINDOWN", "closing": "SPINDOWN", "timeout": "TIMEOUT", "init timeout": "TIMEOUT"}
_ANSWERS = (framed.ANSWER, framed.ERROR, framed.TOO_LARGE, framed.END)
_GRACE_S = {True: 2.0, False: 0.5}  # with an external extension, with internal ones only


class Session:
    """The lane to the runtime with the extensions around it; and `http.Handler` for the environment's connections.

    What the runtime says goes on to `on_frame`; READY and FREE once all extensions have come so far too.
    """

    def __init__(
        self,
        spec: EnvironmentSpec,
        on_frame: OnFrame,
        wall: Callable[[], float],
        changed: Callable[["Session"], None],
    ) -> None:
        self._on_frame = on_frame
        self._wall = wall
        self._changed = changed
        self._runtime: Lane | None = None
        self._api: RuntimeApi | None = None
        self._initialised: Frame | None = None  # the runtime is, by this READY
        self._ready = False  # and so are all extensions
        self.attending = False  # the runtime or an extension has not done with the last invocation yet
        self._connections: set[Connection] = set()
        self._on_quiet: Callable[[], None] | None = None
        self.extensions = Extensions(spec, self._extension_changed, self._fail)
        self.telemetry = Telemetry(self.extensions, wall, self._listens, self._dial)
        self.happenings = Happenings(spec, self.telemetry, wall)
        self._all_registered: Callable[[], None] | None = None
        self.asleep: Callable[[], bool] = lambda: False  # whether the environment is frozen
        # Where the environment has a network of its own: a socket that was made in there.
        self.socket_inside: Callable[[], Awaitable[socket.socket]] | None = None
        self.pid: int | None = None
        self.uid = 0
        self.closed = False

    def speak(self, lane: Lane | None) -> None:
        """Set the lane to the runtime, of which the frames are to arrive at `heard`; None: it speaks the Runtime API."""
        if lane is None:
            lane = self._api = RuntimeApi(self.heard)
        self._runtime = lane

    def expect(self, names: Iterable[str], registered: Callable[[], None]) -> None:
        """These external extensions are being started; `registered` is called when all of them have registered."""
        self.extensions.expect(names)
        self._all_registered = registered

    def connect(self) -> Connection:
        """A connection that can only come from inside, because the listener is in the environment's own network."""
        return Connection(lambda connection: connection.belongs_to(self))

    @property
    def connected(self) -> bool:
        """Whether it has a connection already."""
        return bool(self._connections)

    def heard(self, frame: Frame) -> None:
        """The runtime says something."""
        if frame.kind == framed.READY and self._initialised is None:
            self._initialised = frame
            self.extensions.closed = True
            self.happenings.runtime_initialised()
            self._settle()
        elif frame.kind == framed.FREE:
            self.happenings.runtime_free()
            self._settle()
        else:
            told = self.extensions.any and self.telemetry.active
            if frame.kind in _ANSWERS:
                self.attending = self._busy()
            if told:
                self.happenings.said(frame)
            self._on_frame(frame)
            if told:
                self._answered()

    def line(self, line: LogLine) -> None:
        """The function has written a line."""
        if self.telemetry.active:
            self.telemetry.line("function", line)

    def extension_line(self, line: LogLine) -> None:
        """An external extension has written a line."""
        if self.telemetry.active:
            self.telemetry.line("extension", line)

    # From the environment

    def started(self, pid: int, uid: int = 0) -> None:
        """Its processes are known from now on, so its connections can be told from others."""
        self.pid, self.uid = pid, uid
        self._changed(self)

    def deliver(self, invocation: Invocation, deadline_ms: int) -> None:
        """Hand the invocation to the runtime, and tell the extensions."""
        if self.extensions.any:
            self.happenings.delivered(invocation)
            self.extensions.invoke(invocation, deadline_ms)
        if self._runtime is not None:
            self._runtime.deliver(invocation, deadline_ms)

    def hold(self) -> None:
        """Take nothing more of a streamed answer."""
        if self._runtime is not None:
            self._runtime.hold()

    def resume(self) -> None:
        """Go on."""
        if self._runtime is not None:
            self._runtime.resume()

    def shut_down(self, reason: str) -> float:
        """Tell the extensions that the environment ends; how many seconds it has for that (0: there is nobody to tell)."""
        registered = [one for one in self.extensions.all if one.registered]
        if not registered:
            return 0.0
        self.happenings.ending(reason)
        grace_s = _GRACE_S[any(one.external for one in registered)]
        self.extensions.shut_down(_REASONS.get(reason, "FAILURE"), round((self._wall() + grace_s) * 1000))
        return grace_s

    def when_quiet(self, action: Callable[[], None]) -> None:
        """Do this once what its processes, which are gone, had begun to send has been read to its end."""
        if self._receiving():
            self._on_quiet = action
        else:
            action()

    def close(self) -> None:
        """End its connections; nobody belongs to it any more."""
        self.closed = True
        self._on_quiet = None
        if self._runtime is not None:
            self._runtime.close()
        self.telemetry.close()
        for connection in list(self._connections):
            connection.close()
        self._changed(self)

    # From its connections

    def joined(self, connection: Connection) -> None:
        """A connection of this environment's has been made."""
        self._connections.add(connection)

    def left(self, connection: Connection) -> None:
        """It has ended."""
        self._connections.discard(connection)
        if self._on_quiet is not None and not self._receiving():
            quiet, self._on_quiet = self._on_quiet, None
            quiet()

    def open(self, exchange: Exchange) -> Sink:
        """What takes the body of a request."""
        head = exchange.head
        if self._api is not None and head.path in _OF_RUNTIME:
            method, of_runtime = _OF_RUNTIME[head.path]
            return of_runtime(self._api, exchange) if head.method == method else _not_allowed(exchange)
        if head.path in _OF_EXTENSIONS:
            method, of_extensions = _OF_EXTENSIONS[head.path]
            return (
                of_extensions(self.extensions, exchange) if head.method == method else _not_allowed(exchange)
            )
        if head.path in TELEMETRY_PATHS:
            return self.telemetry.subscribe(exchange) if head.method == b"PUT" else _not_allowed(exchange)
        answer = None if self._api is None else _ANSWER.fullmatch(head.path)
        if answer is None or self._api is None:
            return then(lambda: exchange.reply(404, b"404 page not found\n", b"Content-Type: text/plain\r\n"))
        if head.method != b"POST":
            return _not_allowed(exchange)
        respond = self._api.response if answer[2] == b"response" else self._api.error
        return respond(exchange, answer[1].decode("latin-1"))

    # Readiness

    def _extension_changed(self) -> None:
        if self._all_registered is not None and self.extensions.all_registered:
            registered, self._all_registered = self._all_registered, None
            registered()
        self._settle()

    def _receiving(self) -> bool:
        return any(connection.receiving for connection in self._connections)

    def _busy(self) -> bool:
        runtime = self._runtime
        if runtime is not None and runtime.attending:
            return True
        return self.extensions.any and not self.extensions.settled

    def _settle(self) -> None:
        """Pass on what has been waited for, if nothing has to be waited for any more."""
        if self._initialised is None or self._busy():
            return
        if not self._ready:
            self._ready = True
            self.telemetry.closed = True  # the init phase is over, for everybody
            self.happenings.initialised(self.extensions)
            self._on_frame(self._initialised)
        elif self.attending:
            self.attending = False
            self.happenings.all_free()
            self._on_frame(Frame(framed.FREE, 0, b"", b""))

    def _answered(self) -> None:
        """An answer was passed on: perhaps that was all."""
        if self._runtime is not None and not self._runtime.attending:
            self.happenings.runtime_free()
            if self.extensions.settled:
                self.happenings.all_free()

    def _listens(self, port: int) -> bool:
        if self.pid is None or self.asleep():
            return False
        # Where no kernel tells, whatever listens there is taken for the function's.
        return self.socket_inside is not None or not system.LINUX or listens(self.pid, port)

    async def _dial(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to a port of the environment's loopback: the machine's, or one of its own, where nobody else listens."""
        if self.socket_inside is None:
            return await asyncio.open_connection(LOOPBACK, port)
        inside = await self.socket_inside()
        try:
            await asyncio.get_running_loop().sock_connect(inside, (LOOPBACK, port))
            return await asyncio.open_connection(sock=inside)
        except BaseException:
            inside.close()
            raise

    def _fail(self, kind: str, words: str) -> None:
        self._on_frame(Frame(framed.FAULT, 0, kind.encode(), words.encode()))


def _not_allowed(exchange: Exchange) -> Sink:
    return then(lambda: exchange.reply(405, b"", b""))
