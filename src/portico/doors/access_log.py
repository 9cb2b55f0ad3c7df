"""Access logs: a line of the stage's own format for each request, delivered to CloudWatch Logs.

A format is any text with `$context.…` in it, compiled once; what a request has no value for is shown as `-`. Lines are gathered and put in
batches by whom the log names as its writer, a tenth of a second apart at most; they are not acknowledged to anybody, and a writer that may
not has no log. A stop of the server puts what waits; a kill loses it.

Source: API Gateway Developer Guide, "Set up CloudWatch logging for REST APIs", "Variables for access logging".
"""

import asyncio
import hashlib
import logging
import re
import zlib
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from portico.base.arn import parse
from portico.calls.call import Scope
from portico.calls.clients import Client, Clients
from portico.doors.log_streams import make_group, make_stream
from portico.identity.principal import Principal
from portico.store.port import StoreError
from portico.wire.errors import AwsError

log = logging.getLogger("portico.doors")

_VARIABLE = re.compile(r"\$context\.([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)|\$\{context\.([A-Za-z0-9_.-]+)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BATCH_LINES_MAX = 1_000
_BATCH_BYTES_MAX = 900_000
_WAITING_MAX = 20_000
_WAITING_OF_ACCOUNT_MAX = 10_000  # so that nobody's flood leaves no room for others
_PAUSE_S = 0.1
_AT_ONCE = 32  # batches that are put at once, and share a commit
_STREAMS = 8  # a group's lines are spread over some streams, each of which has a hash for a name

Lookup = Callable[[str], Any]
"""The value of a variable, by its name without `$context.`; None if there is none."""


class Format(msgspec.Struct, frozen=True, gc=False):
    """A compiled format: texts and variables in turn, beginning with a text. Values that are no text are shown as JSON; in a JSON object,
    all are escaped as strings are."""

    texts: tuple[str, ...]
    names: tuple[str, ...]
    json: bool

    def line(self, value_of: Lookup) -> str:
        """The line of one request."""
        parts = [self.texts[0]]
        for name, text in zip(self.names, self.texts[1:], strict=True):
            parts += (self._shown(name, value_of(name)), text)
        return "".join(parts)

    def _shown(self, name: str, value: Any) -> str:
        if value is None or value == "":
            return "-"
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        if self.json and not name.endswith("String"):  # error.messageString brings its quotes
            return msgspec.json.encode(text).decode()[1:-1]
        return _CONTROL.sub(" ", text)


def compiled_format(text: str) -> Format:
    """The compiled form of a format."""
    texts, names, at = [], [], 0
    for found in _VARIABLE.finditer(text):
        texts.append(text[at : found.start()])
        names.append(found[1] or found[2])
        at = found.end()
    return Format((*texts, text[at:]), tuple(names), text.lstrip().startswith("{"))


class Group(msgspec.Struct, frozen=True, gc=False):
    """A log group of an account and region."""

    account: str
    region: str
    name: str


def group_of(destination: str) -> Group | None:
    """The log group that an ARN names; None for anything else (a Firehose stream, which nothing here delivers to)."""
    parts = parse(destination)
    if parts is None or parts.service != "logs" or not parts.resource.startswith("log-group:"):
        return None
    name = parts.resource.removeprefix("log-group:").removesuffix(":*")
    return Group(parts.account, parts.region, name) if name else None


class _Line(msgspec.Struct, frozen=True, gc=False):
    group: Group
    stream: str
    writer: Callable[[], Principal | None]
    at_ms: int
    text: str


class DoorLogs:
    """Delivers the lines of all doors. Start `run` as a background loop; `close` once it has ended."""

    __slots__ = ("_clients", "_putting", "_told", "_waiting", "_waiting_of", "_wake", "dropped_total")

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._waiting: deque[_Line] = deque()
        self._waiting_of: Counter[str] = Counter()
        self._putting: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._told: set[tuple[Group, str]] = set()
        self.dropped_total = 0

    def write(
        self,
        group: Group,
        account: str,
        writer: Callable[[], Principal | None],
        lines: Sequence[tuple[int, str]],
        *,
        request_id: str,
    ) -> None:
        """Take lines of an `account`, with their times in milliseconds, for a `group` of its own (no other can be a destination, so those
        that are put together have one writer); `writer` makes the principal that writes them, None if nobody may. The lines of one request
        stay together. Neither waits nor fails."""
        if group.account != account:
            self.dropped_total += len(lines)
            self._tell(group, "it is of another account")
            return
        own = self._waiting_of[account] + len(lines)
        if own > _WAITING_OF_ACCOUNT_MAX or len(self._waiting) + len(lines) > _WAITING_MAX:
            self.dropped_total += len(lines)
            return
        self._waiting_of[account] = own
        stream = stream_of(request_id)
        self._waiting.extend(_Line(group, stream, writer, at_ms, text) for at_ms, text in lines)
        self._wake.set()

    async def run(self) -> None:
        """Put what waits, in batches. What is being put when this is cancelled still is."""
        while True:
            await self._wake.wait()
            self._putting = asyncio.create_task(self.flush())
            await asyncio.shield(self._putting)
            await asyncio.sleep(_PAUSE_S)

    async def close(self) -> None:
        """Put what waits, and wait for what is being put."""
        if self._putting is not None:
            await asyncio.wait([self._putting])
        await self.flush()

    async def flush(self) -> None:
        """Put what waits now."""
        self._wake.clear()
        self._waiting_of.clear()
        batches: dict[tuple[Group, str], list[_Line]] = {}
        while self._waiting:
            line = self._waiting.popleft()
            batches.setdefault((line.group, line.stream), []).append(line)
        waiting = list(batches.items())
        for at in range(0, len(waiting), _AT_ONCE):
            some = waiting[at : at + _AT_ONCE]
            await asyncio.gather(*[self._put(group, stream, lines) for (group, stream), lines in some])

    async def _put(self, group: Group, stream: str, lines: list[_Line]) -> None:
        try:
            await self._deliver(group, stream, lines)
        except (AwsError, StoreError) as error:
            self.dropped_total += len(lines)
            self._tell(group, str(error))

    def _tell(self, group: Group, why: str) -> None:
        if (group, why) not in self._told:
            if len(self._told) >= _WAITING_MAX:
                self._told.clear()
            self._told.add((group, why))
            log.warning("%s has no log: %s", group.name, why)

    async def _deliver(self, group: Group, stream: str, lines: list[_Line]) -> None:
        writer = lines[0].writer()
        if writer is None:
            raise AwsError("AccessDeniedException", "there is no role that may write it")
        client = self._clients.of(writer, Scope(group.account, group.region))
        for batch in _batches(sorted(lines, key=lambda line: line.at_ms)):
            events = [{"timestamp": line.at_ms, "message": line.text} for line in batch]
            put = {"logGroupName": group.name, "logStreamName": stream, "logEvents": events}
            try:
                await client.call("logs", "PutLogEvents", **put)
            except AwsError as error:
                if error.code != "ResourceNotFoundException":
                    raise
                await _make(client, group, stream)
                await client.call("logs", "PutLogEvents", **put)


def stream_of(request_id: str) -> str:
    """The stream that the lines of a request go to."""
    number = zlib.crc32(request_id.encode()) % _STREAMS
    return hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


def _batches(lines: list[_Line]) -> list[list[_Line]]:
    batches: list[list[_Line]] = [[]]
    size = 0
    for line in lines:
        size += len(line.text) * 4 + 26
        if batches[-1] and (len(batches[-1]) >= _BATCH_LINES_MAX or size > _BATCH_BYTES_MAX):
            batches.append([])
            size = len(line.text) * 4 + 26
        batches[-1].append(line)
    return batches


async def _make(client: Client, group: Group, stream: str) -> None:
    """Make the group, if it is missing, and the stream."""
    try:
        await make_stream(client, group.name, stream)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        await make_group(client, group.name)
        await make_stream(client, group.name, stream)
