"""UpdateFunctionCode and UpdateFunctionConfiguration."""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.ids import uuid
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.invoke.records import LATEST, VERSIONS, Version
from portico.services.lambda_ import access, code, errors, names, settings, shown
from portico.services.lambda_.create_function import CREATING, new_generation, require_role
from portico.services.lambda_.functions import version_of
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        FunctionConfiguration,
        UpdateFunctionCodeRequest,
        UpdateFunctionConfigurationRequest,
    )

_PENDING_S = 10.0


@operation(on=access.function_arn, keys=access.resource_tags, policy=access.function_policy)
async def update_function_code(
    lam: Lambda, call: Call, request: "UpdateFunctionCodeRequest"
) -> "FunctionConfiguration":
    """Give a function other code; `DryRun` only checks it.

    Raises:
        ResourceNotFoundException: no such function.
        PreconditionFailedException: `RevisionId` is not the latest.
        ResourceConflictException: another update is being applied.
        InvalidParameterValueException, RequestEntityTooLargeException: the code.

    Source: API reference, UpdateFunctionCode.
    """
    name = names.named(call, request)
    settings.refuse_unavailable(request)
    version = await _changeable(lam, call, name, request.get("RevisionId"))
    if request.get("ImageUri"):
        raise errors.invalid("Please don't provide ImageUri when updating a function with packageType Zip.")
    package = await code.package(lam, request)
    changed = msgspec.structs.replace(
        version,
        code_digest=package.digest,
        code_sha256=package.sha256,
        code_size=package.size,
        **settings.fields_of({"Architectures": request.get("Architectures")}),
    )
    if request.get("DryRun"):
        return shown.configuration(changed)  # type: ignore[return-value]
    owner = VERSIONS.key(*name.key, LATEST)
    if package.digest != version.code_digest:
        call.tx.unrefer(version.code_digest, owner)
        call.tx.refer(package.digest, owner)
    return _apply(call, name, changed)


@operation(
    on=access.function_arn,
    keys=access.resource_tags,
    policy=access.function_policy,
    also=access.pass_role,
)
async def update_function_configuration(
    lam: Lambda, call: Call, request: "UpdateFunctionConfigurationRequest"
) -> "FunctionConfiguration":
    """Change a function's settings; what is not given stays.

    Raises:
        ResourceNotFoundException: no such function.
        PreconditionFailedException: `RevisionId` is not the latest.
        ResourceConflictException: another update is being applied.
        InvalidParameterValueException: a setting or the role; a parameter that Portico does not have.

    Source: API reference, UpdateFunctionConfiguration.
    """
    name = names.named(call, request)
    settings.refuse_unavailable(request)
    version = await _changeable(lam, call, name, request.get("RevisionId"))
    fields = settings.fields_of(request, _logging_so_far(version, request))
    if "role" in fields:
        require_role(lam, fields["role"], name.account)
    return _apply(call, name, msgspec.structs.replace(version, **fields))


async def _changeable(lam: Lambda, call: Call, name: Name, revision_id: str | None) -> Version:
    """The version as it is before the change; one that was made a moment ago is waited for."""
    if name.qualifier not in ("", LATEST):
        raise errors.function_not_found(name.asked_arn)
    held = lam.cache.peek(VERSIONS, *name.key, LATEST)
    if held is not None and held.value.state == "Pending":
        await lam.states.settled(VERSIONS.key(*name.key, LATEST), _PENDING_S)
    version = await version_of(call, name)
    if revision_id and revision_id != version.revision_id:
        raise errors.stale_revision("GetFunction/GetAlias")
    if version.update_status == "InProgress":
        raise errors.update_in_progress(version.arn)
    if version.state == "Pending":
        raise errors.in_state(version.state)
    return version


def _logging_so_far(version: Version, request: Any) -> dict[str, str]:
    """What a new logging configuration adds to; a change of the format starts the levels anew."""
    wanted = (request.get("LoggingConfig") or {}).get("LogFormat", version.log_format)
    so_far = {"LogFormat": version.log_format, "LogGroup": version.log_group}
    if wanted == version.log_format == "JSON":
        so_far["ApplicationLogLevel"] = version.application_log_level
        so_far["SystemLogLevel"] = version.system_log_level
    return so_far


def _apply(call: Call, name: Name, changed: Version) -> "FunctionConfiguration":
    after = msgspec.structs.replace(
        changed,
        modified_at=call.now,
        revision_id=uuid(),
        state="Active",
        state_reason="",
        state_reason_code="",
        update_status="InProgress",
        update_reason=CREATING,
        update_reason_code="Creating",
        generation=new_generation(call, changed.generation),
    )
    call.tx.put(VERSIONS, after, *name.key, LATEST)
    return shown.configuration(after)  # type: ignore[return-value]  # built member by member
