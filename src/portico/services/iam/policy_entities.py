"""Which users, groups and roles use a managed policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.identity.records import Group, Role, User
from portico.services.iam import entities, managed
from portico.services.iam.entities import GROUP, ROLE, USER
from portico.services.iam.paging import page
from portico.services.iam.policies import on_policy, policy_facts
from portico.services.iam.service import Iam

if TYPE_CHECKING:
    from portico.services.iam import shapes

_FILTERS: Mapping[str, type[User] | type[Group] | type[Role]] = {"User": User, "Group": Group, "Role": Role}


@operation(on=on_policy, keys=policy_facts)
async def list_entities_for_policy(
    iam: Iam, call: Call, request: shapes.ListEntitiesForPolicyRequest
) -> shapes.ListEntitiesForPolicyResponse:
    """Those who have the policy attached or as their boundary (`PolicyUsageFilter`), of one kind (`EntityFilter`) and under a path.

    Raises:
        NoSuchEntity: no such policy.
    """
    policy = await managed.get(call, request["PolicyArn"])
    everyone: list[User | Group | Role] = [
        *await entities.everyone(call, USER),
        *await entities.everyone(call, GROUP),
        *await entities.everyone(call, ROLE),
    ]
    found = [entity for entity in everyone if _wanted(entity, request) and _uses(entity, policy.arn, request)]
    listed, more = page(found, request, lambda entity: entity.arn)
    return {
        "PolicyGroups": [
            {"GroupName": one.name, "GroupId": one.unique_id} for one in listed if isinstance(one, Group)
        ],
        "PolicyUsers": [
            {"UserName": one.name, "UserId": one.unique_id} for one in listed if isinstance(one, User)
        ],
        "PolicyRoles": [
            {"RoleName": one.name, "RoleId": one.unique_id} for one in listed if isinstance(one, Role)
        ],
        **more,
    }


def _wanted(entity: User | Group | Role, request: Mapping[str, Any]) -> bool:
    if not entity.path.startswith(request.get("PathPrefix", "/")):
        return False
    if "EntityFilter" not in request:
        return True
    kind = _FILTERS.get(request["EntityFilter"])
    return kind is not None and isinstance(entity, kind)


def _uses(entity: User | Group | Role, arn: str, request: Mapping[str, Any]) -> bool:
    wanted = request.get("PolicyUsageFilter")
    attached = arn in entity.attached and wanted != "PermissionsBoundary"
    bounded = not isinstance(entity, Group) and entity.boundary == arn and wanted != "PermissionsPolicy"
    return attached or bounded
