"""Decisions that hold until a policy changes: allowed calls whose policies ask for no circumstances.

`applicable` answers with the very same `Policies` as long as no record behind them has changed, so a decision is kept with that
object and is gone with it. Only those are kept that depend on nothing but the caller, the action, the resource and the resource's
policy: no statement about the action has a policy variable, or a condition on anything that may differ between two calls of that caller.
"""

from portico.identity.policy.evaluate import Decision, Policies

_POLICIES_MAX = 4_096
_EACH_MAX = 1_024

Key = tuple[str, str, str, str | None]
"""Caller (a service with its source), action, resource, the resource policy's document."""


class DecisionMemo:
    """The decisions kept for each set of policies."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Policies, dict[Key, Decision]]] = {}

    def get(self, policies: Policies, key: Key) -> Decision | None:
        """What was decided under these very policies, if it was kept."""
        held = self._kept.get(id(policies))
        if held is None or held[0] is not policies:
            return None
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
