"""Several callers at once, and what is forgotten under a mapping."""

import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from harness import running
from stages import Stage

NOTHING = "def handler(event, context):\n    pass\n"


def outcome(call: Any, **request: Any) -> str:
    """The UUID that a call answers with, or the code of its refusal."""
    try:
        uuid: str = call(**request)["UUID"]
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return uuid


def test_of_many_that_make_the_same_mapping_one_does(stage: Stage) -> None:
    stage.deploy(NOTHING)
    queue = stage.queue()

    def make(_: int) -> str:
        return outcome(
            stage.lam.create_event_source_mapping, FunctionName="f", EventSourceArn=queue.arn, Enabled=False
        )

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(make, range(16)))
    (listed,) = stage.lam.list_event_source_mappings()["EventSourceMappings"]
    assert sorted(outcomes) == sorted([listed["UUID"], *["ResourceConflictException"] * 15])


def test_many_that_make_others(stage: Stage) -> None:
    """None of them is in the way of another."""
    stage.deploy(NOTHING)
    queues = [stage.queue(f"q{at}") for at in range(24)]

    def make_and_delete(at: int) -> None:
        uuid = stage.map(queues[at])
        stage.lam.update_event_source_mapping(UUID=uuid, BatchSize=5)
        stage.lam.delete_event_source_mapping(UUID=uuid)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make_and_delete, range(24)))
    stage.until(lambda: stage.lam.list_event_source_mappings()["EventSourceMappings"] == [])


def test_deleted_again_and_again_while_messages_come(stage: Stage) -> None:
    """What a mapping had taken when it was deleted comes again, so each message is delivered."""
    stage.deploy()
    queue = stage.queue()
    sent = []
    for at in range(10):
        uuid = stage.map(queue, BatchSize=1)
        sent += [f"{at}-{more}" for more in range(5)]
        stage.send(queue, *sent[-5:])
        stage.lam.delete_event_source_mapping(UUID=uuid)
    stage.map(queue)
    stage.server.advance("31s")
    found: set[str] = set()
    while found != set(sent):
        (event,) = stage.told()
        found |= {record["body"] for record in event["Records"]}
    stage.emptied(queue)


def test_a_reset_forgets_mappings() -> None:
    with running(None) as server:
        stage = Stage(server)
        stage.deploy(NOTHING)
        stage.map(stage.queue())
        request = urllib.request.Request(f"{server.url}/_portico/reset", b"", method="POST")
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200
        assert stage.lam.list_event_source_mappings()["EventSourceMappings"] == []
        after = Stage(server)
        after.deploy()
        queue = after.queue()
        after.map(queue)
        after.send(queue, "x")
        assert [record["body"] for record in after.told()[0]["Records"]] == ["x"]
    assert not [line for line in server.log if "Traceback" in line]


def test_the_loop_is_shown_in_health(stage: Stage) -> None:
    with urllib.request.urlopen(f"{stage.server.url}/_portico/health") as answer:
        assert b'"lambda.event_sources":{"state":"running","restarts":0,"error":""}' in answer.read()
