"""Managed policies attached to users, groups and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.iam import entities, errors, managed, protection, targets
from portico.services.iam.entities import GROUP, ROLE, USER, E, Kind
from portico.services.iam.paging import More, page
from portico.services.iam.service import Iam

if TYPE_CHECKING:
    from portico.services.iam import shapes

_QUOTA_NAMES = {"user": "PoliciesPerUser", "group": "PoliciesPerGroup", "role": "PoliciesPerRole"}


def shown(arn: str) -> shapes.AttachedPolicy:
    """An attached policy as lists have it."""
    return {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn}


@operation(on=targets.on_user, keys=targets.user_facts)
async def attach_user_policy(iam: Iam, call: Call, request: shapes.AttachUserPolicyRequest) -> None:
    """Attach a managed policy to a user; nothing changes if it is.

    Raises:
        NoSuchEntity: no such user or policy.
        LimitExceeded: ten are attached.
    """
    await _attach(iam, call, USER, request)


@operation(on=targets.on_group, keys=targets.group_facts)
async def attach_group_policy(iam: Iam, call: Call, request: shapes.AttachGroupPolicyRequest) -> None:
    """Attach a managed policy to a group; nothing changes if it is.

    Raises:
        NoSuchEntity: no such group or policy.
        LimitExceeded: ten are attached.
    """
    await _attach(iam, call, GROUP, request)


@operation(on=targets.on_role, keys=targets.role_facts)
async def attach_role_policy(iam: Iam, call: Call, request: shapes.AttachRolePolicyRequest) -> None:
    """Attach a managed policy to a role; nothing changes if it is.

    Raises:
        NoSuchEntity: no such role or policy.
        LimitExceeded: ten are attached.
        UnmodifiableEntity: it is a service-linked role.
    """
    await _attach(iam, call, ROLE, request)


@operation(on=targets.on_user, keys=targets.user_facts)
async def detach_user_policy(iam: Iam, call: Call, request: shapes.DetachUserPolicyRequest) -> None:
    """Detach a managed policy from a user.

    Raises:
        NoSuchEntity: no such user, or the policy is not attached to it.
    """
    await _detach(call, USER, request)


@operation(on=targets.on_group, keys=targets.group_facts)
async def detach_group_policy(iam: Iam, call: Call, request: shapes.DetachGroupPolicyRequest) -> None:
    """Detach a managed policy from a group.

    Raises:
        NoSuchEntity: no such group, or the policy is not attached to it.
    """
    await _detach(call, GROUP, request)


@operation(on=targets.on_role, keys=targets.role_facts)
async def detach_role_policy(iam: Iam, call: Call, request: shapes.DetachRolePolicyRequest) -> None:
    """Detach a managed policy from a role.

    Raises:
        NoSuchEntity: no such role, or the policy is not attached to it.
        UnmodifiableEntity: it is a service-linked role.
    """
    await _detach(call, ROLE, request)


@operation(on=targets.on_user, keys=targets.user_facts)
async def list_attached_user_policies(
    iam: Iam, call: Call, request: shapes.ListAttachedUserPoliciesRequest
) -> shapes.ListAttachedUserPoliciesResponse:
    """The managed policies of a user, those under a path of theirs.

    Raises:
        NoSuchEntity: no such user.
    """
    attached, more = await _list(call, USER, request)
    return {"AttachedPolicies": attached, **more}


@operation(on=targets.on_group)
async def list_attached_group_policies(
    iam: Iam, call: Call, request: shapes.ListAttachedGroupPoliciesRequest
) -> shapes.ListAttachedGroupPoliciesResponse:
    """The managed policies of a group, those under a path of theirs.

    Raises:
        NoSuchEntity: no such group.
    """
    attached, more = await _list(call, GROUP, request)
    return {"AttachedPolicies": attached, **more}


@operation(on=targets.on_role, keys=targets.role_facts)
async def list_attached_role_policies(
    iam: Iam, call: Call, request: shapes.ListAttachedRolePoliciesRequest
) -> shapes.ListAttachedRolePoliciesResponse:
    """The managed policies of a role, those under a path of theirs.

    Raises:
        NoSuchEntity: no such role.
    """
    attached, more = await _list(call, ROLE, request)
    return {"AttachedPolicies": attached, **more}


async def _attach(iam: Iam, call: Call, kind: Kind[E], request: Any) -> None:
    arn = request["PolicyArn"]
    policy = await managed.find(call, arn)
    entity: E = await protection.changeable(call, kind, request)
    if policy is None:
        raise errors.not_attachable(arn)
    if managed.is_service_role_policy(policy):
        raise errors.service_role_policy()
    if policy.arn in entity.attached:
        return
    if len(entity.attached) >= iam.quotas.attached_policies:
        raise errors.quota(_QUOTA_NAMES[kind.noun], iam.quotas.attached_policies)
    attached = (*entity.attached, policy.arn)
    entities.save(call, kind, msgspec.structs.replace(entity, attached=attached))


async def _detach(call: Call, kind: Kind[E], request: Any) -> None:
    arn = request["PolicyArn"]
    await managed.find(call, arn)
    entity: E = await protection.changeable(call, kind, request)
    if arn not in entity.attached:
        raise errors.policy_not_found(arn)
    attached = tuple(one for one in entity.attached if one != arn)
    entities.save(call, kind, msgspec.structs.replace(entity, attached=attached))


async def _list(call: Call, kind: Kind[E], request: Any) -> tuple[list[shapes.AttachedPolicy], More]:
    entity = await entities.find(call, kind, request[kind.member])
    prefix = request.get("PathPrefix", "/")
    arns = [arn for arn in entity.attached if arn.partition(":policy")[2].startswith(prefix)]
    listed, more = page(arns, request, str)
    return [shown(arn) for arn in listed], more
