"""Stages of usage plans that go away: a plan is not for one any more, nor for one of the same name that comes later."""

import msgspec

from portico.calls.call import Call
from portico.services.apigateway.usage_records import USAGE_PLANS


async def withdraw(call: Call, api_id: str, stage: str | None = None) -> None:
    """Take a stage of an API, or all of them, out of the account's usage plans."""
    scope = call.scope
    for plan in await call.tx.scan(USAGE_PLANS, scope.account, scope.region):
        left = tuple(
            one
            for one in plan.api_stages
            if one.api_id != api_id or (stage is not None and one.stage != stage)
        )
        if len(left) < len(plan.api_stages):
            changed = msgspec.structs.replace(plan, api_stages=left)
            call.tx.put(USAGE_PLANS, changed, scope.account, scope.region, plan.id)
