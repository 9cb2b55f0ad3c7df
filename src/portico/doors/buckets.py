"""Token buckets: how many requests are let in per second, and how many at once. Pure; the caller brings the time.

A bucket holds `burst` tokens, begins full and is filled at `rate` tokens per second. What is kept of one is a single instant: when it
will be full again (the "generic cell rate algorithm"), so that a bucket which is full need not be kept at all.

A token that nobody could take, because the server or its callers were busy for a moment, is kept for those who come a little late: without
that small buckets would let in less than their rate. So a bucket may hold what comes in 20 ms beyond its burst.

Source: API Gateway Developer Guide, "Throttle requests to your REST APIs"; ITU-T I.371, annex A (the algorithm).
"""

from collections.abc import Hashable, Sequence

import msgspec

_KEPT_MAX = 50_000
_LATE_S = 0.02


class Limit(msgspec.Struct, frozen=True, gc=False):
    """A bucket by its `key`, and how it is filled: `rate` per second up to `burst` tokens. Without a rate or a token nothing passes."""

    key: Hashable
    rate: float
    burst: float

    @property
    def interval_s(self) -> float:
        """How long a token takes to come."""
        return 1 / self.rate

    @property
    def closed(self) -> bool:
        """Whether this lets nothing pass at all."""
        return self.rate <= 0 or self.burst < 1


class Buckets:
    """Buckets by key, full ones forgotten."""

    __slots__ = ("_full_at", "_kept_max")

    def __init__(self, kept_max: int = _KEPT_MAX) -> None:
        self._full_at: dict[Hashable, float] = {}  # seconds, monotonic
        self._kept_max = kept_max

    def take(self, limits: Sequence[Limit], at: float) -> Limit | None:
        """Take a token of each bucket at `at` (monotonic, seconds). If one has none, nothing is taken, and it is returned: the first one
        in order."""
        taken: list[tuple[Hashable, float]] = []
        for limit in limits:
            if limit.closed:
                return limit
            interval_s = limit.interval_s
            full_at = max(self._full_at.get(limit.key, at), at) + interval_s
            if full_at - at > limit.burst * interval_s + _LATE_S:
                return limit
            taken.append((limit.key, full_at))
        self._full_at.update(taken)
        if len(self._full_at) > self._kept_max:
            self._forget(at)
        return None

    def _forget(self, at: float) -> None:
        """Forget those that are full; if that is not enough, the oldest, whose callers then have a full one."""
        self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > at}
        for key in list(self._full_at)[: max(len(self._full_at) - self._kept_max, 0)]:
            del self._full_at[key]

    def __repr__(self) -> str:
        return f"Buckets({len(self._full_at)} not full)"
