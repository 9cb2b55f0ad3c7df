"""Places in the events of a group, as tokens and event ids. Pure."""

import re

from portico.services.logs import errors
from portico.store.timeline import Position

_TOKEN = re.compile(r"([fb])/([0-9]{56})/s").fullmatch
_START: Position = (0, 0, 0)


def event_id(position: Position) -> str:
    """The 56 digits that name an event: its time, row and place."""
    ms, row, at = position
    return f"{ms:018d}{row:028d}{at:010d}"


def _position(digits: str) -> Position:
    return int(digits[:18]), int(digits[18:46]), int(digits[46:])


def token_of(way: str, position: Position | None) -> str:
    """A token that leads forward (`f`) or backward (`b`) from a place; None is the place before everything."""
    return f"{way}/{event_id(position or _START)}/s"


def direction(token: str | None, *, forward: bool) -> tuple[str, Position | None]:
    """Which way a token leads and from where; without one, from the head (`forward`) or from the end.

    Raises:
        AwsError: the token is not one of ours.
    """
    if token is None:
        return ("f" if forward else "b"), None
    match = _TOKEN(token)
    if match is None:
        raise errors.bad_token()
    return match.group(1), _position(match.group(2))
