"""What an invocation needs from others. The composition root hands the implementations in."""

from collections.abc import Sequence
from typing import Protocol

from portico.environments.work import EnvironmentSpec, LogLine


class LogSink(Protocol):
    """Where a function's log lines go (implemented by `services.logs`)."""

    def write(self, spec: EnvironmentSpec, stream: str, batch: Sequence[LogLine], *, request_id: str) -> None:
        """Take the lines of the invocation `request_id` for `spec.log_group` and `stream`, in order; each text ends with a newline.

        Does not block, does not raise: function logs are buffered and not acknowledged.
        """
