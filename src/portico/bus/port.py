"""The bus: wake-ups and hints between loops and, later, between processes. Any of them may be lost.

Nothing that matters is only on the bus: who waits for a wake-up also looks by itself from time to time. Publishing neither waits
nor fails; several wake-ups of one topic may become one. A topic is a key of the store (a queue's), so that a commit can say which
queues it sent to.
"""

from typing import Protocol

Topic = tuple[str | int | bytes, ...]


class Subscription(Protocol):
    """Wake-ups of one topic for one waiter."""

    async def wait(self, timeout_s: float | None = None) -> bool:
        """True once something was published since the last `wait`; False after `timeout_s` seconds without."""

    def close(self) -> None:
        """Stop listening."""


class Bus(Protocol):
    """What every implementation offers. `closing`: the server is about to end, so what waits for long should answer now."""

    closing: bool

    def close(self) -> None:
        """Set `closing`, and wake every waiter once, whatever it waits for."""

    def publish(self, topic: Topic) -> None:
        """Wake whoever waits for `topic`."""

    def subscribe(self, topic: Topic) -> Subscription:
        """Listen to `topic` from now on."""
