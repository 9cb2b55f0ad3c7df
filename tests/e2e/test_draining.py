"""A server that is told to end finishes what it has begun, in every environment; one that is killed leaves nothing behind."""

import os
import select
import signal
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError

from conftest import zip_of
from gates import Gate
from harness import TRUST_LAMBDA, Server, running
from portico.environments.sandbox import hierarchies
from processes import children

CALLS = 4


def made(server: Server, source: str, name: str = "f") -> Any:
    """A Lambda client; the function `name` is there."""
    iam, lam = server.client("iam"), server.client("lambda")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    lam.create_function(
        FunctionName=name, Runtime=f"python3.{sys.version_info.minor}", Handler="app.handler", Role=role,
        Code={"ZipFile": zip_of({"app.py": source})}, Timeout=60,
    )  # fmt: skip
    return lam


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_every_call_in_flight_is_finished_and_every_environment_ends(
    tmp_path: Path, number: int, gate: Gate
) -> None:
    source = f"def handler(event, context):\n    {gate.wait}\n    return 'done'\n"
    with running(tmp_path / "data") as server, ThreadPoolExecutor(2 * CALLS) as pool:
        first, _ = made(server, source, "first"), made(server, source, "second")
        calls = [
            pool.submit(lambda name=name: first.invoke(FunctionName=name)["Payload"].read())
            for name in ("first", "second") * CALLS
        ]
        gate.until_there(2 * CALLS)
        watched = [os.pidfd_open(pid) for pid in _descendants(server.process.pid)]
        server.process.send_signal(number)
        _no_longer_listening(server)
        with pytest.raises(BotoCoreError):
            first.get_function(FunctionName="first")
        assert server.process.poll() is None
        gate.open()
        assert [call.result(60) for call in calls] == [b'"done"'] * (2 * CALLS)
        server.process.wait(30)
        assert server.stop() == 0
    assert len(watched) >= 4 * CALLS, "an init and a function for each call"
    assert _ended(watched, 0) == len(watched)
    assert "Traceback" not in "".join(server.log)
    assert _group_folders(server) == []


SLEEPER = """
    import subprocess
    def handler(event, context):
        subprocess.Popen(["sleep", "4712"])
        return "planted"
    """


def test_what_stands_still_ends_with_a_killed_server_too_and_the_next_one_clears_up(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    made(server, SLEEPER).invoke(FunctionName="f")
    functions = _functions(server.process.pid)
    watched = [os.pidfd_open(pid) for pid in _descendants(server.process.pid)]
    while not all(_stopped(pid) for pid in functions):
        pass
    server.kill()
    assert _ended(watched, 10) == len(watched)
    left = _group_folders(server)
    with running(tmp_path / "data"):
        assert [folder for folder in left if folder.exists()] == []


def _descendants(root: int) -> Iterator[int]:
    for child in children(root):
        yield child
        yield from _descendants(child)


def _no_longer_listening(server: Server) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", server.port), 5).close()
        except OSError:
            return


def _functions(root: int) -> list[int]:
    """The function's process, and the one that it has started."""
    found = [p for p in _descendants(root) if b"4712" in Path(f"/proc/{p}/cmdline").read_bytes()]
    assert len(found) == 1
    parent = Path(f"/proc/{found[0]}/stat").read_text().rpartition(")")[2].split()[1]
    return [*found, int(parent)]


def _stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def _ended(pidfds: list[int], within_s: float) -> int:
    """How many of the processes have ended."""
    count = 0
    for pidfd in pidfds:
        ended, _, _ = select.select([pidfd], [], [], within_s)
        os.close(pidfd)
        count += bool(ended)
    return count


def _group_folders(server: Server) -> list[Path]:
    found = [own.folder.glob(f"portico-{server.process.pid}-*") for own in hierarchies.own()]
    return [folder for folders in found for folder in folders]
