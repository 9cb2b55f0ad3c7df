"""How many batches of a mapping run at once. Pure.

Five at first; while a backlog keeps all of them busy, 300 more a minute, to 1,250; five again once it is gone. Provisioned pollers run
ten each: the least of them at once, 1,000 more a minute up to the most. `MaximumConcurrency` is a limit to all of it. While the
function is throttled it is halved.

Source: Developer Guide, "Configuring scaling behavior for SQS event source mappings".
"""

from portico.services.lambda_.event_sources.records import EventSourceMapping

_FIRST, _MOST, _MORE_PER_S = 5.0, 1_250.0, 5.0
_PER_POLLER, _PROVISIONED_MORE_PER_S = 10, 1_000 / 60


class Scale:
    """The places for the batches of one mapping. Instants are seconds of a monotonic clock."""

    __slots__ = ("_allowed", "_first", "_grown_at", "_more_per_s", "_most", "running")

    def __init__(self, mapping: EventSourceMapping) -> None:
        self._first = _FIRST
        self._most = _MOST
        self._more_per_s = _MORE_PER_S
        if mapping.pollers is not None:
            self._first = float(mapping.pollers.least * _PER_POLLER)
            self._most = float(mapping.pollers.most * _PER_POLLER)
            self._more_per_s = _PROVISIONED_MORE_PER_S
        if mapping.concurrency_max is not None:
            self._most = float(mapping.concurrency_max)
        self._first = min(self._first, self._most)
        self._allowed = self._first
        self._grown_at: float | None = None
        self.running = 0

    @property
    def places(self) -> int:
        """How many more may begin."""
        return max(int(self._allowed) - self.running, 0)

    def backlog(self, now: float) -> None:
        """There is more to do than places to do it: grow."""
        if self._grown_at is not None:
            self._allowed = min(self._allowed + (now - self._grown_at) * self._more_per_s, self._most)
        self._grown_at = now

    def caught_up(self) -> None:
        """Nothing waits: growth begins anew with the next backlog; what was grown is given up when nothing runs."""
        self._grown_at = None
        if not self.running:
            self._allowed = self._first

    def throttled(self) -> None:
        """The function can't keep up."""
        self._allowed = max(self._allowed / 2, 1.0)
        self._grown_at = None

    def __repr__(self) -> str:
        return f"Scale({self.running}/{int(self._allowed)} of {int(self._most)})"
