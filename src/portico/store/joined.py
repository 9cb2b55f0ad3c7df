"""An operation's transaction inside another's: what several operations write is committed once, all or none."""

from collections.abc import Sequence

from portico.store.port import Ack, ChangeVisibility, Outcome, Send, Sent, Settled
from portico.store.transaction import Transaction


class Joined(Transaction):
    """Reads and writes in `whole`, whose owner commits.

    What became of a message is not known before that: it is told as sent, under the id that it will have unless it is a duplicate, and
    without a sequence.
    """

    __slots__ = ()

    def __init__(self, whole: Transaction) -> None:
        self._cache = whole._cache
        self._along = ()
        self._after = whole._after
        self._read = whole._read
        self._ranges = whole._ranges
        self._ops = whole._ops
        self._written = whole._written

    async def commit_each(self, ops: Sequence[Send | Ack | ChangeVisibility]) -> list[Outcome]:
        """Add `ops` to the whole, which all or none of them hold with."""
        self._ops.extend(ops)
        return [Sent(op.message_id, 0) if isinstance(op, Send) else Settled("done") for op in ops]

    async def commit(self) -> None:
        """Leave it to the whole."""
