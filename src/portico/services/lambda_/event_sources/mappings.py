"""The operations on event source mappings.

Source: API reference, CreateEventSourceMapping and its kin; recorded answers.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.ids import uuid
from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.environments.work import EnvironmentSpec
from portico.invoke.records import FUNCTIONS, LATEST
from portico.services.lambda_ import access, errors, markers, names, tags
from portico.services.lambda_.durable import refusals as durable_refusals
from portico.services.lambda_.durable.start import SYNCHRONOUS_S
from portico.services.lambda_.event_sources import parameters, states
from portico.services.lambda_.event_sources.records import (
    MAPPINGS,
    PAIRS,
    RESULTS,
    EventSourceMapping,
    Pair,
    mapping_arn,
)
from portico.services.lambda_.event_sources.shown import shown
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        CreateEventSourceMappingRequest,
        DeleteEventSourceMappingRequest,
        EventSourceMappingConfiguration,
        GetEventSourceMappingRequest,
        ListEventSourceMappingsRequest,
        ListEventSourceMappingsResponse,
        UpdateEventSourceMappingRequest,
    )

_PAGE_MAX = 100
_SETTLED_S = 1.0  # who changes what was changed a moment ago need not wait for it first


def _on(call: Call, request: Mapping[str, Any]) -> tuple[str]:
    return (mapping_arn(call.scope.account, call.scope.region, request["UUID"]),)


def _function_keys(call: Call, request: Mapping[str, Any]) -> dict[str, Values]:
    """`lambda:FunctionArn` of the function that is to be invoked, and the tags that are to be set."""
    name = names.parse(call.scope, request["FunctionName"])
    return {"lambda:FunctionArn": name.asked_arn, **access.request_tags(call, request)}


async def _mapping_keys(call: Call, request: Mapping[str, Any]) -> dict[str, Values]:
    """`lambda:FunctionArn` and `aws:ResourceTag/...` of the mapping."""
    mapping = await call.tx.get(MAPPINGS, call.scope.account, call.scope.region, request["UUID"])
    if mapping is None:
        return {}
    keys: dict[str, Values] = {"lambda:FunctionArn": mapping.name.asked_arn}
    if request.get("FunctionName"):
        keys["lambda:FunctionArn"] = names.parse(call.scope, request["FunctionName"]).asked_arn
    return keys | {f"aws:ResourceTag/{key}": value for key, value in mapping.tags.items()}


@operation(keys=_function_keys)
async def create_event_source_mapping(
    lam: Lambda, call: Call, request: "CreateEventSourceMappingRequest"
) -> "EventSourceMappingConfiguration":
    """Have a source polled, and a function invoked with what is found there.

    Raises:
        InvalidParameterValueException: the source, the function or a parameter can't be, or the execution role may not poll.
        ResourceConflictException: the function has that source already.
    """
    source_arn = request.get("EventSourceArn") or ""
    if not source_arn and request.get("SelfManagedEventSource"):
        raise errors.invalid(
            "The event source is not supported: Portico has no self-managed Apache Kafka yet."
        )
    kind = lam.event_sources.kinds.of(source_arn)
    name = names.parse(call.scope, request["FunctionName"])
    blank = EventSourceMapping(
        uuid=uuid(),
        account=call.scope.account,
        region=call.scope.region,
        source_arn=source_arn,
        function=name.name,
        qualifier=name.qualifier,
        state="Creating",
        wanted=True,
        modified_at=call.now,
        batch_size=kind.batch_size,
    )
    mapping = parameters.applied(blank, request, kind)
    given = request.get("Tags") or {}
    tags.check(given)
    spec = await _function(lam, call, name)
    await _require_new(lam, call, mapping)
    await kind.check_access(mapping, spec)
    state = "Creating" if mapping.wanted else "Disabled"
    mapping = msgspec.structs.replace(mapping, state=state, tags=dict(given))
    call.tx.put(MAPPINGS, mapping, *mapping.key)
    call.tx.put(PAIRS, Pair(mapping.uuid), *mapping.pair)
    return shown(mapping)  # type: ignore[return-value]  # built member by member


@operation(on=_on, keys=_mapping_keys)
async def get_event_source_mapping(
    lam: Lambda, call: Call, request: "GetEventSourceMappingRequest"
) -> "EventSourceMappingConfiguration":
    """A mapping.

    Raises:
        ResourceNotFoundException: there is none.
    """
    return await _shown(call, await _mapping(call, request))


@operation()
async def list_event_source_mappings(
    lam: Lambda, call: Call, request: "ListEventSourceMappingsRequest"
) -> "ListEventSourceMappingsResponse":
    """The mappings of the account and region, those of a source or a function if one is named, at most 100 at once.

    Raises:
        InvalidParameterValueException: the marker is not one of ours.
    """
    here = (call.scope.account, call.scope.region)
    limit = min(request.get("MaxItems") or _PAGE_MAX, _PAGE_MAX)
    after = markers.place_of(request.get("Marker"), 1)
    start = MAPPINGS.key(*here, *after) if after else None
    every = await call.tx.scan(MAPPINGS, *here, after=start)
    function, source = request.get("FunctionName"), request.get("EventSourceArn")
    name = names.parse(call.scope, function) if function else None
    chosen = [
        mapping
        for mapping in every
        if (name is None or _invokes(mapping, name)) and (not source or mapping.source_arn == source)
    ]
    page = chosen[:limit]
    found: dict[str, Any] = {"EventSourceMappings": [await _shown(call, mapping) for mapping in page]}
    if len(chosen) > limit:
        found["NextMarker"] = markers.after(page[-1].uuid)
    return found  # type: ignore[return-value]  # built member by member


@operation(on=_on, keys=_mapping_keys)
async def update_event_source_mapping(
    lam: Lambda, call: Call, request: "UpdateEventSourceMappingRequest"
) -> "EventSourceMappingConfiguration":
    """Change a mapping; what is not given stays. One that is to rest is not asked whether its source is there.

    Raises:
        ResourceNotFoundException: there is none.
        ResourceInUseException: something else is in progress with it.
        InvalidParameterValueException, ResourceConflictException: as for CreateEventSourceMapping.
    """
    await lam.event_sources.settled(_key(call, request), _SETTLED_S)
    before = await _mapping(call, request)
    kind = lam.event_sources.kinds.of(before.source_arn)
    name = names.parse(call.scope, request["FunctionName"]) if request.get("FunctionName") else before.name
    renamed = msgspec.structs.replace(
        before, function=name.name, qualifier=name.qualifier, modified_at=call.now
    )
    after = parameters.applied(renamed, request, kind)
    if after.pair != before.pair:
        await _require_new(lam, call, after)
        call.tx.delete(PAIRS, *before.pair)
        call.tx.put(PAIRS, Pair(after.uuid), *after.pair)
    if after.wanted or name != before.name:
        spec = await _function(lam, call, name)
        if after.wanted:
            await kind.check_access(after, spec)
    after = msgspec.structs.replace(after, state=_after(before, _event(before, after), "update"))
    call.tx.put(MAPPINGS, after, *after.key)
    return shown(after)  # type: ignore[return-value]  # built member by member


@operation(on=_on, keys=_mapping_keys)
async def delete_event_source_mapping(
    lam: Lambda, call: Call, request: "DeleteEventSourceMappingRequest"
) -> "EventSourceMappingConfiguration":
    """Delete a mapping. Batches that run go on to their end.

    Raises:
        ResourceNotFoundException: there is none.
        ResourceInUseException: something else is in progress with it.
    """
    await lam.event_sources.settled(_key(call, request), _SETTLED_S)
    before = await _mapping(call, request)
    after = msgspec.structs.replace(before, state=_after(before, "delete", "delete"), modified_at=call.now)
    call.tx.put(MAPPINGS, after, *after.key)
    call.tx.delete(PAIRS, *after.pair)
    return shown(after)  # type: ignore[return-value]  # built member by member


def _key(call: Call, request: Mapping[str, Any]) -> tuple[str, str, str]:
    return (call.scope.account, call.scope.region, request["UUID"])


async def _mapping(call: Call, request: Mapping[str, Any]) -> EventSourceMapping:
    mapping = await call.tx.get(MAPPINGS, *_key(call, request))
    if mapping is None:
        raise errors.no_policy()
    return mapping


async def _shown(call: Call, mapping: EventSourceMapping) -> "EventSourceMappingConfiguration":
    return shown(mapping, await call.tx.get(RESULTS, *mapping.key))  # type: ignore[return-value]


async def _function(lam: Lambda, call: Call, name: Name) -> EnvironmentSpec:
    """What is invoked; that the function is there is a condition of the commit."""
    function = await call.tx.get(FUNCTIONS, *name.key)
    resolved = lam.resolver.resolve(*name.key, name.qualifier)
    if function is None or resolved is None or name.account != call.scope.account:
        raise errors.invalid("Function does not exist")
    durable = resolved.version.durable
    if durable is not None:
        if not name.qualifier:
            raise durable_refusals.needs_qualifier()
        if durable.execution_timeout_s > SYNCHRONOUS_S:
            raise durable_refusals.too_long_to_wait_for()
    return resolved.spec


async def _require_new(lam: Lambda, call: Call, mapping: EventSourceMapping) -> None:
    """Refuse a second mapping of a source to the same function."""
    other = await call.tx.get(PAIRS, *mapping.pair)
    if other is not None:
        shown_name = f"{mapping.function}:{mapping.qualifier}" if mapping.qualifier else mapping.function
        title = lam.event_sources.kinds.of(mapping.source_arn).title
        raise errors.conflict(
            f'An event source mapping with {title} arn (" {mapping.source_arn} ") and function (" {shown_name} ") '
            f"already exists. Please update or delete the existing mapping with UUID {other.uuid}"
        )


def _invokes(mapping: EventSourceMapping, name: Name) -> bool:
    """Whether a mapping is of this function; if a version or an alias is named, of this one."""
    if name.account != mapping.account or name.name != mapping.function:
        return False
    return not name.qualifier or (mapping.qualifier or LATEST) == name.qualifier


def _event(before: EventSourceMapping, after: EventSourceMapping) -> states.Event:
    if before.wanted == after.wanted:
        return "update"
    return "enable" if after.wanted else "disable"


def _after(mapping: EventSourceMapping, event: states.Event, verb: str) -> str:
    try:
        return states.after(mapping.state, event)
    except states.NotPossible as error:
        words = f"Cannot {verb} the event source mapping because it is in use."
        raise AwsError("ResourceInUseException", words, fields={"Type": "User"}) from error
