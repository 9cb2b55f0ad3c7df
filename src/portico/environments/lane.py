"""A lane: how the server talks with an environment's runtime. All lanes say the same frames (`framed.Frame`)."""

from collections.abc import Callable
from typing import Protocol

from portico.environments.framed import BrokenFrame, Frame
from portico.environments.work import Invocation

OnFrame = Callable[[Frame], None]
OnEnd = Callable[[BrokenFrame | None], None]


class Lane(Protocol):
    """Implemented by `framed.FramedLane` (our own runtimes) and by `api.runtime.RuntimeApi`.

    What the runtime says arrives at the `on_frame` that the lane was made with: READY once, then for each invocation ANSWER, ERROR or
    TOO_LARGE; or BEGIN, any number of PARTs, and END for an answer that is streamed. Where something is still `attending` to the
    invocation when it has been answered, FREE follows when all have done with it.
    """

    @property
    def attending(self) -> bool:
        """Whether FREE is still to come for the invocation that has been answered."""

    def deliver(self, invocation: Invocation, deadline_ms: int) -> None:
        """Hand an invocation to the runtime; `deadline_ms` is epoch, wall clock."""

    def hold(self) -> None:
        """Take nothing more from the runtime: who reads its streamed answer is slow."""

    def resume(self) -> None:
        """Go on after `hold`."""

    def close(self) -> None:
        """Nothing is said or heard any more."""
