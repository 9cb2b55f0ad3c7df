"""ListMetrics."""

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cloudwatch import errors
from portico.services.cloudwatch.periods import DAY_S
from portico.services.cloudwatch.service import CloudWatch, reaching_metrics, shown
from portico.store.metrics import Matching, Series

if TYPE_CHECKING:
    from portico.services.cloudwatch import shapes

PAGE_MAX = 500
_LOOKED_AT_MAX = 5000
_KEPT_S = 14 * DAY_S
_RECENT_S = 3 * 3600


@operation()
async def list_metrics(cw: CloudWatch, call: Call, request: "shapes.ListMetricsRequest") -> dict[str, Any]:
    """The caller's metrics that were measured within two weeks (`RecentlyActive`: three hours), 500 a page. A page may have fewer
    though there are more.

    Raises:
        InvalidParameterValue: a token that was never given out.
    """
    namespace = request.get("Namespace") or ""
    since = int(call.now) - _RECENT_S if request.get("RecentlyActive") else active_since(call.now)
    matching = Matching(
        call.scope.account, call.scope.region, since, namespace, request.get("MetricName") or ""
    )
    if request.get("OwningAccount") not in (None, call.scope.account):
        return {"Metrics": []}
    after = _position(request.get("NextToken"))
    with reaching_metrics():
        await cw.sampling.freshen(namespace)
        found = await cw.metrics.listed(matching, after=after, limit=_LOOKED_AT_MAX)
    wanted = request.get("Dimensions") or ()
    metrics: list[dict[str, Any]] = []
    for number, series in found:
        if len(metrics) == PAGE_MAX:
            return _page(call, request, metrics, after)
        after = number
        if _matches(series, wanted):
            metrics.append(shown(series))
    return _page(call, request, metrics, after if len(found) == _LOOKED_AT_MAX else None)


def active_since(now: float) -> int:
    """Metrics that were last measured before this time (seconds since the epoch) are not found any more."""
    return int(now) - _KEPT_S


def _page(
    call: Call, request: Mapping[str, Any], metrics: list[dict[str, Any]], after: int | None
) -> dict[str, Any]:
    answer: dict[str, Any] = {"Metrics": metrics}
    if request.get("IncludeLinkedAccounts"):
        answer["OwningAccounts"] = [call.scope.account] * len(metrics)
    if after is not None:
        answer["NextToken"] = base64.b64encode(f"metrics:{after}".encode()).decode()
    return answer


def _matches(series: Series, wanted: Sequence[Mapping[str, Any]]) -> bool:
    dimensions = dict(series.dimensions)
    return all(
        each["Name"] in dimensions and each.get("Value") in (None, dimensions[each["Name"]])
        for each in wanted
    )


def _position(token: str | None) -> int:
    if not token:
        return 0
    try:
        kind, _, number = base64.b64decode(token, validate=True).decode("ascii").partition(":")
        if kind == "metrics" and number.isdecimal() and len(number) < 19:  # what SQLite can hold
            return int(number)
    except ValueError:
        pass
    raise errors.bad_token()
