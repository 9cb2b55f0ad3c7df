"""Clients by their API key: which key a request brings, and which usage plan it is for.

Source: API Gateway Developer Guide, "Usage plans and API keys for REST APIs", "Choose an API key source".
"""

from collections.abc import Mapping

import msgspec

from portico.doors.buckets import Limit
from portico.services.apigateway.transform.seam import GatewayRefusal
from portico.services.apigateway.usage_records import (
    API_KEYS,
    KEY_PLANS,
    KEY_VALUES,
    USAGE_PLANS,
    ApiKey,
    ApiStage,
    Throttle,
    UsagePlan,
)
from portico.store.cache import RecordCache


class Member(msgspec.Struct, frozen=True, gc=False):
    """A client: its key, and the plan that the key is in for this stage (None: the key was enabled for the stage before there were
    plans)."""

    key: ApiKey
    plan: UsagePlan | None
    stage: ApiStage | None

    def limits(self, path: str, method: str) -> tuple[Limit, ...]:
        """The buckets that a request to a method (of the resource `path`) takes from: the plan's for this method of the stage, else the
        plan's for this client."""
        if self.plan is None or self.stage is None:
            return ()
        own = _of_method(self.stage.throttle, path, method)
        if own is not None:
            limit = _limit(
                ("method", self.plan.id, self.key.id, self.stage.api_id, self.stage.stage, path, method), own
            )
        else:
            limit = _limit(("plan", self.plan.id, self.key.id), self.plan.throttle)
        return () if limit is None else (limit,)


class Members:
    """Finds clients, by records that are in force at once."""

    __slots__ = ("_cache",)

    def __init__(self, cache: RecordCache) -> None:
        self._cache = cache

    def find(self, account: str, region: str, value: str, stage: tuple[str, str]) -> Member:
        """The client whose key has this value, for a stage (API and name).

        Raises:
            GatewayRefusal: INVALID_API_KEY, there is none, it is disabled, or in no plan for the stage.
        """
        peek = self._cache.peek
        found = peek(KEY_VALUES, account, region, value) if value else None
        held = None if found is None else peek(API_KEYS, account, region, found.value.id)
        if held is None or not held.value.enabled:
            raise GatewayRefusal("INVALID_API_KEY")
        key = held.value
        plans = peek(KEY_PLANS, account, region, key.id)
        for plan_id in () if plans is None else plans.value.plans:
            plan = peek(USAGE_PLANS, account, region, plan_id)
            if plan is not None:
                for each in plan.value.api_stages:
                    if (each.api_id, each.stage) == stage:
                        return Member(key, plan.value, each)
        if "/".join(stage) in key.stage_keys:
            return Member(key, None, None)
        raise GatewayRefusal("INVALID_API_KEY")


def _of_method(throttles: Mapping[str, Throttle] | None, path: str, method: str) -> Throttle | None:
    return throttles.get(f"{path}/{method}") if throttles else None


def _limit(key: tuple[str, ...], throttle: Throttle | None) -> Limit | None:
    if throttle is None or throttle.rate_limit is None:
        return None
    burst = throttle.rate_limit if throttle.burst_limit is None else throttle.burst_limit
    return Limit(key, throttle.rate_limit, burst)
