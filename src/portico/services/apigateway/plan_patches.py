"""Changes of usage plans by patch operations. Pure.

`/apiStages` adds and removes `{api}:{stage}`; `/apiStages/{api}:{stage}/throttle/{resource}/{method}/rateLimit` limits a method, a slash
in the resource's path written `~1` or as it is. Source: API reference, "Patch operations", UpdateUsagePlan.
"""

from collections.abc import Callable

import msgspec

from portico.services.apigateway import errors
from portico.services.apigateway.patch import Patch, bad_path
from portico.services.apigateway.usage_records import ApiStage, Quota, Throttle, UsagePlan

_PERIODS = ("DAY", "WEEK", "MONTH")


def no_stage(plan: UsagePlan, api_id: str, stage: str) -> Exception:
    """404: there is no such stage for the plan."""
    return errors.not_found(
        f"Invalid API Stage {{api: {api_id}, stage: {stage}}} specified for usageplan {plan.id}"
    )


def patched(plan: UsagePlan, patch: Patch) -> UsagePlan:
    """A plan after one operation.

    Raises:
        AwsError: BadRequestException, NotFoundException.
    """
    first = patch.parts[0] if patch.parts else ""
    if first not in _CHANGES or patch.op not in ("add", "replace", "remove"):
        raise bad_path(patch)
    return _CHANGES[first](plan, patch)


def _text(member: str) -> Callable[[UsagePlan, Patch], UsagePlan]:
    def change(plan: UsagePlan, patch: Patch) -> UsagePlan:
        value = None if patch.op == "remove" else patch.value
        if len(patch.parts) > 1:
            raise bad_path(patch)
        return msgspec.structs.replace(plan, **{member: value})

    return change


def _number(patch: Patch, kind: type[int] | type[float]) -> float:
    try:
        return kind(patch.text)
    except ValueError:
        raise errors.bad_request(f"Invalid value {patch.text} for {patch.path}") from None


def _throttle_with(held: Throttle | None, name: str, patch: Patch) -> Throttle:
    held = held or Throttle(0, 0.0)
    match name:
        case "burstLimit":
            return msgspec.structs.replace(held, burst_limit=int(_number(patch, int)))
        case "rateLimit":
            return msgspec.structs.replace(held, rate_limit=_number(patch, float))
    raise bad_path(patch)


def _throttle(plan: UsagePlan, patch: Patch) -> UsagePlan:
    if patch.op == "remove" and len(patch.parts) == 1:
        return msgspec.structs.replace(plan, throttle=None)
    if patch.op == "remove" or len(patch.parts) != 2:
        raise bad_path(patch)
    return msgspec.structs.replace(plan, throttle=_throttle_with(plan.throttle, patch.parts[1], patch))


def _quota(plan: UsagePlan, patch: Patch) -> UsagePlan:
    held = plan.quota or Quota(0, 0, "DAY")
    match patch.op, patch.parts[1:]:
        case "remove", ():
            return msgspec.structs.replace(plan, quota=None)
        case "add" | "replace", ("limit",):
            held = msgspec.structs.replace(held, limit=int(_number(patch, int)))
        case "add" | "replace", ("offset",):
            held = msgspec.structs.replace(held, offset=int(_number(patch, int)))
        case "add" | "replace", ("period",):
            if patch.text not in _PERIODS:
                raise errors.bad_request(f"Invalid quota period. Must be one of: [{', '.join(_PERIODS)}]")
            held = msgspec.structs.replace(held, period=patch.text)
        case _:
            raise bad_path(patch)
    return msgspec.structs.replace(plan, quota=held)


def _api_stages(plan: UsagePlan, patch: Patch) -> UsagePlan:
    if len(patch.parts) > 1:
        return _stage_throttle(plan, patch)
    api_id, colon, stage = patch.text.partition(":")
    if not (api_id and colon and stage):
        raise errors.bad_request("Invalid API Stage specified")
    left = tuple(one for one in plan.api_stages if (one.api_id, one.stage) != (api_id, stage))
    if patch.op == "remove":
        if len(left) == len(plan.api_stages):
            raise no_stage(plan, api_id, stage)
        return msgspec.structs.replace(plan, api_stages=left)
    if patch.op == "replace":
        raise bad_path(patch)
    added = plan.api_stages if len(left) < len(plan.api_stages) else (*left, ApiStage(api_id, stage))
    return msgspec.structs.replace(plan, api_stages=added)


def _stage_throttle(plan: UsagePlan, patch: Patch) -> UsagePlan:
    api_id, _, stage = patch.parts[1].partition(":")
    held = next((one for one in plan.api_stages if (one.api_id, one.stage) == (api_id, stage)), None)
    if held is None:
        raise no_stage(plan, api_id, stage)
    if patch.parts[2:3] != ("throttle",):
        raise bad_path(patch)
    changed = msgspec.structs.replace(held, throttle=_throttles(held.throttle or {}, patch) or None)
    others = tuple(changed if one is held else one for one in plan.api_stages)
    return msgspec.structs.replace(plan, api_stages=others)


def _throttles(held: dict[str, Throttle], patch: Patch) -> dict[str, Throttle]:
    named = patch.parts[3:]
    if patch.op == "remove":
        key = _method(named)
        if named and key not in held:
            raise errors.not_found(f"Invalid throttle path specified: {key}")
        return {path: one for path, one in held.items() if named and path != key}
    if len(named) < 3:
        raise bad_path(patch)
    key = _method(named[:-1])
    return {**held, key: _throttle_with(held.get(key), named[-1], patch)}


def _method(parts: tuple[str, ...]) -> str:
    joined = "/".join(parts)
    return joined if joined.startswith("/") else f"/{joined}"


_CHANGES: dict[str, Callable[[UsagePlan, Patch], UsagePlan]] = {
    "name": _text("name"),
    "description": _text("description"),
    "productCode": _text("product_code"),
    "throttle": _throttle,
    "quota": _quota,
    "apiStages": _api_stages,
}
