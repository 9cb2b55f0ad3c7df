"""Lanes: how many events run, how many are held ready, and what is left for others."""

from portico.invoke.asynchronous.course import (
    AGE_MAX_S,
    EXHAUSTED,
    TOO_OLD,
    End,
    Limits,
    Wait,
    after,
    send_again,
)
from portico.invoke.asynchronous.events import Event
from portico.invoke.asynchronous.lanes import NARROW, ROOM, Lane, Lanes, Place
from portico.store.port import Message

EVENT = Event("e", "1", "r", "f", "", "arn", b"{}", 1_000.0)


def filled(lanes: Lanes, name: str, count: int) -> Lane:
    """A lane that holds so many events."""
    lane = lanes.lane(("lambda.events", "1", "r", name))
    lane.held.extend(Message(lane.queue, str(n), b"", "r", 1, 0.0, 0.0, None) for n in range(count))
    return lane


def begun(lanes: Lanes, lane: Lane) -> list[Place]:
    """Begin all that may run."""
    places = []
    while (next_one := lanes.begin(lane)) is not None:
        places.append(next_one[1])
    return places


def test_a_lane_begins_narrow() -> None:
    lanes = Lanes()
    lane = filled(lanes, "f", 100)
    assert len(begun(lanes, lane)) == NARROW
    assert repr(lanes) == f"Lanes(running={NARROW}, {{'f': '{NARROW}/{NARROW}+{100 - NARROW}'}})"


def test_it_widens_while_few_end() -> None:
    lanes = Lanes()
    lane = filled(lanes, "f", 10_000)
    widths = []
    for _ in range(10):
        begun(lanes, lane)
        lane.look_back(may_widen=True)
        widths.append(lane.width)
    assert widths[:4] == [16, 32, 64, 128]
    assert lane.running <= ROOM // 2


def test_it_stays_as_it_is_for_a_fast_function_or_a_busy_machine() -> None:
    lanes = Lanes()
    lane = filled(lanes, "f", 1_000)
    for _ in range(50):
        for place in begun(lanes, lane):
            place.settled()
    begun(lanes, lane)
    lane.look_back(may_widen=True)
    assert lane.width == NARROW
    lane.look_back(may_widen=False)
    assert lane.width == NARROW


def test_no_lane_takes_what_others_need() -> None:
    lanes = Lanes(room=100)
    first, second, third = (filled(lanes, name, 1_000) for name in ("first", "second", "third"))
    first.width = second.width = third.width = 1_000
    assert len(begun(lanes, first)) == 50
    assert len(begun(lanes, second)) == 25
    late = [len(begun(lanes, filled(lanes, str(n), 1))) for n in range(200)]
    assert late == [1] * 200
    assert len(begun(lanes, third)) == 1


def test_a_fast_function_has_some_held_ready() -> None:
    lanes = Lanes()
    lane = filled(lanes, "f", 0)
    assert lanes.wanted(lane) == NARROW
    lane = filled(lanes, "f", 40)
    for place in (each for _ in range(5) for each in begun(lanes, lane)):
        place.settled()
    lane.look_back(may_widen=True)
    assert lane.stock > 0
    lane.message_bytes = 1024 * 1024
    assert lane.stock <= 4


def test_a_place_is_free_before_its_event_is_settled() -> None:
    lanes = Lanes()
    lane = filled(lanes, "f", 1_000)
    freed: list[Place] = []
    for _ in range(200):
        for place in begun(lanes, lane):
            place.ran()
            freed.append(place)
    assert lane.running == 0
    assert lane.settling == 128  # but not without bound
    for place in freed:
        place.settled()
    assert lane.settling == 0
    assert lanes.running == 0


def test_a_throttled_lane_narrows() -> None:
    lanes = Lanes()
    lane = filled(lanes, "f", 100)
    places = begun(lanes, lane)
    for place in places[1:]:
        place.throttled()
        place.settled()
    assert lane.width == 1
    assert begun(lanes, lane) == []


def test_a_lane_rests_longer_and_longer_while_its_events_are_refused() -> None:
    lanes = Lanes()
    lane = filled(lanes, "f", 100)
    for place in begun(lanes, lane):
        place.refused(1_000.0)
        place.ran()
        place.settled()
    assert (begun(lanes, lane), lanes.wanted(lane)) == ([], 0)
    now, rests = lane.rests_until, []
    for _ in range(3):
        lane.rested(now - 0.01)
        assert begun(lanes, lane) == []
        lane.rested(now)
        (place,) = begun(lanes, lane)  # one, to see
        place.refused(now)
        place.ran()
        place.settled()
        rests.append(lane.rests_until - now)
        now = lane.rests_until
    assert rests == sorted(rests)
    assert rests[-1] <= 1.01
    lane.rested(now)
    (place,) = begun(lanes, lane)
    place.ran()
    assert len(begun(lanes, lane)) == NARROW


def test_one_that_is_let_through_ends_the_rest_of_the_lane() -> None:
    lanes = Lanes()
    lane = filled(lanes, "f", 100)
    runs, *others = begun(lanes, lane)
    for place in others:
        place.refused(1_000.0)
        place.throttled()
        place.settled()
    assert begun(lanes, lane) == []
    runs.ran()
    assert len(begun(lanes, lane)) == 1  # as wide as throttling has left it


def test_the_waits() -> None:
    first = after("function error", EVENT, Limits(), 1_001.0)
    assert isinstance(first, Wait)
    assert (first.until, first.event.errors) == (1_061.0, 1)
    second = after("function error", first.event, Limits(), 1_062.0)
    assert isinstance(second, Wait)
    assert second.until == 1_182.0
    assert after("function error", second.event, Limits(), 1_183.0) == End(EXHAUSTED)


def test_refusals_back_off_and_are_no_errors() -> None:
    event, now, waits = EVENT, 1_000.0, []
    while isinstance(step := after("refused", event, Limits(), now), Wait):
        waits.append(step.until - now)
        event, now = step.event, step.until
    assert waits[:9] == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert set(waits[9:]) == {300}
    assert step == End(TOO_OLD)
    assert now - 1_000.0 >= AGE_MAX_S
    assert event.errors == 0


def test_an_error_begins_the_back_off_anew() -> None:
    step = after("refused", EVENT, Limits(), 1_000.0)
    assert isinstance(step, Wait)
    failed = after("function error", step.event, Limits(), 1_001.0)
    assert isinstance(failed, Wait)
    assert failed.event.refusals == 0


def test_messages_are_sent_again_five_times_in_all() -> None:
    assert [send_again(tries, 0.0) for tries in range(1, 6)] == [1.0, 5.0, 30.0, 120.0, None]
