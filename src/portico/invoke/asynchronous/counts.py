"""What happens to events, counted by function: for Prometheus here, and for CloudWatch by whoever listens."""

from collections.abc import Callable, Mapping

FunctionKey = tuple[str, str, str]
"""Account, region and name of a function."""

RECEIVED = "AsyncEventsReceived"
AGE_MS = "AsyncEventAge"
DROPPED = "AsyncEventsDropped"
DEAD_LETTER_ERRORS = "DeadLetterErrors"
DESTINATION_FAILURES = "DestinationDeliveryFailures"
RECURSION_DROPPED = "RecursiveInvocationsDropped"
ENDED = "EventsEnded"
BUDGET_STOPPED = "BudgetStopped"

Values = tuple[tuple[str, float], ...]
"""Metrics, each with a value."""
Listener = Callable[[FunctionKey, Values], None]


class Counts:
    """Counters by metric (AWS's names, and our own) and function. Memory only, as metrics are not acknowledged."""

    __slots__ = ("_listeners", "totals")

    def __init__(self) -> None:
        self.totals: dict[tuple[str, FunctionKey], float] = {}
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Tell `listener` of each count from now on. It does not block and does not raise."""
        self._listeners.append(listener)

    def add(self, metric: str, function: FunctionKey, value: float = 1.0) -> None:
        """Count `value` of `metric`."""
        key = (metric, function)
        self.totals[key] = self.totals.get(key, 0.0) + value
        self.tell(function, (metric, value))

    def tell(self, function: FunctionKey, *values: tuple[str, float]) -> None:
        """Tell the listeners values of which no total is kept."""
        for listener in self._listeners:
            listener(function, values)

    def samples(self) -> list[tuple[Mapping[str, str], float]]:
        """The totals with their labels."""
        return [
            ({"metric": metric, "account": account, "region": region, "function": name}, total)
            for (metric, (account, region, name)), total in sorted(self.totals.items())
        ]
