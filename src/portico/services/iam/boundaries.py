"""Permissions boundaries of users and roles: the most that their policies can allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.iam import entities, errors, managed, protection, targets
from portico.services.iam.entities import ROLE, USER
from portico.services.iam.service import Iam

if TYPE_CHECKING:
    from portico.services.iam import shapes


def shown(arn: str) -> shapes.AttachedPermissionsBoundary:
    """A boundary as responses have it."""
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}


async def checked(call: Call, arn: str | None) -> str:
    """The ARN of a policy that can be a boundary; "" where none was asked for.

    Raises:
        AwsError: `ValidationError` (no ARN), `NoSuchEntity`, `PolicyNotAttachable`.
    """
    if arn is None:
        return ""
    policy = await managed.find(call, arn)
    if policy is None:
        raise errors.boundary_not_attachable(arn)
    if managed.is_service_role_policy(policy):
        raise errors.service_role_policy()
    return policy.arn


@operation(on=targets.on_user, keys=targets.user_facts)
async def put_user_permissions_boundary(
    iam: Iam, call: Call, request: shapes.PutUserPermissionsBoundaryRequest
) -> None:
    """Set a user's boundary.

    Raises:
        NoSuchEntity: no such user or policy.
    """
    user = await entities.find(call, USER, request["UserName"])
    boundary = await checked(call, request["PermissionsBoundary"])
    entities.save(call, USER, msgspec.structs.replace(user, boundary=boundary))


@operation(on=targets.on_user, keys=targets.user_facts)
async def delete_user_permissions_boundary(
    iam: Iam, call: Call, request: shapes.DeleteUserPermissionsBoundaryRequest
) -> None:
    """Take a user's boundary away: its policies then apply unlimited.

    Raises:
        NoSuchEntity: no such user, or it has none.
    """
    user = await entities.find(call, USER, request["UserName"])
    if not user.boundary:
        raise errors.no_such_entity(f"User {user.name} does not have a permissions boundary.")
    entities.save(call, USER, msgspec.structs.replace(user, boundary=""))


@operation(on=targets.on_role, keys=targets.role_facts)
async def put_role_permissions_boundary(
    iam: Iam, call: Call, request: shapes.PutRolePermissionsBoundaryRequest
) -> None:
    """Set a role's boundary.

    Raises:
        NoSuchEntity: no such role or policy.
        UnmodifiableEntity: it is a service-linked role.
    """
    role = protection.own(await entities.find(call, ROLE, request["RoleName"]))
    boundary = await checked(call, request["PermissionsBoundary"])
    entities.save(call, ROLE, msgspec.structs.replace(role, boundary=boundary))


@operation(on=targets.on_role, keys=targets.role_facts)
async def delete_role_permissions_boundary(
    iam: Iam, call: Call, request: shapes.DeleteRolePermissionsBoundaryRequest
) -> None:
    """Take a role's boundary away.

    Raises:
        NoSuchEntity: no such role, or it has none.
        UnmodifiableEntity: it is a service-linked role.
    """
    role = protection.own(await entities.find(call, ROLE, request["RoleName"]))
    if not role.boundary:
        raise errors.no_such_entity(f"Role {role.name} does not have a permissions boundary.")
    entities.save(call, ROLE, msgspec.structs.replace(role, boundary=""))
