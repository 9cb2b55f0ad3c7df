"""Quotas of usage plans: what a period lets through, what a restart forgets of it, and what is told of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from portico.base.clock import Clock
from portico.services.apigateway.plane.clients import Member
from portico.services.apigateway.plane.periods import begin
from portico.services.apigateway.plane.quotas import Quotas
from portico.services.apigateway.plane.usages import USAGES
from portico.services.apigateway.transform.seam import GatewayRefusal
from portico.services.apigateway.usage_records import PLAN_KEYS, ApiKey, PlanKey, Quota, UsagePlan
from portico.store.cache import RecordCache
from portico.store.open import open_store
from portico.store.port import Delete, Put, Store, StoreFailed
from portico.store.transaction import Transaction

ACCOUNT, REGION = "111122223333", "us-east-1"
NOON = datetime(2026, 11, 19, 12, tzinfo=UTC).timestamp()  # a Thursday
DAY_S = 86_400.0


def _failed(error: StoreFailed) -> None:
    raise error


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    opened = await open_store(None, clock=Clock(), failed=_failed)
    yield opened
    await opened.close()


class Client:
    """A client of a plan, on one server after another."""

    def __init__(self, store: Store, quota: Quota | None) -> None:
        self.store = store
        self.plan = UsagePlan(id="p1", name="plan", api_stages=(), quota=quota)
        self.restart()

    def restart(self) -> None:
        self.cache = RecordCache(self.store)
        self.quotas = Quotas(self.cache, Clock())

    async def join(self, key: str = "k1") -> None:
        record = PlanKey(id=key, type="API_KEY")
        await self.store.commit([Put(PLAN_KEYS.key(ACCOUNT, REGION, "p1", key), PLAN_KEYS.encode(record))])

    def member(self, key: str = "k1") -> Member:
        api_key = ApiKey(
            id=key,
            value="v" * 20,
            name=None,
            enabled=True,
            created_date=0,
            last_updated_date=0,
            stage_keys=(),
        )
        return Member(api_key, self.plan, None)

    async def takes(self, tries: int = 1_000, *, at: float = NOON, key: str = "k1") -> int:
        for passed in range(tries):
            try:
                await self.quotas.take(ACCOUNT, REGION, self.member(key), at)
            except GatewayRefusal:
                return passed
        return tries

    async def usage(self, start: str, end: str) -> list[list[int]]:
        days = date.fromisoformat(start), date.fromisoformat(end)
        found = await self.quotas.usage(ACCOUNT, REGION, self.plan, ["k1", "k2"], *days)
        return found["k1"]


@pytest.fixture
async def make(store: Store) -> Any:
    async def made(limit: int, offset: int = 0, period: str = "DAY") -> Client:
        client = Client(store, Quota(limit=limit, offset=offset, period=period))
        await client.join()
        return client

    return made


async def test_a_day(make: Any) -> None:
    client = await make(250)
    assert await client.takes() == 250
    assert await client.takes() == 0
    assert await client.takes(at=NOON + DAY_S) == 250


async def test_the_refusal(make: Any) -> None:
    client = await make(1)
    await client.takes(1)
    with pytest.raises(GatewayRefusal) as refused:
        await client.quotas.take(ACCOUNT, REGION, client.member(), NOON)
    assert refused.value.response_type == "QUOTA_EXCEEDED"


async def test_each_client_has_its_own(make: Any) -> None:
    client = await make(3)
    await client.join("k2")
    assert await client.takes() == 3
    assert await client.takes(key="k2") == 3


async def test_who_is_in_no_plan_gets_nothing(make: Any) -> None:
    client = await make(3)
    assert await client.takes(key="stranger") == 0


@pytest.mark.parametrize(
    ("period", "same", "next_one"),
    [
        ("DAY", timedelta(hours=11), timedelta(hours=12)),
        ("WEEK", timedelta(days=2), timedelta(days=3)),
        ("MONTH", timedelta(days=11), timedelta(days=12)),
    ],
)
async def test_periods(make: Any, period: str, same: timedelta, next_one: timedelta) -> None:
    client = await make(10, period=period)
    assert await client.takes() == 10
    assert await client.takes(at=NOON + same.total_seconds()) == 0
    assert await client.takes(at=NOON + next_one.total_seconds()) == 10


def test_a_week_begins_on_sunday() -> None:
    assert begin("WEEK", date(2026, 11, 22)) == date(2026, 11, 22)
    assert begin("WEEK", date(2026, 11, 21)) == date(2026, 11, 15)


async def test_the_first_period_has_the_offset_less(make: Any) -> None:
    client = await make(10, offset=4)
    assert await client.takes() == 6
    assert await client.takes(at=NOON + DAY_S) == 10


async def test_a_killed_server_never_gives_more(make: Any) -> None:
    client = await make(1_000)
    taken = 0
    for _ in range(5):
        taken += await client.takes(7)
        client.restart()
    taken += await client.takes(2_000)
    assert 1_000 - 5 * 10 <= taken <= 1_000


async def test_a_server_that_ends_gives_back_what_it_has_in_hand(make: Any) -> None:
    client = await make(1_000)
    assert await client.takes(7) == 7
    await client.quotas.close()
    client.restart()
    assert await client.takes(2_000) == 993


async def test_many_at_once_take_no_more(make: Any) -> None:
    client = await make(150)
    taken = await asyncio.gather(*(client.takes(10) for _ in range(40)))
    assert sum(taken) == 150


async def test_a_changed_quota_holds_at_once(make: Any) -> None:
    client = await make(1_000)
    assert await client.takes(100) == 100
    client.plan = msgspec.structs.replace(client.plan, quota=Quota(limit=120, offset=0, period="DAY"))
    assert await client.takes() == 20


async def test_usage_counts_what_was_used_and_not_what_is_in_hand(make: Any) -> None:
    client = await make(1_000)
    await client.takes(13)
    await client.takes(5, at=NOON + DAY_S)
    assert await client.usage("2026-11-18", "2026-11-21") == [[0, 1000], [13, 987], [5, 995], [0, 1000]]


async def test_remaining_requests_can_be_set(make: Any) -> None:
    client = await make(10)
    now = Clock().now()
    assert await client.takes(4, at=now) == 4
    for remaining in (25, 3, 0, 12):
        tx = Transaction(client.cache)
        await client.quotas.set_remaining(tx, ACCOUNT, REGION, client.plan, "k1", remaining)
        await tx.commit()
        assert await client.takes(at=now) == remaining


async def test_a_plan_without_a_quota_counts_only(store: Store) -> None:
    client = Client(store, None)
    await client.join()
    assert await client.takes(1_500) == 1_500
    assert await client.usage("2026-11-19", "2026-11-19") == [[1500, 0]]


async def test_who_leaves_the_plan_gets_no_other_block(make: Any) -> None:
    client = await make(1_000)
    await client.takes(1)
    await client.store.commit([Delete(PLAN_KEYS.key(ACCOUNT, REGION, "p1", "k1"))])
    assert await client.takes() == 9


async def test_a_plan_that_is_removed_leaves_nothing(make: Any) -> None:
    client = await make(1_000)
    await client.takes(13)
    tx = Transaction(client.cache)
    await client.quotas.forget_plan(tx, ACCOUNT, REGION, "p1")
    await tx.commit()
    assert await client.store.scan(USAGES.key()) == []
    assert await client.takes() == 1_000
