"""Every operation of the services that we know: botocore's requests into our decoders, our answers into botocore's parsers."""

import os
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.wire.errors import AwsError
from portico.wire.model import codec
from wire import oracle

CASES = [(service, str(oracle.model(service).metadata["protocol"])) for service in oracle.SERVICES]
CASES += [("cloudwatch", protocol) for protocol in ("smithy-rpc-v2-cbor", "json", "query")]
TYPES = ("application/json", "application/xml", "application/octet-stream", "text/plain")
SEEDS = st.integers(0, 2**32 - 1)
# Two members of one name: what the elements mean can't be told. Deprecated since 2014.
AMBIGUOUS = {"GetBucketNotification", "PutBucketNotification"}
# botocore reads the location with a handler of its own (below); streams of events are tested with events.
ANSWERED_OTHERWISE = {"GetBucketLocation"}
FEW = settings(max_examples=20, deadline=None, derandomize=True, database=None)


def expected_request(operation: Any, params: dict[str, Any], protocol: str) -> dict[str, Any]:
    """`params` as they must arrive: a body that is a blob is always there, and an absent JSON payload is sent as `{}`."""
    shape = operation.input_shape
    payload = shape.serialization.get("payload")
    if payload and payload not in params:
        kind = shape.members[payload].type_name
        if kind == "blob":
            return {**params, payload: b""}
        if kind == "structure" and protocol == "rest-json":
            return {**params, payload: {}}
    if payload and params.get(payload) == "":
        return {name: value for name, value in params.items() if name != payload}
    return params


def expected_result(operation: Any, result: dict[str, Any], parsed: dict[str, Any]) -> dict[str, Any]:
    """`result` and what a parser adds that no body said: the status, an empty payload, the body's type."""
    shape = operation.output_shape
    payload = shape.serialization.get("payload")
    added = {}
    for name, member in shape.members.items():
        said = member.serialization
        implied = (
            said.get("location") in ("statusCode", "headers")
            or name == payload
            or said.get("name") == "Content-Type"
        )
        if implied and name not in result and name in parsed:
            added[name] = parsed[name]
    assert all(value in (200, 202, 204, "", b"", {}, *TYPES) for value in added.values())
    return {**added, **result}


@pytest.mark.parametrize(("service", "protocol"), CASES)
@FEW
@given(seed=SEEDS)
def test_what_botocore_sends_is_what_we_read(service: str, protocol: str, seed: int) -> None:
    for operation in oracle.operations(service):
        if operation.input_shape is None or operation.has_event_stream_input or operation.name in AMBIGUOUS:
            continue
        params = oracle.Maker(seed, protocol, for_request=True).value(operation.input_shape)
        head, labels, body = oracle.request(
            operation, oracle.for_botocore(operation.input_shape, params), protocol
        )
        read = codec(service, operation.name, protocol)
        assert read.read(head, labels, body) == expected_request(operation, params, protocol), operation.name
        with suppress(AwsError):  # what is made up keeps to the shapes, not to patterns and bounds
            read.decode(head, labels, body)


@pytest.mark.parametrize(("service", "protocol"), CASES)
@FEW
@given(seed=SEEDS)
def test_what_we_answer_is_what_botocore_reads(service: str, protocol: str, seed: int) -> None:
    for operation in oracle.operations(service):
        shape = operation.output_shape
        if operation.has_event_stream_output or operation.name in AMBIGUOUS | ANSWERED_OTHERWISE:
            continue
        result = oracle.Maker(seed, protocol, for_request=False).value(shape) if shape else {}
        reply = codec(service, operation.name, protocol).encode(result, "the-request-id")
        parsed = oracle.parse(operation, reply, protocol)
        if shape is not None:
            got = oracle.from_botocore(shape, parsed)
            assert got == expected_result(operation, result, got), operation.name
        if protocol != "rest-xml":
            assert parsed.get("ResponseMetadata", {}).get("RequestId", "the-request-id") == "the-request-id"


def test_the_location_of_a_bucket_is_the_root_itself() -> None:
    reply = codec("s3", "GetBucketLocation").encode({"LocationConstraint": "eu-west-1"}, "id")
    assert reply.body.endswith(
        b'<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">eu-west-1</LocationConstraint>'
    )


def test_wire_never_opens_a_session() -> None:
    code = "import sys\nfrom portico.wire.model import codec\ncodec('sts', 'AssumeRole')\nprint('botocore.session' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout.strip() == "False"
