"""Pages: `Limit`, `Marker`, `Truncated`, as all lists of KMS have them."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from portico.services.kms import errors
from portico.store.port import Key

T = TypeVar("T")


class Page(msgspec.Struct, frozen=True, gc=False):
    """What part of a list is asked for: at most `limit`, behind `after` (the identifiers of the last one before, None at the start)."""

    limit: int
    after: Key | None


def page_of(request: Mapping[str, Any], *, default: int, most: int, parts: int) -> Page:
    """The page that a request asks for; a marker has so many `parts`.

    Raises:
        AwsError: ValidationException, InvalidMarkerException.
    """
    limit = request.get("Limit") or default
    if limit > most:
        raise errors.invalid(
            f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: "
            f"Member must have value less than or equal to {most}"
        )
    marker = request.get("Marker")
    if not marker:
        return Page(limit, None)
    try:
        after = msgspec.json.decode(base64.urlsafe_b64decode(marker), type=tuple[str, ...])
    except (ValueError, msgspec.DecodeError):
        raise errors.bad_marker() from None
    if len(after) != parts:
        raise errors.bad_marker()
    return Page(limit, after)


def marker_after(*parts: str) -> str:
    """The marker of the page that begins behind what has these identifiers."""
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode()


def cut(found: Sequence[T], limit: int) -> tuple[Sequence[T], bool]:
    """The page of what was found, of which one more was asked for, and whether there is more."""
    return found[:limit], len(found) > limit
