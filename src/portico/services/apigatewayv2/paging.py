"""Lists in pages, and the tokens between them."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from portico.calls.call import Call
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.records import T, Values, shown
from portico.store.port import KeyPart
from portico.store.table import Table

_PAGE = 500
S = TypeVar("S")


async def page(
    call: Call, request: Mapping[str, Any], table: Table[T], *prefix: KeyPart, id_of: str
) -> tuple[list[T], str | None]:
    """A page of the records below `prefix`, in the order of their ids (the member `id_of`), and the next one's token.

    Raises:
        AwsError: BadRequestException, `MaxResults` or `NextToken` can't be used.
    """
    limit, after = _limit(request.get("MaxResults")), _position(request.get("NextToken"))
    found = await call.tx.scan(
        table, *prefix, after=table.key(*prefix, after) if after else None, limit=limit + 1
    )
    more = _token(str(shown(found[limit - 1])[id_of])) if len(found) > limit else None
    return found[:limit], more


def page_of(
    request: Mapping[str, Any], found: Sequence[S], id_of: Callable[[S], str]
) -> tuple[list[S], str | None]:
    """A page of what was found, in the order of `id_of`, and the next one's token.

    Raises:
        AwsError: BadRequestException, `MaxResults` or `NextToken` can't be used.
    """
    limit, after = _limit(request.get("MaxResults")), _position(request.get("NextToken"))
    rest = [one for one in found if not after or id_of(one) > after]
    more = _token(id_of(rest[limit - 1])) if len(rest) > limit else None
    return rest[:limit], more


def answer(items: list[Values], token: str | None) -> Values:
    """A page as AWS shows it."""
    return {"Items": items} | ({"NextToken": token} if token else {})


def _limit(given: str | None) -> int:
    if given is None:
        return _PAGE
    if not given.isascii() or not given.isdecimal() or not 1 <= int(given) <= _PAGE:
        raise errors.bad_request(f"Invalid value for maxResults: {given}")
    return int(given)


def _token(last: str) -> str:
    return base64.urlsafe_b64encode(last.encode()).decode()


def _position(token: str | None) -> str:
    if not token:
        return ""
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise errors.bad_request("Invalid next token specified") from None
