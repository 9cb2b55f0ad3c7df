"""What ends by itself: subscriptions that nobody has confirmed, or taken back, for three days, those of deleted topics, what was
remembered for deduplication, and messages in archives.

Whatever begins such a time sends a message that is received when it is over, in the same commit; a restart forgets none of them.
"""

from collections.abc import Awaitable, Callable, Sequence
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
    TOPICS,
    Subscription,
    Tally,
    archive_log,
)
from portico.store.cache import RecordCache
from portico.store.port import Ack, ChangeVisibility, Conflict, Key, Message, Send, Store, Trim
from portico.store.transaction import Transaction

QUEUE: Key = ("sns.due",)
PENDING_S = 3 * 24 * 3600.0
DELETED_TOPIC_S = 60.0
ARCHIVE_LOOK_S = 3600.0
_INSTANT_S = 1e-6  # as fine as the store keeps instants
_BATCH = 100
_LEASE_S = 60.0
_LOOK_S = 1.0  # the `now` clock can be moved, so a wait for it is looked at again

Kind = Literal["pending", "restorable", "topic", "published", "archive"]


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
        soonest = await self._store.next_visible(QUEUE)
        await self._woken.wait(None if soonest is None else min(max(soonest - now, 0.01), _LOOK_S))

    async def _end(self, messages: Sequence[Message]) -> bool:
        """End what these name, in one commit; False when that can't be, as something has changed since it was read."""
        tx = Transaction(self._cache)
        for message in messages:
            due = msgspec.json.decode(message.body, type=Due)
            again = await _ENDS[due.kind](self._store, tx, due, self._clock.now())
            if again is not None:
                tx.add(ChangeVisibility(QUEUE, message.receipt, again, message.body))
            else:
                tx.add(Ack(QUEUE, message.receipt))
        try:
            await tx.commit()
        except Conflict:
            return False
        return True


async def _pending(_: Store, tx: Transaction, due: Due, __: float) -> float | None:
    found = await tx.get(SUBSCRIPTIONS, *due.key)
    if found is not None and found.pending and found.token == due.mark:
        _forget(tx, found)
        tally = await tx.get(TALLIES, found.identity)
        if tally is not None:
            filters = tally.filters - ("FilterPolicy" in found.attributes)
            left = Tally(tally.confirmed, max(tally.pending - 1, 0), tally.deleted, max(filters, 0))
            tx.put(TALLIES, left, found.identity)
    return None


async def _restorable(_: Store, tx: Transaction, due: Due, __: float) -> float | None:
    found = await tx.get(RESTORABLE, *due.key)
    if found is not None and found.token == due.mark:
        tx.delete(RESTORABLE, *due.key)
    return None


async def _topic(_: Store, tx: Transaction, due: Due, now: float) -> float | None:
    """The subscriptions of a topic that is gone, a hundred at a time, until there are no more. A topic made again under its name has
    others."""
    account, region, name, after = due.key[0], due.key[1], due.key[2], None
    while True:
        found = await tx.scan(SUBSCRIPTIONS, account, region, name, after=after, limit=_BATCH)
        ended = [each for each in found if each.identity == due.mark]
        for each in ended:
            _forget(tx, each)
        if ended or len(found) < _BATCH:
            return now if ended else None
        after = SUBSCRIPTIONS.key(*found[-1].key)


async def _published(_: Store, tx: Transaction, due: Due, __: float) -> float | None:
    found = await tx.get(PUBLISHED, *due.key)
    if found is not None and found.message_id == due.mark:
        tx.delete(PUBLISHED, *due.key)
    return None


async def _archive(store: Store, tx: Transaction, due: Due, now: float) -> float | None:
    """What a topic's archive has kept for long enough, a hundred messages at a time, and an hour later again; all of one that is no longer
    the topic's."""
    topic = await tx.get(TOPICS, *due.key)
    kept = None if topic is None or topic.archive is None or topic.archive.id != due.mark else topic.archive
    log = archive_log(due.mark)
    entries = await store.read_log(log, limit=_BATCH)
    ended = [entry.at for entry in entries if kept is None or entry.at < kept.begins(now)]
    if ended:
        tx.add(Trim(log, ended[-1] + _INSTANT_S))
        return now
    return None if kept is None else now + ARCHIVE_LOOK_S


_Ends = Callable[[Store, Transaction, Due, float], Awaitable[float | None]]
_ENDS: dict[Kind, _Ends] = {
    "pending": _pending,
    "restorable": _restorable,
    "topic": _topic,
    "published": _published,
    "archive": _archive,
}
"""What ends a thing of each kind; each tells when to look at it again."""


def _forget(tx: Transaction, subscription: Subscription) -> None:
    tx.delete(SUBSCRIPTIONS, *subscription.key)
    tx.delete(ENDPOINTS, *subscription.endpoint_key)
    tx.delete(OWNED, subscription.owner, subscription.region, subscription.arn)
