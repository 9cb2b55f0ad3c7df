"""Who is in which group."""

from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.cognito_idp import errors, groups
from portico.services.cognito_idp.attributes import user_shown
from portico.services.cognito_idp.paging import position, token_after
from portico.services.cognito_idp.records import GROUPS, GROUPS_OF, MEMBERS, USERS, Membership
from portico.services.cognito_idp.service import (
    CognitoIdp,
    of_pool,
    pool_of,
    requested_user,
    user_key,
    user_of,
)

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_GROUPS_PER_USER = 100
_PAGE = 60


@of_pool
async def admin_add_user_to_group(
    idp: CognitoIdp, call: Call, request: "shapes.AdminAddUserToGroupRequest"
) -> dict[str, Any]:
    """Put a user into a group; nothing happens if it is there.

    Raises:
        ResourceNotFoundException: no such pool or group. UserNotFoundException: no such user. LimitExceededException: it is in 100.
    """
    pool = await pool_of(call, request["UserPoolId"])
    group = await groups.group_of(call, pool, request["GroupName"])
    key = user_key(pool, await user_of(call, pool, request["Username"]))
    held = await call.tx.scan(GROUPS_OF, pool.id, key)
    if any(each.group == group.name for each in held):
        return {}
    if len(held) >= _GROUPS_PER_USER:
        raise errors.limit_exceeded(f"A user can be in at most {_GROUPS_PER_USER} groups.")
    joined = Membership(group.name, key, call.now)
    call.tx.put(MEMBERS, joined, pool.id, group.name, key)
    call.tx.put(GROUPS_OF, joined, pool.id, key, group.name)
    return {}


@of_pool
async def admin_remove_user_from_group(
    idp: CognitoIdp, call: Call, request: "shapes.AdminRemoveUserFromGroupRequest"
) -> dict[str, Any]:
    """Take a user out of a group; nothing happens if it is not there.

    Raises:
        ResourceNotFoundException: no such pool or group. UserNotFoundException: no such user.
    """
    pool = await pool_of(call, request["UserPoolId"])
    group = await groups.group_of(call, pool, request["GroupName"])
    key = user_key(pool, await user_of(call, pool, request["Username"]))
    call.tx.delete(MEMBERS, pool.id, group.name, key)
    call.tx.delete(GROUPS_OF, pool.id, key, group.name)
    return {}


@of_pool
async def admin_list_groups_for_user(
    idp: CognitoIdp, call: Call, request: "shapes.AdminListGroupsForUserRequest"
) -> dict[str, Any]:
    """The groups of a user.

    Raises:
        ResourceNotFoundException: no such pool. UserNotFoundException: no such user. InvalidParameterException: the token.
    """
    pool, user = await requested_user(call, request)
    key = user_key(pool, user)
    at, most = position(request.get("NextToken"), pool.id, key), request.get("Limit") or _PAGE
    after = None if at is None else GROUPS_OF.key(*at)
    found = await call.tx.scan(GROUPS_OF, pool.id, key, after=after, limit=most + 1)
    listed = [await call.tx.get(GROUPS, pool.id, each.group) for each in found[:most]]
    answer: dict[str, Any] = {"Groups": [groups.shown(group) for group in listed if group is not None]}
    if len(found) > most:
        answer["NextToken"] = token_after(GROUPS_OF.key(pool.id, key, found[most - 1].group))
    return answer


@of_pool
async def list_users_in_group(
    idp: CognitoIdp, call: Call, request: "shapes.ListUsersInGroupRequest"
) -> dict[str, Any]:
    """The users of a group.

    Raises:
        ResourceNotFoundException: no such pool or group. InvalidParameterException: the token is not one of ours.
    """
    pool = await pool_of(call, request["UserPoolId"])
    group = await groups.group_of(call, pool, request["GroupName"])
    at, most = position(request.get("NextToken"), pool.id, group.name), request.get("Limit") or _PAGE
    after = None if at is None else MEMBERS.key(*at)
    found = await call.tx.scan(MEMBERS, pool.id, group.name, after=after, limit=most + 1)
    users = [await call.tx.get(USERS, pool.id, each.user) for each in found[:most]]
    answer: dict[str, Any] = {"Users": [user_shown(user) for user in users if user is not None]}
    if len(found) > most:
        answer["NextToken"] = token_after(MEMBERS.key(pool.id, group.name, found[most - 1].user))
    return answer
