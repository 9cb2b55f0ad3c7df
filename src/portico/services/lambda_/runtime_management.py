"""When a function gets a newer version of its runtime. Stored and shown: there is one version of each runtime here.

Source: API reference, PutRuntimeManagementConfig.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.ids import uuid
from portico.calls.call import Call
from portico.invoke.records import LATEST, VERSIONS, Version
from portico.services.lambda_ import access, errors, names
from portico.services.lambda_.functions import version_of
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        GetRuntimeManagementConfigRequest,
        GetRuntimeManagementConfigResponse,
        PutRuntimeManagementConfigRequest,
        PutRuntimeManagementConfigResponse,
    )

_MANUAL = "Manual"


@access.on_qualified
async def put_runtime_management_config(
    lam: Lambda, call: Call, request: "PutRuntimeManagementConfigRequest"
) -> "PutRuntimeManagementConfigResponse":
    """Set the update mode of a version; `Manual` pins it to `RuntimeVersionArn`.

    Raises:
        ResourceNotFoundException: no such function or version.
        InvalidParameterValueException: an alias; `Manual` without an ARN, or another mode with one.
    """
    name = _version_named(call, request)
    version = await version_of(call, name)
    mode, arn = request["UpdateRuntimeOn"], request.get("RuntimeVersionArn") or ""
    if mode == _MANUAL and not arn:
        raise errors.invalid("RuntimeVersionArn is required when UpdateRuntimeOn is Manual.")
    if mode != _MANUAL and arn:
        raise errors.invalid(f"RuntimeVersionArn can't be specified when UpdateRuntimeOn is {mode}.")
    changed = msgspec.structs.replace(
        version, runtime_update=mode, runtime_version_arn=arn, revision_id=uuid()
    )
    call.tx.put(VERSIONS, changed, *name.key, changed.version)
    return _shown(name, changed)  # type: ignore[return-value]  # built member by member


@access.on_qualified
async def get_runtime_management_config(
    lam: Lambda, call: Call, request: "GetRuntimeManagementConfigRequest"
) -> "GetRuntimeManagementConfigResponse":
    """The update mode of a version, and the runtime version that it is pinned to.

    Raises:
        ResourceNotFoundException: no such function or version.
        InvalidParameterValueException: an alias.
    """
    name = _version_named(call, request)
    return _shown(name, await version_of(call, name))  # type: ignore[return-value]


def _version_named(call: Call, request: Any) -> Name:
    name = names.named(call, request)
    if name.names_alias:
        raise errors.invalid(
            f"Runtime management configurations belong to $LATEST and published versions: {name.qualifier} is an alias."
        )
    return name


def _shown(name: Name, version: Version) -> dict[str, str]:
    found = {
        "UpdateRuntimeOn": version.runtime_update,
        "FunctionArn": name.arn if version.version == LATEST else f"{name.arn}:{version.version}",
    }
    if version.runtime_version_arn:
        found["RuntimeVersionArn"] = version.runtime_version_arn
    return found
