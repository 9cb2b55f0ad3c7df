"""Functions: what AWS answered when they were made, looked at, changed, listed and deleted, whole. Named after the recorded cases."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from lambda_answers import (
    ACTIVE,
    NEW_NAME_PATTERN,
    PENDING,
    RUNTIMES,
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
ROLE_PATTERN = r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"


@pytest.fixture
def settled(client: Make) -> Make:
    """Wait until the function's update has been applied."""
    return lambda name: (
        client("lambda")
        .get_waiter("function_updated_v2")
        .wait(FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 5})
    )


def test_function_lifecycle(client: Make, create: Make, package: Make, account: str, settled: Make) -> None:
    lam, code = client("lambda"), package()
    settings: dict[str, Any] = {"MemorySize": 256, "Timeout": 5, "Environment": {"Variables": {}}}
    made = create("f", Code={"ZipFile": code}, **settings)
    assert shown(made) == {**configuration(account, "f", code, **settings, **PENDING), "status": 201}
    lam.get_waiter("function_active_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
    now = configuration(account, "f", code, **settings, **ACTIVE)
    assert shown(lam.get_function(FunctionName="f")) == found(now)
    settings = {
        "Description": "Changed-Description",
        "Environment": {"Variables": {"ENV_A": "a"}},
        "MemorySize": 512,
        "Runtime": "python3.11",
        "Timeout": 10,
    }
    updated = lam.update_function_configuration(FunctionName="f", **settings)
    assert shown(updated) == {**configuration(account, "f", code, **settings, **UPDATING), "status": 200}
    settled("f")
    now = configuration(account, "f", code, **settings, **ACTIVE)
    assert shown(lam.get_function(FunctionName="f")) == found(now)
    other = package("def handler(event, context): return 2")
    updated = lam.update_function_code(FunctionName="f", ZipFile=other)
    assert shown(updated) == {**configuration(account, "f", other, **settings, **UPDATING), "status": 200}
    settled("f")
    now = configuration(account, "f", other, **settings, **ACTIVE)
    assert shown(lam.get_function(FunctionName="f")) == found(now)
    assert lam.invoke(FunctionName="f")["Payload"].read() == b"2"
    assert shown(lam.delete_function(FunctionName="f")) == {"StatusCode": 204, "status": 204}
    assert told(lam.delete_function, FunctionName="f") == missing(arn_of(account, "f"))


def test_redundant_updates(client: Make, active: Make, package: Make, account: str, settled: Make) -> None:
    lam = client("lambda")
    active("f", Description="Initial description")
    before = ""
    for _ in range(2):
        updated = lam.update_function_configuration(FunctionName="f", Description="1st update description")
        expected = configuration(account, "f", package(), Description="1st update description")
        assert shown(updated) == {**expected, **UPDATING, "status": 200}
        assert updated["RevisionId"] != before
        settled("f")
        configured = lam.get_function_configuration(FunctionName="f")
        assert shown(configured) == {**expected, **ACTIVE, "status": 200}
        whole = lam.get_function(FunctionName="f")
        assert shown(whole) == found({**expected, **ACTIVE})
        assert configured["RevisionId"] == whole["Configuration"]["RevisionId"] != updated["RevisionId"]
        before = configured["RevisionId"]


def test_function_revisions_basic(client: Make, active: Make, package: Make, settled: Make) -> None:
    lam = client("lambda")
    active("f")
    stale = refusal(
        412,
        "PreconditionFailedException",
        "The Revision Id provided does not match the latest Revision Id. "
        "Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    )
    code = {"ZipFile": package("x = 1")}
    seen = [lam.get_function(FunctionName="f")["Configuration"]["RevisionId"]]
    assert told(lam.update_function_code, FunctionName="f", RevisionId="wrong", **code) == stale
    seen.append(lam.update_function_code(FunctionName="f", RevisionId=seen[-1], **code)["RevisionId"])
    settled("f")
    seen.append(lam.get_function(FunctionName="f")["Configuration"]["RevisionId"])
    change = {"Runtime": "python3.8"}
    assert told(lam.update_function_configuration, FunctionName="f", RevisionId="wrong", **change) == stale
    changed = lam.update_function_configuration(FunctionName="f", RevisionId=seen[-1], **change)
    seen.append(changed["RevisionId"])
    settled("f")
    seen.append(lam.get_function(FunctionName="f")["Configuration"]["RevisionId"])
    assert len(set(seen)) == 5


def test_lambda_code_location_zipfile(
    client: Make, create: Make, package: Make, account: str, settled: Make
) -> None:
    lam, code, other = client("lambda"), package(), package("x = 1")
    made = create("f", Code={"ZipFile": code})
    assert shown(made) == {**configuration(account, "f", code, **PENDING), "status": 201}
    lam.get_waiter("function_active_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
    whole = lam.get_function(FunctionName="f")
    assert shown(whole) == found(configuration(account, "f", code, **ACTIVE))
    updated = lam.update_function_code(FunctionName="f", ZipFile=other)
    assert shown(updated) == {**configuration(account, "f", other, **UPDATING), "status": 200}
    settled("f")
    again = lam.get_function(FunctionName="f")
    assert shown(again) == found(configuration(account, "f", other, **ACTIVE))
    assert again["Code"]["Location"] != whole["Code"]["Location"]


@pytest.mark.parametrize("what", ["code", "configuration"])
def test_lambda_concurrent_updates(
    client: Make, active: Make, package: Make, settled: Make, what: str
) -> None:
    """The cases `test_lambda_concurrent_code_updates` and `test_lambda_concurrent_config_updates`."""
    lam, arn = client("lambda"), active("f")
    given = {"ZipFile": package("x = 1")} if what == "code" else {"Description": "changed"}
    update = getattr(lam, f"update_function_{what}")
    busy = refusal(
        409,
        "ResourceConflictException",
        f"The operation cannot be performed at this time. An update is in progress for resource: {arn}",
    )
    for _ in range(3):
        update(FunctionName="f", **given)
        assert told(update, FunctionName="f", **given) == busy
        settled("f")


def test_what_was_just_made_can_be_changed(client: Make, create: Make) -> None:
    for number in range(5):
        create(f"f{number}")
        client("lambda").update_function_configuration(FunctionName=f"f{number}", Description="changed")


def test_lambda_code_location_s3_errors(client: Make, create: Make, active: Make) -> None:
    source = {"S3Bucket": "some-bucket", "S3Key": "some/key.zip"}
    refused = parameter(
        "Error occurred while GetObject. S3 Error Code: NoSuchBucket. "
        "S3 Error Message: The specified bucket does not exist"
    )
    assert told(create, name="g", Code=source) == refused
    active("f")
    assert told(client("lambda").update_function_code, FunctionName="f", **source) == refused


def test_function_arns(create: Make, package: Make, account: str) -> None:
    for asked, name in ((arn_of(account, "by-arn"), "by-arn"), (f"{account}:function:part", "part")):
        settings = {"Environment": {"Variables": {}}, "Timeout": 30}
        made = create(asked, **settings)
        expected = configuration(account, name, package(), **settings, **PENDING)
        assert shown(made) == {**expected, "status": 201}
    pattern = f"satisfy regular expression pattern: {NEW_NAME_PATTERN}"
    refused = violated("invalid:function:name", "functionName", pattern)
    assert told(create, name="invalid:function:name") == invalid(refused)
    refused = violated("a" * 65, "functionName", "have length less than or equal to 64")
    assert told(create, name="a" * 65) == parameter(f"1 validation error detected: {refused}")
    long = arn_of(account, "a" * 141)
    refused = violated(long, "functionName", "have length less than or equal to 140")
    assert told(create, name=long) == invalid(refused)
    other = arn_of(account, "f").replace("us-east-1", "ap-southeast-1")
    words = "Functions from 'ap-southeast-1' are not reachable in this region ('us-east-1')"
    assert told(create, name=other) == refusal(404, "ResourceNotFoundException", words)
    theirs = told(create, name=arn_of("123456789012", "f"))
    assert theirs == refusal(403, "AccessDeniedException", theirs["Error"]["Message"])


def no_runtime(given: str) -> dict[str, Any]:
    return parameter(
        f"Value {given} at 'runtime' failed to satisfy constraint: "
        f"Member must satisfy enum value set: {RUNTIMES} or be a valid ARN"
    )


def test_create_lambda_exceptions(create: Make) -> None:
    role = violated("r1", "role", f"satisfy regular expression pattern: {ROLE_PATTERN}")
    assert told(create, name="f", Role="r1") == invalid(role)
    for runtime in ("non-existent-runtime", "PYTHON3.9"):
        assert told(create, name="f", Runtime=runtime) == no_runtime(runtime)
    several = violated("[x86_64, arm64]", "architectures", "have length less than or equal to 1")
    assert told(create, name="f", Architectures=["x86_64", "arm64"]) == invalid(several)
    constraint = (
        "satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"
    )
    upper = violated("[X86_64]", "architectures", constraint)
    assert told(create, name="f", Architectures=["X86_64"]) == invalid(upper)
    refused = parameter("Could not unzip uploaded file. Please check your file, then try to upload again.")
    assert told(create, name="f", Code={"ZipFile": b"this is not a zip file, just some bytes"}) == refused


def test_update_lambda_exceptions(client: Make, active: Make) -> None:
    active("f")
    update = client("lambda").update_function_configuration
    role = violated("r1", "role", f"satisfy regular expression pattern: {ROLE_PATTERN}")
    assert told(update, FunctionName="f", Role="r1") == invalid(role)
    for runtime in ("non-existent-runtime", "PYTHON3.9"):
        assert told(update, FunctionName="f", Runtime=runtime) == no_runtime(runtime)


@pytest.mark.parametrize(
    "runtime",
    ["java8", "go1.x", "provided", "ruby2.7", "nodejs14.x", "python3.7", "dotnetcore3.1", "nodejs12.x"],
)
def test_create_deprecated_function_runtime_with_validation_enabled(create: Make, runtime: str) -> None:
    assert told(create, name="f", Runtime=runtime) == parameter(
        f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
        "We recommend you use a supported runtime while creating or updating functions."
    )


def test_list_functions(client: Make, active: Make, package: Make, account: str) -> None:
    lam = client("lambda")
    settings = {"Environment": {"Variables": {}}, "Timeout": 30}
    for name in ("one", "two"):
        active(name, **settings)
    refused = violated("invalid", "functionVersion", "satisfy enum value set: [ALL]")
    assert told(lam.list_functions, FunctionVersion="invalid") == invalid(refused)

    def listed(name: str, suffix: str = "") -> dict[str, Any]:
        arn = f"{arn_of(account, name)}{suffix}"
        expected = configuration(account, name, package(), **settings, FunctionArn=arn)
        del expected["RuntimeVersionConfig"]
        return expected

    every = shown(lam.list_functions(FunctionVersion="ALL"))
    assert every == {"Functions": [listed("one", ":$LATEST"), listed("two", ":$LATEST")], "status": 200}
    assert shown(lam.list_functions()) == {"Functions": [listed("one"), listed("two")], "status": 200}


def test_invalid_vpc_config_subnet(create: Make) -> None:
    config = {"SubnetIds": ["subnet-12345678"], "SecurityGroupIds": ["sg-12345678"]}
    assert told(create, name="f", VpcConfig=config) == parameter(
        "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. "
        "EC2 Error Message: The subnet ID 'subnet-12345678' does not exist"
    )
    constraint = (
        "satisfy constraint: [Member must have length less than or equal to 1024, "
        "Member must have length greater than or equal to 0, "
        "Member must satisfy regular expression pattern: subnet-[0-9a-z]*]"
    )
    refused = violated("[bad-id]", "vpcConfig.subnetIds", constraint)
    assert told(create, name="f", VpcConfig={**config, "SubnetIds": ["bad-id"]}) == invalid(refused)


def test_invalid_vpc_config_security_group(create: Make) -> None:
    config = {"SubnetIds": [], "SecurityGroupIds": ["sg-12345678"]}
    assert told(create, name="f", VpcConfig=config) == parameter(
        "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. "
        "EC2 Error Message: The security group 'sg-12345678' does not exist"
    )
    constraint = (
        "satisfy constraint: [Member must have length less than or equal to 1024, "
        "Member must have length greater than or equal to 0, "
        "Member must satisfy regular expression pattern: sg-[0-9a-zA-Z]*]"
    )
    refused = violated("[bad-id]", "vpcConfig.securityGroupIds", constraint)
    assert told(create, name="f", VpcConfig={**config, "SecurityGroupIds": ["bad-id"]}) == invalid(refused)


def test_snapstart_exceptions(create: Make) -> None:
    refused = violated(
        "invalidOption", "snapStart.applyOn", "satisfy enum value set: [PublishedVersions, None]"
    )
    assert told(create, name="f", SnapStart={"ApplyOn": "invalidOption"}) == invalid(refused)


def test_lambda_zip_file_to_image(client: Make, active: Make, package: Make, account: str) -> None:
    lam = client("lambda")
    active("f")
    words = "Please don't provide ImageUri when updating a function with packageType Zip."
    assert told(lam.update_function_code, FunctionName="f", ImageUri="some/image:latest") == parameter(words)
    now = configuration(account, "f", package(), **ACTIVE)
    assert shown(lam.get_function(FunctionName="f")) == found(now)
    assert shown(lam.get_function_configuration(FunctionName="f")) == {**now, "status": 200}


# TestLambdaSizeLimits


def test_oversized_request_create_lambda(create: Make) -> None:
    words = "Request must be smaller than 70167211 bytes for the CreateFunction operation"
    said = told(create, name="f", Code={"ZipFile": bytes(53_000_000)})
    assert said == refusal(413, "RequestEntityTooLargeException", words)


def test_oversized_zipped_create_lambda(create: Make) -> None:
    said = told(create, name="f", Code={"ZipFile": bytes(52_428_801)})
    words = "Zipped size must be smaller than 52428800 bytes"
    assert said == refusal(413, "RequestEntityTooLargeException", words)


def zeros(size: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("app.py", "def handler(event, context): return event\n")
        archive.writestr("zeros", bytes(size))
    return buffer.getvalue()


def test_oversized_unzipped_lambda(create: Make) -> None:
    refused = parameter("Unzipped size must be smaller than 262144000 bytes")
    assert told(create, name="f", Code={"ZipFile": zeros(262_144_000)}) == refused


def test_large_lambda(create: Make, account: str) -> None:
    code = zeros(30_000_000)
    expected = configuration(account, "f", code, Timeout=10, **PENDING)
    assert shown(create("f", Code={"ZipFile": code}, Timeout=10)) == {**expected, "status": 201}


def over_four_kilobytes(measured: str) -> dict[str, Any]:
    return parameter(
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
        f"exceeded the 4KB limit. String measured: {measured}"
    )


def test_large_environment_variables_fails(client: Make, create: Make, account: str) -> None:
    large = "x" * 4081
    said = told(create, name="f", Environment={"Variables": {"LARGE_VAR": large}})
    assert said == over_four_kilobytes(f'{{"LARGE_VAR":"{large}"}}')
    assert told(client("lambda").get_function, FunctionName="f") == missing(arn_of(account, "f"))


def test_large_environment_fails_multiple_keys(create: Make) -> None:
    large = "x" * 4064
    said = told(create, name="f", Environment={"Variables": {"SMALL_VAR": "ok", "LARGE_VAR": large}})
    assert said == over_four_kilobytes(f'{{"SMALL_VAR":"ok","LARGE_VAR":"{large}"}}')


def test_lambda_envvars_near_limit_succeeds(create: Make, package: Make, account: str) -> None:
    settings = {"Environment": {"Variables": {"LARGE_VAR": "x" * 4080}}}
    expected = configuration(account, "f", package(), **settings, **PENDING)
    assert shown(create("f", **settings)) == {**expected, "status": 201}
