"""Queues that are elsewhere: another server's, polled with the credentials of this one's environment."""

from collections.abc import Iterator

import pytest

from harness import Server, new_account, running
from lambda_answers import parameter, told
from stages import Queue, Stage, bodies

ACCOUNT = new_account()


@pytest.fixture(scope="module")
def there() -> Iterator[Server]:
    """The server that has the queues."""
    with running(None) as started:
        yield started


@pytest.fixture(scope="module")
def here(there: Server) -> Iterator[Server]:
    """The server that has the functions, and polls queues of one account there."""
    environment = {
        "PORTICO_SQS_ENDPOINT": f"{ACCOUNT}={there.url}",
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with running(None, env=environment) as started:
        yield started


def queue_there(there: Server, name: str) -> Queue:
    url = there.client("sqs", ACCOUNT).create_queue(QueueName=name)["QueueUrl"]
    return Queue(url, f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}")


def test_messages_come_from_there(here: Server, there: Server) -> None:
    stage, queue = Stage(here), queue_there(there, "q")
    sqs = there.client("sqs", ACCOUNT)
    stage.deploy()
    uuid = stage.map(queue)
    sqs.send_message(QueueUrl=queue.url, MessageBody="x")
    (event,) = stage.told()
    assert bodies(event) == ["x"]
    assert event["Records"][0]["eventSourceARN"] == queue.arn
    entries = [{"Id": str(at), "MessageBody": str(at)} for at in range(10)]
    for _ in range(3):
        sqs.send_message_batch(QueueUrl=queue.url, Entries=entries)
    found: list[str] = []
    while len(found) < 30:
        found += bodies(stage.told()[0])
    assert sorted(found) == sorted(str(at) for at in range(10) for _ in range(3))
    stage.lam.delete_event_source_mapping(UUID=uuid)
    stage.until(lambda: stage.lam.list_event_source_mappings()["EventSourceMappings"] == [])


def test_a_queue_that_is_not_there(here: Server) -> None:
    stage = Stage(here)
    stage.deploy()
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:missing"
    said = told(stage.lam.create_event_source_mapping, FunctionName="f", EventSourceArn=arn)
    assert said == parameter(
        "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
        "SQS Error Message: The specified queue does not exist."
    )


def test_a_queue_that_is_deleted_there(here: Server, there: Server) -> None:
    stage, queue = Stage(here), queue_there(there, "gone")
    stage.deploy()
    uuid = stage.map(queue)
    there.client("sqs", ACCOUNT).delete_queue(QueueUrl=queue.url)
    stage.until(lambda: "NonExistentQueue" in (stage.result(uuid) or ""))


def test_queues_of_others_are_here(here: Server) -> None:
    stage = Stage(here)
    stage.deploy()
    queue = stage.queue()
    stage.map(queue)
    stage.send(queue, "x")
    assert bodies(stage.told()[0]) == ["x"]
