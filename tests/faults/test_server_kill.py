"""The whole server, killed in the middle of acknowledged calls: nothing that was answered may be missing afterwards."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from conftest import zip_of
from harness import TRUST_LAMBDA, Server

ROUNDS = 10
COUNTER = """
import os

def handler(event, context):
    with open(os.environ["LEDGER"], "a") as ledger:
        ledger.write(event["id"] + "\\n")
"""


class Writers:
    """Clients that write until the server is gone, and remember what it has acknowledged."""

    def __init__(self, server: Server, round_: int) -> None:
        self.users: list[str] = []
        self.logged: list[str] = []
        self.events: list[str] = []
        self._server = server
        self._round = round_
        self.first_answers = threading.Barrier(4)

    def run(self, work: str) -> None:
        """Write in a loop; the three kinds of work are the methods below."""
        step, at = getattr(self, work), 0
        try:
            while True:
                step(f"r{self._round}-{at}")
                at += 1
                if at == 5:
                    self.first_answers.wait(60)
        except (BotoCoreError, ClientError, OSError):
            return

    def user(self, name: str) -> None:
        self._server.client("iam").create_user(UserName=name)
        self.users.append(name)

    def log(self, name: str) -> None:
        event = {"timestamp": int(time.time() * 1000), "message": name}
        self._server.client("logs").put_log_events(logGroupName="g", logStreamName="s", logEvents=[event])
        self.logged.append(name)

    def event(self, name: str) -> None:
        self._server.client("lambda").invoke(
            FunctionName="count", InvocationType="Event", Payload=f'{{"id": "{name}"}}'
        )
        self.events.append(name)


def _prepare(server: Server, ledger: Path) -> None:
    iam, lam, logs = (server.client(name) for name in ("iam", "lambda", "logs"))
    role = iam.create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    lam.create_function(
        FunctionName="count",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": zip_of({"app.py": COUNTER})},
        Environment={"Variables": {"LEDGER": str(ledger)}},
    )
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")


def _killed_while_writing(server: Server, round_: int, patience: random.Random) -> Writers:
    writers = Writers(server, round_)
    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(writers.run, work) for work in ("user", "log", "event")]
        writers.first_answers.wait(60)
        for _ in range(patience.randrange(200_000)):  # kill somewhere, not always at the same step
            pass
        server.kill()
        for each in running:
            each.result(60)
    return writers


def _logged(server: Server) -> set[str]:
    pages = server.client("logs").get_paginator("filter_log_events").paginate(logGroupName="g")
    return {event["message"] for page in pages for event in page["events"]}


def _drained(server: Server, ledger: Path, events: set[str]) -> None:
    deadline = time.monotonic() + 60
    while not events <= set(ledger.read_text().split()) and time.monotonic() < deadline:
        server.client("sts").get_caller_identity()  # something to wait on while the queue drains
    assert events <= set(ledger.read_text().split())


OPEN = ("--isolation", "C")  # the function writes down what it has run, where the test can read it


def test_what_was_answered_is_there_after_sigkill(tmp_path: Path) -> None:
    ledger, patience = tmp_path / "ledger", random.Random(7)
    ledger.touch()
    users: set[str] = set()
    logged: set[str] = set()
    events: set[str] = set()
    server = Server(tmp_path / "data", *OPEN)
    _prepare(server, ledger)
    for round_ in range(ROUNDS):
        writers = _killed_while_writing(server, round_, patience)
        users |= set(writers.users)
        logged |= set(writers.logged)
        events |= set(writers.events)
        server = Server(tmp_path / "data", *OPEN)
        pages = server.client("iam").get_paginator("list_users").paginate()
        assert users <= {user["UserName"] for page in pages for user in page["Users"]}
        assert logged <= _logged(server)
        if round_ % 2:  # what is interrupted again and again is in the end given up, which is another matter
            _drained(server, ledger, events)
    assert len(users) >= ROUNDS * 5
    assert len(events) >= ROUNDS * 5
    server.stop()
