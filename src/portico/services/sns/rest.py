"""Topics with more subscriptions than one commit can hold: the loop that goes on where the publisher's commit has ended."""

import msgspec

from portico.bus.port import Bus
from portico.calls.call import Call, Origin, Scope
from portico.services.sns.caller import principal_of
from portico.services.sns.fan_out import REST, Rest, go_on
from portico.services.sns.records import TOPICS, deliveries
from portico.services.sns.service import Sns
from portico.store.port import Ack, ChangeVisibility, Conflict, Message
from portico.store.transaction import Transaction

_QUEUE = deliveries(REST)
_LEASE_S = 60.0
_BATCH = 10
_LOOK_S = 1.0


class Rests:
    """Fans out what is left of messages. Start `run` as a background loop.

    Each part is one commit with the note of how far it has come, so a queue gets a message once, whatever ends the server.
    """

    def __init__(self, sns: Sns, bus: Bus) -> None:
        self._sns = sns
        self._woken = bus.subscribe(_QUEUE)

    async def run(self) -> None:
        """Go on with what is left, for ever."""
        while True:
            if not await self.take():
                await self._wait()

    async def take(self) -> int:
        """Fan out the next part of what waits; of how many messages."""
        now = self._sns.clock.now()
        taken = await self._sns.store.receive(_QUEUE, limit=_BATCH, lease_s=_LEASE_S, lease="worker", now=now)
        for message in taken:
            while not await self._part(message):
                continue  # what was read has changed meanwhile
        return len(taken)

    async def _part(self, message: Message) -> bool:
        rest = msgspec.json.decode(message.body, type=Rest)
        sns, now = self._sns, self._sns.clock.now()
        tx = Transaction(sns.cache)
        topic = await tx.get(TOPICS, *rest.topic)
        left = None
        if topic is not None and topic.identity == rest.identity:
            principal = principal_of(topic.arn, topic.account)
            scope = Scope(topic.account, topic.region)
            origin = Origin(principal, scope, rest.message.id, trace=rest.message.trace)
            left = await go_on(sns, Call(origin, "sns", "Publish", tx, now), topic, rest)
        if left is None:
            tx.add(Ack(_QUEUE, message.receipt))
        else:
            tx.add(ChangeVisibility(_QUEUE, message.receipt, now, msgspec.json.encode(left)))
        try:
            await tx.commit()
        except Conflict:
            return False
        return True

    async def _wait(self) -> None:
        now = self._sns.clock.now()
        soonest = await self._sns.store.next_visible(_QUEUE, now=now)
        await self._woken.wait(None if soonest is None else min(max(soonest - now, 0.01), _LOOK_S))
