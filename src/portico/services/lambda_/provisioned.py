"""Provisioned concurrency: environments of a version that are started before they are needed.

Source: API reference, PutProvisionedConcurrencyConfig to DeleteProvisionedConcurrencyConfig; Developer Guide, "Configuring
provisioned concurrency"; recorded answers; reported words for weighted aliases and reserved functions.
"""

import time
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.invoke.records import (
    ACCOUNTS,
    ALIASES,
    FUNCTIONS,
    LATEST,
    VERSIONS,
    AccountUsage,
    Alias,
    Function,
    Provisioned,
)
from portico.services.lambda_ import access, errors, markers, names
from portico.services.lambda_.functions import function_of, page_size, provisioned_of, set_aside
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        DeleteProvisionedConcurrencyConfigRequest,
        GetProvisionedConcurrencyConfigRequest,
        GetProvisionedConcurrencyConfigResponse,
        ListProvisionedConcurrencyConfigsRequest,
        ListProvisionedConcurrencyConfigsResponse,
        PutProvisionedConcurrencyConfigRequest,
        PutProvisionedConcurrencyConfigResponse,
    )

_UNPUBLISHED = "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
_INIT_FAILED = "FUNCTION_ERROR_INIT_FAILURE"


@access.on_qualified
async def put_provisioned_concurrency_config(
    lam: Lambda, call: Call, request: "PutProvisionedConcurrencyConfigRequest"
) -> "PutProvisionedConcurrencyConfigResponse":
    """Have `ProvisionedConcurrentExecutions` environments of a version, or of an alias's version, ready from now on.

    Raises:
        ResourceNotFoundException: no such function, version or alias.
        ResourceConflictException: the version is provisioned by another qualifier.
        InvalidParameterValueException: `$LATEST`, an alias with weights, SnapStart, or more than there is left.
    """
    name = names.named(call, request)
    if name.qualifier in ("", LATEST):
        raise errors.invalid(_UNPUBLISHED)
    alias = await _alias(call, name)
    version = name.qualifier if alias is None else alias.version
    if version == LATEST:
        raise errors.invalid(_UNPUBLISHED)
    if alias is not None and alias.weights:
        raise errors.invalid("Alias with weights can not be used with Provisioned Concurrency")
    record = await call.tx.get(VERSIONS, *name.key, version)
    if record is not None and record.snap_start:
        raise errors.invalid("Provisioned Concurrency can not be used with SnapStart")
    function = await function_of(call, name)
    _require_sole(function, name, version)
    wanted = request["ProvisionedConcurrentExecutions"]
    others = msgspec.structs.replace(
        function,
        provisioned={key: p for key, p in function.provisioned.items() if key != name.qualifier},
    )
    await _require_room(lam, call, name, function, others, wanted)
    provisioned = Provisioned(version, wanted, call.now)
    after = msgspec.structs.replace(
        function, provisioned={**function.provisioned, name.qualifier: provisioned}
    )
    await set_aside(call, name, before=function, after=after)
    call.tx.put(FUNCTIONS, after, *name.key)
    return _shown(provisioned, 0, "IN_PROGRESS")  # type: ignore[return-value]  # built member by member


@access.on_qualified
async def get_provisioned_concurrency_config(
    lam: Lambda, call: Call, request: "GetProvisionedConcurrencyConfigRequest"
) -> "GetProvisionedConcurrencyConfigResponse":
    """What was asked for, and how much of it is ready.

    Raises:
        ResourceNotFoundException: no such function, version or alias.
        ProvisionedConcurrencyConfigNotFoundException: it has no provisioned concurrency.
        InvalidParameterValueException: `$LATEST`.
    """
    name = _published(names.named(call, request))
    await _alias(call, name)
    provisioned = (await function_of(call, name)).provisioned.get(name.qualifier)
    if provisioned is None:
        raise errors.not_provisioned()
    return await _current(lam, call, name, provisioned)  # type: ignore[return-value]


@access.on_qualified
async def delete_provisioned_concurrency_config(
    lam: Lambda, call: Call, request: "DeleteProvisionedConcurrencyConfigRequest"
) -> None:
    """Let the environments end. It is no error if there are none.

    Raises:
        ResourceNotFoundException: no such function, version or alias.
        InvalidParameterValueException: `$LATEST`.
    """
    name = _published(names.named(call, request))
    await _alias(call, name)
    function = await function_of(call, name)
    if name.qualifier not in function.provisioned:
        return
    left = {key: value for key, value in function.provisioned.items() if key != name.qualifier}
    after = msgspec.structs.replace(function, provisioned=left)
    await set_aside(call, name, before=function, after=after)
    call.tx.put(FUNCTIONS, after, *name.key)


@access.on_function
async def list_provisioned_concurrency_configs(
    lam: Lambda, call: Call, request: "ListProvisionedConcurrencyConfigsRequest"
) -> "ListProvisionedConcurrencyConfigsResponse":
    """A function's configurations by qualifier, at most 50 at once.

    Raises:
        ResourceNotFoundException: no such function.
        InvalidParameterValueException: the marker is not one of ours.
    """
    name = names.named(call, request)
    limit, after = page_size(request), markers.place_of(request.get("Marker"), 1)
    function = await function_of(call, name)
    rows = sorted(row for row in function.provisioned.items() if not after or row[0] > after[0])
    found: dict[str, Any] = {
        "ProvisionedConcurrencyConfigs": [
            {"FunctionArn": f"{name.arn}:{qualifier}", **await _current(lam, call, name, provisioned)}
            for qualifier, provisioned in rows[:limit]
        ]
    }
    if len(rows) > limit:
        found["NextMarker"] = markers.after(rows[limit - 1][0])
    return found  # type: ignore[return-value]  # built member by member


def _published(name: Name) -> Name:
    if name.qualifier in ("", LATEST):
        raise errors.invalid("The function resource provided must be an alias or a published version.")
    return name


async def _alias(call: Call, name: Name) -> Alias | None:
    """The alias that is meant, or None for a version, which exists.

    Raises:
        ResourceNotFoundException: no such alias or version.
    """
    if not name.names_alias:
        if await call.tx.get(VERSIONS, *name.key, name.qualifier) is None:
            raise errors.function_not_found(name.asked_arn)
        return None
    alias = await call.tx.get(ALIASES, *name.key, name.qualifier)
    if alias is None:
        raise errors.alias_not_found(name.asked_arn)
    return alias


def _require_sole(function: Function, name: Name, version: str) -> None:
    """Refuse a version for the qualifier that another one has provisioned already.

    Raises:
        ResourceConflictException: so it is.
    """
    if any(key != name.qualifier and p.version == version for key, p in function.provisioned.items()):
        raise errors.already_provisioned() if name.names_alias else errors.provisioned_by_alias()


async def _require_room(
    lam: Lambda, call: Call, name: Name, function: Function, others: Function, wanted: int
) -> None:
    """Refuse more than the function's reservation, or the account, has left; `others` is the function without this configuration."""
    if function.reserved is not None:
        if provisioned_of(others) + wanted > function.reserved:
            raise errors.over_reservation()
        return
    usage = await call.tx.get(ACCOUNTS, name.account, name.region) or AccountUsage()
    beside = usage.provisioned_total - provisioned_of(function) + provisioned_of(others)
    left = lam.invoker.admission.limit - usage.reserved_total - beside
    if wanted > left:
        raise errors.over_unreserved(left)
    if left - wanted < lam.unreserved_min:
        raise errors.too_few_left(lam.unreserved_min)


async def _current(lam: Lambda, call: Call, name: Name, provisioned: Provisioned) -> dict[str, Any]:
    version = await call.tx.get(VERSIONS, *name.key, provisioned.version)
    ready, failures = lam.provisioner.ready(version) if version is not None else (0, 0)
    if ready >= provisioned.requested:
        return _shown(provisioned, provisioned.requested, "READY")
    if failures:
        return {**_shown(provisioned, ready, "FAILED"), "StatusReason": _INIT_FAILED}
    return _shown(provisioned, ready, "IN_PROGRESS")


def _shown(provisioned: Provisioned, ready: int, status: str) -> dict[str, Any]:
    modified = time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(provisioned.modified_at))
    return {
        "RequestedProvisionedConcurrentExecutions": provisioned.requested,
        "AvailableProvisionedConcurrentExecutions": ready,
        "AllocatedProvisionedConcurrentExecutions": ready,
        "Status": status,
        "LastModified": modified,
    }
