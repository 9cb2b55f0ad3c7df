"""What a connection knows of requests that come again, before they are read: by prepared calls, or by their head alone."""

from portico.gateway.body import Memory, Source
from portico.gateway.parse import Incoming
from portico.gateway.same import Same, same
from portico.gateway.traffic import Again, Take

_LEARNED_MAX = 8  # a caller who writes each head in another way is read as any


class Repeats:
    """Of one connection. `first` is what is being read, while a request begins with it; b"" at all other times."""

    __slots__ = ("_again", "_learned", "_same", "_taken", "first")

    def __init__(self) -> None:
        self.first = b""
        self._again: Again | None = None
        self._taken: Incoming  # the last one that `_again` stands for
        self._same: Same | None = None
        self._learned = 0

    def begun(self, data: bytes, answer: Take) -> Incoming | None:
        """Have the request of which `data` is all answered at once, as one before it was, which is returned in its place; None if that
        can't be."""
        if self._again is None or not self._again.begin(data, answer):
            return None
        self._taken.body.hold(len(data))
        return self._taken

    def known(self, data: bytes, source: Source, memory: Memory) -> Incoming | None:
        """The request of which `data` is all, if it has the same head as one before it."""
        return None if self._same is None else self._same.incoming(data, source, memory)

    def taken(self, incoming: Incoming, again: Again) -> None:
        """A request that was read is answered at once."""
        self._again, self._taken = again, incoming
        if self._learns():
            again.learn(incoming.head, self.first)

    def read(self, incoming: Incoming) -> None:
        """A request was read, and is answered by a task. Most connections that have brought two bring more."""
        if incoming.keep_alive and self._learns() and self._learned > 1:
            self._same = same(self.first, incoming.head)

    def _learns(self) -> bool:
        learns = bool(self.first) and self._learned < _LEARNED_MAX
        self._learned += learns
        return learns
