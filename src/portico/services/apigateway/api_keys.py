"""API keys: what clients are told apart by."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigateway import access, errors, ids
from portico.services.apigateway.paging import page
from portico.services.apigateway.patch import Patch, patches, supported
from portico.services.apigateway.records import STAGES
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.shown import shown
from portico.services.apigateway.usage_records import (
    API_KEYS,
    KEY_PLANS,
    KEY_VALUES,
    PLAN_KEYS,
    ApiKey,
    KeyPlans,
    KeyValue,
)

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_VALUE_MIN, _VALUE_MAX = 20, 128
_NAME_MAX = 1_024
_DESCRIPTION_MAX = 125_000
_PATCHED = {
    "replace": ("/description", "/enabled", "/name", "/customerId"),
    "add": ("/stages",),
    "remove": ("/stages",),
}


def show_key(key: ApiKey, *, value: bool) -> dict[str, Any]:
    """A key, with its value if that is asked for."""
    document = shown(key)
    if not value:
        del document["value"]
    return document


async def key_of(call: Call, key_id: str) -> ApiKey:
    """The key with an id.

    Raises:
        AwsError: NotFoundException.
    """
    found = await call.tx.get(API_KEYS, call.scope.account, call.scope.region, key_id)
    if found is None:
        raise errors.not_found("Invalid API Key identifier specified")
    return found


def _put(call: Call, key: ApiKey) -> None:
    call.tx.put(API_KEYS, key, call.scope.account, call.scope.region, key.id)


async def make(call: Call, given: Mapping[str, Any]) -> ApiKey:
    """Make a key of a request's members.

    Raises:
        AwsError: BadRequestException, a member is not as it must be. ConflictException, there is a key of this value.
    """
    scope, value = call.scope, given.get("value") or ids.key_value()
    _check(given.get("name"), given.get("description"))
    if len(value) < _VALUE_MIN:
        raise errors.bad_request(f"API Key value should be at least {_VALUE_MIN} characters")
    if len(value) > _VALUE_MAX:
        raise errors.bad_request(f"API Key value exceeds maximum size of {_VALUE_MAX} characters")
    if await call.tx.get(KEY_VALUES, scope.account, scope.region, value) is not None:
        raise errors.conflict("API Key already exists")
    key = ApiKey(
        id=ids.long_id(),
        value=value,
        name=given.get("name") or None,
        enabled=given.get("enabled", False),
        description=given.get("description"),
        customer_id=given.get("customerId"),
        created_date=call.now,
        last_updated_date=call.now,
        stage_keys=tuple([await _stage_key(call, one) for one in given.get("stageKeys") or ()]),
        tags=dict(given.get("tags") or {}),
    )
    _put(call, key)
    call.tx.put(KEY_VALUES, KeyValue(key.id), scope.account, scope.region, value)
    return key


def _check(name: str | None, description: str | None) -> None:
    if len(name or "") > _NAME_MAX:
        raise errors.bad_request(f"Invalid API Key name, can be at most {_NAME_MAX} characters.")
    if len(description or "") > _DESCRIPTION_MAX:
        raise errors.bad_request("Invalid API Key description specified.")


async def _stage_key(call: Call, given: Mapping[str, Any]) -> str:
    api, stage = given.get("restApiId") or "", given.get("stageName") or ""
    if await call.tx.get(STAGES, api, stage) is None:
        raise errors.bad_request("Invalid stage identifier specified")
    return f"{api}/{stage}"


@access.operation()
async def create_api_key(
    service: ApiGateway, call: Call, request: "shapes.CreateApiKeyRequest"
) -> dict[str, Any]:
    """Make a key, with a value of its own or the one that is given. It is not enabled unless that is said.

    Raises:
        BadRequestException: a member is not as it must be. ConflictException: there is a key of this value.
    """
    return show_key(await make(call, request), value=True)


@access.operation()
async def get_api_key(service: ApiGateway, call: Call, request: "shapes.GetApiKeyRequest") -> dict[str, Any]:
    """A key, with its value if `includeValue` says so.

    Raises:
        NotFoundException: there is no such key.
    """
    key = await key_of(call, request["apiKey"])
    return {"tags": {}} | show_key(key, value=bool(request.get("includeValue")))


@access.operation()
async def get_api_keys(
    service: ApiGateway, call: Call, request: "shapes.GetApiKeysRequest"
) -> dict[str, Any]:
    """The keys whose names begin with `name`, newest first, with their values if `includeValues` says so."""
    prefix, customer = request.get("nameQuery") or "", request.get("customerId")
    found = [
        key
        for key in await call.tx.scan(API_KEYS, call.scope.account, call.scope.region)
        if (key.name or "").startswith(prefix) and customer in (None, key.customer_id)
    ]
    ordered = sorted(found, key=lambda key: (-key.created_date, key.id))
    value = bool(request.get("includeValues"))
    return page(ordered, request, lambda key: key.id, lambda key: show_key(key, value=value))


@access.operation()
async def delete_api_key(
    service: ApiGateway, call: Call, request: "shapes.DeleteApiKeyRequest"
) -> dict[str, Any]:
    """Remove a key; it is in no plan any more.

    Raises:
        NotFoundException: there is no such key.
    """
    key, scope = await key_of(call, request["apiKey"]), call.scope
    plans = await call.tx.get(KEY_PLANS, scope.account, scope.region, key.id) or KeyPlans()
    for plan in plans.plans:
        call.tx.delete(PLAN_KEYS, scope.account, scope.region, plan, key.id)
    call.tx.delete(KEY_PLANS, scope.account, scope.region, key.id)
    call.tx.delete(KEY_VALUES, scope.account, scope.region, key.value)
    call.tx.delete(API_KEYS, scope.account, scope.region, key.id)
    return {}


@access.operation()
async def update_api_key(
    service: ApiGateway, call: Call, request: "shapes.UpdateApiKeyRequest"
) -> dict[str, Any]:
    """Change a key; in force at once. Its value can't be changed.

    Raises:
        NotFoundException: there is no such key. BadRequestException: a path, operation or value is none.
    """
    key = await key_of(call, request["apiKey"])
    for patch in patches(request):
        supported(patch, _PATCHED)
        key = _CHANGES[patch.path or ""](key, patch)
    _check(key.name, key.description)
    key = msgspec.structs.replace(key, last_updated_date=call.now)
    _put(call, key)
    return {"tags": {}} | show_key(key, value=False)


def _stages(key: ApiKey, patch: Patch) -> ApiKey:
    left = tuple(stage for stage in key.stage_keys if stage != patch.text)
    return msgspec.structs.replace(key, stage_keys=left if patch.op == "remove" else (*left, patch.text))


_CHANGES: dict[str, Callable[[ApiKey, Patch], ApiKey]] = {
    "/description": lambda key, patch: msgspec.structs.replace(key, description=patch.value),
    "/enabled": lambda key, patch: msgspec.structs.replace(key, enabled=patch.flag),
    "/name": lambda key, patch: msgspec.structs.replace(key, name=patch.value or None),
    "/customerId": lambda key, patch: msgspec.structs.replace(key, customer_id=patch.value),
    "/stages": _stages,
}
