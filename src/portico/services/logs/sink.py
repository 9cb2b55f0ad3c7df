"""Where the lines of functions go: port `LogSink` of `invoke`.

Lambda writes a function's log with the function's own role: group and stream are made, and events put, only if the role may. A role
that may not has no log, and the refusal can be looked up under the request id of the first invocation that wanted to write.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from portico.base.clock import Clock
from portico.calls.call import Scope
from portico.calls.clients import Clients
from portico.environments.work import EnvironmentSpec, LogLine
from portico.identity.principal import Principal
from portico.services.logs.records import events_key
from portico.store.timeline import Batch, Timeline
from portico.wire.errors import AwsError

log = logging.getLogger("portico.logs")

_ASK_AGAIN_S = 60.0
_STREAMS_MAX = 10_000
_WAITING_MAX = 1_000


class _Stream:
    """One stream of one environment: what waits until it is open, and until when its permission holds (monotonic, seconds)."""

    __slots__ = ("allowed", "asked_until", "opening", "waiting")

    def __init__(self) -> None:
        self.allowed = False
        self.asked_until = 0.0
        self.opening: asyncio.Task[None] | None = None
        self.waiting: list[Batch] = []


class FunctionLogs:
    """Writes the lines of functions into the timeline, as their roles: `role(spec)` is a session of the execution role, or None
    when there is no such role any more."""

    def __init__(
        self,
        clients: Clients,
        timeline: Timeline,
        clock: Clock,
        role: Callable[[EnvironmentSpec], Principal | None],
    ) -> None:
        self._clients = clients
        self._role = role
        self._timeline = timeline
        self._clock = clock
        self._streams: dict[tuple[str, str], _Stream] = {}

    def write(self, spec: EnvironmentSpec, stream: str, batch: Sequence[LogLine]) -> None:
        """Take the lines of one invocation, in order.

        Neither waits nor fails: what a function logs is not acknowledged to anybody.
        """
        if not batch:
            return
        key = (events_key(spec.account, spec.region, spec.log_group), stream)
        held = self._streams.get(key) or self._remember(key)
        rows = Batch(*key, self._clock.now_ms(), _in_order(batch))
        if held.asked_until > self._clock.monotonic():
            if held.allowed:
                self._timeline.write(rows)
            return
        if len(held.waiting) < _WAITING_MAX:
            held.waiting.append(rows)
        if held.opening is None:
            held.opening = asyncio.create_task(self._open(held, spec, stream))

    def _remember(self, key: tuple[str, str]) -> _Stream:
        if len(self._streams) >= _STREAMS_MAX:
            self._streams = {k: s for k, s in self._streams.items() if s.opening is not None}
        return self._streams.setdefault(key, _Stream())

    async def _open(self, held: _Stream, spec: EnvironmentSpec, stream: str) -> None:
        held.allowed = False
        try:
            await self._make(spec, stream)
            held.allowed = True
        except AwsError as error:
            log.warning("%s has no log in %s: %s", spec.arn, spec.log_group, error.message)
        finally:
            held.asked_until = self._clock.monotonic() + _ASK_AGAIN_S
            held.opening = None
            waiting, held.waiting = held.waiting, []
            if held.allowed:
                for batch in waiting:
                    self._timeline.write(batch)

    async def _make(self, spec: EnvironmentSpec, stream: str) -> None:
        """Make what is missing; at the end put an empty batch, which only asks for the permission to put events.

        Raises:
            AwsError: the role may not.
        """
        role = self._role(spec)
        if role is None:
            raise AwsError("AccessDeniedException", f"there is no role {spec.role}")
        client, group = self._clients.of(role, Scope(spec.account, spec.region)), spec.log_group
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


def _in_order(lines: Sequence[LogLine]) -> tuple[tuple[int, str], ...]:
    return tuple(sorted(((line.at_ms, line.text) for line in lines), key=lambda event: event[0]))


async def _unless_there(making: Awaitable[Any]) -> None:
    try:
        await making
    except AwsError as error:
        if error.code != "ResourceAlreadyExistsException":
            raise
