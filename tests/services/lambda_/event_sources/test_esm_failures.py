"""When functions fail, are throttled or gone; when queues and permissions go; FIFO order."""

import json
from typing import Any

from lambda_answers import parameter, told
from stages import Stage, bodies

# What its message says: `fail` raises, `report` names messages as failed, else all is well. It tells what it got first.
OBEYS = """
import json
from tell import tell

def handler(event, context):
    tell([[record["body"], record["attributes"]["ApproximateReceiveCount"]] for record in event["Records"]])
    said = [json.loads(record["body"]) for record in event["Records"]]
    if any(each.get("fail") for each in said):
        raise Exception("as told")
    return {"batchItemFailures": [
        {"itemIdentifier": record["messageId"]}
        for record, each in zip(event["Records"], said)
        if each.get("report", 0) >= int(record["attributes"]["ApproximateReceiveCount"])
    ]}
"""
REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
FAILED = "PROBLEM: Function call failed"
GONE = "The specified queue does not exist."


def say(**members: Any) -> str:
    return json.dumps(members)


def test_a_failed_message_comes_again_when_its_visibility_timeout_is_over(stage: Stage) -> None:
    stage.deploy(OBEYS)
    queue = stage.queue()
    uuid = stage.map(queue, BatchSize=1)
    stage.send(queue, say(fail=True))
    assert stage.told() == [[[say(fail=True), "1"]]]
    stage.until(lambda: stage.result(uuid) == FAILED)
    assert stage.silent()
    assert stage.left(queue) == (0, 1)
    stage.server.advance("31s")
    assert stage.told() == [[[say(fail=True), "2"]]]
    stage.send(queue, say())
    assert stage.told() == [[[say(), "1"]]]
    stage.until(lambda: stage.result(uuid) is None)


def test_what_fails_too_often_is_a_dead_letter(stage: Stage) -> None:
    stage.deploy(OBEYS)
    dead = stage.queue("dead")
    policy = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 2})
    queue = stage.queue(RedrivePolicy=policy)
    stage.map(queue)
    (sent,) = stage.send(queue, say(fail=True))
    for attempt in ("1", "2"):
        assert stage.told() == [[[say(fail=True), attempt]]]
        stage.server.advance("31s")
    (letter,) = stage.sqs.receive_message(QueueUrl=dead.url, WaitTimeSeconds=20)["Messages"]
    assert (letter["MessageId"], letter["Body"]) == (sent, say(fail=True))
    assert stage.silent()


def test_only_messages_that_are_reported_come_again(stage: Stage) -> None:
    stage.deploy(OBEYS)
    queue = stage.queue()
    stage.send(queue, say(n=1), say(n=2, report=1), say(n=3, report=2))
    stage.map(queue, **REPORTS)
    (first,) = stage.told()
    assert len(first) == 3
    stage.until(lambda: stage.left(queue) == (0, 2))
    stage.server.advance("31s")
    (second,) = stage.told()
    assert sorted(second) == [[say(n=2, report=1), "2"], [say(n=3, report=2), "2"]]
    stage.until(lambda: stage.left(queue) == (0, 1))
    stage.server.advance("31s")
    assert stage.told() == [[[say(n=3, report=2), "3"]]]
    stage.emptied(queue)


def test_without_the_response_type_reports_are_passed_over(stage: Stage) -> None:
    stage.deploy(OBEYS)
    queue = stage.queue()
    stage.map(queue)
    stage.send(queue, say(report=1))
    stage.told()
    stage.emptied(queue)


def test_an_answer_that_names_what_is_not_there_fails_all(stage: Stage) -> None:
    stage.deploy(
        "from tell import tell\n\ndef handler(event, context):\n"
        "    tell(len(event['Records']))\n    return {'batchItemFailures': [{'foo': 'notvalid'}]}\n"
    )
    queue = stage.queue()
    stage.map(queue, **REPORTS)
    stage.send(queue, "x")
    assert stage.told() == [1]
    stage.server.advance("31s")
    assert stage.told() == [1]


def test_groups_are_in_order_and_a_failed_message_holds_its_group(stage: Stage) -> None:
    stage.deploy(OBEYS)
    queue = stage.queue("q.fifo", ContentBasedDeduplication="true")
    for n in range(3):
        for group in "ab":
            fails = group == "a" and n == 0
            stage.send(queue, say(group=group, n=n, report=int(fails)), MessageGroupId=group)
    stage.map(queue, BatchSize=1, **REPORTS)
    told = [json.loads(body) for ((body, _),) in stage.told(4)]
    assert [each["n"] for each in told if each["group"] == "b"] == [0, 1, 2]
    assert [each["n"] for each in told if each["group"] == "a"] == [0]
    assert stage.silent()
    stage.server.advance("31s")
    told = [json.loads(body) for ((body, _),) in stage.told(3)]
    assert [(each["group"], each["n"]) for each in told] == [("a", 0), ("a", 1), ("a", 2)]
    stage.emptied(queue)


def test_batches_of_a_fifo_queue_are_in_order(stage: Stage) -> None:
    stage.deploy(OBEYS)
    queue = stage.queue("q.fifo", ContentBasedDeduplication="true")
    wanted = [say(n=n) for n in range(25)]
    for body in wanted:
        stage.send(queue, body, MessageGroupId="g")
    stage.map(queue)
    found: list[str] = []
    while len(found) < 25:
        found += [body for batch in stage.told() for body, _ in batch]
    assert found == wanted


def test_a_throttled_batch_is_tried_again_and_not_counted(stage: Stage) -> None:
    stage.deploy(OBEYS)
    queue = stage.queue()
    stage.lam.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    stage.map(queue)
    stage.send(queue, say())
    stage.until(lambda: stage.left(queue) == (0, 1))
    stage.lam.delete_function_concurrency(FunctionName="f")
    assert stage.told() == [[[say(), "1"]]]
    stage.emptied(queue)


def test_a_batch_that_stays_throttled_goes_back(stage: Stage) -> None:
    stage.deploy(OBEYS)
    dead = stage.queue("dead")
    policy = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 1})
    queue = stage.queue(RedrivePolicy=policy)
    stage.lam.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    uuid = stage.map(queue)
    stage.send(queue, say())
    stage.until(lambda: stage.left(queue) == (0, 1))
    stage.server.advance("40s")
    assert stage.sqs.receive_message(QueueUrl=dead.url, WaitTimeSeconds=20)["Messages"]
    stage.until(lambda: stage.result(uuid) == FAILED)


def test_a_function_that_is_deleted_and_made_again(stage: Stage) -> None:
    stage.deploy(OBEYS)
    queue = stage.queue()
    uuid = stage.map(queue)
    stage.lam.delete_function(FunctionName="f")
    stage.send(queue, say())
    stage.until(lambda: stage.result(uuid) == "PROBLEM: Function does not exist")
    assert stage.lam.get_event_source_mapping(UUID=uuid)["State"] == "Enabled"
    stage.deploy(OBEYS)
    stage.server.advance("31s")  # the one long poll may have received it
    assert [body for body, _ in stage.told()[0]] == [say()]
    stage.until(lambda: stage.result(uuid) is None)


def test_a_queue_that_is_deleted(stage: Stage) -> None:
    stage.deploy(OBEYS)
    queue = stage.queue()
    uuid = stage.map(queue)
    stage.sqs.delete_queue(QueueUrl=queue.url)
    stage.until(lambda: GONE in (stage.result(uuid) or ""))
    stage.lam.update_event_source_mapping(UUID=uuid, Enabled=False)
    stage.settled(uuid, "Disabled")
    stage.lam.delete_event_source_mapping(UUID=uuid)
    stage.until(lambda: stage.lam.list_event_source_mappings()["EventSourceMappings"] == [])


def test_permissions_that_are_missing(stage: Stage) -> None:
    stage.deploy(OBEYS)
    queue = stage.queue()
    for operation in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
        stage.permit("deny", f"sqs:{operation}", effect="Deny")
        words = f"The provided execution role does not have permissions to call {operation} on SQS"
        make = stage.lam.create_event_source_mapping
        assert told(make, FunctionName="f", EventSourceArn=queue.arn) == parameter(words)
    assert stage.lam.list_event_source_mappings()["EventSourceMappings"] == []


def test_permissions_that_are_taken_away(stage: Stage) -> None:
    stage.deploy(OBEYS)
    queue = stage.queue()
    uuid = stage.map(queue)
    stage.permit("deny", "sqs:GetQueueAttributes", effect="Deny")
    stage.send(queue, say(n=1))  # what waits already may receive this one
    stage.told()
    words = "The provided execution role does not have permissions to call"
    stage.until(lambda: words in (stage.result(uuid) or ""))
    stage.send(queue, say(n=2))
    assert stage.silent()
    assert stage.left(queue) == (1, 0)
    stage.iam.delete_role_policy(RoleName="run", PolicyName="deny")
    assert stage.told() == [[[say(n=2), "1"]]]
    stage.until(lambda: stage.result(uuid) is None)


def test_a_role_that_may_not_delete(stage: Stage) -> None:
    stage.deploy(OBEYS)
    queue = stage.queue()
    uuid = stage.map(queue)
    stage.permit("deny", "sqs:DeleteMessage", effect="Deny")
    stage.send(queue, say())
    stage.told()
    words = "PROBLEM: The provided execution role does not have permissions to call DeleteMessage on SQS"
    stage.until(lambda: stage.result(uuid) == words)
    assert stage.left(queue) == (0, 1)


def test_a_role_that_is_gone(stage: Stage) -> None:
    stage.deploy(OBEYS)
    queue = stage.queue()
    uuid = stage.map(queue)
    stage.iam.delete_role_policy(RoleName="run", PolicyName="tell")
    policy = stage.iam.list_attached_role_policies(RoleName="run")["AttachedPolicies"][0]["PolicyArn"]
    stage.iam.detach_role_policy(RoleName="run", PolicyArn=policy)
    stage.iam.delete_role(RoleName="run")
    stage.send(queue, say())
    stage.until(lambda: "does not have permissions" in (stage.result(uuid) or ""))


def test_a_queue_of_another_account(stage: Stage) -> None:
    stage.deploy(OBEYS)
    other = Stage(stage.server)
    queue = other.queue()
    said = told(stage.lam.create_event_source_mapping, FunctionName="f", EventSourceArn=queue.arn)
    assert said == parameter(
        "The provided execution role does not have permissions to call ReceiveMessage on SQS"
    )
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": stage.role},
        "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        "Resource": queue.arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    other.sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"Policy": policy})
    stage.map(queue)
    other.send(queue, say())
    assert stage.told() == [[[say(), "1"]]]
    other.emptied(queue)


def test_two_mappings_of_a_queue_share_its_messages(stage: Stage) -> None:
    stage.deploy()
    stage.deploy(name="g")
    queue = stage.queue()
    stage.map(queue, "f", BatchSize=1)
    stage.map(queue, "g", BatchSize=1)
    sent = [str(at) for at in range(20)]
    stage.send(queue, *sent)
    assert sorted(body for event in stage.told(20) for body in bodies(event)) == sorted(sent)
    stage.emptied(queue)


def test_what_a_window_has_gathered_is_delivered_when_polling_fails(stage: Stage) -> None:
    stage.deploy(OBEYS)
    queue = stage.queue()
    uuid = stage.map(queue, MaximumBatchingWindowInSeconds=300)
    stage.send(queue, say())
    stage.until(lambda: stage.left(queue) == (0, 1))
    stage.permit("deny", "sqs:ReceiveMessage", effect="Deny")
    stage.server.advance("1s")  # what waits for more looks again
    assert stage.told() == [[[say(), "1"]]]
    stage.emptied(queue)
    stage.until(lambda: "ReceiveMessage" in (stage.result(uuid) or ""))
