"""Log streams."""

import re
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.logs import access, errors
from portico.services.logs.paging import by_name, by_place, with_token
from portico.services.logs.records import FORGOTTEN, STREAMS, Forgotten, LogGroup, LogStream, new_incarnation
from portico.services.logs.service import Logs, existing, existing_stream, named, reaching_events
from portico.store.timeline import Span

if TYPE_CHECKING:
    from portico.services.logs import shapes

_NAME = re.compile(r"[^:*]+").fullmatch
_NAME_CHARS_MAX = 512
SEQUENCE_TOKEN = "49039859627400000000000000000000000000000000000000000000"  # noqa: S105  # clients may still ask for one


@operation(on=access.on_stream, keys=access.tags_of_group, policy=access.account_policies)
async def create_log_stream(
    logs: Logs, call: Call, request: "shapes.CreateLogStreamRequest"
) -> dict[str, Any]:
    """Create an empty stream.

    Raises:
        InvalidParameterException: the name is too long or has `:` or `*`.
        ResourceAlreadyExistsException, ResourceNotFoundException.
    """
    name = request["logStreamName"]
    if len(name) > _NAME_CHARS_MAX:
        raise errors.name_too_long()
    if not _NAME(name):
        raise errors.constraint(name, "logStreamName", "satisfy regular expression pattern: [^:*]*")
    group = await existing(call, named(call, request))
    key = (group.account, group.region, group.name, name)
    if await call.tx.get(STREAMS, *key):
        raise errors.stream_exists()
    call.tx.put(STREAMS, LogStream(name, group.name, call.now, new_incarnation()), *key)
    return {}


@operation(on=access.on_stream, keys=access.tags_of_group)
async def delete_log_stream(
    logs: Logs, call: Call, request: "shapes.DeleteLogStreamRequest"
) -> dict[str, Any]:
    """Delete a stream with its events.

    Raises:
        ResourceNotFoundException: no such group or stream.
        ValidationException: the group is protected from deletion.
    """
    group = await existing(call, named(call, request))
    if group.deletion_protection:
        raise errors.exclusive(
            "Cannot delete a log stream of a log group that has deletion protection enabled."
        )
    stream = await existing_stream(call, group, request["logStreamName"])
    call.tx.delete(STREAMS, group.account, group.region, group.name, stream.name)
    mark = Forgotten(group.events_key, stream.events_key)
    call.tx.put(FORGOTTEN, mark, mark.group, mark.stream)
    return {}


@operation(on=access.on_group, keys=access.tags_of_group)
async def describe_log_streams(
    logs: Logs, call: Call, request: "shapes.DescribeLogStreamsRequest"
) -> dict[str, Any]:
    """Streams of a group by name, or by the time of their last event (`orderBy=LastEventTime`); 50 a page.

    Raises:
        InvalidParameterException: a prefix together with an order by time; the token is not one of ours.
        ResourceNotFoundException: no such group.
    """
    by_time = request.get("orderBy") == "LastEventTime"
    prefix = request.get("logStreamNamePrefix") or ""
    if by_time and prefix:
        raise errors.invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    group = await existing(call, named(call, request))
    within = (group.account, group.region, group.name)
    with reaching_events():
        spans = await logs.timeline.spans(group.events_key)
    token, limit, descending = request.get("nextToken"), request.get("limit"), bool(request.get("descending"))
    if by_time:
        streams = await call.tx.scan(STREAMS, *within)
        streams.sort(key=lambda stream: (_last(spans, stream), stream.name), reverse=descending)
        page, token = by_place(streams, token=token, limit=limit)
    else:
        page, token = await by_name(
            call, STREAMS, *within, token=token, limit=limit, prefix=prefix, reverse=descending
        )
    shown = [_shown(group, stream, spans.get(stream.events_key)) for stream in page]
    return with_token({"logStreams": shown}, token)


def _last(spans: dict[str, Span], stream: LogStream) -> float:
    span = spans.get(stream.events_key)
    return stream.created_at * 1000 if span is None else span.last_ms


def _shown(group: LogGroup, stream: LogStream, span: Span | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "logStreamName": stream.name,
        "creationTime": int(stream.created_at * 1000),
        "arn": f"{group.arn}:log-stream:{stream.name}",
        "storedBytes": 0,  # AWS has shown 0 for streams since 2019
    }
    if span is not None:
        shown |= {
            "firstEventTimestamp": span.first_ms,
            "lastEventTimestamp": span.last_ms,
            "lastIngestionTime": span.ingested_ms,
            "uploadSequenceToken": SEQUENCE_TOKEN,
        }
    return shown
