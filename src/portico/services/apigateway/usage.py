"""What clients have used of a usage plan, day by day, and how much they have left."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.apigateway import access, errors
from portico.services.apigateway.paging import page
from portico.services.apigateway.patch import patches
from portico.services.apigateway.plane.periods import today
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.usage_plan_keys import plan_of
from portico.services.apigateway.usage_records import PLAN_KEYS, UsagePlan

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_DAYS_MAX = 90


@access.operation()
async def get_usage(service: ApiGateway, call: Call, request: "shapes.GetUsageRequest") -> dict[str, Any]:
    """For each key of a plan (or the one named): what was used and what remained, on each day from `startDate` to `endDate`. Keys that
    were not used are not told.

    Raises:
        NotFoundException: there is no such plan. BadRequestException: the dates are none, or too far apart.
    """
    plan = await plan_of(call, request["usagePlanId"])
    start, end = _date(request, "startDate"), _date(request, "endDate")
    if end < start or (end - start).days >= _DAYS_MAX:
        raise errors.bad_request(f"Invalid date range, the maximum range is {_DAYS_MAX} days")
    members = await call.tx.scan(PLAN_KEYS, call.scope.account, call.scope.region, plan.id)
    wanted = [member.id for member in members if request.get("keyId") in (None, "", member.id)]
    return await _shown(service, call, plan, wanted, start, end, request)


@access.operation()
async def update_usage(
    service: ApiGateway, call: Call, request: "shapes.UpdateUsageRequest"
) -> dict[str, Any]:
    """Let a client have so many requests left in its current period (`replace` of `/remaining`).

    Raises:
        NotFoundException: there is no such plan, or the key is not in it. BadRequestException: the plan has no quota, or the patch is of
            another kind.
    """
    plan, key_id = await plan_of(call, request["usagePlanId"]), request["keyId"]
    account, region = call.scope.account, call.scope.region
    if await call.tx.get(PLAN_KEYS, account, region, plan.id, key_id) is None:
        raise errors.not_found(f"Invalid Usage Plan Key identifier specified {key_id}")
    if plan.quota is None:
        raise errors.bad_request("Usage Plan does not have a quota")
    day = today(call.now)
    remaining = -1
    for patch in patches(request):
        if patch.op != "replace" or patch.path != "/remaining":
            raise errors.bad_request("Invalid patch path specified. Must be: [/remaining]")
        if not (patch.text.isascii() and patch.text.isdigit()):
            raise errors.bad_request("Invalid remaining quota specified")
        remaining = int(patch.text)
    if remaining >= 0:
        await service.plane.quotas.set_remaining(call.tx, account, region, plan, key_id, remaining)
    answer = await _shown(service, call, plan, [key_id], day, day, request)
    if remaining >= 0:
        used = answer["items"].get(key_id, [[0, 0]])[0][0]
        answer["items"] = {key_id: [[used, remaining]]}
    return answer


async def _shown(
    service: ApiGateway,
    call: Call,
    plan: UsagePlan,
    keys: list[str],
    start: date,
    end: date,
    request: Mapping[str, Any],
) -> dict[str, Any]:
    scope = call.scope
    found = await service.plane.quotas.usage(scope.account, scope.region, plan, keys, start, end)
    part = page(sorted(found), request, lambda key: key, lambda key: {"key": key})
    position = {"position": part["position"]} if "position" in part else {}
    return {
        "usagePlanId": plan.id,
        "startDate": start.isoformat(),
        "endDate": end.isoformat(),
        "items": {one["key"]: found[one["key"]] for one in part["items"]},
        **position,
    }


def _date(request: Mapping[str, Any], member: str) -> date:
    try:
        return date.fromisoformat(request[member])
    except ValueError:
        raise errors.bad_request(f"Invalid {member} specified, it must be of the form yyyy-MM-dd") from None
