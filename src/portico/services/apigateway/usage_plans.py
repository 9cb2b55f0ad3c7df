"""Usage plans: which stages clients may use, how fast and how often."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.doors.records import API_POINTERS, ApiPointer
from portico.services.apigateway import access, errors, ids, plan_patches
from portico.services.apigateway.paging import page
from portico.services.apigateway.patch import patches
from portico.services.apigateway.records import REST_APIS, STAGES
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.shown import shown, with_tags
from portico.services.apigateway.usage_plan_keys import leave, plan_of
from portico.services.apigateway.usage_records import (
    KEY_PLANS,
    PLAN_KEYS,
    USAGE_PLANS,
    ApiStage,
    KeyPlans,
    Quota,
    Throttle,
    UsagePlan,
)

if TYPE_CHECKING:
    from portico.services.apigateway import shapes


async def checked(call: Call, plan: UsagePlan, before: UsagePlan | None = None) -> UsagePlan:
    """`plan`, once the stages that it did not have `before` are there and its figures can be.

    Raises:
        AwsError: NotFoundException, BadRequestException.
    """
    if not plan.name:
        raise errors.bad_request("Usage Plan name must be non-empty")
    held = frozenset((one.api_id, one.stage) for one in before.api_stages) if before else ()
    for one in plan.api_stages:
        if (one.api_id, one.stage) not in held and not await _is_stage(call, one):
            raise plan_patches.no_stage(plan, one.api_id, one.stage)
    named = [(one.api_id, one.stage) for one in plan.api_stages]
    if len(set(named)) < len(named):
        raise errors.conflict("Usage Plan can contain an API Stage only once")
    if plan.quota is not None and (plan.quota.limit < 0 or plan.quota.offset < 0):
        raise errors.bad_request("Usage Plan quota limit and offset must not be negative")
    return plan


async def _is_stage(call: Call, one: ApiStage) -> bool:
    """Whether there is such a stage of a REST API, or such a WebSocket API (whose stages another service has)."""
    scope = call.scope
    api = await call.tx.get(REST_APIS, scope.account, scope.region, one.api_id)
    if api is not None:
        return await call.tx.get(STAGES, one.api_id, one.stage) is not None
    other = await call.tx.get(API_POINTERS, one.api_id)
    return other is not None and other == ApiPointer("websocket", scope.account, scope.region)


def throttle(given: Mapping[str, Any] | None) -> Throttle | None:
    """A throttle as a request has it."""
    if not given:
        return None
    rate = given.get("rateLimit")
    return Throttle(given.get("burstLimit", 0), 0.0 if rate is None else float(rate))


def _api_stage(given: Mapping[str, Any]) -> ApiStage:
    if not given.get("apiId") or not given.get("stage"):
        raise errors.bad_request("Invalid API Stage specified")
    throttles = {path: throttle(one) or Throttle() for path, one in (given.get("throttle") or {}).items()}
    return ApiStage(given["apiId"], given["stage"], throttles or None)


def _quota(given: Mapping[str, Any] | None) -> Quota | None:
    if not given:
        return None
    return Quota(given.get("limit", 0), given.get("offset", 0), given.get("period") or "DAY")


@access.operation()
async def create_usage_plan(
    service: ApiGateway, call: Call, request: "shapes.CreateUsagePlanRequest"
) -> dict[str, Any]:
    """Make a usage plan.

    Raises:
        NotFoundException: a stage is not there. BadRequestException: a member is not as it must be. ConflictException: a stage is there
            twice.
    """
    plan = UsagePlan(
        id=ids.short_id(),
        name=request["name"],
        description=request.get("description"),
        api_stages=tuple(_api_stage(one) for one in request.get("apiStages") or ()),
        throttle=throttle(request.get("throttle")),
        quota=_quota(request.get("quota")),
        tags=dict(request.get("tags") or {}),
    )
    plan = await checked(call, plan)
    call.tx.put(USAGE_PLANS, plan, call.scope.account, call.scope.region, plan.id)
    return shown(plan)


@access.operation()
async def get_usage_plan(
    service: ApiGateway, call: Call, request: "shapes.GetUsagePlanRequest"
) -> dict[str, Any]:
    """A usage plan.

    Raises:
        NotFoundException: there is no such plan.
    """
    return with_tags(await plan_of(call, request["usagePlanId"]))


@access.operation()
async def get_usage_plans(
    service: ApiGateway, call: Call, request: "shapes.GetUsagePlansRequest"
) -> dict[str, Any]:
    """The usage plans, or those that a key is in, by id."""
    scope, key_id = call.scope, request.get("keyId")
    plans = await call.tx.scan(USAGE_PLANS, scope.account, scope.region)
    if key_id:
        mine = await call.tx.get(KEY_PLANS, scope.account, scope.region, key_id) or KeyPlans()
        plans = [plan for plan in plans if plan.id in mine.plans]
    return page(plans, request, lambda plan: plan.id, shown)


@access.operation()
async def delete_usage_plan(
    service: ApiGateway, call: Call, request: "shapes.DeleteUsagePlanRequest"
) -> dict[str, Any]:
    """Remove a usage plan; its keys are in it no longer.

    Raises:
        NotFoundException: there is no such plan. BadRequestException: it is for a stage.
    """
    plan, scope = await plan_of(call, request["usagePlanId"]), call.scope
    for one in plan.api_stages:
        if await _is_stage(call, one):
            raise errors.bad_request(
                f"Cannot delete Usage Plan {plan.id} because there are API Stages associated with it, "
                f"including {one.api_id}:{one.stage}"
            )
    for member in await call.tx.scan(PLAN_KEYS, scope.account, scope.region, plan.id):
        await leave(call, plan, member.id)
    await service.plane.quotas.forget_plan(call.tx, scope.account, scope.region, plan.id)
    call.tx.delete(USAGE_PLANS, scope.account, scope.region, plan.id)
    return {}


@access.operation()
async def update_usage_plan(
    service: ApiGateway, call: Call, request: "shapes.UpdateUsagePlanRequest"
) -> dict[str, Any]:
    """Change a usage plan; in force at once.

    Raises:
        NotFoundException: there is no such plan, or a stage is not there. BadRequestException: a path, operation or value is none.
    """
    plan = before = await plan_of(call, request["usagePlanId"])
    for patch in patches(request):
        plan = plan_patches.patched(plan, patch)
    plan = await checked(call, plan, before)
    call.tx.put(USAGE_PLANS, plan, call.scope.account, call.scope.region, plan.id)
    return with_tags(plan)
