"""Environments that are kept ready for a key, whether or not anything is invoked. Pure, like the pool that it belongs to."""


class Kept:
    """What is kept for one key: `wanted` environments, of which `members` are starting, idle or busy.

    `failures` counts the environments that have ended before they were ready, since the last one that was. After one that ended by
    itself no other is started until `resume`, so that a function which can't start does not do so all the time.
    """

    __slots__ = ("failures", "members", "paused", "wanted")

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.members: set[int] = set()
        self.failures = 0
        self.paused = False

    @property
    def lacking(self) -> int:
        """How many are to be started now."""
        return 0 if self.paused else max(self.wanted - len(self.members), 0)

    @property
    def surplus(self) -> int:
        """How many there are too many."""
        return max(len(self.members) - self.wanted, 0)

    def lost(self, env: int, *, pause: bool) -> None:
        """`env` has ended or takes no more work."""
        if env in self.members:
            self.members.remove(env)
            self.paused = self.paused or pause

    def failed(self, env: int) -> None:
        """`env` has ended before it was ready."""
        if env in self.members:
            self.failures += 1
        self.lost(env, pause=True)

    def resume(self) -> None:
        """Others may be started again."""
        self.paused = False
