"""Users, in pages, all or those that a filter finds. Every filter reads a range of an index, whatever the size of the pool."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.cognito_idp.attributes import user_shown
from portico.services.cognito_idp.paging import position, token_after
from portico.services.cognito_idp.records import SUBS, USERS, VALUES, Pool, User
from portico.services.cognito_idp.service import CognitoIdp, of_pool, pool_of, user_key
from portico.services.cognito_idp.user_filter import Filter, parsed
from portico.services.cognito_idp.user_records import ENABLED, search_value
from portico.store.port import Key

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_PAGE = 60
Page = tuple[list[User], Key | None]
"""Users, and the key behind which the next page begins."""


@of_pool
async def list_users(idp: CognitoIdp, call: Call, request: "shapes.ListUsersRequest") -> dict[str, Any]:
    """Users of a pool, at most 60.

    Raises:
        ResourceNotFoundException: no such pool. InvalidParameterException: the filter, or a token that is not one of ours.
    """
    pool = await pool_of(call, request["UserPoolId"])
    wanted = parsed(request.get("Filter"))
    at = position(request.get("PaginationToken"), pool.id)
    most = request.get("Limit") or _PAGE
    users, after = await page(call, pool, wanted, at, most)
    only = request.get("AttributesToGet")
    answer: dict[str, Any] = {"Users": [user_shown(user, only=only) for user in users]}
    if after is not None:
        answer["PaginationToken"] = token_after(after)
    return answer


async def page(call: Call, pool: Pool, wanted: Filter | None, at: Key | None, most: int) -> Page:
    """The users behind `at` (a key without its table; None: from the start) that a filter finds."""
    if wanted is None:
        return await _everyone(call, pool, "", at, most)
    read = _READERS.get(wanted.attribute, _by_value)
    return await read(call, pool, wanted, at, most)


async def _everyone(call: Call, pool: Pool, prefix: str, at: Key | None, most: int) -> Page:
    """Users whose names, as they are looked up, begin with `prefix`."""
    first = None if at or not prefix else await call.tx.get(USERS, pool.id, prefix)
    after = USERS.key(*at) if at else USERS.key(pool.id, prefix) if prefix else None
    room = most + 1 - (first is not None)
    found = await call.tx.scan(USERS, pool.id, after=after, limit=room)
    users = [user for user in found if user_key(pool, user).startswith(prefix)]
    users = users if first is None else [first, *users]
    return _cut(users, most, lambda user: USERS.key(pool.id, user_key(pool, user)))


async def _by_name(call: Call, pool: Pool, wanted: Filter, at: Key | None, most: int) -> Page:
    name = pool.folded(wanted.value)
    if wanted.prefix:
        return await _everyone(call, pool, name, at, most)
    found = await call.tx.get(USERS, pool.id, name)
    return ([] if found is None else [found]), None


async def _by_sub(call: Call, pool: Pool, wanted: Filter, at: Key | None, most: int) -> Page:
    exact = None if at else await call.tx.get(SUBS, pool.id, wanted.value)
    pointers = [] if exact is None else [exact]
    if wanted.prefix:
        after = SUBS.key(*at) if at else SUBS.key(pool.id, wanted.value)
        pointers += await call.tx.scan(SUBS, pool.id, after=after, limit=most + 1 - len(pointers))
    users = [user for each in pointers if (user := await call.tx.get(USERS, pool.id, each.key)) is not None]
    users = [user for user in users if user.sub.startswith(wanted.value)]
    return _cut(users, most, lambda user: SUBS.key(pool.id, user.sub))


async def _by_value(call: Call, pool: Pool, wanted: Filter, at: Key | None, most: int) -> Page:
    name = wanted.attribute
    value = search_value(pool, name, wanted.value)
    scope = (pool.id, name) if wanted.prefix else (pool.id, name, value)
    after = VALUES.key(*at) if at else VALUES.key(pool.id, name, value) if wanted.prefix and value else None
    pointers = await call.tx.scan(VALUES, *scope, after=after, limit=most + 1)
    users = [user for each in pointers if (user := await call.tx.get(USERS, pool.id, each.key)) is not None]
    users = [user for user in users if _value(pool, user, name).startswith(value)]
    return _cut(
        users, most, lambda user: VALUES.key(pool.id, name, _value(pool, user, name), user_key(pool, user))
    )


def _value(pool: Pool, user: User, name: str) -> str:
    """A user's value as it is listed by it."""
    special = {"cognito:user_status": user.status, "status": ENABLED[user.enabled]}
    return search_value(pool, name, special.get(name) or user.attributes.get(name, ""))


def _cut(users: list[User], most: int, key: Callable[[User], Key]) -> Page:
    return users[:most], (key(users[most - 1]) if len(users) > most else None)


_Reader = Callable[[Call, Pool, Filter, Key | None, int], Awaitable[Page]]
_READERS: dict[str, _Reader] = {"username": _by_name, "sub": _by_sub}
