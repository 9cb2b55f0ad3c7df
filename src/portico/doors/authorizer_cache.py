"""What authorizers have answered, remembered by the values that they were asked about.

A scope is what may be forgotten at once: an API's stage. Within one, a key names the authorizer, the deployment that it belongs to and the
values of the identity sources, so that an answer is never shown to another authorizer, stage or caller. Times are on the `now` clock.
"""

from typing import Generic, TypeVar

T = TypeVar("T")

Scope = tuple[str, str]
Key = tuple[str, ...]

_EACH_MAX = 10_000
_SCOPES_MAX = 5_000


class AuthorizerCache(Generic[T]):
    """Answers by scope and key; the oldest of a scope go first when there are too many."""

    __slots__ = ("_each_max", "_scopes")

    def __init__(self, each_max: int = _EACH_MAX) -> None:
        self._each_max = each_max
        self._scopes: dict[Scope, dict[Key, tuple[float, T]]] = {}

    def get(self, scope: Scope, key: Key, at: float) -> T | None:
        """What is remembered and still holds at `at`."""
        held = self._scopes.get(scope)
        found = None if held is None else held.get(key)
        if held is None or found is None:
            return None
        if at >= found[0]:
            del held[key]
            return None
        return found[1]

    def put(self, scope: Scope, key: Key, answer: T, until: float) -> None:
        """Remember an answer until `until`."""
        held = self._scopes.get(scope)
        if held is None:
            if len(self._scopes) >= _SCOPES_MAX:
                del self._scopes[next(iter(self._scopes))]
            held = self._scopes[scope] = {}
        elif len(held) >= self._each_max:
            for oldest in list(held)[: max(self._each_max // 16, 1)]:
                del held[oldest]
        held[key] = (until, answer)

    def flush(self, scope: Scope) -> None:
        """Forget all answers of a scope."""
        self._scopes.pop(scope, None)
