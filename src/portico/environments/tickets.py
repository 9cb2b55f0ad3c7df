"""The invocations that wait for an environment or run in one, each with whoever waits for its outcome."""

import asyncio
from collections.abc import Callable

from portico.environments.stream import Stream
from portico.environments.work import EnvironmentSpec, Invocation, Outcome, PreparationFailed

OnEnd = Callable[[Outcome | None], None]
"""Told how an invocation has ended, None if there was no environment for it."""


class _Left:
    """In the place of a caller who has gone."""

    __slots__ = ("on_end",)

    def __init__(self, on_end: OnEnd) -> None:
        self.on_end = on_end


Told = Callable[[Outcome | PreparationFailed], None]
"""Told once how an invocation has ended, or why there was no environment for it."""


class Listener:
    """In the place of a caller who does not wait but is told."""

    __slots__ = ("told",)

    def __init__(self, told: Told) -> None:
        self.told = told


Waiter = asyncio.Future[Outcome] | Stream | Listener
_Held = tuple[EnvironmentSpec, Invocation, Waiter | _Left]


class Tickets:
    """By number, until each has been told its outcome."""

    __slots__ = ("_held", "_last")

    def __init__(self) -> None:
        self._held: dict[int, _Held] = {}
        self._last = 0

    def add(self, spec: EnvironmentSpec, invocation: Invocation, waiter: Waiter) -> int:
        """The number of a new one."""
        self._last = ticket = self._last + 1
        self._held[ticket] = (spec, invocation, waiter)
        return ticket

    def __getitem__(self, ticket: int) -> _Held:
        """What it is about, and who waits."""
        return self._held[ticket]

    def stream(self, ticket: int) -> Stream | None:
        """Whoever reads its answer while it is made; None when the whole of it is waited for."""
        waiter = self._held[ticket][2]
        return waiter if isinstance(waiter, Stream) else None

    def leave(self, invocation: Invocation, on_end: OnEnd) -> bool:
        """Whoever waits for the invocation has gone: `on_end` is told instead. False if it has ended already."""
        for ticket, (spec, held, _) in self._held.items():
            if held is invocation:
                self._held[ticket] = (spec, held, _Left(on_end))
                return True
        return False

    def resolve(self, ticket: int, outcome: Outcome) -> None:
        """It has ended so."""
        waiter = self._held.pop(ticket)[2]
        if isinstance(waiter, Listener):
            waiter.told(outcome)
        elif isinstance(waiter, Stream):
            waiter.finish(outcome)
        elif isinstance(waiter, _Left):
            waiter.on_end(outcome)
        elif not waiter.done():  # the caller may have gone; the invocation has run to its end all the same
            waiter.set_result(outcome)

    def refuse(self, ticket: int, error: PreparationFailed) -> None:
        """There is no environment for it."""
        waiter = self._held.pop(ticket)[2]
        if isinstance(waiter, Listener):
            waiter.told(error)
        elif isinstance(waiter, Stream):
            waiter.fail(error)
        elif isinstance(waiter, _Left):
            waiter.on_end(None)
        elif not waiter.done():
            waiter.set_exception(error)

    def refuse_all(self, error: PreparationFailed) -> None:
        """There will be none for any of them."""
        for ticket in list(self._held):
            self.refuse(ticket, error)
