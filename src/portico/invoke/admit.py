"""How many invocations may run at once, how many may begin in a second, and how fast a function may grow.

An invocation takes a place of its version's provisioned concurrency while there is one, else one of its function's reservation, or of
what the account has left for all functions without one. Synchronous ones begin at most ten times a second for each place. Whatever
its places, a function adds at most 1,000 environments in ten seconds.

Source: Lambda Developer Guide, "Lambda quotas" and "Understanding Lambda function scaling"; reasons from the API's model.
"""

import time
from collections.abc import Callable

from portico.invoke.resolve import Resolved

CONCURRENT_EXECUTIONS = 1000
UNRESERVED_MIN = 100
_RATE_PER_PLACE = 10
_GROWTH_S = 0.01  # one environment more takes this long: 1,000 in ten seconds
_GROWTH_WINDOW_S = 10.0
_ROUNDING_S = 1e-6  # of sums of fractions
_REVIEW_S = 300.0  # environments that were not needed for so long may be gone, and count as growth when they come back

_PERMITS_MAX = 20_000

# What is said when the places are taken (or can't be filled as fast), and when too many begin.
_UNRESERVED = ("ConcurrentInvocationLimitExceeded", "FunctionInvocationRateLimitExceeded")
_RESERVED = (
    "ReservedFunctionConcurrentInvocationLimitExceeded",
    "ReservedFunctionInvocationRateLimitExceeded",
)


class Throttled(Exception):
    """No more invocations of this function now; `reason` is one of the API's (`ConcurrentInvocationLimitExceeded`, ...)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Places:
    """Places for invocations: how many are taken, and until when (monotonic clock) those that have begun have used up the rate."""

    __slots__ = ("running", "spent_until")

    def __init__(self) -> None:
        self.running = 0
        self.spent_until = 0.0

    def begins(self, places: int, now: float) -> bool:
        """Count one more that begins now, unless that would be more than the rate allows for so many places.

        The rate is kept over a second: that many may begin at once.
        """
        spent = self.spent_until
        if spent < now - 1.0:  # noqa: PLR1730  # a call of max() costs more than all the rest
            spent = now - 1.0
        spent += 1 / (_RATE_PER_PLACE * places)
        if spent > now + _ROUNDING_S:
            return False
        self.spent_until = spent
        return True


class Permit:
    """The invocations of one function (or of one version, `ahead`: in environments that were started ahead) that take their places
    from the same ones. Give a place back with `release`."""

    __slots__ = ("_grown", "_grown_until", "_peak", "_review_at", "ahead", "places", "running")

    def __init__(self, places: Places, *, ahead: bool = False) -> None:
        self.places = places
        self.ahead = ahead
        self.running = 0
        self._grown = 0  # environments that the function is known to have had
        self._grown_until = 0.0
        self._peak = 0  # what it needed of them since they were last reviewed
        self._review_at = 0.0

    def take(self) -> "Permit":
        """Take a place."""
        self.places.running += 1
        self.running += 1
        return self

    def release(self) -> None:
        """The invocation has ended."""
        running = self.running
        if running > self._peak:  # noqa: PLR1730  # as above
            self._peak = running
        self.running = running - 1
        self.places.running -= 1

    def has_environment(self, now: float) -> bool:
        """Whether one more invocation finds an environment, or the function may add one now."""
        if now >= self._review_at:
            self._grown, self._peak = self._peak, self.running
            self._review_at = now + _REVIEW_S
        if self.running < self._grown:
            return True
        until = max(self._grown_until, now - _GROWTH_WINDOW_S) + _GROWTH_S
        if until > now + _ROUNDING_S:
            return False
        self._grown_until = until
        self._grown += 1
        return True


class Admission:
    """Counts what runs. Memory only: after a restart nothing runs. `monotonic` is the clock of the rates."""

    __slots__ = ("_accounts", "_ahead", "_limit", "_monotonic", "_reserved", "_unreserved")

    def __init__(
        self,
        *,
        concurrent_executions: int = CONCURRENT_EXECUTIONS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = concurrent_executions
        self._monotonic = monotonic
        self._accounts: dict[str, Places] = {}
        self._unreserved: dict[str, Permit] = {}  # by function, with the places of its account
        self._reserved: dict[str, Permit] = {}  # by function
        self._ahead: dict[str, Permit] = {}  # by version

    @property
    def limit(self) -> int:
        """The account's concurrent executions in a region."""
        return self._limit

    def admit(self, resolved: Resolved, *, queued: bool = False) -> Permit:
        """Take a place for one invocation; `queued` ones, which have waited already, are not held to the rate.

        Raises:
            Throttled: all places are taken, too many have begun within a second, or the function grows too fast.
        """
        now = self._monotonic()
        if resolved.ahead is not None:
            permit = self._ahead.get(resolved.ahead.key) or self._for_version(resolved.ahead.key)
            own = resolved.provisioned
            if permit.running < own and (queued or permit.places.begins(own, now)):
                return permit.take()
        if resolved.reserved is None:
            permit = self._unreserved.get(resolved.owner) or self._for_unreserved(resolved)
            places, reasons = self._limit - resolved.set_aside, _UNRESERVED
        else:
            permit = self._reserved.get(resolved.owner) or _added(
                self._reserved, resolved.owner, Permit(Places())
            )
            places, reasons = resolved.reserved, _RESERVED
        if permit.places.running >= places or not permit.has_environment(now):
            raise Throttled(reasons[0])
        if not queued and not permit.places.begins(places, now):
            raise Throttled(reasons[1])
        return permit.take()

    def running(self) -> dict[str, int]:
        """How many invocations run now, by function (as `Resolved.owner` has it); functions without any are not named."""
        running: dict[str, int] = {}
        for permits in (self._unreserved, self._reserved, self._ahead):
            for key, permit in permits.items():
                if permit.running:
                    owner = key[: key.index(":") + 1]
                    running[owner] = running.get(owner, 0) + permit.running
        return running

    def unreserved(self) -> dict[str, int]:
        """How many of them have a place that no function has reserved, by account and region (`ACCOUNT/REGION`)."""
        return {key: places.running for key, places in self._accounts.items() if places.running}

    def _for_version(self, key: str) -> Permit:
        return _added(self._ahead, key, Permit(Places(), ahead=True))

    def _for_unreserved(self, resolved: Resolved) -> Permit:
        account = f"{resolved.version.account}/{resolved.version.region}"
        places = self._accounts.setdefault(account, Places())
        return _added(self._unreserved, resolved.owner, Permit(places))

    def __repr__(self) -> str:
        counts = {
            **{key: places.running for key, places in self._accounts.items()},
            **{key.rstrip(":"): permit.running for key, permit in self._reserved.items()},
            **{key: permit.running for key, permit in self._ahead.items()},
        }
        running = {key: count for key, count in counts.items() if count}
        return f"Admission(limit={self._limit}, running={running})"


def _added(permits: dict[str, Permit], key: str, permit: Permit) -> Permit:
    """Keep the permit; those that nothing runs on are forgotten when there are too many."""
    if len(permits) >= _PERMITS_MAX:
        for idle in [key for key, permit in permits.items() if not permit.running]:
            del permits[idle]
    permits[key] = permit
    return permit
