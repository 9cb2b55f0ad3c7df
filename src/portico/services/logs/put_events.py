"""PutLogEvents."""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.logs import access, errors
from portico.services.logs.records import STREAMS, LogGroup
from portico.services.logs.retention import DAY_MS, oldest_ms
from portico.services.logs.service import Logs, existing, existing_stream, named, reaching_events
from portico.services.logs.streams import SEQUENCE_TOKEN
from portico.store.timeline import EVENT_OVERHEAD_BYTES, Batch

if TYPE_CHECKING:
    from portico.services.logs import shapes

_BATCH_BYTES_MAX = 1_048_576
_SPAN_MS_MAX = DAY_MS
_FUTURE_MS_MAX = 2 * 3600 * 1000
_AGE_MS_MAX = 14 * DAY_MS


class Sorted(msgspec.Struct, frozen=True, gc=False):
    """A batch by what becomes of its events: those from `first` to before `behind` are kept; `rejected` says why the others are not."""

    first: int
    behind: int
    rejected: dict[str, int]


@operation(on=access.on_stream, keys=access.tags_of_group, policy=access.account_policies)
async def put_log_events(logs: Logs, call: Call, request: "shapes.PutLogEventsRequest") -> dict[str, Any]:
    """Take a batch of events, in order of time, durably. Those that are too old, too far ahead or expired are left out and named
    by their places.

    Raises:
        InvalidParameterException: out of order, over a day, over 1 MiB (26 bytes are counted for each event).
        ResourceNotFoundException: no such group or stream.
        ServiceUnavailableException: the disk is full or has failed; nothing was taken.
    """
    events, now_ms = request["logEvents"], int(call.now * 1000)
    _check_batch(events)
    group = await existing(call, named(call, request))
    stream = await existing_stream(call, group, request["logStreamName"])
    times = [event["timestamp"] for event in events]
    parts = sort_out(times, group, now_ms)
    kept = tuple((event["timestamp"], event["message"]) for event in events[parts.first : parts.behind])
    if kept:
        if kept[-1][0] - kept[0][0] > _SPAN_MS_MAX:
            raise errors.invalid(
                "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
            )
        await _store(logs, group, Batch(group.events_key, stream.events_key, now_ms, kept), stream.name)
        logs.heard(group.account, group.region, kept)
    answer: dict[str, Any] = {"nextSequenceToken": SEQUENCE_TOKEN}
    return {**answer, "rejectedLogEventsInfo": parts.rejected} if parts.rejected else answer


def _check_batch(events: Sequence[Any]) -> None:
    if any(later["timestamp"] < earlier["timestamp"] for earlier, later in itertools.pairwise(events)):
        raise errors.invalid("Log events in a single PutLogEvents request must be in chronological order.")
    size = sum(len(event["message"].encode()) + EVENT_OVERHEAD_BYTES for event in events)
    if size > _BATCH_BYTES_MAX:
        raise errors.invalid(f"Upload too large: {size} bytes exceeds limit of {_BATCH_BYTES_MAX}")


def sort_out(times: Sequence[int], group: LogGroup, now_ms: int) -> Sorted:
    """Which events of a batch, in order of time, the group takes: not older than 14 days or its retention, not more than two hours
    ahead."""
    old = sum(at < now_ms - _AGE_MS_MAX for at in times)
    expired = sum(at < oldest_ms(group, now_ms) for at in times)
    ahead = sum(at > now_ms + _FUTURE_MS_MAX for at in times)
    rejected: dict[str, int] = {}
    if old:
        rejected["tooOldLogEventEndIndex"] = old
    if expired > old:
        rejected["expiredLogEventEndIndex"] = expired
    if ahead:
        rejected["tooNewLogEventStartIndex"] = len(times) - ahead
    return Sorted(max(old, expired), len(times) - ahead, rejected)


async def _store(logs: Logs, group: LogGroup, batch: Batch, stream: str) -> None:
    with reaching_events():
        await logs.timeline.write_durably(batch)
        held = logs.cache.peek(STREAMS, group.account, group.region, group.name, stream)
        if held is None or held.value.events_key != batch.stream:
            # Deleted meanwhile, and the removal of its events may have been before ours.
            await logs.timeline.forget(batch.group, batch.stream)
            raise errors.no_stream()
