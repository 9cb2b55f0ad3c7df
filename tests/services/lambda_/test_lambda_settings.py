"""Settings: what is taken, what is refused, in which words."""

from typing import Any

import pytest

from portico.invoke.records import ImageConfig, Version, Vpc
from portico.services.lambda_.settings import fields_of, refuse_unavailable, require_possible
from portico.wire.errors import AwsError


def _take(request: dict[str, Any]) -> None:
    refuse_unavailable(request)
    fields_of(request)


def refusal(request: dict[str, Any]) -> str:
    with pytest.raises(AwsError) as refused:
        _take(request)
    assert refused.value.status == 400
    return refused.value.message or ""


def test_what_is_not_given_is_not_set() -> None:
    assert fields_of({}) == {}


def test_all_that_is_taken() -> None:
    assert fields_of(
        {
            "Description": "d",
            "Handler": "a.b",
            "Role": "r",
            "Timeout": 900,
            "MemorySize": 10_240,
            "EphemeralStorage": {"Size": 10_240},
            "Runtime": "python3.13",
            "Environment": {},
            "Architectures": ["arm64"],
            "TracingConfig": {"Mode": "Active"},
        }
    ) == {
        "description": "d",
        "handler": "a.b",
        "role": "r",
        "timeout_s": 900,
        "memory_mb": 10_240,
        "ephemeral_mb": 10_240,
        "runtime": "python3.13",
        "variables": {},
        "architecture": "arm64",
        "tracing": "Active",
    }


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"Timeout": 901},
            "Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
        ),
        (
            {"MemorySize": 10_241},
            "Value '10241' at 'memorySize' failed to satisfy constraint: "
            "Member must have value less than or equal to 10240",
        ),
        ({"EphemeralStorage": {"Size": 10_241}}, "'ephemeralStorage.size'"),
        (
            {"Runtime": "java8"},
            "The runtime parameter of java8 is no longer supported for creating or updating AWS Lambda functions. "
            "We recommend you use a supported runtime while creating or updating functions.",
        ),
        (
            {"Runtime": "PYTHON3.9"},
            "Value PYTHON3.9 at 'runtime' failed to satisfy constraint: "
            "Member must satisfy enum value set: [nodejs20.x, python3.14,",
        ),
        (
            {"Environment": {"Variables": {"AWS_REGION": "x", "OK": "y", "_HANDLER": "z"}}},
            "Reserved keys used in this request: AWS_REGION, _HANDLER",
        ),
        (
            {"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-0123456789abcdef0"]}},
            "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. "
            "EC2 Error Message: The subnet ID 'subnet-1' does not exist",
        ),
        (
            {"VpcConfig": {"SubnetIds": ["subnet-0123456789abcdef0"], "SecurityGroupIds": ["sg-1"]}},
            "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. "
            "EC2 Error Message: The security group 'sg-1' does not exist",
        ),
        (
            {"VpcConfig": {"SubnetIds": ["subnet-0123456789abcdef0"]}},
            "SubnetIds and SecurityIds must coexist or be both empty list.",
        ),
        (
            {"VpcConfig": {"SecurityGroupIds": ["sg-0123456789abcdef0"]}},
            "SubnetIds and SecurityIds must coexist or be both empty list.",
        ),
        (
            {"DeadLetterConfig": {"TargetArn": "arn:aws:lambda:us-east-1:111111111111:function:f"}},
            "it must be the ARN of an SQS queue or an SNS topic",
        ),
        (
            {"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:111111111111:q.fifo"}},
            "FIFO queues and topics are not supported",
        ),
        ({"LoggingConfig": {"LogFormat": "Text", "ApplicationLogLevel": "DEBUG"}}, "LogFormat to JSON"),
    ],
)
def test_what_is_refused(request_: dict[str, Any], message: str) -> None:
    assert message in refusal(request_)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("AcceleratorConfig", {"AcceleratorMemorySize": 1}),
        ("CapacityProviderConfig", {"LambdaManagedInstancesCapacityProviderConfig": {}}),
        ("FileSystemConfigs", [{"Arn": "a"}]),
        ("PublishTo", "LATEST_PUBLISHED"),
        ("RuntimeConfig", {"RuntimeArn": "a"}),
        ("TenancyConfig", {"TenantIsolationMode": "PER_TENANT"}),
    ],
)
def test_what_portico_does_not_have_is_refused_by_name(member: str, value: object) -> None:
    assert refusal({member: value}) == f"The parameter {member} is not supported by Portico yet."


def test_asking_for_nothing_is_taken() -> None:
    nothing = {
        "DeadLetterConfig": {},
        "FileSystemConfigs": [],
        "ImageConfig": {},
        "KMSKeyArn": "",
        "Layers": [],
        "PackageType": "Zip",
        "Publish": False,
        "SnapStart": {"ApplyOn": "None"},
        "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
    }
    refuse_unavailable(nothing)
    assert fields_of(nothing) == {
        "dead_letter_arn": "",
        "image_config": None,
        "kms_key_arn": "",
        "snap_start": False,
        "vpc": Vpc(),
    }


def version_with(**fields: Any) -> Version:
    made: dict[str, Any] = {
        "function": "f", "account": "111111111111", "region": "us-east-1", "version": "$LATEST", "role": "",
        "runtime": "python3.12", "handler": "app.handler", "code_digest": "", "code_sha256": "", "code_size": 0,
        "modified_at": 0.0, "revision_id": "",
    }  # fmt: skip
    return Version(**{**made, **fields})


@pytest.mark.parametrize(
    "runtime", ["python3.12", "python3.13", "python3.14", "java11", "java21", "dotnet8", "dotnet10"]
)
def test_runtimes_that_have_snapshots(runtime: str) -> None:
    require_possible(version_with(runtime=runtime, snap_start=True))


@pytest.mark.parametrize(
    "runtime", ["python3.8", "python3.11", "nodejs22.x", "java8.al2", "dotnet6", "ruby3.4", "provided.al2023"]
)
def test_runtimes_that_have_none(runtime: str) -> None:
    require_possible(version_with(runtime=runtime))
    with pytest.raises(AwsError) as refused:
        require_possible(version_with(runtime=runtime, snap_start=True))
    assert refused.value.message == f"{runtime} is not supported for SnapStart enabled functions."


def test_snapshots_have_a_small_tmp() -> None:
    require_possible(version_with(snap_start=True, ephemeral_mb=512))
    with pytest.raises(
        AwsError, match="Ephemeral storage greater than 512 MB is not supported for SnapStart"
    ):
        require_possible(version_with(snap_start=True, ephemeral_mb=513))


def test_a_zip_has_no_image_settings() -> None:
    config = ImageConfig(command=("x",))
    require_possible(version_with(package_type="Image", image_config=config, runtime="", handler=""))
    with pytest.raises(AwsError, match="PackageType is Zip"):
        require_possible(version_with(image_config=config))


def test_a_new_logging_configuration_adds_to_the_old_one() -> None:
    before = version_with(
        log_format="JSON", log_group="g", application_log_level="DEBUG", system_log_level="WARN"
    )
    assert fields_of({"LoggingConfig": {"ApplicationLogLevel": "ERROR"}}, before) == {
        "log_format": "JSON",
        "log_group": "g",
        "application_log_level": "ERROR",
        "system_log_level": "WARN",
    }
    assert fields_of({"LoggingConfig": {"LogFormat": "Text"}}, before) == {
        "log_format": "Text",
        "log_group": "g",
        "application_log_level": "",
        "system_log_level": "",
    }


def test_variables_up_to_four_kilobytes_of_json() -> None:
    fits = {"LARGE_VAR": "x" * 4080}
    assert fields_of({"Environment": {"Variables": fits}}) == {"variables": fits}
    message = refusal({"Environment": {"Variables": {"SMALL_VAR": "ok", "LARGE_VAR": "x" * 4064}}})
    assert message == (
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
        'exceeded the 4KB limit. String measured: {"SMALL_VAR":"ok","LARGE_VAR":"' + "x" * 4064 + '"}'
    )


def test_json_logging_has_levels() -> None:
    assert fields_of({"LoggingConfig": {"LogFormat": "JSON", "SystemLogLevel": "DEBUG"}}) == {
        "log_format": "JSON",
        "log_group": "",
        "application_log_level": "INFO",
        "system_log_level": "DEBUG",
    }
