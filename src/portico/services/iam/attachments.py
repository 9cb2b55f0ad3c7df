"""Managed policies attached to users, groups and roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.kinds import bind_each
from portico.services.iam import entities, errors, managed, protection, targets
from portico.services.iam.entities import KINDS, E, Kind
from portico.services.iam.paging import page
from portico.services.iam.service import Iam

if TYPE_CHECKING:
    from portico.services.iam import shapes

Request = Mapping[str, Any]


def shown(arn: str) -> shapes.AttachedPolicy:
    """An attached policy as lists have it."""
    return {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn}


async def _attach(kind: Kind[E], iam: Iam, call: Call, request: Request) -> None:
    """Attach a managed policy to an entity; nothing changes if it is.

    Raises:
        NoSuchEntity: no such user, group or role, or no such policy.
        LimitExceeded: ten are attached.
        UnmodifiableEntity: it is a service-linked role.
    """
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
        raise errors.quota(f"PoliciesPer{kind.name}", iam.quotas.attached_policies)
    attached = (*entity.attached, policy.arn)
    entities.save(call, kind, msgspec.structs.replace(entity, attached=attached))


async def _detach(kind: Kind[E], iam: Iam, call: Call, request: Request) -> None:
    """Detach a managed policy from an entity.

    Raises:
        NoSuchEntity: no such entity, or the policy is not attached to it.
        UnmodifiableEntity: it is a service-linked role.
    """
    arn = request["PolicyArn"]
    await managed.find(call, arn)
    entity: E = await protection.changeable(call, kind, request)
    if arn not in entity.attached:
        raise errors.policy_not_found(arn)
    attached = tuple(one for one in entity.attached if one != arn)
    entities.save(call, kind, msgspec.structs.replace(entity, attached=attached))


async def _list(kind: Kind[E], iam: Iam, call: Call, request: Request) -> dict[str, Any]:
    """The managed policies of an entity, those under a path of theirs.

    Raises:
        NoSuchEntity: no such entity.
    """
    entity = await entities.find(call, kind, request[kind.member])
    prefix = request.get("PathPrefix", "/")
    arns = [arn for arn in entity.attached if arn.partition(":policy")[2].startswith(prefix)]
    listed, more = page(arns, request, str)
    return {"AttachedPolicies": [shown(arn) for arn in listed], **more}


bind_each(
    KINDS,
    {"Attach{}Policy": _attach, "Detach{}Policy": _detach, "ListAttached{}Policies": _list},
    targets.on_entity,
)
