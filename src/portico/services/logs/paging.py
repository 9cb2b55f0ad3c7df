"""Pages of records that are kept by name, and the tokens between them."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from portico.calls.call import Call
from portico.services.logs import errors
from portico.store.table import Table

PAGE = 50
_CHUNK = 100
_LAST = "\U0010ffff"

T = TypeVar("T")


async def by_name(
    call: Call,
    table: Table[Any],
    *within: str,
    token: str | None,
    limit: int | None,
    prefix: str = "",
    reverse: bool = False,
    wanted: Callable[[Any], bool] = lambda record: True,
) -> tuple[list[Any], str | None]:
    """Records below `within` whose names begin with `prefix` and for which `wanted` holds, in order of name; the next page's token.

    Raises:
        InvalidParameterException: the token is not one of ours.
    """
    limit, after = limit or PAGE, _name_in(token)
    found = []
    if prefix and not after and not reverse:
        exact = await call.tx.get(table, *within, prefix)
        found = [exact] if exact is not None and wanted(exact) else []
    start = after or (prefix + _LAST if prefix and reverse else prefix)
    while len(found) <= limit:
        rows = await call.tx.scan(
            table, *within, after=table.key(*within, start) if start else None, limit=_CHUNK, reverse=reverse
        )
        inside = [row for row in rows if row.name.startswith(prefix)]
        found += [row for row in inside if wanted(row)]
        if len(inside) < _CHUNK:
            break
        start = rows[-1].name
    return found[:limit], f"after:{found[limit - 1].name}" if len(found) > limit else None


def _name_in(token: str | None) -> str:
    if token is None:
        return ""
    if not token.startswith("after:"):
        raise errors.bad_token()
    return token.removeprefix("after:")


def by_place(items: Sequence[T], *, token: str | None, limit: int | None) -> tuple[Sequence[T], str | None]:
    """A page of things in an order that is not that of their names.

    Raises:
        InvalidParameterException: the token is not one of ours.
    """
    if token is not None and not (token.startswith("at:") and token[3:].isascii() and token[3:].isdigit()):
        raise errors.bad_token()
    at, behind = int(token[3:]) if token else 0, limit or PAGE
    return items[at : at + behind], f"at:{at + behind}" if len(items) > at + behind else None


def with_token(answer: dict[str, Any], token: str | None) -> dict[str, Any]:
    """An answer with its `nextToken`, if there is one."""
    return {**answer, "nextToken": token} if token else answer
