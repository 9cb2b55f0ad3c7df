"""Violations in AWS's words, as recorded from AWS."""

import json
from pathlib import Path
from typing import Any

import pytest

from portico.wire.constraints import java_order
from portico.wire.errors import AwsError
from portico.wire.http import Head
from portico.wire.model import codec

HEAD = Head("POST", "/", "", ())
ENUM = "Member must satisfy enum value set: "
PATTERN = "Member must satisfy regular expression pattern: "
CREATE = {"FunctionName": "f", "Role": "arn:aws:iam::000000000000:role/r", "Code": {}}


def refusal(
    service: str, operation: str, body: Any = None, *, labels: dict[str, str] | None = None, query: str = ""
) -> AwsError:
    raw = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    with pytest.raises(AwsError) as caught:
        codec(service, operation).decode(Head("POST", "/", query, ()), labels or {}, raw)
    return caught.value


def constraint(value: str, path: str, words: str) -> str:
    return f"Value {value} at '{path}' failed to satisfy constraint: {words}"


VIOLATIONS = json.loads((Path(__file__).parent / "violations.json").read_text())
"""Requests of ours, and how AWS words what is wrong with them, as recorded from AWS."""


@pytest.mark.parametrize("case", VIOLATIONS, ids=lambda case: case["operation"])
def test_violations_are_worded_as_recorded(case: dict[str, Any]) -> None:
    body = case["body"].encode() if isinstance(case["body"], str) else case["body"]
    error = refusal(
        case["service"], case["operation"], body, labels=case.get("labels"), query=case.get("query", "")
    )
    count = len(case["violations"])
    assert (
        error.message
        == f"{count} validation error{'s' * (count > 1)} detected: {'; '.join(case['violations'])}"
    )
    assert (error.code, error.status) == (case["code"], 400)


def test_lambda_invoke_checks_name_and_qualifier() -> None:
    error = refusal(
        "lambda",
        "Invoke",
        b"",
        labels={"FunctionName": "arn:aws:lambda:us-east-1:123400000000@function:myfn"},
        query="Qualifier=invalid-qualifier-with-%3F-char",
    )
    assert error.message is not None
    assert error.message.startswith(
        "2 validation errors detected: Value 'arn:aws:lambda:us-east-1:123400000000@function:myfn' at 'functionName'"
    )
    assert error.message.endswith(
        constraint(
            "'invalid-qualifier-with-?-char'",
            "qualifier",
            PATTERN + r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+",
        )
    )


def test_api_gateway_reports_the_body_before_the_path() -> None:
    labels = {"restapi_id": "a", "resource_id": "b", "http_method": "GET", "status_code": "wrong"}
    error = refusal(
        "apigateway", "UpdateMethodResponse", {"patchOperations": [{"op": "wrong_op"}]}, labels=labels
    )
    first = constraint(
        "'wrong_op'",
        "updateMethodResponseInput.patchOperations.1.member.op",
        ENUM + "[add, remove, move, test, replace, copy]",
    )
    second = constraint("'wrong'", "statusCode", PATTERN + r"[1-5]\d\d")
    assert error.message == f"2 validation errors detected: {first}; {second}"


def test_iam_shows_neither_values_nor_enums() -> None:
    update = "ServiceSpecificCredentialId=with-hyphens-and-20-chars&Status=Wrong"
    error = refusal("iam", "UpdateServiceSpecificCredential", update.encode())
    assert error.code == "ValidationError"
    assert error.message == (
        "2 validation errors detected: Value at 'serviceSpecificCredentialId' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\w]+; "
        "Value at 'status' failed to satisfy constraint: Member must satisfy enum value set"
    )


def test_secrets_are_not_repeated() -> None:
    error = refusal("cognito-idp", "SignUp", {"ClientId": "abc", "Username": "u", "Password": "hunter2 \n"})
    assert error.code == "InvalidParameterException"
    assert "Value at 'password' failed to satisfy constraint" in str(error.message)
    assert "hunter2" not in str(error.message)


def test_sqs_has_words_of_its_own_for_what_is_missing() -> None:
    error = refusal("sqs", "SendMessage", {"QueueUrl": "u"})
    assert (error.code, error.message) == (
        "MissingRequiredParameterException",
        "The request must contain the parameter MessageBody.",
    )


def test_a_null_in_a_list_never_reaches_a_service() -> None:
    assert "Member must not be null" in str(
        refusal("lambda", "CreateFunction", CREATE | {"Layers": [None]}).message
    )
    targets = {"Rule": "r", "Targets": [None]}
    assert "targets.1.member" in str(refusal("events", "PutTargets", targets).message)


def test_ten_thousand_violations_are_not_ten_thousand_words() -> None:
    error = refusal("events", "PutTargets", {"Rule": "r", "Targets": [{"Id": "!", "Arn": "a"}] * 10_000})
    assert len(str(error.message)) < 50_000


def test_what_is_right_passes() -> None:
    params = codec("lambda", "CreateFunction").decode(HEAD, {}, json.dumps(CREATE | {"Timeout": 3}).encode())
    assert params == CREATE | {"Timeout": 3}


def test_tokens_of_idempotency_are_made_up() -> None:
    body = json.dumps({"SecretId": "s"}).encode()
    first = codec("secretsmanager", "PutSecretValue").decode(HEAD, {}, body)
    second = codec("secretsmanager", "PutSecretValue").decode(HEAD, {}, body)
    assert len(first["ClientRequestToken"]) == 36
    assert first["ClientRequestToken"] != second["ClientRequestToken"]


@pytest.mark.parametrize("listed", ["x86_64, arm64", "PublishedVersions, None", "Terminate, Allow", "ALL"])
def test_lambda_lists_enums_as_a_java_set_does(listed: str) -> None:
    values = listed.split(", ")
    assert java_order(sorted(values)) == values
