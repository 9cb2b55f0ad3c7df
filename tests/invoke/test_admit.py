"""How many may run at once, told on the admission's own account of itself."""

import msgspec
import pytest

from portico.invoke.admit import Admission, Throttled
from portico.invoke.records import Version
from portico.invoke.resolve import Resolved, spec_of


def resolved(version: Version, *, reserved: int | None = None, reserved_total: int = 0) -> Resolved:
    return Resolved(version, spec_of(version), reserved, reserved_total)


def other(version: Version) -> Version:
    return msgspec.structs.replace(version, function="other")


def test_unreserved_functions_share_what_the_account_has_left(version: Version) -> None:
    admission = Admission(concurrent_executions=5)
    first = admission.admit(resolved(version, reserved_total=3))
    admission.admit(resolved(other(version), reserved_total=3))
    assert repr(admission) == "Admission(limit=5, running={'111111111111/eu-west-1': 2})"
    with pytest.raises(Throttled) as throttled:
        admission.admit(resolved(version, reserved_total=3))
    assert throttled.value.reason == "ConcurrentInvocationLimitExceeded"
    first.release()
    admission.admit(resolved(version, reserved_total=3))


def test_a_reserved_function_has_its_own_places_and_no_others(version: Version) -> None:
    admission = Admission(concurrent_executions=5)
    permit = admission.admit(resolved(version, reserved=1, reserved_total=1))
    with pytest.raises(Throttled) as throttled:
        admission.admit(resolved(version, reserved=1, reserved_total=1))
    assert throttled.value.reason == "ReservedFunctionConcurrentInvocationLimitExceeded"
    admission.admit(resolved(other(version), reserved_total=1))
    permit.release()
    admission.admit(resolved(version, reserved=1, reserved_total=1))


def test_nothing_reserved_stops_a_function(version: Version) -> None:
    with pytest.raises(Throttled):
        Admission().admit(resolved(version, reserved=0))


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
