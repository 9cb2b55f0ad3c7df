"""Log groups and their retention."""

import re
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.logs import errors
from portico.services.logs.records import GROUPS, STREAMS, LogGroup
from portico.services.logs.service import Logs, existing, name_of, on_group
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from portico.services.logs import shapes

RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
_NAME = re.compile(r"[.\-_/#A-Za-z0-9]+").fullmatch
_PAGE = 50


def _on_account(call: Call, request: Any) -> list[str]:
    return [
        f"arn:{call.scope.partition}:logs:{call.scope.region}:{call.scope.account}:log-group::log-stream:"
    ]


@operation(
    on=on_group,
    keys=lambda call, request: {
        **{f"aws:RequestTag/{k}": v for k, v in (request.get("tags") or {}).items()},
        **({"aws:TagKeys": tuple(request["tags"])} if request.get("tags") else {}),
    },
)
async def create_log_group(logs: Logs, call: Call, request: "shapes.CreateLogGroupRequest") -> dict[str, Any]:
    """Create an empty group.

    Raises:
        InvalidParameterException: the name is too long or has other characters than AWS allows.
        ResourceAlreadyExistsException: there is one of that name.
    """
    name = request["logGroupName"]
    check_name(name)
    if request.get("kmsKeyId"):
        raise AwsError(
            "NotImplemented", "Portico does not implement kmsKeyId of logs:CreateLogGroup yet", 501
        )
    if await call.tx.get(GROUPS, call.scope.account, call.scope.region, name):
        raise errors.group_exists()
    group = LogGroup(
        name,
        call.scope.account,
        call.scope.region,
        call.now,
        tags=dict(request.get("tags") or {}),
        log_class=request.get("logGroupClass") or "STANDARD",
        deletion_protection=bool(request.get("deletionProtectionEnabled")),
    )
    put(call, group)
    return {}


def check_name(name: str) -> None:
    """Refuse a name that is too long or has characters other than `A-Za-z0-9.-_/#`.

    Raises:
        InvalidParameterException: AWS's words.
    """
    if len(name) > 512:
        raise errors.invalid(
            "Invalid LogGroup or LogStream, both must have length less than or equal to 512."
        )
    if not _NAME(name):
        raise errors.invalid(
            f"1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
        )


def put(call: Call, group: LogGroup) -> None:
    """Store a group."""
    call.tx.put(GROUPS, group, group.account, group.region, group.name)


@operation(on=on_group)
async def delete_log_group(logs: Logs, call: Call, request: "shapes.DeleteLogGroupRequest") -> dict[str, Any]:
    """Delete a group with its streams and events.

    Raises:
        ResourceNotFoundException: there is none of that name.
        ValidationException: it is protected from deletion.
    """
    group = await existing(call, request["logGroupName"])
    if group.deletion_protection:
        raise errors.exclusive("Cannot delete a log group that has deletion protection enabled.")
    for stream in await call.tx.scan(STREAMS, group.account, group.region, group.name):
        call.tx.delete(STREAMS, group.account, group.region, group.name, stream.name)
    call.tx.delete(GROUPS, group.account, group.region, group.name)
    await logs.timeline.forget(group.events_key)
    return {}


@operation(on=_on_account)
async def describe_log_groups(
    logs: Logs, call: Call, request: "shapes.DescribeLogGroupsRequest"
) -> dict[str, Any]:
    """Groups by name, in order; 50 a page unless `limit` says less.

    Raises:
        InvalidParameterException: prefix and pattern exclude each other; the token is not one of ours.
    """
    prefix, pattern = request.get("logGroupNamePrefix"), request.get("logGroupNamePattern")
    if prefix and pattern:
        raise errors.invalid(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
        )
    wanted = {name_of(i) for i in request.get("logGroupIdentifiers") or ()}
    groups = [
        group
        for group in await call.tx.scan(GROUPS, call.scope.account, call.scope.region)
        if group.name.startswith(prefix or "")
        and (pattern or "").lower() in group.name.lower()
        and (not wanted or group.name in wanted)
        and (request.get("logGroupClass") or group.log_class) == group.log_class
    ]
    page, token = paged(groups, request.get("nextToken"), request.get("limit") or _PAGE)
    shown = [await _shown(logs, group, with_bytes=not pattern) for group in page]
    return {"logGroups": shown, **({"nextToken": token} if token else {})}


def paged(items: list[Any], token: str | None, limit: int) -> tuple[list[Any], str | None]:
    """A page of things that have names, after the one that `token` names.

    Raises:
        InvalidParameterException: the token is not one of ours.
    """
    if token is not None:
        if not token.startswith("after:"):
            raise errors.invalid("The specified nextToken is invalid.")
        items = [item for item in items if item.name > token.removeprefix("after:")]
    page = items[:limit]
    return page, f"after:{page[-1].name}" if len(items) > limit else None


async def _shown(logs: Logs, group: LogGroup, *, with_bytes: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "logGroupName": group.name,
        "creationTime": int(group.created_at * 1000),
        "metricFilterCount": 0,
        "arn": f"{group.arn}:*",
        "logGroupClass": group.log_class,
        "logGroupArn": group.arn,
    }
    if group.retention_days is not None:
        shown["retentionInDays"] = group.retention_days
    if with_bytes:
        shown["deletionProtectionEnabled"] = group.deletion_protection
        shown["storedBytes"] = await logs.timeline.stored_bytes(group.events_key)
    return shown


@operation(on=_on_account)
async def list_log_groups(logs: Logs, call: Call, request: "shapes.ListLogGroupsRequest") -> dict[str, Any]:
    """Groups whose name holds `logGroupNamePattern` (a leading `^` anchors it), 50 a page."""
    pattern = request.get("logGroupNamePattern") or ""
    groups = [
        group
        for group in await call.tx.scan(GROUPS, call.scope.account, call.scope.region)
        if (group.name.startswith(pattern[1:]) if pattern.startswith("^") else pattern in group.name)
        and (request.get("logGroupClass") or group.log_class) == group.log_class
    ]
    page, token = paged(groups, request.get("nextToken"), request.get("limit") or _PAGE)
    shown = [{"logGroupName": g.name, "logGroupArn": g.arn, "logGroupClass": g.log_class} for g in page]
    return {"logGroups": shown, **({"nextToken": token} if token else {})}


@operation(on=on_group)
async def put_retention_policy(
    logs: Logs, call: Call, request: "shapes.PutRetentionPolicyRequest"
) -> dict[str, Any]:
    """Let events expire after so many days.

    Raises:
        InvalidParameterException: not one of the numbers of days that AWS has.
    """
    days = request["retentionInDays"]
    if days not in RETENTION_DAYS:
        values = ", ".join(map(str, RETENTION_DAYS))
        raise errors.invalid(
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{values}]"
        )
    group = await existing(call, request["logGroupName"])
    put(call, msgspec.structs.replace(group, retention_days=days))
    return {}


@operation(on=on_group)
async def delete_retention_policy(
    logs: Logs, call: Call, request: "shapes.DeleteRetentionPolicyRequest"
) -> dict[str, Any]:
    """Let events never expire."""
    group = await existing(call, request["logGroupName"])
    put(call, msgspec.structs.replace(group, retention_days=None))
    return {}
