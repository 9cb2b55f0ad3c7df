"""Groups: made, shown, changed, removed.

Source: Cognito Developer Guide, "Adding groups to a user pool"; quota of groups in a pool.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.paging import position, token_after
from portico.services.cognito_idp.records import GROUPS, GROUPS_OF, MEMBERS, Group, Pool
from portico.services.cognito_idp.service import CognitoIdp, of_pool, pool_of

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_GROUPS_MAX = 10_000
_PAGE = 60


async def group_of(call: Call, pool: Pool, name: str) -> Group:
    """The pool's group of that name.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    found = await call.tx.get(GROUPS, pool.id, name)
    if found is None:
        raise errors.not_found("Group not found.")
    return found


@of_pool
async def create_group(idp: CognitoIdp, call: Call, request: "shapes.CreateGroupRequest") -> dict[str, Any]:
    """Make a group.

    Raises:
        GroupExistsException: the name is taken. LimitExceededException: the pool has 10,000.
    """
    pool = await pool_of(call, request["UserPoolId"])
    name = request["GroupName"]
    if await call.tx.get(GROUPS, pool.id, name) is not None:
        raise errors.group_exists()
    if len(await call.tx.scan(GROUPS, pool.id)) >= _GROUPS_MAX:
        raise errors.limit_exceeded(f"Maximum number of groups ({_GROUPS_MAX}) exceeded.")
    group = Group(
        pool=pool.id,
        name=name,
        created_at=call.now,
        modified_at=call.now,
        description=request.get("Description"),
        role=request.get("RoleArn", ""),
        precedence=request.get("Precedence"),
    )
    call.tx.put(GROUPS, group, pool.id, name)
    return {"Group": shown(group)}


@of_pool
async def get_group(idp: CognitoIdp, call: Call, request: "shapes.GetGroupRequest") -> dict[str, Any]:
    """A group.

    Raises:
        ResourceNotFoundException: no such pool or group.
    """
    pool = await pool_of(call, request["UserPoolId"])
    return {"Group": shown(await group_of(call, pool, request["GroupName"]))}


@of_pool
async def update_group(idp: CognitoIdp, call: Call, request: "shapes.UpdateGroupRequest") -> dict[str, Any]:
    """Change what is given of a group.

    Raises:
        ResourceNotFoundException: no such pool or group.
    """
    pool = await pool_of(call, request["UserPoolId"])
    group = await group_of(call, pool, request["GroupName"])
    changed = msgspec.structs.replace(
        group,
        description=request.get("Description", group.description),
        role=request.get("RoleArn", group.role),
        precedence=request.get("Precedence", group.precedence),
        modified_at=call.now,
    )
    call.tx.put(GROUPS, changed, pool.id, group.name)
    return {"Group": shown(changed)}


@of_pool
async def delete_group(idp: CognitoIdp, call: Call, request: "shapes.DeleteGroupRequest") -> dict[str, Any]:
    """Remove a group; its users stay.

    Raises:
        ResourceNotFoundException: no such pool or group.
    """
    pool = await pool_of(call, request["UserPoolId"])
    group = await group_of(call, pool, request["GroupName"])
    call.tx.delete(GROUPS, pool.id, group.name)
    members = await call.tx.scan(MEMBERS, pool.id, group.name)
    for member in members:
        call.tx.delete(MEMBERS, pool.id, group.name, member.user)
        call.tx.delete(GROUPS_OF, pool.id, member.user, group.name)
    return {}


@of_pool
async def list_groups(idp: CognitoIdp, call: Call, request: "shapes.ListGroupsRequest") -> dict[str, Any]:
    """The pool's groups.

    Raises:
        ResourceNotFoundException: no such pool. InvalidParameterException: the token is not one of ours.
    """
    pool = await pool_of(call, request["UserPoolId"])
    at, most = position(request.get("NextToken"), pool.id), request.get("Limit") or _PAGE
    after = None if at is None else GROUPS.key(*at)
    found = await call.tx.scan(GROUPS, pool.id, after=after, limit=most + 1)
    answer: dict[str, Any] = {"Groups": [shown(group) for group in found[:most]]}
    if len(found) > most:
        answer["NextToken"] = token_after(GROUPS.key(pool.id, found[most - 1].name))
    return answer


def shown(group: Group) -> dict[str, Any]:
    """A group as AWS's GroupType."""
    found: dict[str, Any] = {
        "GroupName": group.name,
        "UserPoolId": group.pool,
        "LastModifiedDate": group.modified_at,
        "CreationDate": group.created_at,
    }
    if group.description is not None:
        found["Description"] = group.description
    if group.role:
        found["RoleArn"] = group.role
    if group.precedence is not None:
        found["Precedence"] = group.precedence
    return found
