"""Names and qualifiers: what AWS answered to each form, whole. Recorded in TestLambdaFunction; the cases are named beside each."""

from collections.abc import Callable
from typing import Any

import pytest

from lambda_answers import (
    NAME_PATTERN,
    NEW_NAME_PATTERN,
    QUALIFIER_PATTERN,
    arn_of,
    invalid,
    missing,
    parameter,
    refusal,
    told,
    violated,
    violations,
)

Make = Callable[..., Any]
BY_NAME = ("get_function", "delete_function", "invoke")
LONG = 65 * "a"
LONGER = 129 * "a"
LONGEST = 170 * "a"


def asked(client: Make, operation: str, name: str, qualifier: str = "") -> dict[str, Any]:
    """What is said to an operation on the function of this name."""
    request = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
    return told(getattr(client("lambda"), operation), **request)


def made(create: Make, name: str) -> dict[str, Any]:
    """What is said to CreateFunction under this name."""
    return told(create, name=name)


def other_pattern(name: str) -> str:
    return violated(name, "functionName", f"satisfy regular expression pattern: {NAME_PATTERN}")


def other_new_pattern(name: str) -> str:
    return violated(name, "functionName", f"satisfy regular expression pattern: {NEW_NAME_PATTERN}")


MALFORMED = {
    "function_name_is_single_invalid": "*",
    "invalid_characters_in_function_name": "my-function!",
    "invalid_account_id_in_partial_arn": "invalid-account:function:my-function",
    "invalid_region_in_arn": "arn:aws:lambda:invalid-region:{account}:function:my-function",
    "non_lambda_arn": "arn:aws:ec2:us-east-1:{account}:instance:i-1234567890abcdef0",
    "full_arn_with_multiple_qualifiers": "arn:aws:lambda:us-east-1:{account}:function:my-function:1:2",
    "partial_arn_with_extra_qualifier": "function:my-function:$LATEST:extra",
    "missing_region_in_arn": "arn:aws:lambda::{account}:function:my-function",
    "missing_account_id_in_arn": "arn:aws:lambda:us-east-1::function:my-function",
    "misspelled_latest_in_arn": "arn:aws:lambda:us-east-1:{account}:function:my-function:$LATES",
}


@pytest.mark.parametrize("case", MALFORMED)
def test_function_name_and_qualifier_validation(client: Make, create: Make, account: str, case: str) -> None:
    name = MALFORMED[case].replace("{account}", account)
    for operation in BY_NAME:
        assert asked(client, operation, name) == invalid(other_pattern(name)), operation
    assert made(create, name) == invalid(other_new_pattern(name))


def test_invalid_characters_in_qualifier(client: Make, create: Make) -> None:
    refused = violated("invalid!", "qualifier", f"satisfy regular expression pattern: {QUALIFIER_PATTERN}")
    for operation in BY_NAME:
        assert asked(client, operation, "my-function", "invalid!") == invalid(refused)
    assert made(create, "my-function:invalid!") == invalid(other_new_pattern("my-function:invalid!"))


def test_qualifier_too_long(client: Make, create: Make) -> None:
    refused = violated(LONGER, "qualifier", "have length less than or equal to 128")
    for operation in BY_NAME:
        assert asked(client, operation, "my-function", LONGER) == invalid(refused)
    name = f"my-function:{LONGER}"
    refused = violated(name, "functionName", "have length less than or equal to 140")
    assert made(create, name) == invalid(refused)


def test_function_name_too_long(client: Make, create: Make, account: str) -> None:
    arn = arn_of(account, LONG)
    assert asked(client, "get_function", LONG) == missing(arn)
    assert asked(client, "delete_function", LONG) == missing(arn)
    assert asked(client, "invoke", LONG) == missing(f"{arn}:$LATEST")
    refused = violated(LONG, "functionName", "have length less than or equal to 64")
    assert made(create, LONG) == parameter(f"1 validation error detected: {refused}")


def test_function_name_too_long_and_invalid_region(client: Make, create: Make, account: str) -> None:
    name = f"arn:aws:lambda:invalid-region:{account}:function:my-function{LONGEST}"
    for operation in BY_NAME:
        assert asked(client, operation, name) == invalid(other_pattern(name)), operation
    too_long = violated(name, "functionName", "have length less than or equal to 140")
    assert violations(made(create, name)) == [too_long, other_new_pattern(name)]


def test_full_arn_and_qualifier_too_long_and_invalid_region(client: Make, create: Make, account: str) -> None:
    name = f"arn:aws:lambda:invalid-region:{account}:function:my-function-{LONGEST}"
    too_long = violated(LONGER, "qualifier", "have length less than or equal to 128")
    for operation in BY_NAME:
        assert violations(asked(client, operation, name, LONGER)) == [too_long, other_pattern(name)]
    qualified = f"{name}:{LONGER}"
    too_long = violated(qualified, "functionName", "have length less than or equal to 140")
    assert violations(made(create, qualified)) == [too_long, other_new_pattern(qualified)]


def test_function_name_and_qualifier_too_long(client: Make, create: Make, account: str) -> None:
    """Also `qualifier_too_long1`: a qualifier that no alias has."""
    arn = f"{arn_of(account, 'my-function')}:{LONG}"
    assert asked(client, "get_function", "my-function", LONG) == missing(arn)
    assert asked(client, "invoke", "my-function", LONG) == missing(arn)
    refused = parameter("Deletion of aliases is not currently supported.")
    assert asked(client, "delete_function", "my-function", LONG) == refused
    assert create(f"my-function:{LONG}")["FunctionName"] == "my-function"


def test_incomplete_arn(client: Make, create: Make, account: str) -> None:
    name, arn = f"arn:aws:lambda:us-east-1:{account}:function", arn_of(account, "function")
    assert asked(client, "get_function", name) == missing(arn)
    assert asked(client, "delete_function", name) == missing(arn)
    assert asked(client, "invoke", name) == missing(f"{arn}:$LATEST")
    assert create(name)["FunctionArn"] == arn


def test_latest_version_with_additional_qualifier(client: Make, create: Make, account: str) -> None:
    arn = f"{arn_of(account, 'my-function')}:$LATEST"
    refused = parameter(
        "The derived qualifier from the function name does not match the specified qualifier."
    )
    for operation in BY_NAME:
        assert asked(client, operation, arn, "1") == refused
    assert made(create, f"{arn}:1") == invalid(other_new_pattern(f"{arn}:1"))


def test_lowercase_latest_qualifier(client: Make, create: Make, account: str) -> None:
    arn = arn_of(account, "my-function")
    assert asked(client, "get_function", "my-function", "$latest") == missing(f"{arn}:$latest")
    assert asked(client, "delete_function", "my-function", "$latest") == missing(arn)
    assert asked(client, "invoke", "my-function", "$latest") == missing(f"{arn}:$latest")
    assert made(create, f"{arn}:$latest") == invalid(other_new_pattern(f"{arn}:$latest"))


def test_ops_with_arn_qualifier_mismatch(client: Make, account: str) -> None:
    arn = f"{arn_of(account, 'some-function')}:$LATEST"
    refused = parameter(
        "The derived qualifier from the function name does not match the specified qualifier."
    )
    for operation in ("get_function", "get_function_configuration"):
        assert asked(client, operation, arn, "1") == refused
        assert asked(client, operation, arn, "$LATEST") == missing(arn)
    assert asked(client, "delete_function", arn, "1") == refused
    refused = parameter("$LATEST version cannot be deleted without deleting the function.")
    assert asked(client, "delete_function", arn, "$LATEST") == refused


@pytest.mark.parametrize(
    "operation", ["get_function", "get_function_configuration", "delete_function", "get_function_concurrency"]
)
def test_ops_on_nonexisting_fn(client: Make, account: str, operation: str) -> None:
    assert asked(client, operation, "none") == missing(arn_of(account, "none"))


def test_ops_on_nonexisting_version(client: Make, active: Make) -> None:
    arn = active("f")
    for operation in ("get_function", "get_function_configuration"):
        assert asked(client, operation, "f", "1221") == missing(f"{arn}:1221")


def test_delete_on_nonexisting_version(client: Make, account: str) -> None:
    for qualifier in ("", "2"):
        assert asked(client, "delete_function", "none", qualifier) == missing(arn_of(account, "none"))


@pytest.mark.parametrize(
    "operation",
    ["get_function", "get_function_configuration", "get_function_concurrency", "delete_function", "invoke"],
)
def test_get_function_wrong_region(client: Make, account: str, operation: str) -> None:
    said = asked(client, operation, f"arn:aws:lambda:eu-central-1:{account}:function:none")
    words = "Functions from 'eu-central-1' are not reachable in this region ('us-east-1')"
    assert said == refusal(404, "ResourceNotFoundException", words)


def test_invalid_invoke(client: Make) -> None:
    name = "arn:aws:lambda:us-east-1:123400000000@function:myfn"
    assert asked(client, "invoke", name) == invalid(other_pattern(name))


# TestPartialARNMatching


def test_update_function_configuration_full_arn(client: Make, active: Make, account: str) -> None:
    arn = active("f")
    lam = client("lambda")
    for name in (arn, f"{account}:function:f", f"us-east-1:{account}:function:f"):
        lam.get_waiter("function_updated_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
        updated = lam.update_function_configuration(FunctionName=name, Description=name)
        assert (updated["FunctionArn"], updated["Description"]) == (arn, name)


def test_cross_region_arn_function_access(server: Any, active: Make, account: str) -> None:
    arn = active("f")
    elsewhere = server.client("lambda", account, region="eu-west-1")
    words = "Functions from 'us-east-1' are not reachable in this region ('eu-west-1')"
    assert told(elsewhere.get_function, FunctionName=arn) == refusal(404, "ResourceNotFoundException", words)
    there = arn_of(account, "f").replace("us-east-1", "eu-west-1")
    assert told(elsewhere.get_function, FunctionName="f") == missing(there)
