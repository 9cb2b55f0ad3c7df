"""The listener: uvicorn's sockets, TLS and accept loop around our own protocol."""

import asyncio
import contextlib
import errno
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn

from portico.gateway.http import HttpProtocol, protocol_factory
from portico.gateway.traffic import Traffic

_BACKLOG = 4096
_ADVICE = {
    errno.EADDRINUSE: "; name another one with --port or PORTICO_PORT (0 takes a free one)",
    errno.EACCES: "; ports below 1024 are root's: name another one with --port",
    errno.EADDRNOTAVAIL: "; --host takes an address of this machine, 0.0.0.0 for all",
}
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class ListenError(Exception):
    """The address can't be listened on; the message says why."""


class _Server(uvicorn.Server):
    """uvicorn's server without its signal handlers: they raise the signal again once it has stopped, before our store is closed."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the business of `serve`."""
        yield


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address, IPv4 where a name has both; `port` 0 takes a free one (`getsockname()[1]` tells it).

    Raises:
        ListenError: the address is taken, not ours or not permitted.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = min(found, key=lambda info: info[0] != socket.AF_INET)
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
            listener.setblocking(False)
        except BaseException:
            listener.close()
            raise
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, "")
        raise ListenError(
            f"can't listen on {host}, port {port}: {error.strerror or error}{advice}"
        ) from error
    return listener


async def serve(
    traffic: Traffic,
    listener: socket.socket,
    *,
    ready: Callable[[], Any] | None = None,
    stop: asyncio.Event | None = None,
    tls: Callable[[], ssl.SSLContext] | None = None,
    graceful_s: int = 30,
    doors: Callable[[Callable[[], asyncio.Protocol], ssl.SSLContext | None], Any] | None = None,
) -> None:
    """Answer on `listener` until SIGINT or SIGTERM (or `stop` is set, and then signals are left alone).

    `ready` is called when connections are accepted. At the end idle connections are closed, running calls finished for at most
    `graceful_s` seconds, then cancelled; a second signal does not wait. `tls` makes the context (see `tls.py`). The listener is
    closed when this returns. `doors` is told, once, what takes the connections of functions that have a network of their own.
    """
    config = uvicorn.Config(
        _no_application,
        http=protocol_factory(traffic),  # type: ignore[arg-type]  # uvicorn only calls it
        ws="none",
        lifespan="off",
        interface="asgi3",
        loop="uvloop",
        log_config=None,
        log_level="warning",
        access_log=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=graceful_s,
        ssl_context_factory=None if tls is None else lambda _config, _default: tls(),
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()
    with _stopping_on_signals(loop, server) if stop is None else contextlib.nullcontext():
        serving = loop.create_task(server.serve([listener]), name="listener")
        if doors is not None:
            config.load()
            state = server.server_state
            doors(
                lambda: HttpProtocol(traffic, loop, state.connections, state.tasks, function=True), config.ssl
            )
        attendant = loop.create_task(_attend(server, serving, ready, stop), name="listener-attendant")
        try:
            await serving
        except asyncio.CancelledError:
            server.should_exit = server.force_exit = True
            raise
        finally:
            attendant.cancel()
            listener.close()


async def _attend(
    server: _Server,
    serving: "asyncio.Task[None]",
    ready: Callable[[], Any] | None,
    stop: asyncio.Event | None,
) -> None:
    """Say when the server is ready, and stop it on `stop`. uvicorn offers a flag for each, and no event."""
    while not server.started and not serving.done():  # noqa: ASYNC110
        await asyncio.sleep(0)
    if ready is not None and server.started:
        ready()
    if stop is not None:
        await stop.wait()
        server.should_exit = True


@contextlib.contextmanager
def _stopping_on_signals(loop: asyncio.AbstractEventLoop, server: _Server) -> Iterator[None]:
    def stop() -> None:
        server.force_exit = server.should_exit
        server.should_exit = True

    for number in _SIGNALS:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


async def _no_application(scope: Any, receive: Any, send: Any) -> None:
    """uvicorn asks for an application; our protocol never calls it."""
    raise NotImplementedError
