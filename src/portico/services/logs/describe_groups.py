"""Lists of log groups."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.logs import access, errors
from portico.services.logs.paging import by_name, by_place, with_token
from portico.services.logs.pattern.lexer import Token
from portico.services.logs.pattern.regex import text_test
from portico.services.logs.records import GROUPS, LogGroup
from portico.services.logs.service import Logs, Named, identified, reaching_events

if TYPE_CHECKING:
    from portico.services.logs import shapes

# Either of these asks for both, as DescribeLogGroups has it.
_CLASSES = dict.fromkeys(("INFREQUENT_ACCESS", "ESSENTIALS"), ("INFREQUENT_ACCESS", "ESSENTIALS"))
_UNSUPPORTED = ("dataSources", "fieldIndexNames", "logGroupTags")


@operation(on=access.on_groups)
async def describe_log_groups(
    logs: Logs, call: Call, request: "shapes.DescribeLogGroupsRequest"
) -> dict[str, Any]:
    """Groups by name, in order; 50 a page unless `limit` says less. With a pattern (part of a name, case-sensitive) less is shown of
    each, and a page that is not empty always has a token, as AWS does.

    Raises:
        InvalidParameterException: prefix and pattern exclude each other; the token is not one of ours.
    """
    prefix, pattern = request.get("logGroupNamePrefix"), request.get("logGroupNamePattern")
    if prefix and pattern:
        raise errors.invalid(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
        )
    token, limit, log_class = request.get("nextToken"), request.get("limit"), request.get("logGroupClass")
    if request.get("logGroupIdentifiers"):
        page, token = by_place(
            await _identified(call, request["logGroupIdentifiers"]), token=token, limit=limit
        )
    else:
        page, token = await by_name(
            call,
            GROUPS,
            call.scope.account,
            call.scope.region,
            token=token,
            limit=limit,
            prefix=prefix or "",
            wanted=lambda group: (
                (pattern or "") in group.name
                and (not log_class or group.log_class in _CLASSES.get(log_class, (log_class,)))
            ),
        )
    if pattern:
        token = f"after:{page[-1].name}" if page else None
        return with_token({"logGroups": [_brief(group) for group in page]}, token)
    return with_token({"logGroups": [await _shown(logs, group) for group in page]}, token)


async def _identified(call: Call, identifiers: list[str]) -> list[LogGroup]:
    home = (call.scope.account, call.scope.region)
    wanted: set[Named] = {identified(call, identifier) for identifier in identifiers}
    names = sorted(group.name for group in wanted if (group.account, group.region) == home)
    found = [await call.tx.get(GROUPS, *home, name) for name in names]
    return [group for group in found if group is not None]


def _brief(group: LogGroup) -> dict[str, Any]:
    return {
        "logGroupName": group.name,
        "creationTime": int(group.created_at * 1000),
        "metricFilterCount": 0,
        "arn": f"{group.arn}:*",
        "logGroupClass": group.log_class,
        "logGroupArn": group.arn,
    }


async def _shown(logs: Logs, group: LogGroup) -> dict[str, Any]:
    shown = _brief(group)
    if group.retention_days is not None:
        shown["retentionInDays"] = group.retention_days
    shown["deletionProtectionEnabled"] = group.deletion_protection
    with reaching_events():
        shown["storedBytes"] = await logs.timeline.stored_bytes(group.events_key)
    return shown


@operation(on=access.on_groups)
async def list_log_groups(logs: Logs, call: Call, request: "shapes.ListLogGroupsRequest") -> dict[str, Any]:
    """Groups whose names match `logGroupNamePattern`, 50 a page: parts of names, alternatives after `|`, a leading `^` anchors one.

    Raises:
        InvalidParameterException: the token is not one of ours.
        NotImplemented: filters on what groups do not have here.
    """
    for member in _UNSUPPORTED:
        if request.get(member):
            raise errors.unsupported(call.operation, member)
    matches, log_class = _matcher(request.get("logGroupNamePattern") or ""), request.get("logGroupClass")
    page, token = await by_name(
        call,
        GROUPS,
        call.scope.account,
        call.scope.region,
        token=request.get("nextToken"),
        limit=request.get("limit"),
        wanted=lambda group: matches(group.name) and (log_class or group.log_class) == group.log_class,
    )
    shown = [{"logGroupName": g.name, "logGroupArn": g.arn, "logGroupClass": g.log_class} for g in page]
    return with_token({"logGroups": shown}, token)


def _matcher(pattern: str) -> Callable[[str], bool]:
    tests = [
        text_test(Token("word", f"{part[1:]}*" if part.startswith("^") else f"*{part}*"))
        for part in pattern.split("|")
    ]
    return lambda name: any(test(name) for test in tests)
