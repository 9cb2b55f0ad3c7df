"""How many may run at once and how fast they may begin, told on the admission's own account of itself."""

import msgspec
import pytest

from portico.invoke.admit import Admission, Permit, Throttled
from portico.invoke.records import Version
from portico.invoke.resolve import Resolved, ahead_of, environments_key, spec_of


class Ticks:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


def resolved(
    version: Version, *, reserved: int | None = None, set_aside: int = 0, provisioned: int = 0
) -> Resolved:
    spec = spec_of(version)
    owner = environments_key(version.account, version.region, version.function)
    ahead = ahead_of(spec) if provisioned else None
    return Resolved(version, spec, owner, reserved, set_aside, provisioned, ahead)


def other(version: Version) -> Version:
    return msgspec.structs.replace(version, function="other")


def refusal(admission: Admission, wanted: Resolved) -> str:
    with pytest.raises(Throttled) as throttled:
        admission.admit(wanted)
    return throttled.value.reason


def admitted(admission: Admission, wanted: Resolved, *, queued: bool = False) -> list[Permit]:
    """As many as are admitted in a row."""
    permits = []
    try:
        while len(permits) < 5000:
            permits.append(admission.admit(wanted, queued=queued))
    except Throttled:
        return permits
    return permits


def test_unreserved_functions_share_what_the_account_has_left(version: Version) -> None:
    admission = Admission(concurrent_executions=5)
    first = admission.admit(resolved(version, set_aside=3))
    admission.admit(resolved(other(version), set_aside=3))
    assert repr(admission) == "Admission(limit=5, running={'111111111111/eu-west-1': 2})"
    assert refusal(admission, resolved(version, set_aside=3)) == "ConcurrentInvocationLimitExceeded"
    first.release()
    admission.admit(resolved(version, set_aside=3))


def test_a_reserved_function_has_its_own_places_and_no_others(version: Version) -> None:
    admission = Admission(concurrent_executions=5)
    permit = admission.admit(resolved(version, reserved=1, set_aside=1))
    said = refusal(admission, resolved(version, reserved=1, set_aside=1))
    assert said == "ReservedFunctionConcurrentInvocationLimitExceeded"
    admission.admit(resolved(other(version), set_aside=1))
    permit.release()
    admission.admit(resolved(version, reserved=1, set_aside=1))


def test_nothing_reserved_stops_a_function(version: Version) -> None:
    said = refusal(Admission(), resolved(version, reserved=0))
    assert said == "ReservedFunctionConcurrentInvocationLimitExceeded"


def test_a_permit_is_given_back_to_where_it_was_taken(version: Version) -> None:
    admission = Admission(concurrent_executions=5)
    permit = admission.admit(resolved(version))
    admission.admit(resolved(version, reserved=1))  # reserved meanwhile
    permit.release()
    assert repr(admission) == "Admission(limit=5, running={'111111111111/eu-west-1/hello': 1})"


def test_another_region_has_a_pool_of_its_own(version: Version) -> None:
    admission = Admission(concurrent_executions=1)
    admission.admit(resolved(version))
    admission.admit(resolved(msgspec.structs.replace(version, region="us-east-1")))


def test_provisioned_concurrency_is_taken_first_and_what_it_has_no_place_for_spills_over(
    version: Version,
) -> None:
    admission = Admission(concurrent_executions=3)
    wanted = resolved(version, set_aside=2, provisioned=2)
    permits = [admission.admit(wanted) for _ in range(3)]
    assert [permit.ahead for permit in permits] == [True, True, False]
    assert [wanted.spec_for(ahead=permit.ahead).initialization for permit in permits] == [
        "provisioned-concurrency",
        "provisioned-concurrency",
        "on-demand",
    ]
    assert refusal(admission, wanted) == "ConcurrentInvocationLimitExceeded"
    permits[0].release()
    assert admission.admit(wanted).ahead


def test_provisioned_concurrency_is_there_when_all_other_places_are_taken(version: Version) -> None:
    admission = Admission(concurrent_executions=2)
    admission.admit(resolved(other(version), set_aside=1))
    assert refusal(admission, resolved(other(version), set_aside=1)) == "ConcurrentInvocationLimitExceeded"
    assert admission.admit(resolved(version, set_aside=1, provisioned=1)).ahead


def test_a_reserved_function_spills_over_into_the_rest_of_its_reservation(version: Version) -> None:
    admission = Admission()
    wanted = resolved(version, reserved=1, set_aside=3, provisioned=2)
    assert [permit.ahead for permit in admitted(admission, wanted)] == [True, True, False]
    assert refusal(admission, wanted) == "ReservedFunctionConcurrentInvocationLimitExceeded"


def test_ten_begin_in_a_second_for_each_reserved_place(version: Version, ticks: Ticks) -> None:
    admission = Admission(monotonic=ticks)
    wanted = resolved(version, reserved=2)
    for _ in range(20):
        admission.admit(wanted).release()
    assert refusal(admission, wanted) == "ReservedFunctionInvocationRateLimitExceeded"
    ticks.now += 0.051
    admission.admit(wanted).release()
    assert refusal(admission, wanted) == "ReservedFunctionInvocationRateLimitExceeded"
    ticks.now += 3600
    for _ in range(20):  # what was not used is not kept
        admission.admit(wanted).release()
    assert refusal(admission, wanted) == "ReservedFunctionInvocationRateLimitExceeded"


def test_unreserved_functions_share_the_rate_of_their_account(version: Version, ticks: Ticks) -> None:
    admission = Admission(concurrent_executions=3, monotonic=ticks)
    for of in (version, other(version)):
        for _ in range(5):
            admission.admit(resolved(of, set_aside=2)).release()
    assert refusal(admission, resolved(version, set_aside=2)) == "FunctionInvocationRateLimitExceeded"


def test_what_comes_from_a_queue_is_not_held_to_the_rate(version: Version, ticks: Ticks) -> None:
    admission = Admission(monotonic=ticks)
    for _ in range(100):
        admission.admit(resolved(version, reserved=1), queued=True).release()


def test_provisioned_concurrency_has_a_rate_of_its_own_and_spills_over(
    version: Version, ticks: Ticks
) -> None:
    admission = Admission(monotonic=ticks)
    ahead = []
    for _ in range(12):
        permit = admission.admit(resolved(version, provisioned=1))
        ahead.append(permit.ahead)
        permit.release()
    assert ahead == [True] * 10 + [False] * 2


def test_a_function_adds_a_thousand_environments_in_ten_seconds(version: Version, ticks: Ticks) -> None:
    admission = Admission(concurrent_executions=10_000, monotonic=ticks)
    wanted = resolved(version)
    first = admitted(admission, wanted)
    assert len(first) == 1000
    assert refusal(admission, wanted) == "ConcurrentInvocationLimitExceeded"
    assert len(admitted(admission, resolved(other(version)))) == 1000
    ticks.now += 5
    assert len(admitted(admission, wanted)) == 500
    for permit in first:  # those environments are still there
        permit.release()
    assert len(admitted(admission, wanted)) == 1000
    ticks.now += 20
    assert len(admitted(admission, wanted)) == 1000


def test_environments_that_were_not_needed_for_long_are_growth_again(version: Version, ticks: Ticks) -> None:
    admission = Admission(concurrent_executions=10_000, monotonic=ticks)
    wanted = resolved(version)
    permits = admitted(admission, wanted)
    ticks.now += 10
    permits += admitted(admission, wanted)
    assert len(permits) == 2000
    for permit in permits:
        permit.release()
    for _ in range(2):
        ticks.now += 301
        admission.admit(wanted).release()
    assert len(admitted(admission, wanted)) in (1000, 1001)


def test_growth_is_limited_within_a_reservation_too(version: Version, ticks: Ticks) -> None:
    admission = Admission(concurrent_executions=10_000, monotonic=ticks)
    wanted = resolved(version, reserved=3000)
    assert len(admitted(admission, wanted, queued=True)) == 1000
    assert refusal(admission, wanted) == "ReservedFunctionConcurrentInvocationLimitExceeded"
