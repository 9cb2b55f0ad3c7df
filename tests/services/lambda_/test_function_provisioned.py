"""Provisioned concurrency at work: environments that are there before anybody calls."""

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from gates import Gate
from harness import TRUST_LAMBDA, new_account, running
from lambda_answers import parameter, refusal, told

Make = Callable[..., Any]

TELLS = """
import os, threading, time
BORN = time.time()

def handler(event, context):
    exec(event.get("first", ""))
    return {
        "born": BORN,
        "version": context.function_version,
        "initialization": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"],
    }
"""
AHEAD, ON_DEMAND = "provisioned-concurrency", "on-demand"


def put(lam: Any, qualifier: str, count: int) -> None:
    lam.put_provisioned_concurrency_config(
        FunctionName="f", Qualifier=qualifier, ProvisionedConcurrentExecutions=count
    )


def settled(lam: Any, qualifier: str) -> dict[str, Any]:
    """The configuration once it is no longer in progress."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found: dict[str, Any] = lam.get_provisioned_concurrency_config(FunctionName="f", Qualifier=qualifier)
        if found["Status"] != "IN_PROGRESS":
            return found
    raise AssertionError(f"it is still in progress: {found}")


def ready(lam: Any, qualifier: str, count: int) -> None:
    """All of them are there."""
    found = settled(lam, qualifier)
    numbers = [value for member, value in sorted(found.items()) if member.endswith("Executions")]
    assert (found["Status"], numbers) == ("READY", [count] * 3)
    assert "StatusReason" not in found


def invoked(lam: Any, qualifier: str, **event: Any) -> dict[str, Any]:
    answer = lam.invoke(FunctionName="f", Qualifier=qualifier, Payload=json.dumps(event))
    told_: dict[str, Any] = json.load(answer["Payload"])
    assert "FunctionError" not in answer, told_
    return told_


@pytest.fixture
def first(active: Make, package: Make) -> str:
    """The function `f` with version 1; its ARN."""
    arn: str = active("f", Code={"ZipFile": package(TELLS)}, Publish=True)
    return arn


def publish(lam: Any, number: str, **changed: Any) -> None:
    """Another version of `f`."""
    lam.update_function_configuration(FunctionName="f", Description=number, **changed)
    lam.get_waiter("function_updated_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
    assert lam.publish_version(FunctionName="f")["Version"] == number


def test_it_is_initialised_before_it_is_called(client: Make, first: str) -> None:
    lam = client("lambda")
    put(lam, "1", 1)
    ready(lam, "1", 1)
    before = time.time()
    seen = invoked(lam, "1")
    assert seen["initialization"] == AHEAD
    assert seen["born"] < before
    assert invoked(lam, "$LATEST")["initialization"] == ON_DEMAND
    assert invoked(lam, "1")["born"] == seen["born"]


def test_what_is_more_spills_over_to_others(client: Make, first: str, gate: Gate) -> None:
    lam = client("lambda")
    put(lam, "1", 2)
    ready(lam, "1", 2)
    with ThreadPoolExecutor(3) as callers:
        calls = [callers.submit(invoked, lam, "1", first=gate.wait) for _ in range(3)]
        gate.until_there(3)
        gate.open()
    assert Counter(call.result()["initialization"] for call in calls) == {AHEAD: 2, ON_DEMAND: 1}


def test_it_follows_an_alias(client: Make, first: str) -> None:
    lam = client("lambda")
    publish(lam, "2")
    lam.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    put(lam, "live", 1)
    ready(lam, "live", 1)
    assert invoked(lam, "live")["initialization"] == AHEAD
    assert invoked(lam, "1")["initialization"] == AHEAD  # the environments are the version's

    lam.update_alias(FunctionName="f", Name="live", FunctionVersion="2")
    ready(lam, "live", 1)
    seen = invoked(lam, "live")
    assert (seen["version"], seen["initialization"]) == ("2", AHEAD)
    assert invoked(lam, "1")["initialization"] == ON_DEMAND


def test_an_alias_that_can_not_take_it_along(client: Make, first: str) -> None:
    lam = client("lambda")
    publish(lam, "2")
    lam.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    put(lam, "live", 1)
    put(lam, "2", 1)
    move = {"FunctionName": "f", "Name": "live"}
    assert told(lam.update_alias, **move, FunctionVersion="2") == refusal(
        409,
        "ResourceConflictException",
        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
    )
    assert told(lam.update_alias, **move, FunctionVersion="$LATEST") == parameter(
        "Invalid alias configuration for Provisioned Concurrency"
    )


def test_weights_the_latest_and_snap_start_have_none(client: Make, first: str) -> None:
    lam = client("lambda")
    publish(lam, "2")
    half = {"AdditionalVersionWeights": {"2": 0.5}}
    lam.create_alias(FunctionName="f", Name="half", FunctionVersion="1", RoutingConfig=half)
    lam.create_alias(FunctionName="f", Name="edge", FunctionVersion="$LATEST")

    def refused(qualifier: str) -> dict[str, Any]:
        given = {"FunctionName": "f", "Qualifier": qualifier, "ProvisionedConcurrentExecutions": 1}
        return told(lam.put_provisioned_concurrency_config, **given)

    assert refused("half") == parameter("Alias with weights can not be used with Provisioned Concurrency")
    assert refused("edge") == parameter(
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
    )
    publish(lam, "3", SnapStart={"ApplyOn": "PublishedVersions"})
    assert refused("3") == parameter("Provisioned Concurrency can not be used with SnapStart")


def test_it_ends_with_its_configuration(client: Make, first: str) -> None:
    lam = client("lambda")
    put(lam, "1", 2)
    ready(lam, "1", 2)
    put(lam, "1", 1)
    ready(lam, "1", 1)
    lam.delete_provisioned_concurrency_config(FunctionName="f", Qualifier="1")
    assert invoked(lam, "1")["initialization"] == ON_DEMAND


def test_one_that_can_not_be_initialised_has_failed(client: Make, active: Make, package: Make) -> None:
    lam = client("lambda")
    active("f", Code={"ZipFile": package("raise RuntimeError('no')\n")}, Publish=True)
    put(lam, "1", 1)
    found = settled(lam, "1")
    assert (found["Status"], found["StatusReason"]) == ("FAILED", "FUNCTION_ERROR_INIT_FAILURE")
    assert found["AvailableProvisionedConcurrentExecutions"] == 0


def test_one_that_is_lost_is_replaced(client: Make, first: str) -> None:
    lam = client("lambda")
    put(lam, "1", 1)
    ready(lam, "1", 1)
    before = invoked(lam, "1")["born"]
    answer = lam.invoke(FunctionName="f", Qualifier="1", Payload=b'{"first": "os._exit(3)"}')
    assert answer["FunctionError"] == "Unhandled"
    ready(lam, "1", 1)
    seen = invoked(lam, "1")
    assert seen["initialization"] == AHEAD
    assert seen["born"] > before


def test_it_is_a_part_of_the_reservation(client: Make, first: str) -> None:
    lam = client("lambda")
    lam.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=2)
    given = {"FunctionName": "f", "Qualifier": "1", "ProvisionedConcurrentExecutions": 3}
    assert told(lam.put_provisioned_concurrency_config, **given) == parameter(
        "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
    )
    put(lam, "1", 2)
    assert told(lam.put_function_concurrency, FunctionName="f", ReservedConcurrentExecutions=1) == parameter(
        "ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2]."
    )
    ready(lam, "1", 2)
    with pytest.raises(ClientError) as throttled:
        lam.invoke(FunctionName="f", Qualifier="$LATEST")
    reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert throttled.value.response["Reason"] == reason


def test_it_is_set_aside_from_the_account(client: Make, first: str, active: Make) -> None:
    lam = client("lambda")
    active("g")
    put(lam, "1", 3)
    with pytest.raises(ClientError, match="decreases account's UnreservedConcurrentExecution"):
        lam.put_function_concurrency(FunctionName="g", ReservedConcurrentExecutions=898)
    lam.put_function_concurrency(FunctionName="g", ReservedConcurrentExecutions=897)
    lam.delete_function(FunctionName="f")
    lam.put_function_concurrency(FunctionName="g", ReservedConcurrentExecutions=900)


def test_a_list_of_them(client: Make, first: str) -> None:
    lam = client("lambda")
    publish(lam, "2")
    lam.create_alias(FunctionName="f", Name="live", FunctionVersion="2")
    put(lam, "1", 1)
    put(lam, "live", 2)
    pages = lam.get_paginator("list_provisioned_concurrency_configs").paginate(
        FunctionName="f", PaginationConfig={"PageSize": 1}
    )
    rows = [row for page in pages for row in page["ProvisionedConcurrencyConfigs"]]
    shown = [(row["FunctionArn"], row["RequestedProvisionedConcurrentExecutions"]) for row in rows]
    assert shown == [(f"{first}:1", 1), (f"{first}:live", 2)]


def test_it_is_there_again_after_a_restart(tmp_path: Path, package: Make) -> None:
    account = new_account()
    with running(tmp_path / "data") as server:
        iam, lam = server.client("iam", account), server.client("lambda", account)
        role = iam.create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
        lam.create_function(
            FunctionName="f",
            Runtime="python3.12",
            Handler="app.handler",
            Role=role,
            Code={"ZipFile": package(TELLS)},
            Publish=True,
        )
        put(lam, "1", 1)
        server.kill()
    with running(tmp_path / "data") as server:
        lam = server.client("lambda", account)
        ready(lam, "1", 1)
        assert invoked(lam, "1")["initialization"] == AHEAD


def test_more_than_ten_a_second_for_a_reserved_place_are_refused(client: Make, active: Make) -> None:
    lam = client("lambda")
    active("f")
    lam.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)

    def call_again_and_again() -> None:
        for _ in range(200):
            lam.invoke(FunctionName="f")

    with pytest.raises(ClientError) as throttled:
        call_again_and_again()
    answer = throttled.value.response
    assert answer["Error"] == {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."}
    assert answer["Reason"] == "ReservedFunctionInvocationRateLimitExceeded"
    assert answer["retryAfterSeconds"] == answer["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "1"
