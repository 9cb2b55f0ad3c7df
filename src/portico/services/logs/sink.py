"""Where the lines of functions go: port `LogSink` of `invoke`.

Lambda writes a function's log with the function's own role: group and stream are made, and events put, only if the role may. A role
that may not has no log; the refusal is found under the request id of the invocation whose lines were to be written. What was
answered holds for a minute, unless the group or the stream is deleted: then they are made again at the next invocation.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from operator import itemgetter
from typing import Any

from portico.base.clock import Clock
from portico.calls.call import Scope
from portico.calls.clients import Clients
from portico.environments.work import EnvironmentSpec, LogLine
from portico.identity.principal import Principal
from portico.invoke.report import Told
from portico.services.logs.records import GROUPS, STREAMS
from portico.services.logs.service import Listener, nobody
from portico.store.cache import RecordCache
from portico.store.port import StoreError
from portico.store.timeline import EVENT_OVERHEAD_BYTES, Batch, Entry, Gathered, Quiet, Timeline, begins_at
from portico.wire.errors import AwsError

log = logging.getLogger("portico.logs")

ASK_AGAIN_S = 60.0
_STREAMS_MAX = 10_000
_AT_MS = itemgetter(0)
_WAITING_BYTES_MAX = 16 * 1024 * 1024

_QUIET_BYTES = 400  # what is written of a quiet invocation

_Lines = tuple[tuple[int, str], ...]
_Kept = _Lines | Quiet
_Target = tuple[str, str]


class _Stream:
    """One stream of one environment: what waits until it is open, and until when the answer holds (monotonic, seconds).

    `target` is where the timeline has it, as long as the cache's `changes` are still what was `checked`.
    """

    __slots__ = ("allowed", "asked_until", "checked", "opening", "target", "waiting")

    def __init__(self) -> None:
        self.allowed = False
        self.asked_until = 0.0
        self.opening: asyncio.Task[None] | None = None
        self.waiting: list[tuple[int, _Kept]] = []
        self.checked = -1
        self.target: _Target | None = None


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
        self._gathering: dict[_Target, list[_Kept]] = {}
        timeline.gathers(self._take)

    def write(self, spec: EnvironmentSpec, stream: str, told: Told, *, request_id: str) -> None:
        """Take the lines of one invocation, in order.

        Neither waits nor fails: what a function logs is not acknowledged to anybody.
        """
        kept = told if isinstance(told, Quiet) else _in_order(told)
        if not kept:
            return
        key = (spec.account, spec.region, spec.log_group, stream)
        held = self._streams.get(key) or self._remember(key)
        if held.opening is None and held.asked_until > self._clock.monotonic():
            if not held.allowed:
                return
            current = held.checked == self._cache.changes
            target = held.target if current else self._target(held, spec, stream)
            if target is not None:
                self._keep(spec, target, kept)
                return
        self._wait(held, kept)
        if held.opening is None:
            held.opening = asyncio.create_task(self._open(held, spec, stream, request_id))

    async def close(self) -> None:
        """Wait for the streams that are being opened, so that their lines reach the timeline."""
        opening = [held.opening for held in self._streams.values() if held.opening is not None]
        if opening:
            await asyncio.wait(opening)

    def _keep(self, spec: EnvironmentSpec, target: _Target, told: _Kept) -> None:
        """Have it written with the next flush. In a quiet invocation's lines is nothing of the function's that somebody could want to
        hear."""
        if not self._timeline.hold(_size(told)):
            return
        gathered = self._gathering.get(target)
        if gathered is None:
            gathered = self._gathering[target] = []
        gathered.append(told)
        if not isinstance(told, Quiet):
            self._heard(spec.account, spec.region, told)

    def _take(self) -> Gathered | None:
        if not self._gathering:
            return None
        gathering, self._gathering = self._gathering, {}
        now_ms = self._clock.now_ms()
        return lambda: (_batch(target, now_ms, gathered) for target, gathered in gathering.items())

    def _wait(self, held: _Stream, told: _Kept) -> None:
        size = _size(told)
        if self._waiting_bytes + size > _WAITING_BYTES_MAX:
            self._timeline.drop(1)
            return
        self._waiting_bytes += size
        held.waiting.append((size, told))

    def _remember(self, key: tuple[str, str, str, str]) -> _Stream:
        if len(self._streams) >= _STREAMS_MAX:
            self._streams = {k: s for k, s in self._streams.items() if s.opening is not None}
        return self._streams.setdefault(key, _Stream())

    def _target(self, held: _Stream, spec: EnvironmentSpec, stream: str) -> _Target | None:
        """Where the timeline has the stream now, or None when the group or the stream is gone."""
        # In this order: what is read for the first time may count as a change.
        group = self._cache.peek(GROUPS, spec.account, spec.region, spec.log_group)
        found = self._cache.peek(STREAMS, spec.account, spec.region, spec.log_group, stream)
        if group is None or found is None:
            held.target = None
        else:
            held.target = (group.value.events_key, found.value.events_key)
        held.checked = self._cache.changes
        return held.target

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
            target = self._target(held, spec, stream) if held.allowed else None
            if target is not None:
                for _, told in waiting:
                    self._keep(spec, target, told)

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


def _in_order(lines: Iterable[LogLine]) -> _Lines:
    events = [(line.at_ms, line.text) for line in lines]
    events.sort(key=_AT_MS)  # nearly always they are already
    return tuple(events)


def _size(told: _Kept) -> int:
    if isinstance(told, Quiet):
        return _QUIET_BYTES
    return sum(len(text) + EVENT_OVERHEAD_BYTES for _, text in told)


def _batch(target: _Target, now_ms: int, gathered: list[_Kept]) -> Batch:
    """All that has gathered of a stream, in order of time. Made on the timeline's thread."""
    entries: list[Entry] = []
    for told in gathered:
        if isinstance(told, Quiet):
            entries.append(told)
        else:
            entries.extend(told)
    entries.sort(key=begins_at)
    return Batch(*target, now_ms, tuple(entries))


async def _unless_there(making: Awaitable[Any]) -> None:
    try:
        await making
    except AwsError as error:
        if error.code != "ResourceAlreadyExistsException":
            raise
