"""The course of an event: what becomes of it after each attempt. Pure.

| state | what happens | next state | written |
|---|---|---|---|
| accepted | received | leased | the lease, by the queue |
| leased | answered | ended | ack, with the outcome's message |
| leased | function error, tries left | waiting: 1 min, then 2 | one change of visibility, with the error counted |
| leased | function error, no tries left, or too old for the next | ended | ack, with the outcome's message |
| leased | throttled, or an error of the platform | waiting: 1 s to 5 min | one change of visibility, errors as before |
| leased | throttled or in error, and too old | ended | ack, with the outcome's message |
| leased | stopped (no concurrency reserved), recursive | ended | ack, with the outcome's message |
| leased | the server ended, several times | ended | ack, with the outcome's message |
| ended | the message can't be sent | ended | one change of visibility, with the try counted |

Source: Developer Guide, "How Lambda handles errors and retries with asynchronous invocation" and "Retaining records of asynchronous
invocations"; recorded invocation records.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from portico.invoke.asynchronous.events import Event

RETRIES = 2
AGE_MAX_S = 21_600.0
_ERROR_WAIT_S = 60.0  # and twice that after the second error
_REFUSAL_WAIT_S = (1.0, 300.0)
_SEND_WAITS_S = (1.0, 5.0, 30.0, 120.0)

SUCCESS, EXHAUSTED, TOO_OLD = "Success", "RetriesExhausted", "EventAgeExceeded"
STOPPED = "ZeroReservedConcurrency"

Result = Literal["answered", "function error", "refused", "stopped", "recursive", "crashed"]


class Limits(msgspec.Struct, frozen=True, gc=False):
    """What an event invoke configuration says of trying again: further tries after function errors, and the age at which an event is
    given up, in seconds."""

    retries: int = RETRIES
    age_max_s: float = AGE_MAX_S


class Wait(msgspec.Struct, frozen=True, gc=False):
    """The event waits until `until` (seconds, `now` clock); `event` has the attempt counted."""

    event: Event
    until: float


class End(msgspec.Struct, frozen=True, gc=False):
    """The event has ended, for this reason in AWS's word."""

    condition: str


Step = Wait | End


def after(result: Result, event: Event, limits: Limits, now: float) -> Step:
    """What becomes of an event whose attempt has come to `result` at `now` (seconds, `now` clock)."""
    return _AFTER[result](event, limits, now)


def send_again(tries: int, now: float) -> float | None:
    """When a message about an event is to be sent again that could not be sent `tries` times; None when it is given up."""
    return now + _SEND_WAITS_S[tries - 1] if tries <= len(_SEND_WAITS_S) else None


def _failed(event: Event, limits: Limits, now: float) -> Step:
    errors = event.errors + 1
    if errors > limits.retries:
        return End(EXHAUSTED)
    until = now + _ERROR_WAIT_S * errors
    if until - event.accepted_at > limits.age_max_s:
        return End(TOO_OLD)
    return Wait(msgspec.structs.replace(event, errors=errors, refusals=0), until)


def _refused(event: Event, limits: Limits, now: float) -> Step:
    if now - event.accepted_at >= limits.age_max_s:
        return End(TOO_OLD)
    least, most = _REFUSAL_WAIT_S
    wait = min(least * 2 ** min(event.refusals, 16), most)
    return Wait(msgspec.structs.replace(event, refusals=event.refusals + 1), now + wait)


def _ended(condition: str) -> Callable[[Event, Limits, float], Step]:
    return lambda event, limits, now: End(condition)


_AFTER: dict[Result, Callable[[Event, Limits, float], Step]] = {
    "answered": _ended(SUCCESS),
    "function error": _failed,
    "refused": _refused,
    "stopped": _ended(STOPPED),
    "recursive": _ended(EXHAUSTED),
    "crashed": _ended(EXHAUSTED),
}
