"""Log events as they are read: in order of one stream, or filtered over a group."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.logs import access, errors
from portico.services.logs.pattern import PatternError, compiled
from portico.services.logs.records import FORGOTTEN, LogGroup, stream_name
from portico.services.logs.retention import oldest_ms
from portico.services.logs.service import Logs, existing, existing_stream, named, reaching_events
from portico.services.logs.tokens import direction, event_id, token_of
from portico.store.timeline import Event, Window

if TYPE_CHECKING:
    from portico.services.logs import shapes

_EVENTS_MAX = 10_000
_SCAN_MAX = 50_000
_FOREVER_MS = 1 << 62  # and something may be added to it before it meets the database's integers


@operation(on=access.on_stream, keys=access.tags_of_group, also=access.unmasking)
async def get_log_events(logs: Logs, call: Call, request: "shapes.GetLogEventsRequest") -> dict[str, Any]:
    """Events of one stream in order of time, from `startTime` to before `endTime`: the last ones, or the first ones with
    `startFromHead`, or those next to a token. At most 10,000, or 1 MiB.

    A token that leads nowhere further comes back as it is; that is how a reader knows that it is at the end.

    Raises:
        InvalidParameterException: the token is not one of ours.
        ResourceNotFoundException: no such group or stream.
    """
    way, position = direction(request.get("nextToken"), forward=bool(request.get("startFromHead")))
    group = await existing(call, named(call, request))
    stream = await existing_stream(call, group, request["logStreamName"])
    end = request.get("endTime")
    window = Window(
        group.events_key,
        (stream.events_key,),
        _start(group, call, request),
        _FOREVER_MS if end is None else min(end, _FOREVER_MS),
        position,
        reverse=way == "b",
    )
    with reaching_events():
        page = await logs.timeline.read(window, limit=request.get("limit") or _EVENTS_MAX, scan_max=_SCAN_MAX)
    events = page.events[::-1] if window.reverse else page.events
    return {
        "events": [
            {"timestamp": e.at_ms, "message": e.message, "ingestionTime": e.ingested_ms} for e in events
        ],
        "nextForwardToken": token_of("f", events[-1].position if events else position),
        "nextBackwardToken": token_of("b", events[0].position if events else position),
    }


def _start(group: LogGroup, call: Call, request: Mapping[str, Any]) -> int:
    """Where the window begins: what has expired is not shown, even before it is deleted."""
    asked = min(request.get("startTime") or 0, _FOREVER_MS)
    return max(asked, oldest_ms(group, int(call.now * 1000)))


@operation(on=access.on_group, keys=access.tags_of_group, also=access.unmasking)
async def filter_log_events(
    logs: Logs, call: Call, request: "shapes.FilterLogEventsRequest"
) -> dict[str, Any]:
    """Events of a group that match a pattern, over all its streams or some, in order of time (newest first when `startFromHead` is
    false), from `startTime` to `endTime`, both included. At most 10,000, or 1 MiB. A page may be empty and have a token: then more is
    to be looked at.

    Raises:
        InvalidParameterException: the pattern or the token can't be read, or names and a prefix of streams are both given.
        ResourceNotFoundException: no such group or stream.
    """
    if request.get("logStreamNames") and request.get("logStreamNamePrefix"):
        raise errors.invalid("logStreamNamePrefix and logStreamNames cannot be specified together.")
    way, position = direction(request.get("nextToken"), forward=request.get("startFromHead") is not False)
    group = await existing(call, named(call, request))
    end = request.get("endTime")
    window = Window(
        group.events_key,
        await _streams(call, group, request),
        _start(group, call, request),
        _FOREVER_MS if end is None else min(end + 1, _FOREVER_MS),
        position,
        reverse=way == "b",
        prefix=request.get("logStreamNamePrefix") or "",
        without=await _deleted(call, group),
    )
    wanted = _wanted(request.get("filterPattern") or "")
    with reaching_events():
        page = await logs.timeline.read(
            window, limit=request.get("limit") or _EVENTS_MAX, scan_max=_SCAN_MAX, wanted=wanted
        )
    answer: dict[str, Any] = {"events": [_shown(event) for event in page.events], "searchedLogStreams": []}
    return {**answer, "nextToken": token_of(way, page.last)} if page.last else answer


def _wanted(pattern: str) -> Callable[[str], bool] | None:
    try:
        return compiled(pattern) if pattern.strip() else None
    except PatternError as error:
        raise errors.invalid(f"Invalid filter pattern: {error}") from error


async def _streams(call: Call, group: LogGroup, request: Mapping[str, Any]) -> tuple[str, ...] | None:
    names = request.get("logStreamNames")
    if not names:
        return None
    return tuple([(await existing_stream(call, group, name)).events_key for name in names])


async def _deleted(call: Call, group: LogGroup) -> tuple[str, ...]:
    """Streams that were deleted a moment ago, whose events may still be there."""
    return tuple([mark.stream for mark in await call.tx.scan(FORGOTTEN, group.events_key)])


def _shown(event: Event) -> dict[str, Any]:
    return {
        "logStreamName": stream_name(event.stream),
        "timestamp": event.at_ms,
        "message": event.message,
        "ingestionTime": event.ingested_ms,
        "eventId": event_id(event.position),
    }
