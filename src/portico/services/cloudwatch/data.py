"""What a client puts: each datum checked, and made a point.

Source: CloudWatch API reference, PutMetricData, MetricDatum, Dimension, StatisticSet; messages as reported by users of AWS.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from portico.calls.call import Scope
from portico.services.cloudwatch import errors
from portico.store.metrics import Point, Series, Stats, of_each, of_set, of_values
from portico.store.metrics.values import Dimensions

DATA_MAX = 1000
VALUES_MAX = 150
_SIZES = [
    f"{scale}{unit}".capitalize()
    for scale in ("", "kilo", "mega", "giga", "tera")
    for unit in ("bytes", "bits")
]
UNITS = frozenset(
    ["Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None", *_SIZES]
    + [f"{size}/Second" for size in _SIZES]
)
_SIZE_MAX = 2.0**360
_PAST_S_MAX = 14 * 86_400
_AHEAD_S_MAX = 2 * 3600
_RESOLUTIONS = (1, 60)
_KINDS = ("Value", "StatisticValues", "Values")

Datum = Mapping[str, Any]


def checked(data: Sequence[Datum], parameter: str, now: float) -> None:
    """Refuse data of which one can't be used; `parameter` is where the request has them.

    Raises:
        AwsError: MissingParameter, InvalidParameterCombination or InvalidParameterValue.
    """
    wrong: list[str] = []
    for place, datum in enumerate(data, 1):
        name = f"{parameter}.member.{place}"
        _check_kind(datum, name)
        wrong += [message for check in _CHECKS for message in check(datum, name)]
        at = datum.get("Timestamp")
        if at is not None and at < now - _PAST_S_MAX:
            wrong.append(f"The parameter {name}.Timestamp must specify a time within the past two weeks.")
        if at is not None and at > now + _AHEAD_S_MAX:
            wrong.append(
                f"The parameter {name}.Timestamp must specify a time no more than two hours in the future."
            )
    if wrong:
        raise errors.invalid(*wrong)


def is_in_time(at: float, now: float) -> bool:
    """Whether CloudWatch takes what was measured then: within the past two weeks, at most two hours ahead."""
    return now - _PAST_S_MAX <= at <= now + _AHEAD_S_MAX


def is_size(number: float) -> bool:
    """Whether CloudWatch takes a number of this size."""
    return -_SIZE_MAX <= number <= _SIZE_MAX  # so that NaN is none of them


def is_name(text: object, most: int) -> TypeGuard[str]:
    """Whether something can be a name, or a dimension's value, of so many characters at most."""
    return (
        isinstance(text, str)
        and 0 < len(text) <= most
        and text.isascii()
        and text.isprintable()
        and bool(text.strip())
        and not text.startswith(":")
    )


def point_of(scope: Scope, namespace: str, datum: Datum, now: float) -> Point:
    """The point of a datum that was checked."""
    width = 1 if datum.get("StorageResolution") == 1 else 60
    at = math.floor(datum.get("Timestamp") or now)
    series = Series(scope.account, scope.region, namespace, datum["MetricName"], _dimensions(datum))
    return Point(series, at - at % width, datum.get("Unit") or "None", _stats(datum), width)


def _dimensions(datum: Datum) -> Dimensions:
    return tuple(sorted((each["Name"], each["Value"]) for each in datum.get("Dimensions") or ()))


def _stats(datum: Datum) -> Stats:
    if datum.get("Value") is not None:
        return of_each([datum["Value"]])
    told = datum.get("StatisticValues")
    if told is not None:
        return of_set(told["SampleCount"], told["Sum"], told["Minimum"], told["Maximum"])
    counted: dict[float, float] = {}
    for value, times in zip(
        datum["Values"], datum.get("Counts") or [1.0] * len(datum["Values"]), strict=True
    ):
        counted[value] = counted.get(value, 0.0) + times
    return of_values(counted)


def _check_kind(datum: Datum, name: str) -> None:
    given = [kind for kind in _KINDS if datum.get(kind) is not None]
    if not given:
        raise errors.none_of(f"{name}.{kind}" for kind in _KINDS)
    if len(given) > 1:
        raise errors.exclusive(f"{name}.{given[0]}", f"{name}.{given[1]}")
    values, counts = datum.get("Values"), datum.get("Counts")
    if counts is not None and len(counts) != len(values or ()):
        raise errors.combination(f"The parameters {name}.Values and {name}.Counts must be of the same size.")


def _check_numbers(datum: Datum, name: str) -> Iterator[str]:
    numbers = {f"{name}.Value": datum.get("Value")}
    numbers |= {
        f"{name}.StatisticValues.{key}": each for key, each in (datum.get("StatisticValues") or {}).items()
    }
    for kind in ("Values", "Counts"):
        numbers |= {f"{name}.{kind}.member.{at}": each for at, each in enumerate(datum.get(kind) or (), 1)}
    for parameter, number in numbers.items():
        if number is not None and not is_size(number):
            yield f"The value {_text(number)} for parameter {parameter} is invalid."
        elif number is not None and ".Counts" in parameter and number <= 0:
            yield f"The value {_text(number)} for parameter {parameter} must be greater than 0."


def _check_set(datum: Datum, name: str) -> Iterator[str]:
    told = datum.get("StatisticValues")
    if told is None:
        return
    if not told["SampleCount"] > 0:
        yield f"The value {_text(told['SampleCount'])} for parameter {name}.StatisticValues.SampleCount must be greater than 0."
    if told["Minimum"] > told["Maximum"]:
        yield (
            f"The parameter {name}.StatisticValues.Maximum must be greater than or equal to "
            f"{name}.StatisticValues.Minimum."
        )


def _check_sizes(datum: Datum, name: str) -> Iterator[str]:
    values = datum.get("Values")
    if values is not None and not values:
        yield f"The parameter {name}.Values must not be empty."
    if len(values or ()) > VALUES_MAX:
        yield f"The collection {name}.Values must not have a size greater than {VALUES_MAX}."
    resolution = datum.get("StorageResolution")
    if resolution is not None and resolution not in _RESOLUTIONS:
        yield f"The value {resolution} for parameter {name}.StorageResolution is invalid."


def _check_names(datum: Datum, name: str) -> Iterator[str]:
    texts = {f"{name}.MetricName": datum["MetricName"]}
    dimensions = datum.get("Dimensions") or ()
    for place, each in enumerate(dimensions, 1):
        texts[f"{name}.Dimensions.member.{place}.Name"] = each["Name"]
        texts[f"{name}.Dimensions.member.{place}.Value"] = each["Value"]
        if each["Name"].startswith(":"):
            yield f"The parameter {name}.Dimensions.member.{place}.Name must not start with a colon."
    for parameter, text in texts.items():
        if not text.isascii():
            yield f"The value for parameter {parameter} contains non-ASCII characters."
        elif not text.isprintable():
            yield f"The value for parameter {parameter} contains control characters."
        elif not text.strip():
            yield f"The parameter {parameter} must contain at least one non-whitespace character."
    if len({each["Name"] for each in dimensions}) < len(dimensions):
        yield f"The parameter {name}.Dimensions must not have the same name twice."


_CHECKS = (_check_numbers, _check_set, _check_sizes, _check_names)


def _text(number: float) -> str:
    return "NaN" if number != number else f"{number:g}"  # noqa: PLR0124  # the one number that is not itself
