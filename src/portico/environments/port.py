"""Where invocations run, as the rest of the server sees it."""

from collections.abc import Callable
from typing import Protocol

from portico.environments.stream import Stream
from portico.environments.tickets import Told
from portico.environments.work import EnvironmentSpec, Invocation, Outcome


class Environments(Protocol):
    """Port: where invocations run (implemented by `supervisor.Supervisor`)."""

    async def invoke(self, spec: EnvironmentSpec, invocation: Invocation) -> Outcome:
        """Run one invocation in a warm or a new environment of `spec`.

        How many may run at once is decided before (`invoke/admit.py`). If the caller is cancelled the invocation still runs to its end.

        Raises:
            PreparationFailed: no environment could be started.
        """

    def begin(self, spec: EnvironmentSpec, invocation: Invocation, told: Told) -> None:
        """Like `invoke`, for who does not wait: `told` is called once, not before this returns, with the outcome, or with why no
        environment could be started. It must not raise.

        Raises:
            PreparationFailed: none will be started any more.
        """

    def leave(self, invocation: Invocation, on_end: Callable[[Outcome | None], None]) -> bool:
        """Have `on_end` told how an invocation ends (None: no environment could be started) whose caller was cancelled in `invoke`. False
        if it has ended already."""

    def stream(
        self, spec: EnvironmentSpec, invocation: Invocation, on_end: Callable[[Outcome | None], None]
    ) -> Stream:
        """Like `invoke`, for an answer that is read while it is made. `on_end` is called once: with the outcome, which has no payload
        if the answer was streamed, or with None when no environment could be started (which `Stream.begun` raises)."""

    async def snapshot(self, spec: EnvironmentSpec) -> None:
        """Have the snapshot ready that environments of `spec` are restored from. One that can't be copied is started cold each time.

        Raises:
            PreparationFailed: it could not be initialised.
        """

    def retire(self, prefix: str) -> None:
        """End the idle environments whose spec's key begins with `prefix`, and the busy ones once they are done."""

    def keep(self, spec: EnvironmentSpec, count: int) -> None:
        """Have `count` environments of `spec` started ahead from now on, and replaced when they end; with 0 they end."""

    def kept(self, key: str) -> tuple[int, int]:
        """How many of the environments that are kept for this spec's key are ready, and how many have failed to start since one
        last did."""

    async def close(self) -> None:
        """End every environment and the zygotes."""
