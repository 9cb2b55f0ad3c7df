"""Durable executions as one looks at them: one, and all of a function."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.invoke.records import FUNCTIONS
from portico.services.lambda_ import access as function_access
from portico.services.lambda_ import errors, names
from portico.services.lambda_.durable import access, identifiers, markers, refusals, shown
from portico.services.lambda_.durable.records import (
    EXECUTIONS,
    OPEN,
    OPERATIONS,
    RESULTS,
    SUCCEEDED,
    Execution,
)
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        GetDurableExecutionRequest,
        GetDurableExecutionResponse,
        ListDurableExecutionsByFunctionRequest,
        ListDurableExecutionsByFunctionResponse,
    )

_SCAN = 200


async def existing(call: Call, request: Mapping[str, Any]) -> Execution:
    """The execution that a request names.

    Raises:
        ResourceNotFoundException: there is none, or not any more.
    """
    named = access.named(call, request)
    execution = await call.tx.get(EXECUTIONS, *named.key)
    if execution is None or execution.arn != request["DurableExecutionArn"]:
        raise refusals.execution_not_found(request["DurableExecutionArn"])
    return execution


@operation(on=access.execution_arn)
async def get_durable_execution(
    lam: Lambda, call: Call, request: "GetDurableExecutionRequest"
) -> "GetDurableExecutionResponse":
    """A durable execution: its state, and unless `IncludeExecutionData` is false, what it was given and what came of it.

    Raises:
        ResourceNotFoundException: no such execution.

    Source: API reference, GetDurableExecution.
    """
    execution = await existing(call, request)
    with_data = request.get("IncludeExecutionData", True)
    answer = shown.summary(execution) | {
        "Version": execution.version,
        "ExecutionDataIncluded": with_data,
        "DurableConfig": {
            "RetentionPeriodInDays": execution.retention_days,
            "ExecutionTimeout": execution.timeout_s,
        },
    }
    if execution.trace:
        answer["TraceHeader"] = {"XAmznTraceId": execution.trace}
    if execution.status in OPEN:
        answer["ExpectedExecutionTimeoutTimestamp"] = execution.deadline
    if execution.pause is not None:
        answer["PauseDetails"] = {
            "PauseRequestTimestamp": execution.pause.at,
            "ExecutionTimeoutPaused": execution.pause.timeout_paused,
        }
        if with_data and execution.pause.reason:
            answer["PauseDetails"]["Reason"] = execution.pause.reason
    if with_data:
        answer |= await _data(call, execution)
    return answer  # type: ignore[return-value]  # built member by member


async def _data(call: Call, execution: Execution) -> dict[str, Any]:
    shown_data: dict[str, Any] = {}
    first = await call.tx.get(OPERATIONS, *execution.key, 0)
    if first is not None and first.input is not None:
        shown_data["InputPayload"] = first.input
    if execution.status == SUCCEEDED:
        result = await call.tx.get(RESULTS, *execution.key)
        if result is not None and result.payload is not None:
            shown_data["Result"] = result.payload
    elif execution.error is not None:
        shown_data["Error"] = execution.error
    return shown_data


@operation(on=function_access.function_arn, keys=function_access.resource_tags)
async def list_durable_executions_by_function(
    lam: Lambda, call: Call, request: "ListDurableExecutionsByFunctionRequest"
) -> "ListDurableExecutionsByFunctionResponse":
    """The executions of a function, newest first (`ReverseOrder`: oldest first), of one version if `Qualifier` says so.

    Raises:
        ResourceNotFoundException: no such function, version or alias.
        InvalidParameterValueException: the marker is none.

    Source: API reference, ListDurableExecutionsByFunction.
    """
    name = names.named(call, request)
    if await call.tx.get(FUNCTIONS, *name.key) is None:
        raise errors.function_not_found(name.asked_arn)
    version = ""
    if name.qualifier:
        resolved = lam.resolver.resolve(name.account, name.region, name.name, name.qualifier)
        if resolved is None:
            raise errors.function_not_found(name.asked_arn)
        version = resolved.version.version
    found = await _matching(lam, name.key, _Filter(request, version), request)
    limit = markers.limit(request)
    answer: dict[str, Any] = {"DurableExecutions": [shown.summary(each) for each in found[:limit]]}
    if len(found) > limit:
        answer["NextMarker"] = found[limit - 1].id
    return answer  # type: ignore[return-value]  # built member by member


class _Filter:
    """Which executions are asked for."""

    def __init__(self, request: Mapping[str, Any], version: str) -> None:
        self._version = version
        self._name = request.get("DurableExecutionName")
        self._statuses = frozenset(request.get("Statuses") or ())
        self._after = request.get("StartedAfter")
        self._before = request.get("StartedBefore")

    def takes(self, execution: Execution) -> bool:
        """Whether it is one of them."""
        return (
            (not self._version or execution.version == self._version)
            and (self._name is None or execution.name == self._name)
            and (not self._statuses or execution.status in self._statuses)
            and (self._after is None or execution.started_at > self._after)
            and (self._before is None or execution.started_at < self._before)
        )


async def _matching(
    lam: Lambda, key: tuple[str, str, str], wanted: _Filter, request: Mapping[str, Any]
) -> list[Execution]:
    """The executions on this page and one more, if there is one."""
    limit = markers.limit(request) + 1
    reverse = not request.get("ReverseOrder", False)
    marker = request.get("Marker")
    if marker and not identifiers.is_execution_id(marker):
        raise refusals.invalid_marker()
    after = EXECUTIONS.key(*key, marker) if marker else None
    found: list[Execution] = []
    while len(found) < limit:
        rows = await lam.cache.store.scan(EXECUTIONS.key(*key), after=after, limit=_SCAN, reverse=reverse)
        decoded = (EXECUTIONS.decode(row.value) for row in rows)
        found += [execution for execution in decoded if wanted.takes(execution)]
        if len(rows) < _SCAN:
            break
        after = rows[-1].key
    return found[:limit]
