"""A receive's way to the store, again and again while a long poll waits.

Who waits is woken by the commit that changes the queue, and looks by itself once a second: wake-ups may be lost, the `now` clock can be
moved, and the queue can be purged or deleted meanwhile. Who still waits when the server ends is answered with nothing.
"""

import msgspec

from portico.services.sqs import errors
from portico.services.sqs.records import Queue
from portico.services.sqs.redrive import redrive
from portico.services.sqs.service import Sqs
from portico.store.port import DeadLetters, Message, Taking

_ATTEMPT_S = 300.0
_LOOK_S = 1.0
_SOON_S = 0.005


class Ask(msgspec.Struct, frozen=True, gc=False):
    """How many messages are wanted, for how long they are leased and how long to wait for the first, both in seconds."""

    limit: int
    visibility_s: int
    wait_s: int
    attempt: str = ""


async def poll(sqs: Sqs, queue: Queue, ask: Ask) -> tuple[Queue, list[Message]]:
    """What the receive gets, and the queue as it then was.

    Raises:
        AwsError: NonExistentQueue, if the queue is deleted while the receive waits; OverLimit.
    """
    messages = await _take(sqs, queue, ask)
    if messages or not ask.wait_s or sqs.bus.closing:
        return queue, messages
    until = sqs.clock.monotonic() + ask.wait_s
    woken = sqs.bus.subscribe(queue.messages)
    try:
        while not (messages := await _take(sqs, queue, ask)):
            left = until - sqs.clock.monotonic()
            if left <= 0 or sqs.bus.closing:
                break
            await woken.wait(min(left, await _pause(sqs, queue)))
            current = sqs.queue(*queue.key)
            if current is None or current.identity != queue.identity:
                raise errors.no_queue()
            if current.incarnation != queue.incarnation:
                woken.close()
                woken = sqs.bus.subscribe(current.messages)
            queue = current
    finally:
        woken.close()
    return queue, messages


async def _pause(sqs: Sqs, queue: Queue) -> float:
    """Seconds until it is worth a look, if nobody wakes us."""
    now = sqs.clock.now()
    soonest = await sqs.store.next_visible(queue.messages)
    return _LOOK_S if soonest is None else min(max(soonest - now, _SOON_S), _LOOK_S)


async def _take(sqs: Sqs, queue: Queue, ask: Ask) -> list[Message]:
    now = sqs.clock.now()
    room = await sqs.in_flight.room(queue, ask.limit, now)
    if not room:
        if queue.fifo or ask.wait_s:
            return []
        raise errors.too_many_in_flight()
    noisy = () if queue.fifo else await sqs.tenants.noisy(queue, now)
    messages = await sqs.store.receive(
        queue.messages,
        limit=room,
        lease_s=ask.visibility_s,
        lease="client",
        now=now,
        taking=_taking(sqs, queue, ask, now, noisy),
    )
    sqs.in_flight.received(queue, len(messages))
    if not queue.fifo:
        sqs.tenants.received(queue, messages)
    return messages


def _taking(sqs: Sqs, queue: Queue, ask: Ask, now: float, noisy: tuple[str, ...]) -> Taking:
    return Taking(
        per_group=ask.limit if queue.fifo else 0,
        sent_after=now - queue.seconds("MessageRetentionPeriod"),
        dead_letters=_dead_letters(sqs, queue),
        attempt=ask.attempt,
        attempt_until=now + _ATTEMPT_S,
        last=noisy,
    )


def _dead_letters(sqs: Sqs, queue: Queue) -> DeadLetters | None:
    """Where messages go that were received too often; as long as there is no such queue, they stay."""
    policy = redrive(queue)
    if policy is None:
        return None
    target = sqs.queue(*msgspec.structs.astuple(policy.dead_letters))
    if target is None or target.fifo != queue.fifo:
        return None
    return DeadLetters(target.messages, policy.receives_max, keeps_age=not queue.fifo)
