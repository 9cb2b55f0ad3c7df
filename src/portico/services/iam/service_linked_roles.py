"""Service-linked roles: made for a service, named by AWS, changed by nobody, deleted through a task."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from portico.base import ids
from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.identity.records import ROLE_DELETIONS, ROLES, Role, RoleDeletion
from portico.services.iam import entities, errors, roles, targets
from portico.services.iam.entities import ROLE
from portico.services.iam.service import Iam
from portico.services.iam.service_roles import SERVICE_ROLES, ServiceRole

if TYPE_CHECKING:
    from portico.services.iam import shapes

_NAME_MAX = 64


def _path(service: str) -> str:
    return f"/aws-service-role/{service}/"


def _name(service: str, suffix: str) -> str:
    known = SERVICE_ROLES.get(service)
    head = "AWSServiceRoleFor" if known is None else known.name
    return f"{head}_{suffix}" if suffix else head


def _on_new_role(call: Call, request: Mapping[str, Any]) -> Iterable[str]:
    service = request["AWSServiceName"]
    return (targets.arn(call, "role", _path(service), _name(service, request.get("CustomSuffix", ""))),)


def _service_facts(call: Call, request: Mapping[str, Any]) -> Mapping[str, Values]:
    return {"iam:AWSServiceName": request["AWSServiceName"]}


def _on_task(call: Call, request: Mapping[str, Any]) -> Iterable[str]:
    role = request["DeletionTaskId"].removeprefix("task/").rpartition("/")[0]
    return (targets.arn(call, "role", "/", role),)


@operation(on=_on_new_role, keys=_service_facts)
async def create_service_linked_role(
    iam: Iam, call: Call, request: shapes.CreateServiceLinkedRoleRequest
) -> shapes.CreateServiceLinkedRoleResponse:
    """Create the role of a service, with the policy that AWS gives it.

    Raises:
        InvalidInput: no such service, a suffix for one that takes none, or the role exists.
        LimitExceeded: 1000 roles.
    """
    service, suffix = request["AWSServiceName"], request.get("CustomSuffix", "")
    known = _known(service)
    if suffix and not known.several:
        raise errors.invalid_input(f"Custom suffix is not allowed for {service}")
    name = _name(service, suffix)
    if len(name) > _NAME_MAX:
        raise errors.invalid_input(f"The role name {name} is longer than {_NAME_MAX} characters.")
    if await call.tx.get(ROLES, call.scope.account, name.lower()) is not None:
        raise errors.invalid_input(
            f"Service role name {name} has been taken in this account, please try a different suffix."
        )
    await roles.refuse_too_many(iam, call)
    role = Role(
        name,
        _path(service),
        ids.unique_id("AROA"),
        call.scope.account,
        entities.created_at(call),
        _trust(service),
        request.get("Description", known.description),
        attached=(known.policy_arn,),
        service_linked=service,
    )
    entities.save(call, ROLE, role)
    return {"Role": await roles.created(call, role)}


@operation(on=targets.on_role, keys=targets.role_facts)
async def delete_service_linked_role(
    iam: Iam, call: Call, request: shapes.DeleteServiceLinkedRoleRequest
) -> shapes.DeleteServiceLinkedRoleResponse:
    """Delete a service's role. No service here holds resources under one, so the task is done when it is answered.

    Raises:
        NoSuchEntity: no such role, or it is not linked to a service.
    """
    role = await entities.find(call, ROLE, request["RoleName"])
    if not role.service_linked:
        raise errors.not_found("role", role.name)
    task = f"task{role.path}{role.name}/{ids.uuid()}"
    deletion = RoleDeletion(task, role.name, entities.created_at(call))
    call.tx.put(ROLE_DELETIONS, deletion, role.account, task)
    entities.remove(call, ROLE, role)
    return {"DeletionTaskId": task}


async def _task_facts(call: Call, request: Mapping[str, Any]) -> Mapping[str, Values]:
    return await targets.role_facts(
        call, {"RoleName": request["DeletionTaskId"].rpartition("/")[0].rpartition("/")[2]}
    )


@operation(on=_on_task, keys=_task_facts)
async def get_service_linked_role_deletion_status(
    iam: Iam, call: Call, request: shapes.GetServiceLinkedRoleDeletionStatusRequest
) -> shapes.GetServiceLinkedRoleDeletionStatusResponse:
    """How a deletion goes.

    Raises:
        NoSuchEntity: no such task.
    """
    task = request["DeletionTaskId"]
    if await call.tx.get(ROLE_DELETIONS, call.scope.account, task) is None:
        raise errors.no_such_entity(f"Deletion Task with id: {task} cannot be found.")
    return {"Status": "SUCCEEDED"}


def _known(service: str) -> ServiceRole:
    known = SERVICE_ROLES.get(service)
    if known is None:
        raise errors.invalid_input(f"Service {service} does not support service-linked roles.")
    return known


def _trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))
