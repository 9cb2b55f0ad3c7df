"""What the platform itself has to say to a function's owner, in the function's log group: in streams of their own, as no environment
has said it."""

import secrets
import time

from portico.base.clock import Clock
from portico.environments.work import EnvironmentSpec, LogLine
from portico.invoke.ports import LogSink


class Notices:
    """Writes notices."""

    __slots__ = ("_clock", "_logs", "_mark")

    def __init__(self, logs: LogSink, clock: Clock) -> None:
        self._logs = logs
        self._clock = clock
        self._mark = secrets.token_hex(16)

    def tell(self, spec: EnvironmentSpec, text: str, request_id: str) -> None:
        """Write one line about the invocation `request_id`, with the function's role as everything in its log."""
        day = time.strftime("%Y/%m/%d", time.gmtime(self._clock.now()))
        line = LogLine(int(self._clock.wall() * 1000), f"{text}\n")
        self._logs.write(spec, f"{day}/[{spec.version}]{self._mark}", [line], request_id=request_id)
