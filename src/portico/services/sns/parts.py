"""Work that is more than one commit can hold, done part by part: each part is one commit with the note of how far it has come, so whatever
ends the server, no part is done twice and none is left out.
"""

from collections.abc import Awaitable, Callable

from portico.bus.port import Bus
from portico.services.sns.service import Sns
from portico.store.port import Ack, ChangeVisibility, Conflict, Key, Message
from portico.store.transaction import Transaction

_LEASE_S = 60.0
_BATCH = 10
_LOOK_S = 1.0  # the `now` clock can be moved, so a wait for it is looked at again

Part = Callable[[Sns, Transaction, Message, float], Awaitable[Ack | ChangeVisibility]]
"""Puts the next part of a message's work into a transaction at an instant (seconds, `now` clock); the operation that settles the message:
with another body it goes on."""


class Parts:
    """Does what waits in one of the store's queues. Start `run` as a background loop."""

    def __init__(self, sns: Sns, bus: Bus, queue: Key, part: Part) -> None:
        self._sns = sns
        self._queue = queue
        self._part = part
        self._woken = bus.subscribe(queue)

    async def run(self) -> None:
        """Go on with what waits, for ever."""
        while True:
            if not await self.take():
                await self._wait()

    async def take(self) -> int:
        """Do the next part of what waits; of how many messages."""
        now = self._sns.clock.now()
        taken = await self._sns.store.receive(
            self._queue, limit=_BATCH, lease_s=_LEASE_S, lease="worker", now=now
        )
        for message in taken:
            while not await self._done(message):
                continue  # what was read has changed meanwhile
        return len(taken)

    async def _done(self, message: Message) -> bool:
        tx = Transaction(self._sns.cache)
        tx.add(await self._part(self._sns, tx, message, self._sns.clock.now()))
        try:
            await tx.commit()
        except Conflict:
            return False
        return True

    async def _wait(self) -> None:
        now = self._sns.clock.now()
        soonest = await self._sns.store.next_visible(self._queue)
        await self._woken.wait(None if soonest is None else min(max(soonest - now, 0.01), _LOOK_S))
