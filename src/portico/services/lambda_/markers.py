"""Markers of lists that come in pages: where the next page begins, opaque to the caller."""

import base64
import binascii

from portico.services.lambda_ import errors


def after(*place: str) -> str:
    """The marker for what comes after the item with these identifiers."""
    return base64.urlsafe_b64encode("\n".join(place).encode()).decode()


def place_of(marker: str | None, parts: int) -> tuple[str, ...]:
    """The identifiers in a marker, `parts` of them; none for no marker.

    Raises:
        InvalidParameterValueException: it is not one of ours.
    """
    if not marker:
        return ()
    try:
        place = tuple(base64.urlsafe_b64decode(marker.encode()).decode().split("\n"))
    except (binascii.Error, ValueError) as error:
        raise errors.invalid("Invalid Marker") from error
    if len(place) != parts:
        raise errors.invalid("Invalid Marker")
    return place
