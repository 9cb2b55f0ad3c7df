"""Frames that arrive, whole, in pieces and hostile."""

import asyncio
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.environments import ends
from portico.environments.framed import (
    ANSWER,
    CONFIGURE,
    CONTENT_BYTES_MAX,
    QUIET,
    READY,
    BrokenFrame,
    Channel,
    Frame,
    FrameParser,
    encode,
    encode_invoke,
)
from portico.environments.runtimes.python import frames as theirs


def _raw(kind: bytes, request_id: bytes, content: bytes, peak_kb: int = 7) -> bytes:
    inner = struct.pack("!IB", peak_kb, len(request_id)) + request_id + content
    return struct.pack("!Ic", len(inner), kind) + inner


def test_both_ends_name_the_kinds_alike() -> None:
    names = ("CONFIGURE", "INVOKE", "READY", "INIT_ERROR", "ANSWER", "QUIET", "ERROR", "TOO_LARGE")
    from portico.environments import framed

    assert [getattr(framed, name) for name in names] == [getattr(theirs, name) for name in names]


@given(contents=st.lists(st.binary(max_size=300), max_size=5), cuts=st.lists(st.integers(1, 40), max_size=60))
def test_frames_come_out_whole_however_the_stream_is_cut(contents: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(_raw(ANSWER, b"id", content) for content in contents)
    parser, got, start = FrameParser(), [], 0
    for size in (*cuts, len(stream)):
        got += parser.feed(stream[start : start + size])
        start += size
    assert got == [Frame(ANSWER, 7, b"id", content) for content in contents]


def test_a_quiet_answer_is_an_answer() -> None:
    assert FrameParser().feed(_raw(QUIET, b"id", b"1")) == [Frame(ANSWER, 7, b"id", b"1", quiet=True)]


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n",
        struct.pack("!IcIB", 0xFFFFFFFF, ANSWER, 0, 0),
        struct.pack("!IcIB", 5 + 255 + CONTENT_BYTES_MAX + 1, ANSWER, 0, 0),
        struct.pack("!IcIB", 100, b"Z", 0, 0),
        struct.pack("!IcIB", 5, ANSWER, 0, 4),
        struct.pack("!IcIB", 0, READY, 0, 0),
        b"\0" * 64,
    ],
)
def test_what_no_runtime_sends_is_refused_by_its_first_bytes(data: bytes) -> None:
    with pytest.raises(BrokenFrame):
        FrameParser().feed(data)


async def test_a_frame_larger_than_the_socket_takes_is_sent_when_it_is_read() -> None:
    ours, other = socket.socketpair()
    ours.setblocking(False)
    channel = Channel(asyncio.get_running_loop(), ours, lambda frame: None, lambda error: None)
    sent = b"x" * 5_000_000
    channel.send(sent)

    def read_all() -> int:
        got = 0
        while got < len(sent):
            got += len(other.recv(1 << 20))
        return got

    assert await asyncio.to_thread(read_all) == len(sent)
    channel.close()
    other.close()


async def test_descriptors_that_come_with_bytes_are_not_taken() -> None:
    ours, other = socket.socketpair()
    ours.setblocking(False)
    loop = asyncio.get_running_loop()
    arrived: asyncio.Future[Frame] = loop.create_future()
    channel = Channel(loop, ours, arrived.set_result, lambda error: None)
    reader, writer = socket.socketpair()
    socket.send_fds(other, [_raw(ANSWER, b"id", b"{}")], [writer.fileno()])
    writer.close()
    await arrived
    assert reader.recv(1) == b"", "the only copy of the writing end has been discarded"
    channel.close()
    for end in (reader, other):
        end.close()


@pytest.fixture
def descriptors() -> Iterator[None]:
    before = os.listdir("/dev/fd")
    yield
    assert os.listdir("/dev/fd") == before


class _Ended:
    """Both ends of a channel, and what the server's has heard."""

    def __init__(self) -> None:
        ours, other = socket.socketpair()
        ours.setblocking(False)
        self.frames: asyncio.Queue[Frame] = asyncio.Queue()
        self.end: asyncio.Future[BrokenFrame | None] = asyncio.get_running_loop().create_future()
        loop = asyncio.get_running_loop()
        self.channel = Channel(loop, ours, self.frames.put_nowait, self.end.set_result)
        self.other = other

    def runtime(self) -> theirs.Channel:
        return theirs.Channel(self.other.detach())


def _echo(channel: theirs.Channel) -> None:
    """A runtime: configured, it answers what it is sent, until the server is gone."""
    channel.configuration()
    try:
        while True:
            (request_id, *_), event = channel.event()
            channel.send(ANSWER, request_id, event)
    except EOFError:
        _close(channel)


def _close(channel: theirs.Channel) -> None:
    channel.detach()
    for fd in {channel._reads, channel._writes}:
        os.close(fd)


async def _answers(both: _Ended, running: "asyncio.Task[None]", *sizes: int) -> None:
    for size in sizes:
        both.channel.send(encode_invoke(b'["id"]', b"e" * size))
        answer = await both.frames.get()
        assert (answer.request_id, answer.content) == (b"id", b"e" * size)
    both.channel.close()
    await running


@pytest.mark.usefixtures("descriptors")
async def test_a_runtime_goes_on_over_the_pipes_that_come_with_its_configuration() -> None:
    both = _Ended()
    running = asyncio.create_task(asyncio.to_thread(_echo, both.runtime()))
    both.channel.send_with_pipes(encode(CONFIGURE, b"{}"))
    await _answers(both, running, 1, 65_000, 6_000_000, 0, 2)
    assert not both.end.done()


@pytest.mark.skipif(not hasattr(fcntl, "F_GETPIPE_SZ"), reason="the system's pipes are as they are")
@pytest.mark.parametrize(("size", "room"), [(1_000, 65_536), (200_000, 262_144)])
async def test_pipes_hold_more_once_something_large_has_come(size: int, room: int) -> None:
    both = _Ended()
    running = asyncio.create_task(asyncio.to_thread(_echo, both.runtime()))
    both.channel.send_with_pipes(encode(CONFIGURE, b"{}"))
    both.channel.send(encode_invoke(b'["id"]', b"e" * size))
    await both.frames.get()
    ends_of_ours = (both.channel._reads, both.channel._writes)
    assert [fcntl.fcntl(fd, fcntl.F_GETPIPE_SZ) for fd in ends_of_ours] == [room, room]
    both.channel.close()
    await running


@pytest.mark.usefixtures("descriptors")
async def test_a_configuration_larger_than_one_read_brings_its_pipes() -> None:
    both = _Ended()
    running = asyncio.create_task(asyncio.to_thread(_echo, both.runtime()))
    both.channel.send_with_pipes(encode(CONFIGURE, b'{"variables": "%s"}' % (b"v" * 100_000)))
    await _answers(both, running, 1)


@pytest.mark.usefixtures("descriptors")
async def test_without_descriptors_the_socket_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left() -> NoReturn:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(ends, "pipes", none_left)
    both = _Ended()
    running = asyncio.create_task(asyncio.to_thread(_echo, both.runtime()))
    both.channel.send_with_pipes(encode(CONFIGURE, b"{}"))
    await _answers(both, running, 1, 6_000_000)


@pytest.mark.usefixtures("descriptors")
@pytest.mark.parametrize("configured", [True, False], ids=["later", "before it is configured"])
async def test_the_end_of_a_runtime_is_noticed_over_pipes_too(*, configured: bool) -> None:
    both = _Ended()
    runtime = both.runtime()
    if configured:
        both.channel.send_with_pipes(encode(CONFIGURE, b"{}"))
        runtime.configuration()
        _close(runtime)
    else:
        _close(runtime)
        both.channel.send_with_pipes(encode(CONFIGURE, b"{}"))
    assert await both.end is None
    both.channel.send(encode_invoke(b'["id"]', b"1"))
    both.channel.close()


@pytest.mark.usefixtures("descriptors")
async def test_what_is_no_frame_ends_a_channel_of_pipes() -> None:
    both = _Ended()
    runtime = both.runtime()
    both.channel.send_with_pipes(encode(CONFIGURE, b"{}"))
    runtime.configuration()
    os.write(runtime._writes, b"GET / HTTP/1.1\r\n")
    assert isinstance(await both.end, BrokenFrame)
    both.channel.close()
    _close(runtime)
