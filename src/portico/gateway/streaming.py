"""Replies that are sent while they are made, no faster than the caller reads."""

from collections.abc import Callable
from typing import Any, Protocol

from portico.gateway.reply import announces_length, encode_head, has_body
from portico.wire.http import Head, StreamReply


class Sink(Protocol):
    """Where the bytes go: a connection."""

    lost: bool
    """Nobody reads any more."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    async def caught_up(self) -> None:
        """Wait until the caller has read what it was sent, or is gone."""


def is_chunked(reply: StreamReply, head: Head) -> bool:
    """Whether the body is sent in chunks."""
    return head.http_version != "1.0" and not announces_length(reply.headers)


def ends_with_connection(reply: StreamReply, head: Head) -> bool:
    """Whether only the end of the connection tells the caller where the body ends."""
    return head.http_version == "1.0" and not announces_length(reply.headers)


async def stream(sink: Sink, head: Head, reply: StreamReply, date: str, *, keep_alive: bool) -> None:
    """Send a whole reply to `head`; `reply.chunks` is closed at the end, whatever happens.

    Raises:
        Exception: whatever `reply.chunks` raises, or UnsendableError: the reply is not whole.
    """
    chunked = is_chunked(reply, head)
    framing = "Transfer-Encoding: chunked\r\n" if chunked else ""
    try:
        if not sink.lost:
            sink.write(
                encode_head(
                    reply.status,
                    reply.headers,
                    framing,
                    date,
                    keep_alive=keep_alive,
                    http_version=head.http_version,
                )
            )
        if has_body(reply.status, head.method):
            await _write_chunks(sink, reply, chunked)
    finally:
        close: Callable[[], Any] | None = getattr(reply.chunks, "aclose", None)
        if close is not None:
            await close()


async def _write_chunks(sink: Sink, reply: StreamReply, chunked: bool) -> None:
    async for chunk in reply.chunks:
        await sink.caught_up()
        if sink.lost:
            return
        if chunk:
            sink.write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunked else chunk)
    if chunked and not sink.lost:
        sink.write(b"0\r\n\r\n")
