"""Event invoke configurations: how the events of a function, a version or an alias are tried again, and where their records go.

Source: API reference, PutFunctionEventInvokeConfig and its kin; Developer Guide, "Retaining records of asynchronous invocations"; recorded
answers.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.invoke.records import ALIASES, EVENT_INVOKES, FUNCTIONS, LATEST, VERSIONS, EventInvoke
from portico.services.lambda_ import access, errors, event_targets, markers, names
from portico.services.lambda_.functions import page_size
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        DeleteFunctionEventInvokeConfigRequest,
        FunctionEventInvokeConfig,
        GetFunctionEventInvokeConfigRequest,
        ListFunctionEventInvokeConfigsRequest,
        ListFunctionEventInvokeConfigsResponse,
        PutFunctionEventInvokeConfigRequest,
        UpdateFunctionEventInvokeConfigRequest,
    )


@access.on_qualified
async def put_function_event_invoke_config(
    lam: Lambda, call: Call, request: "PutFunctionEventInvokeConfigRequest"
) -> "FunctionEventInvokeConfig":
    """Set the configuration; what is not given is as if it had never been.

    Raises:
        ResourceNotFoundException: no such function, version or alias.
        InvalidParameterValueException: nothing is given, or a destination: see `event_targets`.
    """
    name = await _existing(call, request)
    blank = EventInvoke(name.qualifier, call.now)
    return await _write(lam, call, name, blank, request)


@access.on_qualified
async def update_function_event_invoke_config(
    lam: Lambda, call: Call, request: "UpdateFunctionEventInvokeConfigRequest"
) -> "FunctionEventInvokeConfig":
    """Change a configuration; what is not given stays.

    Raises:
        ResourceNotFoundException: no such function, version or alias, or it has no configuration.
        InvalidParameterValueException: as for PutFunctionEventInvokeConfig.
    """
    name = await _existing(call, request)
    return await _write(lam, call, name, await _config(call, name), request)


@access.on_qualified
async def get_function_event_invoke_config(
    lam: Lambda, call: Call, request: "GetFunctionEventInvokeConfigRequest"
) -> "FunctionEventInvokeConfig":
    """The configuration.

    Raises:
        ResourceNotFoundException: there is none.
    """
    name = _qualified(names.named(call, request))
    return _shown(name, await _config(call, name))  # type: ignore[return-value]  # built member by member


@access.on_qualified
async def delete_function_event_invoke_config(
    lam: Lambda, call: Call, request: "DeleteFunctionEventInvokeConfigRequest"
) -> None:
    """Take the configuration away.

    Raises:
        ResourceNotFoundException: there is none.
    """
    name = _qualified(names.named(call, request))
    await _config(call, name)
    call.tx.delete(EVENT_INVOKES, *name.key, name.qualifier)


@access.on_function
async def list_function_event_invoke_configs(
    lam: Lambda, call: Call, request: "ListFunctionEventInvokeConfigsRequest"
) -> "ListFunctionEventInvokeConfigsResponse":
    """A function's configurations by qualifier, at most 50 at once.

    Raises:
        ResourceNotFoundException: no such function.
        InvalidParameterValueException: the marker is not one of ours.
    """
    name = names.named(call, request)
    limit, after = page_size(request), markers.place_of(request.get("Marker"), 1)
    if await call.tx.get(FUNCTIONS, *name.key) is None:
        raise errors.no_function()
    start = EVENT_INVOKES.key(*name.key, *after) if after else None
    rows = await call.tx.scan(EVENT_INVOKES, *name.key, after=start, limit=limit + 1)
    shown = [_shown(msgspec.structs.replace(name, qualifier=row.qualifier), row) for row in rows[:limit]]
    found: dict[str, Any] = {"FunctionEventInvokeConfigs": shown}
    if len(rows) > limit:
        found["NextMarker"] = markers.after(rows[limit - 1].qualifier)
    return found  # type: ignore[return-value]  # built member by member


def _qualified(name: Name) -> Name:
    return msgspec.structs.replace(name, qualifier=name.qualifier or LATEST)


async def _existing(call: Call, request: Mapping[str, Any]) -> Name:
    """The version or alias that is meant, which exists.

    Raises:
        ResourceNotFoundException: it does not.
    """
    name = _qualified(names.named(call, request))
    place = (*name.key, name.qualifier)
    found = await (call.tx.get(ALIASES, *place) if name.names_alias else call.tx.get(VERSIONS, *place))
    if found is None:
        raise errors.no_function()
    return name


async def _config(call: Call, name: Name) -> EventInvoke:
    config = await call.tx.get(EVENT_INVOKES, *name.key, name.qualifier)
    if config is None:
        raise errors.no_event_invoke_config(name.executed_arn)
    return config


async def _write(
    lam: Lambda, call: Call, name: Name, before: EventInvoke, request: Mapping[str, Any]
) -> "FunctionEventInvokeConfig":
    given = {field: request[member] for member, field in _NUMBERS.items() if request.get(member) is not None}
    destinations = request.get("DestinationConfig")
    if not given and destinations is None:
        raise errors.invalid("You must specify at least one of error handling or destination setting.")
    if destinations is not None:
        given |= await event_targets.checked(lam, call, name, destinations)
    after = msgspec.structs.replace(before, modified_at=call.now, **given)
    call.tx.put(EVENT_INVOKES, after, *name.key, name.qualifier)
    return _shown(name, after)  # type: ignore[return-value]  # built member by member


def _shown(name: Name, config: EventInvoke) -> dict[str, Any]:
    ends = {"OnSuccess": config.on_success, "OnFailure": config.on_failure}
    shown: dict[str, Any] = {
        "FunctionArn": f"{name.arn}:{config.qualifier}",
        "LastModified": config.modified_at,
        "DestinationConfig": {end: {"Destination": arn} if arn else {} for end, arn in ends.items()},
    }
    numbers = {member: getattr(config, field) for member, field in _NUMBERS.items()}
    return shown | {member: value for member, value in numbers.items() if value is not None}


_NUMBERS = {"MaximumRetryAttempts": "retries", "MaximumEventAgeInSeconds": "age_max_s"}
