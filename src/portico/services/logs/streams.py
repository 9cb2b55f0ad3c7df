"""Log streams."""

import re
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.logs import errors
from portico.services.logs.groups import paged
from portico.services.logs.records import STREAMS, LogGroup, LogStream
from portico.services.logs.service import Logs, existing, group_name, on_group, on_stream
from portico.store.timeline import Span

if TYPE_CHECKING:
    from portico.services.logs import shapes

_NAME = re.compile(r"[^:*]+").fullmatch
_PAGE = 50
SEQUENCE_TOKEN = "49039859627400000000000000000000000000000000000000000000"  # noqa: S105  # clients may still ask for one


@operation(on=on_stream)
async def create_log_stream(
    logs: Logs, call: Call, request: "shapes.CreateLogStreamRequest"
) -> dict[str, Any]:
    """Create an empty stream.

    Raises:
        InvalidParameterException: the name is too long or has `:` or `*`.
        ResourceAlreadyExistsException, ResourceNotFoundException.
    """
    name = request["logStreamName"]
    if len(name) > 512:
        raise errors.invalid(
            "Invalid LogGroup or LogStream, both must have length less than or equal to 512."
        )
    if not _NAME(name):
        raise errors.invalid(
            f"1 validation error detected: Value '{name}' at 'logStreamName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [^:*]*"
        )
    group = await existing(call, request["logGroupName"])
    key = (group.account, group.region, group.name, name)
    if await call.tx.get(STREAMS, *key):
        raise errors.stream_exists()
    call.tx.put(STREAMS, LogStream(name, group.name, call.now), *key)
    return {}


@operation(on=on_stream)
async def delete_log_stream(
    logs: Logs, call: Call, request: "shapes.DeleteLogStreamRequest"
) -> dict[str, Any]:
    """Delete a stream with its events.

    Raises:
        ResourceNotFoundException: no such group or stream.
    """
    group = await existing(call, request["logGroupName"])
    stream = await existing_stream(call, group, request["logStreamName"])
    call.tx.delete(STREAMS, group.account, group.region, group.name, stream.name)
    await logs.timeline.forget(group.events_key, stream.name)
    return {}


async def existing_stream(call: Call, group: LogGroup, name: str) -> LogStream:
    """The stream of that name.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    stream = await call.tx.get(STREAMS, group.account, group.region, group.name, name)
    if stream is None:
        raise errors.no_stream()
    return stream


@operation(on=on_group)
async def describe_log_streams(
    logs: Logs, call: Call, request: "shapes.DescribeLogStreamsRequest"
) -> dict[str, Any]:
    """Streams of a group by name, or by the time of their last event (`orderBy=LastEventTime`); 50 a page.

    Raises:
        InvalidParameterException: a prefix together with an order by time.
    """
    by_time = request.get("orderBy") == "LastEventTime"
    prefix = request.get("logStreamNamePrefix") or ""
    if by_time and prefix:
        raise errors.invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    group = await existing(call, group_name(request))
    spans = await logs.timeline.spans(group.events_key)
    streams = [
        stream
        for stream in await call.tx.scan(STREAMS, group.account, group.region, group.name)
        if stream.name.startswith(prefix)
    ]
    limit, descending = request.get("limit") or _PAGE, bool(request.get("descending"))
    if by_time:
        streams.sort(key=lambda s: (_last(spans, s), s.name), reverse=descending)
        page, token = _paged_by_place(streams, request.get("nextToken"), limit)
    elif descending:
        page, token = _paged_by_place(streams[::-1], request.get("nextToken"), limit)
    else:
        page, token = paged(streams, request.get("nextToken"), limit)
    shown = [_shown(group, stream, spans.get(stream.name)) for stream in page]
    return {"logStreams": shown, **({"nextToken": token} if token else {})}


def _last(spans: dict[str, Span], stream: LogStream) -> float:
    return spans[stream.name].last_ms if stream.name in spans else stream.created_at * 1000


def _paged_by_place(
    items: list[LogStream], token: str | None, limit: int
) -> tuple[list[LogStream], str | None]:
    if token is not None and not (token.startswith("at:") and token[3:].isdigit()):
        raise errors.invalid("The specified nextToken is invalid.")
    at = int(token[3:]) if token else 0
    return items[at : at + limit], f"at:{at + limit}" if len(items) > at + limit else None


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
