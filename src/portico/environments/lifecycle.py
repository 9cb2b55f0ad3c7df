"""The life of an environment: one table of what may follow what. Everything else is refused."""

from enum import StrEnum


class State(StrEnum):
    """Where an environment is in its life."""

    STARTING = "starting"  # being prepared, launched, initialised
    IDLE = "idle"
    BUSY = "busy"
    FINISHING = "finishing"  # has answered, and something in it still attends to the invocation
    ENDING = "ending"  # told to end; its processes may still be there
    GONE = "gone"


class Event(StrEnum):
    """What happens to an environment."""

    INITIALISED = "initialised"
    DELIVERED = "delivered"
    ANSWERED = "answered"
    RESPONDED = "responded"
    FREED = "freed"
    END = "end"
    EXITED = "exited"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.STARTING, Event.INITIALISED): State.IDLE,
    (State.STARTING, Event.END): State.ENDING,
    (State.STARTING, Event.EXITED): State.GONE,
    (State.IDLE, Event.DELIVERED): State.BUSY,
    (State.IDLE, Event.END): State.ENDING,
    (State.IDLE, Event.EXITED): State.GONE,
    (State.BUSY, Event.ANSWERED): State.IDLE,
    (State.BUSY, Event.RESPONDED): State.FINISHING,
    (State.BUSY, Event.END): State.ENDING,
    (State.BUSY, Event.EXITED): State.GONE,
    (State.FINISHING, Event.FREED): State.IDLE,
    (State.FINISHING, Event.END): State.ENDING,
    (State.FINISHING, Event.EXITED): State.GONE,
    (State.ENDING, Event.EXITED): State.GONE,
}


class TransitionRefused(Exception):
    """An event came in a state that does not allow it."""


def advance(state: State, event: Event, thing: object) -> State:
    """The state after `event`. `thing` is only asked for its words when the event is refused.

    Raises:
        TransitionRefused: the table has no such row; the message names state, event and `thing`.
    """
    following = TRANSITIONS.get((state, event))
    if following is None:
        raise TransitionRefused(f"{thing} is {state.value}: {event.value} is not allowed")
    return following
