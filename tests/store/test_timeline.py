"""store.timeline: log events, written in batches, read back by time."""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from portico.store.beside.files import open_for_writing
from portico.store.port import StoreError, StoreFull, StoreUnusable
from portico.store.timeline import (
    EVENT_OVERHEAD_BYTES,
    TIMELINE_FILE,
    Batch,
    Position,
    Quiet,
    Span,
    Timeline,
    Window,
)
from portico.store.timeline.database import LAYOUT
from portico.store.timeline.reading import _rows, query


@pytest.fixture(params=["file", "memory"])
async def timeline(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Timeline]:
    made = Timeline(tmp_path / "logs.sqlite" if request.param == "file" else None)
    yield made
    await made.close()


def batch(stream: str, *times: int, group: str = "g") -> Batch:
    return Batch(group, stream, 1, tuple((ms, f"{stream}{ms}") for ms in times))


async def messages(timeline: Timeline, window: Window, limit: int = 100) -> list[str]:
    return [e.message for e in (await timeline.read(window, limit=limit, scan_max=10_000)).events]


async def test_batches_that_overlap_are_read_in_order_of_time(timeline: Timeline) -> None:
    await timeline.write_durably(batch("a", 10, 30, 50))
    timeline.write(batch("b", 20, 40))
    timeline.write(batch("c", 5, 60))
    timeline.write(batch("z", 15, group="other"))
    assert await messages(timeline, Window("g")) == ["c5", "a10", "b20", "a30", "b40", "a50", "c60"]
    assert await messages(timeline, Window("g", reverse=True)) == [
        "c60",
        "a50",
        "b40",
        "a30",
        "b20",
        "a10",
        "c5",
    ]
    assert await messages(timeline, Window("g", ("a", "b"), start_ms=20, end_ms=50)) == ["b20", "a30", "b40"]


def quiet(start: int, end: int, name: str = "q") -> Quiet:
    return Quiet(start, end, name, "$LATEST", 128, 1.0, 30)


async def test_quiet_invocations_are_read_as_their_lines(timeline: Timeline) -> None:
    mixed = Batch("g", "a", 1, (quiet(10, 20, "one"), (15, "between\n"), quiet(20, 20, "two"), (25, "é\n")))
    await timeline.write_durably(mixed)
    timeline.write(batch("b", 12))
    read = await messages(timeline, Window("g"))
    report = "Duration: 1.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB\t\n"
    assert read == [
        "START RequestId: one Version: $LATEST\n",
        "b12",
        "between\n",
        "END RequestId: one\n",
        f"REPORT RequestId: one\t{report}",
        "START RequestId: two Version: $LATEST\n",
        "END RequestId: two\n",
        f"REPORT RequestId: two\t{report}",
        "é\n",
    ]
    assert await messages(timeline, Window("g", reverse=True)) == read[::-1]
    assert await timeline.stored_bytes("g") == sum(len(text.encode()) + EVENT_OVERHEAD_BYTES for text in read)
    assert await timeline.spans("g") == {"a": Span(10, 25, 1, mixed.size), "b": Span(12, 12, 1, 29)}
    page = await timeline.read(Window("g"), limit=4, scan_max=99)
    rest = await timeline.read(Window("g", after=page.last), limit=99, scan_max=99)
    assert [event.message for event in (*page.events, *rest.events)] == read


async def test_a_row_of_quiet_invocations_is_short_enough_to_be_found(timeline: Timeline) -> None:
    await timeline.write_durably(
        Batch("g", "a", 1, tuple(quiet(at, at + 1000) for at in range(0, 130_000, 1000)))
    )
    for start in (0, 59_500, 60_000, 120_500):
        seen = await messages(timeline, Window("g", start_ms=start, end_ms=start + 500))
        assert len(seen) == (3 if start == 60_000 else 1 if start == 0 else 0), start


async def test_what_an_older_portico_wrote_is_read(tmp_path: Path) -> None:
    path = tmp_path / TIMELINE_FILE
    first = Timeline(path)
    await first.write_durably(batch("a", 1, 2))
    first._beside._db.execute("PRAGMA user_version=1")
    await first.close()
    second = Timeline(path)
    await second.write_durably(Batch("g", "a", 1, (quiet(3, 3),)))
    assert [text.split()[0] for text in await messages(second, Window("g"))] == [
        "a1",
        "a2",
        "START",
        "END",
        "REPORT",
    ]
    await second.close()


async def test_pages_go_on_where_the_last_one_ended(timeline: Timeline) -> None:
    for at in range(20):
        timeline.write(batch("a", *range(at * 3, at * 3 + 5)))
    for reverse in (False, True):
        whole = await messages(timeline, Window("g", reverse=reverse), 1000)
        assert len(whole) == 100
        seen: list[str] = []
        after: Position | None = None
        while True:
            page = await timeline.read(Window("g", after=after, reverse=reverse), limit=7, scan_max=10_000)
            seen += [e.message for e in page.events]
            if page.last is None:
                break
            after = page.last
        assert seen == whole


async def test_a_search_that_looks_at_enough_says_where_to_go_on(timeline: Timeline) -> None:
    timeline.write(batch("a", *range(100)))
    page = await timeline.read(Window("g"), limit=10, scan_max=50, wanted=lambda m: m == "a70")
    assert page.events == ()
    assert page.last is not None
    rest = await timeline.read(
        Window("g", after=page.last), limit=10, scan_max=60, wanted=lambda m: m == "a70"
    )
    assert [e.message for e in rest.events] == ["a70"]


async def test_spans_bytes_and_forgetting(timeline: Timeline) -> None:
    timeline.write(batch("a", 10, 30))
    timeline.write(batch("b", 20))
    assert await timeline.spans("g") == {"a": Span(10, 30, 1, 58), "b": Span(20, 20, 1, 29)}
    assert await timeline.stored_bytes("g") == 87
    await timeline.forget("g", before_ms=25)
    assert await messages(timeline, Window("g")) == ["a10", "a30"]
    await timeline.forget("g", "a")
    assert await messages(timeline, Window("g")) == []
    assert await timeline.stored_bytes("g") == 0


async def test_what_was_written_durably_is_there_after_opening_again(tmp_path: Path) -> None:
    first = Timeline(tmp_path / "logs.sqlite")
    await first.write_durably(batch("a", 10))
    second = Timeline(tmp_path / "logs.sqlite")
    assert await messages(second, Window("g")) == ["a10"]
    await second.close()
    await first.close()


@contextlib.contextmanager
def no_more_space(timeline: Timeline) -> Iterator[None]:
    """The timeline's file can't grow."""
    db = timeline._beside._db
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    before = db.execute("PRAGMA max_page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count={pages}")
    try:
        yield
    finally:
        db.execute(f"PRAGMA max_page_count={before}")


def large(at: int, size: int = 200_000) -> Batch:
    return Batch("g", "a", 1, ((at, "x" * size),))


@pytest.mark.parametrize(
    ("index", "condition", "values"),
    [
        ("by_group", "", ()),
        ("by_group", "AND stream >= ? AND stream < ?", ("a", "b")),
        ("by_group", "AND stream NOT IN (?)", ("a",)),
        ("by_stream", "AND stream = ?", ("a",)),
    ],
)
@pytest.mark.parametrize("reverse", [False, True])
def test_a_page_is_read_in_the_order_of_an_index(
    index: str, condition: str, values: tuple[str, ...], reverse: bool
) -> None:
    """Nothing is sorted: what is behind the page is not looked at."""
    db = open_for_writing(None, LAYOUT)
    plan = db.execute("EXPLAIN QUERY PLAN " + query(index, condition, reverse=reverse), ("g", 0, 9, *values))
    steps = [step[3] for step in plan]
    assert len(steps) == 1
    assert f"USING INDEX {index}{'_end' if reverse else ''} (grp=?" in steps[0]
    db.close()


async def test_the_end_of_a_big_stream_is_read_without_the_rest(timeline: Timeline) -> None:
    for at in range(100):
        await timeline.write_durably(batch("a", *range(at * 1000, at * 1000 + 1000)))
    rows = _rows(timeline._beside._read_db, Window("g", ("a",), reverse=True))
    page = await timeline.read(Window("g", ("a",), reverse=True), limit=3, scan_max=10)
    assert [event.at_ms for event in page.events] == [99_999, 99_998, 99_997]
    assert next(rows)[2] > next(rows)[2]  # newest row first, and read one by one
    page = await timeline.read(Window("g", ("a", "none"), start_ms=50_000), limit=2, scan_max=10)
    assert [event.at_ms for event in page.events] == [50_000, 50_001]


async def test_events_that_lie_far_apart_do_not_share_a_row(timeline: Timeline) -> None:
    day = 24 * 3600 * 1000
    await timeline.write_durably(batch("a", 0, 1, day // 2, day))
    await timeline.write_durably(batch("b", 5, day // 3))
    wanted = ["a0", "a1", "b5", f"b{day // 3}", f"a{day // 2}", f"a{day}"]
    assert await messages(timeline, Window("g")) == wanted
    assert await messages(timeline, Window("g", reverse=True)) == wanted[::-1]
    await timeline.forget("g", before_ms=day)
    assert await messages(timeline, Window("g")) == [f"a{day}"]
    assert await timeline.spans("g") == {"a": Span(day, day, 1, 26 + len(f"a{day}"))}


async def test_streams_by_prefix_and_without_some(timeline: Timeline) -> None:
    for stream in ("a:1", "a:2", "ab:1", "b:1"):
        timeline.write(batch(stream, 1))
    assert await messages(timeline, Window("g", prefix="a")) == ["a:11", "a:21", "ab:11"]
    assert await messages(timeline, Window("g", prefix="a", without=("a:1", "ab:1"))) == ["a:21"]


async def test_a_page_ends_where_its_bytes_do(timeline: Timeline) -> None:
    for at in range(5):
        await timeline.write_durably(large(at))
    page = await timeline.read(Window("g"), limit=9, scan_max=99, bytes_max=450_000)
    assert [event.at_ms for event in page.events] == [0, 1]
    page = await timeline.read(Window("g", after=page.last), limit=9, scan_max=99, bytes_max=1)
    assert [event.at_ms for event in page.events] == [2]


async def test_puts_that_come_together_are_all_there(timeline: Timeline) -> None:
    await asyncio.gather(*(timeline.write_durably(batch("a", at)) for at in range(100)))
    assert await messages(timeline, Window("g")) == [f"a{at}" for at in range(100)]


async def test_what_waits_is_bounded(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    timeline = Timeline(tmp_path / TIMELINE_FILE, waiting_bytes_max=1_000_000)
    with caplog.at_level(logging.ERROR):
        for at in range(20):
            timeline.write(large(at))
    assert timeline.dropped_total == 16
    assert len(caplog.records) == 1  # said once, not for each
    assert len((await timeline.read(Window("g"), limit=99, scan_max=99)).events) == 4
    timeline.write(large(99))
    assert len((await timeline.read(Window("g", start_ms=99), limit=99, scan_max=99)).events) == 1
    await timeline.close()


async def test_a_full_disk_drops_function_logs_refuses_puts_and_is_left_again(timeline: Timeline) -> None:
    await timeline.write_durably(batch("a", 1))
    with no_more_space(timeline):
        timeline.write(large(2))
        with pytest.raises(StoreFull):
            await timeline.write_durably(large(3))
        assert await messages(timeline, Window("g")) == ["a1"]
        assert timeline.dropped_total == 1
    timeline.write(large(4))
    await timeline.write_durably(large(5))
    page = await timeline.read(Window("g"), limit=9, scan_max=99)
    assert [event.at_ms for event in page.events] == [1, 4, 5]
    assert timeline._beside._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_reader_does_not_hold_up_writes(tmp_path: Path) -> None:
    timeline = Timeline(tmp_path / TIMELINE_FILE)
    await timeline.write_durably(batch("a", 1, 2, 3))
    loop = asyncio.get_running_loop()

    def wanted(message: str) -> bool:
        put = asyncio.run_coroutine_threadsafe(timeline.write_durably(batch("a", 9)), loop)
        put.result(timeout=30)  # in the middle of the reading, on the reader's thread
        return True

    page = await timeline.read(Window("g"), limit=1, scan_max=2, wanted=wanted)
    assert [event.at_ms for event in page.events] == [1]
    assert (await messages(timeline, Window("g")))[-1] == "a9"
    await timeline.close()


async def test_deleting_gives_the_space_back(tmp_path: Path) -> None:
    path = tmp_path / TIMELINE_FILE
    timeline = Timeline(path)
    for at in range(100):
        await timeline.write_durably(large(at))
    await timeline.write_durably(batch("b", 1, group="other"))
    await timeline.forget("g")
    await timeline.close()
    assert path.stat().st_size < 500_000


def moved_aside(directory: Path) -> Path:
    (found,) = directory.glob("logs.sqlite.damaged-*")
    return found


async def test_a_damaged_file_is_moved_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / TIMELINE_FILE
    path.write_bytes(b"this is no database, and never was one. " * 100)
    timeline = Timeline(path)
    await timeline.write_durably(batch("a", 1))
    assert await messages(timeline, Window("g")) == ["a1"]
    await timeline.close()
    aside = moved_aside(tmp_path)
    assert aside.read_bytes().startswith(b"this is no database")
    assert f"are damaged (file is not a database). They were moved to {aside}" in caplog.text


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / TIMELINE_FILE
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(StoreUnusable, match="format 99 of a newer Portico"):
        Timeline(path)


async def test_damage_that_shows_later_is_an_error_and_no_loss(tmp_path: Path) -> None:
    path = tmp_path / TIMELINE_FILE
    first = Timeline(path)
    for at in range(20):
        await first.write_durably(large(at))
    await first.close()
    with path.open("r+b") as file:
        file.seek(200_000)
        file.write(b"\xff" * 3_000_000)
    second = Timeline(path)
    with pytest.raises(StoreError):
        await second.read(Window("g"), limit=99, scan_max=99, bytes_max=1 << 40)
    second.write(batch("a", 1))  # neither waits nor fails
    with pytest.raises(StoreError, match="database failed"):
        await second.write_durably(batch("a", 1))
    await second.close()
    third = Timeline(path)
    await third.write_durably(batch("a", 1))
    assert await messages(third, Window("g")) == ["a1"]
    await third.close()
    assert moved_aside(tmp_path).stat().st_size > 3_000_000
    await Timeline(path).close()
    assert moved_aside(tmp_path).exists()  # moved once only
