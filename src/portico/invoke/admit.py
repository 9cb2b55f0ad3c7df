"""How many invocations may run at once: a function's reserved concurrency, or what the account has left for all others.

Source: Lambda Developer Guide, "Lambda quotas" and "Understanding Lambda function scaling"; reasons from the API's model.
"""

from portico.invoke.resolve import Resolved

CONCURRENT_EXECUTIONS = 1000
UNRESERVED_MIN = 100


class Throttled(Exception):
    """No more invocations of this function now; `reason` is one of the API's (`ConcurrentInvocationLimitExceeded`, ...)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Permit:
    """A count of running invocations that one invocation takes a place in. Give it back with `release`."""

    __slots__ = ("running",)

    def __init__(self) -> None:
        self.running = 0

    def release(self) -> None:
        """The invocation has ended."""
        self.running -= 1


class Admission:
    """Counts what runs, by function for reserved ones and by account and region for the rest. Memory only: after a restart
    nothing runs."""

    __slots__ = ("_counts", "_limit")

    def __init__(self, *, concurrent_executions: int = CONCURRENT_EXECUTIONS) -> None:
        self._limit = concurrent_executions
        self._counts: dict[tuple[str, ...], Permit] = {}

    @property
    def limit(self) -> int:
        """The account's concurrent executions in a region."""
        return self._limit

    def admit(self, resolved: Resolved) -> Permit:
        """Take a place for one invocation.

        Raises:
            Throttled: all places are taken.
        """
        version = resolved.version
        reserved = resolved.reserved
        if reserved is None:
            permit = self._count((version.account, version.region))
            if permit.running >= self._limit - resolved.reserved_total:
                raise Throttled("ConcurrentInvocationLimitExceeded")
        else:
            permit = self._count((version.account, version.region, version.function))
            if permit.running >= reserved:
                raise Throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
        permit.running += 1
        return permit

    def _count(self, key: tuple[str, ...]) -> Permit:
        found = self._counts.get(key)
        if found is None:
            found = self._counts[key] = Permit()
        return found

    def __repr__(self) -> str:
        running = {"/".join(key): count.running for key, count in self._counts.items() if count.running}
        return f"Admission(limit={self._limit}, running={running})"
