"""What ends by itself: subscriptions that nobody has confirmed, or taken back, for three days, those of deleted topics, and what was
remembered for deduplication.

Whatever begins such a time sends a message that is received when it is over, in the same commit; a restart forgets none of them.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from portico.base.clock import Clock
from portico.bus.port import Bus
from portico.services.sns.records import (
    ENDPOINTS,
    OWNED,
    PUBLISHED,
    RESTORABLE,
    SUBSCRIPTIONS,
    TALLIES,
    Subscription,
    Tally,
)
from portico.store.cache import RecordCache
from portico.store.port import Ack, ChangeVisibility, Conflict, Key, Message, Send, Store
from portico.store.transaction import Transaction

QUEUE: Key = ("sns.due",)
PENDING_S = 3 * 24 * 3600.0
DELETED_TOPIC_S = 60.0
_BATCH = 100
_LEASE_S = 60.0
_LOOK_S = 1.0  # the `now` clock can be moved, so a wait for it is looked at again

Kind = Literal["pending", "restorable", "topic", "published"]


class Due(msgspec.Struct, frozen=True, gc=False):
    """What ends: the record's key; `mark` is the token or the identity that it must still have."""

    kind: Kind
    key: tuple[str, ...]
    mark: str = ""


def at(when: float, kind: Kind, key: tuple[str, ...], mark: str = "") -> Send:
    """The operation that has something end at `when` (seconds, `now` clock)."""
    return Send(QUEUE, msgspec.json.encode(Due(kind, key, mark)), visible_at=when)


class Ending:
    """Ends what is due. Start `run` as a background loop."""

    def __init__(self, store: Store, cache: RecordCache, bus: Bus, clock: Clock) -> None:
        self._store = store
        self._cache = cache
        self._clock = clock
        self._woken = bus.subscribe(QUEUE)

    async def run(self) -> None:
        """End what is due, for ever."""
        while True:
            if not await self.end():
                await self._wait()

    async def end(self) -> int:
        """End what is due now, at most a hundred; how many that were."""
        taken = await self._store.receive(
            QUEUE, limit=_BATCH, lease_s=_LEASE_S, lease="worker", now=self._clock.now()
        )
        if taken and not await self._end(taken):
            for message in taken:  # something of it was changed meanwhile: each for itself
                while not await self._end([message]):
                    continue
        return len(taken)

    async def _wait(self) -> None:
        now = self._clock.now()
        soonest = await self._store.next_visible(QUEUE, now=now)
        await self._woken.wait(None if soonest is None else min(max(soonest - now, 0.01), _LOOK_S))

    async def _end(self, messages: Sequence[Message]) -> bool:
        """End what these name, in one commit; False when that can't be, as something has changed since it was read."""
        tx = Transaction(self._cache)
        for message in messages:
            due = msgspec.json.decode(message.body, type=Due)
            if await _ENDS[due.kind](tx, due):
                again = ChangeVisibility(QUEUE, message.receipt, self._clock.now(), message.body)
                tx.add(again)
            else:
                tx.add(Ack(QUEUE, message.receipt))
        try:
            await tx.commit()
        except Conflict:
            return False
        return True


async def _pending(tx: Transaction, due: Due) -> bool:
    found = await tx.get(SUBSCRIPTIONS, *due.key)
    if found is not None and found.pending and found.token == due.mark:
        _forget(tx, found)
        tally = await tx.get(TALLIES, found.identity)
        if tally is not None:
            filters = tally.filters - ("FilterPolicy" in found.attributes)
            left = Tally(tally.confirmed, max(tally.pending - 1, 0), tally.deleted, max(filters, 0))
            tx.put(TALLIES, left, found.identity)
    return False


async def _restorable(tx: Transaction, due: Due) -> bool:
    found = await tx.get(RESTORABLE, *due.key)
    if found is not None and found.token == due.mark:
        tx.delete(RESTORABLE, *due.key)
    return False


async def _topic(tx: Transaction, due: Due) -> bool:
    """The subscriptions of a topic that is gone, a hundred at a time; whether there may be more. A topic made again under its name has
    others."""
    account, region, name, after = due.key[0], due.key[1], due.key[2], None
    while True:
        found = await tx.scan(SUBSCRIPTIONS, account, region, name, after=after, limit=_BATCH)
        ended = [each for each in found if each.identity == due.mark]
        for each in ended:
            _forget(tx, each)
        if ended or len(found) < _BATCH:
            return bool(ended)
        after = SUBSCRIPTIONS.key(*found[-1].key)


async def _published(tx: Transaction, due: Due) -> bool:
    found = await tx.get(PUBLISHED, *due.key)
    if found is not None and found.message_id == due.mark:
        tx.delete(PUBLISHED, *due.key)
    return False


_ENDS = {"pending": _pending, "restorable": _restorable, "topic": _topic, "published": _published}


def _forget(tx: Transaction, subscription: Subscription) -> None:
    tx.delete(SUBSCRIPTIONS, *subscription.key)
    tx.delete(ENDPOINTS, *subscription.endpoint_key)
    tx.delete(OWNED, subscription.owner, subscription.region, subscription.arn)
