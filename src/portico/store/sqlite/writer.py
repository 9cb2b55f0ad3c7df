"""The store's side of the writer: hands requests over, and gives the answers to those who wait.

On disk the writer is a process of its own. Measured beside a saturated event loop, a thread's commit waited 350 ms at the median, and
150 ms at p99 even with a switch interval of half a millisecond: a thread that waits for the GIL starts its wait anew whenever the loop
gives it up for a moment and takes it back, which a busy loop does all the time. See docs/benchmarks.md, `python -m bench.store`.
"""

import asyncio
import logging
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import msgspec

from portico.store.port import Conflict, Key, StoreError, StoreFailed
from portico.store.sqlite.engine import Engine
from portico.store.sqlite.messages import (
    Answer,
    CommittedAt,
    Failed,
    Frames,
    Request,
    decode_answers,
    error_of,
    frame,
)

_log = logging.getLogger(__name__)

_END_S = 30.0
_CHILD = "import sys; sys.path += sys.argv[3:]; from portico.store.sqlite.process import main; main(int(sys.argv[1]), sys.argv[2])"


class _Waiting(msgspec.Struct):
    """Who waits for an answer, and what the hooks are told if it is a commit that holds."""

    future: "asyncio.Future[Answer]"
    changed: Sequence[Key]


class Writer:
    """Gathers the requests of one turn of the event loop, and settles their answers in order.

    `settled` is called with the changed keys of a batch before its callers go on; `failed` once, when nothing more can be made durable.
    """

    def __init__(
        self, settled: Callable[[Sequence[Key]], None], failed: Callable[[StoreFailed], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._settled = settled
        self._failed = failed
        self._outgoing: list[Request] = []
        self._waiting: deque[_Waiting] = deque()
        self._refusal: StoreError | None = None

    def submit(self, request: Request, changed: Sequence[Key] = ()) -> "asyncio.Future[Answer]":
        """Hand over a request; its answer comes when it is durable, or one of the port's errors."""
        if self._refusal is not None:
            raise self._refusal
        future: asyncio.Future[Answer] = self._loop.create_future()
        self._waiting.append(_Waiting(future, changed))
        if not self._outgoing:
            self._loop.call_soon(self._flush)
        self._outgoing.append(request)
        return future

    async def drain(self) -> None:
        """Take nothing more, and wait until everything that was handed over is answered."""
        self._refusal = self._refusal or StoreError("the store is closed")
        if self._waiting:
            await asyncio.wait([self._waiting[-1].future])

    async def close(self) -> None:
        """End the writer; `drain` comes before."""

    def _flush(self) -> None:
        requests, self._outgoing = self._outgoing, []
        if requests:
            self._send(requests)

    def _send(self, requests: list[Request]) -> None:
        raise NotImplementedError

    def _settle(self, answers: Sequence[Answer]) -> None:
        batch = [self._waiting.popleft() for _ in answers]
        changed = [
            key
            for each, answer in zip(batch, answers, strict=True)
            if type(answer) is CommittedAt and answer.version
            for key in each.changed
        ]
        if changed:
            self._settled(changed)
        for each, answer in zip(batch, answers, strict=True):
            error = _error(answer)
            if isinstance(error, StoreFailed):
                self._fail(error)
            if each.future.done():  # its caller was cancelled; what it asked for is done all the same
                continue
            if error is not None:
                each.future.set_exception(error)
            else:
                each.future.set_result(answer)

    def _fail(self, failure: StoreFailed) -> None:
        if not isinstance(self._refusal, StoreFailed):
            self._refusal = failure
            self._failed(failure)


class InlineWriter(Writer):
    """The engine on the event loop, for a database in memory: there is no disk to wait for."""

    def __init__(
        self,
        engine: Engine,
        settled: Callable[[Sequence[Key]], None],
        failed: Callable[[StoreFailed], None],
    ) -> None:
        super().__init__(settled, failed)
        self._engine = engine

    def _send(self, requests: list[Request]) -> None:
        self._settle(self._engine.perform(requests))


class ProcessWriter(Writer, asyncio.Protocol):
    """The engine in a process of its own, at the other end of a socket pair. Made by `start_writer`."""

    def __init__(
        self, settled: Callable[[Sequence[Key]], None], failed: Callable[[StoreFailed], None]
    ) -> None:
        super().__init__(settled, failed)
        self._frames = Frames()
        self._transport: asyncio.WriteTransport | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._closing = False
        self.opened: asyncio.Future[Answer] = self._loop.create_future()
        self._waiting.append(_Waiting(self.opened, ()))

    async def start(self, database: Path) -> None:
        """Start the process and wait until it has opened the database.

        Raises:
            StoreUnusable, StoreFull: it could not.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = await asyncio.to_thread(_start_process, theirs, database)
        ours.setblocking(False)
        await self._loop.create_unix_connection(lambda: self, sock=ours)
        try:
            await self.opened
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """End the stream, and wait for the process, which then closes the database."""
        self._closing = True
        if self._transport is not None:
            self._transport.close()
        if self._process is not None:
            await asyncio.to_thread(self._process.wait, _END_S)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The stream is there."""
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's are no subclass

    def data_received(self, data: bytes) -> None:
        """Answers have come."""
        for body in self._frames.feed(data):
            self._settle(decode_answers(body))

    def connection_lost(self, error: Exception | None) -> None:
        """The process has ended: what it has not answered may or may not be durable."""
        if self._closing:
            return
        failure = StoreFailed("the writer process has ended; what was not acknowledged may be lost")
        self._fail(failure)
        self._outgoing.clear()
        while self._waiting:
            future = self._waiting.popleft().future
            if not future.done():
                future.set_exception(failure)

    def _send(self, requests: list[Request]) -> None:
        assert self._transport is not None
        self._transport.write(frame(requests))


def _start_process(stream: socket.socket, database: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603  # our own interpreter and our own arguments
        [
            *(sys.executable, "-I", "-S", "-c", _CHILD),
            *(str(stream.fileno()), str(database), *_import_paths()),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(stream.fileno(),),
        cwd="/",
    )


def _error(answer: Answer) -> StoreError | None:
    if type(answer) is CommittedAt:
        return None if answer.version else Conflict("what this commit depends on has changed")
    return error_of(answer) if isinstance(answer, Failed) else None


def _import_paths() -> list[str]:
    """Where the process finds what it imports; it starts without `site`, which would take longer than everything else."""
    import portico

    modules = (portico, msgspec)
    return sorted({str(Path(module.__file__ or "").resolve().parents[1]) for module in modules})
