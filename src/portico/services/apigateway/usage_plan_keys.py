"""Keys in usage plans."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigateway import access, errors
from portico.services.apigateway.api_keys import key_of
from portico.services.apigateway.paging import page
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.usage_records import (
    API_KEYS,
    KEY_PLANS,
    PLAN_KEYS,
    USAGE_PLANS,
    ApiKey,
    KeyPlans,
    PlanKey,
    UsagePlan,
)

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

PLANS_MAX = 10
_KIND = "API_KEY"


async def plan_of(call: Call, plan_id: str) -> UsagePlan:
    """The plan with an id.

    Raises:
        AwsError: NotFoundException.
    """
    found = await call.tx.get(USAGE_PLANS, call.scope.account, call.scope.region, plan_id)
    if found is None:
        raise errors.not_found("Invalid Usage Plan ID specified")
    return found


async def join(call: Call, plan: UsagePlan, key: ApiKey) -> None:
    """Let a key be in a plan.

    Raises:
        AwsError: ConflictException, it is, or another of its plans is for the same stage. LimitExceededException, it is in ten.
    """
    account, region = call.scope.account, call.scope.region
    held = (await call.tx.get(KEY_PLANS, account, region, key.id) or KeyPlans()).plans
    if plan.id in held:
        raise errors.conflict(f"Usage Plan Key {key.id} already exists in usage plan {plan.id}")
    if len(held) >= PLANS_MAX:
        raise errors.limit_exceeded(f"An API Key can be in at most {PLANS_MAX} usage plans.")
    stages = {(one.api_id, one.stage) for one in plan.api_stages}
    for other_id in held:
        other = await call.tx.get(USAGE_PLANS, account, region, other_id)
        for one in other.api_stages if other else ():
            if (one.api_id, one.stage) in stages:
                raise errors.conflict(
                    f"API Key {key.id} is already in usage plan {other_id} for API Stage {one.api_id}:{one.stage}"
                )
    call.tx.put(KEY_PLANS, KeyPlans((*held, plan.id)), account, region, key.id)
    call.tx.put(PLAN_KEYS, PlanKey(key.id, _KIND), account, region, plan.id, key.id)


async def leave(call: Call, plan: UsagePlan, key_id: str) -> None:
    """Take a key out of a plan."""
    account, region = call.scope.account, call.scope.region
    held = await call.tx.get(KEY_PLANS, account, region, key_id) or KeyPlans()
    left = tuple(other for other in held.plans if other != plan.id)
    call.tx.put(KEY_PLANS, msgspec.structs.replace(held, plans=left), account, region, key_id)
    call.tx.delete(PLAN_KEYS, account, region, plan.id, key_id)


async def _member(call: Call, request: Mapping[str, Any]) -> ApiKey:
    plan, key_id = await plan_of(call, request["usagePlanId"]), request["keyId"]
    scope = call.scope
    if await call.tx.get(PLAN_KEYS, scope.account, scope.region, plan.id, key_id) is None:
        raise errors.not_found(f"Invalid Usage Plan Key identifier specified {key_id}")
    return await key_of(call, key_id)


def _shown(key: ApiKey) -> dict[str, Any]:
    named = {"name": key.name} if key.name is not None else {}
    return {"id": key.id, "type": _KIND, "value": key.value, **named}


@access.operation()
async def create_usage_plan_key(
    service: ApiGateway, call: Call, request: "shapes.CreateUsagePlanKeyRequest"
) -> dict[str, Any]:
    """Let a key be in a plan.

    Raises:
        NotFoundException: there is no such plan or key. BadRequestException: `keyType` is not API_KEY. ConflictException: it is in it, or
            another of its plans is for the same stage. LimitExceededException: it is in ten.
    """
    plan = await plan_of(call, request["usagePlanId"])
    if request["keyType"] != _KIND:
        raise errors.bad_request(f"Invalid Usage Plan Key type specified. Valid options are {_KIND}")
    key = await key_of(call, request["keyId"])
    await join(call, plan, key)
    return _shown(key)


@access.operation()
async def get_usage_plan_key(
    service: ApiGateway, call: Call, request: "shapes.GetUsagePlanKeyRequest"
) -> dict[str, Any]:
    """A key of a plan.

    Raises:
        NotFoundException: there is no such plan, or the key is not in it.
    """
    return _shown(await _member(call, request))


@access.operation()
async def get_usage_plan_keys(
    service: ApiGateway, call: Call, request: "shapes.GetUsagePlanKeysRequest"
) -> dict[str, Any]:
    """The keys of a plan whose names begin with `name`, newest first. A plan that is not there has none."""
    account, region = call.scope.account, call.scope.region
    members = await call.tx.scan(PLAN_KEYS, account, region, request["usagePlanId"])
    keys = [await call.tx.get(API_KEYS, account, region, member.id) for member in members]
    prefix = request.get("nameQuery") or ""
    found = [key for key in keys if key is not None and (key.name or "").startswith(prefix)]
    ordered = sorted(found, key=lambda key: (-key.created_date, key.id))
    return page(ordered, request, lambda key: key.id, _shown)


@access.operation()
async def delete_usage_plan_key(
    service: ApiGateway, call: Call, request: "shapes.DeleteUsagePlanKeyRequest"
) -> dict[str, Any]:
    """Take a key out of a plan.

    Raises:
        NotFoundException: there is no such plan, or the key is not in it.
    """
    key = await _member(call, request)
    await leave(call, await plan_of(call, request["usagePlanId"]), key.id)
    return {}
