"""One batch: the function is invoked, and what it has dealt with is removed from the source.

A throttled batch is tried again for as long as its records stay hidden; what has failed becomes visible again by itself, and so comes again
as often as its queue lets it.

Source: Developer Guide, "Error handling for an SQS event source in Lambda".
"""

import asyncio
import logging
import random
from collections.abc import Callable

import msgspec

from portico.base.clock import Clock
from portico.base.ids import request_id as new_request_id
from portico.base.trace import furthest
from portico.bus.port import Bus
from portico.environments.work import Invocation, PreparationFailed
from portico.invoke.admit import Throttled
from portico.invoke.invoker import Invoker
from portico.invoke.resolve import Resolved, Resolver
from portico.services.lambda_.durable import start as durable
from portico.services.lambda_.event_sources.answers import failed_items
from portico.services.lambda_.event_sources.batches import Batch
from portico.services.lambda_.event_sources.records import EventSourceMapping
from portico.services.lambda_.event_sources.source import PollingProblem, Source
from portico.store.cache import RecordCache
from portico.wire.errors import AwsError

log = logging.getLogger("portico.lambda")

CALL_FAILED = "Function call failed"
NO_FUNCTION = "Function does not exist"
_PAUSE_S = (0.1, 5.0)  # of a throttled function
_random = random.Random()  # a trace id identifies and is no secret  # noqa: S311


class _NotInvoked(Exception):
    """The function can't be invoked now; `again` says whether that may pass soon."""

    def __init__(self, why: str, *, again: bool) -> None:
        super().__init__(why)
        self.again = again


class Ran(msgspec.Struct, frozen=True, gc=False):
    """How a batch ended: what went wrong, or ""; how many of its events the function was invoked with, how many of these failed, and how
    many were removed."""

    problem: str
    invoked: int = 0
    failed: int = 0
    deleted: int = 0


class Runs(msgspec.Struct, frozen=True):
    """Runs batches."""

    cache: RecordCache
    clock: Clock
    bus: Bus
    resolver: Resolver
    invoker: Invoker

    def resolved(self, mapping: EventSourceMapping) -> Resolved | None:
        """What the mapping invokes, or None when there is no such function (any more)."""
        return self.resolver.resolve(mapping.account, mapping.region, mapping.function, mapping.qualifier)

    async def run(
        self, mapping: EventSourceMapping, source: Source, batch: Batch, throttled: Callable[[], None]
    ) -> Ran:
        """Run a batch to its end. `throttled` is told each time the function is."""
        pause_s = _PAUSE_S[0]
        while True:
            resolved = self.resolved(mapping)
            if resolved is None:
                return Ran(NO_FUNCTION)
            try:
                answer = await self._invoke(mapping, resolved, batch)
            except _NotInvoked as error:
                log.info("a batch of %s was not delivered: %s", mapping.arn, error)
                if not error.again:
                    return Ran(CALL_FAILED)
                throttled()
                if self.clock.now() + pause_s + needed_s(resolved) > batch.until:
                    return Ran(CALL_FAILED)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _PAUSE_S[1])
            else:
                return await _settle(mapping, source, batch, resolved, answer)

    async def _invoke(self, mapping: EventSourceMapping, resolved: Resolved, batch: Batch) -> bytes | None:
        """The function's answer, or None for its error."""
        if resolved.version.state != "Active":
            raise _NotInvoked(f"the function is {resolved.version.state}", again=True)
        trace = furthest([item.trace for item in batch.items if item.trace])
        trace = trace or _new_trace(self.clock.now(), resolved)
        if resolved.version.durable is not None:
            return await self._execute(mapping, resolved, batch, trace)
        invocation = Invocation(new_request_id(), batch.payload, mapping.name.asked_arn, trace)
        try:
            finished = await self.invoker.invoke(resolved, invocation, queued=True)
        except Throttled as error:
            raise _NotInvoked(error.reason, again=True) from error
        except PreparationFailed as error:
            raise _NotInvoked(error.message, again=False) from error
        return None if finished.outcome.function_error else finished.outcome.payload

    async def _execute(
        self, mapping: EventSourceMapping, resolved: Resolved, batch: Batch, trace: str
    ) -> bytes | None:
        """A durable function: the end of a whole execution."""
        settings = resolved.version.durable
        assert settings is not None
        event = batch.payload.decode()
        number = resolved.version.version
        wanted = durable.Wanted(mapping.name, number, settings, "", event, True, trace)
        try:
            return await durable.run(self.cache, self.bus, self.clock, wanted)
        except AwsError as error:
            raise _NotInvoked(error.message or error.code, again=False) from error


async def _settle(
    mapping: EventSourceMapping, source: Source, batch: Batch, resolved: Resolved, answer: bytes | None
) -> Ran:
    """Remove what the function has dealt with; all comes again after an error of it (None)."""
    every = len(batch.items)
    if answer is None:
        return Ran(CALL_FAILED, every, every)
    identifiers = {item.identifier for item in batch.items}
    failed = failed_items(answer, identifiers) if mapping.reports_failures else frozenset()
    done = [item.handle for item in batch.items if item.identifier not in failed]
    if not done:
        return Ran(CALL_FAILED, every, every)
    try:
        await source.remove(resolved.spec, done)
    except PollingProblem as problem:
        return Ran(str(problem), every, every - len(done))
    return Ran("", every, every - len(done), len(done))


def needed_s(resolved: Resolved) -> float:
    """How long one invocation may take, in seconds."""
    settings = resolved.version.durable
    return resolved.spec.timeout_s if settings is None else settings.execution_timeout_s


def _new_trace(now: float, resolved: Resolved) -> str:
    bits = f"{_random.getrandbits(160):040x}"
    sampled = int(resolved.version.tracing == "Active")
    return f"Root=1-{int(now):08x}-{bits[:24]};Parent={bits[24:]};Sampled={sampled}"
