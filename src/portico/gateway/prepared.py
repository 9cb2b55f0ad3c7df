"""Calls that were found out about before: what a head leads to is worked out once, and the next heads of that form only have to be signed
rightly. As a database prepares a statement that is run again and again with other values.

Kept is what follows from a form (`identity/repeated.py`) and from records alone, and only as long as no record changes. Whatever is not as
usual about a request makes it one like any other, which the whole of the gateway looks at, and refuses in its own words. A prepared call
needs no task, as nobody waits: the environment's answer is sent on when it comes.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from portico.base.clock import Clock
from portico.base.ids import request_id as new_request_id
from portico.calls.call import Origin
from portico.calls.dispatch import Dispatcher, Prepared
from portico.gateway.body import Body
from portico.gateway.metrics import Calls
from portico.gateway.mould import Mould, mould
from portico.gateway.pattern import Patterned, pattern
from portico.gateway.route import Route
from portico.gateway.traffic import Again, Take
from portico.identity.authenticate import Authenticated
from portico.identity.repeated import Form, Signer, form_of, is_usual
from portico.wire.errors import AwsError, internal
from portico.wire.http import Head, Reply
from portico.wire.model import Codec

log = logging.getLogger("portico.gateway")

_BODY_BYTES_MAX = 1024 * 1024  # hashing more would hold up the calls of others
_FORMS_MAX = 4_096
_FORM_CHARS_MAX = 4_096  # of all headers that are kept with a form
_MOULD_CHARS_MAX = 2_048
_MOULDS_MAX = 4  # of a form: clients differ in the order of what they say, and bodies in how many digits their length has

_Begin = Callable[["_Known", Mapping[str, str], bytes, Take], bool]


class _Known:
    """What a form of head leads to, and what heads of this form look like (see `traffic.Again`)."""

    __slots__ = ("_begin", "_moulds", "_pattern", "_usual", "_wire", "prepared", "route", "signer")

    def __init__(self, begin: _Begin, route: Route, wire: Codec, signer: Signer, prepared: Prepared) -> None:
        self.route = route
        self.signer = signer
        self.prepared = prepared
        self._wire = wire
        usual = prepared.ready.usual
        self._usual = (
            None if usual is None else lambda payload, request_id: wire.encode(usual(payload), request_id)
        )
        self._pattern = None if self._usual is None else pattern(self._usual)
        self._begin = begin
        self._moulds: list[Mould] = []  # what has fitted last comes first

    def begin(self, data: bytes, answer: Take) -> bool:
        """Begin to answer the request of which `data` is all; False, and nothing has been done, if it is to be read."""
        moulds = self._moulds
        for at, known in enumerate(moulds):
            read = known.read(data)
            if read is not None:
                if at:
                    moulds.insert(0, moulds.pop(at))
                return self._begin(self, *read, answer)
        return False

    def reply(self, response: Any, request_id: str) -> Reply | Patterned:
        """What is replied for a response, or for what stands in its place (see `operation.Answer`)."""
        if isinstance(response, AwsError):
            return self._wire.encode_error(response, request_id)
        if self._usual is None or not isinstance(response, bytes):
            return self._wire.encode(response, request_id)
        if self._pattern is None:
            return self._usual(response, request_id)
        return Patterned(self._pattern, request_id, response)

    def learn(self, head: Head, data: bytes) -> None:
        """A head of this form was read from what `data` begins with, which no mould has fitted."""
        made = mould(data, head)
        if made is not None and made.length <= _MOULD_CHARS_MAX:
            self._moulds.insert(0, made)
            del self._moulds[_MOULDS_MAX:]


class PreparedCalls:
    """By path and form. What was kept goes when there is too much of it, and is then worked out anew."""

    def __init__(self, dispatcher: Dispatcher, calls: Calls, clock: Clock) -> None:
        self._dispatcher = dispatcher
        self._calls = calls
        self._clock = clock
        self._known: dict[str, dict[Form | None, _Known]] = {}
        self._count = 0  # of forms, of all paths

    def expects(self, head: Head) -> bool:
        """Whether calls of this path are known."""
        return head.path in self._known

    def begin(self, head: Head, body: Body, answer: Take) -> Again | None:
        """Begin to answer a request of which all has arrived, if what it leads to is known: `answer` gets the reply, once, after this has
        returned. None, and nothing has been done, if it has to be looked at as a whole."""
        forms = self._known.get(head.path)
        if forms is None or body.size > _BODY_BYTES_MAX:
            return None
        known = forms.get(form_of(head))
        return known if known is not None and self._begin(known, head.values, body.whole(), answer) else None

    async def keep(
        self,
        head: Head,
        route: Route,
        wire: Codec,
        caller: Authenticated,
        origin: Origin,
        request: Any,
        changes: int,
    ) -> None:
        """Keep what a request that was answered has led to, if the next ones of its form lead there as well: a user's key has signed it
        in the usual way, no page has sent it, and its operation can be prepared. Its answering began when `changes` was so many."""
        principal = caller.principal
        if principal.kind != "user" or principal.session is not None or caller.claim is None:
            return
        form = form_of(head)
        if form is None or "origin" in head.values or not is_usual(caller.claim, head):
            return
        if sum(len(name) + len(value) for name, value in head.headers) > _FORM_CHARS_MAX:
            return
        prepared = await self._dispatcher.prepare(route.service, route.operation, origin, request, changes)
        if prepared is None:
            return
        forms = self._known.setdefault(head.path, {})
        if form not in forms:
            if self._count >= _FORMS_MAX:
                self._known.clear()
                self._count = 0
                forms = self._known.setdefault(head.path, {})
            self._count += 1
        forms[form] = _Known(self._begin, route, wire, Signer(caller.claim, head, caller.secret), prepared)

    def _begin(self, known: _Known, values: Mapping[str, str], body: bytes, answer: Take) -> bool:
        if not known.signer.has_signed(values, body, self._clock.wall()):
            return False
        return self._repeat(known, values.get("x-amzn-trace-id", ""), body, answer)

    def _repeat(self, known: _Known, trace: str, raw: bytes, answer: Take) -> bool:
        request_id, calls, route = new_request_id(), self._calls, known.route

        def answered(response: Any) -> None:
            try:
                reply = known.reply(response, request_id)
            except Exception:
                log.exception("%s %s failed (request %s)", route.service, route.operation, request_id)
                reply = known.reply(internal(), request_id)
            calls.in_flight -= 1
            calls.count(route.service, route.operation, reply.status)
            answer(reply)

        try:
            begun = self._dispatcher.repeat(known.prepared, request_id, trace, raw, answered)
        except Exception as error:
            if not isinstance(error, AwsError):
                log.exception("%s %s failed (request %s)", route.service, route.operation, request_id)
            refusal = error if isinstance(error, AwsError) else internal()
            asyncio.get_running_loop().call_soon(answered, refusal)
            begun = True
        calls.in_flight += begun
        calls.prepared += begun
        return begun
