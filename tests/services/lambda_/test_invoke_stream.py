"""InvokeWithResponseStream, as boto3 reads it."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Make = Callable[..., Any]

STREAMS = """
import os, struct, threading

def frame(kind, request, content):
    name = request.encode()
    inner = struct.pack("!IB", 1, len(name)) + name + content
    data = struct.pack("!Ic", len(inner), kind) + inner
    while data:
        data = data[os.write(3, data):]

def handler(event, context):
    said = context.aws_request_id
    frame(b"B", said, b"{}")
    for part in event["parts"]:
        frame(b"P", said, part.encode())
    frame(b"N", said, event.get("error", "").encode())
    threading.Event().wait()
"""


def events(client: Make, name: str, event: object, **options: Any) -> tuple[Any, list[Any]]:
    answer = client("lambda").invoke_with_response_stream(
        FunctionName=name, Payload=json.dumps(event), **options
    )
    return answer, list(answer["EventStream"])


def test_the_parts_and_the_completion(client: Make, deploy: Make) -> None:
    answer, seen = events(client, deploy(STREAMS), {"parts": ["one", "two"]}, LogType="Tail")
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    assert headers["content-type"] == "application/vnd.amazon.eventstream"
    assert seen[:2] == [{"PayloadChunk": {"Payload": b"one"}}, {"PayloadChunk": {"Payload": b"two"}}]
    complete = seen[2]["InvokeComplete"]
    assert set(complete) == {"LogResult"}
    assert b"END RequestId" in base64.b64decode(complete["LogResult"])
    assert len(seen) == 3


def test_a_function_that_does_not_stream_answers_in_one_chunk(client: Make, deploy: Make) -> None:
    _, seen = events(client, deploy("def handler(e, c):\n    return e"), {"a": 1})
    assert seen == [{"PayloadChunk": {"Payload": b'{"a": 1}'}}, {"InvokeComplete": {}}]


def test_an_error_before_the_first_part(client: Make, deploy: Make) -> None:
    answer, seen = events(client, deploy("def handler(e, c):\n    raise ValueError('no')"), {})
    assert answer["StatusCode"] == 200
    (last,) = seen
    assert last["InvokeComplete"]["ErrorCode"] == "Unhandled"
    assert json.loads(last["InvokeComplete"]["ErrorDetails"])["errorType"] == "ValueError"


def test_an_error_in_the_middle(client: Make, deploy: Make) -> None:
    document = '{"errorType":"Broken","errorMessage":"half-way"}'
    _, seen = events(client, deploy(STREAMS), {"parts": ["one"], "error": document})
    assert seen[0] == {"PayloadChunk": {"Payload": b"one"}}
    assert seen[1] == {"InvokeComplete": {"ErrorCode": "Unhandled", "ErrorDetails": document}}


def test_an_exit_in_the_middle_is_told_in_the_platforms_words(client: Make, deploy: Make) -> None:
    source = STREAMS.replace('frame(b"N"', 'os._exit(3)\n    frame(b"N"')
    _, seen = events(client, deploy(source), {"parts": ["one"]})
    complete = seen[-1]["InvokeComplete"]
    assert complete["ErrorCode"] == "Unhandled"
    assert complete["ErrorDetails"].endswith("Error: Runtime exited with error: exit status 3")


def test_only_asking(client: Make, deploy: Make) -> None:
    answer, seen = events(client, deploy(STREAMS), {}, InvocationType="DryRun")
    assert (answer["StatusCode"], seen) == (204, [])


def test_who_may_not_invoke_may_not_stream(client: Make, server: Any, account: str, deploy: Make) -> None:
    name = deploy(STREAMS)
    client("iam").create_user(UserName="nobody")
    key = client("iam").create_access_key(UserName="nobody")["AccessKey"]
    other = server.client("lambda", account, key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    with pytest.raises(ClientError) as refused:
        other.invoke_with_response_stream(FunctionName=name, Payload=b"{}")
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_throttled(client: Make, deploy: Make) -> None:
    name = deploy(STREAMS)
    client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with pytest.raises(client("lambda").exceptions.TooManyRequestsException):
        client("lambda").invoke_with_response_stream(FunctionName=name, Payload=b"{}")
