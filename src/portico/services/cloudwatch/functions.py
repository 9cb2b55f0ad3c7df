"""Namespace AWS/Lambda: what happens to functions, counted where it happens (port `MetricSink` of `invoke`).

One object counts for a function, the name it was called by, its version and the minute: that costs less than a microsecond. The
points are made of it later, on another thread: for the function, for what it was called by (`Resource`), for the version where an
alias has two (`ExecutedVersion`), and for all functions together.

Source: Lambda Developer Guide, "Types of metrics for Lambda functions" (names, units, dimensions).
"""

from collections.abc import Iterable, Iterator

import msgspec

from portico.base.clock import Clock
from portico.environments.work import Invocation, Outcome
from portico.invoke.admit import Permit
from portico.invoke.resolve import Resolved
from portico.store.metrics import Gathered, Metrics, Point, Series, Stats, of_each
from portico.store.metrics.values import Dimensions

NAMESPACE = "AWS/Lambda"
COUNT, MILLISECONDS, NONE = "Count", "Milliseconds", "None"

UNITS = {
    "Invocations": COUNT,
    "Errors": COUNT,
    "Throttles": COUNT,
    "Duration": MILLISECONDS,
    "PostRuntimeExtensionsDuration": MILLISECONDS,
    "ConcurrentExecutions": COUNT,
    "UnreservedConcurrentExecutions": COUNT,
    "ClaimedAccountConcurrency": COUNT,
    "ProvisionedConcurrentExecutions": COUNT,
    "ProvisionedConcurrencyInvocations": COUNT,
    "ProvisionedConcurrencySpilloverInvocations": COUNT,
    "ProvisionedConcurrencyUtilization": NONE,
    "AsyncEventsReceived": COUNT,
    "AsyncEventAge": MILLISECONDS,
    "AsyncEventsDropped": COUNT,
    "DeadLetterErrors": COUNT,
    "DestinationDeliveryFailures": COUNT,
    "RecursiveInvocationsDropped": COUNT,
    "UrlRequestCount": COUNT,
    "Url4xxCount": COUNT,
    "Url5xxCount": COUNT,
    "UrlRequestLatency": MILLISECONDS,
}
"""The metrics that are there, with their units."""

FunctionKey = tuple[str, str, str]
_CallKey = tuple[int, str, str]


class _Calls:
    """What happened in one minute to invocations of one version by one name."""

    __slots__ = (
        "ahead",
        "ahead_max",
        "claimed_max",
        "durations",
        "errors",
        "extensions",
        "pool_max",
        "resolved",
        "running_max",
        "spilled",
        "throttles",
    )

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved
        self.durations: list[float] = []
        self.extensions: list[float] = []
        self.errors = 0
        self.throttles = 0
        self.ahead = 0  # with a place of the provisioned concurrency
        self.spilled = 0  # without, though there is some
        self.running_max = 0
        self.ahead_max = 0
        self.pool_max = 0
        self.claimed_max = 0

    def include(self, other: "_Calls") -> None:
        """Count what `other` has counted as well."""
        self.durations += other.durations
        self.extensions += other.extensions
        self.errors += other.errors
        self.throttles += other.throttles
        self.ahead += other.ahead
        self.spilled += other.spilled
        self.running_max = max(self.running_max, other.running_max)
        self.ahead_max = max(self.ahead_max, other.ahead_max)
        self.pool_max = max(self.pool_max, other.pool_max)
        self.claimed_max = max(self.claimed_max, other.claimed_max)


class FunctionMetrics:
    """Counts invocations, and whatever else is told of functions, into the metrics."""

    __slots__ = ("_calls", "_clock", "_metrics", "_told")

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._metrics = metrics
        self._clock = clock
        self._calls: dict[_CallKey, _Calls] = {}
        self._told: dict[tuple[int, str, FunctionKey], list[float]] = {}
        metrics.counts(self._take)

    def ended(self, resolved: Resolved, permit: Permit, invocation: Invocation, outcome: Outcome) -> None:
        """Count an invocation that has been answered, in the minute in which it began."""
        calls = self._of(resolved, invocation, self._clock.now() - outcome.duration_ms / 1000)
        calls.durations.append(outcome.duration_ms)
        if outcome.function_error:
            calls.errors += 1
        running = permit.running
        if permit.ahead:
            calls.ahead += 1
            if running > calls.ahead_max:  # noqa: PLR1730  # a call of max() costs more
                calls.ahead_max = running
        else:
            if resolved.provisioned:
                calls.spilled += 1
            if running > calls.running_max:  # noqa: PLR1730  # as above
                calls.running_max = running
            pool = permit.places.running
            if resolved.reserved is None and pool > calls.pool_max:
                calls.pool_max = pool
                calls.claimed_max = pool + resolved.set_aside

    def settled(self, resolved: Resolved, invocation: Invocation, extensions_ms: float) -> None:
        """Count for how long runtime and extensions went on after the answer."""
        self._of(resolved, invocation, self._clock.now()).extensions.append(extensions_ms)

    def throttled(self, resolved: Resolved, invocation: Invocation) -> None:
        """Count an invocation without a place."""
        self._of(resolved, invocation, self._clock.now()).throttles += 1

    def told(self, function: FunctionKey, values: Iterable[tuple[str, float]]) -> None:
        """Count what else is told of a function, metrics with their values; what CloudWatch has no name for is left out."""
        minute = int(self._clock.now()) // 60
        for metric, value in values:
            if metric in UNITS:
                self._told.setdefault((minute, metric, function), []).append(value)
                self._metrics.soon()

    def _of(self, resolved: Resolved, invocation: Invocation, at: float) -> _Calls:
        key = (int(at) // 60, invocation.invoked_arn, resolved.version.version)
        found = self._calls.get(key)
        if found is None:
            found = self._calls[key] = _Calls(resolved)
            self._metrics.soon()
        return found

    def _take(self) -> Gathered | None:
        if not self._calls and not self._told:
            return None
        calls, told = self._calls, self._told
        self._calls, self._told = {}, {}

        def points() -> Iterator[Point]:
            accounts: dict[tuple[int, str, str], _Calls] = {}
            for (minute, invoked_arn, _), each in calls.items():
                yield from _points(minute * 60, invoked_arn, each)
                version = each.resolved.version
                key = (minute, version.account, version.region)
                accounts.setdefault(key, _Calls(each.resolved)).include(each)
            for (minute, _, _), whole in accounts.items():
                yield from _account_points(minute * 60, whole)
            for (minute, metric, (account, region, name)), values in told.items():
                by_function = (("FunctionName", name),)
                for dimensions in ((), by_function, (*by_function, ("Resource", name))):
                    series = Series(account, region, NAMESPACE, metric, dimensions)
                    yield Point(series, minute * 60, UNITS[metric], of_each(values))

        return points


class _Measured(msgspec.Struct, frozen=True, gc=False):
    metric: str
    stats: Stats


def _points(at: int, invoked_arn: str, calls: _Calls) -> Iterator[Point]:
    """The points of one object, for each set of dimensions that has the function."""
    version = calls.resolved.version
    named = (("FunctionName", version.function),)
    resource = (("Resource", _resource(version.function, invoked_arn)),)
    sets: list[Dimensions] = [named, named + resource]
    if _by_alias(invoked_arn):
        sets.append((("ExecutedVersion", version.version), *named, *resource))
    told = list(_of_calls(calls))
    for dimensions in sets:
        for measured in told:
            yield _point(calls, at, dimensions, measured)
    for measured in _of_version(calls):
        yield _point(calls, at, named + resource, measured)
    running = calls.running_max + calls.ahead_max
    if running:
        yield _point(calls, at, named, _Measured("ConcurrentExecutions", of_each([running])))


def _account_points(at: int, calls: _Calls) -> Iterator[Point]:
    """The points of all functions together."""
    for measured in (*_of_calls(calls), *_of_account(calls)):
        yield _point(calls, at, (), measured)


def _point(calls: _Calls, at: int, dimensions: Dimensions, measured: _Measured) -> Point:
    version = calls.resolved.version
    series = Series(version.account, version.region, NAMESPACE, measured.metric, dimensions)
    return Point(series, at, UNITS[measured.metric], measured.stats)


def _of_calls(calls: _Calls) -> Iterator[_Measured]:
    """What is told for every set of dimensions. An invocation that went well is an error of 0, so that averages are rates."""
    invocations = len(calls.durations)
    if invocations:
        yield _Measured("Invocations", _counted(invocations, invocations))
        yield _Measured("Errors", _counted(calls.errors, invocations))
        yield _Measured("Duration", of_each(calls.durations))
    if calls.extensions:
        yield _Measured("PostRuntimeExtensionsDuration", of_each(calls.extensions))
    yield _Measured("Throttles", _counted(calls.throttles, invocations + calls.throttles))
    if calls.ahead:
        yield _Measured("ProvisionedConcurrencyInvocations", _counted(calls.ahead, calls.ahead))
    if calls.spilled:
        yield _Measured("ProvisionedConcurrencySpilloverInvocations", _counted(calls.spilled, calls.spilled))


def _of_version(calls: _Calls) -> Iterator[_Measured]:
    if calls.ahead_max:
        yield _Measured("ProvisionedConcurrentExecutions", of_each([calls.ahead_max]))
        share = calls.ahead_max / max(calls.resolved.provisioned, calls.ahead_max)
        yield _Measured("ProvisionedConcurrencyUtilization", of_each([share]))


def _of_account(calls: _Calls) -> Iterator[_Measured]:
    running = max(calls.pool_max, calls.running_max) + calls.ahead_max
    if running:
        yield _Measured("ConcurrentExecutions", of_each([running]))
    if calls.pool_max:
        yield _Measured("UnreservedConcurrentExecutions", of_each([calls.pool_max]))
        yield _Measured("ClaimedAccountConcurrency", of_each([calls.claimed_max]))


def _counted(ones: int, of: int) -> Stats:
    """So many ones among so many, the others being 0."""
    low, high = (1.0 if ones == of else 0.0), (1.0 if ones else 0.0)
    values = () if low == high else ((0.0, float(of - ones)), (1.0, float(ones)))
    return Stats(float(of), float(ones), low, high, values)


def _resource(function: str, invoked_arn: str) -> str:
    """The function's name, with the qualifier that it was called by."""
    parts = invoked_arn.split(":")
    return f"{function}:{parts[7]}" if len(parts) > 7 and parts[7] else function


def _by_alias(invoked_arn: str) -> bool:
    parts = invoked_arn.split(":")
    return len(parts) > 7 and not parts[7].isdecimal() and parts[7] != "$LATEST"
