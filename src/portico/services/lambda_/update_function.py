"""UpdateFunctionCode and UpdateFunctionConfiguration."""

from typing import TYPE_CHECKING

import msgspec

from portico.base.ids import uuid
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.invoke.records import LATEST, VERSIONS, Version
from portico.services.lambda_ import (
    access,
    blobs,
    code,
    code_storage,
    event_targets,
    layer_use,
    names,
    own_keys,
    publish,
    runtime_calendar,
    runtimes,
    setting_keys,
    settings,
)
from portico.services.lambda_.code_signing_records import require_trusted
from portico.services.lambda_.code_storage import CodeStorage
from portico.services.lambda_.create_function import new_generation, require_role
from portico.services.lambda_.durable import config as durable_config
from portico.services.lambda_.functions import changeable, function_of
from portico.services.lambda_.publish import CREATING
from portico.services.lambda_.runtime_calendar import Change
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        FunctionConfiguration,
        UpdateFunctionCodeRequest,
        UpdateFunctionConfigurationRequest,
    )


@operation(
    on=access.function_arn,
    keys=access.resource_tags,
    policy=access.function_policy,
    also=access.mount_folder,
)
async def update_function_code(
    lam: Lambda, call: Call, request: "UpdateFunctionCodeRequest"
) -> "FunctionConfiguration":
    """Give a function other code; `DryRun` only checks it. `Publish` makes a version of it, which the answer then shows.

    Raises:
        ResourceNotFoundException: no such function.
        PreconditionFailedException: `RevisionId` is not the latest.
        ResourceConflictException: another update is being applied.
        InvalidParameterValueException: the code, or a runtime that AWS no longer updates.
        RequestEntityTooLargeException: the code.
        CodeStorageExceededException: the account has no room for it.

    Source: API reference, UpdateFunctionCode.
    """
    name = names.named(call, request)
    settings.refuse_unavailable(request)
    version = await changeable(lam, call, name, request.get("RevisionId"))
    function = await function_of(call, name)
    await require_trusted(call, function.code_signing_arn, name.name)
    package = await code.of_kind(lam, version.package_type, request)
    await layer_use.require_room(lam, package.digest, version.layers)
    fields = settings.fields_of({"Architectures": request.get("Architectures")})
    changed = msgspec.structs.replace(version, **package.fields, **fields)
    runtime_calendar.require_open(changed.runtime, Change.UPDATE, lam.clock.wall())
    if request.get("DryRun"):
        return await own_keys.configuration(lam, call, changed)  # type: ignore[return-value]
    blobs.hold(call, changed, version)
    more = CodeStorage(changed.code_size - version.code_size)
    await code_storage.add(lam, call, name.key[:2], name.name, more)
    after = _applied(call, changed)
    if request.get("Publish"):
        published = await publish.publish(lam, call, name, function, after)
        arn = f"{name.arn}:{published.version}"
        return await own_keys.configuration(lam, call, published, arn=arn)  # type: ignore[return-value]
    call.tx.put(VERSIONS, after, *name.key, LATEST)
    return await own_keys.configuration(lam, call, after)  # type: ignore[return-value]  # built member by member


@operation(
    on=access.function_arn,
    keys=setting_keys.of_change,
    policy=access.function_policy,
    also=layer_use.checks,
)
async def update_function_configuration(
    lam: Lambda, call: Call, request: "UpdateFunctionConfigurationRequest"
) -> "FunctionConfiguration":
    """Change a function's settings; what is not given stays.

    Raises:
        ResourceNotFoundException: no such function.
        PreconditionFailedException: `RevisionId` is not the latest.
        ResourceConflictException: another update is being applied.
        InvalidParameterValueException: a setting or the role; a parameter that Portico does not have; the key of the variables can't be
            used, or not by the caller.

    Source: API reference, UpdateFunctionConfiguration.
    """
    name = names.named(call, request)
    settings.refuse_unavailable(request)
    version = await changeable(lam, call, name, request.get("RevisionId"))
    fields = settings.fields_of(request, version)
    fields |= durable_config.fields_of(request, version)
    if "runtime" in fields:
        runtimes.require_here(lam.runtimes, fields["runtime"])
    if "role" in fields:
        require_role(lam, fields["role"], name.account)
    if request.get("Layers"):
        await require_trusted(call, (await function_of(call, name)).code_signing_arn, name.name)
    fields |= await layer_use.fields_of(lam, call, request, name.region, version.code_digest)
    after = _applied(call, msgspec.structs.replace(version, **fields))
    runtime_calendar.require_open(after.runtime, Change.UPDATE, lam.clock.wall())
    settings.require_possible(after)
    after = await own_keys.sealed(lam, call, after, version)
    if "dead_letter_arn" in fields or "role" in fields:
        await event_targets.require_dead_letters(lam, after)
    blobs.hold(call, after, version)
    call.tx.put(VERSIONS, after, *name.key, LATEST)
    return await own_keys.configuration(lam, call, after)  # type: ignore[return-value]  # built member by member


def _applied(call: Call, changed: Version) -> Version:
    """The version with the update in progress."""
    return msgspec.structs.replace(
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
