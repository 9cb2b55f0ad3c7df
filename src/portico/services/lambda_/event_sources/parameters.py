"""The parameters of a mapping: which it may have, and what they become in its record.

Source: API reference, CreateEventSourceMapping; recorded answers. Where AWS's words are not known, they are like those that are.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.services.lambda_ import errors
from portico.services.lambda_.event_sources import filters
from portico.services.lambda_.event_sources.records import EventSourceMapping, Pollers
from portico.services.lambda_.event_sources.source import Kind

_UNAVAILABLE = ("KMSKeyArn",)
_POLLERS_LEAST, _POLLERS_LEAST_MAX, _POLLERS_MOST, _POLLERS_MOST_MAX = 2, 200, 200, 10_000


def applied(before: EventSourceMapping, request: Mapping[str, Any], kind: Kind) -> EventSourceMapping:
    """The mapping with what the request says; what it does not say stays.

    Raises:
        InvalidParameterValueException: a parameter can't be, or not for this kind of source.
    """
    for member in _UNAVAILABLE:
        if request.get(member):
            raise errors.unavailable(member)
    for member in sorted(kind.refused):
        if request.get(member) is not None:
            raise errors.invalid(f"Unsupported {member} parameter for given event source mapping type.")
    changes: dict[str, Any] = {}
    for member, read in _READ.items():
        if request.get(member) is not None:
            changes |= read(request[member])
    after = msgspec.structs.replace(before, **changes)
    if after.concurrency_max is not None and after.pollers is not None:
        raise errors.invalid(
            "MaximumConcurrency of ScalingConfig and ProvisionedPollerConfig can't both be set for an event source mapping."
        )
    kind.check(after, dict(request))
    return after


def _filters(criteria: Mapping[str, Any]) -> dict[str, Any]:
    given = criteria.get("Filters") or []
    if len(given) > filters.FILTERS_MAX:
        raise errors.invalid(
            f"Number of filters exceeds the limit: {len(given)} are given, {filters.FILTERS_MAX} are allowed."
        )
    patterns = tuple(each.get("Pattern") or "" for each in given)
    try:
        filters.compiled(patterns)
    except filters.BadFilter as error:
        raise errors.invalid("Invalid filter pattern definition.") from error
    return {"filters": patterns}


def _scaling(config: Mapping[str, Any]) -> dict[str, Any]:
    return {"concurrency_max": config.get("MaximumConcurrency")}


def _pollers(config: Mapping[str, Any]) -> dict[str, Any]:
    if not config:
        return {"pollers": None}
    if config.get("PollerGroupName"):
        raise errors.invalid("Unsupported PollerGroupName parameter for given event source mapping type.")
    least = config.get("MinimumPollers") or _POLLERS_LEAST
    most = config.get("MaximumPollers") or max(_POLLERS_MOST, least)
    if not _POLLERS_LEAST <= least <= _POLLERS_LEAST_MAX:
        raise errors.invalid(f"MinimumPollers must be from {_POLLERS_LEAST} to {_POLLERS_LEAST_MAX}.")
    if not _POLLERS_LEAST <= most <= _POLLERS_MOST_MAX:
        raise errors.invalid(f"MaximumPollers must be from {_POLLERS_LEAST} to {_POLLERS_MOST_MAX}.")
    if most < least:
        raise errors.invalid("MaximumPollers must not be less than MinimumPollers.")
    return {"pollers": Pollers(least, most)}


def _metrics(config: Mapping[str, Any]) -> dict[str, Any]:
    return {"metrics": tuple(config.get("Metrics") or ()) or None}


_READ = {
    "BatchSize": lambda value: {"batch_size": value},
    "MaximumBatchingWindowInSeconds": lambda value: {"window_s": value},
    "FunctionResponseTypes": lambda value: {"reports_failures": bool(value)},
    "Enabled": lambda value: {"wanted": value},
    "FilterCriteria": _filters,
    "ScalingConfig": _scaling,
    "ProvisionedPollerConfig": _pollers,
    "MetricsConfig": _metrics,
}
