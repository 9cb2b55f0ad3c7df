"""Pages of GetMetricData: so many datapoints on each, and the tokens between them."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from portico.services.cloudwatch import errors

_ASKED = ("MetricDataQueries", "StartTime", "EndTime", "ScanBy", "MaxDatapoints")


class Result(msgspec.Struct, frozen=True):
    """One result: its query's id, its label, and its points in order of time."""

    id: str
    label: str
    points: Sequence[tuple[int, float]]
    forbidden: bool = False


def page_of(request: Mapping[str, Any], results: Sequence[Result], most: int) -> dict[str, Any]:
    """The page that the request's token asks for, with at most so many datapoints. A result is on the pages that have points of
    it; one without any is on the first.

    Raises:
        AwsError: InvalidNextToken.
    """
    asked = msgspec.json.encode([request.get(name) for name in _ASKED])
    mark = hashlib.sha256(asked).hexdigest()[:16]
    first = _position(request.get("NextToken"), mark)
    newest_first = request.get("ScanBy") != "TimestampAscending"
    shown, at = [], 0
    for result in results:
        points = result.points[::-1] if newest_first else result.points
        start, end = max(first - at, 0), min(first + most - at, len(points))
        at += len(points)
        if (points and start < end) or (not points and not first):
            shown.append(_shown(result, points[start:end], complete=end >= len(points) or not points))
    answer: dict[str, Any] = {"MetricDataResults": shown, "Messages": []}
    if at > first + most:
        answer["NextToken"] = base64.b64encode(f"{mark}:{first + most}".encode()).decode()
    return answer


def _shown(result: Result, points: Sequence[tuple[int, float]], *, complete: bool) -> dict[str, Any]:
    status = "Forbidden" if result.forbidden else "Complete" if complete else "PartialData"
    return {
        "Id": result.id,
        "Label": result.label,
        "Timestamps": [float(at) for at, _ in points],
        "Values": [value for _, value in points],
        "StatusCode": status,
    }


def _position(token: str | None, mark: str) -> int:
    if not token:
        return 0
    try:
        found, _, number = base64.b64decode(token, validate=True).decode("ascii").partition(":")
    except ValueError:
        raise errors.bad_data_token() from None
    if found != mark or not number.isdecimal() or len(number) > 15:
        raise errors.bad_data_token()
    return int(number)
