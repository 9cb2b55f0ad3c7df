"""A connection changes its protocol: what HTTP leaves behind, and to whom."""

import asyncio
from collections.abc import Callable, MutableSet
from functools import partial
from typing import Any, cast

from portico.gateway.reply import encode_head
from portico.gateway.traffic import Traffic
from portico.wire.http import Successor, UpgradeReply


def switching(reply: UpgradeReply, date: str) -> bytes:
    """The head of `101 Switching Protocols`.

    Raises:
        UnsendableError: a header with a line break or a character outside latin-1.
    """
    framing = f"Upgrade: {reply.protocol}\r\nConnection: Upgrade\r\n"
    return encode_head(101, reply.headers, framing, date, keep_alive=True, http_version="1.1")


def hand_over(
    reply: UpgradeReply,
    transport: asyncio.Transport,
    rest: bytes,
    traffic: Traffic,
    open_connections: MutableSet[Any],
) -> Successor:
    """Give the connection, and what has been received of it after the request, to what `reply` begins.

    It counts as an open connection, for the limits as for a graceful shutdown, until it says that it is gone.
    """
    gone: Callable[[Successor], None] = partial(_forget, traffic, open_connections)
    successor = reply.begin(transport, gone)
    traffic.connections.add(successor)
    open_connections.add(successor)
    transport.set_protocol(cast(asyncio.BaseProtocol, successor))
    if rest:
        successor.data_received(rest)
    return successor


def _forget(traffic: Traffic, open_connections: MutableSet[Any], successor: Successor) -> None:
    open_connections.discard(successor)
    traffic.remove(successor)
