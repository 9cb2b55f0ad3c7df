"""Budgets: what they let through, what they stop, and what of them a restart forgets."""

import asyncio
from typing import Any

import msgspec
import pytest

from pages import page, rows
from portico.base.clock import Clock
from portico.environments.work import Outcome
from portico.invoke import prices
from portico.invoke.asynchronous.counts import BUDGET_STOPPED, Counts
from portico.invoke.budget import BUDGETS, SPENT, Budget, Budgets, OverBudget
from portico.invoke.notices import Notices
from portico.invoke.records import Version
from portico.invoke.report import composed
from portico.invoke.resolve import Resolved, Resolver
from portico.store.cache import RecordCache
from portico.store.port import Delete, Put, Store

PLACE = ("111111111111", "eu-west-1", "hello")
DAY_S = 86_400
HOUR = Outcome(b"null", duration_ms=3_600_000)


class Lines:
    """Takes what is told to the function's owner."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def write(self, spec: Any, stream: str, batch: Any, *, request_id: str) -> None:
        self.told += [line.text for line in composed(batch)]


class Stage:
    """Budgets of one server after another, over one store."""

    def __init__(self, store: Store, cache: RecordCache, clock: Clock) -> None:
        self.store, self.cache, self.clock, self.lines, self.counts = store, cache, clock, Lines(), Counts()
        self.start()

    def start(self) -> None:
        notices = Notices(self.lines, self.clock)
        self.budgets = Budgets(cache=self.cache, clock=self.clock, notices=notices, counts=self.counts)

    async def give(self, **limits: Any) -> None:
        budget = Budget(*PLACE, **limits)
        await self.store.commit([Put(BUDGETS.key(*budget.place), BUDGETS.encode(budget))])

    def resolved(self) -> Resolved:
        found = Resolver(cache=self.cache).resolve(*PLACE)
        assert found is not None
        return found

    async def take(self, *, payload_bytes: int = 2, queued: bool = False) -> None:
        resolved = self.resolved()
        budgets = self.budgets.of(resolved.version)
        await self.budgets.take(budgets, resolved, "r1", payload_bytes, queued=queued)

    async def takes(self) -> int:
        """How many invocations pass, of a thousand."""
        for passed in range(1_000):
            try:
                await self.take()
            except OverBudget:
                return passed
        return 1_000


@pytest.fixture
async def stage(store: Store, cache: RecordCache, clock: Clock, version: Version, save: Any) -> Stage:
    await save(version)
    clock.advance(DAY_S - clock.now() % DAY_S + 30)  # half past midnight, by the minute
    return Stage(store, cache, clock)


async def test_without_a_budget_nothing_is_asked(stage: Stage, version: Version) -> None:
    assert not bool(stage.budgets.of(version))
    assert await stage.takes() == 1_000


async def test_a_minute(stage: Stage, version: Version) -> None:
    await stage.give(per_minute=5)
    assert bool(stage.budgets.of(version))
    assert await stage.takes() == 5
    stage.clock.advance(29)
    assert await stage.takes() == 0
    stage.clock.advance(2)
    assert await stage.takes() == 5


async def test_a_day(stage: Stage) -> None:
    await stage.give(per_day=120)
    assert await stage.takes() == 120
    stage.clock.advance(DAY_S)
    assert await stage.takes() == 120


async def test_the_words(stage: Stage) -> None:
    await stage.give(per_day=0)
    with pytest.raises(OverBudget) as over:
        await stage.take()
    assert over.value.words.startswith(
        "The budget of function hello is used up: 0 invocations a day. There is more in "
    )
    assert over.value.wait_s in (DAY_S - 30, DAY_S - 31)
    await stage.takes()
    assert len(stage.lines.told) == 1
    assert "is used up" in stage.lines.told[0]
    assert stage.counts.totals == {(BUDGET_STOPPED, PLACE): 2}


async def test_a_restart_never_gives_more(stage: Stage) -> None:
    await stage.give(per_day=500)
    passed = 0
    for _ in range(20):  # each server takes a block of five, and uses three of it
        for _ in range(3):
            await stage.take()
            passed += 1
        stage.start()
    assert passed + await stage.takes() == 500 - 20 * 2


async def test_a_server_that_ends_gives_back_what_it_has_in_hand(stage: Stage) -> None:
    await stage.give(per_day=500, usd=1.0)
    await stage.take()
    await stage.budgets.close()
    spent = stage.cache.peek(SPENT, *PLACE)
    assert spent is not None
    assert spent.value.invocations == 1
    assert spent.value.usd == pytest.approx(prices.REQUEST)


async def test_a_budget_that_is_changed(stage: Stage) -> None:
    """What is in hand of the old one is not good for the new one."""
    await stage.give(per_day=10_000)
    await stage.take()
    await stage.give(per_day=3)
    assert await stage.takes() == 2


async def test_a_hundred_at_once(stage: Stage) -> None:
    await stage.give(per_day=7)
    ended = await asyncio.gather(*(stage.take() for _ in range(100)), return_exceptions=True)
    assert sum(each is None for each in ended) == 7
    assert await stage.takes() == 0


async def test_what_one_budget_refuses_is_not_paid_from_another(stage: Stage) -> None:
    account = Budget(PLACE[0], per_day=3)
    await stage.store.commit([Put(BUDGETS.key(*account.place), BUDGETS.encode(account))])
    await stage.give(per_day=10, per_minute=10)
    ended = await asyncio.gather(*(stage.take() for _ in range(100)), return_exceptions=True)
    assert sum(each is None for each in ended) == 3
    await stage.store.commit([Delete(BUDGETS.key(*account.place))])
    assert await stage.takes() == 7


async def test_money(stage: Stage, version: Version) -> None:
    """An hour of 128 MB costs 0.0075 dollars, and a request next to nothing."""
    await stage.give(usd=0.02)
    for _ in range(3):
        await stage.take()
        stage.budgets.charge(stage.budgets.of(version), version, HOUR, ahead=False)
    with pytest.raises(OverBudget, match="BudgetExceeded") as over:
        await stage.take()
    assert "0.02 USD a day" in over.value.words
    stage.clock.advance(DAY_S)
    await stage.take()


async def test_money_by_requests(stage: Stage) -> None:
    await stage.give(usd=10 * prices.REQUEST)
    assert await stage.takes() in (10, 11)


async def test_an_account(stage: Stage) -> None:
    account = Budget(PLACE[0], per_minute=2)
    await stage.store.commit([Put(BUDGETS.key(*account.place), BUDGETS.encode(account))])
    await stage.give(per_minute=10)
    assert await stage.takes() == 2


async def test_what_is_written(stage: Stage) -> None:
    """One write for a hundredth of the day."""
    await stage.give(per_day=10_000)
    for _ in range(100):
        await stage.take()
    first = stage.cache.peek(SPENT, *PLACE)
    assert first is not None
    assert first.value.invocations == 100
    await stage.take()
    second = stage.cache.peek(SPENT, *PLACE)
    assert second is not None
    assert second.value.invocations == 200


@pytest.mark.parametrize(
    ("size", "queued", "requests"),
    [(2, True, 1), (262_144, True, 1), (262_145, True, 2), (1_048_576, True, 13), (6_000_000, False, 1)],
)
def test_requests_of_an_event(size: int, queued: bool, requests: int) -> None:
    assert prices.requests_of(size, queued=queued) == requests


def test_the_price_of_a_duration(version: Version) -> None:
    large = msgspec.structs.replace(version, memory_mb=2048, ephemeral_mb=1536, architecture="arm64")
    second = Outcome(b"", duration_ms=999.2)
    assert prices.duration_usd(large, second, ahead=False) == pytest.approx(2 * 0.0000133334 + 0.0000000309)
    assert prices.duration_usd(large, second, ahead=True) == pytest.approx(2 * 0.0000077778 + 0.0000000309)


def test_the_prices_are_told() -> None:
    told = dict(rows(page("budgets.md"), "what"))
    assert float(told["request"].split()[0]) / 1e6 == prices.REQUEST
    for architecture in ("x86_64", "arm64"):
        assert float(told[f"GB-second, {architecture}"]) == prices.GB_SECOND[architecture]
        provisioned = told[f"GB-second with provisioned concurrency, {architecture}"]
        assert float(provisioned) == prices.GB_SECOND_PROVISIONED[architecture]
    assert float(told["GB-second of `/tmp` beyond 512 MB"]) == prices.STORAGE_GB_SECOND
