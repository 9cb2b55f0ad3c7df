"""A function's settings as CreateFunction and UpdateFunctionConfiguration take them: checked, and turned into the record's fields.

What can be honoured is honoured; what only has a place in the answer is stored and shown; anything else is refused by its name.
Source: API reference, CreateFunction; Developer Guide, "Lambda quotas"; recorded answers.
"""

from collections.abc import Callable, Mapping
from typing import Any

from portico.invoke.records import Version
from portico.services.lambda_ import (
    dead_letter,
    environment_settings,
    errors,
    images,
    logging_settings,
    runtime_calendar,
    runtimes,
    snap_start,
    vpc_settings,
)
from portico.services.lambda_.runtime_calendar import Change
from portico.services.lambda_.service import Lambda

Request = Mapping[str, Any]
Fields = dict[str, Any]

_RANGES = {  # member: (record's field, as AWS names it in errors, largest value)
    "Timeout": ("timeout_s", "timeout", 900),
    "MemorySize": ("memory_mb", "memorySize", 10_240),
}
_TEXTS = {"Description": "description", "Handler": "handler", "Role": "role", "KMSKeyArn": "kms_key_arn"}
_EPHEMERAL_MB_MAX = 10_240

# What Portico does not have: the member, and whether what was given for it asks for anything at all.
_UNAVAILABLE: dict[str, Callable[[Any], bool]] = {
    "AcceleratorConfig": bool,
    "CapacityProviderConfig": bool,
    "FileSystemConfigs": bool,
    "PublishTo": bool,
    "RuntimeConfig": bool,
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


def fields_of(request: Request, before: Version | None = None) -> Fields:
    """The record's fields that the request sets; `before` is the function as it is, None for a new one.

    Raises:
        ValidationException: a number is too large for a function.
        InvalidParameterValueException: the runtime, or another setting.
    """
    fields: Fields = {}
    for member, field in _TEXTS.items():
        if request.get(member) is not None:
            fields[field] = request[member]
    for member, (field, shown, largest) in _RANGES.items():
        if request.get(member) is not None:
            fields[field] = _at_most(request[member], shown, largest)
    for member, read in _PARTS.items():
        if request.get(member) is not None:
            fields |= read(request[member], before)
    return fields


def of_new(lam: Lambda, request: Request) -> Fields:
    """The fields of a new function; errors as for `refuse_unavailable` and `fields_of`.

    Raises:
        InvalidParameterValueException: a zip without runtime and handler, an image with them, or a runtime that AWS has withdrawn or
            this machine can't run.
    """
    refuse_unavailable(request)
    fields = fields_of(request)
    if request.get("PackageType") == images.IMAGE:
        images.require_no_runtime(request)
        images.require_engine(lam.runtimes)
        return {"runtime": "", "handler": "", "package_type": images.IMAGE, **fields}
    if "runtime" not in fields or "handler" not in fields:
        raise errors.invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages."
        )
    runtime_calendar.require_open(fields["runtime"], Change.CREATE, lam.clock.wall())
    runtimes.require_here(lam.runtimes, fields["runtime"])
    return {"package_type": "Zip", **fields}


def require_possible(version: Version) -> None:
    """Refuse settings that do not go together.

    Raises:
        InvalidParameterValueException: see `snap_start` and `images`.
    """
    snap_start.require_possible(version)
    images.require_possible(version)


def _at_most(value: int, member: str, largest: int) -> int:
    if value > largest:
        raise errors.validation(value, member, f"Member must have value less than or equal to {largest}")
    return value


def _ephemeral(given: Mapping[str, int], before: Version | None) -> Fields:
    return {"ephemeral_mb": _at_most(given["Size"], "ephemeralStorage.size", _EPHEMERAL_MB_MAX)}


def _runtime(given: str, before: Version | None) -> Fields:
    runtimes.check(given)
    return {"runtime": given}


def _environment(given: Mapping[str, Mapping[str, str]], before: Version | None) -> Fields:
    return {"variables": environment_settings.checked(given.get("Variables") or {})}


def _architecture(given: list[str], before: Version | None) -> Fields:
    return {"architecture": given[0]} if given else {}


def _tracing(given: Mapping[str, str], before: Version | None) -> Fields:
    return {"tracing": given.get("Mode") or "PassThrough"}


def _vpc(given: Request, before: Version | None) -> Fields:
    return {"vpc": vpc_settings.parsed(given)}


def _snap_start(given: Mapping[str, str], before: Version | None) -> Fields:
    return {"snap_start": given.get("ApplyOn") == "PublishedVersions"}


def _dead_letter(given: Mapping[str, str], before: Version | None) -> Fields:
    return {"dead_letter_arn": dead_letter.checked(given.get("TargetArn") or "")}


def _image_config(given: Request, before: Version | None) -> Fields:
    return {"image_config": images.parsed(given) if given else None}


_PARTS: dict[str, Callable[[Any, Version | None], Fields]] = {
    "EphemeralStorage": _ephemeral,
    "Runtime": _runtime,
    "Environment": _environment,
    "Architectures": _architecture,
    "TracingConfig": _tracing,
    "LoggingConfig": logging_settings.fields_of,
    "VpcConfig": _vpc,
    "SnapStart": _snap_start,
    "DeadLetterConfig": _dead_letter,
    "ImageConfig": _image_config,
}
