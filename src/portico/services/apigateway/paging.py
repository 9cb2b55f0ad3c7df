"""Pages of lists, and the positions between them."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from portico.services.apigateway import errors

T = TypeVar("T")

_PAGE = 25
_PAGE_MAX = 500


def page(
    items: Sequence[T],
    request: Mapping[str, Any],
    key: Callable[[T], str],
    show: Callable[[T], dict[str, Any]],
) -> dict[str, Any]:
    """The part of `items` that a request asks for (`limit`: 25 if not said, at most 500), with the `position` that the next one begins
    after; `key` names an item.

    Raises:
        AwsError: BadRequestException, the position is none of ours, or what it names is gone.
    """
    start = _start(items, request.get("position"), key)
    limit = request.get("limit") or 0
    end = start + (min(limit, _PAGE_MAX) if limit > 0 else _PAGE)
    answer: dict[str, Any] = {"items": [show(item) for item in items[start:end]]}
    if end < len(items):
        answer["position"] = base64.urlsafe_b64encode(key(items[end - 1]).encode()).decode()
    return answer


def _start(items: Sequence[T], position: str | None, key: Callable[[T], str]) -> int:
    if not position:
        return 0
    try:
        last = base64.urlsafe_b64decode(position.encode()).decode()
    except (binascii.Error, ValueError):
        raise errors.bad_request("Invalid position parameter") from None
    for at, item in enumerate(items):
        if key(item) == last:
            return at + 1
    raise errors.bad_request("Invalid position parameter")
