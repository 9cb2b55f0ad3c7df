"""Which entities a caller may change: every one but the roles that are linked to a service."""

from collections.abc import Mapping
from typing import Any

from portico.calls.call import Call
from portico.identity.records import Role
from portico.services.iam import entities, errors
from portico.services.iam.entities import E, Kind


def own(role: Role) -> Role:
    """The role, if it is the account's to change.

    Raises:
        AwsError: `UnmodifiableEntity`, it is a service-linked role.
    """
    if role.service_linked:
        raise errors.protected_role(role.name)
    return role


async def changeable(call: Call, kind: Kind[E], request: Mapping[str, Any]) -> E:
    """The entity that a request names, to be changed.

    Raises:
        AwsError: `NoSuchEntity`; `UnmodifiableEntity`, it is a service-linked role.
    """
    entity = await entities.find(call, kind, request[kind.member])
    if isinstance(entity, Role):
        own(entity)
    return entity
