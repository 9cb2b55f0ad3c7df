"""The listener of the APIs, one for all environments that share the machine's network, on loopback only."""

import asyncio
from collections.abc import Callable

from portico.environments.api.callers import caller
from portico.environments.api.http import Connection
from portico.environments.api.session import Session
from portico.environments.lane import OnFrame
from portico.environments.work import EnvironmentSpec

_HOST = "127.0.0.1"
_FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class ApiServer:
    """Listens from the first session on. `address` is what AWS_LAMBDA_RUNTIME_API says."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._starting = asyncio.Lock()
        self._sessions: dict[Session, None] = {}  # the newest last
        self._unknown: list[
            Connection
        ] = []  # came while the processes of some environment were not known yet
        self.address = ""

    async def start(self) -> None:
        """Listen, if nobody has asked for it before.

        Raises:
            OSError: there is no port to be had.
        """
        async with self._starting:
            if self._server is None:
                loop = asyncio.get_running_loop()
                self._server = await loop.create_server(lambda: Connection(self._identify), _HOST, 0)
                self.address = f"{_HOST}:{self._server.sockets[0].getsockname()[1]}"

    def session(self, spec: EnvironmentSpec, on_frame: OnFrame, wall: Callable[[], float]) -> Session:
        """A new environment's side of the APIs, until it is closed. `wall` is the clock of deadlines, in seconds."""
        session = Session(spec, on_frame, wall, self._changed)
        self._sessions[session] = None
        return session

    async def close(self) -> None:
        """Listen no more."""
        for connection in self._unknown:
            connection.close()
        if self._server is not None:
            self._server.close()
            self._server = None

    def _identify(self, connection: Connection) -> None:
        host, port = connection.peer
        session = caller(host, port, self._likeliest())
        if session is not None:
            connection.belongs_to(session)
        elif any(session.pid is None for session in self._sessions):
            self._unknown.append(connection)
        else:
            connection.refuse(_FORBIDDEN)

    def _likeliest(self) -> list[Session]:
        """Environments without a connection come first, as that is when most are made; of the others the newest."""
        newest_first = list(reversed(self._sessions))
        newest_first.sort(key=_connected)
        return newest_first

    def _changed(self, session: Session) -> None:
        if session.closed:
            self._sessions.pop(session, None)
        waiting, self._unknown = self._unknown, []
        for connection in waiting:
            self._identify(connection)


class OwnServer(ApiServer):
    """The listener of one environment alone, where no kernel tells who is calling."""

    def _identify(self, connection: Connection) -> None:
        session = next(iter(self._sessions), None)
        if session is None:
            connection.refuse(_FORBIDDEN)
        else:
            connection.belongs_to(session)

    def _changed(self, session: Session) -> None:
        if session.closed:
            self._sessions.pop(session, None)
            if self._server is not None:
                self._server.close()


def _connected(session: Session) -> bool:
    return session.connected
