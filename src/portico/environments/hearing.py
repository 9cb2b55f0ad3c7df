"""What an environment's runtime says, by the state that the environment is in, and what follows for the invocation."""

import asyncio
import logging
from collections.abc import Callable

import msgspec

from portico.environments import endings, framed
from portico.environments.environment import Environment
from portico.environments.framed import Frame
from portico.environments.lifecycle import Event, State
from portico.environments.outcomes import Outcomes, fault
from portico.environments.plan import Fault
from portico.environments.stream import Answer
from portico.environments.tickets import Tickets

log = logging.getLogger("portico.environments")

# How long an answer waits for its environment to be free again, so that a caller's next invocation finds it.
_FINISHING_S = 0.025

_Told = Callable[[Environment], None]


class Hearing:
    """Advances environments by what they say. `initialised` is told of one whose init phase has succeeded, `free` of one in which
    nothing attends to an invocation any more, `broken` of one that has said what it may not."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        tickets: Tickets,
        outcomes: Outcomes,
        *,
        initialised: _Told,
        free: _Told,
        broken: _Told,
    ) -> None:
        self._loop = loop
        self._tickets = tickets
        self._outcomes = outcomes
        self._initialised = initialised
        self._free = free
        self._broken = broken
        self._hear = {
            State.STARTING: self._hear_start,
            State.BUSY: self._hear_run,
            State.FINISHING: self._hear_finish,
        }

    def heard(self, environment: Environment, frame: Frame) -> None:
        """The runtime says something; what it may not say now ends it."""
        state = environment.state
        hear = self._hear.get(state)
        if state is State.ENDING or (hear is not None and hear(environment, frame)):
            return
        if frame.kind == framed.FAULT:
            environment.failure = fault(frame)
        else:
            log.warning("%s sent %r while %s", environment, frame.kind, state.value)
        self._broken(environment)

    def settle(self, environment: Environment) -> None:
        """All has been done for the invocation, if one has been answered: this is its outcome."""
        outcome = environment.outcome
        if outcome is None:
            return
        outcome = self._outcomes.settled(environment, outcome)
        if environment.settled is None:
            self._tickets.resolve(environment.ticket, outcome)
        else:
            environment.settled.set_result(outcome)
        environment.forget_invocation()

    def _hear_run(self, environment: Environment, frame: Frame) -> bool:
        """Take what is said about the invocation that runs; False when this is not."""
        if not environment.is_about(frame.request_id):
            return False
        if frame.kind in (framed.ANSWER, framed.ERROR, framed.TOO_LARGE):
            self._answered(environment, frame)
        elif frame.kind == framed.INIT_ERROR:  # of an invocation, after which this runtime can't go on
            environment.failure = endings.reported(frame.content, frame.error_type)
            self._broken(environment)
        else:
            return self._streamed(environment, frame)
        return True

    def _hear_finish(self, environment: Environment, frame: Frame) -> bool:
        """All that attended to the invocation after its answer have done with it; False when this says something else."""
        if frame.kind != framed.FREE:
            return False
        environment.advance(Event.FREED)
        self.settle(environment)
        self._free(environment)
        return True

    def _hear_start(self, environment: Environment, frame: Frame) -> bool:
        """Take how the init phase has ended; False when it has not."""
        if frame.kind == framed.READY:
            environment.advance(Event.INITIALISED)
            environment.ready = True
            self._initialised(environment)
        elif frame.kind == framed.INIT_ERROR:
            environment.failure = endings.reported(frame.content, frame.error_type)
            environment.end("init")
        elif frame.kind == framed.NOT_STARTED:
            environment.failure = Fault(endings.INVALID_ENTRYPOINT, frame.content.decode(errors="replace"))
            environment.end("init")
        elif frame.kind == framed.FAULT:
            environment.failure = fault(frame)
            environment.end("init")
        else:
            return False
        return True

    def _streamed(self, environment: Environment, frame: Frame) -> bool:
        """Take a frame of a streamed answer; False when it is none, or comes out of turn."""
        if frame.kind == framed.BEGIN and environment.answer is None:
            stream = self._tickets.stream(environment.ticket)
            environment.answer = Answer(stream, framed.CONTENT_BYTES_MAX)
            if stream is not None:
                stream.begin(frame.content, environment.hold)
        elif frame.kind == framed.PART and environment.answer is not None:
            environment.answer.feed(frame.content)
        elif frame.kind == framed.END and environment.answer is not None:
            self._answered(environment, frame)
        else:
            return False
        return True

    def _answered(self, environment: Environment, frame: Frame) -> None:
        outcome = self._outcomes.answered(environment, frame)
        if environment.attended:
            environment.advance(Event.RESPONDED)
            environment.outcome = outcome
            self._loop.call_later(_FINISHING_S, self._respond_early, environment, environment.ticket)
        else:
            environment.advance(Event.ANSWERED)
            ticket = environment.ticket
            environment.forget_invocation()
            self._free(environment)
            self._tickets.resolve(
                ticket, outcome
            )  # who is told may invoke again, and finds the environment free

    def _respond_early(self, environment: Environment, ticket: int) -> None:
        """The environment takes its time after the answer, for which its caller does not wait."""
        if environment.outcome is not None and environment.ticket == ticket:
            environment.settled = self._loop.create_future()
            early = msgspec.structs.replace(environment.outcome, settled=environment.settled)
            self._tickets.resolve(ticket, early)
