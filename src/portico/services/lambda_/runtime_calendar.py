"""The days from which AWS creates no more functions of a runtime, and from which it no longer updates those that there are.

Those that are running go on. Runtimes that AWS has withdrawn already are in `runtimes.py`; a day that AWS has not settled is not here.
Source: Developer Guide, "Lambda runtimes" (deprecation dates), as of November 2026.
"""

from datetime import UTC, date, datetime
from enum import IntEnum

from portico.services.lambda_ import errors


class Change(IntEnum):
    """What a function of the runtime is asked for."""

    CREATE = 0
    UPDATE = 1


_SUMMER_2029 = (date(2029, 7, 31), date(2029, 8, 31))
_EARLY_2027 = (date(2027, 2, 1), date(2027, 3, 3))
_BLOCKED_FROM = {
    "provided.al2": _EARLY_2027,
    "dotnet6": _EARLY_2027,
    "dotnet8": _EARLY_2027,
    "nodejs22.x": (date(2027, 6, 1), date(2027, 7, 1)),
    "nodejs24.x": (date(2028, 6, 1), date(2028, 7, 1)),
    "dotnet10": (date(2028, 12, 14), date(2029, 1, 15)),
    "python3.13": _SUMMER_2029,
    "python3.14": _SUMMER_2029,
    "java25": _SUMMER_2029,
    "provided.al2023": _SUMMER_2029,
}


def require_open(runtime: str, change: Change, wall_s: float) -> None:
    """Refuse what AWS no longer does with a runtime.

    `wall_s` is the machine's own time, as the calendar is AWS's: a clock that a developer moves ahead withdraws nothing.

    Raises:
        InvalidParameterValueException: from the day on.
    """
    days = _BLOCKED_FROM.get(runtime)
    if days is not None and datetime.fromtimestamp(wall_s, UTC).date() >= days[change]:
        raise errors.withdrawn_runtime(runtime)
