"""Connections to HTTP servers that callers chose, kept alive for the next request: `Outbound` with a memory.

Each address is checked when a connection to it is made, and that connection goes nowhere else, so using it again needs no second check. A
connection is used again only after an answer that was whole, and that says nothing against it; what is left open and unused is closed
after a while, and at once if the server says anything unasked. How many are open at once is bounded: one more is refused rather than made
to wait, so that servers which don't answer hold up nobody who asks others.
"""

import asyncio
import ssl
from urllib.parse import SplitResult

from portico.base.outbound import Outbound, OutboundError, host_port, parsed
from portico.base.outbound_exchange import Exchange, Pairs, message

_OPEN_MAX = 1_024
_IDLE_MAX = 256
_IDLE_PER_HOST_MAX = 32
_IDLE_S = 20.0
_REPEATABLE = frozenset(("GET", "HEAD", "OPTIONS", "PUT", "DELETE"))

Key = tuple[str, str, int, bool, bool, ssl.SSLContext | None]


class Pool:
    """Sends requests through one `Outbound`, on connections that are kept."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._idle: dict[Key, list[_Connection]] = {}
        self._idle_count = 0
        self._open = 0

    def __repr__(self) -> str:
        return f"Pool({self._open} open, {self._idle_count} of them idle)"

    async def send(
        self,
        method: str,
        url: str,
        headers: Pairs,
        body: bytes,
        *,
        timeout_s: float,
        verify: bool = True,
        context: ssl.SSLContext | None = None,
    ) -> Exchange:
        """Send a request, and wait for the head of its answer; `timeout_s` is for both. `headers` are sent as they are, with `Host`,
        `Content-Length` and `Connection` added. `verify` and `context` are as `Outbound.connect` has them; what was connected with one
        context serves no other. The exchange is to be read to its end, or closed.

        Raises:
            OutboundError: see there.
        """
        parts = parsed(url)
        request = message(method, parts, headers, body)
        # a request by another name than the URL's could be for anything at that address, not only for a door
        named = all(value == parts.netloc for name, value in headers if name.lower() == "host")
        key = (parts.scheme, *host_port(parts), verify, named and self._outbound.is_door(parts), context)
        try:
            async with asyncio.timeout(timeout_s):
                return await self._begun(method, parts, key, request)
        except TimeoutError as error:
            raise OutboundError("timeout", f"{url} did not answer within {timeout_s:g} s") from error
        except (OSError, ssl.SSLError) as error:
            raise OutboundError("unreachable", f"{url} can't be reached: {error}") from error

    def close(self) -> None:
        """Close what is idle."""
        for connections in list(self._idle.values()):
            for connection in list(connections):
                connection.close()

    async def _begun(self, method: str, parts: SplitResult, key: Key, request: bytes) -> Exchange:
        connections = self._idle.get(key)
        if connections:
            kept = connections[-1]
            self._take(kept)
            exchange = kept.sent(request, head_only=method == "HEAD")
            try:
                await exchange.begun()
                return exchange
            except OutboundError as error:
                # the server may have closed it just then, as servers do with what is idle
                if exchange.answered or error.reason != "malformed" or method not in _REPEATABLE:
                    raise
        made = await self._connected(parts, key)
        exchange = made.sent(request, head_only=method == "HEAD")
        await exchange.begun()
        return exchange

    async def _connected(self, parts: SplitResult, key: Key) -> "_Connection":
        if self._open >= _OPEN_MAX and self._idle:
            next(iter(self._idle.values()))[0].close()
        if self._open >= _OPEN_MAX:
            raise OutboundError("unreachable", f"{_OPEN_MAX} connections to backends are open already")
        self._open += 1
        made = _Connection(self, key)
        try:
            return await self._outbound.connect(
                parts, lambda: made, verify=key[3], door=key[4], context=key[5]
            )
        except BaseException:
            made.close()
            raise

    def keep(self, connection: "_Connection") -> None:
        """Take a connection back that is good for another request."""
        connections = self._idle.get(connection.key, [])
        if len(connections) >= _IDLE_PER_HOST_MAX or self._idle_count >= _IDLE_MAX:
            connection.close()
            return
        connection.timer = asyncio.get_running_loop().call_later(_IDLE_S, connection.close)
        self._idle[connection.key] = [*connections, connection]
        self._idle_count += 1

    def forget(self, connection: "_Connection") -> None:
        """A connection is closed."""
        if connection in self._idle.get(connection.key, ()):
            self._take(connection)
        self._open -= 1

    def _take(self, connection: "_Connection") -> None:
        connections = self._idle[connection.key]
        connections.remove(connection)
        if not connections:
            del self._idle[connection.key]
        self._idle_count -= 1
        if connection.timer is not None:
            connection.timer.cancel()
            connection.timer = None


class _Connection(asyncio.Protocol):
    """A connection: to at most one exchange at a time."""

    def __init__(self, pool: Pool, key: Key) -> None:
        self._pool: Pool | None = pool
        self._transport: asyncio.Transport | None = None
        self._exchange: Exchange | None = None
        self._paused = False
        self.key = key
        self.timer: asyncio.TimerHandle | None = None

    def sent(self, request: bytes, *, head_only: bool) -> Exchange:
        """Send a request."""
        self._exchange = exchange = Exchange(self, head_only=head_only)
        if self._transport is None or self._transport.is_closing():
            exchange.ended()
        else:
            self._transport.write(request)
        return exchange

    def pause(self, paused: bool) -> None:
        """Stop, or go on, reading."""
        if paused == self._paused or self._transport is None:
            return
        self._paused = paused
        if paused:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def finished(self, *, reusable: bool) -> None:
        """The exchange is over."""
        self._exchange = None
        if not reusable or self._pool is None or self._transport is None or self._transport.is_closing():
            self.close()
            return
        self.pause(False)
        self._pool.keep(self)

    def close(self) -> None:
        """Close it; it is open no longer for its pool."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.forget(self)
        if self.timer is not None:
            self.timer.cancel()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: it is open."""
        self._transport = transport  # type: ignore[assignment]  # a stream's transport

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes have come; unasked ones end it."""
        if self._exchange is None:
            self.close()
        else:
            self._exchange.feed(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: it is closed."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.ended()
        self.close()
