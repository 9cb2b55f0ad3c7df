"""One attempt at an event: run its function, decide its course, and write what became of it in one commit.

When an event ends and something is to be sent about it, the message goes into the commit that takes the event from its queue. If it can't
be sent the event stays, ended, with its outcome; the function is not run again.
"""

import asyncio
import logging
from collections.abc import Sequence

import msgspec

from portico.base.clock import Clock
from portico.environments.work import Invocation, Outcome, PreparationFailed
from portico.invoke.admit import Throttled
from portico.invoke.asynchronous import counts as metrics
from portico.invoke.asynchronous import course
from portico.invoke.asynchronous.counts import Counts, FunctionKey
from portico.invoke.asynchronous.course import End, Limits, Result, Wait
from portico.invoke.asynchronous.events import Event, Parcel, Report, decode, encode
from portico.invoke.asynchronous.lanes import Place
from portico.invoke.budget import OverBudget
from portico.invoke.destinations import Destinations
from portico.invoke.invoker import Invoker
from portico.invoke.notices import Notices
from portico.invoke.records import EVENT_INVOKES, FUNCTIONS, LATEST, EventInvoke
from portico.invoke.recursion import RecursionStopped
from portico.invoke.report import error_message
from portico.invoke.resolve import Resolved, Resolver
from portico.store.cache import RecordCache
from portico.store.port import Ack, ChangeVisibility, Conflict, Message, Store
from portico.wire.errors import AwsError

log = logging.getLogger("portico.invoke")

_SUSPECT_CRASHES = 2  # deliveries that ended together with the server
_ALONE_MAX = 3
_SENDING_S = 60.0
_DROPPED_AT_ONCE = 100  # of up to 1 MiB each


class Tried(msgspec.Struct, frozen=True, gc=False):
    """What an attempt came to: the outcome, or in words why there is none, with the HTTP status that a caller would have got."""

    result: Result
    status: int = 200
    outcome: Outcome | None = None
    error: str = ""
    throttled: bool = False


class EventAttempts:
    """Makes attempts; see `worker.Attempts`."""

    def __init__(
        self,
        *,
        store: Store,
        cache: RecordCache,
        clock: Clock,
        resolver: Resolver,
        invoker: Invoker,
        destinations: Destinations,
        notices: Notices,
        counts: Counts,
    ) -> None:
        self._store = store
        self._cache = cache
        self._clock = clock
        self._resolver = resolver
        self._invoker = invoker
        self._destinations = destinations
        self._notices = notices
        self._counts = counts
        self._suspects = asyncio.Lock()

    async def run(self, message: Message, place: Place) -> None:
        """Make an attempt at the event of `message`."""
        event = decode(message.body)
        resolved = self._resolver.resolve(event.account, event.region, event.function, event.qualifier)
        try:
            if resolved is None:
                await self._drop(message, event, "the function does not exist any more")
            elif event.report is not None:
                await self._send_all(message, event, event.report, resolved)
            else:
                await self._try(message, event, resolved, place)
        except Conflict:
            log.warning("event %s: its lease was over before it ended; it may run twice", event.request_id)

    async def give_back(self, messages: Sequence[Message]) -> None:
        """Let events wait for the next start, which is then no sign that they end servers."""
        ops = [self._given_back(message, decode(message.body)) for message in messages]
        if ops:
            await self._store.commit_each(ops)

    def _given_back(self, message: Message, event: Event) -> ChangeVisibility:
        settled = msgspec.structs.replace(event, settled=message.receives)
        return ChangeVisibility(message.queue, message.receipt, self._clock.now(), encode(settled))

    async def _try(self, message: Message, event: Event, resolved: Resolved, place: Place) -> None:
        """Run the function, and settle."""
        age_ms = (self._clock.now() - event.accepted_at) * 1000
        self._counts.tell(_function(event), (metrics.AGE_MS, age_ms))
        crashes = max(message.receives - 1 - event.settled, 0)
        counted = msgspec.structs.replace(
            event, settled=message.receives, deliveries=event.deliveries + crashes
        )
        if crashes >= _SUSPECT_CRASHES or event.alone:
            async with self._suspects:
                await self._try_suspect(message, counted, resolved)
            return
        tried = await self._invoke(message, counted, resolved)
        if tried.result == "refused" and self._waits(counted, tried):
            place.refused(self._clock.now())
        if tried.throttled:
            place.throttled()
        place.ran()
        await self._settle(message, counted, resolved, tried)

    def _waits(self, event: Event, tried: Tried) -> bool:
        """Whether the event is tried again after this."""
        step = course.after(tried.result, event, _limits(self._config(event)), self._clock.now())
        return isinstance(step, Wait)

    async def _try_suspect(self, message: Message, event: Event, resolved: Resolved) -> None:
        """An event that several servers have ended with is delivered while no other such one runs, three times at most."""
        if event.alone >= _ALONE_MAX:
            tried = Tried("crashed", 500, error="The server ended each time that the event was delivered.")
            await self._settle(message, event, resolved, tried)
            return
        marked = msgspec.structs.replace(event, alone=event.alone + 1, deliveries=event.deliveries + 1)
        until = self._clock.now() + resolved.spec.timeout_s + _SENDING_S
        await self._store.commit(
            [ChangeVisibility(message.queue, message.receipt, until, encode(marked), kept=True)]
        )
        tried = await self._invoke(message, event, resolved)
        await self._settle(message, msgspec.structs.replace(event, alone=marked.alone), resolved, tried)

    async def _invoke(self, message: Message, event: Event, resolved: Resolved) -> Tried:
        """Run the function. If the server is about to end and can't wait, the event is given back."""
        if resolved.version.state != "Active":
            return Tried("refused", 409, error=f"The function is in the state {resolved.version.state}.")
        invocation = Invocation(event.request_id, event.payload, event.invoked_arn, event.trace)
        try:
            finished = await self._invoker.invoke(resolved, invocation, queued=True)
        except (Throttled, PreparationFailed) as error:
            return self._refused(event, error)
        except asyncio.CancelledError:
            begun = msgspec.structs.replace(event, deliveries=event.deliveries + 1)
            await self._store.commit_each([self._given_back(message, begun)])
            raise
        outcome = finished.outcome
        if outcome.function_error:
            return Tried("function error", 200, outcome, error_message(outcome.payload))
        return Tried("answered", 200, outcome)

    def _refused(self, event: Event, error: Throttled | PreparationFailed) -> Tried:
        """What it comes to when the function could not be run."""
        if isinstance(error, RecursionStopped):
            return Tried("recursive", 400, error=error.message)
        if isinstance(error, PreparationFailed):
            return Tried("refused", 500, error=error.message)
        if isinstance(error, OverBudget):
            return Tried("refused", 429, error=error.words)
        function = self._cache.peek(FUNCTIONS, event.account, event.region, event.function)
        stopped = function is not None and function.value.reserved == 0
        words = f"Rate Exceeded. ({error.reason})"
        return Tried("stopped" if stopped else "refused", 429, error=words, throttled=True)

    async def _settle(self, message: Message, event: Event, resolved: Resolved, tried: Tried) -> None:
        """Write what became of the event."""
        now = self._clock.now()
        delivered = tried.outcome is not None
        counted = msgspec.structs.replace(event, deliveries=event.deliveries + delivered)
        config = self._config(event)
        step = course.after(tried.result, counted, _limits(config), now)
        if isinstance(step, Wait):
            log.info("event %s for %s waits: %s", event.request_id, event.invoked_arn, tried.error)
            op = ChangeVisibility(message.queue, message.receipt, step.until, encode(step.event))
            await self._store.commit([op])
            return
        report = _report(counted, resolved, tried, step, now)
        parcels = _parcels(config, resolved, step)
        self._counts.add(metrics.ENDED, _function(event))
        if step.condition != course.SUCCESS:
            self._tell_end(counted, report, kept=bool(parcels))
        await self._send_all(
            message, msgspec.structs.replace(counted, report=report, parcels=parcels), report, resolved
        )

    async def _send_all(self, message: Message, event: Event, report: Report, resolved: Resolved) -> None:
        """Send what is to be sent about an event that has ended; the last message goes with the ack."""
        left = event.parcels
        while left:
            parcel, left = left[0], left[1:]
            rest = msgspec.structs.replace(event, settled=message.receives, parcels=left)
            try:
                await self._destinations.send(
                    resolved.spec, event, report, parcel, [self._written(message, rest)]
                )
            except AwsError as error:
                self._tell_failure(event, resolved, parcel, error)
                tries = parcel.tries + 1
                again_at = course.send_again(tries, self._clock.now())
                if again_at is not None:
                    again = msgspec.structs.replace(parcel, tries=tries)
                    waiting = msgspec.structs.replace(rest, parcels=(again, *left))
                    op = ChangeVisibility(message.queue, message.receipt, again_at, encode(waiting))
                    await self._store.commit([op])
                    return
                await self._store.commit([self._written(message, rest)])
        if not event.parcels:
            await self._store.commit([Ack(message.queue, message.receipt)])

    def _written(self, message: Message, rest: Event) -> Ack | ChangeVisibility:
        """What the queue is to know once a parcel has been sent: that is the end, or what is left."""
        if not rest.parcels:
            return Ack(message.queue, message.receipt)
        until = self._clock.now() + _SENDING_S
        return ChangeVisibility(message.queue, message.receipt, until, encode(rest), kept=True)

    async def _drop(self, message: Message, event: Event, why: str) -> None:
        log.warning("event %s for %s is dropped: %s", event.request_id, event.invoked_arn, why)
        self._counts.add(metrics.DROPPED, _function(event))
        await self._store.commit([Ack(message.queue, message.receipt)])
        if self._is_gone(event):
            await self._drop_others(event)

    async def _drop_others(self, event: Event) -> None:
        """Drop what else waits for a function that is gone, many in a commit: one that is made under its name again is not to run it."""
        dropped = 0
        while taken := await self._store.receive(
            event.queue, limit=_DROPPED_AT_ONCE, lease_s=_SENDING_S, lease="worker", now=self._clock.now()
        ):
            if not self._is_gone(event):
                await self.give_back(taken)
                return
            await self._store.commit_each([Ack(each.queue, each.receipt) for each in taken])
            dropped += len(taken)
            for _ in taken:
                self._counts.add(metrics.DROPPED, _function(event))
        if dropped:
            log.warning("%d more events for %s are dropped", dropped, event.invoked_arn)

    def _is_gone(self, event: Event) -> bool:
        return self._cache.peek(FUNCTIONS, event.account, event.region, event.function) is None

    def _config(self, event: Event) -> EventInvoke | None:
        held = self._cache.peek(
            EVENT_INVOKES, event.account, event.region, event.function, event.qualifier or LATEST
        )
        return None if held is None else held.value

    def _tell_end(self, event: Event, report: Report, *, kept: bool) -> None:
        log.info(
            "event %s for %s has ended: %s, %s",
            event.request_id,
            event.invoked_arn,
            report.condition,
            report.error,
        )
        if not kept:
            self._counts.add(metrics.DROPPED, _function(event))

    def _tell_failure(self, event: Event, resolved: Resolved, parcel: Parcel, error: AwsError) -> None:
        """A message could not be sent: in our log, in the function's own, and counted."""
        what = "dead letter" if parcel.dead_letter else "invocation record"
        text = f"{what} for {parcel.arn} was not sent: {error.code}: {error.message}"
        log.warning("event %s: %s", event.request_id, text)
        metric = metrics.DEAD_LETTER_ERRORS if parcel.dead_letter else metrics.DESTINATION_FAILURES
        self._counts.add(metric, _function(event))
        self._notices.tell(resolved.spec, f"[ERROR] RequestId: {event.request_id} {text}", event.request_id)


def _limits(config: EventInvoke | None) -> Limits:
    if config is None:
        return Limits()
    return Limits(
        course.RETRIES if config.retries is None else config.retries,
        course.AGE_MAX_S if config.age_max_s is None else float(config.age_max_s),
    )


def _parcels(config: EventInvoke | None, resolved: Resolved, end: End) -> tuple[Parcel, ...]:
    """What is to be sent about an event that has ended so."""
    if end.condition == course.SUCCESS:
        return (Parcel(config.on_success),) if config is not None and config.on_success else ()
    parcels = []
    if config is not None and config.on_failure:
        parcels.append(Parcel(config.on_failure))
    if resolved.version.dead_letter_arn:
        parcels.append(Parcel(resolved.version.dead_letter_arn, dead_letter=True))
    return tuple(parcels)


def _report(event: Event, resolved: Resolved, tried: Tried, end: End, now: float) -> Report:
    outcome = tried.outcome
    reached = end.condition != course.STOPPED
    answer = outcome.payload if outcome is not None else msgspec.json.encode({"errorMessage": tried.error})
    return Report(
        end.condition,
        event.deliveries,
        now,
        tried.status,
        resolved.version.version if reached else "",
        outcome.function_error if outcome is not None else "",
        answer if reached else b"",
        tried.error,
    )


def _function(event: Event) -> FunctionKey:
    return (event.account, event.region, event.function)
