"""Recursive loops: a function that has run sixteen times in one chain of calls is not run again, unless it is allowed to.

The chain is told by the lineage in the trace. For a call that a function makes, it is taken from the invocation that its environment is
running (`environments` knows it by what is sealed in the environment's session token), so no header takes it away.

Source: Developer Guide, "Use Lambda recursive loop detection".
"""

from portico.base.trace import entered
from portico.environments.work import PreparationFailed
from portico.invoke.asynchronous.counts import RECURSION_DROPPED, Counts
from portico.invoke.notices import Notices
from portico.invoke.resolve import Resolved

TURNS_MAX = 16
CODE = "RecursiveInvocationException"
_WORDS = (
    "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources and stopped your "
    "function's invocation."
)


class RecursionStopped(PreparationFailed):
    """The function has run in this chain of calls too often: no environment is given to it."""

    def __init__(self) -> None:
        super().__init__(CODE, _WORDS)


class Recursion:
    """Counts the turns of a chain, and stops it."""

    __slots__ = ("_counts", "_notices")

    def __init__(self, *, notices: Notices, counts: Counts) -> None:
        self._notices = notices
        self._counts = counts

    def enter(self, resolved: Resolved, trace: str, request_id: str) -> str:
        """The trace of an invocation as the function gets it: with itself in the lineage.

        Raises:
            RecursionStopped: it has run in this chain too often.
        """
        inside, turns = entered(trace, resolved.mark)
        if turns >= TURNS_MAX and not resolved.recursion_allowed:
            version = resolved.version
            self._counts.add(RECURSION_DROPPED, (version.account, version.region, version.function))
            told = f"[ERROR] RequestId: {request_id} {CODE}: {_WORDS} It has run {turns} times in this chain of calls."
            self._notices.tell(resolved.spec, told, request_id)
            raise RecursionStopped
        return inside
