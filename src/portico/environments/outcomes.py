"""How an environment's invocation has ended, as the value that its caller gets: from what the runtime said, or from how it died."""

from math import ceil

import msgspec

from portico.base.clock import Clock
from portico.environments import endings, framed
from portico.environments.environment import Environment
from portico.environments.framed import Frame
from portico.environments.plan import Fault
from portico.environments.stream import Answer
from portico.environments.work import LogLine, Outcome


class Outcomes:
    """Makes them. Each takes along what the environment has to tell besides: its lines, its init phase, its memory."""

    __slots__ = ("_clock",)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def answered(self, environment: Environment, frame: Frame) -> Outcome:
        """The runtime has answered: ANSWER, ERROR, TOO_LARGE, or the END of a streamed answer."""
        if frame.kind == framed.ANSWER:
            return self.of(environment, frame.content, quiet=frame.quiet)
        if frame.kind == framed.ERROR or (frame.kind == framed.END and frame.content):
            return self.failed(environment, endings.reported(frame.content, frame.error_type))
        if frame.kind == framed.TOO_LARGE:
            return self.failed(environment, endings.too_large(frame.content))
        return self._streamed(environment, environment.answer)

    def died(self, environment: Environment, request_id: str) -> Outcome:
        """The environment has ended without an answer."""
        if not environment.init_started_at:
            environment.init_started_at = self._clock.monotonic()  # nothing was there to start
        if not environment.delivered_at:
            environment.delivered_at = environment.init_started_at
            ago_ms = (self._clock.monotonic() - environment.delivered_at) * 1000
            environment.started_ms = self.wall_ms() - int(ago_ms)
        ending = _ending(environment, request_id)
        if not environment.ready:
            timed_out = ending.kind == endings.TIMED_OUT
            status, error_type = ("timeout", "") if timed_out else ("error", ending.kind)
            environment.init_ended(self._clock.monotonic(), status, error_type)
        return self.failed(environment, ending)

    def settled(self, environment: Environment, outcome: Outcome) -> Outcome:
        """The outcome with the time and the lines of what went on after the answer; of the environment's end too, if an extension
        has brought that about, though the answer stays what it was."""
        ended: tuple[LogLine, ...] = ()
        if isinstance(environment.failure, Fault) and environment.invocation is not None:
            request_id, kind = environment.invocation.request_id, environment.failure.kind
            ended = (
                LogLine(self.wall_ms(), f"RequestId: {request_id} Error: {environment.failure}\n{kind}\n"),
            )
        return msgspec.structs.replace(
            outcome,
            lines=outcome.lines + environment.take_lines() + ended,
            duration_ms=(self._clock.monotonic() - environment.delivered_at) * 1000,
            ended_at_ms=self.wall_ms(),
        )

    def failed(self, environment: Environment, ending: endings.Ending) -> Outcome:
        """The outcome of an error."""
        return self.of(environment, ending.payload, ending.kind)

    def of(
        self, environment: Environment, payload: bytes, error_type: str = "", *, quiet: bool = False
    ) -> Outcome:
        """The outcome with this payload, which is an error's document if there is an `error_type`; `quiet` if what the environment has
        written has been read."""
        init_ms, environment.init_ms = environment.init_ms, None
        inits, environment.inits = environment.inits, ()
        duration_ms = (self._clock.monotonic() - environment.delivered_at) * 1000
        if init_ms is None and not error_type and not inits:  # nearly always
            return Outcome(
                payload,
                lines=environment.take_lines(quiet=quiet),
                log_stream=environment.log_stream,
                duration_ms=duration_ms,
                max_memory_mb=environment.memory_mb(),
                started_at_ms=environment.started_ms,
                ended_at_ms=environment.started_ms + ceil(duration_ms),
            )
        return Outcome(
            payload=payload,
            function_error="Unhandled" if error_type else "",
            error_type=error_type,
            timed_out=error_type == endings.TIMED_OUT,
            lines=environment.take_lines(),
            extensions=environment.take_extensions(),
            subscriptions=environment.take_subscriptions(),
            log_stream=environment.log_stream,
            duration_ms=duration_ms,
            init_ms=None if environment.restored else init_ms,
            restore_ms=init_ms if environment.restored else None,
            no_snapshot=environment.no_snapshot if init_ms is not None else "",
            max_memory_mb=environment.memory_mb(),
            started_at_ms=environment.started_ms,
            ended_at_ms=self.wall_ms(),
            inits=inits,
        )

    def wall_ms(self) -> int:
        """Milliseconds since the epoch."""
        return int(self._clock.wall() * 1000)

    def _streamed(self, environment: Environment, answer: Answer | None) -> Outcome:
        if answer is None:
            return self.of(environment, b"")
        if answer.too_large:
            return self.failed(environment, endings.too_large(str(answer.size).encode(), answer.limit))
        return self.of(environment, answer.gathered)


def fault(frame: Frame) -> Fault:
    """What a FAULT frame says."""
    return Fault(frame.request_id.decode(errors="replace"), frame.content.decode(errors="replace"))


def _ending(environment: Environment, request_id: str) -> endings.Ending:
    if isinstance(environment.failure, endings.Ending):
        return environment.failure
    if isinstance(environment.failure, Fault):
        return endings.fault(request_id, environment.failure.kind, str(environment.failure))
    if environment.reason == "timeout":
        return endings.timed_out(request_id, environment.spec.timeout_s)
    if environment.reason == "memory":
        return endings.out_of_memory(request_id)
    status = environment.status
    return endings.exited(request_id, endings.KILLED if status is None else status)
