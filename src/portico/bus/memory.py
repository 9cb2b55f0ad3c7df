"""The bus of a single process."""

import asyncio
from collections.abc import Iterable

from portico.bus.port import Topic


class MemorySubscription:
    """See `port.Subscription`. A wake-up that arrives while nobody waits is kept for the next `wait`."""

    def __init__(self, bus: "MemoryBus", topic: Topic) -> None:
        self._bus = bus
        self._topic = topic
        self._event = asyncio.Event()

    def wake(self) -> None:
        """Let the waiter go on."""
        self._event.set()

    async def wait(self, timeout_s: float | None = None) -> bool:
        """See `port.Subscription.wait`."""
        try:
            # Not `wait_for`: before Python 3.12 it loses a cancellation that comes together with the wake-up.
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True

    def close(self) -> None:
        """See `port.Subscription.close`."""
        self._bus.drop(self._topic, self)


class MemoryBus:
    """See `port.Bus`."""

    def __init__(self) -> None:
        self._listening: dict[Topic, set[MemorySubscription]] = {}
        self.closing = False

    def close(self) -> None:
        """See `port.Bus.close`."""
        self.closing = True
        self.announce(list(self._listening))

    def publish(self, topic: Topic) -> None:
        """See `port.Bus.publish`."""
        for subscription in self._listening.get(topic, ()):
            subscription.wake()

    def announce(self, topics: Iterable[Topic]) -> None:
        """Publish each of `topics`: what a store's commit hook is for, as topics are the keys that a commit has changed."""
        if self._listening:
            for topic in topics:
                self.publish(topic)

    def subscribe(self, topic: Topic) -> MemorySubscription:
        """See `port.Bus.subscribe`."""
        subscription = MemorySubscription(self, topic)
        self._listening.setdefault(topic, set()).add(subscription)
        return subscription

    def drop(self, topic: Topic, subscription: MemorySubscription) -> None:
        """Forget a closed subscription."""
        listening = self._listening.get(topic, set())
        listening.discard(subscription)
        if not listening:
            self._listening.pop(topic, None)
