"""Tags of log groups, by the older operations (by name) and by the newer ones (by ARN)."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.logs import access, errors
from portico.services.logs.records import GROUPS, LogGroup
from portico.services.logs.service import Logs, existing, identified, named, put_group

if TYPE_CHECKING:
    from portico.services.logs import shapes

_TAGS_MAX = 50


async def _by_arn(call: Call, text: str) -> LogGroup:
    if not text.startswith("arn:"):
        raise errors.invalid(f"{text} is not an ARN.")
    wanted = identified(call, text)
    group = await call.tx.get(GROUPS, wanted.account, wanted.region, wanted.name)
    if group is None or (group.account, group.region) != (call.scope.account, call.scope.region):
        raise errors.no_resource()
    return group


def _add(call: Call, group: LogGroup, tags: Mapping[str, str]) -> None:
    merged = {**group.tags, **tags}
    if len(merged) > _TAGS_MAX:
        raise errors.too_many_tags()
    put_group(call, msgspec.structs.replace(group, tags=merged))


def _remove(call: Call, group: LogGroup, names: Iterable[str]) -> None:
    gone = set(names)
    put_group(
        call, msgspec.structs.replace(group, tags={k: v for k, v in group.tags.items() if k not in gone})
    )


@operation(on=access.on_group, keys=access.tags_of_both)
async def tag_log_group(logs: Logs, call: Call, request: "shapes.TagLogGroupRequest") -> dict[str, Any]:
    """Add or change tags of a group (older form)."""
    _add(call, await existing(call, named(call, request)), request["tags"])
    return {}


@operation(on=access.on_group, keys=access.tags_of_both)
async def untag_log_group(logs: Logs, call: Call, request: "shapes.UntagLogGroupRequest") -> dict[str, Any]:
    """Remove tags of a group (older form)."""
    _remove(call, await existing(call, named(call, request)), request["tags"])
    return {}


@operation(on=access.on_group, keys=access.tags_of_group)
async def list_tags_log_group(
    logs: Logs, call: Call, request: "shapes.ListTagsLogGroupRequest"
) -> dict[str, Any]:
    """The tags of a group (older form)."""
    return {"tags": (await existing(call, named(call, request))).tags}


@operation(on=access.on_tagged, keys=access.tags_of_both)
async def tag_resource(logs: Logs, call: Call, request: "shapes.TagResourceRequest") -> dict[str, Any]:
    """Add or change tags of the group that an ARN names.

    Raises:
        ResourceNotFoundException: there is no such group. TooManyTagsException: more than 50.
    """
    _add(call, await _by_arn(call, request["resourceArn"]), request["tags"])
    return {}


@operation(on=access.on_tagged, keys=access.tags_of_both)
async def untag_resource(logs: Logs, call: Call, request: "shapes.UntagResourceRequest") -> dict[str, Any]:
    """Remove tags of the group that an ARN names."""
    _remove(call, await _by_arn(call, request["resourceArn"]), request["tagKeys"])
    return {}


@operation(on=access.on_tagged, keys=access.tags_of_group)
async def list_tags_for_resource(
    logs: Logs, call: Call, request: "shapes.ListTagsForResourceRequest"
) -> dict[str, Any]:
    """The tags of the group that an ARN names."""
    return {"tags": (await _by_arn(call, request["resourceArn"])).tags}
