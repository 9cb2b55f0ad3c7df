"""Quotas of usage plans: how many requests a client has left in its period, and how many it has made each day.

What is left is on disk. Permits are taken from there in blocks ahead of use, so that a request writes nothing, and what of a block was not
used when the server is killed counts as used. What was made of plans without a quota is counted in the same way.

Source: API Gateway API reference, QuotaSettings, GetUsage, UpdateUsage.
"""

import asyncio
from collections.abc import Iterable
from datetime import date

import msgspec

from portico.base.clock import Clock
from portico.services.apigateway.plane.clients import Member
from portico.services.apigateway.plane.periods import days, today
from portico.services.apigateway.plane.usages import USAGES, Usage
from portico.services.apigateway.transform.seam import GatewayRefusal
from portico.services.apigateway.usage_records import PLAN_KEYS, Quota, UsagePlan
from portico.store.cache import RecordCache
from portico.store.port import Conflict
from portico.store.transaction import Transaction

_BLOCKS = 100  # of a period's quota
_BLOCK_MAX = 1_000
_PURSES_MAX = 50_000

ClientKey = tuple[str, str, str, str]
"""Account, region, plan and key."""


class _Purse:
    """What this server has in hand of one client's quota: permits of a day."""

    __slots__ = ("day", "lock", "permits", "quota")

    def __init__(self) -> None:
        self.day = date.min
        self.quota: Quota | None = None
        self.permits = 0
        self.lock = asyncio.Lock()


class Quotas:
    """Keeps clients within their quotas."""

    __slots__ = ("_cache", "_clock", "_purses")

    def __init__(self, cache: RecordCache, clock: Clock) -> None:
        self._cache = cache
        self._clock = clock
        self._purses: dict[ClientKey, _Purse] = {}

    async def take(self, account: str, region: str, member: Member, at: float) -> None:
        """Take one request from a client's quota at `at` (seconds, `now` clock).

        Raises:
            GatewayRefusal: QUOTA_EXCEEDED.
        """
        plan = member.plan
        if plan is None:
            return
        key = (account, region, plan.id, member.key.id)
        purse = self._purses.get(key) or self._made(key)
        if purse.permits and purse.quota is plan.quota and purse.day == today(at):
            purse.permits -= 1
            return
        async with purse.lock:
            await self._fill(key, purse, plan.quota, today(at))
            if not purse.permits:
                raise GatewayRefusal("QUOTA_EXCEEDED")
            purse.permits -= 1

    async def usage(
        self, account: str, region: str, plan: UsagePlan, keys: Iterable[str], start: date, end: date
    ) -> dict[str, list[list[int]]]:
        """For each of the keys that has used the plan: what it used, and what then remained, on each day from `start` to `end`."""
        found: dict[str, list[list[int]]] = {}
        for key_id in keys:
            key = (account, region, plan.id, key_id)
            held = await self._cache.get(USAGES, *key)
            if held is not None:
                purse = self._purses.get(key)
                in_hand = (purse.day.isoformat(), purse.permits) if purse is not None else ("", 0)
                found[key_id] = held.value.by_day(plan.quota, days(start, end), in_hand)
        return found

    async def set_remaining(
        self, tx: Transaction, account: str, region: str, plan: UsagePlan, key_id: str, remaining: int
    ) -> None:
        """Have so many requests left in the current period, in the commit of `tx`; what is in hand is forgotten with it."""
        if plan.quota is None:
            return
        key = (account, region, plan.id, key_id)
        day = today(self._clock.now())
        usage = (await tx.get(USAGES, *key) or Usage(key_id)).on(plan.quota, day)
        granted = usage.granted + remaining + usage.taken - usage.allowed(plan.quota)
        tx.put(USAGES, msgspec.structs.replace(usage, granted=granted), *key)
        tx.then(lambda: self._forget(key))

    async def forget_plan(self, tx: Transaction, account: str, region: str, plan_id: str) -> None:
        """Forget what clients have used of a plan that is removed, in the commit of `tx`."""
        for usage in await tx.scan(USAGES, account, region, plan_id):
            tx.delete(USAGES, account, region, plan_id, usage.key)
        place = (account, region, plan_id)
        tx.then(lambda: self._forget_all(place))

    async def close(self) -> None:
        """Give back what is in hand: the server ends."""
        purses, self._purses = self._purses, {}
        for key, purse in purses.items():
            if purse.permits:
                await self._move(key, purse.quota, purse.day, -purse.permits)

    def _made(self, key: ClientKey) -> _Purse:
        if len(self._purses) >= _PURSES_MAX:
            self._purses = {k: purse for k, purse in self._purses.items() if purse.lock.locked()}
        return self._purses.setdefault(key, _Purse())

    def _forget(self, key: ClientKey) -> None:
        purse = self._purses.get(key)
        if purse is not None:
            purse.permits = 0

    def _forget_all(self, place: tuple[str, str, str]) -> None:
        for key in [key for key in self._purses if key[:3] == place]:
            del self._purses[key]

    async def _fill(self, key: ClientKey, purse: _Purse, quota: Quota | None, day: date) -> None:
        """Have a permit of `day` in hand, if there is one."""
        if purse.permits and purse.quota is quota and purse.day == day:
            return  # another request has taken a block meanwhile
        if purse.permits:
            await self._move(key, purse.quota, purse.day, -purse.permits)
        purse.permits, purse.quota, purse.day = 0, quota, day
        purse.permits = await self._move(key, quota, day, _block(quota))

    async def _move(self, key: ClientKey, quota: Quota | None, day: date, count: int) -> int:
        """Take up to `count` from what is left, or give back if that is negative; how many that were."""
        while True:
            tx = Transaction(self._cache)
            if await tx.get(PLAN_KEYS, *key) is None:
                return 0  # no longer a client
            before = await tx.get(USAGES, *key) or Usage(key[3])
            usage = before.on(quota, day)
            if count < 0 and usage.period != before.period:
                return 0  # that period is over
            moved = count if quota is None else min(count, usage.left(quota))
            if not moved:
                return 0
            tx.put(USAGES, usage.take(quota, day, moved), *key)
            try:
                await tx.commit()
            except Conflict:
                continue
            return moved


def _block(quota: Quota | None) -> int:
    return _BLOCK_MAX if quota is None else max(min(quota.limit // _BLOCKS, _BLOCK_MAX), 1)
