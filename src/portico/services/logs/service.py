"""What the operations of CloudWatch Logs get, and how they find the group and the stream that a request names."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from portico.base import arn
from portico.calls.call import Call
from portico.services.logs import errors
from portico.services.logs.records import GROUPS, STREAMS, LogGroup, LogStream
from portico.store.cache import RecordCache
from portico.store.port import StoreError
from portico.store.timeline import Timeline

Listener = Callable[[str, str, Sequence[tuple[int, str]]], None]
"""Is told of events that were kept: account, region, and (ms, message) of each. It does not wait and does not raise."""


class Logs(msgspec.Struct, frozen=True):
    """The service's dependencies. `heard` is told of what clients put."""

    timeline: Timeline
    cache: RecordCache
    heard: Listener


def nobody(account: str, region: str, events: Sequence[tuple[int, str]]) -> None:
    """Where nobody listens."""


@contextlib.contextmanager
def reaching_events() -> Iterator[None]:
    """Around what is done with the timeline.

    Raises:
        AwsError: ServiceUnavailableException (503), when its disk is full or has failed.
    """
    try:
        yield
    except StoreError as error:
        raise errors.unavailable(str(error)) from error


class Named(msgspec.Struct, frozen=True, gc=False):
    """The group that a request names, wherever that is."""

    account: str
    region: str
    name: str

    @property
    def arn(self) -> str:
        """Its ARN without `:*`."""
        return f"arn:aws:logs:{self.region}:{self.account}:log-group:{self.name}"


def named(call: Call, request: Mapping[str, Any]) -> Named:
    """The group that a request means, by `logGroupName` or by `logGroupIdentifier` (name or ARN).

    Raises:
        AwsError: both are given, or neither, or the ARN is not one of a log group.
    """
    name, identifier = request.get("logGroupName"), request.get("logGroupIdentifier")
    if name is not None and identifier is not None:
        raise errors.exclusive("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
    if identifier is not None:
        return identified(call, identifier)
    if name is None:
        raise errors.exclusive("At least one of logGroupName or logGroupIdentifier is required.")
    return Named(call.scope.account, call.scope.region, name)


def identified(call: Call, identifier: str) -> Named:
    """The group of an identifier that is a name or an ARN, with or without `:*`.

    Raises:
        AwsError: it is an ARN of something else.
    """
    if not identifier.startswith("arn:"):
        return Named(call.scope.account, call.scope.region, identifier)
    parsed = arn.parse(identifier)
    kind, _, name = parsed.resource.removesuffix(":*").partition(":") if parsed else ("", "", "")
    if parsed is None or parsed.service != "logs" or kind != "log-group" or not name or ":" in name:
        raise errors.invalid(f"{identifier} is not the ARN of a log group.")
    return Named(parsed.account, parsed.region, name)


async def existing(call: Call, group: Named) -> LogGroup:
    """The group's record.

    Raises:
        AwsError: ResourceNotFoundException, for one of another account or region as well.
    """
    found = await call.tx.get(GROUPS, group.account, group.region, group.name)
    if found is None or (group.account, group.region) != (call.scope.account, call.scope.region):
        raise errors.no_group()
    return found


async def existing_stream(call: Call, group: LogGroup, name: str) -> LogStream:
    """The stream of that name.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    stream = await call.tx.get(STREAMS, group.account, group.region, group.name, name)
    if stream is None:
        raise errors.no_stream()
    return stream


def put_group(call: Call, group: LogGroup) -> None:
    """Store a group."""
    call.tx.put(GROUPS, group, group.account, group.region, group.name)
