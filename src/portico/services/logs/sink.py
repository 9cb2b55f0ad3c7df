"""Where the lines of functions go: port `LogSink` of `invoke`.

Lambda writes a function's log with the function's own role: group and stream are made, and events put, only if the role may. A role
that may not has no log; the refusal is found under the request id of the invocation whose lines were to be written. What was
answered holds for a minute, unless the group or the stream is deleted: then they are made again at the next invocation.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from operator import itemgetter
from typing import Any

from portico.base.clock import Clock
from portico.calls.call import Scope
from portico.calls.clients import Clients
from portico.environments.work import EnvironmentSpec, LogLine
from portico.identity.principal import Principal
from portico.services.logs.records import GROUPS, STREAMS
from portico.services.logs.service import Listener, nobody
from portico.store.cache import RecordCache
from portico.store.port import StoreError
from portico.store.timeline import Batch, Timeline
from portico.wire.errors import AwsError

log = logging.getLogger("portico.logs")

ASK_AGAIN_S = 60.0
_STREAMS_MAX = 10_000
_AT_MS = itemgetter(0)
_WAITING_BYTES_MAX = 16 * 1024 * 1024

_Lines = tuple[tuple[int, str], ...]
_Target = tuple[str, str]


class _Stream:
    """One stream of one environment: what waits until it is open, and until when the answer holds (monotonic, seconds)."""

    __slots__ = ("allowed", "asked_until", "opening", "waiting")

    def __init__(self) -> None:
        self.allowed = False
        self.asked_until = 0.0
        self.opening: asyncio.Task[None] | None = None
        self.waiting: list[tuple[int, _Lines]] = []


class FunctionLogs:
    """Writes the lines of functions into the timeline, as their roles: `role(spec)` is a session of the execution role, or None
    when there is no such role any more. `heard` is told of what was written."""

    def __init__(
        self,
        clients: Clients,
        cache: RecordCache,
        timeline: Timeline,
        clock: Clock,
        role: Callable[[EnvironmentSpec], Principal | None],
        heard: Listener = nobody,
    ) -> None:
        self._clients = clients
        self._cache = cache
        self._timeline = timeline
        self._clock = clock
        self._role = role
        self._heard = heard
        self._streams: dict[tuple[str, str, str, str], _Stream] = {}
        self._waiting_bytes = 0

    def write(self, spec: EnvironmentSpec, stream: str, batch: Sequence[LogLine], *, request_id: str) -> None:
        """Take the lines of one invocation, in order.

        Neither waits nor fails: what a function logs is not acknowledged to anybody.
        """
        if not batch:
            return
        key = (spec.account, spec.region, spec.log_group, stream)
        held = self._streams.get(key) or self._remember(key)
        lines = _in_order(batch)
        if held.opening is None and held.asked_until > self._clock.monotonic():
            if not held.allowed:
                return
            target = self._target(spec, stream)
            if target is not None:
                self._keep(spec, target, lines)
                return
        self._wait(held, lines)
        if held.opening is None:
            held.opening = asyncio.create_task(self._open(held, spec, stream, request_id))

    async def close(self) -> None:
        """Wait for the streams that are being opened, so that their lines reach the timeline."""
        opening = [held.opening for held in self._streams.values() if held.opening is not None]
        if opening:
            await asyncio.wait(opening)

    def _keep(self, spec: EnvironmentSpec, target: _Target, lines: _Lines) -> None:
        self._timeline.write(Batch(*target, self._clock.now_ms(), lines))
        self._heard(spec.account, spec.region, lines)

    def _wait(self, held: _Stream, lines: _Lines) -> None:
        size = sum(len(text) for _, text in lines)
        if self._waiting_bytes + size > _WAITING_BYTES_MAX:
            self._timeline.drop(1)
            return
        self._waiting_bytes += size
        held.waiting.append((size, lines))

    def _remember(self, key: tuple[str, str, str, str]) -> _Stream:
        if len(self._streams) >= _STREAMS_MAX:
            self._streams = {k: s for k, s in self._streams.items() if s.opening is not None}
        return self._streams.setdefault(key, _Stream())

    def _target(self, spec: EnvironmentSpec, stream: str) -> _Target | None:
        """Where the timeline has the stream, or None when the group or the stream is gone."""
        group = self._cache.peek(GROUPS, spec.account, spec.region, spec.log_group)
        held = self._cache.peek(STREAMS, spec.account, spec.region, spec.log_group, stream)
        return None if group is None or held is None else (group.value.events_key, held.value.events_key)

    async def _open(self, held: _Stream, spec: EnvironmentSpec, stream: str, request_id: str) -> None:
        held.allowed = False
        try:
            await self._make(spec, stream, request_id)
            held.allowed = True
        except (AwsError, StoreError) as error:
            log.warning("%s has no log in %s: %s (request %s)", spec.arn, spec.log_group, error, request_id)
        finally:
            held.asked_until = self._clock.monotonic() + ASK_AGAIN_S
            held.opening = None
            waiting, held.waiting = held.waiting, []
            self._waiting_bytes -= sum(size for size, _ in waiting)
            target = self._target(spec, stream) if held.allowed else None
            if target is not None:
                for _, lines in waiting:
                    self._keep(spec, target, lines)

    async def _make(self, spec: EnvironmentSpec, stream: str, request_id: str) -> None:
        """Make what is missing; at the end put an empty batch, which only asks for the permission to put events.

        Raises:
            AwsError: the role may not.
        """
        role = self._role(spec)
        if role is None:
            raise AwsError("AccessDeniedException", f"there is no role {spec.role}")
        client = self._clients.of(role, Scope(spec.account, spec.region), request_id=request_id)
        group = spec.log_group
        try:
            await client.call("logs", "CreateLogStream", logGroupName=group, logStreamName=stream)
        except AwsError as error:
            if error.code == "ResourceNotFoundException":
                await _unless_there(client.call("logs", "CreateLogGroup", logGroupName=group))
                await _unless_there(
                    client.call("logs", "CreateLogStream", logGroupName=group, logStreamName=stream)
                )
            elif error.code != "ResourceAlreadyExistsException":
                raise
        await client.call("logs", "PutLogEvents", logGroupName=group, logStreamName=stream, logEvents=[])


def _in_order(lines: Sequence[LogLine]) -> _Lines:
    events = [(line.at_ms, line.text) for line in lines]
    events.sort(key=_AT_MS)  # nearly always they are already
    return tuple(events)


async def _unless_there(making: Awaitable[Any]) -> None:
    try:
        await making
    except AwsError as error:
        if error.code != "ResourceAlreadyExistsException":
            raise
