"""Bad input: each kind gets an error in AWS's words, none gets anything else."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.wire.errors import AwsError
from portico.wire.http import Head
from portico.wire.model import codec
from wire import oracle


def refusal(
    service: str,
    operation: str,
    body: bytes = b"",
    *,
    query: str = "",
    protocol: str | None = None,
    **headers: str,
) -> AwsError:
    given_headers = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    labels = {"FunctionName": "f", "Bucket": "b", "Key": "k", "Resource": "r"}
    with pytest.raises(AwsError) as caught:
        codec(service, operation, protocol).decode(Head("POST", "/", query, given_headers), labels, body)
    return caught.value


def table(**members: Any) -> bytes:
    return json.dumps({"TableName": "table", "Item": {"k": {"S": "v"}}} | members).encode()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "tableName"),
        (b"{", "Unexpected end-of-input"),
        (b"nope", "Unrecognized token 'nope'"),
        (b'{"TableName": NaN}', "Non-standard token 'NaN'"),
        (b'{"a": 1} {', ""),
        (b'{"TableName": "\xff"}', ""),
        (b'{"TableName": "\\ud800"}', ""),
        (b"[" * 1_000_000, "nested too deeply"),
        (b'{"a":' * 200_000, "nested too deeply"),
        (b"[]", "Start of list found where not expected"),
        (b'"text"', "Unrecognized collection type class java.lang.String"),
        (b"null", ""),
        (table(TableName=5), "NUMBER_VALUE can not be converted to a String"),
        (table(TableName=True), "TRUE_VALUE can not be converted to a String"),
        (table(TableName=[]), "Start of list found where not expected"),
        (table(TableName={}), "Start of structure or map found where not expected"),
        (table(Item=[]), "Start of list found where not expected"),
        (table(Item="x"), "Unrecognized collection type class java.lang.String"),
        (table(Item={"k": {"BOOL": "true"}}), "STRING_VALUE can not be converted to a Boolean"),
        (table(Item={"k": {"B": "not base 64!"}}), "Invalid base64"),
        (table(Item={"k": {"B": "YQ"}}), "Invalid base64"),
        (table(Item={"k": {"SS": "x"}}), "Unrecognized collection type"),
    ],
)
def test_json(body: bytes, message: str) -> None:
    error = refusal("dynamodb", "PutItem", body)
    assert error.status == 400
    assert error.code == ("ValidationException" if body == b"" else "SerializationException")
    assert message in str(error.message)


@pytest.mark.parametrize("limit", ["1e400", "9" * 400, "2147483648", '"5"', "true", "[1]", "-2147483649"])
def test_integers_that_are_none(limit: str) -> None:
    error = refusal("dynamodb", "ListTables", f'{{"Limit": {limit}}}'.encode())
    assert error.code == "SerializationException"


@pytest.mark.parametrize(
    "when", ["1e30", "-1e30", '"yesterday"', '"2026-13-01T00:00:00Z"', '"0000-01-01T00:00:00Z"', "{}"]
)
def test_times_that_are_none(when: str) -> None:
    error = refusal("events", "PutEvents", f'{{"Entries": [{{"Time": {when}}}]}}'.encode())
    assert error.code == "SerializationException"


def test_lambda_says_that_its_json_is_none() -> None:
    error = refusal("lambda", "CreateFunction", b"value")
    assert error.code == "InvalidRequestContentException"
    assert str(error.message).startswith("Could not parse request body into json: Unrecognized token 'value'")


def test_rest_json_names_classes() -> None:
    error = refusal("lambda", "CreateFunction", b'{"FunctionName": true}')
    assert (error.code, error.message) == (
        "SerializationException",
        "class java.lang.Boolean can not be converted to an String",
    )


@pytest.mark.parametrize(
    "query",
    ["MaxItems=abc", "MaxItems=", "MaxItems=1.5", "MaxItems=99999999999", "MaxItems=%ff", "MaxItems=٣"],
)
def test_query_parameters_of_rest(query: str) -> None:
    assert refusal("lambda", "ListFunctions", query=query).status == 400


def test_headers_of_the_wrong_type() -> None:
    error = refusal("s3", "PutObject", b"x", content_length="abc")
    assert (error.code, error.status) == ("InvalidArgument", 400)
    assert refusal("s3", "PutObject", b"x", expires="yesterday").status == 400
    assert (
        refusal("s3", "PutObject", b"x", x_amz_server_side_encryption_bucket_key_enabled="maybe").status
        == 400
    )


@pytest.mark.parametrize(
    "body",
    [
        b"Action=CreateRole&RoleName=%ff",
        b"\xff\xfe",
        b"&".join(b"a%d=1" % number for number in range(30_000)),
        b"Tags.member.x.Key=k",
        b"Tags.member.-1.Key=k",
        b"Tags.member.99999999999999999999.Key=k",
        b"Tags." + b"member.1." * 5000 + b"Key=k",
        b"MaxSessionDuration=abc",
        b"MaxSessionDuration=" + b"9" * 5000,
        b"MaxSessionDuration=1&MaxSessionDuration=0x10",
        b"RoleName",
    ],
)
def test_query(body: bytes) -> None:
    error = refusal("iam", "CreateRole", body)
    assert error.code in ("MalformedQueryString", "MalformedInput", "ValidationError")
    assert error.status in (400, 404)


def test_a_list_index_costs_nothing_and_the_last_of_two_counts() -> None:
    form = b"RoleName=a&RoleName=b&AssumeRolePolicyDocument=p&Tags.member.99999999.Key=k&Tags.member.99999999.Value=v"
    params = codec("iam", "CreateRole").decode(Head("POST", "/", "", ()), {}, form)
    assert params["RoleName"] == "b"
    assert params["Tags"] == [{"Key": "k", "Value": "v"}]


@pytest.mark.parametrize(
    "body",
    [
        b"<Delete>",
        b"not xml",
        b"<Delete><Object></Delete>",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><Delete><Object><Key>&x;</Key></Object></Delete>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><Delete/>',
        b"<Delete>&undefined;</Delete>",
        b"<a>" * 100_000,
        b"<Delete>" + b"<Object><Key>k</Key></Object>" * 60_000 + b"</Delete>",
        b"<Delete>\xff</Delete>",
        b'<?xml version="1.0" encoding="no-such"?><Delete/>',
        b"<Delete><Quiet>maybe</Quiet></Delete>",
        b"<Delete/><Delete/>",
    ],
)
def test_xml(body: bytes) -> None:
    error = refusal("s3", "DeleteObjects", body)
    assert (error.code, error.status) == ("MalformedXML", 400)


@pytest.mark.parametrize(
    "body", [b"\xff", b"\xa1\x01\x02", b"\x80", b"\xa1iNamespace\x01", b"\x9f" * 100_000, b"\xbf"]
)
def test_cbor(body: bytes) -> None:
    error = refusal("cloudwatch", "PutMetricData", body, protocol="smithy-rpc-v2-cbor")
    assert (error.code, error.status) == ("SerializationException", 400)


def test_structures_that_contain_themselves_are_bounded() -> None:
    deep: Any = {"S": "x"}
    for _ in range(400):
        deep = {"L": [deep]}
    body = table(Item={"k": deep})
    try:
        codec("dynamodb", "PutItem").decode(Head("POST", "/", "", ()), {}, body)
    except AwsError as error:
        assert error.code == "SerializationException"  # noqa: PT017 - either is right, by the interpreter's limit


def test_what_there_is_not() -> None:
    for service, operation, protocol in [
        ("nothing", "X", None),
        ("lambda", "Nothing", None),
        ("lambda", "Invoke", "ec2"),
    ]:
        with pytest.raises(LookupError):
            codec(service, operation, protocol)


CASES = [(service, str(oracle.model(service).metadata["protocol"])) for service in oracle.SERVICES]
CASES += [("cloudwatch", "smithy-rpc-v2-cbor"), ("sqs", "query")]


@pytest.mark.parametrize(("service", "protocol"), CASES)
@settings(max_examples=3, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_request_that_was_damaged_on_its_way_gets_an_answer_or_an_error(
    service: str, protocol: str, seed: int
) -> None:
    chance = random.Random(seed)
    for operation in oracle.operations(service):
        if operation.input_shape is None or operation.has_event_stream_input:
            continue
        params = oracle.Maker(seed, protocol, for_request=True).value(operation.input_shape)
        head, labels, body = oracle.request(
            operation, oracle.for_botocore(operation.input_shape, params), protocol
        )
        damaged = Head(
            head.method, head.path, damage(head.query.encode(), chance).decode("latin-1"), head.headers
        )
        try:
            read = codec(service, operation.name, protocol).decode(damaged, labels, damage(body, chance))
        except AwsError as error:
            assert error.status in (400, 404)  # noqa: PT017 - either outcome is right
        else:
            assert isinstance(read, dict)


def damage(data: bytes, chance: random.Random) -> bytes:
    """`data` with a few bytes replaced, lost or added."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        data = data[:at] + chance.choice([b"", chance.randbytes(1)]) + data[at + chance.randint(0, 1) :]
    return data
