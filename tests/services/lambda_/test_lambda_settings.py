"""Settings: what is taken, what is refused, in which words."""

from typing import Any

import pytest

from portico.services.lambda_.settings import fields_of, refuse_unavailable
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
        ({"Runtime": "nodejs24.x"}, "The runtime nodejs24.x is not available in Portico yet."),
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
            {"VpcConfig": {"SubnetIds": ["subnet-1"]}},
            "EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID 'subnet-1' does not exist",
        ),
        ({"VpcConfig": {"SecurityGroupIds": ["sg-1"]}}, "The security group 'sg-1' does not exist"),
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
        ("CodeSigningConfigArn", "arn:aws:lambda:us-east-1:111111111111:code-signing-config:csc-0"),
        ("DeadLetterConfig", {"TargetArn": "arn:aws:sqs:us-east-1:111111111111:q"}),
        ("DurableConfig", {"ExecutionTimeout": 1}),
        ("FileSystemConfigs", [{"Arn": "a"}]),
        ("ImageConfig", {"Command": ["x"]}),
        ("KMSKeyArn", "arn:aws:kms:us-east-1:111111111111:key/k"),
        ("Publish", True),
        ("PublishTo", "LATEST_PUBLISHED"),
        ("RuntimeConfig", {"RuntimeArn": "a"}),
        ("SnapStart", {"ApplyOn": "PublishedVersions"}),
        ("TenancyConfig", {"TenantIsolationMode": "PER_TENANT"}),
    ],
)
def test_what_portico_does_not_have_is_refused_by_name(member: str, value: object) -> None:
    assert refusal({member: value}) == f"The parameter {member} is not supported by Portico yet."


def test_asking_for_nothing_of_it_is_taken() -> None:
    refuse_unavailable(
        {
            "DeadLetterConfig": {},
            "FileSystemConfigs": [],
            "KMSKeyArn": "",
            "Layers": [],
            "PackageType": "Zip",
            "Publish": False,
            "SnapStart": {"ApplyOn": "None"},
            "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
        }
    )


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
