"""Retention: for how many days a group keeps its events, and the loop that deletes what is older."""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.clock import Clock
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.logs import access, errors
from portico.services.logs.records import GROUPS, LogGroup
from portico.services.logs.service import Logs, existing, named, put_group
from portico.store.port import Store
from portico.store.timeline import Timeline

if TYPE_CHECKING:
    from portico.services.logs import shapes

RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545),
    *(731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
DAY_MS = 24 * 3600 * 1000
EVERY_S = 3600


@operation(on=access.on_group, keys=access.tags_of_group)
async def put_retention_policy(
    logs: Logs, call: Call, request: "shapes.PutRetentionPolicyRequest"
) -> dict[str, Any]:
    """Let events expire after so many days.

    Raises:
        InvalidParameterException: not one of the numbers of days that AWS has.
        ResourceNotFoundException: there is no such group.
    """
    days = request["retentionInDays"]
    if days not in RETENTION_DAYS:
        values = ", ".join(map(str, RETENTION_DAYS))
        raise errors.constraint(days, "retentionInDays", f"satisfy enum value set: [{values}]")
    group = await existing(call, named(call, request))
    put_group(call, msgspec.structs.replace(group, retention_days=days))
    return {}


@operation(on=access.on_group, keys=access.tags_of_group)
async def delete_retention_policy(
    logs: Logs, call: Call, request: "shapes.DeleteRetentionPolicyRequest"
) -> dict[str, Any]:
    """Let events never expire.

    Raises:
        ResourceNotFoundException: there is no such group.
    """
    group = await existing(call, named(call, request))
    put_group(call, msgspec.structs.replace(group, retention_days=None))
    return {}


def oldest_ms(group: LogGroup, now_ms: int) -> int:
    """The time before which the group's events have expired, whether or not they are deleted yet."""
    return 0 if group.retention_days is None else now_ms - group.retention_days * DAY_MS


async def expire(store: Store, timeline: Timeline, clock: Clock) -> None:
    """Delete, once, the events of every group that are older than its retention."""
    for row in await store.scan(GROUPS.key()):
        group = GROUPS.decode(row.value)
        if group.retention_days is not None:
            await timeline.forget(group.events_key, before_ms=oldest_ms(group, clock.now_ms()))
