"""Tags of log groups, by the older operations (by name) and by the newer ones (by ARN)."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base import arn
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.logs import errors
from portico.services.logs.groups import put
from portico.services.logs.records import GROUPS, LogGroup
from portico.services.logs.service import Logs, existing, name_of, on_group

if TYPE_CHECKING:
    from portico.services.logs import shapes

_TAGS_MAX = 50


def _on_arn(call: Call, request: Mapping[str, Any]) -> list[str]:
    return [request["resourceArn"]]


def _keys(call: Call, request: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    tags = request.get("tags")  # the older UntagLogGroup has a list of names here
    given: Mapping[str, str] = tags if isinstance(tags, dict) else {}
    removed = tags if isinstance(tags, list) else request.get("tagKeys")
    names = tuple(given) or tuple(removed or ())
    return {
        **{f"aws:RequestTag/{k}": v for k, v in given.items()},
        **({"aws:TagKeys": names} if names else {}),
    }


async def _by_arn(call: Call, text: str) -> LogGroup:
    parsed = arn.parse(text)
    if parsed is None or parsed.service != "logs" or not parsed.resource.startswith("log-group:"):
        raise errors.invalid(f"Invalid resourceArn: {text}")
    if parsed.account != call.scope.account or parsed.region != call.scope.region:
        raise errors.no_resource()
    group = await call.tx.get(GROUPS, call.scope.account, call.scope.region, name_of(text))
    if group is None:
        raise errors.no_resource()
    return group


def _add(call: Call, group: LogGroup, tags: Mapping[str, str]) -> None:
    merged = {**group.tags, **tags}
    if len(merged) > _TAGS_MAX:
        raise errors.too_many_tags()
    put(call, msgspec.structs.replace(group, tags=merged))


def _remove(call: Call, group: LogGroup, names: Iterable[str]) -> None:
    gone = set(names)
    put(call, msgspec.structs.replace(group, tags={k: v for k, v in group.tags.items() if k not in gone}))


@operation(on=on_group, keys=_keys)
async def tag_log_group(logs: Logs, call: Call, request: "shapes.TagLogGroupRequest") -> dict[str, Any]:
    """Add or change tags of a group (older form)."""
    _add(call, await existing(call, request["logGroupName"]), request["tags"])
    return {}


@operation(on=on_group, keys=_keys)
async def untag_log_group(logs: Logs, call: Call, request: "shapes.UntagLogGroupRequest") -> dict[str, Any]:
    """Remove tags of a group (older form)."""
    _remove(call, await existing(call, request["logGroupName"]), request["tags"])
    return {}


@operation(on=on_group)
async def list_tags_log_group(
    logs: Logs, call: Call, request: "shapes.ListTagsLogGroupRequest"
) -> dict[str, Any]:
    """The tags of a group (older form)."""
    return {"tags": (await existing(call, request["logGroupName"])).tags}


@operation(on=_on_arn, keys=_keys)
async def tag_resource(logs: Logs, call: Call, request: "shapes.TagResourceRequest") -> dict[str, Any]:
    """Add or change tags of the group that an ARN names.

    Raises:
        ResourceNotFoundException: there is no such group. TooManyTagsException: more than 50.
    """
    _add(call, await _by_arn(call, request["resourceArn"]), request["tags"])
    return {}


@operation(on=_on_arn, keys=_keys)
async def untag_resource(logs: Logs, call: Call, request: "shapes.UntagResourceRequest") -> dict[str, Any]:
    """Remove tags of the group that an ARN names."""
    _remove(call, await _by_arn(call, request["resourceArn"]), request["tagKeys"])
    return {}


@operation(on=_on_arn)
async def list_tags_for_resource(
    logs: Logs, call: Call, request: "shapes.ListTagsForResourceRequest"
) -> dict[str, Any]:
    """The tags of the group that an ARN names."""
    return {"tags": (await _by_arn(call, request["resourceArn"])).tags}
