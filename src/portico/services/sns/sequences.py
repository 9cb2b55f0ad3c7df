"""Sequence numbers of FIFO messages: 20 digits that grow."""

_FROM = 10_000_000_000_000_000_000
_PER_S = 1_000_000


class Sequences:
    """Gives them out, over a restart too: they follow the `now` clock, which never goes back."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = 0

    def next(self, now: float) -> str:
        """The next one; `now` is in seconds on the `now` clock."""
        self._last = max(self._last + 1, int(now * _PER_S))
        return str(_FROM + self._last)
