"""Pages of operations, events and executions: `MaxItems` and `Marker`.

Source: API reference: 100 at once if nothing (or 0) is said, no more than 1,000.
"""

from collections.abc import Mapping
from typing import Any

from portico.services.lambda_.durable import refusals

DEFAULT = 100
_DIGITS_MAX = 9


def limit(request: Mapping[str, Any]) -> int:
    """How many are asked for."""
    return request.get("MaxItems") or DEFAULT


def number(request: Mapping[str, Any]) -> int:
    """The number that the request's marker says, 0 without one.

    Raises:
        InvalidParameterValueException: it is no number.
    """
    marker = request.get("Marker") or "0"
    if not (marker.isascii() and marker.isdigit() and len(marker) <= _DIGITS_MAX):
        raise refusals.invalid_marker()
    return int(marker)
