"""Groups and their members. A membership is in the user's record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from portico.base import ids
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.identity.records import Group, User
from portico.services.iam import entities, errors, targets
from portico.services.iam.entities import GROUP, USER
from portico.services.iam.paging import page
from portico.services.iam.service import Iam
from portico.services.iam.users import shown as user_shown

if TYPE_CHECKING:
    from portico.services.iam import shapes


def shown(group: Group) -> shapes.Group:
    """A group as responses have it."""
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.unique_id,
        "Arn": group.arn,
        "CreateDate": group.created_at,
    }


@operation(on=targets.to_create(GROUP))
async def create_group(
    iam: Iam, call: Call, request: shapes.CreateGroupRequest
) -> shapes.CreateGroupResponse:
    """Create a group without members or permissions.

    Raises:
        EntityAlreadyExists: the name is taken, in whatever case.
        LimitExceeded: 300 groups.
    """
    name = request["GroupName"]
    await entities.refuse_taken(call, GROUP, name)
    if len(await entities.everyone(call, GROUP)) >= iam.quotas.groups:
        raise errors.quota("GroupsPerAccount", iam.quotas.groups)
    path = request.get("Path", "/")
    group = Group(name, path, ids.unique_id("AGPA"), call.scope.account, entities.created_at(call))
    entities.save(call, GROUP, group)
    return {"Group": shown(group)}


@operation(on=targets.on_group)
async def get_group(iam: Iam, call: Call, request: shapes.GetGroupRequest) -> shapes.GetGroupResponse:
    """A group and its members.

    Raises:
        NoSuchEntity: no such group.
    """
    group = await entities.find(call, GROUP, request["GroupName"])
    listed, more = page(await _members(call, group), request, lambda user: user.name)
    return {"Group": shown(group), "Users": [user_shown(user) for user in listed], **more}


@operation()
async def list_groups(iam: Iam, call: Call, request: shapes.ListGroupsRequest) -> shapes.ListGroupsResponse:
    """The groups under a path."""
    prefix = request.get("PathPrefix", "/")
    groups = [group for group in await entities.everyone(call, GROUP) if group.path.startswith(prefix)]
    listed, more = page(groups, request, lambda group: group.name)
    return {"Groups": [shown(group) for group in listed], **more}


@operation(on=targets.on_user, keys=targets.user_facts)
async def list_groups_for_user(
    iam: Iam, call: Call, request: shapes.ListGroupsForUserRequest
) -> shapes.ListGroupsForUserResponse:
    """The groups that a user is in.

    Raises:
        NoSuchEntity: no such user.
    """
    user = await entities.find(call, USER, request["UserName"])
    groups = [await entities.find(call, GROUP, name) for name in user.groups]
    listed, more = page(groups, request, lambda group: group.name)
    return {"Groups": [shown(group) for group in listed], **more}


@operation(on=targets.to_rename(GROUP))
async def update_group(iam: Iam, call: Call, request: shapes.UpdateGroupRequest) -> None:
    """Rename a group or move it to another path; its members stay.

    Raises:
        NoSuchEntity: no such group.
        EntityAlreadyExists: the new name is another group's.
    """
    group = await entities.find(call, GROUP, request["GroupName"])
    name = request.get("NewGroupName", group.name)
    if name.lower() != group.name.lower():
        await entities.refuse_taken(call, GROUP, name)
    for user in await _members(call, group):
        groups = tuple(name if one == group.name else one for one in user.groups)
        entities.save(call, USER, msgspec.structs.replace(user, groups=groups))
    moved = msgspec.structs.replace(group, name=name, path=request.get("NewPath", group.path))
    entities.rename(call, GROUP, group, moved)


@operation(on=targets.on_group)
async def delete_group(iam: Iam, call: Call, request: shapes.DeleteGroupRequest) -> None:
    """Delete a group that has nothing left.

    Raises:
        NoSuchEntity: no such group.
        DeleteConflict: it has members or policies.
    """
    group = await entities.find(call, GROUP, request["GroupName"])
    obstacles = {"members": await _members(call, group), "attached": group.attached, "inline": group.inline}
    for obstacle, found in obstacles.items():
        if found:
            raise errors.must_first(obstacle)
    entities.remove(call, GROUP, group)


@operation(on=targets.on_group)
async def add_user_to_group(iam: Iam, call: Call, request: shapes.AddUserToGroupRequest) -> None:
    """Make a user a member; nothing changes if it is one.

    Raises:
        NoSuchEntity: no such group or user.
        LimitExceeded: the user is in ten groups.
    """
    group = await entities.find(call, GROUP, request["GroupName"])
    user = await entities.find(call, USER, request["UserName"])
    if group.name in user.groups:
        return
    if len(user.groups) >= iam.quotas.groups_per_user:
        raise errors.quota("GroupsPerUser", iam.quotas.groups_per_user)
    entities.save(call, USER, msgspec.structs.replace(user, groups=(*user.groups, group.name)))


@operation(on=targets.on_group)
async def remove_user_from_group(iam: Iam, call: Call, request: shapes.RemoveUserFromGroupRequest) -> None:
    """End a membership; nothing changes if there is none.

    Raises:
        NoSuchEntity: no such group or user.
    """
    group = await entities.find(call, GROUP, request["GroupName"])
    user = await entities.find(call, USER, request["UserName"])
    left = tuple(name for name in user.groups if name != group.name)
    entities.save(call, USER, msgspec.structs.replace(user, groups=left))


async def _members(call: Call, group: Group) -> list[User]:
    return [user for user in await entities.everyone(call, USER) if group.name in user.groups]
