"""store.timeline: log events, written in batches, read back by time."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from portico.store.timeline import Batch, Position, Span, Timeline, Window


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
