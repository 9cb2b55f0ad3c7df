"""GetMetricStatistics."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cloudwatch import errors
from portico.services.cloudwatch.periods import Window, in_periods, is_period, window
from portico.services.cloudwatch.service import CloudWatch, reaching_metrics, series_of
from portico.services.cloudwatch.statistics import SIMPLE, Statistic, statistic
from portico.store.metrics import Kept, Stats

if TYPE_CHECKING:
    from portico.services.cloudwatch import shapes

DATAPOINTS_MAX = 1440


@operation()
async def get_metric_statistics(
    cw: CloudWatch, call: Call, request: "shapes.GetMetricStatisticsRequest"
) -> dict[str, Any]:
    """The statistics of one metric in periods, oldest first; a datapoint for each unit in which it was measured.

    Raises:
        InvalidParameterValue: a period or a statistic that there is not; a time that ends before it begins.
        InvalidParameterCombination: more than 1,440 datapoints are asked for; no statistics, or both kinds of them.
    """
    asked = _asked(request)
    wanted = _window(request, call.now)
    series = series_of(call, request)
    with reaching_metrics():
        await cw.sampling.freshen(series.namespace)
        kept = await cw.metrics.read(series, wanted.start, wanted.end, width_max=wanted.period)
    return {
        "Label": series.name,
        "Datapoints": [
            point
            for unit in _units(kept, request.get("Unit"))
            for point in _datapoints(kept, unit, wanted, asked)
        ],
    }


def _window(request: Mapping[str, Any], now: float) -> Window:
    start, end, period = request["StartTime"], request["EndTime"], request["Period"]
    if start == end:
        raise errors.invalid("The parameter StartTime must not equal parameter EndTime.")
    if start > end:
        raise errors.invalid("The parameter StartTime must be less than the parameter EndTime.")
    if not is_period(period):
        raise errors.invalid("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")
    wanted = window(start, end, period, now)
    if wanted.periods > DATAPOINTS_MAX:
        raise errors.combination(
            f"You have requested up to {wanted.periods} datapoints, which exceeds the limit of {DATAPOINTS_MAX}. "
            "You may reduce the datapoints requested by increasing Period, or decreasing the time range."
        )
    return wanted


def _asked(request: Mapping[str, Any]) -> dict[str, Statistic]:
    simple, extended = request.get("Statistics"), request.get("ExtendedStatistics")
    if not simple and not extended:
        raise errors.none_of(("Statistics", "ExtendedStatistics"))
    if simple and extended:
        raise errors.exclusive("Statistics", "ExtendedStatistics")
    found: dict[str, Statistic] = {}
    for text in simple or extended or ():
        known = statistic(text)
        if known is None or (extended and text in SIMPLE):
            raise errors.invalid(f"The value {text} for parameter ExtendedStatistics is not supported.")
        found[text] = known
    return found


def _units(kept: list[Kept], unit: str | None) -> list[str]:
    return [unit] if unit else sorted({point.unit for point in kept})


def _datapoints(
    kept: list[Kept], unit: str, wanted: Window, asked: Mapping[str, Statistic]
) -> Iterator[dict[str, Any]]:
    of_unit = (point for point in kept if point.unit == unit)
    for begin, stats in in_periods(of_unit, wanted).items():
        found = _computed(stats, asked)
        if found:
            yield {"Timestamp": float(begin), "Unit": unit, **found}


def _computed(stats: Stats, asked: Mapping[str, Statistic]) -> dict[str, Any]:
    numbers = {text: compute(stats) for text, compute in asked.items()}
    there = {text: number for text, number in numbers.items() if number is not None}
    extended = {text: number for text, number in there.items() if text not in SIMPLE}
    return {"ExtendedStatistics": extended} if extended else there
