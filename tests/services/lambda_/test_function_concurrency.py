"""Reserved concurrency and the account's settings."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Make = Callable[..., Any]

TOO_MUCH = (
    "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its "
    "minimum value of [100]."
)


def test_what_a_deleted_function_had_is_free(client: Make, active: Make) -> None:
    lam = client("lambda")
    active("f")
    lam.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=900)
    active("g")
    with pytest.raises(ClientError, match="decreases account's UnreservedConcurrentExecution"):
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


def test_what_an_account_uses(client: Make, active: Make, package: Make) -> None:
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
