"""How many invocations run, as the admission counts them."""

from portico.invoke.admit import Admission
from portico.invoke.records import Version
from portico.invoke.resolve import Resolved, ahead_of, environments_key, spec_of
from portico.services.cloudwatch.concurrency import Concurrency

ACCOUNT, REGION = "111111111111", "eu-west-1"


def resolved(
    name: str, *, reserved: int | None = None, provisioned: int = 0, account: str = ACCOUNT
) -> Resolved:
    version = Version(name, account, REGION, "1", "role", "python3.12", "h", "digest", "", 0, 0.0, "")
    spec = spec_of(version)
    ahead = ahead_of(spec) if provisioned else None
    return Resolved(version, spec, environments_key(account, REGION, name), reserved, 0, provisioned, ahead)


async def told(admission: Admission) -> dict[tuple[str, ...], float]:
    return {
        (
            point.series.account,
            point.series.name,
            *(value for _, value in point.series.dimensions),
        ): point.stats.high
        for point in await Concurrency(admission).read(60)
    }


async def test_what_runs_is_told_of_functions_and_accounts() -> None:
    admission = Admission()
    permits = [
        admission.admit(each)
        for each in (
            resolved("a"),
            resolved("a"),
            resolved("b", reserved=5),
            resolved("c", provisioned=1),
            resolved("c", provisioned=1),
            resolved("a", account="222222222222"),
        )
    ]
    assert await told(admission) == {
        (ACCOUNT, "ConcurrentExecutions", "a"): 2,
        (ACCOUNT, "ConcurrentExecutions", "b"): 1,
        (ACCOUNT, "ConcurrentExecutions", "c"): 2,
        (ACCOUNT, "ConcurrentExecutions"): 5,
        (ACCOUNT, "UnreservedConcurrentExecutions"): 3,
        ("222222222222", "ConcurrentExecutions", "a"): 1,
        ("222222222222", "ConcurrentExecutions"): 1,
        ("222222222222", "UnreservedConcurrentExecutions"): 1,
    }
    for permit in permits:
        permit.release()
    assert await told(admission) == {}
