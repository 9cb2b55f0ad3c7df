"""Versions and aliases: what AWS answered, whole. Named after the recorded cases."""

from collections.abc import Callable
from typing import Any

import pytest

from lambda_answers import (
    ACTIVE,
    PENDING,
    UPDATING,
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
STALE = refusal(
    412,
    "PreconditionFailedException",
    "The Revision Id provided does not match the latest Revision Id. "
    "Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
)
LISTED_WITHOUT = ("RuntimeVersionConfig",)


def listed(settings: dict[str, Any]) -> dict[str, Any]:
    """A configuration as lists show it."""
    return {member: value for member, value in settings.items() if member not in LISTED_WITHOUT}


@pytest.fixture
def update(client: Make) -> Make:
    """`update("f", Description=...)`: UpdateFunctionConfiguration, and the update waited for; its answer."""

    def change(name: str, **changed: Any) -> dict[str, Any]:
        lam = client("lambda")
        answer: dict[str, Any] = lam.update_function_configuration(FunctionName=name, **changed)
        lam.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        return answer

    return change


def revision(answer: dict[str, Any]) -> str:
    configured: dict[str, Any] = answer.get("Configuration", answer)
    return str(configured["RevisionId"])


def test_publish_version_on_create(client: Make, create: Make, package: Make, account: str) -> None:
    lam = client("lambda")
    plain = configuration(account, "f", package())
    arn = plain["FunctionArn"]
    assert shown(create("f", Publish=True)) == {**plain, **PENDING, "Version": "1", "status": 201}
    lam.get_waiter("function_active_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})

    latest = lam.get_function(FunctionName="f")
    first = lam.get_function(FunctionName="f", Qualifier="1")
    by_name = lam.get_function(FunctionName="f", Qualifier="$LATEST")
    assert shown(latest) == found({**plain, **ACTIVE})
    assert shown(first) == found({**plain, **ACTIVE, "FunctionArn": f"{arn}:1", "Version": "1"})
    assert shown(by_name) == found({**plain, **ACTIVE, "FunctionArn": f"{arn}:$LATEST"})
    assert revision(latest) == revision(by_name) != revision(first)

    versions = [
        listed({**plain, "FunctionArn": f"{arn}:$LATEST"}),
        listed({**plain, "FunctionArn": f"{arn}:1", "Version": "1"}),
    ]
    assert shown(lam.list_versions_by_function(FunctionName="f")) == {"Versions": versions, "status": 200}
    again = lam.publish_version(FunctionName="f")
    assert shown(again) == {**plain, **ACTIVE, "FunctionArn": f"{arn}:1", "Version": "1", "status": 201}
    assert revision(again) == revision(first)
    assert revision(lam.get_function(FunctionName="f")) == revision(latest)
    assert shown(lam.list_versions_by_function(FunctionName="f"))["Versions"] == versions


def test_version_lifecycle(client: Make, active: Make, update: Make, package: Make, account: str) -> None:
    lam = client("lambda")
    plain = configuration(account, "f", package())
    arn = plain["FunctionArn"]
    active("f", Description="No version :(")
    changed = update("f", Description="First version :)")
    assert shown(changed) == {**plain, **UPDATING, "Description": "First version :)", "status": 200}
    before = revision(lam.get_function(FunctionName="f"))
    first = lam.publish_version(FunctionName="f", Description="First version description :)")
    version = {
        **plain,
        **ACTIVE,
        "Description": "First version description :)",
        "FunctionArn": f"{arn}:1",
        "Version": "1",
    }
    assert shown(first) == {**version, "status": 201}
    assert revision(lam.get_function(FunctionName="f")) not in (before, revision(first))
    got = lam.get_function(FunctionName="f", Qualifier="1")
    configured = lam.get_function_configuration(FunctionName="f", Qualifier="1")
    assert (shown(got), shown(configured)) == (found(version), {**version, "status": 200})
    assert revision(got) == revision(configured) == revision(first)

    update("f", Description="Second version :))")
    assert shown(lam.get_function(FunctionName="f", Qualifier="1")) == found(version)
    second = lam.publish_version(FunctionName="f")
    assert (second["Version"], second["Description"]) == ("2", "Second version :))")
    third = lam.publish_version(FunctionName="f", Description="Third version description :)")
    assert (third["Version"], third["Description"]) == ("2", "Second version :))")
    assert revision(third) == revision(second)

    def texts() -> list[tuple[str, str]]:
        rows = lam.list_versions_by_function(FunctionName="f")["Versions"]
        return [(row["Version"], row["Description"]) for row in rows]

    latest, last = ("$LATEST", "Second version :))"), ("2", "Second version :))")
    assert texts() == [latest, ("1", "First version description :)"), last]
    assert shown(lam.delete_function(FunctionName="f", Qualifier="1"))["status"] == 204
    assert texts() == [latest, last]


def test_publish_with_wrong_revisionid(client: Make, active: Make) -> None:
    lam = client("lambda")
    active("f")
    latest = revision(lam.get_function(FunctionName="f"))
    assert told(lam.publish_version, FunctionName="f", RevisionId="wrong") == STALE
    assert lam.publish_version(FunctionName="f", RevisionId=latest)["Version"] == "1"


def test_publish_with_wrong_sha256(client: Make, active: Make) -> None:
    lam = client("lambda")
    active("f")
    sha = lam.get_function_configuration(FunctionName="f")["CodeSha256"]
    assert told(lam.publish_version, FunctionName="f", CodeSha256="somenonexistentsha256") == parameter(
        f"CodeSHA256 (somenonexistentsha256) is different from current CodeSHA256 in $LATEST ({sha}). "
        "Please try again with the CodeSHA256 in $LATEST."
    )
    assert lam.publish_version(FunctionName="f", CodeSha256=sha)["Version"] == "1"


def test_publish_with_update(client: Make, active: Make, package: Make, account: str) -> None:
    lam = client("lambda")
    active("f")
    changed = package("def handler(event, context):\n    return 2\n")
    plain = configuration(account, "f", changed)
    first = {**plain, **PENDING, "FunctionArn": f"{plain['FunctionArn']}:1", "Version": "1"}
    assert shown(lam.update_function_code(FunctionName="f", ZipFile=changed, Publish=True)) == {
        **first,
        "status": 200,
    }
    assert shown(lam.get_function(FunctionName="f", Qualifier="1")) == found(first)
    latest = {**plain, **UPDATING, "FunctionArn": f"{plain['FunctionArn']}:$LATEST"}
    assert shown(lam.get_function(FunctionName="f", Qualifier="$LATEST")) == found(latest)
    lam.get_waiter("function_updated_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
    assert shown(lam.get_function_configuration(FunctionName="f", Qualifier="1")) == {
        **plain,
        **ACTIVE,
        "FunctionArn": f"{plain['FunctionArn']}:1",
        "Version": "1",
        "status": 200,
    }


def test_function_revisions_version_and_alias(client: Make, active: Make) -> None:
    lam = client("lambda")
    active("f")
    before = revision(lam.get_function(FunctionName="f"))
    assert told(lam.publish_version, FunctionName="f", RevisionId="wrong") == STALE
    first = lam.publish_version(FunctionName="f", RevisionId=before)
    assert revision(lam.get_function(FunctionName="f", Qualifier="1")) == revision(first)
    latest = revision(lam.get_function(FunctionName="f"))
    alias = lam.create_alias(FunctionName="f", Name="revision_alias", FunctionVersion="1")
    assert revision(lam.get_function(FunctionName="f")) == latest != before
    assert revision(lam.get_function(FunctionName="f", Qualifier="1")) == revision(first)
    wrong = {"FunctionName": "f", "Name": "revision_alias", "RevisionId": "wrong"}
    assert told(lam.update_alias, **wrong) == STALE
    known = {**wrong, "RevisionId": revision(alias), "Description": "something changed"}
    changed = lam.update_alias(**known)
    assert (changed["Description"], changed["FunctionVersion"]) == ("something changed", "1")
    assert revision(changed) != revision(alias)


@pytest.fixture
def published(client: Make, create: Make, update: Make) -> Make:
    """`published("f")`: with the versions 1 (testenv staging) and 2 (testenv prod); its ARN."""

    def make(name: str) -> str:
        lam = client("lambda")
        arn: str = create(name, Environment={"Variables": {"testenv": "staging"}}, Publish=True)[
            "FunctionArn"
        ]
        lam.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        update(name, Environment={"Variables": {"testenv": "prod"}})
        assert lam.publish_version(FunctionName=name)["Version"] == "2"
        return arn

    return make


def alias(arn: str, name: str, version: str, description: str = "", **routing: Any) -> dict[str, Any]:
    """An alias as AWS shows it."""
    return {
        "AliasArn": f"{arn}:{name}",
        "Description": description,
        "FunctionVersion": version,
        "Name": name,
        "RevisionId": "<RevisionId>",
        **routing,
    }


def test_alias_lifecycle(client: Make, published: Make, package: Make, account: str) -> None:
    lam = client("lambda")
    arn = published("f")
    routing = {"RoutingConfig": {"AdditionalVersionWeights": {"2": 0.2}}}
    wanted = {
        "one": alias(arn, "one", "1", "custom-alias", **routing),
        "three": alias(arn, "three", "1"),
        "two": alias(arn, "two", "1", "custom-alias"),
        "zwei": alias(arn, "zwei", "2", "custom-alias"),
    }
    for name, expected in wanted.items():
        given = {"Name": name, "FunctionVersion": expected["FunctionVersion"]}
        if expected["Description"]:
            given["Description"] = expected["Description"]
        given |= routing if "RoutingConfig" in expected else {}
        made = lam.create_alias(FunctionName="f", **given)
        assert shown(made) == {**expected, "status": 201}
        got = lam.get_alias(FunctionName="f", Name=name)
        assert shown(got) == {**expected, "status": 200}
        assert revision(got) == revision(made)

    first = configuration(account, "f", package(), Version="1", **ACTIVE)
    first |= {"FunctionArn": f"{arn}:one", "Environment": {"Variables": {"testenv": "staging"}}}
    assert shown(lam.get_function(FunctionName="f", Qualifier="one")) == found(first)
    assert shown(lam.get_function(FunctionName=f"{arn}:one")) == found(first)
    gone = missing(f"{arn}:aliasdoesnotexist")
    assert told(lam.get_function, FunctionName="f", Qualifier="aliasdoesnotexist") == gone
    assert told(lam.get_function, FunctionName=f"{arn}:aliasdoesnotexist") == gone

    def listed_aliases(**options: str) -> list[dict[str, Any]]:
        answer = shown(lam.list_aliases(FunctionName="f", **options))
        assert (set(answer), answer["status"]) == ({"Aliases", "status"}, 200)
        aliases: list[dict[str, Any]] = answer["Aliases"]
        return aliases

    assert listed_aliases() == list(wanted.values())
    wanted["one"] = alias(arn, "one", "1", "custom-alias")
    none = {"RoutingConfig": {"AdditionalVersionWeights": {}}}
    assert shown(lam.update_alias(FunctionName="f", Name="one", **none)) == {**wanted["one"], "status": 200}
    before = revision(lam.get_alias(FunctionName="f", Name="two"))
    same = lam.update_alias(FunctionName="f", Name="two")
    assert shown(same) == {**wanted["two"], "status": 200}
    assert revision(same) != before
    assert listed_aliases() == list(wanted.values())
    assert listed_aliases(FunctionVersion="1") == [wanted[name] for name in ("one", "three", "two")]
    assert shown(lam.delete_alias(FunctionName="f", Name="one")) == {"status": 204}
    assert listed_aliases() == [wanted[name] for name in ("three", "two", "zwei")]


def test_notfound_and_invalid_routingconfigs(client: Make, published: Make) -> None:
    lam = client("lambda")
    arn = published("f")

    def refused(name: str = "custom", version: str = "1", **weights: float) -> dict[str, Any]:
        given: dict[str, Any] = {"FunctionName": "f", "Name": name, "FunctionVersion": version}
        shares = {key.removeprefix("v").replace("LATEST", "$LATEST"): value for key, value in weights.items()}
        given["RoutingConfig"] = {"AdditionalVersionWeights": shares}
        return told(lam.create_alias, **given)

    values = (
        "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, "
        "Member must have value greater than or equal to 0.0, Member must not be null]"
    )
    keys = (
        "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, "
        "Member must have length greater than or equal to 1, "
        "Member must satisfy regular expression pattern: [0-9]+]"
    )

    def violation(value: str, constraint: str) -> dict[str, Any]:
        member = "routingConfig.additionalVersionWeights"
        return invalid(f"Value '{value}' at '{member}' failed to satisfy constraint: {constraint}")

    assert refused(v1=0.8, v2=0.2) == parameter(
        "Number of items in AdditionalVersionWeights cannot be greater than 1"
    )
    assert refused(v2=2.0) == violation("{2=2.0}", values)
    assert refused(v2=-1.0) == violation("{2=-1.0}", values)
    assert refused(v1=0.5) == parameter(
        "Invalid function version 1. Function version 1 is already included in routing configuration."
    )
    assert refused(version="10", v2=0.5) == missing(f"{arn}:10")
    assert refused(v10=0.5) == missing(f"{arn}:10")
    words = "$LATEST is not supported for an alias pointing to more than 1 version"
    assert refused(version="$LATEST", v1=0.5) == {
        "Error": {"Code": "InvalidParameterValueException", "Message": words},
        "message": words,
        "status": 400,
    }
    assert refused(vLATEST=0.5) == violation("{$LATEST=0.5}", keys)
    latest = lam.create_alias(FunctionName="f", Name="custom-latest", FunctionVersion="$LATEST")
    assert shown(latest) == {**alias(arn, "custom-latest", "$LATEST"), "status": 201}
    unknown = told(lam.create_alias, FunctionName="f-unknown", Name="custom", FunctionVersion="1")
    assert unknown == missing(f"{arn}-unknown:1")
    empty = lam.create_alias(
        FunctionName="f", Name="custom-empty-routingconfig", FunctionVersion="1", RoutingConfig={}
    )
    assert shown(empty) == {**alias(arn, "custom-empty-routingconfig", "1"), "status": 201}
    routing = {"RoutingConfig": {"AdditionalVersionWeights": {"2": 0.5}}}
    made = lam.create_alias(FunctionName="f", Name="custom", FunctionVersion="1", **routing)
    assert shown(made) == {**alias(arn, "custom", "1", **routing), "status": 201}
    assert refused(v2=0.5) == refusal(409, "ResourceConflictException", f"Alias already exists: {arn}:custom")
    assert told(lam.get_alias, FunctionName="f", Name="non-existent") == refusal(
        404, "ResourceNotFoundException", f"Cannot find alias arn: {arn}:non-existent"
    )


def test_alias_naming(client: Make, published: Make) -> None:
    lam = client("lambda")
    arn = published("f")
    given = {"FunctionName": "f", "FunctionVersion": "1", "Description": "custom-alias"}
    dated = alias(arn, "2024-01-02", "1", "custom-alias")
    assert shown(lam.create_alias(Name="2024-01-02", **given)) == {**dated, "status": 201}
    assert shown(lam.get_alias(FunctionName="f", Name="2024-01-02")) == {**dated, "status": 200}
    pattern = "satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"
    assert told(lam.create_alias, Name="2024", **given) == invalid(violated("2024", "name", pattern))


def test_non_existent_alias_deletion(client: Make, active: Make) -> None:
    active("f")
    assert shown(client("lambda").delete_alias(FunctionName="f", Name="non-existent")) == {"status": 204}


def test_non_existent_alias_update(client: Make, active: Make) -> None:
    arn = active("f")
    said = told(client("lambda").update_alias, FunctionName="f", Name="non-existent", Description="x")
    assert said == refusal(404, "ResourceNotFoundException", f"Alias not found: {arn}:non-existent")
