"""The functions of metric math, a row for each.

Source: CloudWatch User Guide, "Use metric math" (functions supported for metric math).
"""

import bisect
import itertools
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from portico.services.cloudwatch.evaluate import (
    Function,
    Impossible,
    Known,
    Line,
    Value,
    combined,
    each_value,
    lines,
    told,
)

FILLED_MAX = 100_800

_Change = Callable[[Sequence[tuple[int, float]]], Mapping[int, float]]


def _each(change: Callable[[float], float]) -> Function:
    return lambda known, arguments: each_value(change, _only(arguments))


def _only(arguments: Sequence[Value], count: int = 1) -> Value:
    if len(arguments) != count:
        raise Impossible(
            f"The function takes {count} argument{'s' if count > 1 else ''}, not {len(arguments)}"
        )
    return arguments[0]


def _over(compute: Callable[[Sequence[float]], float]) -> Function:
    """Of a series one number; of an array a series, with a value for each period in which any of them has one."""

    def apply(known: Known, arguments: Sequence[Value]) -> Value:
        value = _only(arguments)
        if isinstance(value, float):
            return value
        if isinstance(value, Line):
            return compute(list(value.values.values())) if value.values else math.nan
        return _across(compute, lines([value]), known)

    return apply


def _across(compute: Callable[[Sequence[float]], float], array: Sequence[Line], known: Known) -> Line:
    gathered: dict[int, list[float]] = {}
    for line in array:
        for at, value in line.values.items():
            gathered.setdefault(at, []).append(value)
    window = array[0].window if array else known.window
    return Line({at: compute(gathered[at]) for at in sorted(gathered)}, window)


def _along(change: _Change) -> Function:
    """Of a series another one; of an array one for each."""

    def apply(known: Known, arguments: Sequence[Value]) -> Value:
        value = _only(arguments)
        if isinstance(value, Line):
            return _changed(value, change)
        return [_changed(line, change) for line in lines([value])]

    return apply


def _changed(line: Line, change: _Change) -> Line:
    return msgspec.structs.replace(line, values=change(list(line.values.items())))


def _differences(points: Sequence[tuple[int, float]]) -> dict[int, float]:
    return {at: value - before for (_, before), (at, value) in itertools.pairwise(points)}


def _gaps(points: Sequence[tuple[int, float]]) -> dict[int, float]:
    return {at: float(at - before) for (before, _), (at, _) in itertools.pairwise(points)}


def _rates(points: Sequence[tuple[int, float]]) -> dict[int, float]:
    return {at: (value - old) / (at - before) for (before, old), (at, value) in itertools.pairwise(points)}


def _sums(points: Sequence[tuple[int, float]]) -> dict[int, float]:
    return dict(
        zip((at for at, _ in points), itertools.accumulate(value for _, value in points), strict=True)
    )


def _of_time(part: Callable[[time.struct_time], int]) -> Function:
    return _along(lambda points: {at: float(part(time.gmtime(at))) for at, _ in points})


def _periods(line: Line, known: Known) -> Iterable[int]:
    if line.window.periods > FILLED_MAX:
        raise Impossible("There are too many periods to be filled")
    known.work.spend(line.window.periods)
    return range(line.window.start, line.window.end, line.window.period)


def _fill(known: Known, arguments: Sequence[Value]) -> Value:
    _only(arguments, 2)
    value, way = arguments
    if isinstance(value, list):
        return [_filled(line, way, known) for line in value]
    (line,) = lines([value])
    return _filled(line, way, known)


def _filled(line: Line, way: Value, known: Known) -> Line:
    filled: dict[int, float] = {}
    there = sorted(line.values)
    for at in _periods(line, known):
        value = line.values.get(at)
        if value is None:
            value = _between(line, there, at, way)
        if value is not None:
            filled[at] = value
    return msgspec.structs.replace(line, values=filled)


def _between(line: Line, there: Sequence[int], at: int, way: Value) -> float | None:
    """The value for a period that has none."""
    if isinstance(way, float):
        return way if math.isfinite(way) else None
    if isinstance(way, Line):
        return way.values.get(at)
    if way not in ("REPEAT", "LINEAR"):
        raise Impossible("FILL takes a number, a time series, REPEAT or LINEAR")
    place = bisect.bisect_left(there, at)
    if place == 0:
        return None
    before = there[place - 1]
    if way == "REPEAT":
        return line.values[before]
    if place == len(there):
        return None
    after = there[place]
    low, high = line.values[before], line.values[after]
    return low + (high - low) * (at - before) / (after - before)


def _if(known: Known, arguments: Sequence[Value]) -> Value:
    if len(arguments) not in (2, 3):
        raise Impossible("IF takes a condition and one or two values")
    condition, so = arguments[0], arguments[1]
    other: Value = arguments[2] if len(arguments) > 2 else math.nan
    if isinstance(condition, float):
        return so if condition else other
    if not isinstance(condition, Line):
        raise Impossible(f"The condition of IF is a number or a time series, not {told(condition)}")
    chosen = {}
    for at, holds in condition.values.items():
        value = _at(so if holds else other, at)
        if value is not None and math.isfinite(value):
            chosen[at] = value
    return msgspec.structs.replace(condition, values=chosen)


def _at(value: Value, at: int) -> float | None:
    if isinstance(value, float):
        return value
    if isinstance(value, Line):
        return value.values.get(at)
    raise Impossible(f"IF takes numbers and time series, not {told(value)}")


def _metrics(known: Known, arguments: Sequence[Value]) -> Value:
    part = arguments[0] if arguments else ""
    if len(arguments) > 1 or not isinstance(part, str):
        raise Impossible("METRICS takes a part of an id, or nothing")
    return lines(known.values[name] for name in known.metrics if part in name)


def _period(known: Known, arguments: Sequence[Value]) -> Value:
    value = _only(arguments)
    if not isinstance(value, Line):
        raise Impossible("PERIOD takes a time series")
    return float(value.window.period)


def _time_series(known: Known, arguments: Sequence[Value]) -> Value:
    value = _only(arguments)
    if not isinstance(value, float):
        raise Impossible("TIME_SERIES takes a number")
    return constant(value, known)


def constant(value: float, known: Known) -> Line:
    """A series that always has this value.

    Raises:
        Impossible: there are too many periods.
    """
    empty = Line({}, known.window)
    if not math.isfinite(value):
        return empty
    return msgspec.structs.replace(empty, values=dict.fromkeys(_periods(empty, known), value))


def _remove_empty(known: Known, arguments: Sequence[Value]) -> Value:
    return [line for line in lines([_only(arguments)]) if line.values]


def _count(known: Known, arguments: Sequence[Value]) -> Value:
    value = _only(arguments)
    if isinstance(value, Line):
        return float(len(value.values))
    return [constant(float(len(line.values)), known) for line in lines([value])]


def _pick(place: int) -> Function:
    def apply(known: Known, arguments: Sequence[Value]) -> Value:
        array = lines([_only(arguments)])
        if not array:
            raise Impossible("The array is empty")
        return array[place]

    return apply


def _slice(known: Known, arguments: Sequence[Value]) -> Value:
    array, numbers = lines(arguments[:1]), arguments[1:]
    if not numbers or len(numbers) > 2 or not all(isinstance(each, float) for each in numbers):
        raise Impossible("SLICE takes an array, where it begins, and where it ends")
    places = [int(each) for each in numbers if isinstance(each, float) and math.isfinite(each)]
    return array[places[0] :] if len(places) == 1 else array[places[0] : places[1]]


def _sort(known: Known, arguments: Sequence[Value]) -> Value:
    if len(arguments) not in (3, 4):
        raise Impossible("SORT takes an array, a function, ASC or DESC, and how many")
    array, by, order = lines(arguments[:1]), arguments[1], arguments[2]
    compute = _SORTED_BY.get(by) if isinstance(by, str) else None
    limit = arguments[3] if len(arguments) > 3 else float(len(array))
    if compute is None or order not in ("ASC", "DESC") or not isinstance(limit, float):
        raise Impossible("SORT takes AVG, MIN, MAX or SUM, ASC or DESC, and how many")
    there = [line for line in array if line.values]
    there.sort(key=lambda line: compute(list(line.values.values())), reverse=order == "DESC")
    return there[: max(int(limit), 0)]


def _logarithm(known: Known, arguments: Sequence[Value]) -> Value:
    if len(arguments) == 2:  # its base
        return combined(math.log, arguments[0], arguments[1])
    return each_value(math.log, _only(arguments))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _deviation(values: Sequence[float]) -> float:
    mean = _mean(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))


_SORTED_BY: dict[str, Callable[[Sequence[float]], float]] = {
    "AVG": _mean,
    "MIN": min,
    "MAX": max,
    "SUM": math.fsum,
}

FUNCTIONS: dict[str, Function] = {
    "ABS": _each(abs),
    "AVG": _over(_mean),
    "CEIL": _each(math.ceil),
    "DATAPOINT_COUNT": _count,
    "DATE": _of_time(lambda at: at.tm_mday),
    "DAY": _of_time(lambda at: at.tm_wday + 1),
    "DIFF": _along(_differences),
    "DIFF_TIME": _along(_gaps),
    "EPOCH": _along(lambda points: {at: float(at) for at, _ in points}),
    "FILL": _fill,
    "FIRST": _pick(0),
    "FLOOR": _each(math.floor),
    "HOUR": _of_time(lambda at: at.tm_hour),
    "IF": _if,
    "LAST": _pick(-1),
    "LOG": _logarithm,
    "LOG10": _each(math.log10),
    "MAX": _over(max),
    "METRICS": _metrics,
    "MIN": _over(min),
    "MINUTE": _of_time(lambda at: at.tm_min),
    "MONTH": _of_time(lambda at: at.tm_mon),
    "PERIOD": _period,
    "RATE": _along(_rates),
    "REMOVE_EMPTY": _remove_empty,
    "RUNNING_SUM": _along(_sums),
    "SLICE": _slice,
    "SORT": _sort,
    "STDDEV": _over(_deviation),
    "SUM": _over(math.fsum),
    "TIME_SERIES": _time_series,
    "YEAR": _of_time(lambda at: at.tm_year),
}
"""Every function but SEARCH, which is carried out before (`search.py`)."""
