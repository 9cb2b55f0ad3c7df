"""Reserved concurrency and the account's settings."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Make = Callable[..., Any]

WHOLE = (
    "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
    "Please specify either a function name or an unqualified function ARN."
)
TOO_MUCH = (
    "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its "
    "minimum value of [100]."
)


# test_function_concurrency


def test_function_concurrency(client: Make, active: Make) -> None:
    active("f")
    lam = client("lambda")
    for count in (0, 1):
        answer = lam.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=count)
        assert answer["ReservedConcurrentExecutions"] == count
    assert lam.get_function_concurrency(FunctionName="f")["ReservedConcurrentExecutions"] == 1
    assert lam.get_function(FunctionName="f")["Concurrency"] == {"ReservedConcurrentExecutions": 1}
    deleted = lam.delete_function_concurrency(FunctionName="f")
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert "ReservedConcurrentExecutions" not in lam.get_function_concurrency(FunctionName="f")


# test_function_concurrency_exceptions, test_function_concurrency_limits


def test_function_concurrency_exceptions(client: Make, active: Make, account: str, refused: Make) -> None:
    lam = client("lambda")
    none = f"arn:aws:lambda:us-east-1:{account}:function:none"
    with refused(404, "ResourceNotFoundException", f"Function not found: {none}:$LATEST"):
        lam.put_function_concurrency(FunctionName="none", ReservedConcurrentExecutions=1)
    with refused(404, "ResourceNotFoundException", f"Function not found: {none}"):
        lam.get_function_concurrency(FunctionName="none")
    arn = active("f")
    with refused(400, "InvalidParameterValueException", WHOLE):
        lam.put_function_concurrency(FunctionName=f"{arn}:$LATEST", ReservedConcurrentExecutions=1)
    for count in (901, 1001):
        with refused(400, "InvalidParameterValueException", TOO_MUCH):
            lam.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=count)
    lam.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=900)
    active("g")
    with refused(400, "InvalidParameterValueException", TOO_MUCH):
        lam.put_function_concurrency(FunctionName="g", ReservedConcurrentExecutions=1)
    lam.delete_function(FunctionName="f")
    lam.put_function_concurrency(FunctionName="g", ReservedConcurrentExecutions=1)


def test_two_can_not_take_the_same_last_places(client: Make, active: Make) -> None:
    lam = client("lambda")
    names = ["a", "b", "c", "d"]
    for name in names:
        active(name)
    answers: list[str] = []

    def take(name: str) -> None:
        try:
            lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=400)
            answers.append("taken")
        except ClientError as error:
            answers.append(error.response["Error"]["Message"])

    threads = [threading.Thread(target=take, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [TOO_MUCH, TOO_MUCH, "taken", "taken"]


def test_nothing_reserved_throttles(client: Make, active: Make) -> None:
    active("f")
    lam = client("lambda")
    lam.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError) as throttled:
        lam.invoke(FunctionName="f")
    answer = throttled.value.response
    assert answer["Error"] == {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."}
    assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert answer["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1"
    lam.delete_function_concurrency(FunctionName="f")
    assert lam.invoke(FunctionName="f", Payload=b"1")["StatusCode"] == 200


# test_account_settings


def test_account_settings(client: Make, active: Make, package: Make) -> None:
    lam = client("lambda")
    code = package()
    active("f", Code={"ZipFile": code})
    lam.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=10)
    settings = lam.get_account_settings()
    assert settings["AccountLimit"] == {
        "TotalCodeSize": 322_122_547_200,
        "CodeSizeUnzipped": 262_144_000,
        "CodeSizeZipped": 52_428_800,
        "ConcurrentExecutions": 1000,
        "UnreservedConcurrentExecutions": 990,
    }
    assert settings["AccountUsage"] == {"TotalCodeSize": len(code), "FunctionCount": 1}
