"""The Telemetry API of one environment, and the Logs API that it has replaced: extensions subscribe to what happens, and to the log.

Source: Lambda Developer Guide, "Lambda Telemetry API", its reference, and "Lambda Telemetry API event schema reference".
"""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec

from portico.environments.api.delivery import Buffering, Delivery, Destination, Dial
from portico.environments.api.exchange import Exchange, Gathered, Sink
from portico.environments.api.extensions import Extensions
from portico.environments.work import LogLine, Subscribed

_TYPES = ("platform", "function", "extension")
_SCHEMAS = {  # by path: those that there are; the first is meant when none is said
    b"/2022-07-01/telemetry": ("2022-07-01", "2022-12-13", "2025-01-29"),
    b"/2020-08-15/logs": ("2020-08-15", "2021-03-18"),
}
PATHS = frozenset(_SCHEMAS)
_OBJECTS = ("2022-12-13", "2025-01-29")  # the schemas in which a line of JSON is an object
_HOSTS = frozenset(("sandbox.localdomain", "sandbox", "localhost", "127.0.0.1"))
_BOUNDS = {
    "maxItems": (1_000, 10_000),
    "maxBytes": (262_144, 1_048_576),
    "timeoutMs": (25, 30_000),
}
_OF_LOGS_API = {  # what the Logs API tells of, and how it is called there
    "platform.start": "platform.start",
    "platform.runtimeDone": "platform.runtimeDone",
    "platform.report": "platform.report",
    "platform.extension": "platform.extension",
    "platform.telemetrySubscription": "platform.logsSubscription",
    "platform.logsDropped": "platform.logsDropped",
}

Record = dict[str, Any]


class _Target(msgspec.Struct, frozen=True, gc=False):
    protocol: str
    uri: str = msgspec.field(name="URI", default="")
    port: int = 0


class _Request(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    types: tuple[str, ...]
    destination: _Target
    schema_version: str = ""
    buffering: dict[str, int] = {}


class _Invalid(Exception):
    """A subscription that is refused; the message is for the extension."""


class Subscription:
    """What one extension wants to be told, and the way to it."""

    def __init__(self, types: tuple[str, ...], schema: str, delivery: Delivery) -> None:
        self.types = types
        self.schema = schema
        self.delivery = delivery

    def tell(self, at_ms: int, kind: str, record: object) -> None:
        """An event, if it is of a type that is wanted."""
        if kind.partition(".")[0] not in self.types:
            return
        shown = (
            kind if self.schema.startswith("2022") or self.schema in _OBJECTS else _OF_LOGS_API.get(kind, "")
        )
        if kind in ("function", "extension"):
            shown = kind
        if shown:
            self.delivery.add({"time": _iso(at_ms), "type": shown, "record": record})


class Telemetry:
    """All subscriptions of one environment. `allowed` says whether what listens on a port of loopback is the environment's, `dial`
    connects to it."""

    def __init__(
        self, extensions: Extensions, wall: Callable[[], float], allowed: Callable[[int], bool], dial: Dial
    ) -> None:
        self._dial = dial
        self._extensions = extensions
        self._wall = wall
        self._allowed = allowed
        self._subscriptions: dict[str, Subscription] = {}
        self._new: list[Subscribed] = []
        self._before: list[tuple[int, str, Record]] = []  # what has happened before somebody could subscribe
        self.closed = False
        self.logs_are_json = False

    @property
    def active(self) -> bool:
        """Whether anybody is told anything."""
        return bool(self._subscriptions)

    def subscribe(self, exchange: Exchange) -> Sink:
        """PUT of the subscription: 200 "OK", 400 ValidationError, 403 for an unknown extension or once the init phase is over."""
        return Gathered(lambda body, _size: self._subscribe(exchange, body))

    def begin(self, kind: str, record: Record) -> None:
        """The first event of an environment, for whoever subscribes later."""
        self._before.append((self._now_ms(), kind, record))

    def tell(self, kind: str, record: Record) -> None:
        """A platform event; one of the init phase is also for whoever subscribes later in it."""
        if kind == "platform.initRuntimeDone":
            self.begin(kind, record)
        for one in self._subscriptions.values():
            one.tell(self._now_ms(), kind, record)

    def line(self, kind: str, line: LogLine) -> None:
        """What the function or an extension (`kind`) has written."""
        text = line.text.rstrip("\n")
        for one in self._subscriptions.values():
            one.tell(line.at_ms, kind, self._record(one, text) if kind == "function" else text)

    def lines_dropped(self, records: int, size: int) -> None:
        """The function has written more in one invocation than is kept."""
        self._lost(records, size, "More than is kept of one invocation")

    def take_subscribed(self) -> tuple[Subscribed, ...]:
        """Who has subscribed since the last call."""
        found, self._new = tuple(self._new), []
        return found

    def flush(self) -> None:
        """Send what is buffered."""
        for one in self._subscriptions.values():
            one.delivery.flush()

    def close(self) -> None:
        """Send nothing more."""
        for one in self._subscriptions.values():
            one.delivery.close()
        self._subscriptions.clear()

    def _subscribe(self, exchange: Exchange, body: bytes) -> None:
        extension = self._extensions.known(exchange)
        if extension is None:
            return
        if self.closed:
            exchange.refuse(
                403, "Telemetry.SubscriptionClosed", "Telemetry API subscription is closed already"
            )
            return
        try:
            subscription = self._parsed(exchange.head.path, body)
        except _Invalid as error:
            exchange.refuse(400, "ValidationError", str(error))
            return
        self._subscriptions[extension.name] = subscription
        exchange.reply(200, b'"OK"')
        for at_ms, kind, record in self._before:
            subscription.tell(at_ms, kind, record)
        subscribed = Subscribed(extension.name, subscription.types)
        self._new.append(subscribed)
        self.tell("platform.telemetrySubscription", msgspec.to_builtins(subscribed))

    def _parsed(self, path: bytes, body: bytes) -> Subscription:
        schemas = _SCHEMAS[path]
        try:
            request = msgspec.json.decode(body, type=_Request)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _Invalid(str(error)) from error
        schema = request.schema_version or schemas[0]
        if schema not in schemas:
            raise _Invalid(f"schemaVersion: one of {', '.join(schemas)} expected")
        if not request.types or not set(request.types) <= set(_TYPES):
            raise _Invalid(f"types: some of {', '.join(_TYPES)} expected")
        destination = _destination(request.destination)
        buffering = _buffering(request.buffering)
        return Subscription(
            request.types,
            schema,
            Delivery(destination, buffering, self._allowed, self._dropped, self._dial),
        )

    def _dropped(self, records: int, size: int) -> None:
        self._lost(records, size, "The subscriber does not take them")

    def _lost(self, records: int, size: int, reason: str) -> None:
        self.tell("platform.logsDropped", {"reason": reason, "droppedRecords": records, "droppedBytes": size})

    def _record(self, subscription: Subscription, text: str) -> object:
        if self.logs_are_json and subscription.schema in _OBJECTS:
            try:
                return json.loads(text)
            except ValueError:
                return text
        return text

    def _now_ms(self) -> int:
        return int(self._wall() * 1000)


def _destination(target: _Target) -> Destination:
    if target.protocol == "TCP":
        if not 0 < target.port < 65_536:
            raise _Invalid("destination.port: a port expected")
        return Destination("TCP", target.port)
    if target.protocol != "HTTP":
        raise _Invalid("destination.protocol: HTTP or TCP expected")
    try:
        parts = urlsplit(target.uri)
        port = parts.port or 80
    except ValueError as error:
        raise _Invalid(f"destination.URI: {error}") from error
    path = parts.path or "/"
    if parts.scheme != "http" or parts.hostname not in _HOSTS or not path.isascii() or not path.isprintable():
        raise _Invalid("destination.URI: http://sandbox.localdomain:PORT expected")
    return Destination("HTTP", port, path.replace(" ", "%20"))


def _buffering(given: dict[str, int]) -> Buffering:
    for name, value in given.items():
        lowest, highest = _BOUNDS.get(name, (value, value))
        if not lowest <= value <= highest:
            raise _Invalid(f"buffering.{name}: from {lowest} to {highest} expected")
    return msgspec.convert({name: value for name, value in given.items() if name in _BOUNDS}, Buffering)


def _iso(at_ms: int) -> str:
    seconds, millis = divmod(at_ms, 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{millis:03d}Z"
