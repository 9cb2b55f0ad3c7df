"""Inline policies: documents that belong to one user, group or role and live in its record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.identity.records import Attached
from portico.services.iam import documents, entities, errors, protection, targets
from portico.services.iam.entities import GROUP, ROLE, USER, E, Kind
from portico.services.iam.paging import More, page
from portico.services.iam.service import Iam

if TYPE_CHECKING:
    from portico.services.iam import shapes


@operation(on=targets.on_user, keys=targets.user_facts)
async def put_user_policy(iam: Iam, call: Call, request: shapes.PutUserPolicyRequest) -> None:
    """Add or replace one of a user's policies.

    Raises:
        NoSuchEntity: no such user.
        MalformedPolicyDocument: it is no policy.
        LimitExceeded: the user's inline policies would pass 2048 bytes.
    """
    await _put(call, USER, request, iam.quotas.user_inline_bytes)


@operation(on=targets.on_group)
async def put_group_policy(iam: Iam, call: Call, request: shapes.PutGroupPolicyRequest) -> None:
    """Add or replace one of a group's policies.

    Raises:
        NoSuchEntity: no such group.
        MalformedPolicyDocument: it is no policy.
        LimitExceeded: the group's inline policies would pass 5120 bytes.
    """
    await _put(call, GROUP, request, iam.quotas.group_inline_bytes)


@operation(on=targets.on_role, keys=targets.role_facts)
async def put_role_policy(iam: Iam, call: Call, request: shapes.PutRolePolicyRequest) -> None:
    """Add or replace one of a role's policies.

    Raises:
        NoSuchEntity: no such role.
        MalformedPolicyDocument: it is no policy.
        LimitExceeded: the role's inline policies would pass 10240 bytes.
        UnmodifiableEntity: it is a service-linked role.
    """
    await _put(call, ROLE, request, iam.quotas.role_inline_bytes)


@operation(on=targets.on_user, keys=targets.user_facts)
async def get_user_policy(
    iam: Iam, call: Call, request: shapes.GetUserPolicyRequest
) -> shapes.GetUserPolicyResponse:
    """One of a user's policies.

    Raises:
        NoSuchEntity: no such user or policy.
    """
    user, policy = await _find(call, USER, request)
    return {
        "UserName": user.name,
        "PolicyName": policy.name,
        "PolicyDocument": documents.encoded(policy.document),
    }


@operation(on=targets.on_group)
async def get_group_policy(
    iam: Iam, call: Call, request: shapes.GetGroupPolicyRequest
) -> shapes.GetGroupPolicyResponse:
    """One of a group's policies.

    Raises:
        NoSuchEntity: no such group or policy.
    """
    group, policy = await _find(call, GROUP, request)
    return {
        "GroupName": group.name,
        "PolicyName": policy.name,
        "PolicyDocument": documents.encoded(policy.document),
    }


@operation(on=targets.on_role, keys=targets.role_facts)
async def get_role_policy(
    iam: Iam, call: Call, request: shapes.GetRolePolicyRequest
) -> shapes.GetRolePolicyResponse:
    """One of a role's policies.

    Raises:
        NoSuchEntity: no such role or policy.
    """
    role, policy = await _find(call, ROLE, request)
    return {
        "RoleName": role.name,
        "PolicyName": policy.name,
        "PolicyDocument": documents.encoded(policy.document),
    }


@operation(on=targets.on_user, keys=targets.user_facts)
async def delete_user_policy(iam: Iam, call: Call, request: shapes.DeleteUserPolicyRequest) -> None:
    """Delete one of a user's policies.

    Raises:
        NoSuchEntity: no such user or policy.
    """
    await _delete(call, USER, request)


@operation(on=targets.on_group)
async def delete_group_policy(iam: Iam, call: Call, request: shapes.DeleteGroupPolicyRequest) -> None:
    """Delete one of a group's policies.

    Raises:
        NoSuchEntity: no such group or policy.
    """
    await _delete(call, GROUP, request)


@operation(on=targets.on_role, keys=targets.role_facts)
async def delete_role_policy(iam: Iam, call: Call, request: shapes.DeleteRolePolicyRequest) -> None:
    """Delete one of a role's policies.

    Raises:
        NoSuchEntity: no such role or policy.
        UnmodifiableEntity: it is a service-linked role.
    """
    await _delete(call, ROLE, request)


@operation(on=targets.on_user, keys=targets.user_facts)
async def list_user_policies(
    iam: Iam, call: Call, request: shapes.ListUserPoliciesRequest
) -> shapes.ListUserPoliciesResponse:
    """The names of a user's policies.

    Raises:
        NoSuchEntity: no such user.
    """
    names, more = await _names(call, USER, request)
    return {"PolicyNames": names, **more}


@operation(on=targets.on_group)
async def list_group_policies(
    iam: Iam, call: Call, request: shapes.ListGroupPoliciesRequest
) -> shapes.ListGroupPoliciesResponse:
    """The names of a group's policies.

    Raises:
        NoSuchEntity: no such group.
    """
    names, more = await _names(call, GROUP, request)
    return {"PolicyNames": names, **more}


@operation(on=targets.on_role, keys=targets.role_facts)
async def list_role_policies(
    iam: Iam, call: Call, request: shapes.ListRolePoliciesRequest
) -> shapes.ListRolePoliciesResponse:
    """The names of a role's policies.

    Raises:
        NoSuchEntity: no such role.
    """
    names, more = await _names(call, ROLE, request)
    return {"PolicyNames": names, **more}


async def _put(call: Call, kind: Kind[E], request: Any, limit_bytes: int) -> None:
    entity: E = await protection.changeable(call, kind, request)
    document = documents.checked(request["PolicyDocument"], "identity")
    policies = (*_others(entity.inline, request["PolicyName"]), Attached(request["PolicyName"], document))
    if sum(documents.size(policy.document) for policy in policies) > limit_bytes:
        raise errors.inline_too_large(kind.noun, entity.name, limit_bytes)
    entities.save(call, kind, msgspec.structs.replace(entity, inline=policies))


async def _delete(call: Call, kind: Kind[E], request: Any) -> None:
    entity: E = await protection.changeable(call, kind, request)
    _named(kind, entity.inline, request["PolicyName"])
    kept = _others(entity.inline, request["PolicyName"])
    entities.save(call, kind, msgspec.structs.replace(entity, inline=kept))


async def _find(call: Call, kind: Kind[E], request: Any) -> tuple[E, Attached]:
    entity = await entities.find(call, kind, request[kind.member])
    return entity, _named(kind, entity.inline, request["PolicyName"])


async def _names(call: Call, kind: Kind[E], request: Any) -> tuple[list[str], More]:
    entity = await entities.find(call, kind, request[kind.member])
    return page([policy.name for policy in entity.inline], request, str)


def _named(kind: Kind[E], policies: tuple[Attached, ...], name: str) -> Attached:
    for policy in policies:
        if policy.name.lower() == name.lower():
            return policy
    raise errors.not_found(f"{kind.noun} policy", name)


def _others(policies: tuple[Attached, ...], name: str) -> tuple[Attached, ...]:
    return tuple(policy for policy in policies if policy.name.lower() != name.lower())
