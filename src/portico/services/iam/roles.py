"""Roles and their trust policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from portico.base import ids
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.identity.records import INSTANCE_PROFILES, Role
from portico.services.iam import boundaries, documents, entities, errors, protection, tagging, targets, trust
from portico.services.iam.entities import ROLE
from portico.services.iam.paging import page
from portico.services.iam.service import Iam

if TYPE_CHECKING:
    from portico.services.iam import shapes


async def created(call: Call, role: Role) -> shapes.Role:
    """A role as CreateRole and instance profiles have it."""
    document = await trust.shown(call, role.trust)
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.unique_id,
        "Arn": role.arn,
        "CreateDate": role.created_at,
        "AssumeRolePolicyDocument": documents.encoded(document),
    }


async def listed(call: Call, role: Role) -> shapes.Role:
    """A role as lists have it: without tags, boundary and last use."""
    shown = await created(call, role)
    if role.description:
        shown["Description"] = role.description
    shown["MaxSessionDuration"] = role.max_session_s
    return shown


async def described(iam: Iam, call: Call, role: Role) -> shapes.Role:
    """A role as GetRole has it."""
    shown = await listed(call, role)
    if role.boundary:
        shown["PermissionsBoundary"] = boundaries.shown(role.boundary)
    if role.tags:
        shown["Tags"] = tagging.shown(role.tags)
    shown["RoleLastUsed"] = last_used(iam, role)
    return shown


def last_used(iam: Iam, role: Role) -> shapes.RoleLastUsed:
    """When and where the role was used last; empty if it was not."""
    use = iam.last_uses.of(role.unique_id)
    return {} if use is None else {"LastUsedDate": float(int(use.at)), "Region": use.region}


@operation(on=targets.to_create(ROLE), keys=targets.request_facts)
async def create_role(iam: Iam, call: Call, request: shapes.CreateRoleRequest) -> shapes.CreateRoleResponse:
    """Create a role that those named in its trust policy may assume.

    Raises:
        EntityAlreadyExists: the name is taken, in whatever case.
        MalformedPolicyDocument: the trust policy is none, or names a user or role that does not exist.
        NoSuchEntity: the permissions boundary does not exist.
        ValidationError: the path is reserved for service-linked roles.
        LimitExceeded: 1000 roles, or too large a trust policy.
    """
    name, path = request["RoleName"], request.get("Path", "/")
    if path.startswith("/aws-service-role/"):
        raise errors.validation(
            f"The specified value for path is invalid: {path} is reserved for service-linked roles"
        )
    document = await trust.stored(call, request["AssumeRolePolicyDocument"], iam.quotas.trust_policy_bytes)
    tags = tagging.read(request.get("Tags", ()), any_case=True)
    await entities.refuse_taken(call, ROLE, name)
    await refuse_too_many(iam, call)
    role = Role(
        name,
        path,
        ids.unique_id("AROA"),
        call.scope.account,
        entities.created_at(call),
        document,
        request.get("Description", ""),
        request.get("MaxSessionDuration", 3600),
        boundary=await boundaries.checked(call, request.get("PermissionsBoundary")),
        tags=tags,
    )
    entities.save(call, ROLE, role)
    shown = await created(call, role)
    if role.description:
        shown["Description"] = role.description
    if tags:
        shown["Tags"] = tagging.shown(tags)
    return {"Role": shown}


@operation(on=targets.on_role, keys=targets.role_facts)
async def get_role(iam: Iam, call: Call, request: shapes.GetRoleRequest) -> shapes.GetRoleResponse:
    """A role.

    Raises:
        NoSuchEntity: no such role.
    """
    return {"Role": await described(iam, call, await entities.find(call, ROLE, request["RoleName"]))}


@operation()
async def list_roles(iam: Iam, call: Call, request: shapes.ListRolesRequest) -> shapes.ListRolesResponse:
    """The roles under a path."""
    prefix = request.get("PathPrefix", "/")
    roles = [role for role in await entities.everyone(call, ROLE) if role.path.startswith(prefix)]
    shown, more = page(roles, request, lambda role: role.name)
    return {"Roles": [await listed(call, role) for role in shown], **more}


@operation(on=targets.on_role, keys=targets.role_facts)
async def update_role(iam: Iam, call: Call, request: shapes.UpdateRoleRequest) -> shapes.UpdateRoleResponse:
    """Change a role's description (an absent one becomes empty) or longest session, in seconds.

    Raises:
        NoSuchEntity: no such role.
        UnmodifiableEntity: it is a service-linked role.
    """
    role = protection.own(await entities.find(call, ROLE, request["RoleName"]))
    changed = msgspec.structs.replace(
        role,
        description=request.get("Description", role.description),
        max_session_s=request.get("MaxSessionDuration", role.max_session_s),
    )
    entities.save(call, ROLE, changed)
    return {}


@operation(on=targets.on_role, keys=targets.role_facts)
async def update_role_description(
    iam: Iam, call: Call, request: shapes.UpdateRoleDescriptionRequest
) -> shapes.UpdateRoleDescriptionResponse:
    """Change a role's description; of a service-linked role it is all that can be changed.

    Raises:
        NoSuchEntity: no such role.
    """
    role = await entities.find(call, ROLE, request["RoleName"])
    changed = msgspec.structs.replace(role, description=request["Description"])
    entities.save(call, ROLE, changed)
    return {"Role": await listed(call, changed)}


@operation(on=targets.on_role, keys=targets.role_facts)
async def update_assume_role_policy(
    iam: Iam, call: Call, request: shapes.UpdateAssumeRolePolicyRequest
) -> None:
    """Replace a role's trust policy.

    Raises:
        NoSuchEntity: no such role.
        MalformedPolicyDocument: it is no trust policy, or names a user or role that does not exist.
        UnmodifiableEntity: it is a service-linked role.
        LimitExceeded: it is too large.
    """
    role = protection.own(await entities.find(call, ROLE, request["RoleName"]))
    document = await trust.stored(call, request["PolicyDocument"], iam.quotas.trust_policy_bytes)
    entities.save(call, ROLE, msgspec.structs.replace(role, trust=document))


@operation(on=targets.on_role, keys=targets.role_facts)
async def delete_role(iam: Iam, call: Call, request: shapes.DeleteRoleRequest) -> None:
    """Delete a role that has nothing left.

    Raises:
        NoSuchEntity: no such role.
        DeleteConflict: it has policies, or is in an instance profile.
        UnmodifiableEntity: it is a service-linked role.
    """
    role = protection.own(await entities.find(call, ROLE, request["RoleName"]))
    profiles = await call.tx.scan(INSTANCE_PROFILES, role.account)
    obstacles = {
        "profiles": any(profile.role.lower() == role.name.lower() for profile in profiles),
        "attached": role.attached,
        "inline": role.inline,
    }
    for obstacle, found in obstacles.items():
        if found:
            raise errors.must_first(obstacle)
    entities.remove(call, ROLE, role)


async def refuse_too_many(iam: Iam, call: Call) -> None:
    """Check that the account may have one more role.

    Raises:
        AwsError: `LimitExceeded`.
    """
    if len(await entities.everyone(call, ROLE)) >= iam.quotas.roles:
        raise errors.quota("RolesPerAccount", iam.quotas.roles)
