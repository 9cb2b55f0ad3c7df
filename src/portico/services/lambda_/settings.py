"""A function's settings as CreateFunction and UpdateFunctionConfiguration take them: checked, and turned into the record's fields.

What can be honoured is honoured; what only has a place in the answer is stored and shown; anything else is refused by its name.
Source: API reference, CreateFunction; Developer Guide, "Lambda quotas" and "Working with environment variables"; recorded answers.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from portico.services.lambda_ import errors, runtimes

Request = Mapping[str, Any]
Fields = dict[str, Any]

ENVIRONMENT_BYTES_MAX = 4096
_RANGES = {  # member: (record's field, as AWS names it in errors, largest value)
    "Timeout": ("timeout_s", "timeout", 900),
    "MemorySize": ("memory_mb", "memorySize", 10_240),
}
_EPHEMERAL_MB_MAX = 10_240
_RESERVED = frozenset(
    [
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    ]
)
_WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"  # a program that AWS starts the runtime through: without effect it would mislead
_JSON_LEVEL = "INFO"

# What Portico does not have yet: the member, and whether what was given for it asks for anything at all.
_UNAVAILABLE: dict[str, Callable[[Any], bool]] = {
    "AcceleratorConfig": bool,
    "CapacityProviderConfig": bool,
    "CodeSigningConfigArn": bool,
    "DeadLetterConfig": lambda given: bool(given.get("TargetArn")),
    "FileSystemConfigs": bool,
    "ImageConfig": bool,
    "KMSKeyArn": bool,
    "PublishTo": bool,
    "RuntimeConfig": bool,
    "SnapStart": lambda given: given.get("ApplyOn", "None") != "None",
    "TenancyConfig": bool,
}


def refuse_unavailable(request: Request) -> None:
    """Refuse what the request asks for and Portico does not have.

    Raises:
        InvalidParameterValueException: naming the parameter.
    """
    for member, asks in _UNAVAILABLE.items():
        given = request.get(member)
        if given is not None and asks(given):
            raise errors.unavailable(member)
    if request.get("PackageType") == "Image":
        raise errors.unavailable("PackageType Image")
    _refuse_vpc(request.get("VpcConfig") or {})


def _refuse_vpc(config: Mapping[str, Any]) -> None:
    """There is no EC2 here, so no subnet and no group exists: AWS's own answer to that."""
    for subnet in config.get("SubnetIds") or ():
        raise errors.invalid(
            "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. "
            f"EC2 Error Message: The subnet ID '{subnet}' does not exist"
        )
    for group in config.get("SecurityGroupIds") or ():
        raise errors.invalid(
            "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. "
            f"EC2 Error Message: The security group '{group}' does not exist"
        )


def fields_of(request: Request, logging: Mapping[str, str] | None = None) -> Fields:
    """The record's fields that the request sets; `logging` is the logging configuration so far, which a new one adds to.

    Raises:
        ValidationException: a number is too large for a function.
        InvalidParameterValueException: the runtime, or the environment's variables.
    """
    fields: Fields = {}
    for member, field in (("Description", "description"), ("Handler", "handler"), ("Role", "role")):
        if request.get(member) is not None:
            fields[field] = request[member]
    for member, (field, shown, largest) in _RANGES.items():
        if request.get(member) is not None:
            fields[field] = _at_most(request[member], shown, largest)
    if request.get("EphemeralStorage") is not None:
        size = request["EphemeralStorage"]["Size"]
        fields["ephemeral_mb"] = _at_most(size, "ephemeralStorage.size", _EPHEMERAL_MB_MAX)
    if request.get("Runtime") is not None:
        runtimes.check(request["Runtime"])
        fields["runtime"] = request["Runtime"]
    if request.get("Environment") is not None:
        fields["variables"] = _variables(request["Environment"].get("Variables") or {})
    if request.get("Architectures"):
        fields["architecture"] = request["Architectures"][0]
    if request.get("TracingConfig") is not None:
        fields["tracing"] = request["TracingConfig"].get("Mode") or "PassThrough"
    if request.get("LoggingConfig") is not None:
        fields |= _logging({**(logging or {}), **request["LoggingConfig"]})
    return fields


def _at_most(value: int, member: str, largest: int) -> int:
    if value > largest:
        raise errors.validation(value, member, f"Member must have value less than or equal to {largest}")
    return value


def _variables(given: Mapping[str, str]) -> dict[str, str]:
    """Checked environment variables; the limit is measured on their JSON document."""
    taken = [key for key in given if key in _RESERVED]
    if taken:
        raise errors.invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have provided "
            "contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(taken)}"
        )
    if _WRAPPER in given:
        raise errors.unavailable(f"Environment.Variables.{_WRAPPER}")
    measured = json.dumps(given, separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode(errors="surrogatepass")) > ENVIRONMENT_BYTES_MAX:
        raise errors.invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have provided "
            f"exceeded the 4KB limit. String measured: {measured}"
        )
    return dict(given)


def _logging(config: Mapping[str, str]) -> Fields:
    """Levels belong to the JSON format only."""
    as_json = config.get("LogFormat") == "JSON"
    levels = (config.get("ApplicationLogLevel"), config.get("SystemLogLevel"))
    if not as_json and any(levels):
        raise errors.invalid(
            "To configure log levels, set LogFormat to JSON: with Text, ApplicationLogLevel and SystemLogLevel have no effect."
        )
    return {
        "log_format": "JSON" if as_json else "Text",
        "log_group": config.get("LogGroup") or "",
        "application_log_level": (levels[0] or _JSON_LEVEL) if as_json else "",
        "system_log_level": (levels[1] or _JSON_LEVEL) if as_json else "",
    }
