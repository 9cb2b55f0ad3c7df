"""The Extensions API of one environment: who has registered, what they are told, and whether all have done with it.

External extensions are the programs in /opt/extensions; internal ones run inside the runtime's process and register themselves.

Source: Lambda Developer Guide, "Lambda Extensions API"; the Lambda runtime interface emulator for error types and words.
"""

import json
import uuid
from collections.abc import Callable, Iterable

import msgspec

from portico.environments import endings
from portico.environments.api.exchange import HEADERS_OF_JSON, Exchange, Gathered, Sink, then
from portico.environments.api.states import ExtensionEvent, ExtensionState, NotAllowed, extension_after
from portico.environments.work import EnvironmentSpec, ExtensionReady, Invocation

EXTENSIONS_MAX = 10

_NAME = b"lambda-extension-name"
_IDENTIFIER = b"lambda-extension-identifier"
_FEATURES = b"lambda-extension-accept-feature"
_ERROR_TYPE = b"lambda-extension-function-error-type"
_INVOKE, _SHUTDOWN = "INVOKE", "SHUTDOWN"
_UNABLE_TO_EXECUTE = 126 << 8  # the wait status of a program that could not be executed

Failed = Callable[[str, str], None]


class _Registration(msgspec.Struct, frozen=True, gc=False):
    events: tuple[str, ...] = ()


class Extension:
    """One that is expected to register, or has."""

    __slots__ = ("events", "external", "id", "name", "state", "told", "waiting")

    def __init__(self, name: str, *, external: bool) -> None:
        self.name = name
        self.external = external
        self.id = str(uuid.uuid4())
        self.state = ExtensionState.STARTED
        self.events: frozenset[str] = frozenset()
        self.waiting: Exchange | None = None  # its request for the next event
        self.told: bytes | None = None  # an event that it has not asked for yet

    @property
    def registered(self) -> bool:
        """Whether it has registered."""
        return self.state is not ExtensionState.STARTED

    @property
    def settled(self) -> bool:
        """Whether it waits for the next event."""
        return self.state is ExtensionState.READY and self.told is None

    def tell(self, event: dict[str, object]) -> None:
        """Give it an event, as soon as it asks for one."""
        self.told = json.dumps(event, separators=(",", ":")).encode()
        self.hand_out()

    def hand_out(self) -> None:
        """Answer the request that waits."""
        exchange, told = self.waiting, self.told
        if exchange is None or told is None or not exchange.open:
            return
        self.waiting = self.told = None
        self.advance(ExtensionEvent.DELIVERED)
        event_id = f"Lambda-Extension-Event-Identifier: {uuid.uuid4()}\r\n".encode()
        exchange.reply(200, told, HEADERS_OF_JSON + event_id)

    def advance(self, event: ExtensionEvent) -> None:
        """Go on to the next state.

        Raises:
            NotAllowed: it may not do that now.
        """
        self.state = extension_after(self.state, event, self.name)


class Extensions:
    """All of one environment. `changed` is called when one has become ready or has registered; `failed` with an error's type and words
    when the environment can't go on because of one."""

    def __init__(self, spec: EnvironmentSpec, changed: Callable[[], None], failed: Failed) -> None:
        self._spec = spec
        self._changed = changed
        self._failed = failed
        self._by_name: dict[str, Extension] = {}
        self._ending = False
        self._told = False
        self.closed = False  # to registrations

    def expect(self, names: Iterable[str]) -> None:
        """These external extensions are being started."""
        for name in names:
            self._by_name[name] = Extension(name, external=True)

    @property
    def all(self) -> list[Extension]:
        """Every one that has registered or is expected to."""
        return list(self._by_name.values())

    @property
    def any(self) -> bool:
        """Whether there is one at all."""
        return bool(self._by_name)

    @property
    def all_registered(self) -> bool:
        """Whether the runtime may begin: every external extension has registered."""
        return all(one.registered for one in self._by_name.values())

    @property
    def settled(self) -> bool:
        """Whether each of them waits for the next event."""
        return all(one.settled for one in self._by_name.values())

    @property
    def awaited(self) -> bool:
        """Whether one has been told that the environment ends, and has not ended itself."""
        return any(one.external and _SHUTDOWN in one.events for one in self._by_name.values())

    def take_ready(self) -> tuple[ExtensionReady, ...]:
        """All of them, for the log of the first invocation, as they were before it; nothing when it is asked again. One that has
        never waited for an event is shown where it got to."""
        if self._told or not self._by_name:
            return ()
        self._told = True
        found = (
            ExtensionReady(one.name, _before(one.state), tuple(sorted(one.events)))
            for one in self._by_name.values()
        )
        return tuple(found)

    def known(self, exchange: Exchange) -> Extension | None:
        """Whose request this is; None once it has been refused."""
        given = exchange.head.header(_IDENTIFIER)
        if not given:
            words = "Missing Lambda-Extension-Identifier header"
            exchange.refuse(403, "Extension.MissingExtensionIdentifier", words)
            return None
        if not _is_uuid(given):
            words = "Invalid Lambda-Extension-Identifier"
            exchange.refuse(403, "Extension.InvalidExtensionIdentifier", words)
            return None
        one = next((one for one in self._by_name.values() if one.registered and one.id == given), None)
        if one is None:
            exchange.refuse(403, "Extension.UnknownExtensionIdentifier", f"Unknown extension {given}")
        return one

    # Requests

    def register(self, exchange: Exchange) -> Sink:
        """POST /extension/register: 200 with an identifier, 403 with the error's type."""
        return Gathered(lambda body, _size: self._register(exchange, body))

    def next(self, exchange: Exchange) -> Sink:
        """GET /extension/event/next: blocks until there is an event."""
        return then(lambda: self._next(exchange))

    def init_error(self, exchange: Exchange) -> Sink:
        """POST /extension/init/error: the environment can't start."""
        return Gathered(lambda *_: self._report(exchange, ExtensionEvent.INIT_ERROR, endings.EXTENSION_INIT))

    def exit_error(self, exchange: Exchange) -> Sink:
        """POST /extension/exit/error: the extension gives up, and with it the environment."""
        return Gathered(lambda *_: self._report(exchange, ExtensionEvent.EXIT_ERROR, endings.EXTENSION_EXIT))

    # From the server

    def invoke(self, invocation: Invocation, deadline_ms: int) -> None:
        """Tell those who want to know that an invocation has begun."""
        for one in self._by_name.values():
            if _INVOKE in one.events:
                one.tell(_invoke_event(invocation, deadline_ms))

    def shut_down(self, reason: str, deadline_ms: int) -> None:
        """Tell those who want to know that the environment ends: SPINDOWN, TIMEOUT or FAILURE. What they do then is no failure."""
        self._ending = True
        for one in self._by_name.values():
            if _SHUTDOWN in one.events:
                one.tell({"eventType": _SHUTDOWN, "shutdownReason": reason, "deadlineMs": deadline_ms})

    def ended(self, name: str, status: int) -> None:
        """The process of an external extension has ended, with this wait status."""
        one = self._by_name.get(name)
        if one is None:
            return
        if self._ending:
            del self._by_name[name]
            return
        launched = one.registered or status != _UNABLE_TO_EXECUTE
        kind = endings.EXTENSION_CRASH if launched else endings.EXTENSION_LAUNCH
        self._failed(kind, endings.extension_words(status))

    # What they do

    def _register(self, exchange: Exchange, body: bytes) -> None:
        name = exchange.head.header(_NAME)
        if not name:
            exchange.refuse(403, "Extension.InvalidExtensionName", "Empty extension name")
            return
        try:
            events = msgspec.json.decode(body, type=_Registration).events
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            exchange.refuse(403, "InvalidRequestFormat", str(error))
            return
        one = self._by_name.get(name)
        if one is None:
            one = self._new(exchange, name)
        if one is not None:
            self._admit(exchange, one, events)

    def _new(self, exchange: Exchange, name: str) -> Extension | None:
        """An internal extension that has not been heard of, None if it is refused."""
        if self.closed:
            exchange.refuse(403, "Extension.RegistrationClosed", "Extension registration closed already")
        elif len(self._by_name) >= EXTENSIONS_MAX:
            words = f"Extension limit ({EXTENSIONS_MAX}) reached"
            exchange.refuse(403, "Extension.TooManyExtensions", words)
        else:
            return Extension(name, external=False)
        return None

    def _admit(self, exchange: Exchange, one: Extension, events: tuple[str, ...]) -> None:
        allowed = (_INVOKE, _SHUTDOWN) if one.external else (_INVOKE,)
        wrong = [event for event in events if event not in allowed]
        if wrong:
            words = f"{wrong[0]}: ErrInvalidEventType: event not supported for this kind of extension"
            exchange.refuse(403, "Extension.InvalidEventType", words)
            return
        if not self._attempt(exchange, one, ExtensionEvent.REGISTER):
            return
        one.events = frozenset(events)
        self._by_name[one.name] = one
        about = {
            "functionName": self._spec.function,
            "functionVersion": self._spec.version,
            "handler": self._spec.handler,
        }
        if "accountId" in exchange.head.header(_FEATURES):
            about["accountId"] = self._spec.account
        identifier = f"Lambda-Extension-Identifier: {one.id}\r\n".encode()
        exchange.reply(200, json.dumps(about).encode(), HEADERS_OF_JSON + identifier)
        self._changed()

    def _next(self, exchange: Exchange) -> None:
        one = self.known(exchange)
        if one is None or not self._attempt(exchange, one, ExtensionEvent.NEXT):
            return
        one.waiting = exchange
        one.hand_out()
        self._changed()

    def _report(self, exchange: Exchange, event: ExtensionEvent, kind: str) -> None:
        one = self.known(exchange)
        if one is None:
            return
        given = exchange.head.header(_ERROR_TYPE)
        if not given:
            exchange.refuse(403, "Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found")
        elif self._attempt(exchange, one, event):
            exchange.accept()
            if not self._ending:
                self._failed(kind, given[:256])

    def _attempt(self, exchange: Exchange, one: Extension, event: ExtensionEvent) -> bool:
        try:
            one.advance(event)
        except NotAllowed as error:
            exchange.refuse(403, "Extension.InvalidExtensionState", str(error))
            return False
        return True


def _invoke_event(invocation: Invocation, deadline_ms: int) -> dict[str, object]:
    return {
        "eventType": _INVOKE,
        "deadlineMs": deadline_ms,
        "requestId": invocation.request_id,
        "invokedFunctionArn": invocation.invoked_arn,
        "tracing": {"type": "X-Amzn-Trace-Id", "value": invocation.trace},
    }


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _before(state: ExtensionState) -> str:
    """Where an extension was before the invocation, of which it may have been told since."""
    return ExtensionState.READY if state is ExtensionState.RUNNING else state
