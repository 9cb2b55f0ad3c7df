"""Tags, reserved concurrency, account settings and logging configurations: what AWS answered, whole, by recorded case."""

from collections.abc import Callable
from typing import Any

import pytest

from lambda_answers import (
    ACTIVE,
    PENDING,
    UPDATING,
    arn_of,
    configuration,
    found,
    invalid,
    missing,
    parameter,
    refusal,
    shown,
    told,
    violated,
)

Make = Callable[..., Any]
TAGGABLE = (
    r"arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:"
    r"(function:[a-zA-Z0-9-_]+(:(\$LATEST|[a-zA-Z0-9-_]+))?"
)
DONE = {"status": 204}


# TestLambdaTag, TestLambdaTags


def test_create_tag_on_fn_create(client: Make, active: Make, package: Make, account: str) -> None:
    tags = {"testtag": "custom-tag-value"}
    arn = active("f", Tags=tags)
    expected = configuration(account, "f", package(), **ACTIVE)
    assert shown(client("lambda").get_function(FunctionName="f")) == found(expected, Tags=tags)
    assert shown(client("lambda").list_tags(Resource=arn)) == {"Tags": tags, "status": 200}


def test_tag_lifecycle(client: Make, active: Make, package: Make, account: str) -> None:
    lam = client("lambda")
    arn = active("f", Tags={"a": "1"})
    expected = configuration(account, "f", package(), **ACTIVE)
    revisions: list[str] = []

    def holds(tags: dict[str, str]) -> None:
        assert shown(lam.list_tags(Resource=arn)) == {"Tags": tags, "status": 200}
        whole = lam.get_function(FunctionName="f")
        assert shown(whole) == found(expected, **({"Tags": tags} if tags else {}))
        revisions.append(whole["Configuration"]["RevisionId"])

    holds({"a": "1"})
    assert shown(lam.tag_resource(Resource=arn, Tags={"b": "2", "c": "3", "d": "4"})) == DONE
    holds({"a": "1", "b": "2", "c": "3", "d": "4"})
    assert shown(lam.tag_resource(Resource=arn, Tags={"c": "x"})) == DONE
    holds({"a": "1", "b": "2", "c": "x", "d": "4"})
    assert shown(lam.untag_resource(Resource=arn, TagKeys=["c", "d"])) == DONE
    holds({"a": "1", "b": "2"})
    assert shown(lam.untag_resource(Resource=arn, TagKeys=["b", "none"])) == DONE
    holds({"a": "1"})
    assert shown(lam.untag_resource(Resource=arn, TagKeys=["a"])) == DONE
    holds({})
    assert len(set(revisions)) == 6
    lam.delete_function(FunctionName="f")
    assert told(lam.list_tags, Resource=arn) == missing(arn)


def test_tag_exceptions(client: Make, active: Make, account: str) -> None:
    """Also `test_tag_nonexisting_resource` and `test_tag_versions`. The pattern ends otherwise in newer models."""
    lam, none = client("lambda"), arn_of(account, "doesnotexist")
    for resource in ("arn:aws:something", f"arn:aws:lambda:us-east-1:{account}:foobar:f"):
        said = told(lam.tag_resource, Resource=resource, Tags={"A": "B"})
        start = violated(resource, "resource", f"satisfy regular expression pattern: {TAGGABLE}")
        assert said["Error"]["Message"].startswith(f"1 validation error detected: {start}")
        assert said == {**invalid(""), "Error": said["Error"]}
    calls: list[tuple[Any, dict[str, Any]]] = [
        (lam.tag_resource, {"Tags": {"A": "B"}}),
        (lam.untag_resource, {"TagKeys": ["A"]}),
        (lam.list_tags, {}),
    ]
    qualified = parameter(
        "Tags on function aliases and versions are not supported. Please specify a function ARN."
    )
    for call, given in calls:
        assert told(call, Resource=none, **given) == missing(none)
        for qualifier in ("$LATEST", "v1", "1"):
            assert told(call, Resource=f"{none}:{qualifier}", **given) == qualified
    arn = active("f")
    assert shown(lam.list_tags(Resource=arn)) == {"Tags": {}, "status": 200}
    assert shown(lam.untag_resource(Resource=arn, TagKeys=["none"])) == DONE
    null = "Value null at 'tagKeys' failed to satisfy constraint: Member must not be null"
    assert told(lam.untag_resource, Resource=arn, TagKeys=[]) == invalid(null)
    empty = parameter("An error occurred and the request cannot be processed.")
    assert told(lam.tag_resource, Resource=arn, Tags={}) == empty


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        ("event-source-mapping:00000000-0000-0000-0000-000000000000", "Event source mapping"),
        ("capacity-provider:none", "Capacity provider"),
    ],
)
def test_tag_exceptions_of_other_resources(client: Make, account: str, resource: str, kind: str) -> None:
    """The parameters `event_source_mapping` and `capacity_provider` of the case, as far as there are none."""
    lam, arn = client("lambda"), f"arn:aws:lambda:us-east-1:{account}:{resource}"
    said = refusal(404, "ResourceNotFoundException", f"{kind} not found: {arn}")
    assert told(lam.tag_resource, Resource=arn, Tags={"A": "B"}) == said
    assert told(lam.untag_resource, Resource=arn, TagKeys=["A"]) == said
    assert told(lam.list_tags, Resource=arn) == said


def test_tag_limits(client: Make, active: Make, create: Make, package: Make, account: str) -> None:
    lam, arn = client("lambda"), active("f")
    tags = {f"{number}_key": f"{number}_value" for number in range(50)}
    more = {**tags, "50_key": "50_value"}
    too_many = parameter("Number of tags exceeds resource tag limit.")
    assert told(lam.tag_resource, Resource=arn, Tags=more) == too_many
    assert shown(lam.tag_resource(Resource=arn, Tags=tags)) == DONE
    assert shown(lam.list_tags(Resource=arn)) == {"Tags": tags, "status": 200}
    expected = configuration(account, "f", package(), **ACTIVE)
    assert shown(lam.get_function(FunctionName="f")) == found(expected, Tags=tags)
    assert told(lam.tag_resource, Resource=arn, Tags={"a": "1"}) == too_many
    assert told(create, name="g", Tags=more) == too_many


# TestLambdaReservedConcurrency


def test_function_concurrency(client: Make, active: Make, package: Make, account: str) -> None:
    lam = client("lambda")
    active("f")
    for count in (0, 1):
        reserved = {"ReservedConcurrentExecutions": count}
        assert shown(lam.put_function_concurrency(FunctionName="f", **reserved)) == {
            **reserved,
            "status": 200,
        }
        assert shown(lam.get_function_concurrency(FunctionName="f")) == {**reserved, "status": 200}
        expected = configuration(account, "f", package(), **ACTIVE)
        assert shown(lam.get_function(FunctionName="f")) == found(expected, Concurrency=reserved)
    assert shown(lam.delete_function_concurrency(FunctionName="f")) == DONE
    assert shown(lam.get_function_concurrency(FunctionName="f")) == {"status": 200}


def test_function_concurrency_exceptions(client: Make, active: Make, account: str) -> None:
    put = client("lambda").put_function_concurrency
    none = arn_of(account, "doesnotexist")
    for count in (1, 1001):
        said = told(put, FunctionName="doesnotexist", ReservedConcurrentExecutions=count)
        assert said == missing(f"{none}:$LATEST")
    arn = active("f")
    assert told(put, FunctionName=f"{arn}:$LATEST", ReservedConcurrentExecutions=0) == parameter(
        "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
        "Please specify either a function name or an unqualified function ARN."
    )


def test_function_concurrency_limits(client: Make, active: Make) -> None:
    active("f")
    refused = parameter(
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
        "below its minimum value of [100]."
    )
    del refused["Type"]
    for count in (1001, 901):
        said = told(
            client("lambda").put_function_concurrency, FunctionName="f", ReservedConcurrentExecutions=count
        )
        assert said == refused


# TestLambdaAccountSettings


def test_account_settings(client: Make) -> None:
    settings = shown(client("lambda").get_account_settings())
    limit = {
        "CodeSizeUnzipped": 262_144_000,
        "CodeSizeZipped": 52_428_800,
        "ConcurrentExecutions": 1000,
        "TotalCodeSize": 322_122_547_200,
        "UnreservedConcurrentExecutions": 1000,
    }
    usage = {"FunctionCount": 0, "TotalCodeSize": 0}
    assert settings == {"AccountLimit": limit, "AccountUsage": usage, "status": 200}


def test_account_settings_total_code_size(client: Make, active: Make, package: Make) -> None:
    """Also `..._config_update`: of all changes only those of the code change the sum."""
    lam = client("lambda")

    def total() -> int:
        size: int = lam.get_account_settings()["AccountUsage"]["TotalCodeSize"]
        return size

    active("f")
    assert total() == len(package())
    lam.update_function_configuration(FunctionName="f", Description="other")
    lam.get_waiter("function_updated_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
    assert total() == len(package())
    other = package("x = 1234567890")
    lam.update_function_code(FunctionName="f", ZipFile=other)
    assert total() == len(other)


# TestLoggingConfig

JSON = {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}


@pytest.fixture
def changed(client: Make, package: Make, account: str) -> Make:
    """`changed(given, shown)`: UpdateFunctionConfiguration of the logging, whole, then and after it has been applied."""

    def update(given: dict[str, str], then: dict[str, str]) -> None:
        lam = client("lambda")
        updated = lam.update_function_configuration(FunctionName="f", LoggingConfig=given)
        expected = configuration(account, "f", package(), LoggingConfig=then)
        assert shown(updated) == {**expected, **UPDATING, "status": 200}
        lam.get_waiter("function_updated_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
        received = shown(lam.get_function_configuration(FunctionName="f"))
        assert received == {**expected, **ACTIVE, "status": 200}

    return update


def test_function_advanced_logging_configuration(
    client: Make, create: Make, active: Make, changed: Make, package: Make, account: str
) -> None:
    made = create("f", LoggingConfig={"LogFormat": "JSON"})
    held = {**JSON, "LogGroup": "/aws/lambda/f"}
    expected = configuration(account, "f", package(), LoggingConfig=held)
    assert shown(made) == {**expected, **PENDING, "status": 201}
    assert shown(client("lambda").get_function(FunctionName="f")) == found({**expected, **ACTIVE})
    changed({"LogGroup": "cool_lambda"}, {**JSON, "LogGroup": "cool_lambda"})


def test_advanced_logging_configuration_format_switch(active: Make, changed: Make) -> None:
    active("f")
    group = {"LogGroup": "/aws/lambda/f"}
    changed({"LogFormat": "JSON"}, {**JSON, **group})
    changed({"LogFormat": "Text"}, {"LogFormat": "Text", **group})


@pytest.mark.parametrize(
    ("given", "then"),
    [
        ({"LogFormat": "JSON"}, JSON),
        ({"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG"}, {**JSON, "ApplicationLogLevel": "DEBUG"}),
        ({"LogFormat": "JSON", "SystemLogLevel": "DEBUG"}, {**JSON, "SystemLogLevel": "DEBUG"}),
        ({"LogGroup": "cool_lambda"}, {"LogFormat": "Text", "LogGroup": "cool_lambda"}),
    ],
)
def test_function_partial_advanced_logging_configuration_update(
    active: Make, changed: Make, given: dict[str, str], then: dict[str, str]
) -> None:
    active("f")
    changed(given, {"LogGroup": "/aws/lambda/f", **then})
