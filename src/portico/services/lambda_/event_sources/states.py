"""The states of a mapping: one table. Pure.

A state in which something is in progress is answered at once, and settled by the follower when its poller has begun or ended.
"""

from typing import Literal

State = Literal["Creating", "Enabling", "Enabled", "Disabling", "Disabled", "Updating", "Deleting"]
Event = Literal["enable", "disable", "update", "delete", "begun", "ended"]

IN_PROGRESS = frozenset({"Creating", "Enabling", "Disabling", "Updating", "Deleting"})

_NEXT: dict[tuple[str, Event], State] = {
    ("Creating", "begun"): "Enabled",
    ("Enabled", "update"): "Updating",
    ("Enabled", "disable"): "Disabling",
    ("Enabled", "delete"): "Deleting",
    ("Disabled", "update"): "Updating",
    ("Disabled", "enable"): "Enabling",
    ("Disabled", "delete"): "Deleting",
    ("Enabling", "begun"): "Enabled",
    ("Disabling", "ended"): "Disabled",
    ("Updating", "begun"): "Enabled",
    ("Updating", "ended"): "Disabled",
}


class NotPossible(Exception):
    """The event can't happen in this state."""


def after(state: str, event: Event) -> State:
    """The state that follows.

    Raises:
        NotPossible: nothing can be changed while something is in progress.
    """
    found = _NEXT.get((state, event))
    if found is None:
        raise NotPossible(f"a mapping that is {state} can't {event}")
    return found
