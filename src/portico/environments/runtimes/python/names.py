"""Names below `localhost` are this machine's (RFC 6761, section 6.3), whatever its resolver knows of them: front doors have such names."""

from __future__ import annotations

import functools
import socket
from typing import Any


def install() -> None:
    """Let whatever resolves names by Python's `socket` (the SDK, asyncio) find them."""
    resolve = socket.getaddrinfo

    @functools.wraps(resolve)
    def getaddrinfo(host: Any, *args: Any, **named: Any) -> Any:
        return resolve("localhost" if _is_local(host) else host, *args, **named)

    socket.getaddrinfo = getaddrinfo


def _is_local(host: Any) -> bool:
    return isinstance(host, str) and host.lower().removesuffix(".").endswith(".localhost")
