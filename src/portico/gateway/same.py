"""Requests whose head is, byte for byte, that of one before them on their connection: of a client that asks for the same again.

They get that head, and only their bodies are taken from what has arrived.
"""

from portico.gateway.body import Body, Memory, Source
from portico.gateway.mould import mould
from portico.gateway.parse import Incoming
from portico.wire.http import Head

_HEAD_BYTES_MAX = 2_048


class Same:
    """A head, and how it is written. Made by `same`."""

    __slots__ = ("_head", "_length", "_total", "_written")

    def __init__(self, written: bytes, head: Head) -> None:
        self._written = written
        self._head = head
        self._length = int(head.header("content-length", "0"))
        self._total = len(written) + self._length

    def incoming(self, data: bytes, source: Source, memory: Memory) -> Incoming | None:
        """The request of which `data` is all; None if it has another head, or is not whole, or more than one."""
        if len(data) != self._total or not data.startswith(self._written):
            return None
        body = Body(source, memory, self._length)
        if self._length:
            body.feed(data[-self._length :])
        body.finish()
        return Incoming(self._head, body, keep_alive=True, awaits_continue=False)


def same(data: bytes, head: Head) -> Same | None:
    """What knows the head that `data` begins with, and which was read as `head`, when it comes again; None for those that are signed and
    so differ each time, or are written in an unusual way."""
    if "x-amz-date" in head.values:
        return None
    found = mould(data, head)
    return None if found is None or found.length > _HEAD_BYTES_MAX else Same(data[: found.length], head)
