"""From the record of a version to `FunctionConfiguration`, with AWS's members and AWS's absences.

Source: recorded answers of CreateFunction, GetFunction, UpdateFunction... and ListFunctions, which leaves some members out.
"""

import time
from typing import Any

from portico.environments.runtimes.versions import runtime_version_arn
from portico.invoke.records import Version
from portico.services.lambda_ import images, logging_settings, snap_start, vpc_settings
from portico.services.lambda_.durable import config as durable_config

_NOT_LISTED = (
    "RuntimeVersionConfig",
    "State",
    "StateReason",
    "StateReasonCode",
    "LastUpdateStatus",
    "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode",
)
_NOT_OF_IMAGES = ("Runtime", "Handler", "RuntimeVersionConfig")
_ABSENT_WHEN_EMPTY = (
    "StateReason",
    "StateReasonCode",
    "LastUpdateStatus",
    "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode",
)


def configuration(version: Version, *, arn: str = "") -> dict[str, Any]:
    """A version as CreateFunction, GetFunction and the updates show it, without variables that are encrypted (`own_keys` adds them);
    `arn` in place of the unqualified one."""
    shown: dict[str, Any] = {
        "FunctionName": version.function,
        "FunctionArn": arn or version.arn,
        "Runtime": version.runtime,
        "Role": version.role,
        "Handler": version.handler,
        "CodeSize": version.code_size,
        "Description": version.description,
        "Timeout": version.timeout_s,
        "MemorySize": version.memory_mb,
        "LastModified": timestamp(version.modified_at),
        "CodeSha256": version.code_sha256,
        "Version": version.version,
        "TracingConfig": {"Mode": version.tracing},
        "RevisionId": version.revision_id,
        "State": version.state,
        "StateReason": version.state_reason,
        "StateReasonCode": version.state_reason_code,
        "LastUpdateStatus": version.update_status,
        "LastUpdateStatusReason": version.update_reason,
        "LastUpdateStatusReasonCode": version.update_reason_code,
        "PackageType": version.package_type,
        "Architectures": [version.architecture],
        "EphemeralStorage": {"Size": version.ephemeral_mb},
        "SnapStart": snap_start.shown(version),
        "RuntimeVersionConfig": {
            "RuntimeVersionArn": version.runtime_version_arn
            or runtime_version_arn(version.region, version.runtime)
        },
        "LoggingConfig": logging_settings.shown(version),
    }
    for member in _ABSENT_WHEN_EMPTY:
        if not shown[member]:
            del shown[member]
    if version.layers:
        shown["Layers"] = [{"Arn": layer.arn, "CodeSize": layer.size} for layer in version.layers]
    if version.durable is not None:
        shown["DurableConfig"] = durable_config.shown(version.durable)
    if version.package_type == images.IMAGE:
        for member in _NOT_OF_IMAGES:
            del shown[member]
        shown |= images.shown(version)
    if version.vpc is not None:
        shown["VpcConfig"] = vpc_settings.shown(version.vpc)
    if version.dead_letter_arn:
        shown["DeadLetterConfig"] = {"TargetArn": version.dead_letter_arn}
    if version.kms_key_arn:
        shown["KMSKeyArn"] = version.kms_key_arn
    if version.variables is not None:
        shown["Environment"] = {"Variables": version.variables}
    return shown


def listed(version: Version, *, qualified: bool) -> dict[str, Any]:
    """A version as ListFunctions shows it; `qualified` with the version in the ARN."""
    shown = configuration(version, arn=f"{version.arn}:{version.version}" if qualified else "")
    return {member: value for member, value in shown.items() if member not in _NOT_LISTED}


def timestamp(seconds: float) -> str:
    """A time as Lambda shows it; `seconds` on the `now` clock."""
    whole, millis = divmod(int(seconds * 1000), 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole))}.{millis:03d}+0000"
