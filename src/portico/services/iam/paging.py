"""Lists in pages: `MaxItems`, `Marker`, `IsTruncated`.

A marker names the last item of the page before it, so that items which are added or deleted meanwhile neither repeat nor hide others.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NotRequired, TypedDict, TypeVar

from portico.services.iam import errors

T = TypeVar("T")

_ITEMS_DEFAULT = 100  # IAM API Reference, MaxItems


class More(TypedDict):
    """Whether a list goes on, and from where."""

    IsTruncated: bool
    Marker: NotRequired[str]


def page(
    items: Iterable[T], request: Mapping[str, Any], identity: Callable[[T], str]
) -> tuple[list[T], More]:
    """The items of the page that `request` asks for, in the order of their `identity` (which is unique), and the members that say
    whether and where it goes on.

    Raises:
        AwsError: `ValidationError`, the marker is not one of ours.
    """
    ordered = sorted(items, key=identity)
    if "Marker" in request:
        after = _read(request["Marker"])
        ordered = [item for item in ordered if identity(item) > after]
    most = request.get("MaxItems", _ITEMS_DEFAULT)
    if len(ordered) <= most:
        return ordered, {"IsTruncated": False}
    shown = ordered[:most]
    return shown, {"IsTruncated": True, "Marker": _write(identity(shown[-1]))}


def _write(last: str) -> str:
    return base64.urlsafe_b64encode(last.encode()).decode()


def _read(marker: str) -> str:
    try:
        return base64.b64decode(marker, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise errors.validation("Invalid Marker.") from None
