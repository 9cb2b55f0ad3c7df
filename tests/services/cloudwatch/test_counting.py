"""Counting invocations, without a server: what becomes of each kind of end."""

from collections.abc import AsyncIterator

import pytest

from portico.base.clock import Clock
from portico.environments.work import Invocation, Outcome
from portico.invoke.admit import Permit, Places
from portico.invoke.records import Version
from portico.invoke.resolve import Resolved, ahead_of, environments_key, spec_of
from portico.services.cloudwatch.functions import FunctionMetrics
from portico.store.metrics import Metrics, Series

ACCOUNT, REGION, ARN = "111111111111", "eu-west-1", "arn:aws:lambda:eu-west-1:111111111111:function:f"
VERSION = Version("f", ACCOUNT, REGION, "7", "role", "python3.12", "h", "digest", "", 0, 0.0, "")
OWNER = environments_key(ACCOUNT, REGION, "f")


class Still(Clock):
    """A clock that stands still between its jumps."""

    def now(self) -> float:
        return 1_800_000_030.0 + self.offset_s


@pytest.fixture
async def metrics() -> AsyncIterator[Metrics]:
    made = Metrics(None)
    yield made
    await made.close()


def resolved(*, provisioned: int = 0, set_aside: int = 0) -> Resolved:
    spec = spec_of(VERSION)
    return Resolved(
        VERSION, spec, OWNER, None, set_aside, provisioned, ahead_of(spec) if provisioned else None
    )


def invocation(qualifier: str = "") -> Invocation:
    return Invocation("id", b"", f"{ARN}:{qualifier}" if qualifier else ARN)


async def told(metrics: Metrics, name: str, **dimensions: str) -> list[tuple[int, float, float]]:
    """(minute from the first one, count, sum) of each point."""
    series = Series(ACCOUNT, REGION, "AWS/Lambda", name, tuple(sorted(dimensions.items())))
    kept = await metrics.read(series, 0, 1 << 40)
    return [((point.at - 1_800_000_000) // 60, point.stats.count, point.stats.total) for point in kept]


async def test_extensions_that_go_on(metrics: Metrics) -> None:
    counting = FunctionMetrics(metrics, Still())
    counting.ended(resolved(), Permit(Places()).take(), invocation(), Outcome(b"", duration_ms=10.0))
    counting.settled(resolved(), invocation(), 250.0)
    assert await told(metrics, "Duration", FunctionName="f") == [(0, 1.0, 10.0)]
    assert await told(metrics, "PostRuntimeExtensionsDuration", FunctionName="f") == [(0, 1.0, 250.0)]


async def test_an_invocation_counts_in_the_minute_in_which_it_began(metrics: Metrics) -> None:
    clock = Still()
    counting, permit = FunctionMetrics(metrics, clock), Permit(Places()).take()
    counting.ended(resolved(), permit, invocation(), Outcome(b"", duration_ms=40_000.0))
    counting.ended(resolved(), permit, invocation(), Outcome(b"", duration_ms=20_000.0))
    clock.advance(60)
    counting.ended(resolved(), permit, invocation(), Outcome(b"", duration_ms=1.0))
    assert await told(metrics, "Invocations") == [(-1, 1.0, 1.0), (0, 1.0, 1.0), (1, 1.0, 1.0)]


async def test_spillover_and_provisioned_places(metrics: Metrics) -> None:
    counting = FunctionMetrics(metrics, Still())
    ahead, pool = Permit(Places(), ahead=True), Permit(Places())
    target = resolved(provisioned=4, set_aside=4)
    for permit in (ahead.take(), ahead.take(), pool.take()):
        counting.ended(target, permit, invocation("prod"), Outcome(b""))
    of_alias = {"FunctionName": "f", "Resource": "f:prod"}
    assert await told(metrics, "ProvisionedConcurrencyInvocations", **of_alias) == [(0, 2.0, 2.0)]
    assert await told(metrics, "ProvisionedConcurrencySpilloverInvocations", **of_alias) == [(0, 1.0, 1.0)]
    assert await told(metrics, "ProvisionedConcurrentExecutions", **of_alias) == [(0, 1.0, 2.0)]
    assert await told(metrics, "ProvisionedConcurrencyUtilization", **of_alias) == [(0, 1.0, 0.5)]
    assert await told(metrics, "ConcurrentExecutions", FunctionName="f") == [(0, 1.0, 3.0)]
    assert await told(metrics, "UnreservedConcurrentExecutions") == [(0, 1.0, 1.0)]
    assert await told(metrics, "ClaimedAccountConcurrency") == [(0, 1.0, 5.0)]
    assert await told(metrics, "Invocations", **of_alias, ExecutedVersion="7") == [(0, 3.0, 3.0)]


async def test_what_is_told_of_functions_by_others(metrics: Metrics) -> None:
    counting = FunctionMetrics(metrics, Still())
    for value in (10.0, 30.0):
        counting.told((ACCOUNT, REGION, "f"), [("AsyncEventAge", value)])
    counting.told((ACCOUNT, REGION, "f"), [("RecursiveInvocationsDropped", 1.0), ("SomethingOfOurOwn", 1.0)])
    assert await told(metrics, "AsyncEventAge", FunctionName="f") == [(0, 2.0, 40.0)]
    assert await told(metrics, "RecursiveInvocationsDropped", FunctionName="f", Resource="f") == [
        (0, 1.0, 1.0)
    ]
    assert await told(metrics, "SomethingOfOurOwn", FunctionName="f") == []


async def test_throttles_alone(metrics: Metrics) -> None:
    counting = FunctionMetrics(metrics, Still())
    for _ in range(3):
        counting.throttled(resolved(), invocation())
    assert await told(metrics, "Throttles", FunctionName="f") == [(0, 3.0, 3.0)]
    assert await told(metrics, "Invocations", FunctionName="f") == []


async def test_many_functions_are_counted_apart_and_together(metrics: Metrics) -> None:
    counting, permit = FunctionMetrics(metrics, Still()), Permit(Places()).take()
    for number in range(1000):
        version = Version(f"f{number}", ACCOUNT, REGION, "1", "r", "python3.12", "h", "d", "", 0, 0.0, "")
        target = Resolved(
            version, spec_of(version), environments_key(ACCOUNT, REGION, version.function), None, 0
        )
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f{number}"
        counting.ended(target, permit, Invocation("id", b"", arn), Outcome(b"", duration_ms=float(number)))
    assert await told(metrics, "Invocations") == [(0, 1000.0, 1000.0)]
    assert await told(metrics, "Duration", FunctionName="f999") == [(0, 1.0, 999.0)]
