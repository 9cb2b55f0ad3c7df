"""Mappings over restarts: polling goes on, and no message is lost when the server is killed."""

import threading
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from harness import running
from stages import Queue, Stage

LEDGER = """
import os

def handler(event, context):
    with open(os.environ["LEDGER"], "a") as ledger:
        for record in event["Records"]:
            ledger.write(record["body"] + "\\n")
"""
ROUNDS = 3


def test_a_mapping_polls_after_a_restart(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        stage = Stage(server)
        stage.deploy()
        queue = stage.queue()
        uuid = stage.map(queue)
        resting = stage.map(stage.queue("other"), Enabled=False)
    with running(tmp_path / "data") as server:
        stage.reach(server)
        assert stage.lam.get_event_source_mapping(UUID=uuid)["State"] == "Enabled"
        assert stage.lam.get_event_source_mapping(UUID=resting)["State"] == "Disabled"
        stage.send(stage.found("q"), "x")
        assert [record["body"] for record in stage.told()[0]["Records"]] == ["x"]


def send_until_killed(stage: Stage, queue: Queue, name: str, sent: list[str]) -> None:
    at = 0
    try:
        while True:
            bodies = [f"{name}-{at + step}" for step in range(10)]
            entries = [{"Id": str(step), "MessageBody": body} for step, body in enumerate(bodies)]
            stage.sqs.send_message_batch(QueueUrl=queue.url, Entries=entries)
            sent += bodies
            at += 10
    except (BotoCoreError, ClientError):
        return


def test_nothing_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    """Each message that was accepted is delivered, at least once, whenever the server is killed."""
    ledger = tmp_path / "ledger"
    ledger.touch()
    ledger.chmod(0o666)
    tmp_path.chmod(0o777)
    sent: list[str] = []

    def delivered() -> set[str]:
        return set(ledger.read_text().splitlines())

    stage: Stage | None = None
    for attempt in range(ROUNDS):
        with running(tmp_path / "data", "--isolation", "C") as server:
            if stage is None:
                stage = Stage(server)
                stage.deploy(LEDGER, environment={"LEDGER": str(ledger)})
                stage.map(stage.queue())
            else:
                stage.reach(server)
            sender = threading.Thread(
                target=send_until_killed, args=(stage, stage.found("q"), str(attempt), sent)
            )
            sender.start()
            goal = len(delivered()) + 50 * (attempt + 1)
            stage.until(lambda goal=goal: len(delivered()) >= goal)  # type: ignore[misc]
            server.kill()
            sender.join()
    assert stage is not None
    with running(tmp_path / "data", "--isolation", "C") as server:
        stage.reach(server)
        stage.server.advance("31s")
        stage.until(lambda: delivered() >= set(sent))
        stage.emptied(stage.found("q"))
