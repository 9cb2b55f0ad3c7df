"""Log groups: made, deleted, protected from deletion."""

import re
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.logs import access, errors
from portico.services.logs.records import FORGOTTEN, GROUPS, STREAMS, Forgotten, LogGroup, new_incarnation
from portico.services.logs.service import Logs, existing, named, put_group

if TYPE_CHECKING:
    from portico.services.logs import shapes

_NAME = re.compile(r"[.\-_/#A-Za-z0-9]+").fullmatch
_NAME_CHARS_MAX = 512


@operation(on=access.on_group, keys=access.tags_of_request, also=access.tagging)
async def create_log_group(logs: Logs, call: Call, request: "shapes.CreateLogGroupRequest") -> dict[str, Any]:
    """Create an empty group.

    Raises:
        InvalidParameterException: the name is too long, has other characters than AWS allows, or is reserved.
        ResourceAlreadyExistsException: there is one of that name.
        NotImplemented: a KMS key is given.
    """
    name = request["logGroupName"]
    _check_name(name)
    if request.get("kmsKeyId"):
        raise errors.unsupported(call.operation, "kmsKeyId")
    if await call.tx.get(GROUPS, call.scope.account, call.scope.region, name):
        raise errors.group_exists()
    group = LogGroup(
        name,
        call.scope.account,
        call.scope.region,
        call.now,
        new_incarnation(),
        tags=dict(request.get("tags") or {}),
        log_class=request.get("logGroupClass") or "STANDARD",
        deletion_protection=bool(request.get("deletionProtectionEnabled")),
    )
    put_group(call, group)
    return {}


def _check_name(name: str) -> None:
    if len(name) > _NAME_CHARS_MAX:
        raise errors.name_too_long()
    if not _NAME(name):
        raise errors.constraint(
            name, "logGroupName", "satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
        )
    if name.startswith("aws/"):
        raise errors.invalid("Log groups starting with AWS/ are reserved for AWS.")


@operation(on=access.on_group, keys=access.tags_of_group)
async def delete_log_group(logs: Logs, call: Call, request: "shapes.DeleteLogGroupRequest") -> dict[str, Any]:
    """Delete a group with its streams and events.

    Raises:
        ResourceNotFoundException: there is none of that name.
        ValidationException: it is protected from deletion.
    """
    group = await existing(call, named(call, request))
    if group.deletion_protection:
        raise errors.exclusive("Cannot delete a log group that has deletion protection enabled.")
    for stream in await call.tx.scan(STREAMS, group.account, group.region, group.name):
        call.tx.delete(STREAMS, group.account, group.region, group.name, stream.name)
    call.tx.delete(GROUPS, group.account, group.region, group.name)
    call.tx.put(FORGOTTEN, Forgotten(group.events_key), group.events_key, "")
    return {}


@operation(on=access.on_group, keys=access.tags_of_group)
async def put_log_group_deletion_protection(
    logs: Logs, call: Call, request: "shapes.PutLogGroupDeletionProtectionRequest"
) -> dict[str, Any]:
    """Protect a group from deletion, or no longer.

    Raises:
        ResourceNotFoundException: there is none of that name.
    """
    group = await existing(call, named(call, request))
    put_group(
        call, msgspec.structs.replace(group, deletion_protection=bool(request["deletionProtectionEnabled"]))
    )
    return {}
