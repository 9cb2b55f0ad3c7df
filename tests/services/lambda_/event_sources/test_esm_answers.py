"""Event source mappings as AWS answers them, whole (recorded at AWS), and what it refuses."""

import json
from datetime import datetime
from typing import Any

import pytest

from conftest import zip_of
from lambda_answers import parameter, refusal, told
from portico.services.lambda_.event_sources.kinds import NOT_HERE
from stages import Queue, Stage

GONE = refusal(404, "ResourceNotFoundException", "The resource you requested does not exist.")
WINDOW = "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
UNKNOWN = "00000000-0000-0000-0000-000000000000"


def answered(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what differs from run to run, and with its status."""
    found = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    assert isinstance(found.pop("LastModified"), datetime)
    return {**found, "status": answer["ResponseMetadata"]["HTTPStatusCode"]}


def configuration(stage: Stage, queue: Queue, uuid: str, **changes: Any) -> dict[str, Any]:
    return {
        "BatchSize": 10,
        "EventSourceArn": queue.arn,
        "EventSourceMappingArn": f"arn:aws:lambda:us-east-1:{stage.account}:event-source-mapping:{uuid}",
        "FunctionArn": f"arn:aws:lambda:us-east-1:{stage.account}:function:f",
        "FunctionResponseTypes": [],
        "MaximumBatchingWindowInSeconds": 0,
        "StateTransitionReason": "USER_INITIATED",
        "UUID": uuid,
        **changes,
    }


def test_a_life(stage: Stage) -> None:
    stage.deploy()
    queue, lam = stage.queue(), stage.lam
    made = lam.create_event_source_mapping(FunctionName="f", EventSourceArn=queue.arn)
    uuid = made["UUID"]
    assert answered(made) == configuration(stage, queue, uuid, State="Creating", status=202)
    stage.settled(uuid)
    enabled = configuration(stage, queue, uuid, State="Enabled")
    assert answered(lam.get_event_source_mapping(UUID=uuid)) == {**enabled, "status": 200}
    (listed,) = lam.list_event_source_mappings(FunctionName="f")["EventSourceMappings"]
    assert {name: value for name, value in listed.items() if name != "LastModified"} == enabled
    changed = lam.update_event_source_mapping(
        UUID=uuid,
        BatchSize=20,
        MaximumBatchingWindowInSeconds=1,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        ScalingConfig={"MaximumConcurrency": 2},
        FilterCriteria={"Filters": [{"Pattern": '{"body": ["a"]}'}]},
    )
    settings: dict[str, Any] = {
        "BatchSize": 20,
        "MaximumBatchingWindowInSeconds": 1,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": 2},
        "FilterCriteria": {"Filters": [{"Pattern": '{"body": ["a"]}'}]},
    }
    assert answered(changed) == configuration(stage, queue, uuid, **settings, State="Updating", status=202)
    stage.settled(uuid)
    cleared = lam.update_event_source_mapping(
        UUID=uuid, ScalingConfig={}, FilterCriteria={}, BatchSize=10, FunctionResponseTypes=[]
    )
    assert answered(cleared) == configuration(
        stage, queue, uuid, MaximumBatchingWindowInSeconds=1, State="Updating", status=202
    )
    stage.settled(uuid)
    resting = lam.update_event_source_mapping(UUID=uuid, Enabled=False)
    assert (resting["State"], resting["ResponseMetadata"]["HTTPStatusCode"]) == ("Disabling", 202)
    stage.settled(uuid, "Disabled")
    assert lam.update_event_source_mapping(UUID=uuid, BatchSize=9)["State"] == "Updating"
    stage.settled(uuid, "Disabled")
    assert lam.update_event_source_mapping(UUID=uuid, Enabled=True)["State"] == "Enabling"
    stage.settled(uuid)
    deleted = lam.delete_event_source_mapping(UUID=uuid)
    assert (deleted["State"], deleted["ResponseMetadata"]["HTTPStatusCode"]) == ("Deleting", 202)
    stage.until(lambda: lam.list_event_source_mappings()["EventSourceMappings"] == [])
    for call in (
        lam.get_event_source_mapping,
        lam.delete_event_source_mapping,
        lam.update_event_source_mapping,
    ):
        assert told(call, UUID=uuid) == GONE


def test_a_mapping_that_is_made_disabled(stage: Stage) -> None:
    stage.deploy()
    queue = stage.queue("q.fifo")
    made = stage.lam.create_event_source_mapping(
        FunctionName="f", EventSourceArn=queue.arn, BatchSize=1, Enabled=False
    )
    assert answered(made) == configuration(
        stage, queue, made["UUID"], BatchSize=1, State="Disabled", status=202
    )


@pytest.mark.parametrize("suffix", ["", ":$LATEST", ":1", ":live"])
@pytest.mark.parametrize("form", ["{name}", "{account}:function:{name}", "{arn}"])
def test_names_of_the_function(stage: Stage, suffix: str, form: str) -> None:
    arn = stage.deploy(Publish=True)
    stage.lam.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    queue = stage.queue()
    name = form.format(name="f", account=stage.account, arn=arn.removesuffix(":1"))
    made = stage.lam.create_event_source_mapping(FunctionName=name + suffix, EventSourceArn=queue.arn)
    assert made["FunctionArn"] == f"arn:aws:lambda:us-east-1:{stage.account}:function:f{suffix}"


def test_the_same_twice(stage: Stage) -> None:
    stage.deploy(Publish=True)
    queue = stage.queue()
    uuid = stage.map(queue)
    words = (
        f'An event source mapping with SQS arn (" {queue.arn} ") and function (" f ") already exists. '
        f"Please update or delete the existing mapping with UUID {uuid}"
    )
    conflict = refusal(409, "ResourceConflictException", words)
    make = stage.lam.create_event_source_mapping
    assert told(make, FunctionName="f", EventSourceArn=queue.arn) == conflict
    assert told(make, FunctionName="f:$LATEST", EventSourceArn=queue.arn)["status"] == 409
    other = stage.map(queue, "f:1")
    assert told(stage.lam.update_event_source_mapping, UUID=other, FunctionName="f") == conflict
    stage.lam.delete_event_source_mapping(UUID=uuid)
    assert make(FunctionName="f", EventSourceArn=queue.arn)["State"] == "Creating"


def test_what_is_refused(stage: Stage) -> None:
    stage.deploy()
    queue, fifo = stage.queue().arn, stage.queue("q.fifo").arn

    def said(**request: Any) -> dict[str, Any]:
        given = {"FunctionName": "f", "EventSourceArn": queue, **request}
        return told(stage.lam.create_event_source_mapping, **given)

    missing = queue + "-not-there"
    no_queue = (
        "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. "
        "SQS Error Message: The specified queue does not exist."
    )
    elsewhere = {"OnFailure": {"Destination": queue}}
    unsupported = "Unsupported {} parameter for given event source mapping type."
    assert told(stage.lam.create_event_source_mapping, FunctionName="f") == parameter(
        "Unrecognized event source."
    )
    assert said(FunctionName="unknown") == parameter("Function does not exist")
    assert said(FunctionName="f:7") == parameter("Function does not exist")
    assert said(EventSourceArn=missing) == parameter(no_queue)
    assert said(DestinationConfig=elsewhere) == parameter(unsupported.format("DestinationConfig"))
    assert said(ParallelizationFactor=2) == parameter(unsupported.format("ParallelizationFactor"))
    assert said(StartingPosition="LATEST") == parameter(
        "StartingPosition is not valid for SQS event sources."
    )
    assert said(BatchSize=11) == parameter(WINDOW)
    assert said(EventSourceArn=fifo, BatchSize=11)["Error"]["Code"] == "InvalidParameterValueException"
    assert said(EventSourceArn=fifo, MaximumBatchingWindowInSeconds=1) == parameter(
        "Batching window is not supported for FIFO queues."
    )
    assert said(KMSKeyArn="arn:aws:kms:us-east-1:123456789012:key/some") == parameter(
        "The parameter KMSKeyArn is not supported by Portico yet."
    )
    assert said(EventSourceArn=queue.replace("us-east-1", "eu-west-1"))["Error"]["Message"].endswith(
        "is not in the function's region, us-east-1."
    )
    for broken in (f"arn:aws:sqs:us-east-1:{stage.account}:", f"{queue}:more", "arn:aws:s3:::bucket"):
        assert said(EventSourceArn=broken) == parameter("Unrecognized event source.")
    kafka = {"SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["kafka:1000"]}}}
    selfmanaged = told(stage.lam.create_event_source_mapping, FunctionName="f", **kafka)
    assert "self-managed Apache Kafka" in selfmanaged["Error"]["Message"]
    both = {"ScalingConfig": {"MaximumConcurrency": 2}, "ProvisionedPollerConfig": {"MinimumPollers": 2}}
    assert said(**both)["Error"]["Code"] == "InvalidParameterValueException"
    assert said(BatchSize=0)["Error"]["Code"] == "ValidationException"
    assert said(BatchSize=10_001)["Error"]["Code"] == "ValidationException"
    assert said(ScalingConfig={"MaximumConcurrency": 1})["Error"]["Code"] == "ValidationException"
    assert said(MaximumBatchingWindowInSeconds=301)["Error"]["Code"] == "ValidationException"
    assert said(Tags={"aws:x": "y"})["Error"]["Code"] == "InvalidParameterValueException"
    assert stage.lam.list_event_source_mappings()["EventSourceMappings"] == []


@pytest.mark.parametrize("pattern", ["null", '"simple string"', '{"body": "text"}', '{"body": []}', "{", "7"])
def test_patterns_that_are_none(stage: Stage, pattern: str) -> None:
    stage.deploy()
    criteria = {"Filters": [{"Pattern": pattern}]}
    make = stage.lam.create_event_source_mapping
    assert told(
        make, FunctionName="f", EventSourceArn=stage.queue().arn, FilterCriteria=criteria
    ) == parameter("Invalid filter pattern definition.")


def test_too_many_patterns(stage: Stage) -> None:
    stage.deploy()
    criteria = {"Filters": [{"Pattern": '{"body": ["x"]}'}] * 11}
    make = stage.lam.create_event_source_mapping
    said = told(make, FunctionName="f", EventSourceArn=stage.queue().arn, FilterCriteria=criteria)
    assert "11 are given, 10 are allowed" in said["Error"]["Message"]


@pytest.mark.parametrize("service", NOT_HERE)
def test_sources_that_are_not_here(stage: Stage, service: str) -> None:
    arn = f"arn:aws:{service}:us-east-1:123456789012:some/thing"
    said = told(stage.lam.create_event_source_mapping, FunctionName="f", EventSourceArn=arn)
    words = f"The event source {arn} is not supported: Portico has no {NOT_HERE[service]} yet."
    assert said == parameter(words)


def test_the_queues_visibility_timeout(stage: Stage) -> None:
    stage.deploy(Timeout=60)
    short, long = stage.queue("short"), stage.queue("long", VisibilityTimeout=60)
    words = parameter("Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds")
    make = stage.lam.create_event_source_mapping
    assert told(make, FunctionName="f", EventSourceArn=short.arn) == words
    uuid = stage.map(long)
    stage.sqs.set_queue_attributes(QueueUrl=long.url, Attributes={"VisibilityTimeout": "30"})
    change = stage.lam.update_event_source_mapping
    assert told(change, UUID=uuid, BatchSize=5) == words
    assert change(UUID=uuid, Enabled=False)["State"] == "Disabling"


def test_the_function_s_timeout_may_outgrow_the_queue_s(stage: Stage) -> None:
    """AWS looks at the two when a mapping is made or changed, not when the function is."""
    stage.deploy(Timeout=30)
    uuid = stage.map(stage.queue())
    stage.lam.update_function_configuration(FunctionName="f", Timeout=60)
    stage.lam.get_waiter("function_updated_v2").wait(FunctionName="f")
    words = parameter("Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds")
    assert told(stage.lam.update_event_source_mapping, UUID=uuid, BatchSize=5) == words


def test_windows_of_large_batches_in_updates(stage: Stage) -> None:
    stage.deploy()
    uuid = stage.map(stage.queue())
    assert told(stage.lam.update_event_source_mapping, UUID=uuid, BatchSize=11) == parameter(WINDOW)
    assert told(stage.lam.update_event_source_mapping, UUID=UNKNOWN) == GONE


def test_tags(stage: Stage) -> None:
    stage.deploy()
    made = stage.lam.create_event_source_mapping(
        FunctionName="f", EventSourceArn=stage.queue().arn, Tags={"a": "1"}
    )
    arn, lam = made["EventSourceMappingArn"], stage.lam
    assert lam.list_tags(Resource=arn)["Tags"] == {"a": "1"}
    lam.tag_resource(Resource=arn, Tags={"b": "2"})
    lam.untag_resource(Resource=arn, TagKeys=["a", "c"])
    assert lam.list_tags(Resource=arn)["Tags"] == {"b": "2"}
    unknown = f"arn:aws:lambda:us-east-1:{stage.account}:event-source-mapping:{UNKNOWN}"
    for call, more in ((lam.list_tags, {}), (lam.tag_resource, {"Tags": {"a": "b"}})):
        assert told(call, Resource=unknown, **more) == refusal(
            404, "ResourceNotFoundException", f"Event source mapping not found: {unknown}"
        )


def test_lists_by_pages_sources_and_functions(stage: Stage) -> None:
    stage.deploy(Publish=True)
    stage.deploy(name="g")
    queues = [stage.queue(f"q{at}") for at in range(3)]
    for queue in queues:
        stage.map(queue, "f", Enabled=False)
    stage.map(queues[0], "g", Enabled=False)
    stage.map(queues[0], "f:1", Enabled=False)

    def listed(**request: Any) -> list[tuple[str, str]]:
        pages = stage.lam.get_paginator("list_event_source_mappings").paginate(**request)
        found = [mapping for each in pages for mapping in each["EventSourceMappings"]]
        return sorted((each["FunctionArn"].split(":", 6)[6], each["EventSourceArn"][-2:]) for each in found)

    of_f = [("f", "q0"), ("f", "q1"), ("f", "q2"), ("f:1", "q0")]
    assert listed() == sorted([*of_f, ("g", "q0")])
    assert listed(PaginationConfig={"PageSize": 2}) == listed()
    assert listed(FunctionName="f", PaginationConfig={"PageSize": 1}) == of_f
    assert listed(FunctionName="f:1") == [("f:1", "q0")]
    assert listed(EventSourceArn=queues[0].arn) == [("f", "q0"), ("f:1", "q0"), ("g", "q0")]
    assert listed(EventSourceArn=queues[1].arn, FunctionName="g") == []
    assert told(stage.lam.list_event_source_mappings, Marker="no") == parameter("Invalid Marker")


def test_a_durable_function_has_to_be_named_with_a_version(stage: Stage) -> None:
    stage.deploy(DurableConfig={"ExecutionTimeout": 60})
    make = stage.lam.create_event_source_mapping
    assert told(make, FunctionName="f", EventSourceArn=stage.queue().arn) == parameter(
        "Durable execution requires qualified function identifier"
    )


def test_who_may_make_mappings(stage: Stage) -> None:
    """The condition key `lambda:FunctionArn` is that of the function, also of a mapping that is there."""
    stage.deploy()
    stage.deploy(name="g")
    queue = stage.queue()
    mine = stage.map(queue, "f", Enabled=False)
    iam = stage.iam
    iam.create_user(UserName="u")
    statement = {
        "Effect": "Allow",
        "Action": "lambda:*EventSourceMapping",
        "Resource": "*",
        "Condition": {
            "ArnEquals": {"lambda:FunctionArn": f"arn:aws:lambda:us-east-1:{stage.account}:function:g"}
        },
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName="u")["AccessKey"]
    lam = stage.server.client("lambda", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    made = lam.create_event_source_mapping(FunctionName="g", EventSourceArn=queue.arn, Enabled=False)
    assert lam.get_event_source_mapping(UUID=made["UUID"])["State"] == "Disabled"
    for call, request in (
        (lam.create_event_source_mapping, {"FunctionName": "f", "EventSourceArn": queue.arn}),
        (lam.get_event_source_mapping, {"UUID": mine}),
        (lam.delete_event_source_mapping, {"UUID": mine}),
        (lam.update_event_source_mapping, {"UUID": made["UUID"], "FunctionName": "f"}),
    ):
        assert told(call, **request)["Error"]["Code"] == "AccessDeniedException"


def test_a_mapping_of_a_new_code_is_the_same(stage: Stage) -> None:
    stage.deploy()
    uuid = stage.map(stage.queue())
    stage.lam.update_function_code(FunctionName="f", ZipFile=zip_of({"app.py": "handler = print"}))
    assert stage.lam.get_event_source_mapping(UUID=uuid)["State"] == "Enabled"
