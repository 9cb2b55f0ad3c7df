"""Points as rows. Each step is one statement for all of a batch, whose rows are one JSON parameter: a statement for each row would
give up the interpreter's lock as often.

The statistics are one JSON text, made and merged here: SQLite would round the numbers.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from portico.store.beside import Layout, Writing
from portico.store.metrics.values import Dimensions, Kept, Point, Series, Stats, merged

LAYOUT = Layout(
    holds="metrics",
    format=1,
    probe="SELECT MAX(id) FROM series",
    schema="""
CREATE TABLE IF NOT EXISTS series (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL, region TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
    dimensions TEXT NOT NULL,
    last INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS by_name ON series (account, region, namespace, name, dimensions);
CREATE TABLE IF NOT EXISTS points (
    series INTEGER NOT NULL, at INTEGER NOT NULL, width INTEGER NOT NULL, unit TEXT NOT NULL,
    stats TEXT NOT NULL,
    PRIMARY KEY (series, at, width, unit)
) WITHOUT ROWID;
""",
)

_SERIES = "account = ? AND region = ? AND namespace = ? AND name = ? AND dimensions = ?"
_dimensions = msgspec.json.Decoder(Dimensions).decode
_stats = msgspec.json.Decoder(Stats).decode

_NUMBERS_MAX = 50_000

_Place = tuple[int, int, int, str]


class Matching(msgspec.Struct, frozen=True, gc=False):
    """Which series to list: those of an account in a region, measured at `since` (seconds since the epoch) or later; of any namespace
    or name where these are empty."""

    account: str
    region: str
    since: int
    namespace: str = ""
    name: str = ""


class Numbers:
    """The numbers of series, and when each was measured last, for the one thread that writes: what is written again and again need
    not be looked up each time."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[Series, tuple[int, int]] = {}

    def of(self, db: sqlite3.Connection, last: dict[Series, int]) -> dict[Series, int]:
        """The number of each series, which is made if there is none; `last` is when each was measured last."""
        kept = self._kept
        new = {series: at for series, at in last.items() if series not in kept or kept[series][1] < at}
        if new:
            if len(kept) + len(new) > _NUMBERS_MAX:
                kept.clear()
                new = last
            kept |= {series: (number, new[series]) for series, number in _ids(db, new).items()}
        return {series: kept[series][0] for series in last}

    def forget(self) -> None:
        """Series are gone, or what was written of them was undone."""
        self._kept.clear()


def put(db: sqlite3.Connection, points: Iterable[Point], numbers: Numbers, *, durable: bool) -> None:
    """Write points, all or none, each merged with what is there for its series and interval; `durable` ones are on disk when this
    returns.

    Raises:
        sqlite3.Error: nothing was written.
    """
    gathered: dict[Series, dict[tuple[int, int, str], list[Stats]]] = {}
    for point in points:
        of_series = gathered.setdefault(point.series, {})
        of_series.setdefault((point.at, point.width, point.unit), []).append(point.stats)
    if not gathered:
        return
    db.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    try:
        with Writing(db):
            ids = numbers.of(db, {series: max(at for at, _, _ in held) for series, held in gathered.items()})
            _merge_into(
                db,
                {
                    (ids[series], *place): held
                    for series, by in gathered.items()
                    for place, held in by.items()
                },
            )
    except sqlite3.Error:
        numbers.forget()
        raise


def _ids(db: sqlite3.Connection, last: dict[Series, int]) -> dict[Series, int]:
    """The number of each series, which is made if there is none; `last` is when each was measured last."""
    given = json.dumps([[*_columns(series), at] for series, at in last.items()])
    columns = ", ".join(f"j.value ->> {place}" for place in range(6))
    numbers = db.execute(
        "INSERT INTO series (account, region, namespace, name, dimensions, last) "  # noqa: S608  # words of ours
        f"SELECT {columns} FROM json_each(?) j WHERE TRUE "
        "ON CONFLICT (account, region, namespace, name, dimensions) DO UPDATE SET last = MAX(last, excluded.last) "
        "RETURNING id, account, region, namespace, name, dimensions",
        (given,),
    )
    return {_series(row[1:]): row[0] for row in numbers}


def _merge_into(db: sqlite3.Connection, rows: dict[_Place, list[Stats]]) -> None:
    places = json.dumps(list(rows))
    there = db.execute(
        "SELECT p.series, p.at, p.width, p.unit, p.stats FROM json_each(?) j CROSS JOIN points p "
        "ON p.series = j.value ->> 0 AND p.at = j.value ->> 1 AND p.width = j.value ->> 2 AND p.unit = j.value ->> 3",
        (places,),
    )
    for *place, stats in there.fetchall():
        rows[tuple(place)].append(_stats(stats))
    _replace(db, rows)


def _replace(db: sqlite3.Connection, rows: dict[_Place, list[Stats]]) -> None:
    written = [(*place, msgspec.json.encode(merged(held)).decode()) for place, held in rows.items()]
    columns = ", ".join(f"value ->> {place}" for place in range(5))
    db.execute(
        f"INSERT OR REPLACE INTO points SELECT {columns} FROM json_each(?)",  # noqa: S608  # words of ours
        (json.dumps(written),),
    )


def read(db: sqlite3.Connection, series: Series, start: int, end: int, width_max: int) -> list[Kept]:
    """The points of a series from `start` to before `end` (seconds since the epoch) in intervals of at most `width_max` seconds, in
    order."""
    found = db.execute(
        f"SELECT p.at, p.width, p.unit, p.stats FROM series s JOIN points p ON p.series = s.id "  # noqa: S608  # words of ours
        f"WHERE {_SERIES} AND p.at >= ? AND p.at < ? AND p.width <= ? ORDER BY p.at",
        (*_columns(series), start, end, width_max),
    )
    return [Kept(at, width, unit, _stats(stats)) for at, width, unit, stats in found]


def listed(db: sqlite3.Connection, matching: Matching, after: int, limit: int) -> list[tuple[int, Series]]:
    """Up to `limit` of the series that match, those behind number `after`, with their numbers, in order of these."""
    where, values = "account = ? AND region = ? AND last >= ? AND id > ?", []
    for column, wanted in (("namespace", matching.namespace), ("name", matching.name)):
        if wanted:
            where += f" AND {column} = ?"
            values.append(wanted)
    found = db.execute(
        "SELECT id, account, region, namespace, name, dimensions FROM series "  # noqa: S608  # words of ours
        f"WHERE {where} ORDER BY id LIMIT ?",
        (matching.account, matching.region, matching.since, after, *values, limit),
    )
    return [(row[0], _series(row[1:])) for row in found]


def erase(db: sqlite3.Connection, numbers: Numbers) -> None:
    """Forget everything."""
    numbers.forget()
    with Writing(db):
        db.execute("DELETE FROM points")
        db.execute("DELETE FROM series")


def roll_up(
    db: sqlite3.Connection, numbers: Numbers, after: int, tiers: Sequence[tuple[int, int]]
) -> int | None:
    """Make the points of the next series behind number `after` coarser: those from before a tier's time into intervals of its width
    (0: they are deleted). The series' number, or None when there is no other. One without points is forgotten.
    """
    row = db.execute("SELECT id FROM series WHERE id > ? ORDER BY id LIMIT 1", (after,)).fetchone()
    if row is None:
        return None
    number: int = row[0]
    with Writing(db):
        for before, width in tiers:
            _coarsen(db, number, before, width)
        gone = db.execute(
            "DELETE FROM series WHERE id = ? AND NOT EXISTS (SELECT 1 FROM points WHERE series = id)",
            (number,),
        )
    if gone.rowcount:
        numbers.forget()
    return number


def _coarsen(db: sqlite3.Connection, number: int, before: int, width: int) -> None:
    where = "series = ? AND at < ?"
    if not width:
        where = f"{where} AND at + width <= ?"  # those of which all is older
        db.execute(f"DELETE FROM points WHERE {where}", (number, before, before))  # noqa: S608  # words of ours
        return
    where, values = f"{where} AND width < ?", (number, before - before % width, width)
    found = db.execute(f"SELECT at, unit, stats FROM points WHERE {where}", values).fetchall()  # noqa: S608  # words of ours
    if not found:
        return
    db.execute(f"DELETE FROM points WHERE {where}", values)  # noqa: S608  # words of ours
    rows: dict[_Place, list[Stats]] = {}
    for at, unit, stats in found:
        rows.setdefault((number, at - at % width, width, unit), []).append(_stats(stats))
    _merge_into(db, rows)


def _columns(series: Series) -> tuple[str, str, str, str, str]:
    dimensions = msgspec.json.encode(series.dimensions).decode()
    return series.account, series.region, series.namespace, series.name, dimensions


def _series(row: Sequence[Any]) -> Series:
    return Series(row[0], row[1], row[2], row[3], _dimensions(row[4]))
