"""The whole server under fuzz: what it must still be afterwards. Run by itself it is the soak:

python -m walls.siege [--requests 100000] [--seed 1] [--rounds 4]
"""

import argparse
import asyncio
import json
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import zip_of
from fuzz import Footprint, Report, footprint, fuzz
from harness import TRUST_LAMBDA, Server, running
from walls.signed_requests import ACCOUNT, signed_conversation

DEFENDER = "400000000004"
"""The account whose function has to work throughout; the fuzzer has another."""
ECHO = "def handler(event, context):\n    return event\n"
_GROWTH_BYTES_MAX = 40_000_000
_DESCRIPTORS_MAX = 20


def deploy_echo(server: Server, account: str, name: str) -> None:
    """A function that answers its event, and a role of the same name."""
    trust = server.client("iam", account).create_role(RoleName=name, AssumeRolePolicyDocument=TRUST_LAMBDA)
    server.client("lambda", account).create_function(
        FunctionName=name,
        Runtime=f"python3.{sys.version_info.minor}",
        Handler="app.handler",
        Role=trust["Role"]["Arn"],
        Code={"ZipFile": zip_of({"app.py": ECHO})},
    )


def health(server: Server) -> dict[str, object]:
    """What the server says of itself."""
    with urllib.request.urlopen(f"{server.url}/_portico/health", timeout=10) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def check_well(server: Server) -> None:
    """The server says that it is well, runs a function, and has no traceback in its log."""
    assert health(server)["status"] == "ok"
    answer = server.client("lambda", DEFENDER).invoke(FunctionName="echo", Payload=b'{"still": "here"}')
    assert json.loads(answer["Payload"].read()) == {"still": "here"}
    log = "".join(server.log)
    assert "Traceback" not in log, log[-4000:]


@contextmanager
def besieged(data: Path) -> Iterator[Server]:
    """A server with something to break: a role, a function and a log group that the fuzzer's requests name."""
    with running(data) as server:
        deploy_echo(server, DEFENDER, "echo")
        deploy_echo(server, ACCOUNT, "run")
        server.client("iam", ACCOUNT).create_user(UserName="run")
        server.client("logs", ACCOUNT).create_log_group(logGroupName="run")
        server.client("logs", ACCOUNT).create_log_stream(logGroupName="run", logStreamName="run")
        yield server


def storm(server: Server, *, requests: int, seed: int) -> Report:
    """Fuzz, and check that every answer was one that a caller may get."""
    report = asyncio.run(
        fuzz("127.0.0.1", server.port, requests=requests, seed=seed, make=signed_conversation)
    )
    report.check()
    return report


def check_grown(before: Footprint, after: Footprint) -> None:
    """No more descriptors, and no more memory than caches that were not full yet may take."""
    assert after.descriptors <= before.descriptors + _DESCRIPTORS_MAX
    assert after.resident_bytes < before.resident_bytes + _GROWTH_BYTES_MAX, (before, after)


def main() -> int:
    """Soak: several storms on one server, its footprint after each."""
    parser = argparse.ArgumentParser(description="Fuzz a whole Portico server for a while.")
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=4, help="the first one is for warming up")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, besieged(Path(folder) / "data") as server:
        before: Footprint | None = None
        for round_ in range(given.rounds):
            report = storm(server, requests=given.requests // given.rounds, seed=given.seed + round_)
            check_well(server)
            held = footprint(server.process.pid)
            before = before or held
            print(f"{report.requests} requests, {dict(sorted(report.statuses.items()))}")
            print(f"  {held.resident_bytes / 1e6:.1f} MB, {held.descriptors} descriptors", flush=True)
            check_grown(before, held)
    print("no 500, no traceback, nothing grew")
    return 0


if __name__ == "__main__":
    sys.exit(main())
