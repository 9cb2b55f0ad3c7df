"""Users."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from portico.base import ids
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.identity.records import ACCESS_KEYS, SERVICE_CREDENTIALS, User
from portico.services.iam import boundaries, entities, errors, tagging, targets
from portico.services.iam.entities import USER
from portico.services.iam.paging import page
from portico.services.iam.service import Iam

if TYPE_CHECKING:
    from portico.services.iam import shapes


def shown(user: User) -> shapes.User:
    """A user as lists have it: without tags and boundary."""
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.unique_id,
        "Arn": user.arn,
        "CreateDate": user.created_at,
    }


def described(user: User) -> shapes.User:
    """A user as GetUser has it."""
    whole = shown(user)
    if user.boundary:
        whole["PermissionsBoundary"] = boundaries.shown(user.boundary)
    if user.tags:
        whole["Tags"] = tagging.shown(user.tags)
    return whole


@operation(on=targets.to_create(USER), keys=targets.request_facts)
async def create_user(iam: Iam, call: Call, request: shapes.CreateUserRequest) -> shapes.CreateUserResponse:
    """Create a user without credentials or permissions.

    Raises:
        EntityAlreadyExists: the name is taken, in whatever case.
        NoSuchEntity: the permissions boundary does not exist.
        LimitExceeded: 5000 users.
    """
    name = request["UserName"]
    await entities.refuse_taken(call, USER, name)
    if len(await entities.everyone(call, USER)) >= iam.quotas.users:
        raise errors.quota("UsersPerAccount", iam.quotas.users)
    user = User(
        name,
        request.get("Path", "/"),
        ids.unique_id("AIDA"),
        call.scope.account,
        entities.created_at(call),
        boundary=await boundaries.checked(call, request.get("PermissionsBoundary")),
        tags=tagging.read(request.get("Tags", ()), any_case=True),
    )
    entities.save(call, USER, user)
    return {"User": described(user)}


@operation(on=targets.on_user, keys=targets.user_facts)
async def get_user(iam: Iam, call: Call, request: shapes.GetUserRequest) -> shapes.GetUserResponse:
    """A user; without a name the caller, which may be the root user.

    Raises:
        NoSuchEntity: no such user.
        ValidationError: no name, and the caller is no user.
    """
    if "UserName" not in request and call.principal.kind == "root":
        return {"User": _root(call)}
    return {"User": described(await entities.find(call, USER, name_or_own(call, request.get("UserName"))))}


@operation(keys=targets.request_facts)
async def list_users(iam: Iam, call: Call, request: shapes.ListUsersRequest) -> shapes.ListUsersResponse:
    """The users under a path."""
    prefix = request.get("PathPrefix", "/")
    users = [user for user in await entities.everyone(call, USER) if user.path.startswith(prefix)]
    listed, more = page(users, request, lambda user: user.name)
    return {"Users": [shown(user) for user in listed], **more}


@operation(on=targets.to_rename(USER), keys=targets.user_facts)
async def update_user(iam: Iam, call: Call, request: shapes.UpdateUserRequest) -> None:
    """Rename a user or move it to another path; its id and everything that hangs on it stay.

    Raises:
        NoSuchEntity: no such user.
        EntityAlreadyExists: the new name is another user's.
    """
    user = await entities.find(call, USER, request["UserName"])
    name = request.get("NewUserName", user.name)
    if name.lower() != user.name.lower():
        await entities.refuse_taken(call, USER, name)
        await _rename_belongings(call, user, name)
    moved = msgspec.structs.replace(user, name=name, path=request.get("NewPath", user.path))
    entities.rename(call, USER, user, moved)


@operation(on=targets.on_user, keys=targets.user_facts)
async def delete_user(iam: Iam, call: Call, request: shapes.DeleteUserRequest) -> None:
    """Delete a user that has nothing left.

    Raises:
        NoSuchEntity: no such user.
        DeleteConflict: it has access keys, policies, groups or service credentials.
    """
    user = await entities.find(call, USER, request["UserName"])
    credentials = await call.tx.scan(SERVICE_CREDENTIALS, user.account, user.name.lower())
    obstacles = {
        "members": user.groups,
        "access keys": user.access_keys,
        "attached": user.attached,
        "inline": user.inline,
        "referenced": credentials,
    }
    for obstacle, found in obstacles.items():
        if found:
            raise errors.must_first(obstacle)
    entities.remove(call, USER, user)


def name_or_own(call: Call, name: str | None) -> str:
    """The name that was given, or the calling user's.

    Raises:
        AwsError: `ValidationError`, none was given and the caller is no user.
    """
    if name is not None:
        return name
    if call.principal.kind == "user":
        return call.principal.name
    raise errors.validation("Must specify userName when calling with non-User credentials")


async def _rename_belongings(call: Call, user: User, name: str) -> None:
    """Access keys and service credentials name their user."""
    for key_id in user.access_keys:
        key = await call.tx.get(ACCESS_KEYS, key_id)
        if key is not None:
            call.tx.put(ACCESS_KEYS, msgspec.structs.replace(key, user=name), key_id)
    for credential in await call.tx.scan(SERVICE_CREDENTIALS, user.account, user.name.lower()):
        moved = msgspec.structs.replace(credential, user=name)
        call.tx.delete(SERVICE_CREDENTIALS, user.account, user.name.lower(), credential.credential_id)
        call.tx.put(SERVICE_CREDENTIALS, moved, user.account, name.lower(), credential.credential_id)


def _root(call: Call) -> shapes.User:
    """The root user, which has no name, no path and, here, no day of creation."""
    return {"UserId": call.scope.account, "Arn": call.principal.arn}  # type: ignore[typeddict-item]  # as AWS
