"""The history of a durable execution: every event, in pages."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.lambda_.durable import access, markers, shown
from portico.services.lambda_.durable.executions import existing
from portico.services.lambda_.durable.records import EVENTS, Event, Execution
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        GetDurableExecutionHistoryRequest,
        GetDurableExecutionHistoryResponse,
    )

_SCAN = 50
_ANSWER_BYTES_MAX = 5 * 1024 * 1024


@operation(on=access.execution_arn)
async def get_durable_execution_history(
    lam: Lambda, call: Call, request: "GetDurableExecutionHistoryRequest"
) -> "GetDurableExecutionHistoryResponse":
    """The events of a durable execution, oldest first (`ReverseOrder`: newest first), at most `MaxItems` and 5 MB at once.

    Raises:
        ResourceNotFoundException: no such execution.
        InvalidParameterValueException: the marker is none.

    Source: API reference, GetDurableExecutionHistory.
    """
    execution = await existing(call, request)
    taken, more = await _events(lam, execution, request)
    with_data = request.get("IncludeExecutionData", True)
    answer: dict[str, Any] = {"Events": [shown.event(each, with_data=with_data) for each in taken]}
    if more:
        answer["NextMarker"] = str(taken[-1].id)
    return answer  # type: ignore[return-value]  # built member by member


async def _events(lam: Lambda, execution: Execution, request: Mapping[str, Any]) -> tuple[list[Event], bool]:
    """The events of this page, and whether there are more; read a few at a time, as each can be a megabyte."""
    reverse = request.get("ReverseOrder", False)
    start, limit = markers.number(request), markers.limit(request)
    after = EVENTS.key(*execution.key, start) if start else None
    taken: list[Event] = []
    size = 0
    while True:
        rows = await lam.cache.store.scan(
            EVENTS.key(*execution.key), after=after, limit=_SCAN, reverse=reverse
        )
        for row in rows:
            size += len(row.value)
            if len(taken) == limit or (size > _ANSWER_BYTES_MAX and taken):
                return taken, True
            taken.append(EVENTS.decode(row.value))
            after = row.key
        if len(rows) < _SCAN:
            return taken, False
