"""Decisions that hold until a policy changes: allowed calls whose policies ask for no circumstances beside those in the key.

`applicable` answers with the very same `Policies` as long as no record behind them has changed, so a decision is kept with that
object and is gone with it. Only those are kept that depend on nothing but the caller, the action, the resource, the resource's policy and
the service's own condition values: no statement about the action has a policy variable, or a condition on anything else that may differ
between two calls of that caller.
"""

from portico.identity.applicable import applicable
from portico.identity.policy.evaluate import Decision, Policies
from portico.identity.principal import Principal
from portico.store.cache import RecordCache

_CALLERS_MAX = 4_096
_POLICIES_MAX = 4_096
_EACH_MAX = 1_024
_SAME = ("user", "anonymous")  # who is the very same object from call to call

Values = tuple[tuple[str, object], ...]
Key = tuple[str, str, str, str | None, Values | None]
"""Caller (a service with its source), action, resource, the resource policy's document, the condition values that the service has given
(None: whatever they are)."""


class DecisionMemo:
    """The decisions kept for each set of policies, and the way to them for those who have called lately."""

    __slots__ = ("_cache", "_callers", "_kept")

    def __init__(self, cache: RecordCache) -> None:
        self._cache = cache
        self._kept: dict[int, tuple[Policies, dict[Key, Decision]]] = {}
        # By the principal's identity, for as long as no record changes: its policies need not even be looked up.
        self._callers: dict[int, tuple[Principal, int, dict[Key, Decision]]] = {}

    def get(self, principal: Principal, key: Key) -> Decision | None:
        """What was decided for this caller under the very policies that apply now, if it was kept."""
        changes = self._cache.changes
        known = self._callers.get(id(principal))
        if known is not None and known[1] == changes and known[0] is principal:
            return known[2].get(key)
        policies = applicable(self._cache, principal)
        held = self._kept.get(id(policies))
        if held is None or held[0] is not policies:
            return None
        if principal.kind in _SAME and principal.session is None and self._cache.changes == changes:
            if len(self._callers) >= _CALLERS_MAX:
                self._callers.clear()
            self._callers[id(principal)] = (principal, changes, held[1])
        return held[1].get(key)

    def keep(self, policies: Policies, key: Key, decision: Decision) -> None:
        """Keep a decision as long as `policies` is what applies."""
        held = self._kept.get(id(policies))
        if held is None or held[0] is not policies:
            if len(self._kept) >= _POLICIES_MAX:
                self._kept.clear()
            held = self._kept[id(policies)] = (policies, {})
        if len(held[1]) >= _EACH_MAX:
            held[1].clear()
        held[1][key] = decision
