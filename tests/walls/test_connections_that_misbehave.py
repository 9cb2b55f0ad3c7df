"""Clients that break off, lie about lengths, dawdle, hoard connections or never read, against the whole server."""

import contextlib
import json
import os
import resource
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fuzz import footprint, replies
from fuzz_requests import Draft
from harness import Server, running
from walls.siege import DEFENDER, check_well, deploy_echo
from walls.signed_requests import sign

Make = Callable[..., Any]
INVOKE = b"/2015-03-31/functions/echo/invocations"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Without walls: functions here wait at pipes in the test's folder."""
    with running(tmp_path_factory.mktemp("open") / "data", "--isolation", "C") as started:
        yield started


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, whose footprint nobody else changes."""
    with running(tmp_path_factory.mktemp("attacked") / "data") as server:
        deploy_echo(server, DEFENDER, "echo")
        check_well(server)
        yield server


def _connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), 20)


def _signed(server: Server, body: bytes = b"{}", method: bytes = b"POST", target: bytes = INVOKE) -> Draft:
    draft = Draft(method, target, [(b"content-type", b"application/json")], body)
    return sign(draft, "lambda", key=DEFENDER, host=f"127.0.0.1:{server.port}")


def _read_to_the_end(connection: socket.socket) -> bytes:
    received = b""
    while data := connection.recv(1 << 16):
        received += data
    return received


def _settled(server: Server, descriptors: int) -> bool:
    """Whether the server has let go of what was broken off; it is asked until it has, for at most ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        check_well(server)
        if footprint(server.process.pid).descriptors <= descriptors + 10:
            return True
    return False


def test_connections_that_die_at_any_byte(attacked: Server) -> None:
    whole = _signed(attacked, b'{"a": 1}').encode()
    before = footprint(attacked.process.pid).descriptors
    for cut in range(0, len(whole) + 1, 3):
        connection = _connect(attacked)
        connection.sendall(whole[:cut])
        if cut % 2:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    assert _settled(attacked, before)


@pytest.mark.parametrize(("announced", "statuses"), [(3, {400, 403}), (500, set()), (200_000_000, {413})])
def test_bodies_of_another_length_than_announced(
    attacked: Server, announced: int, statuses: set[int]
) -> None:
    draft = _signed(attacked, b'{"a": 1}')
    draft.framing = False
    draft.headers.append((b"content-length", b"%d" % announced))
    with _connect(attacked) as connection:
        connection.sendall(draft.encode())
        connection.shutdown(socket.SHUT_WR)
        answered = replies(_read_to_the_end(connection))
    assert 200 not in [status for status, _ in answered]
    assert statuses <= {status for status, _ in answered}
    check_well(attacked)


def test_pipelined_calls_are_answered_in_their_order(attacked: Server) -> None:
    bodies = [b"%d" % n for n in range(60)]
    with _connect(attacked) as connection:
        connection.sendall(b"".join(_signed(attacked, body).encode() for body in bodies))
        connection.shutdown(socket.SHUT_WR)
        answered = replies(_read_to_the_end(connection))
    assert answered == [(200, body) for body in bodies]


def test_thousands_of_idle_connections(attacked: Server) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(3_000, hard - 500)
    before = footprint(attacked.process.pid)
    try:
        with contextlib.ExitStack() as opened:
            for number in range(count):
                connection = opened.enter_context(_connect(attacked))
                if number % 3 == 0:
                    connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
            check_well(attacked)
            held = footprint(attacked.process.pid)
            assert held.resident_bytes < before.resident_bytes + count * 20_000
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert _settled(attacked, before.descriptors)


def test_a_caller_that_never_reads_holds_nothing_up(attacked: Server) -> None:
    body = json.dumps("x" * 4_000_000).encode()
    with contextlib.ExitStack() as opened:
        for _ in range(8):
            connection = opened.enter_context(_connect(attacked))
            connection.sendall(_signed(attacked, body).encode())
            select.select([connection], [], [], 20)
        check_well(attacked)
        assert footprint(attacked.process.pid).resident_bytes < 400_000_000
    check_well(attacked)


def test_many_large_bodies_before_anybody_is_known(attacked: Server) -> None:
    """Bodies of strangers are not gathered: the refusal does not wait for them, and they are not kept."""
    before = footprint(attacked.process.pid)
    with contextlib.ExitStack() as opened:
        for _ in range(40):
            connection = opened.enter_context(_connect(attacked))
            head = b"POST " + INVOKE + b" HTTP/1.1\r\nhost: 127.0.0.1:%d\r\ncontent-length: 60000000\r\n\r\n"
            connection.sendall(head % attacked.port)
            with contextlib.suppress(OSError):
                connection.sendall(bytes(3_000_000))
        check_well(attacked)
        assert footprint(attacked.process.pid).resident_bytes < before.resident_bytes + 150_000_000


def test_more_calls_than_the_concurrency(client: Make, deploy: Make, tmp_path: Path) -> None:
    go = tmp_path / "go"
    os.mkfifo(go)
    name = deploy(f"def handler(event, context):\n    return open({str(go)!r}).read()\n", Timeout=60)
    lam = client("lambda")
    lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=3)
    refusals: list[dict[str, Any]] = []
    answers: list[int] = []
    enough = threading.Event()

    def call() -> None:
        try:
            answers.append(client("lambda").invoke(FunctionName=name)["StatusCode"])
        except lam.exceptions.TooManyRequestsException as error:
            refusals.append(error.response)
            if len(refusals) == 27:
                enough.set()

    callers = [threading.Thread(target=call) for _ in range(30)]
    for caller in callers:
        caller.start()
    assert enough.wait(30)
    with contextlib.suppress(BrokenPipeError):
        while len(answers) < 3:
            _feed(go)
    for caller in callers:
        caller.join(30)
    assert answers == [200] * 3
    first = refusals[0]
    assert first["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert first["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert first["Error"]["Message"] == "Rate Exceeded."
    assert first["ResponseMetadata"]["HTTPHeaders"].get("retry-after") == "1"


def _feed(fifo: Path) -> None:
    """Let whoever has the pipe open for reading go on; nothing when nobody has."""
    try:
        descriptor = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return
    os.close(descriptor)


def test_a_caller_that_goes_away_keeps_its_place_taken(
    server: Server, client: Make, account: str, deploy: Make, tmp_path: Path
) -> None:
    """Else whoever hangs up would run more at once than is allowed."""
    begun, go = tmp_path / "begun", tmp_path / "go"
    os.mkfifo(begun)
    os.mkfifo(go)
    name = deploy(
        f"def handler(event, context):\n    open({str(begun)!r}, 'w').close()\n    return open({str(go)!r}).read()\n",
        Timeout=60,
    )
    lam = client("lambda")
    lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    draft = Draft(b"POST", f"/2015-03-31/functions/{name}/invocations".encode(), [], b"{}")
    connection = _connect(server)
    connection.sendall(sign(draft, "lambda", key=account, host=f"127.0.0.1:{server.port}").encode())
    begun.open().close()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    client("sts").get_caller_identity()  # by now the server has seen the reset
    with pytest.raises(lam.exceptions.TooManyRequestsException):
        lam.invoke(FunctionName=name)
    go.write_text("")
