"""The server's end of an environment's channel: frames, of which every byte that arrives is hostile.

The format is told in `runtimes/python/frames.py`. What a frame announces is checked before anything is allocated for it. A
socket is only ever read without ancillary data, so the kernel discards descriptors that a function sends.
"""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Callable

import msgspec

from portico.environments import ends
from portico.environments.work import Invocation

CONFIGURE, INVOKE, FORK = b"C", b"I", b"K"
READY, INIT_ERROR, ANSWER, ERROR, TOO_LARGE = b"R", b"F", b"A", b"E", b"L"
QUIET = b"Q"  # an ANSWER before which nothing was written that has not been read
# A streamed answer. BEGIN: JSON `{"contentType": ...}`, PART: bytes, END: empty, or the error's JSON document when it broke off.
BEGIN, PART, END = b"B", b"P", b"N"
NOT_STARTED = b"X"  # the program could not be executed; the words of why
# Said by lanes only, never in a frame: done with the invocation that was answered; the environment can't go on (the error's type is in
# the place of the request's id, its words are the content).
FREE, FAULT = b"D", b"Z"

CONTENT_BYTES_MAX = 6 * 1024 * 1024 + 100  # the Runtime API's cap on an answer

_FRAME = struct.Struct("!IcIB")  # length, kind, peak in KB, length of the id
_PREFIX_BYTES = 5  # of which `length` does not count
_INNER_BYTES = _FRAME.size - _PREFIX_BYTES
_LENGTH_MAX = _INNER_BYTES + 255 + CONTENT_BYTES_MAX
_KINDS = frozenset((READY, INIT_ERROR, ANSWER, QUIET, ERROR, TOO_LARGE, BEGIN, PART, END, NOT_STARTED))
_PIPE_BYTES = 65_536  # what a pipe holds
_ROOM_BYTES = 262_144  # what it is to hold where something is large, and how much is read at once
# What is read lands here first: a buffer of that size for each read would be mapped and unmapped each time.
_LANDING = memoryview(bytearray(_ROOM_BYTES))
_LANDINGS = (_LANDING,)


class BrokenFrame(Exception):
    """What arrived is no frame."""


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A frame from a runtime. `peak_kb` is the most memory that its process has used so far, by its own account; `error_type` what it
    calls an error to the platform, "" where only the error's document names it; `quiet` that the log need not be looked at."""

    kind: bytes
    peak_kb: int
    request_id: bytes
    content: bytes
    error_type: str = ""
    quiet: bool = False


class FrameParser:
    """Cuts a stream into frames; holds at most one incomplete frame of bounded size."""

    __slots__ = ("_buffer", "_wanted")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._wanted = _FRAME.size  # how long the buffer has to be before it is worth another look

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that `data` completes.

        Raises:
            BrokenFrame: a length, kind or id that no runtime sends.
        """
        if self._buffer:
            self._buffer += data
            if len(self._buffer) < self._wanted:
                return []
            data = bytes(self._buffer)
            self._buffer.clear()
        frame, end = _cut(data, 0)
        if end == len(data) and frame is not None:  # nearly always
            return [frame]
        frames, start = [], 0
        while frame is not None:
            frames.append(frame)
            start = end
            frame, end = _cut(data, start)
        if start < len(data):  # hardly ever
            self._buffer += data[start:]
            self._wanted = end - start
        return frames


def encode(kind: bytes, *parts: bytes) -> bytes:
    """A frame to the runtime."""
    return struct.pack("!Ic", sum(map(len, parts)), kind) + b"".join(parts)


def encode_invoke(head: bytes, event: bytes) -> bytes:
    """An INVOKE frame; `head` is JSON (see `runtimes/python/bootstrap.py`)."""
    size = len(head)
    return struct.pack("!IcI", 4 + size + len(event), INVOKE, size) + head + event


def _cut(data: bytes, start: int) -> tuple[Frame | None, int]:
    """The frame at `start`, None when it is incomplete, and where it ends (or its header, while that is incomplete)."""
    begin = start + _FRAME.size
    if len(data) < begin:
        return None, begin
    length, kind, peak_kb, id_length = _FRAME.unpack_from(data, start)
    if kind not in _KINDS or not _INNER_BYTES + id_length <= length <= _LENGTH_MAX:
        raise BrokenFrame(f"length {length}, kind {kind!r}, id of {id_length} bytes")
    end = start + _PREFIX_BYTES + length
    if len(data) < end:
        return None, end
    content = begin + id_length
    if kind == QUIET:
        return Frame(ANSWER, peak_kb, data[begin:content], data[content:end], "", True), end
    return Frame(kind, peak_kb, data[begin:content], data[content:end]), end


class FramedLane:
    """The lane over a channel of frames."""

    __slots__ = ("_channel",)

    attending = False  # our own runtimes have done with an invocation when they answer it

    def __init__(self, channel: "Channel") -> None:
        self._channel = channel

    def deliver(self, invocation: Invocation, deadline_ms: int) -> None:
        """Send an INVOKE frame."""
        head = msgspec.json.encode(
            (
                invocation.request_id,
                invocation.invoked_arn,
                deadline_ms,
                invocation.trace,
                invocation.client_context,
                invocation.cognito_identity_id,
                invocation.cognito_identity_pool_id,
            )
        )
        self._channel.send(encode_invoke(head, invocation.payload))

    def hold(self) -> None:
        """Leave what comes in the socket, so that the runtime waits."""
        self._channel.hold()

    def resume(self) -> None:
        """Read on."""
        self._channel.resume()

    def close(self) -> None:
        """The environment closes the channel itself, which carries the configuration as well."""


class Channel:
    """Frames on the loop, over a non-blocking socket or a pair of pipes.

    `on_frame` gets each frame; `on_end` is called once when the other side has closed or has sent what is no frame (with a
    BrokenFrame); nothing is called after `close`.
    """

    __slots__ = (
        "_closed",
        "_ended",
        "_loop",
        "_on_end",
        "_on_frame",
        "_parser",
        "_pipes",
        "_reading",
        "_reads",
        "_socket",
        "_unsent",
        "_wide",
        "_writes",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        connection: socket.socket,
        on_frame: Callable[[Frame], None],
        on_end: Callable[[BrokenFrame | None], None],
    ) -> None:
        self._loop = loop
        self._socket = connection
        self._pipes: tuple[int, ...] = ()  # what it goes over instead
        self._wide = False
        self._reads = self._writes = connection.fileno()
        self._on_frame = on_frame
        self._on_end = on_end
        self._parser = FrameParser()
        self._unsent = bytearray()
        self._closed = False
        self._ended = False
        self._reading = True
        loop.add_reader(self._reads, self._read)

    def send(self, frame: bytes) -> None:
        """Send `frame` now, as far as it is taken, and the rest when more is."""
        if self._closed:
            return
        if not self._unsent:
            try:
                sent = os.write(self._writes, frame)
            except BlockingIOError:
                sent = 0
            except OSError:
                return  # the other side is gone, which `on_end` and the process's end report
            if sent == len(frame):
                return
            frame = frame[sent:]
            self._widen()
            self._loop.add_writer(self._writes, self._write)
        self._unsent += frame

    def send_with(self, frame: bytes, descriptors: list[int]) -> None:
        """Send `frame` whole, with descriptors; only while nothing else waits to be sent.

        Raises:
            OSError: the other side is gone, or takes nothing now.
        """
        if socket.send_fds(self._socket, [frame], descriptors) != len(frame):
            raise BlockingIOError("the channel is full")

    def send_with_pipes(self, frame: bytes) -> None:
        """Send `frame` with the ends of two pipes, and go on over these; as `send` where no descriptors are left.

        Pipes cost both sides less than a socket, which wakes whoever waits in it also when what he has sent is read.
        """
        if self._closed or self._ended:
            return
        try:
            ours, theirs = ends.pipes()
        except OSError:
            self.send(frame)
            return
        with contextlib.suppress(OSError):  # the other side is gone, and so the pipes have no other end
            self.send_with(frame, list(theirs))
        for fd in theirs:
            os.close(fd)
        self.hold()
        self._socket.close()
        self._pipes = self._reads, self._writes = ours
        self.resume()

    def drain(self) -> None:
        """Hand on what has been said by one that says nothing more."""
        while self._reading and self._read():
            pass

    def hold(self) -> None:
        """Read nothing until `resume`; frames that have been read are still handed on."""
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._reads)

    def resume(self) -> None:
        """Read again."""
        if not self._reading and not self._closed and not self._ended:
            self._reading = True
            self._loop.add_reader(self._reads, self._read)

    def close(self) -> None:
        """Close it and forget what is unsent."""
        if self._closed:
            return
        self._closed = True
        self.hold()
        if self._unsent:
            self._loop.remove_writer(self._writes)
        self._socket.close()
        for fd in self._pipes:
            os.close(fd)

    def _read(self) -> bool:
        """Read once; whether there was something."""
        try:
            data = bytes(_LANDING[: os.readv(self._reads, _LANDINGS)])
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self._finish(None)
            return False
        if len(data) > _PIPE_BYTES // 2:
            self._widen()
        try:
            frames = self._parser.feed(data)
        except BrokenFrame as error:
            self._finish(error)
            return False
        for frame in frames:
            if not self._closed:
                self._on_frame(frame)
        return True

    def _widen(self) -> None:
        """Let pipes hold as much as is read at once: one of them has been full, or nearly."""
        if not self._wide:
            self._wide = True
            for fd in self._pipes:
                ends.widen(fd, _ROOM_BYTES)

    def _finish(self, error: BrokenFrame | None) -> None:
        self._ended = True
        self.hold()
        self._on_end(error)

    def _write(self) -> None:
        try:
            sent = os.write(self._writes, self._unsent)
        except BlockingIOError:
            return
        except OSError:
            sent = len(self._unsent)
        del self._unsent[:sent]
        if not self._unsent:
            self._loop.remove_writer(self._writes)
