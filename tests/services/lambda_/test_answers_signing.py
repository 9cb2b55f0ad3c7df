"""Code signing, recursion and runtime management; cases that AWS answered have its name in the docstring."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from harness import new_account
from lambda_answers import (
    REGION,
    arn_of,
    invalid,
    missing,
    parameter,
    shown,
    told,
    violated,
)

Make = Callable[..., Any]
PROFILE = "arn:aws:signer:us-east-1:111111111111:/signing-profiles/test"
PUBLISHERS = {"SigningProfileVersionArns": [PROFILE]}


@pytest.fixture
def none(account: str) -> str:
    """The ARN of a code signing configuration that there is not."""
    return f"arn:aws:lambda:{REGION}:{account}:code-signing-config:csc-0123456789abcdef0"


@pytest.fixture
def config(client: Make) -> Make:
    """`config("Enforce")`: a code signing configuration; its ARN."""

    def make(policy: str = "Enforce", **options: Any) -> str:
        answer = client("lambda").create_code_signing_config(
            AllowedPublishers=PUBLISHERS,
            CodeSigningPolicies={"UntrustedArtifactOnDeployment": policy},
            **options,
        )
        arn: str = answer["CodeSigningConfig"]["CodeSigningConfigArn"]
        return arn

    return make


def whole(arn: str, policy: str = "Enforce", description: str = "some") -> dict[str, Any]:
    return {
        "AllowedPublishers": PUBLISHERS,
        "CodeSigningConfigArn": arn,
        "CodeSigningConfigId": arn.rpartition(":")[2],
        "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": policy},
        "Description": description,
        "LastModified": "<LastModified>",
    }


def not_there(arn: str) -> dict[str, Any]:
    words = f"The Lambda code signing configuration {arn} can not be found."
    error = {"Code": "ResourceNotFoundException", "Message": words}
    return {"Error": error, "Message": words, "status": 404}


def not_found(arn: str) -> dict[str, Any]:
    words = (
        "The code signing configuration cannot be found. "
        f"Check that the provided configuration is not deleted: {arn}."
    )
    error = {"Code": "CodeSigningConfigNotFoundException", "Message": words}
    return {"Error": error, "Message": words, "Type": "User", "status": 404}


def test_function_code_signing_config(client: Make, account: str, active: Make) -> None:
    """TestCodeSigningConfig::test_function_code_signing_config"""
    lam = client("lambda")
    active("f")
    made = shown(
        lam.create_code_signing_config(
            Description="some",
            AllowedPublishers=PUBLISHERS,
            CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Enforce"},
        )
    )
    arn = made["CodeSigningConfig"]["CodeSigningConfigArn"]
    assert re.fullmatch(rf"arn:aws:lambda:{REGION}:{account}:code-signing-config:csc-[a-z0-9]{{17}}", arn)
    assert made == {"CodeSigningConfig": whole(arn), "status": 201}
    changed = lam.update_code_signing_config(
        CodeSigningConfigArn=arn, CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Warn"}
    )
    warns = {"CodeSigningConfig": whole(arn, "Warn"), "status": 200}
    assert shown(changed) == warns
    assert shown(lam.get_code_signing_config(CodeSigningConfigArn=arn)) == warns
    given = {"CodeSigningConfigArn": arn, "FunctionName": "f"}
    assert shown(lam.put_function_code_signing_config(**given)) == {**given, "status": 200}
    assert shown(lam.get_function_code_signing_config(FunctionName="f")) == {**given, "status": 200}
    listed = shown(lam.list_code_signing_configs())
    assert listed == {"CodeSigningConfigs": [whole(arn, "Warn")], "status": 200}
    users = shown(lam.list_functions_by_code_signing_config(CodeSigningConfigArn=arn))
    assert users == {"FunctionArns": [arn_of(account, "f")], "status": 200}
    assert told(lam.delete_code_signing_config, CodeSigningConfigArn=arn)["status"] == 409
    assert shown(lam.delete_function_code_signing_config(FunctionName="f")) == {"status": 204}
    assert shown(lam.delete_code_signing_config(CodeSigningConfigArn=arn)) == {"status": 204}
    assert shown(lam.list_code_signing_configs()) == {"CodeSigningConfigs": [], "status": 200}


def test_code_signing_not_found_excs(
    client: Make, account: str, active: Make, config: Make, none: str
) -> None:
    """TestCodeSigningConfig::test_code_signing_not_found_excs"""
    lam = client("lambda")
    active("f")
    arn = config(Description="some")
    no_function = missing(arn_of(account, "none"))
    assert told(lam.delete_code_signing_config, CodeSigningConfigArn=none) == not_there(none)
    assert shown(lam.delete_function_code_signing_config(FunctionName="f")) == {"status": 204}
    assert told(lam.delete_function_code_signing_config, FunctionName="none") == no_function
    put = lam.put_function_code_signing_config
    assert told(put, FunctionName="none", CodeSigningConfigArn=arn) == no_function
    assert told(put, FunctionName="f", CodeSigningConfigArn=none) == not_found(none)
    assert told(put, FunctionName="none", CodeSigningConfigArn=none) == not_found(none)
    for changes in ({"Description": "other"}, {}):
        said = told(lam.update_code_signing_config, CodeSigningConfigArn=none, **changes)
        assert said == not_there(none)
    unchanged = shown(lam.update_code_signing_config(CodeSigningConfigArn=arn))
    assert unchanged == {"CodeSigningConfig": whole(arn), "status": 200}
    assert told(lam.get_code_signing_config, CodeSigningConfigArn=none) == not_there(none)
    assert shown(lam.get_function_code_signing_config(FunctionName="f")) == {"status": 200}
    assert told(lam.get_function_code_signing_config, FunctionName="none") == no_function
    by_config = lam.list_functions_by_code_signing_config
    assert shown(by_config(CodeSigningConfigArn=arn)) == {"FunctionArns": [], "status": 200}
    assert told(by_config, CodeSigningConfigArn=none) == not_there(none)


def test_unsigned_code_is_refused_where_signatures_are_enforced(
    client: Make, create: Make, active: Make, config: Make, package: Make, none: str
) -> None:
    lam = client("lambda")
    enforce, warn = config("Enforce"), config("Warn")

    def unsigned(name: str) -> dict[str, Any]:
        words = (
            "Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is "
            f"not configured to accept. Check the provided signature for {name}."
        )
        error = {"Code": "CodeVerificationFailedException", "Message": words}
        return {"Error": error, "Message": words, "Type": "User", "status": 400}

    assert told(create, name="f", CodeSigningConfigArn=enforce) == unsigned("f")
    assert told(create, name="f", CodeSigningConfigArn=none) == not_found(none)
    active("f", CodeSigningConfigArn=warn)
    assert lam.get_function_code_signing_config(FunctionName="f")["CodeSigningConfigArn"] == warn
    lam.put_function_code_signing_config(FunctionName="f", CodeSigningConfigArn=enforce)
    assert lam.invoke(FunctionName="f", Payload=b"1")["Payload"].read() == b"1"  # what is deployed stays
    assert told(lam.update_function_code, FunctionName="f", ZipFile=package("x = 1")) == unsigned("f")
    layer = lam.publish_layer_version(LayerName="l", Content={"ZipFile": package()})["LayerVersionArn"]
    assert told(lam.update_function_configuration, FunctionName="f", Layers=[layer]) == unsigned("f")
    lam.update_function_configuration(FunctionName="f", Timeout=5)


def test_configurations_come_in_pages(client: Make, active: Make, config: Make) -> None:
    lam = client("lambda")
    arns = sorted(config() for _ in range(3))
    first = lam.list_code_signing_configs(MaxItems=2)
    second = lam.list_code_signing_configs(MaxItems=2, Marker=first["NextMarker"])
    found = [each["CodeSigningConfigArn"] for page in (first, second) for each in page["CodeSigningConfigs"]]
    assert found == arns
    assert "NextMarker" not in second
    for name in ("one", "two"):
        active(name)
        lam.put_function_code_signing_config(FunctionName=name, CodeSigningConfigArn=arns[0])
    page = lam.list_functions_by_code_signing_config(CodeSigningConfigArn=arns[0], MaxItems=1)
    assert [arn.rpartition(":")[2] for arn in page["FunctionArns"]] == ["one"]
    page = lam.list_functions_by_code_signing_config(
        CodeSigningConfigArn=arns[0], MaxItems=1, Marker=page["NextMarker"]
    )
    assert [arn.rpartition(":")[2] for arn in page["FunctionArns"]] == ["two"]
    assert "NextMarker" not in page


def test_recursion(client: Make, account: str, active: Make) -> None:
    """TestLambdaRecursion, all three"""
    lam = client("lambda")
    active("f")
    get, put = lam.get_function_recursion_config, lam.put_function_recursion_config
    assert shown(get(FunctionName="f")) == {"RecursiveLoop": "Terminate", "status": 200}
    assert shown(put(FunctionName="f", RecursiveLoop="Allow")) == {"RecursiveLoop": "Allow", "status": 200}
    assert shown(get(FunctionName="f")) == {"RecursiveLoop": "Allow", "status": 200}
    said = told(put, FunctionName="f", RecursiveLoop="InvalidValue")
    assert said == invalid(
        violated("InvalidValue", "recursiveLoop", "satisfy enum value set: [Terminate, Allow]")
    )
    for call in (get, lambda **name: put(**name, RecursiveLoop="Allow")):
        assert told(call, FunctionName="none") == missing(arn_of(account, "none"))


def test_runtime_management(client: Make, account: str, active: Make) -> None:
    lam = client("lambda")
    active("f")
    arn = arn_of(account, "f")
    get, put = lam.get_runtime_management_config, lam.put_runtime_management_config
    auto = {"FunctionArn": arn, "UpdateRuntimeOn": "Auto", "status": 200}
    assert shown(get(FunctionName="f")) == auto
    runtime = lam.get_function_configuration(FunctionName="f")["RuntimeVersionConfig"]["RuntimeVersionArn"]
    manual = put(FunctionName="f", UpdateRuntimeOn="Manual", RuntimeVersionArn=runtime)
    pinned = {**auto, "UpdateRuntimeOn": "Manual", "RuntimeVersionArn": "<RuntimeVersionArn>"}
    assert shown(manual) == shown(get(FunctionName="f")) == pinned
    assert manual["RuntimeVersionArn"] == runtime
    assert shown(put(FunctionName="f", UpdateRuntimeOn="Auto")) == auto
    assert told(put, FunctionName="f", UpdateRuntimeOn="Manual") == parameter(
        "RuntimeVersionArn is required when UpdateRuntimeOn is Manual."
    )
    said = told(put, FunctionName="f", UpdateRuntimeOn="Auto", RuntimeVersionArn=runtime)
    assert said == parameter("RuntimeVersionArn can't be specified when UpdateRuntimeOn is Auto.")
    assert told(get, FunctionName="none") == missing(arn_of(account, "none"))
    assert told(get, FunctionName="f", Qualifier="7") == missing(f"{arn}:7")
    words = "Runtime management configurations belong to $LATEST and published versions: live is an alias."
    assert told(get, FunctionName="f", Qualifier="live") == parameter(words)


def test_configurations_have_tags(client: Make, config: Make, none: str) -> None:
    lam = client("lambda")
    arn = config(Tags={"team": "one"})
    lam.tag_resource(Resource=arn, Tags={"stage": "test"})
    assert shown(lam.list_tags(Resource=arn)) == {"Tags": {"team": "one", "stage": "test"}, "status": 200}
    lam.untag_resource(Resource=arn, TagKeys=["team"])
    assert lam.list_tags(Resource=arn)["Tags"] == {"stage": "test"}
    assert told(lam.list_tags, Resource=none) == not_there(none)


def test_configurations_of_others_are_not_there(client: Make, create: Make, active: Make) -> None:
    theirs = client("lambda", new_account())
    arn = theirs.create_code_signing_config(AllowedPublishers=PUBLISHERS)["CodeSigningConfig"][
        "CodeSigningConfigArn"
    ]
    assert told(create, name="f", CodeSigningConfigArn=arn) == not_found(arn)
    active("f")
    lam = client("lambda")
    said = told(lam.put_function_code_signing_config, FunctionName="f", CodeSigningConfigArn=arn)
    assert said["status"] == 403
    assert told(lam.get_code_signing_config, CodeSigningConfigArn=arn)["status"] == 403
