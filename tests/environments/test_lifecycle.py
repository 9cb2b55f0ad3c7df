"""The table of an environment's life."""

import itertools

import pytest

from portico.environments.lifecycle import TRANSITIONS, Event, State, TransitionRefused, advance


def test_a_life() -> None:
    state = State.STARTING
    for event, following in (
        (Event.INITIALISED, State.IDLE),
        (Event.DELIVERED, State.BUSY),
        (Event.ANSWERED, State.IDLE),
        (Event.END, State.ENDING),
        (Event.EXITED, State.GONE),
    ):
        state = advance(state, event, "environment 1")
        assert state is following


@pytest.mark.parametrize(("state", "event"), sorted(set(itertools.product(State, Event)) - set(TRANSITIONS)))
def test_whatever_the_table_does_not_list_is_refused_by_name(state: State, event: Event) -> None:
    with pytest.raises(
        TransitionRefused, match=f"^environment 7 is {state.value}: {event.value} is not allowed$"
    ):
        advance(state, event, "environment 7")


def test_nothing_comes_after_the_end_and_every_state_can_end() -> None:
    assert not [row for row in TRANSITIONS if row[0] is State.GONE]
    for state in set(State) - {State.GONE}:
        assert TRANSITIONS[state, Event.EXITED] is State.GONE
