"""The store of metrics: what is put is merged, read by time, listed, made coarser, and survives."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from portico.store.metrics import (
    METRICS_FILE,
    Gathered,
    Kept,
    Matching,
    Metrics,
    Point,
    Series,
    Stats,
    merged,
    of_each,
    of_set,
    of_values,
)
from portico.store.metrics.values import EXACT_VALUES_MAX
from portico.store.port import StoreFull

A = Series("111111111111", "eu-west-1", "Shop", "Orders", (("Store", "1"),))
B = Series("111111111111", "eu-west-1", "Shop", "Orders", ())
OTHER = Series("222222222222", "eu-west-1", "Shop", "Orders", ())
ALL = Matching("111111111111", "eu-west-1", 0)


@pytest.fixture(params=["file", "memory"])
async def metrics(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Metrics]:
    made = Metrics(tmp_path / METRICS_FILE if request.param == "file" else None)
    yield made
    await made.close()


def point(series: Series, at: int, *values: float, unit: str = "Count", width: int = 60) -> Point:
    return Point(series, at, unit, of_each(values), width)


async def test_points_of_one_interval_are_one(metrics: Metrics) -> None:
    await metrics.put([point(A, 60, 1.0), point(A, 60, 2.0), point(B, 60, 9.0)])
    await metrics.put([point(A, 60, 0.1, 0.2)])
    (kept,) = await metrics.read(A, 0, 120)
    assert kept == Kept(60, 60, "Count", Stats(4.0, 3.3, 0.1, 2.0, kept.stats.values))
    assert sorted(kept.stats.values or ()) == [(0.1, 1.0), (0.2, 1.0), (1.0, 1.0), (2.0, 1.0)]


async def test_units_and_widths_stay_apart(metrics: Metrics) -> None:
    await metrics.put([point(A, 60, 1.0), point(A, 60, 1.0, unit="Bytes"), point(A, 60, 1.0, width=1)])
    found = {(kept.width, kept.unit) for kept in await metrics.read(A, 60, 61)}
    assert found == {(60, "Count"), (60, "Bytes"), (1, "Count")}


async def test_a_window_ends_before_its_end(metrics: Metrics) -> None:
    await metrics.put([point(A, at, 1.0) for at in (0, 60, 120, 180)])
    assert [kept.at for kept in await metrics.read(A, 60, 180)] == [60, 120]


async def test_nobody_sees_another_account(metrics: Metrics) -> None:
    await metrics.put([point(A, 60, 1.0), point(OTHER, 60, 1.0)])
    assert [series for _, series in await metrics.listed(ALL, after=0, limit=10)] == [A]
    assert await metrics.read(B, 0, 120) == []


async def test_listing_goes_on_behind_a_number(metrics: Metrics) -> None:
    series = [Series("111111111111", "eu-west-1", "N", f"m{number}") for number in range(5)]
    await metrics.put([point(each, 60, 1.0) for each in series])
    first = await metrics.listed(ALL, after=0, limit=2)
    rest = await metrics.listed(ALL, after=first[-1][0], limit=10)
    assert {each.name for _, each in first + rest} == {f"m{number}" for number in range(5)}
    recent = Matching("111111111111", "eu-west-1", 61)
    assert await metrics.listed(recent, after=0, limit=10) == []
    named = Matching("111111111111", "eu-west-1", 0, "N", "m3")
    assert [each.name for _, each in await metrics.listed(named, after=0, limit=10)] == ["m3"]


async def test_what_is_counted_is_read_at_once(metrics: Metrics) -> None:
    held = [point(A, 60, 1.0)]

    def take() -> Gathered | None:
        taken = held.copy()
        held.clear()
        return (lambda: taken) if taken else None

    metrics.counts(take)
    metrics.add([point(A, 60, 2.0)])
    (kept,) = await metrics.read(A, 0, 120)
    assert (kept.stats.count, kept.stats.total) == (2.0, 3.0)


async def test_what_cannot_be_gathered_is_told_and_does_not_stop_others(
    metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Iterator[Point]:
        raise ValueError("no")

    held: list[Gathered] = [broken]
    metrics.counts(lambda: held.pop() if held else None)
    assert await metrics.read(A, 0, 120) == []
    metrics.add([point(A, 60, 2.0)])
    assert len(await metrics.read(A, 0, 120)) == 1
    assert "metrics are being dropped: no" in caplog.text


async def test_old_points_become_coarser(metrics: Metrics) -> None:
    await metrics.put([point(A, at, 1.0, width=1) for at in range(100, 200)])
    await metrics.put([point(A, at, 1.0) for at in (600, 660, 1200)])
    await metrics.put([point(A, 1000, 1.0, width=1), point(B, 60, 1.0)])
    tiers = [(950, 60), (700, 300), (90, 0)]
    await metrics.roll_up(tiers)
    wanted = [(0, 300, 100.0), (600, 60, 1.0), (660, 60, 1.0), (1000, 1, 1.0), (1200, 60, 1.0)]
    assert [(kept.at, kept.width, kept.stats.count) for kept in await metrics.read(A, 0, 2000)] == wanted
    await metrics.roll_up([(950, 60), (900, 300), (90, 0)])
    assert [kept.width for kept in await metrics.read(A, 600, 900)] == [300]
    await metrics.roll_up([(300, 0)])
    assert [series for _, series in await metrics.listed(ALL, after=0, limit=10)] == [A]


async def test_everything_can_be_forgotten(metrics: Metrics) -> None:
    await metrics.put([point(A, 60, 1.0)])
    await metrics.erase()
    assert await metrics.read(A, 0, 120) == []
    assert await metrics.listed(ALL, after=0, limit=10) == []


async def test_it_is_there_after_a_restart(tmp_path: Path) -> None:
    first = Metrics(tmp_path / METRICS_FILE)
    await first.put([point(A, 60, 1.5)])
    first.add([point(A, 60, 2.5)])
    await first.close()
    second = Metrics(tmp_path / METRICS_FILE)
    (kept,) = await second.read(A, 0, 120)
    assert kept.stats.total == 4.0
    await second.close()


async def test_a_damaged_file_is_moved_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / METRICS_FILE).write_bytes(b"this is no database, and never was one. " * 100)
    metrics = Metrics(tmp_path / METRICS_FILE)
    await metrics.put([point(A, 60, 1.0)])
    await metrics.close()
    assert any(name.startswith(f"{METRICS_FILE}.damaged-") for name in os.listdir(tmp_path))
    assert "the metrics in" in caplog.text


def test_statistics_of_values() -> None:
    assert of_each([2.0]) == Stats(1.0, 2.0, 2.0, 2.0, ())
    assert of_values({1.0: 2.0, 4.0: 1.0}) == Stats(3.0, 6.0, 1.0, 4.0, ((1.0, 2.0), (4.0, 1.0)))
    assert of_each([2.0, 2.0]).each() == ((2.0, 2.0),)


def test_a_set_has_values_only_if_they_are_known() -> None:
    assert of_set(1.0, 5.0, 5.0, 5.0).each() == ((5.0, 1.0),)
    assert of_set(3.0, 15.0, 5.0, 5.0).each() == ((5.0, 3.0),)
    assert of_set(2.0, 3.0, 1.0, 2.0).each() is None
    both = merged([of_set(2.0, 3.0, 1.0, 2.0), of_each([9.0])])
    assert both == Stats(3.0, 12.0, 1.0, 9.0, None)


def test_many_values_stay_few_and_near() -> None:
    values = [float(number) for number in range(1, 100_001)]
    stats = merged(of_each(values[start : start + 1000]) for start in range(0, 100_000, 1000))
    assert (stats.count, stats.low, stats.high) == (100_000.0, 1.0, 100_000.0)
    kept = stats.values or ()
    assert EXACT_VALUES_MAX < len(kept) < 700
    seen = 0.0
    for value, times in sorted(kept):
        seen += times
        assert value == pytest.approx(seen, rel=0.021)
    assert merged([stats, stats]).values == tuple((value, 2 * times) for value, times in kept)


async def test_a_full_disk_refuses_puts_drops_what_was_counted_and_is_left_again(metrics: Metrics) -> None:
    await metrics.put([point(A, 60, 1.0)])
    db = metrics._beside._db
    (before,) = db.execute("PRAGMA max_page_count").fetchone()
    db.execute(f"PRAGMA max_page_count={db.execute('PRAGMA page_count').fetchone()[0]}")
    many = [point(Series("111111111111", "eu-west-1", "N", f"m{n}"), 60, 1.0) for n in range(2000)]
    with pytest.raises(StoreFull):
        await metrics.put(many)
    metrics.add(many)
    assert len(await metrics.read(A, 0, 100)) == 1
    assert metrics.dropped_total == 2000
    db.execute(f"PRAGMA max_page_count={before}")
    await metrics.put(many)
    assert len(await metrics.listed(ALL, after=0, limit=5000)) == 2001


async def test_puts_at_once_are_all_there(metrics: Metrics) -> None:
    await asyncio.gather(*(metrics.put([point(A, 60, float(n)), point(B, 60, 1.0)]) for n in range(200)))
    (kept,) = await metrics.read(A, 0, 100)
    assert (kept.stats.count, kept.stats.total) == (200.0, 19_900.0)


async def test_one_who_leaves_does_not_stop_the_others(metrics: Metrics) -> None:
    puts = [asyncio.create_task(metrics.put([point(A, 60, 1.0)])) for _ in range(10)]
    await asyncio.sleep(0)
    puts[3].cancel()
    assert (
        sum(isinstance(each, BaseException) for each in await asyncio.gather(*puts, return_exceptions=True))
        == 1
    )
    assert (await metrics.read(A, 0, 100))[0].stats.count >= 9.0
