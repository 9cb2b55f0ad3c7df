"""Token buckets."""

import pytest

from portico.doors.buckets import Buckets, Limit


def admitted(buckets: Buckets, limit: Limit, times: list[float]) -> int:
    return sum(buckets.take([limit], at) is None for at in times)


def test_a_full_bucket_admits_its_burst_and_then_its_rate() -> None:
    buckets, limit = Buckets(), Limit("k", 10, 5)
    assert admitted(buckets, limit, [100.0] * 8) == 5
    assert admitted(buckets, limit, [100.07]) == 0
    assert admitted(buckets, limit, [100.09, 100.09]) == 1
    assert admitted(buckets, limit, [200.0] * 9) == 5


@pytest.mark.parametrize("step_s", [0.0001, 0.0007, 0.003])
@pytest.mark.parametrize("burst", [1, 2, 10])
def test_the_rate_is_kept_over_ten_seconds_however_often_it_is_asked(step_s: float, burst: int) -> None:
    buckets, limit = Buckets(), Limit("k", 100, burst)
    times = [step_s * number for number in range(int(10 / step_s))]
    assert admitted(buckets, limit, times) == pytest.approx(1000 + burst - 1, abs=20)


def test_every_second_has_its_hundred() -> None:
    buckets, limit = Buckets(), Limit("k", 100, 2)
    by_second = [0] * 10
    for number in range(100_000):
        by_second[number // 10_000] += buckets.take([limit], number / 10_000) is None
    assert all(98 <= count <= 102 for count in by_second[1:])
    assert by_second[0] <= 104


def test_a_refusal_takes_nothing_of_the_others() -> None:
    buckets, first, second = Buckets(), Limit("a", 1, 3), Limit("b", 1, 1)
    assert buckets.take([first, second], 0.0) is None
    assert [buckets.take([first, second], 0.0) for _ in range(5)] == [second] * 5
    assert admitted(buckets, first, [0.0] * 5) == 2


def test_the_first_that_refuses_is_told() -> None:
    buckets, first, second = Buckets(), Limit("a", 1, 1), Limit("b", 1, 1)
    assert buckets.take([first, second], 0.0) is None
    assert buckets.take([second, first], 0.0) is second


@pytest.mark.parametrize(
    "limit", [Limit("k", 0, 5), Limit("k", 5, 0), Limit("k", -1, -1), Limit("k", 5, 0.5)]
)
def test_what_has_no_rate_or_no_token_lets_nothing_pass(limit: Limit) -> None:
    assert Buckets().take([limit], 0.0) is limit


def test_full_buckets_are_forgotten() -> None:
    buckets = Buckets(kept_max=10)
    for number in range(100):
        assert buckets.take([Limit(number, 1, 1)], float(number * 2)) is None
    busy = Limit(99, 1, 1)
    assert buckets.take([busy], 198.5) is busy


def test_no_more_are_kept_than_there_may_be() -> None:
    buckets = Buckets(kept_max=10)
    for number in range(100):
        buckets.take([Limit(number, 0.001, 1)], 0.0)
    assert repr(buckets) == "Buckets(10 not full)"


def test_a_rate_that_changes_applies_at_once() -> None:
    buckets = Buckets()
    assert admitted(buckets, Limit("k", 1, 1), [0.0, 0.5]) == 1
    assert admitted(buckets, Limit("k", 1000, 1000), [1.0] * 2000) == 1020  # what comes in 20 ms
