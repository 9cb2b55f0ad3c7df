"""GetMetricData: metrics and metric math, in pages."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import timezone
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cloudwatch import errors
from portico.services.cloudwatch.evaluate import (
    SERIES_MAX,
    Impossible,
    Known,
    Line,
    Value,
    Work,
    evaluate,
    lines,
)
from portico.services.cloudwatch.expressions import Node
from portico.services.cloudwatch.labels import Shown, label_of, plain_label, zone_of
from portico.services.cloudwatch.list_metrics import active_since
from portico.services.cloudwatch.math_functions import FUNCTIONS, constant
from portico.services.cloudwatch.pages import Result, page_of
from portico.services.cloudwatch.periods import Window, in_periods, window
from portico.services.cloudwatch.queries import Query, Searched, in_expression, queries_of
from portico.services.cloudwatch.service import CloudWatch, reaching_metrics, series_of
from portico.services.cloudwatch.statistics import statistic
from portico.store.metrics import Matching, Series

if TYPE_CHECKING:
    from portico.services.cloudwatch import shapes

DATAPOINTS_MAX = 100_800
WORK_MAX = 3_000_000
"""So many values may the expressions of one request be applied to."""
_LOOKED_AT_MAX = 20_000


@operation()
async def get_metric_data(
    cw: CloudWatch, call: Call, request: "shapes.GetMetricDataRequest"
) -> dict[str, Any]:
    """What up to 500 queries come to, newest first unless `ScanBy` says otherwise. A result that does not fit on the page any more
    is `PartialData`, and goes on on the next.

    Raises:
        ValidationError: a query that can't be carried out; a time that ends before it begins.
        InvalidNextToken: a token of another request.
    """
    queries = queries_of(request["MetricDataQueries"])
    zone = zone_of((request.get("LabelOptions") or {}).get("Timezone"))
    most = request.get("MaxDatapoints", DATAPOINTS_MAX)
    if request["StartTime"] >= request["EndTime"]:
        raise errors.refused("The parameter StartTime must be less than the parameter EndTime.")
    if zone is None:
        raise errors.refused("The parameter LabelOptions.Timezone must be of the form +0130 or -0600.")
    if not 1 <= most <= DATAPOINTS_MAX:
        raise errors.refused(f"The parameter MaxDatapoints must be between 1 and {DATAPOINTS_MAX}.")
    asking = _Asking(cw, call, request, zone)
    with reaching_metrics():
        read = await asking.read(queries)
    # Expressions over many series take long, and others have to be answered meanwhile.
    results = await asyncio.to_thread(asking.computed, queries, read)
    shown = [result for query in request["MetricDataQueries"] for result in results[query["Id"]]]
    return page_of(request, shown, most)


class _Read(msgspec.Struct, frozen=True):
    """What was measured, before anything is made of it: of each metric by the query's id, of what searches have found by their
    place."""

    metrics: dict[str, Line]
    found: dict[Node, list[Line]]
    forbidden: set[str]


class _Asking:
    """One request, being answered."""

    def __init__(self, cw: CloudWatch, call: Call, request: Mapping[str, Any], zone: timezone) -> None:
        self._cw = cw
        self._call = call
        self._request = request
        self._zone = zone
        self._fresh: set[str] = set()
        stats = [stat for each in request["MetricDataQueries"] if (stat := each.get("MetricStat"))]
        self._series = [series_of(call, stat["Metric"]) for stat in stats]
        self._period = min((stat["Period"] for stat in stats), default=60)

    def _window(self, period: int) -> Window:
        return window(self._request["StartTime"], self._request["EndTime"], period, self._call.now)

    async def read(self, queries: Sequence[Query]) -> _Read:
        """Read all that the queries are about."""
        read = _Read({}, {}, set())
        for query in queries:
            stat = query.given.get("MetricStat")
            if query.given.get("AccountId") not in (None, self._call.scope.account):
                read.forbidden.add(query.id)
                read.metrics[query.id] = Line({}, self._window(60))
            elif stat is not None:
                series = series_of(self._call, stat["Metric"])
                read.metrics[query.id] = await self._points(
                    series, stat["Stat"], stat["Period"], stat.get("Unit")
                )
            for node, searched in query.searches:
                read.found[node] = await self._search(searched)
        return read

    async def _points(self, series: Series, stat: str, period: int, unit: str | None) -> Line:
        wanted, compute = self._window(period), statistic(stat)
        await self._freshen(series.namespace)
        kept = await self._cw.metrics.read(series, wanted.start, wanted.end, width_max=period)
        of_unit = (point for point in kept if unit is None or point.unit == unit)
        values: dict[int, float] = {}
        for begin, stats in in_periods(of_unit, wanted).items():
            value = None if compute is None else compute(stats)
            if value is not None:
                values[begin] = value
        return Line(values, wanted, series.name)

    async def _freshen(self, namespace: str) -> None:
        """Have what is told in a namespace ready to be read, once for the request."""
        if namespace not in self._fresh:
            self._fresh.add(namespace)
            await self._cw.sampling.freshen(namespace)

    async def _search(self, searched: Searched) -> list[Line]:
        scope, search = self._call.scope, searched.search
        await self._freshen(search.namespace)
        matching = Matching(scope.account, scope.region, active_since(self._call.now), search.namespace)
        listed = await self._cw.metrics.listed(matching, after=0, limit=_LOOKED_AT_MAX)
        found = [series for _, series in listed if search.holds(series)][:SERIES_MAX]
        result: list[Line] = []
        for series in found:
            line = await self._points(series, searched.statistic, searched.period, None)
            result.append(msgspec.structs.replace(line, label=plain_label(series, found)))
        return result

    def computed(self, queries: Sequence[Query], read: _Read) -> dict[str, list[Result]]:
        """The results of each query, by its id; none for those that are not to be shown.

        Raises:
            AwsError: ValidationError, an expression can't be carried out.
        """
        metrics = [query["Id"] for query in self._request["MetricDataQueries"] if query.get("MetricStat")]
        values: dict[str, Value] = dict(read.metrics)
        results: dict[str, list[Result]] = {}
        work = Work(WORK_MAX)
        for query in queries:
            period = query.given.get("Period") or self._period
            known = Known(values, metrics, read.found, self._window(period), work)
            if query.tree is not None and query.id not in read.forbidden:
                values[query.id] = _carried_out(query, query.tree, known)
            results[query.id] = list(self._shown(query, values[query.id], read)) if query.is_shown else []
        return results

    def _shown(self, query: Query, value: Value, read: _Read) -> Iterator[Result]:
        stat = query.given.get("MetricStat")
        several = isinstance(value, list)
        for line in lines([value]):
            label = line.label if several and line.label else query.id
            series = None
            if stat is not None:
                series = series_of(self._call, stat["Metric"])
                label = plain_label(series, self._series)
            points = sorted(line.values.items())
            about = Shown(label, points, series, (stat or {}).get("Stat", ""), line.window.period)
            template = query.given.get("Label")
            text = label if template is None else label_of(template, about, self._zone)
            yield Result(query.id, text, points, forbidden=query.id in read.forbidden)


def _carried_out(query: Query, tree: Node, known: Known) -> Value:
    try:
        value = evaluate(tree, known, FUNCTIONS)
        if isinstance(value, str):
            raise Impossible(f"Unknown id '{value[:80]}'")
        return constant(value, known) if isinstance(value, float) else value
    except Impossible as error:
        raise in_expression(query.id, str(error)) from None
