"""Queues as event sources: polled as the function's execution role, by the calls that any consumer makes.

Source: Developer Guide, "Using Lambda with Amazon SQS" and the pages below it; recorded answers; widely reported words.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from portico.base.arn import Arn
from portico.base.arn import parse as parse_arn
from portico.base.clock import Clock
from portico.environments.work import EnvironmentSpec
from portico.services.lambda_ import errors
from portico.services.lambda_.event_sources import filters, sqs_event
from portico.services.lambda_.event_sources.batches import Item
from portico.services.lambda_.event_sources.records import EventSourceMapping
from portico.services.lambda_.event_sources.source import PollingProblem, Taken
from portico.services.lambda_.event_sources.sqs_calls import QueueCalls, problem_of
from portico.wire.errors import AwsError

_RECEIVE_MAX = 10
_RECEIVES_AT_ONCE = 10
_DELETES_AT_ONCE = 10
_VISIBILITY_S_MAX = 43_200
_FIFO_BATCH_MAX = 10
_NEEDED = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


class QueueKind:
    """Queues: see `source.Kind`."""

    title = "SQS"
    batch_size = 10
    refused = frozenset(
        {
            "AmazonManagedKafkaEventSourceConfig",
            "BisectBatchOnFunctionError",
            "DestinationConfig",
            "DocumentDBEventSourceConfig",
            "LoggingConfig",
            "MaximumRecordAgeInSeconds",
            "MaximumRetryAttempts",
            "ParallelizationFactor",
            "Queues",
            "SelfManagedEventSource",
            "SelfManagedKafkaEventSourceConfig",
            "SourceAccessConfigurations",
            "StartingPositionTimestamp",
            "Topics",
            "TumblingWindowInSeconds",
        }
    )

    def __init__(self, clock: Clock, calls: Callable[[Arn], QueueCalls]) -> None:
        self._clock = clock
        self._calls = calls

    def check(self, after: EventSourceMapping, request: dict[str, Any]) -> None:
        """See `source.Kind`."""
        arn = _arn_of(after)
        if arn.region != after.region:
            raise errors.invalid(f"The event source {arn} is not in the function's region, {after.region}.")
        if "StartingPosition" in request:
            raise errors.invalid("StartingPosition is not valid for SQS event sources.")
        if _is_fifo(after):
            if after.batch_size > _FIFO_BATCH_MAX:
                raise errors.invalid(
                    f"Unsupported BatchSize for FIFO queues. The maximum is {_FIFO_BATCH_MAX}."
                )
            if after.window_s:
                raise errors.invalid("Batching window is not supported for FIFO queues.")
        if after.batch_size > _RECEIVE_MAX and not after.window_s:
            raise errors.invalid(
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
            )

    async def check_access(self, after: EventSourceMapping, spec: EnvironmentSpec) -> None:
        """See `source.Kind`."""
        queue = self._queue(after)
        for operation in _NEEDED:
            try:
                await queue.require(spec, operation)
            except AwsError as error:
                raise errors.invalid(problem_of(operation, error)) from error
        try:
            visible_s = await _visibility_s(queue, spec)
        except AwsError as error:
            raise errors.invalid(problem_of("ReceiveMessage", error)) from error
        if visible_s < spec.timeout_s:
            raise errors.invalid(
                f"Queue visibility timeout: {visible_s} seconds is less than Function timeout: {spec.timeout_s} seconds"
            )

    def source(self, mapping: EventSourceMapping) -> "QueueSource":
        """See `source.Kind`."""
        return QueueSource(mapping, self._queue(mapping), self._clock)

    def _queue(self, mapping: EventSourceMapping) -> QueueCalls:
        return self._calls(_arn_of(mapping))


class QueueSource:
    """The queue of one mapping: see `source.Source`."""

    def __init__(self, mapping: EventSourceMapping, calls: QueueCalls, clock: Clock) -> None:
        self.ordered = _is_fifo(mapping)
        self._mapping = mapping
        self._calls = calls
        self._clock = clock

    async def take(self, spec: EnvironmentSpec, *, limit: int, wait_s: int, needed_s: float) -> Taken:
        """See `source.Source`. Without waiting, several receives are made at once."""
        receives = 1 if wait_s else min(-(-limit // _RECEIVE_MAX), _RECEIVES_AT_ONCE)
        try:
            visible_s = await _visibility_s(self._calls, spec)
            lease_s = min(max(visible_s, int(needed_s)), _VISIBILITY_S_MAX)
            messages = await self._receive_all(spec, _shares(limit, receives), wait_s, lease_s)
        except AwsError as error:
            raise PollingProblem(problem_of("ReceiveMessage", error)) from error
        items, unwanted = self._sorted(messages, self._clock.now() + lease_s)
        return Taken(items, unwanted, len(messages) >= min(limit, receives * _RECEIVE_MAX))

    async def _receive_all(
        self, spec: EnvironmentSpec, shares: list[int], wait_s: int, lease_s: int
    ) -> list[dict[str, Any]]:
        """Several receives at once. What some of them got is not forgotten when others fail."""
        receives = (self._receive(spec, each, wait_s, lease_s) for each in shares)
        answers = await asyncio.gather(*receives, return_exceptions=True)
        messages = [each for answer in answers if not isinstance(answer, BaseException) for each in answer]
        for answer in answers:
            if isinstance(answer, BaseException) and not messages:
                raise answer
        return messages

    async def _receive(
        self, spec: EnvironmentSpec, limit: int, wait_s: int, lease_s: int
    ) -> list[dict[str, Any]]:
        answer = await self._calls.call(
            spec,
            "ReceiveMessage",
            MaxNumberOfMessages=limit,
            WaitTimeSeconds=wait_s,
            VisibilityTimeout=lease_s,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        found: list[dict[str, Any]] = answer.get("Messages") or []
        return found

    def _sorted(self, messages: list[dict[str, Any]], until: float) -> tuple[list[Item], list[str]]:
        """The messages that are for the function, and the handles of those that no filter lets through."""
        items, unwanted = [], []
        mapping = self._mapping
        for message in messages:
            record = sqs_event.record(
                message, arn=mapping.source_arn, region=mapping.region, windowed=bool(mapping.window_s)
            )
            if not filters.passes(mapping.filters, record, sqs_event.DATA):
                unwanted.append(record["receiptHandle"])
                continue
            trace = record["attributes"].get(sqs_event.TRACE, "")
            encoded = msgspec.json.encode(record)
            items.append(Item(encoded, record["messageId"], record["receiptHandle"], until, trace))
        return items, unwanted

    async def remove(self, spec: EnvironmentSpec, handles: list[str]) -> None:
        """See `source.Source`."""
        chunks = list(_chunks(handles, _RECEIVE_MAX))
        try:
            for some in _chunks(chunks, _DELETES_AT_ONCE):
                await asyncio.gather(*(self._delete(spec, chunk) for chunk in some))
        except AwsError as error:
            raise PollingProblem(problem_of("DeleteMessage", error)) from error

    async def _delete(self, spec: EnvironmentSpec, handles: Sequence[str]) -> None:
        entries = [{"Id": str(at), "ReceiptHandle": handle} for at, handle in enumerate(handles)]
        await self._calls.call(spec, "DeleteMessageBatch", Entries=entries)


async def _visibility_s(queue: QueueCalls, spec: EnvironmentSpec) -> int:
    answer = await queue.call(spec, "GetQueueAttributes", AttributeNames=["VisibilityTimeout"])
    return int(answer["Attributes"]["VisibilityTimeout"])


def _arn_of(mapping: EventSourceMapping) -> Arn:
    arn = parse_arn(mapping.source_arn)
    if arn is None or not arn.account or not arn.resource or ":" in arn.resource:
        raise errors.invalid("Unrecognized event source.")
    return arn


def _is_fifo(mapping: EventSourceMapping) -> bool:
    return mapping.source_arn.endswith(".fifo")


def _shares(limit: int, receives: int) -> list[int]:
    """How much each of so many receives asks for."""
    left = [limit - at * _RECEIVE_MAX for at in range(receives)]
    return [min(each, _RECEIVE_MAX) for each in left]


def _chunks(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
