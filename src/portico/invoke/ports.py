"""What an invocation needs from others. The composition root hands the implementations in."""

from typing import Protocol

from portico.environments.work import EnvironmentSpec, Invocation, Outcome
from portico.invoke.admit import Permit
from portico.invoke.report import Told
from portico.invoke.resolve import Resolved


class LogSink(Protocol):
    """Where a function's log lines go (implemented by `services.logs`)."""

    def write(self, spec: EnvironmentSpec, stream: str, told: Told, *, request_id: str) -> None:
        """Take the lines of the invocation `request_id` for `spec.log_group` and `stream`, in order; each text ends with a newline.

        Does not block, does not raise: function logs are buffered and not acknowledged.
        """


class MetricSink(Protocol):
    """Where invocations are counted (implemented by `services.cloudwatch`). Each call costs about a microsecond, does not block and
    does not raise: metrics are buffered and not acknowledged."""

    def ended(self, resolved: Resolved, permit: Permit, invocation: Invocation, outcome: Outcome) -> None:
        """An invocation has been answered, well or with an error. `permit` is the place that it has, or had until now."""

    def settled(self, resolved: Resolved, invocation: Invocation, extensions_ms: float) -> None:
        """Runtime and extensions have gone on for so long after the answer."""

    def throttled(self, resolved: Resolved, invocation: Invocation) -> None:
        """There was no place for an invocation."""


class Uncounted:
    """A `MetricSink` that counts nothing."""

    def ended(self, resolved: Resolved, permit: Permit, invocation: Invocation, outcome: Outcome) -> None:
        """Nothing happens."""

    def settled(self, resolved: Resolved, invocation: Invocation, extensions_ms: float) -> None:
        """Nothing happens."""

    def throttled(self, resolved: Resolved, invocation: Invocation) -> None:
        """Nothing happens."""
