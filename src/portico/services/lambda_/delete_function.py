"""DeleteFunction: a function with all that belongs to it, or one version.

Source: API reference, DeleteFunction; recorded answers; reported words for versions that aliases use.
"""

from typing import TYPE_CHECKING

from portico.calls.call import Call
from portico.invoke.records import (
    ALIASES,
    EVENT_INVOKES,
    FUNCTIONS,
    LATEST,
    VERSIONS,
    Alias,
    Function,
    Version,
)
from portico.services.lambda_ import access, blobs, code_storage, errors, names
from portico.services.lambda_.code_storage import CodeStorage
from portico.services.lambda_.functions import forget_qualifier, forget_url, set_aside
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import DeleteFunctionRequest, DeleteFunctionResponse


@access.on_qualified
async def delete_function(
    lam: Lambda, call: Call, request: "DeleteFunctionRequest"
) -> "DeleteFunctionResponse":
    """Delete a function with all that belongs to it, or the version that the qualifier names. What runs ends first; its environments
    take no new work. A version that is not there is no error.

    Raises:
        ResourceNotFoundException: no such function.
        InvalidParameterValueException: the qualifier is `$LATEST` or an alias.
        ResourceConflictException: an alias refers to the version.
    """
    name = names.named(call, request)
    if name.qualifier == LATEST:
        raise errors.invalid("$LATEST version cannot be deleted without deleting the function.")
    if name.names_alias:
        raise errors.invalid("Deletion of aliases is not currently supported.")
    function = await call.tx.get(FUNCTIONS, *name.key)
    if function is None:
        raise errors.function_not_found(name.arn)
    aliases = await call.tx.scan(ALIASES, *name.key)
    if name.qualifier:
        await _delete_version(lam, call, name, function, aliases)
    else:
        await _delete_whole(lam, call, name, function, aliases)
    return {"StatusCode": 204}


async def _delete_version(
    lam: Lambda, call: Call, name: Name, function: Function, aliases: list[Alias]
) -> None:
    number = name.qualifier
    users = [alias.name for alias in aliases if number == alias.version or number in alias.weights]
    if users:
        raise errors.conflict(
            f"Unable to delete version because the following aliases reference it: [{', '.join(users)}]"
        )
    version = await call.tx.get(VERSIONS, *name.key, number)
    if version is not None:
        await _drop(lam, call, name, version)
        call.tx.put(FUNCTIONS, await forget_qualifier(call, name, function, number), *name.key)


async def _delete_whole(
    lam: Lambda, call: Call, name: Name, function: Function, aliases: list[Alias]
) -> None:
    for version in await call.tx.scan(VERSIONS, *name.key):
        await _drop(lam, call, name, version)
    for alias in aliases:
        call.tx.delete(ALIASES, *name.key, alias.name)
        await forget_url(call, name, alias.name)
    await forget_url(call, name, "")
    for config in await call.tx.scan(EVENT_INVOKES, *name.key):
        call.tx.delete(EVENT_INVOKES, *name.key, config.qualifier)
    call.tx.delete(FUNCTIONS, *name.key)
    await code_storage.add(lam, call, name.key[:2], name.name, CodeStorage(functions=-1))
    await set_aside(call, name, before=function, after=None)


async def _drop(lam: Lambda, call: Call, name: Name, version: Version) -> None:
    call.tx.delete(VERSIONS, *name.key, version.version)
    blobs.release(call, version)
    await code_storage.add(lam, call, name.key[:2], name.name, CodeStorage(-version.code_size))
