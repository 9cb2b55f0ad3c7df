"""The writer process: an engine behind a socket.

It reads every frame that waits, performs them as one batch, answers with one frame, and ends at the end of the stream, that is when the
server has closed the store or has died. It never decides to end by itself, and no signal to the process group ends it: a server that
shuts down commits until it is done.
"""

import fcntl
import os
import select
import signal
import socket
import sqlite3
import time
from pathlib import Path

from portico.store.port import StoreError, StoreFull, StoreUnusable
from portico.store.sqlite import failures
from portico.store.sqlite.database import connect
from portico.store.sqlite.engine import Engine
from portico.store.sqlite.messages import Forgotten, Frames, Request, decode_requests, failed, frame

WRITER_LOCK = "writer.lock"
_PREDECESSOR_S = 10.0
_READ_BYTES = 64 * 1024
_BATCH_MAX = 512


def main(descriptor: int, database: str) -> None:
    """Serve the inherited socket; the first frame says whether the database could be opened."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    path = Path(database)
    with socket.socket(fileno=descriptor) as server:
        try:
            _wait_for_predecessor(path.parent)
            connection = connect(path)
            engine = Engine(connection, path.parent)
        except Exception as error:
            server.sendall(frame([failed(_why_not(error, path))]))
            return
        server.sendall(frame([Forgotten([])]))
        _serve(server, engine)
        connection.close()


def _serve(server: socket.socket, engine: Engine) -> None:
    frames = Frames()
    landing = memoryview(
        bytearray(_READ_BYTES)
    )  # a buffer for each read would be mapped and unmapped each time, which costs 20 us
    waiting: list[Request] = []
    while True:
        while len(waiting) < _BATCH_MAX and (not waiting or select.select([server], [], [], 0)[0]):
            try:
                read = server.recv_into(landing)
            except ConnectionResetError:
                return  # the server died with answers unread; what was not acknowledged need not be done
            if not read:
                return
            for body in frames.feed(landing[:read]):
                waiting += decode_requests(body)
        answers = engine.perform(waiting)
        waiting = []
        try:
            server.sendall(frame(answers))
        except (BrokenPipeError, ConnectionResetError):
            return
        engine.checkpoint(idle=not select.select([server], [], [], 0)[0])


def _wait_for_predecessor(directory: Path) -> None:
    """The writer of a server that was killed may be within its last commit; the directory's own lock is free by then."""
    lock = os.open(
        directory / WRITER_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
    )  # held until this process ends
    until = time.monotonic() + _PREDECESSOR_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                raise StoreUnusable(
                    f"a writer of an earlier server is still busy with {directory}; see what it waits for"
                ) from None
            time.sleep(0.002)


def _why_not(error: Exception, path: Path) -> StoreError:
    if isinstance(error, StoreError):
        return error
    if isinstance(error, sqlite3.Error):
        translated = failures.of_database(error, path.parent)
        if isinstance(translated, StoreFull):
            return translated
    return StoreUnusable(f"the database {path} can't be opened: {error}")
