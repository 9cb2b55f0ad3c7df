"""Log events: put, read in order of one stream, filter over a group."""

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.logs import errors
from portico.services.logs.pattern import PatternError, compiled
from portico.services.logs.records import STREAMS, LogGroup
from portico.services.logs.service import Logs, existing, group_name, on_group, on_stream
from portico.services.logs.streams import SEQUENCE_TOKEN, existing_stream
from portico.services.logs.tokens import direction, event_id, filter_position, filter_token, token_of
from portico.store.timeline import Batch, Event, Page, Position, Window

if TYPE_CHECKING:
    from portico.services.logs import shapes

_EVENT_OVERHEAD_BYTES = 26
_BATCH_BYTES_MAX = 1_048_576
_PAGE_BYTES_MAX = 1_048_576
_EVENTS_MAX = 10_000
_SCAN_MAX = 100_000
_DAY_MS = 24 * 3600 * 1000
_FUTURE_MS = 2 * 3600 * 1000
_OLDEST_DAYS = 14


@operation(on=on_stream)
async def put_log_events(logs: Logs, call: Call, request: "shapes.PutLogEventsRequest") -> dict[str, Any]:
    """Take a batch of events, in order of time, durably. Those that are too old, too far ahead or expired are left out and named
    by their places.

    Raises:
        InvalidParameterException: out of order, over a day, over 1 MiB (26 bytes are counted for each event).
        ResourceNotFoundException: no such group or stream.
    """
    events = request["logEvents"]
    _check_batch(events)
    group = await existing(call, request["logGroupName"])
    stream = await existing_stream(call, group, request["logStreamName"])
    first, behind, rejected = _acceptable(events, group, int(call.now * 1000))
    kept = tuple((event["timestamp"], event["message"]) for event in events[first:behind])
    if kept:
        await logs.timeline.write_durably(Batch(group.events_key, stream.name, int(call.now * 1000), kept))
    return {"nextSequenceToken": SEQUENCE_TOKEN, **({"rejectedLogEventsInfo": rejected} if rejected else {})}


def _check_batch(events: list[Any]) -> None:
    if not events:  # within the process only: the model asks clients for one at least
        return
    times = [event["timestamp"] for event in events]
    if any(later < earlier for earlier, later in itertools.pairwise(times)):
        raise errors.invalid("Log events in a single PutLogEvents request must be in chronological order.")
    if times[-1] - times[0] > _DAY_MS:
        raise errors.invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        )
    size = sum(len(event["message"].encode()) + _EVENT_OVERHEAD_BYTES for event in events)
    if size > _BATCH_BYTES_MAX:
        raise errors.invalid(f"Upload too large: {size} bytes exceeds limit of {_BATCH_BYTES_MAX}")


def _acceptable(events: list[Any], group: LogGroup, now_ms: int) -> tuple[int, int, dict[str, int]]:
    """The places of the first event that is kept and of the first one behind them, and what is said of the others."""
    oldest = now_ms - _OLDEST_DAYS * _DAY_MS
    expired = 0 if group.retention_days is None else now_ms - group.retention_days * _DAY_MS
    old = sum(event["timestamp"] < oldest for event in events)
    gone = sum(event["timestamp"] < expired for event in events)
    ahead = sum(event["timestamp"] > now_ms + _FUTURE_MS for event in events)
    rejected: dict[str, int] = {}
    if old:
        rejected["tooOldLogEventEndIndex"] = old
    if gone > old:
        rejected["expiredLogEventEndIndex"] = gone
    if ahead:
        rejected["tooNewLogEventStartIndex"] = len(events) - ahead
    return max(old, gone), len(events) - ahead, rejected


@operation(on=on_stream)
async def get_log_events(logs: Logs, call: Call, request: "shapes.GetLogEventsRequest") -> dict[str, Any]:
    """Events of one stream in order of time: the last ones, or the first ones with `startFromHead`, or those around a token.

    A token that leads nowhere further comes back as it is; that is how a reader knows that it is at the end.

    Raises:
        InvalidParameterException: the token is not one of ours.
        ResourceNotFoundException: no such group or stream.
    """
    way, position = direction(request.get("nextToken"), forward=bool(request.get("startFromHead")))
    group = await existing(call, group_name(request))
    stream = await existing_stream(call, group, request["logStreamName"])
    window = Window(
        group.events_key,
        (stream.name,),
        request.get("startTime") or 0,
        request["endTime"] if request.get("endTime") is not None else 1 << 62,
        position,
        reverse=way == "b",
    )
    page = await logs.timeline.read(window, limit=request.get("limit") or _EVENTS_MAX, scan_max=_SCAN_MAX)
    events = _within_bytes(page.events)
    if window.reverse:
        events = events[::-1]
    first = events[0].position if events else position
    last = events[-1].position if events else position
    return {
        "events": [
            {"timestamp": e.at_ms, "message": e.message, "ingestionTime": e.ingested_ms} for e in events
        ],
        "nextForwardToken": token_of("f", last),
        "nextBackwardToken": token_of("b", first),
    }


def _within_bytes(events: tuple[Event, ...]) -> tuple[Event, ...]:
    size = 0
    for at, event in enumerate(events):
        size += len(event.message) + _EVENT_OVERHEAD_BYTES
        if size > _PAGE_BYTES_MAX and at:
            return events[:at]
    return events


@operation(on=on_group)
async def filter_log_events(
    logs: Logs, call: Call, request: "shapes.FilterLogEventsRequest"
) -> dict[str, Any]:
    """Events of a group that match a pattern, over all its streams or some, in order of time. A page may be empty and have a
    token: then more is to be looked at.

    Raises:
        InvalidParameterException: the pattern or the token can't be read, or names and a prefix of streams are both given.
        ResourceNotFoundException: no such group or stream.
    """
    if request.get("logStreamNames") and request.get("logStreamNamePrefix"):
        raise errors.invalid("logStreamNamePrefix and logStreamNames cannot be specified together.")
    position = filter_position(request.get("nextToken"))
    group = await existing(call, group_name(request))
    try:
        wanted = compiled(request.get("filterPattern") or "")
    except PatternError as error:
        raise errors.invalid(f"Invalid filter pattern: {error}") from error
    window = Window(
        group.events_key,
        await _streams(call, group, request),
        request.get("startTime") or 0,
        request["endTime"] + 1 if request.get("endTime") is not None else 1 << 62,
        position,
    )
    page = await logs.timeline.read(
        window, limit=request.get("limit") or _EVENTS_MAX, scan_max=_SCAN_MAX, wanted=wanted
    )
    return _filtered(page)


async def _streams(call: Call, group: LogGroup, request: Mapping[str, Any]) -> tuple[str, ...] | None:
    names, prefix = request.get("logStreamNames"), request.get("logStreamNamePrefix")
    for name in names or ():
        await existing_stream(call, group, name)
    if prefix:
        found = await call.tx.scan(STREAMS, group.account, group.region, group.name)
        return tuple(stream.name for stream in found if stream.name.startswith(prefix))
    return tuple(names) if names else None


def _filtered(page: Page) -> dict[str, Any]:
    events = _within_bytes(page.events)
    cut = len(events) < len(page.events)
    last: Position | None = events[-1].position if cut else page.last
    shown = [
        {
            "logStreamName": event.stream,
            "timestamp": event.at_ms,
            "message": event.message,
            "ingestionTime": event.ingested_ms,
            "eventId": event_id(event.position),
        }
        for event in events
    ]
    return {"events": shown, "searchedLogStreams": [], **({"nextToken": filter_token(last)} if last else {})}
