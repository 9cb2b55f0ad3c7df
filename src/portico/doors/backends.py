"""HTTP backends of APIs: a container, a virtual machine or any site behind a front door.

In development mode backends on this machine are allowed. Portico's own control plane never is, but its front doors are: they are open
to anyone, and one API may well be another's backend.

Source: API Gateway Developer Guide, "HTTP integrations"; quotas (10 MB of payload, 50 ms to 29 s, streams pause for at most 5 minutes).
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Sequence

import msgspec

from portico.base.outbound import OutboundError, Resolve, system_resolver
from portico.base.outbound_exchange import Exchange
from portico.base.outbound_pool import Pool
from portico.doors import address
from portico.wire.http import Headers

PAYLOAD_BYTES_MAX = 10 * 1024 * 1024
STREAM_IDLE_S = 300.0


class Request(msgspec.Struct, frozen=True, gc=False):
    """A request to a backend. `headers` are sent as they are, without `Host`, which is the URL's, and what frames the body.
    `context` are terms of its own for the connection (a client's certificate)."""

    method: str
    url: str
    headers: Headers
    body: bytes = b""
    timeout_s: float = 29.0
    verify: bool = True
    context: ssl.SSLContext | None = None


class Response(msgspec.Struct, frozen=True, gc=False):
    """A backend's answer: whole (`body`), or as it comes (`chunks`, which are to be closed)."""

    status: int
    headers: Headers
    body: bytes = b""
    chunks: AsyncGenerator[bytes, None] | None = None


class Failed(Exception):
    """A backend has not answered: `timed_out`, or it can't be reached, or what it says is not HTTP, or too much."""

    def __init__(self, message: str, *, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out


class Backends:
    """Calls backends."""

    __slots__ = ("_pool",)

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def call(self, request: Request) -> Response:
        """The whole answer to a request, within the request's time.

        Raises:
            Failed: there is none.
        """
        try:
            async with asyncio.timeout(request.timeout_s):
                exchange = await self._sent(request)
                body = await exchange.read(PAYLOAD_BYTES_MAX)
        except TimeoutError as error:
            raise Failed(f"{request.url} did not answer in time", timed_out=True) from error
        except OutboundError as error:
            raise _failed(error) from error
        return Response(exchange.status, tuple(exchange.headers), body)

    async def stream(self, request: Request) -> Response:
        """The answer to a request once its headers are there; the request's time is for these.

        Raises:
            Failed: there is none.
        """
        try:
            exchange = await self._sent(request)
        except OutboundError as error:
            raise _failed(error) from error
        return Response(exchange.status, tuple(exchange.headers), chunks=exchange.chunks(STREAM_IDLE_S))

    async def _sent(self, request: Request) -> Exchange:
        return await self._pool.send(
            request.method,
            request.url,
            request.headers,
            request.body,
            timeout_s=request.timeout_s,
            verify=request.verify,
            context=request.context,
        )


def is_front_door(host: str, path: str) -> bool:
    """Whether a URL leads to a front door of this server, by its name or its path, rather than to the control plane."""
    return address.of_host(host, path) is not None or address.of_path(path) is not None


def resolver(system: Resolve = system_resolver) -> Resolve:
    """Names below `localhost` are this machine (RFC 6761), whatever the system knows of them; others are the system's business."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        return ("127.0.0.1",) if host.endswith(".localhost") else await system(host, port)

    return resolve


def _failed(error: OutboundError) -> Failed:
    return Failed(str(error), timed_out=error.reason == "timeout")
