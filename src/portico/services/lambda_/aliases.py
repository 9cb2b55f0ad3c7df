"""Aliases: names for versions, which can send a share of the calls to a second one.

Source: API reference, CreateAlias to ListAliases; Developer Guide, "Create an alias for a Lambda function" and "Implement Lambda
canary deployments using a weighted alias"; recorded answers.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.ids import uuid
from portico.calls.call import Call
from portico.invoke.records import ALIASES, FUNCTIONS, LATEST, VERSIONS, Alias
from portico.services.lambda_ import access, errors, markers, names
from portico.services.lambda_.functions import forget_qualifier, function_of, page_size
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        AliasConfiguration,
        CreateAliasRequest,
        DeleteAliasRequest,
        GetAliasRequest,
        ListAliasesRequest,
        ListAliasesResponse,
        UpdateAliasRequest,
    )

_LATEST_PUBLISHED = "$LATEST.PUBLISHED"


@access.on_function
async def create_alias(lam: Lambda, call: Call, request: "CreateAliasRequest") -> "AliasConfiguration":
    """Give a version a name.

    Raises:
        ResourceNotFoundException: no such function or version.
        ResourceConflictException: the name is taken.
        InvalidParameterValueException: the routing, see `_routed`.
    """
    name = names.alias(call, request)
    weights = _weights(request)
    alias = Alias(
        name.qualifier, request["FunctionVersion"], uuid(), request.get("Description") or "", weights
    )
    await _require_versions(call, name, alias)
    if await call.tx.get(ALIASES, *name.key, alias.name) is not None:
        raise errors.conflict(f"Alias already exists: {name.asked_arn}")
    call.tx.put(ALIASES, alias, *name.key, alias.name)
    return _shown(name, alias)  # type: ignore[return-value]  # built member by member


@access.on_function
async def get_alias(lam: Lambda, call: Call, request: "GetAliasRequest") -> "AliasConfiguration":
    """An alias.

    Raises:
        ResourceNotFoundException: no such function or alias.
    """
    name = names.alias(call, request)
    alias = await call.tx.get(ALIASES, *name.key, name.qualifier)
    if alias is None:
        raise errors.alias_not_found(name.asked_arn)
    return _shown(name, alias)  # type: ignore[return-value]  # built member by member


@access.on_function
async def update_alias(lam: Lambda, call: Call, request: "UpdateAliasRequest") -> "AliasConfiguration":
    """Change an alias; what is not given stays. Its provisioned concurrency follows it to another version.

    Raises:
        ResourceNotFoundException: no such function, alias or version.
        PreconditionFailedException: `RevisionId` is not the latest.
        InvalidParameterValueException: the routing, see `_weights`.
        ResourceConflictException: the version has provisioned concurrency of its own.
    """
    name = names.alias(call, request)
    before = await call.tx.get(ALIASES, *name.key, name.qualifier)
    if before is None:
        raise errors.not_found(f"Alias not found: {name.asked_arn}")
    if request.get("RevisionId") and request["RevisionId"] != before.revision_id:
        raise errors.stale_revision("GetFunction/GetAlias")
    alias = msgspec.structs.replace(
        before,
        version=request.get("FunctionVersion", before.version),
        description=request.get("Description", before.description),
        weights=before.weights if request.get("RoutingConfig") is None else _weights(request),
        revision_id=uuid(),
    )
    await _require_versions(call, name, alias)
    if alias.version != before.version:
        await _take_along(call, name, alias.version)
    call.tx.put(ALIASES, alias, *name.key, alias.name)
    return _shown(name, alias)  # type: ignore[return-value]  # built member by member


@access.on_function
async def delete_alias(lam: Lambda, call: Call, request: "DeleteAliasRequest") -> None:
    """Delete an alias with its policy and its provisioned concurrency; one that is not there is no error.

    Raises:
        ResourceNotFoundException: no such function.
    """
    name = names.alias(call, request)
    function = await call.tx.get(FUNCTIONS, *name.key)
    if function is None:
        raise errors.function_not_found(name.arn)
    if await call.tx.get(ALIASES, *name.key, name.qualifier) is None:
        return
    call.tx.delete(ALIASES, *name.key, name.qualifier)
    call.tx.put(FUNCTIONS, await forget_qualifier(call, name, function, name.qualifier), *name.key)


@access.on_function
async def list_aliases(lam: Lambda, call: Call, request: "ListAliasesRequest") -> "ListAliasesResponse":
    """The aliases by name, at most 50 at once; with `FunctionVersion` those that point to it.

    Raises:
        ResourceNotFoundException: no such function.
        InvalidParameterValueException: the marker is not one of ours.
    """
    name = names.named(call, request)
    limit, after = page_size(request), markers.place_of(request.get("Marker"), 1)
    await function_of(call, name)
    version = request.get("FunctionVersion")
    rows = await call.tx.scan(ALIASES, *name.key, after=ALIASES.key(*name.key, *after) if after else None)
    rows = [row for row in rows if version is None or version == row.version or version in row.weights]
    found: dict[str, Any] = {"Aliases": [_shown(name, row) for row in rows[:limit]]}
    if len(rows) > limit:
        found["NextMarker"] = markers.after(rows[limit - 1].name)
    return found  # type: ignore[return-value]  # built member by member


def _weights(request: Mapping[str, Any]) -> dict[str, float]:
    """The shares of other versions; the model has checked that each is from 0 to 1.

    Raises:
        InvalidParameterValueException: more than one.
    """
    weights = (request.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    if len(weights) > 1:
        raise errors.invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    return dict(weights)


async def _require_versions(call: Call, name: Name, alias: Alias) -> None:
    """Refuse an alias whose versions are not there or don't go together.

    Raises:
        InvalidParameterValueException: the second version is the first one, has another role or dead letter queue, or there is one
            beside `$LATEST`.
        ResourceNotFoundException: no such function or version.
    """
    if alias.version == _LATEST_PUBLISHED:
        raise errors.unavailable(f"FunctionVersion {_LATEST_PUBLISHED}")
    if alias.version in alias.weights:
        raise errors.already_routed(alias.version)
    if alias.weights and alias.version == LATEST:
        raise errors.latest_can_not_be_routed()
    found = []
    for number in (alias.version, *alias.weights):
        version = await call.tx.get(VERSIONS, *name.key, number)
        if version is None:
            raise errors.function_not_found(f"{name.arn}:{number}")
        found.append(version)
    for what, of in (("execution role", "role"), ("dead letter queue", "dead_letter_arn")):
        if len({getattr(version, of) for version in found}) > 1:
            raise errors.invalid(f"Specified versions must be associated with the same {what}")


async def _take_along(call: Call, name: Name, version: str) -> None:
    """The alias points to another version now: so does its provisioned concurrency.

    Raises:
        InvalidParameterValueException: the version is `$LATEST`, which can have none.
        ResourceConflictException: the version has provisioned concurrency of its own.
    """
    function = await function_of(call, name)
    provisioned = function.provisioned.get(name.qualifier)
    if provisioned is None:
        return
    if version == LATEST:
        raise errors.invalid("Invalid alias configuration for Provisioned Concurrency")
    if any(p.version == version for p in function.provisioned.values()):
        raise errors.already_provisioned()
    moved = {name.qualifier: msgspec.structs.replace(provisioned, version=version)}
    after = msgspec.structs.replace(function, provisioned={**function.provisioned, **moved})
    call.tx.put(FUNCTIONS, after, *name.key)


def _shown(name: Name, alias: Alias) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "AliasArn": f"{name.arn}:{alias.name}",
        "Name": alias.name,
        "FunctionVersion": alias.version,
        "Description": alias.description,
        "RevisionId": alias.revision_id,
    }
    if alias.weights:
        shown["RoutingConfig"] = {"AdditionalVersionWeights": alias.weights}
    return shown
