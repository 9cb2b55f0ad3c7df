"""The rate at which streamed answers are sent."""

from portico.invoke.pace import FREE_BYTES, Pace


def test_the_first_megabytes_are_free_and_the_rest_takes_its_time() -> None:
    now = 100.0
    pace = Pace(1_000_000, lambda: now)
    assert pace.due_in_s(FREE_BYTES) == 0
    assert pace.due_in_s(500_000) == 0.5
    now += 0.5
    assert pace.due_in_s(250_000) == 0.25


def test_a_part_that_crosses_the_boundary_waits_for_what_is_beyond() -> None:
    pace = Pace(1_000_000, lambda: 0.0)
    assert pace.due_in_s(FREE_BYTES + 100_000) == 0.1


def test_no_limit() -> None:
    pace = Pace(0, lambda: 0.0)
    assert pace.due_in_s(10 * FREE_BYTES) == 0
