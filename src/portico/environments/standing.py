"""Where an environment is in its life, and what is known of its invocation: the part of it that joins nothing with anything."""

import asyncio

from portico.environments.endings import Ending
from portico.environments.lifecycle import TRANSITIONS, Event, State, advance
from portico.environments.stream import Answer
from portico.environments.work import EnvironmentSpec, InitEnd, Invocation, LogLine, Outcome


class Standing:
    """What is noted of an environment. `reason` says why it was told to end, "" when it was not."""

    __slots__ = (
        "answer",
        "delivered_at",
        "expires_at",
        "failure",
        "id",
        "init_ms",
        "init_started_at",
        "inits",
        "invocation",
        "late_lines",
        "log_stream",
        "no_snapshot",
        "outcome",
        "peak_kb",
        "ready",
        "reason",
        "repeated",
        "restored",
        "settled",
        "spec",
        "started_ms",
        "state",
        "status",
        "ticket",
    )

    def __init__(self, id: int, spec: EnvironmentSpec, log_stream: str) -> None:
        self.id = id
        self.spec = spec
        self.log_stream = log_stream
        self.state = State.STARTING
        self.ready = False  # whether the init phase has succeeded
        self.repeated = False  # whether the init phase runs again, inside the invocation
        self.reason = ""
        self.failure: Exception | Ending | None = None  # what the init phase ended with
        self.status: int | None = None  # wait status of the function's process
        self.ticket = 0
        self.invocation: Invocation | None = None
        self.answer: Answer | None = None  # to the invocation, when it is streamed
        # Of the invocation that has been answered, while something still attends to it.
        self.outcome: Outcome | None = None
        # The caller has its answer and waits for the rest of the outcome.
        self.settled: asyncio.Future[Outcome] | None = None
        self.expires_at = float("inf")
        self.delivered_at = 0.0
        self.started_ms = 0
        self.init_started_at = 0.0
        self.init_ms: float | None = None
        self.inits: tuple[InitEnd, ...] = ()
        self.peak_kb = 0
        self.late_lines: tuple[LogLine, ...] = ()
        self.restored = False  # from a snapshot
        self.no_snapshot = ""  # why it is not, if it should be

    def __str__(self) -> str:
        return f"environment {self.id} of {self.spec.key}"

    @property
    def working_since(self) -> float:
        """When the present work began, on the monotonic clock."""
        return self.delivered_at if self.ready else self.init_started_at

    def memory_mb(self) -> int:
        """The most memory used so far, as REPORT shows it."""
        return min(-(-self.peak_kb // 1024), self.spec.memory_mb)

    def is_about(self, request_id: bytes) -> bool:
        """Whether a frame's id is the running invocation's."""
        return self.invocation is not None and self.invocation.request_id.encode() == request_id

    def init_ended(self, now: float, status: str, error_type: str = "") -> None:
        """The init phase has ended in a way that the log tells of by itself."""
        phase = "invoke" if self.repeated else "init"
        took_ms = (now - self.init_started_at) * 1000
        self.inits += (InitEnd(took_ms, status, error_type, phase),)

    def forget_invocation(self) -> None:
        """The invocation has been answered; the environment stays."""
        self.invocation = None
        self.answer = None
        self.outcome = None
        self.settled = None
        self.repeated = False

    def advance(self, event: Event) -> None:
        """Go on to the next state.

        Raises:
            TransitionRefused: this can't happen now.
        """
        self.state = TRANSITIONS.get((self.state, event)) or advance(self.state, event, self)
