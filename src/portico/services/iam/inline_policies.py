"""Inline policies: documents that belong to one user, group or role and live in its record."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from portico.calls.call import Call
from portico.calls.kinds import bind_each
from portico.identity.records import Attached
from portico.services.iam import documents, entities, errors, protection, targets
from portico.services.iam.entities import KINDS, E, Kind, Noun
from portico.services.iam.paging import page
from portico.services.iam.service import Iam, Quotas

Request = Mapping[str, Any]

_BYTES_MAX: Mapping[Noun, Callable[[Quotas], int]] = {
    "user": lambda quotas: quotas.user_inline_bytes,
    "group": lambda quotas: quotas.group_inline_bytes,
    "role": lambda quotas: quotas.role_inline_bytes,
}


async def _put(kind: Kind[E], iam: Iam, call: Call, request: Request) -> None:
    """Add or replace one of an entity's policies.

    Raises:
        NoSuchEntity: no such user, group or role.
        MalformedPolicyDocument: it is no policy.
        LimitExceeded: its inline policies would pass 2048 (user), 5120 (group) or 10240 (role) bytes.
        UnmodifiableEntity: it is a service-linked role.
    """
    entity: E = await protection.changeable(call, kind, request)
    document = documents.checked(request["PolicyDocument"], "identity")
    policies = (*_others(entity.inline, request["PolicyName"]), Attached(request["PolicyName"], document))
    bytes_max = _BYTES_MAX[kind.noun](iam.quotas)
    if sum(documents.size(policy.document) for policy in policies) > bytes_max:
        raise errors.inline_too_large(kind.noun, entity.name, bytes_max)
    entities.save(call, kind, msgspec.structs.replace(entity, inline=policies))


async def _get(kind: Kind[E], iam: Iam, call: Call, request: Request) -> dict[str, Any]:
    """One of an entity's policies.

    Raises:
        NoSuchEntity: no such entity or policy.
    """
    entity = await entities.find(call, kind, request[kind.member])
    policy = _named(kind, entity.inline, request["PolicyName"])
    document = documents.encoded(policy.document)
    return {kind.member: entity.name, "PolicyName": policy.name, "PolicyDocument": document}


async def _delete(kind: Kind[E], iam: Iam, call: Call, request: Request) -> None:
    """Delete one of an entity's policies.

    Raises:
        NoSuchEntity: no such entity or policy.
        UnmodifiableEntity: it is a service-linked role.
    """
    entity: E = await protection.changeable(call, kind, request)
    _named(kind, entity.inline, request["PolicyName"])
    kept = _others(entity.inline, request["PolicyName"])
    entities.save(call, kind, msgspec.structs.replace(entity, inline=kept))


async def _list(kind: Kind[E], iam: Iam, call: Call, request: Request) -> dict[str, Any]:
    """The names of an entity's policies.

    Raises:
        NoSuchEntity: no such entity.
    """
    entity = await entities.find(call, kind, request[kind.member])
    names, more = page([policy.name for policy in entity.inline], request, str)
    return {"PolicyNames": names, **more}


def _named(kind: Kind[E], policies: tuple[Attached, ...], name: str) -> Attached:
    for policy in policies:
        if policy.name.lower() == name.lower():
            return policy
    raise errors.not_found(f"{kind.noun} policy", name)


def _others(policies: tuple[Attached, ...], name: str) -> tuple[Attached, ...]:
    return tuple(policy for policy in policies if policy.name.lower() != name.lower())


bind_each(
    KINDS,
    {"Put{}Policy": _put, "Get{}Policy": _get, "Delete{}Policy": _delete, "List{}Policies": _list},
    targets.on_entity,
)
