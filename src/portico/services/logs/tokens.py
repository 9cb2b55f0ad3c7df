"""Places in the events of a group, as tokens and event ids. Pure."""

import re

from portico.services.logs import errors
from portico.store.timeline import Position

_PAGE_TOKEN = re.compile(r"([fb])/(\d{56})/s").fullmatch
_DIGITS = re.compile(r"\d{56}").fullmatch
_START: Position = (0, 0, 0)


def event_id(position: Position) -> str:
    """The 56 digits that name an event: its time, batch and place."""
    ms, batch, at = position
    return f"{ms:018d}{batch:028d}{at:010d}"


def _position(digits: str) -> Position:
    return int(digits[:18]), int(digits[18:46]), int(digits[46:])


def token_of(way: str, position: Position | None) -> str:
    """A token that leads forward (`f`) or backward (`b`) from a place."""
    return f"{way}/{event_id(position or _START)}/s"


def direction(token: str | None, *, forward: bool) -> tuple[str, Position | None]:
    """Which way a token leads and from where; without one, from the head (`forward`) or from the end.

    Raises:
        AwsError: the token is not one of ours.
    """
    if token is None:
        return ("f" if forward else "b"), None
    match = _PAGE_TOKEN(token)
    if match is None:
        raise errors.invalid("The specified nextToken is invalid.")
    position = _position(match.group(2))
    return match.group(1), position if position != _START or match.group(1) == "b" else None


def filter_token(position: Position) -> str:
    """The token of the next page of a filter."""
    return event_id(position)


def filter_position(token: str | None) -> Position | None:
    """Where a filter goes on.

    Raises:
        AwsError: the token is not one of ours.
    """
    if token is None:
        return None
    if not _DIGITS(token):
        raise errors.invalid("The specified nextToken is invalid.")
    return _position(token)
