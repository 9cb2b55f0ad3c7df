"""A fuzzer that speaks nearly HTTP over raw sockets. The same seed makes the same requests.

    python tests/fuzz.py HOST PORT [--requests 20000] [--seed 1] [--connections 16] [--pid PID]

Each connection sends a few requests, valid or damaged, in pieces of any size, then says that it is done and reads to the end. What
comes back must be a sequence of well-formed replies without a 500 and without a word about our own code.
"""

import argparse
import asyncio
import contextlib
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from fuzz_requests import Conversation, conversation

_PATIENCE_S = 20.0
_FAULTS_MAX = 20
_STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5]\d\d) [ -~]*\Z").fullmatch
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)").fullmatch
_OUR_CODE = re.compile(rb"Traceback|\.py\b|most recent call|site-packages|Exception in|<class '")
_BODILESS = frozenset((204, 304))


class Malformed(Exception):
    """Bytes that are no reply."""


class Report(msgspec.Struct):
    """What happened. `faults` are the conversations that were answered wrongly, at most 20 of them."""

    requests: int = 0
    conversations: int = 0
    resets: int = 0
    statuses: Counter[int] = msgspec.field(default_factory=Counter)
    faults: list[str] = []

    def check(self) -> None:
        """Raises AssertionError with the faults, or if the server answered hardly anything."""
        assert not self.faults, "\n\n".join(self.faults)
        assert sum(self.statuses.values()) >= self.conversations / 2, f"hardly any answers: {self}"


class Footprint(msgspec.Struct, frozen=True):
    """What a process holds."""

    resident_bytes: int
    descriptors: int


def footprint(pid: int) -> Footprint:
    """Memory and file descriptors of a process now (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return Footprint(pages * os.sysconf("SC_PAGE_SIZE"), len(os.listdir(f"/proc/{pid}/fd")))


def replies(received: bytes, *, head_only: bool = False) -> list[tuple[int, bytes]]:
    """Status and body of each reply in `received`.

    Raises:
        Malformed: it is not a sequence of whole replies.
    """
    found, rest = [], received
    while rest:
        head, end, rest = rest.partition(b"\r\n\r\n")
        status_line, *lines = head.split(b"\r\n")
        matched = _STATUS_LINE(status_line)
        if not end or matched is None:
            raise Malformed(f"no head: {head[:200]!r}")
        status = int(matched[1])
        if status == 100:
            continue
        headers: dict[bytes, bytes] = {}
        for line in lines:
            field = _FIELD(line)
            if field is None or (field[1].lower() in headers and field[1].lower() in _ONCE):
                raise Malformed(f"not a header, or one too many: {line[:200]!r}")
            headers[field[1].lower()] = field[2]
        body, rest = (b"", rest) if head_only or status in _BODILESS else _body(headers, rest)
        found.append((status, body))
    return found


_ONCE = frozenset((b"content-length", b"transfer-encoding", b"connection", b"date"))


def _body(headers: dict[bytes, bytes], rest: bytes) -> tuple[bytes, bytes]:
    if headers.get(b"transfer-encoding") == b"chunked":
        return _chunks(rest)
    if b"content-length" not in headers:
        if headers.get(b"connection", b"").lower() != b"close":
            raise Malformed("a reply that does not say where it ends")
        return rest, b""
    length = int(headers[b"content-length"])
    if len(rest) < length:
        raise Malformed(f"a body of {length} bytes ends after {len(rest)}")
    return rest[:length], rest[length:]


def _chunks(rest: bytes) -> tuple[bytes, bytes]:
    body = b""
    while True:
        line, end, rest = rest.partition(b"\r\n")
        if not end:
            raise Malformed("a chunked body without an end")
        size = int(line, 16)
        if rest[size : size + 2] != b"\r\n":
            raise Malformed("a chunk that does not end")
        body, rest = body + rest[:size], rest[size + 2 :]
        if not size:
            return body, rest


async def _talk(host: str, port: int, said: Conversation) -> tuple[bytes, bool]:
    """What the server answered, and whether it reset the connection in the middle."""
    reader, writer = await asyncio.open_connection(host, port, limit=1 << 20)
    received = bytearray()

    async def listen() -> None:
        while data := await reader.read(1 << 20):
            received.extend(data)

    listening = asyncio.ensure_future(listen())
    try:
        for piece in said.pieces:
            if writer.transport.is_closing():
                break
            writer.write(piece)
            await asyncio.sleep(0)
        await writer.drain()
        if said.hangs_up:
            writer.transport.abort()
            return b"", False
        if writer.can_write_eof():
            writer.write_eof()
        await asyncio.wait_for(asyncio.shield(listening), _PATIENCE_S)
    except TimeoutError:
        raise
    except OSError:
        return bytes(received), True
    else:
        return bytes(received), False
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await listening
        writer.close()


def _judge(report: Report, label: str, said: Conversation, received: bytes, reset: bool) -> None:
    try:
        answered = replies(received, head_only=said.head_only)
    except (Malformed, ValueError) as error:
        if not reset:
            _fault(report, label, said, f"{error}: {received[:300]!r}")
        return
    for status, body in answered:
        report.statuses[status] += 1
        if status == 500 or (not said.echoed and _OUR_CODE.search(body)):
            _fault(report, label, said, f"{status} {body[:500]!r}")


def _fault(report: Report, label: str, said: Conversation, what: str) -> None:
    if len(report.faults) < _FAULTS_MAX:
        report.faults.append(f"{label} {said.kinds}: {what}\n  after {b''.join(said.pieces)[:600]!r}")


async def fuzz(
    host: str,
    port: int,
    *,
    requests: int = 20_000,
    seed: int = 1,
    connections: int = 16,
    make: Callable[[random.Random, str], Conversation] = conversation,
) -> Report:
    """Send `requests` requests over `connections` connections at a time, and report what came back. `make` makes a conversation with
    a host."""
    report = Report()
    numbers = iter(range(requests))

    async def work() -> None:
        while report.requests < requests:
            number = next(numbers)
            said = make(random.Random(f"{seed}:{number}"), f"{host}:{port}")
            report.requests += len(said.kinds)
            report.conversations += 1
            label = f"seed {seed}, conversation {number},"
            try:
                received, reset = await _talk(host, port, said)
            except TimeoutError:
                _fault(report, label, said, f"no end after {_PATIENCE_S} s")
                continue
            report.resets += reset
            _judge(report, label, said, received, reset)

    await asyncio.gather(*(work() for _ in range(connections)))
    return report


def main() -> int:
    """Fuzz a server; 1 if it did anything wrong."""
    parser = argparse.ArgumentParser(description="Fuzz an HTTP server over raw sockets.")
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--pid", type=int, help="the server's, to show what it holds before and after")
    given = parser.parse_args()
    before = footprint(given.pid) if given.pid else None
    report = asyncio.run(
        fuzz(given.host, given.port, requests=given.requests, seed=given.seed, connections=given.connections)
    )
    print(f"{report.requests} requests in {report.conversations} conversations, {report.resets} resets")
    print("statuses:", dict(sorted(report.statuses.items())))
    if given.pid:
        print(f"before: {before}\nafter:  {footprint(given.pid)}")
    print("\n\n".join(report.faults) or "no faults")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
