"""What is kept of callers is bounded: who is allowed to call may still say a different thing each time."""

from typing import Any

import msgspec

from portico.base.clock import Clock
from portico.calls.authorize import Settled
from portico.calls.call import Origin, Scope
from portico.calls.dispatch import Prepared
from portico.calls.operation import Ready
from portico.gateway.metrics import Calls
from portico.gateway.prepared import PreparedCalls
from portico.gateway.route import Route
from portico.identity.authenticate import Authenticated
from portico.identity.principal import Principal, Session
from portico.identity.sigv4 import claim
from portico.wire.http import Head
from portico.wire.model import codec
from signing import SECRET, signed

USER = Principal("user", "1", "arn", "arn", "id", "u", "id", None, "AKIDEXAMPLE")
ROUTE = Route("lambda", "Invoke", "rest-json")
CODEC = codec("lambda", "Invoke", "rest-json")


class Anything:
    """A dispatcher that can prepare every call."""

    changes = 0
    prepared = 0

    async def prepare(self, *_: Any) -> Prepared:
        self.prepared += 1
        return Prepared(Ready(lambda *_: True), Settled(USER, "lambda", "us-east-1", ()), self.changes)


async def keep(calls: PreparedCalls, head: Head, principal: Principal = USER) -> None:
    caller = Authenticated(principal, "us-east-1", "lambda", "rest-json", "signature", claim(head), SECRET)
    await calls.keep(head, ROUTE, CODEC, caller, Origin(principal, Scope("1", "us-east-1"), "r"), {}, 0)


def with_header(head: Head, name: str, value: str) -> Head:
    return msgspec.structs.replace(head, headers=(*head.headers, (name, value)), values={})


def held(calls: PreparedCalls) -> int:
    return sum(map(len, calls._known.values()))


async def test_there_is_an_end_to_forms() -> None:
    calls, head = PreparedCalls(Anything(), Calls(), Clock()), signed()  # type: ignore[arg-type]
    most = 0
    for number in range(5_000):
        path = f"/2015-03-31/functions/f{number % 50}/invocations"
        await keep(calls, msgspec.structs.replace(with_header(head, "x-other", str(number)), path=path))
        most = max(most, held(calls))
    assert most == 4_096
    assert held(calls) == calls._count == 5_000 - 4_096


async def test_one_form_is_kept_once() -> None:
    calls, head = PreparedCalls(Anything(), Calls(), Clock()), signed()  # type: ignore[arg-type]
    for _ in range(3):
        await keep(calls, head)
    assert held(calls) == calls._count == 1


async def test_what_is_not_kept() -> None:
    anything = Anything()
    calls, head = PreparedCalls(anything, Calls(), Clock()), signed()  # type: ignore[arg-type]
    await keep(calls, with_header(head, "x-large", "x" * 5_000))
    await keep(calls, with_header(head, "origin", "https://page.example"))
    await keep(calls, head, Principal("root", "1", "arn", "arn", "1"))
    await keep(calls, head, msgspec.structs.replace(USER, session=Session("s", 0.0, 1.0)))
    assert (held(calls), anything.prepared) == (0, 0)
