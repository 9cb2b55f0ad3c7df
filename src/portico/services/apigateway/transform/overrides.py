"""`$context.requestOverride` and `$context.responseOverride`: what a template says itself of parameters, headers and the status."""

from collections.abc import Iterable, Mapping
from typing import Any

from portico.doors.vtl.values import Failed, text
from portico.services.apigateway.transform.context import at


class Overrides(dict[str, Any]):
    """Names that a template may set once each: AWS answers 5XX to those that are set twice."""

    def __init__(self, before: Mapping[str, Any]) -> None:
        super().__init__(before)
        self._set: set[str] = set()

    def __setitem__(self, name: str, value: Any) -> None:
        if name in self._set:
            raise Failed(f"the override of {name} is set twice")
        self._set.add(name)
        super().__setitem__(name, value)

    @classmethod
    def tree(cls, before: object, places: Iterable[str]) -> "Overrides":
        """Overrides with a level for each of `places`, and what has been set in `before`."""
        given = before if isinstance(before, Mapping) else {}
        levels = {place: cls(given.get(place) or {}) for place in places}
        return cls({**given, **levels})


def overridden(context: Mapping[str, Any], side: str, place: str) -> dict[str, tuple[str, ...]]:
    """What a template has set in a place, as texts; a list has many values."""
    found = at(context, f"{side}.{place}")
    given = found if isinstance(found, Mapping) else {}
    return {name: _texts(value) for name, value in given.items() if value is not None}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(text(item) for item in value) if isinstance(value, list) else (text(value),)
