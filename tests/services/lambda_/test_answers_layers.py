"""Layers, each test a case that AWS answered (its name in the docstring): same members, absences, codes and words."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from lambda_answers import (
    REGION,
    RUNTIMES,
    arn_of,
    configuration,
    invalid,
    parameter,
    refusal,
    shown,
    told,
    violated,
    violations,
)

Make = Callable[..., Any]
ARN_PATTERN = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)"
    r"|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)"
)
GONE = refusal(404, "ResourceNotFoundException", "The resource you requested does not exist.")


def layer_arn(account: str, name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{account}:layer:{name}"


def version_of(account: str, name: str, number: int, **said: Any) -> dict[str, Any]:
    """A version as lists show it."""
    return {
        "CreatedDate": "<CreatedDate>",
        "Description": "",
        "LayerVersionArn": f"{layer_arn(account, name)}:{number}",
        "Version": number,
        **said,
    }


def whole(account: str, name: str, number: int, code: bytes, **said: Any) -> dict[str, Any]:
    """A version as PublishLayerVersion and GetLayerVersion show it."""
    content = {
        "CodeSha256": base64.b64encode(hashlib.sha256(code).digest()).decode(),
        "CodeSize": len(code),
        "Location": "<Location>",
    }
    return {
        "Content": content,
        "LayerArn": layer_arn(account, name),
        **version_of(account, name, number, **said),
    }


@pytest.fixture
def publish(client: Make, package: Make) -> Make:
    """`publish("name", ...)`: PublishLayerVersion, and its answer."""

    def make(name: str, **options: Any) -> dict[str, Any]:
        given = {"LayerName": name, "Content": {"ZipFile": package()}, **options}
        answer: dict[str, Any] = client("lambda").publish_layer_version(**given)
        return answer

    return make


def test_what_is_not_said_is_not_shown(account: str, publish: Make, package: Make) -> None:
    """TestLambdaLayer::test_layer_s3_content"""
    assert shown(publish("l")) == {**whole(account, "l", 1, package()), "status": 201}


def test_empty_lists_are_shown(account: str, publish: Make, package: Make) -> None:
    """TestLambdaLayer::test_layer_exceptions, publish_empty_result"""
    answer = shown(publish("l", CompatibleRuntimes=[], CompatibleArchitectures=[]))
    empty: dict[str, Any] = {"CompatibleArchitectures": [], "CompatibleRuntimes": []}
    assert answer == {**whole(account, "l", 1, package(), **empty), "status": 201}


def test_exceptions_of_versions(client: Make, account: str, publish: Make) -> None:
    """TestLambdaLayer::test_layer_exceptions"""
    lam = client("lambda")
    publish("l", CompatibleRuntimes=["python3.12"], CompatibleArchitectures=["x86_64"])
    assert lam.list_layer_versions(LayerName="none")["LayerVersions"] == []
    assert told(lam.get_layer_version, LayerName="none", VersionNumber=1) == GONE
    assert told(lam.get_layer_version, LayerName="l", VersionNumber=2) == GONE
    below = parameter("Layer Version Cannot be less than 1")
    for number in (-1, 0):
        assert told(lam.get_layer_version, LayerName="l", VersionNumber=number) == below
    assert told(lam.delete_layer_version, LayerName="l", VersionNumber=-1) == below
    arn = layer_arn(account, "l")
    assert told(lam.get_layer_version_by_arn, Arn=arn) == invalid(
        violated(arn, "arn", f"satisfy regular expression pattern: {ARN_PATTERN}")
    )
    assert told(lam.get_layer_version_by_arn, Arn=f"{arn}:9") == GONE
    for name, number in (("none", 1), ("l", 2), ("l", 1), ("l", 1)):
        answer = shown(lam.delete_layer_version(LayerName=name, VersionNumber=number))
        assert answer == {"status": 204}


@pytest.mark.parametrize(
    ("runtimes", "architectures"),
    [
        (["invalidruntime"], ["invalidarch"]),
        (["invalidruntime", "invalidruntime2", "nodejs20.x"], ["invalidarch", "x86_64"]),
    ],
)
def test_compatibility_with_what_there_is_not(
    publish: Make, runtimes: list[str], architectures: list[str]
) -> None:
    """TestLambdaLayer::test_layer_exceptions, invalid_runtime_arch and partially_invalid_values"""
    said = told(publish, name="l", CompatibleRuntimes=runtimes, CompatibleArchitectures=architectures)
    assert violations(said) == sorted(
        [
            violated(f"[{', '.join(runtimes)}]", "compatibleRuntimes", f"satisfy enum value set: {RUNTIMES}"),
            violated(
                f"[{', '.join(architectures)}]",
                "compatibleArchitectures",
                "satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
            ),
        ]
    )


def test_lifecycle(client: Make, account: str, publish: Make, active: Make, package: Make) -> None:
    """TestLambdaLayer::test_layer_lifecycle"""
    lam = client("lambda")
    active("f")
    said = {
        "CompatibleArchitectures": ["x86_64"],
        "CompatibleRuntimes": ["python3.12"],
        "Description": "some",
        "LicenseInfo": "MIT",
    }
    arn = f"{layer_arn(account, 'l')}:1"
    for number in (1, 2):
        answer = shown(publish("l", **said))
        assert answer == {**whole(account, "l", number, package(), **said), "status": 201}
    used = {"Arn": arn, "CodeSize": len(package())}
    updated = lam.update_function_configuration(FunctionName="f", Layers=[arn])
    assert updated["Layers"] == [used]
    lam.get_waiter("function_updated_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
    after = configuration(
        account, "f", package(), State="Active", LastUpdateStatus="Successful", Layers=[used], status=200
    )
    assert shown(lam.get_function_configuration(FunctionName="f")) == after
    first = {**whole(account, "l", 1, package(), **said), "status": 200}
    assert shown(lam.get_layer_version(LayerName="l", VersionNumber=1)) == first
    assert shown(lam.get_layer_version_by_arn(Arn=arn)) == first
    listed = [version_of(account, "l", number, **said) for number in (2, 1)]
    assert shown(lam.list_layer_versions(LayerName="l")) == {"LayerVersions": listed, "status": 200}
    assert shown(lam.delete_layer_version(LayerName="l", VersionNumber=1)) == {"status": 204}
    assert shown(lam.get_function_configuration(FunctionName="f")) == after
    lam.delete_layer_version(LayerName="l", VersionNumber=2)
    assert shown(lam.list_layer_versions(LayerName="l")) == {"LayerVersions": [], "status": 200}
    assert publish("l")["Version"] == 3


def test_policy_lifecycle(client: Make, account: str, publish: Make) -> None:
    """TestLambdaLayer::test_layer_policy_lifecycle"""
    lam = client("lambda")
    publish("l")

    def statement(sid: str) -> dict[str, Any]:
        return {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": "*",
            "Action": "lambda:GetLayerVersion",
            "Resource": f"{layer_arn(account, 'l')}:1",
        }

    def add(sid: str) -> dict[str, Any]:
        answer: dict[str, Any] = lam.add_layer_version_permission(
            LayerName="l", VersionNumber=1, StatementId=sid, Action="lambda:GetLayerVersion", Principal="*"
        )
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
        return answer

    def policy() -> tuple[dict[str, Any], str]:
        answer = lam.get_layer_version_policy(LayerName="l", VersionNumber=1)
        return json.loads(answer["Policy"]), answer["RevisionId"]

    def document(*sids: str) -> dict[str, Any]:
        return {"Version": "2012-10-17", "Id": "default", "Statement": [statement(sid) for sid in sids]}

    first = add("s1")
    assert json.loads(first["Statement"]) == statement("s1")
    assert policy() == (document("s1"), first["RevisionId"])
    second = add("s2")
    assert second["RevisionId"] != first["RevisionId"]
    assert policy() == (document("s1", "s2"), second["RevisionId"])
    removed = lam.remove_layer_version_permission(LayerName="l", VersionNumber=1, StatementId="s2")
    assert shown(removed) == {"status": 204}
    left, revision = policy()
    assert left == document("s1")
    assert revision not in (first["RevisionId"], second["RevisionId"])


def test_policy_exceptions(client: Make, account: str, publish: Make) -> None:
    """TestLambdaLayer::test_layer_policy_exceptions"""
    lam = client("lambda")
    publish("l")
    version = {"LayerName": "l", "VersionNumber": 1}
    assert told(lam.get_layer_version_policy, **version) == refusal(
        404, "ResourceNotFoundException", "No policy is associated with the given resource."
    )
    everybody = {"Action": "lambda:GetLayerVersion", "Principal": "*"}
    lam.add_layer_version_permission(**version, StatementId="s1", **everybody)
    wrong = {**everybody, "Action": "*"}
    assert told(lam.add_layer_version_permission, **version, StatementId="s2", **wrong) == invalid(
        violated("*", "action", "satisfy regular expression pattern: lambda:GetLayerVersion")
    )
    assert told(lam.add_layer_version_permission, **version, StatementId="s1", **everybody) == refusal(
        409,
        "ResourceConflictException",
        "The statement id (s1) provided already exists. "
        "Please provide a new statement id, or remove the existing statement.",
    )
    stale = refusal(
        412,
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. "
        "Call the GetLayerPolicy API to retrieve the latest Revision Id",
    )
    asked = {**version, "StatementId": "s2", **everybody, "RevisionId": "wrong"}
    assert told(lam.add_layer_version_permission, **asked) == stale
    removal = {**version, "StatementId": "s1", "RevisionId": "wrong"}
    assert told(lam.remove_layer_version_permission, **removal) == stale
    assert told(lam.remove_layer_version_permission, **version, StatementId="none") == refusal(
        404, "ResourceNotFoundException", "Statement none is not found in resource policy."
    )
    for name, number in (("none", 1), ("l", 2)):
        gone = refusal(
            404,
            "ResourceNotFoundException",
            f"Layer version {layer_arn(account, name)}:{number} does not exist.",
        )
        other = {"LayerName": name, "VersionNumber": number}
        assert told(lam.add_layer_version_permission, **other, StatementId="s1", **everybody) == gone
        assert told(lam.get_layer_version_policy, **other) == gone
        assert told(lam.remove_layer_version_permission, **other, StatementId="s1") == gone


def test_exceptions_of_functions(
    client: Make, account: str, publish: Make, active: Make, create: Make
) -> None:
    """TestLambdaLayer::test_layer_function_exceptions"""
    active("f")
    arns = [publish("l")["LayerVersionArn"] for _ in range(3)]
    lam = client("lambda")

    def refusal_of(*layers: str) -> dict[str, Any]:
        return told(lam.update_function_configuration, FunctionName="f", Layers=list(layers))

    def twice(one: str, other: str) -> dict[str, Any]:
        return parameter(
            "Two different versions of the same layer are not allowed to be referenced in the same function. "
            f"{one} and {other} are versions of the same layer."
        )

    assert refusal_of(*arns[:2]) == twice(arns[0], arns[1])
    assert refusal_of(*arns) == twice(arns[0], arns[1])
    assert refusal_of(arns[0], arns[0]) == twice(arns[0], arns[0])
    for missing in (f"{layer_arn(account, 'doesnotexist')}:1", f"{layer_arn(account, 'l')}:9"):
        assert refusal_of(missing) == parameter(f"Layer version {missing} does not exist.")
    without = layer_arn(account, "l")
    assert refusal_of(without) == invalid(
        violated(
            f"[{without}]",
            "layers",
            "satisfy constraint: [Member must have length less than or equal to 2048, "
            "Member must have length greater than or equal to 1, "
            f"Member must satisfy regular expression pattern: {ARN_PATTERN}, Member must not be null]",
        )
    )
    elsewhere = arns[0].replace(REGION, "eu-central-1")
    assert told(create, name="g", Layers=[elsewhere]) == parameter(
        f"Layers are not in the same region as the function. Layers are expected to be in region {REGION}."
    )


def test_quota_exception(publish: Make, create: Make) -> None:
    """TestLambdaLayer::test_layer_function_quota_exception"""
    arns = [publish(f"l{number}")["LayerVersionArn"] for number in range(6)]
    assert told(create, name="f", Layers=arns) == parameter("Cannot reference more than 5 layers.")
    assert len(create("f", Layers=arns[:5])["Layers"]) == 5


COMPATIBLE = (
    "nodejs24.x nodejs22.x nodejs20.x nodejs18.x nodejs16.x nodejs14.x nodejs12.x python3.14 python3.13 python3.12 python3.11 "
    "python3.10 python3.9 python3.8 python3.7",
    "java25 java21 java17 java11 java8.al2 java8 dotnet10 dotnet8 dotnet6 dotnetcore3.1 go1.x ruby3.4 ruby3.3 ruby3.2 ruby2.7",
    "provided.al2023 provided.al2 provided",
)


@pytest.mark.parametrize("runtimes", COMPATIBLE)
def test_compatibilities(account: str, publish: Make, package: Make, runtimes: str) -> None:
    """TestLambdaLayer::test_layer_compatibilities[runtimes0..2]"""
    said = {"CompatibleRuntimes": runtimes.split(), "CompatibleArchitectures": ["arm64", "x86_64"]}
    assert shown(publish("l", **said)) == {**whole(account, "l", 1, package(), **said), "status": 201}


def test_the_size_of_all_code_counts_layers(client: Make, create: Make, publish: Make, package: Make) -> None:
    """TestLambdaAccountSettings::test_account_settings_total_code_size"""

    def total() -> int:
        size: int = client("lambda").get_account_settings()["AccountUsage"]["TotalCodeSize"]
        return size

    create("f")
    assert total() == len(package())
    for count in (2, 3):
        publish("l")
        assert total() == count * len(package())


def test_arn_of_a_function_is_no_layer(client: Make, account: str) -> None:
    arn = arn_of(account, "f")
    assert told(client("lambda").get_layer_version, LayerName=arn, VersionNumber=1)["status"] == 400
