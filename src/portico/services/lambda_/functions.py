"""Functions: look at one, list them, delete one; and how the other operations read and write their records."""

import base64
import binascii
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.invoke.records import ACCOUNTS, FUNCTIONS, LATEST, VERSIONS, AccountUsage, Function, Version
from portico.services.lambda_ import access, errors, names, shown
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        DeleteFunctionRequest,
        DeleteFunctionResponse,
        FunctionConfiguration,
        GetFunctionConfigurationRequest,
        GetFunctionRequest,
        GetFunctionResponse,
        ListFunctionsRequest,
        ListFunctionsResponse,
    )

PAGE_MAX = 50
_SETTLED_S = 0.25  # what was changed a moment ago is shown as it then is, so that waiters need not wait


async def function_of(call: Call, name: Name) -> Function:
    """The function's record.

    Raises:
        ResourceNotFoundException: there is none.
    """
    function = await call.tx.get(FUNCTIONS, *name.key)
    if function is None:
        raise errors.function_not_found(name.asked_arn)
    return function


async def version_of(call: Call, name: Name) -> Version:
    """The record of the version that was asked for, `$LATEST` if none was.

    Raises:
        ResourceNotFoundException: there is none.
    """
    version = await call.tx.get(VERSIONS, *name.key, name.qualifier or LATEST)
    if version is None:
        raise errors.function_not_found(name.asked_arn)
    return version


@operation(on=access.function_arn, keys=access.resource_tags, policy=access.function_policy)
async def get_function(lam: Lambda, call: Call, request: "GetFunctionRequest") -> "GetFunctionResponse":
    """A function's configuration, tags and reserved concurrency, and an address that serves its code for ten minutes.

    Raises:
        ResourceNotFoundException: no such function or version.

    Source: API reference, GetFunction.
    """
    name = names.named(call, request)
    await lam.states.settled(VERSIONS.key(*name.key, name.qualifier or LATEST), _SETTLED_S)
    version = await version_of(call, name)
    function = await function_of(call, name)
    origin = call.origin
    location = lam.downloads.location(origin.host, secure=origin.secure, digest=version.code_digest)
    found: dict[str, Any] = {
        "Configuration": shown.configuration(version, arn=name.asked_arn),
        "Code": {"RepositoryType": "S3", "Location": location},
    }
    if function.tags:
        found["Tags"] = function.tags
    if function.reserved is not None:
        found["Concurrency"] = {"ReservedConcurrentExecutions": function.reserved}
    return found  # type: ignore[return-value]  # built member by member


@operation(on=access.function_arn, keys=access.resource_tags, policy=access.function_policy)
async def get_function_configuration(
    lam: Lambda, call: Call, request: "GetFunctionConfigurationRequest"
) -> "FunctionConfiguration":
    """A function's configuration.

    Raises:
        ResourceNotFoundException: no such function or version.

    Source: API reference, GetFunctionConfiguration.
    """
    name = names.named(call, request)
    await lam.states.settled(VERSIONS.key(*name.key, name.qualifier or LATEST), _SETTLED_S)
    return shown.configuration(await version_of(call, name), arn=name.asked_arn)  # type: ignore[return-value]


@operation()
async def list_functions(lam: Lambda, call: Call, request: "ListFunctionsRequest") -> "ListFunctionsResponse":
    """The functions of the account in the region by name, at most 50 at once; with `FunctionVersion` ALL every version.

    Raises:
        InvalidParameterValueException: the marker is not one of ours.

    Source: API reference, ListFunctions.
    """
    if request.get("MasterRegion"):
        raise errors.unavailable("MasterRegion")
    every = request.get("FunctionVersion") == "ALL"
    limit = min(request.get("MaxItems") or PAGE_MAX, PAGE_MAX)
    after = _after(request.get("Marker"))
    rows = await (_every_version if every else _latest_versions)(call, after, limit + 1)
    page = rows[:limit]
    found: dict[str, Any] = {"Functions": [shown.listed(row, qualified=every) for row in page]}
    if len(rows) > limit:
        found["NextMarker"] = _marker(page[-1])
    return found  # type: ignore[return-value]  # built member by member


async def _every_version(call: Call, after: tuple[str, ...], limit: int) -> list[Version]:
    place = (call.scope.account, call.scope.region)
    return await call.tx.scan(
        VERSIONS, *place, after=VERSIONS.key(*place, *after) if after else None, limit=limit
    )


async def _latest_versions(call: Call, after: tuple[str, ...], limit: int) -> list[Version]:
    place = (call.scope.account, call.scope.region)
    functions = await call.tx.scan(
        FUNCTIONS, *place, after=FUNCTIONS.key(*place, after[0]) if after else None, limit=limit
    )
    found = [await call.tx.get(VERSIONS, *place, function.name, LATEST) for function in functions]
    return [version for version in found if version is not None]


def _marker(last: Version) -> str:
    return base64.urlsafe_b64encode(f"{last.function}\n{last.version}".encode()).decode()


def _after(marker: str | None) -> tuple[str, ...]:
    if not marker:
        return ()
    try:
        name, version = base64.urlsafe_b64decode(marker.encode()).decode().split("\n")
    except (binascii.Error, ValueError) as error:
        raise errors.invalid("Invalid Marker") from error
    return (name, version)


@operation(on=access.function_arn, keys=access.resource_tags, policy=access.function_policy)
async def delete_function(
    lam: Lambda, call: Call, request: "DeleteFunctionRequest"
) -> "DeleteFunctionResponse":
    """Delete a function with all that belongs to it. What runs ends first; its environments take no new work.

    Raises:
        ResourceNotFoundException: no such function.
        InvalidParameterValueException: the qualifier is `$LATEST` or an alias.

    Source: API reference, DeleteFunction; recorded answers.
    """
    name = names.named(call, request)
    if name.qualifier == LATEST:
        raise errors.invalid("$LATEST version cannot be deleted without deleting the function.")
    if name.names_alias:
        raise errors.invalid("Deletion of aliases is not currently supported.")
    function = await call.tx.get(FUNCTIONS, *name.key)
    if function is None:
        raise errors.function_not_found(name.arn)
    versions = await call.tx.scan(VERSIONS, *name.key)
    gone = [version for version in versions if name.qualifier in ("", version.version)]
    for version in gone:
        call.tx.delete(VERSIONS, *name.key, version.version)
        call.tx.unrefer(version.code_digest, VERSIONS.key(*name.key, version.version))
    if not name.qualifier:
        call.tx.delete(FUNCTIONS, *name.key)
        await set_aside(call, name, before=function.reserved, after=None)
    return {"StatusCode": 204}


async def set_aside(call: Call, name: Name, *, before: int | None, after: int | None) -> None:
    """Keep the account's sum of reserved concurrency."""
    if before == after:
        return
    usage = await call.tx.get(ACCOUNTS, name.account, name.region) or AccountUsage()
    total = usage.reserved_total - (before or 0) + (after or 0)
    call.tx.put(ACCOUNTS, AccountUsage(total), name.account, name.region)
