"""Provisioned concurrency: what AWS answered, whole. Named after the recorded cases."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from lambda_answers import arn_of, invalid, missing, parameter, refusal, shown, told, violated

Make = Callable[..., Any]
NOT_PROVISIONED = refusal(
    404,
    "ProvisionedConcurrencyConfigNotFoundException",
    "No Provisioned Concurrency Config found for this function",
)
NOT_PUBLISHED = parameter("The function resource provided must be an alias or a published version.")
UNPUBLISHED = "Provisioned Concurrency Configs cannot be applied to unpublished function versions."


def no_alias(arn: str) -> dict[str, Any]:
    return refusal(404, "ResourceNotFoundException", f"Cannot find alias arn: {arn}")


def conflict(message: str) -> dict[str, Any]:
    return refusal(409, "ResourceConflictException", message)


def without_type(message: str) -> dict[str, Any]:
    error = {"Code": "InvalidParameterValueException", "Message": message}
    return {"Error": error, "message": message, "status": 400}


@pytest.fixture
def published(client: Make, active: Make) -> Make:
    """`published("f")`: with version 1; its ARN."""

    def make(name: str) -> str:
        arn: str = active(name)
        assert client("lambda").publish_version(FunctionName=name)["Version"] == "1"
        return arn

    return make


def accepted(answer: dict[str, Any], requested: int) -> None:
    """PutProvisionedConcurrencyConfig's answer is this, whole."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", answer.pop("LastModified"))
    assert shown(answer) == {
        "AllocatedProvisionedConcurrentExecutions": 0,
        "AvailableProvisionedConcurrentExecutions": 0,
        "RequestedProvisionedConcurrentExecutions": requested,
        "Status": "IN_PROGRESS",
        "status": 202,
    }


def test_provisioned_concurrency_exceptions(client: Make, published: Make, account: str) -> None:
    lam = client("lambda")
    arn, unknown = published("f"), arn_of(account, "doesnotexist")
    get, delete = lam.get_provisioned_concurrency_config, lam.delete_provisioned_concurrency_config
    put = lam.put_provisioned_concurrency_config

    for read in (get, delete):
        assert told(read, FunctionName="f", Qualifier="noalias") == no_alias(f"{arn}:noalias")
        assert told(read, FunctionName="f", Qualifier="10") == missing(f"{arn}:10")
        assert told(read, FunctionName="f", Qualifier="$LATEST") == NOT_PUBLISHED
    assert told(get, FunctionName="f", Qualifier="1") == NOT_PROVISIONED
    assert told(get, FunctionName="doesnotexist", Qualifier="noalias") == no_alias(f"{unknown}:noalias")
    assert told(delete, FunctionName="doesnotexist", Qualifier="1") == missing(f"{unknown}:1")
    assert shown(delete(FunctionName="f", Qualifier="1")) == {"status": 204}

    listed = lam.list_provisioned_concurrency_configs
    assert shown(listed(FunctionName="f")) == {"ProvisionedConcurrencyConfigs": [], "status": 200}
    assert told(listed, FunctionName="doesnotexist") == missing(unknown)

    def refused(name: str, qualifier: str, count: int = 1) -> dict[str, Any]:
        return told(put, FunctionName=name, Qualifier=qualifier, ProvisionedConcurrentExecutions=count)

    least = violated("0", "provisionedConcurrentExecutions", "have value greater than or equal to 1")
    assert refused("f", "1", 0) == invalid(least)
    assert refused("doesnotexist", "noalias") == no_alias(f"{unknown}:noalias")
    assert refused("doesnotexist", "1") == missing(f"{unknown}:1")
    assert refused("f", "doesnotexist") == no_alias(f"{arn}:doesnotexist")
    assert refused("f", "10") == missing(f"{arn}:10")
    assert refused("f", "$LATEST") == parameter(UNPUBLISHED)


def test_lambda_provisioned_lifecycle(client: Make, published: Make) -> None:
    lam = client("lambda")
    arn = published("f")
    lam.create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    version, alias = ({"FunctionName": "f", "Qualifier": qualifier} for qualifier in ("1", "live"))
    put, get = lam.put_provisioned_concurrency_config, lam.get_provisioned_concurrency_config

    accepted(put(**version, ProvisionedConcurrentExecutions=1), 1)
    assert told(put, **alias, ProvisionedConcurrentExecutions=1) == conflict(
        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
    )
    assert shown(lam.delete_provisioned_concurrency_config(**version)) == {"status": 204}
    assert told(get, **version) == NOT_PROVISIONED

    accepted(put(**alias, ProvisionedConcurrentExecutions=1), 1)
    assert told(put, **version, ProvisionedConcurrentExecutions=1) == conflict(
        "Version is pointed by a Provisioned Concurrency alias"
    )
    assert shown(lam.delete_alias(FunctionName="f", Name="live")) == {"status": 204}
    assert told(get, **alias) == no_alias(f"{arn}:live")
    left = lam.list_provisioned_concurrency_configs(FunctionName="f")
    assert shown(left) == {"ProvisionedConcurrencyConfigs": [], "status": 200}


def test_provisioned_concurrency_limits(client: Make, published: Make) -> None:
    lam = client("lambda")
    published("f")

    def refused(count: int) -> dict[str, Any]:
        given = {"FunctionName": "f", "Qualifier": "1", "ProvisionedConcurrentExecutions": count}
        return told(lam.put_provisioned_concurrency_config, **given)

    unreserved = lam.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    assert refused(unreserved + 1) == without_type(
        f"Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [{unreserved}]."
    )
    assert refused(unreserved - 99) == without_type(
        "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
        "below its minimum value of [100]."
    )
