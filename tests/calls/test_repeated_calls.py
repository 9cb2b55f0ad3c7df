"""Calls that a service makes again: found out about once, as long as nothing changes."""

import asyncio
from typing import Any

import pytest

from portico.calls.authorize import Settled
from portico.calls.call import Origin, Scope
from portico.calls.dispatch import Prepared
from portico.calls.operation import Answer, Ready
from portico.calls.repeated import RepeatedCalls
from portico.identity.principal import Principal, root, service
from portico.wire.errors import AwsError

CALLER = service("apigateway.amazonaws.com", source_arn="arn:a", source_account="1" * 12)


class Told:
    """A dispatcher that notes which way calls take; `answers` wait until they are told."""

    def __init__(self, *, prepares: bool = True) -> None:
        self.changes = 0
        self.prepares = prepares
        self.ways: list[str] = []
        self.answers: list[Answer] = []
        self.willing = True

    async def dispatch(self, service: str, name: str, origin: Origin, request: Any) -> Any:
        self.ways.append("whole")
        return {"Payload": request.get("Payload")}

    async def prepare(self, service: str, name: str, origin: Origin, request: Any, changes: int) -> Any:
        self.ways.append("prepared")
        if not self.prepares:
            return None
        settled = Settled(origin.principal, service, origin.scope.region, ())
        ready = Ready(lambda *_: True, lambda payload: {"Payload": payload, "Usual": True})
        return Prepared(ready, settled, changes)

    def repeat(self, prepared: Prepared, request_id: str, trace: str, payload: bytes, answer: Answer) -> bool:
        if self.willing:
            self.ways.append(f"again {request_id} {trace} {payload.decode()}")
            self.answers.append(answer)
        return self.willing


async def ask(calls: RepeatedCalls, payload: Any = b"1", principal: Principal = CALLER, **others: Any) -> Any:
    origin = Origin(principal, Scope("1" * 12, "us-east-1"), "id", trace="trace")
    request = {"FunctionName": "f", "Payload": payload, **others}
    return await calls.call("lambda", "Invoke", origin, request)


async def test_the_second_call_takes_the_short_way() -> None:
    told = Told()
    calls = RepeatedCalls(told)  # type: ignore[arg-type]
    assert await ask(calls) == {"Payload": b"1"}
    second = asyncio.create_task(ask(calls, b"2"))
    await asyncio.sleep(0)
    told.answers.pop()({"Payload": b"two"})
    assert await second == {"Payload": b"two"}
    assert told.ways == ["whole", "prepared", "again id trace 2"]


async def test_a_payload_stands_for_the_usual_response() -> None:
    told = Told()
    calls = RepeatedCalls(told)  # type: ignore[arg-type]
    await ask(calls)
    second = asyncio.create_task(ask(calls, b"2"))
    await asyncio.sleep(0)
    told.answers.pop()(b"two")
    assert await second == {"Payload": b"two", "Usual": True}


async def test_a_change_makes_it_look_again() -> None:
    told = Told()
    calls = RepeatedCalls(told)  # type: ignore[arg-type]
    for _ in range(2):
        await ask(calls)
        told.changes += 1
    assert told.ways == ["whole", "prepared"] * 2


@pytest.mark.parametrize(
    ("principal", "others"),
    [
        (CALLER, {"FunctionName": "g"}),
        (CALLER, {"InvocationType": "RequestResponse"}),
        (service("apigateway.amazonaws.com", source_arn="arn:b", source_account="1" * 12), {}),
        (service("apigateway.amazonaws.com", source_arn="arn:a", source_account="2" * 12), {}),
        (service("events.amazonaws.com", source_arn="arn:a", source_account="1" * 12), {}),
    ],
)
async def test_another_caller_or_function_is_another_call(principal: Principal, others: Any) -> None:
    told = Told()
    calls = RepeatedCalls(told)  # type: ignore[arg-type]
    await ask(calls)
    await ask(calls, principal=principal, **others)
    assert told.ways == ["whole", "prepared"] * 2


async def test_those_who_are_no_services_and_calls_without_a_payload_are_looked_at_each_time() -> None:
    told = Told()
    calls = RepeatedCalls(told)  # type: ignore[arg-type]
    for _ in range(2):
        await ask(calls, principal=root("1" * 12))
        await ask(calls, None)
    assert told.ways == ["whole"] * 4


async def test_what_can_t_be_prepared_is_not_tried_again() -> None:
    told = Told(prepares=False)
    calls = RepeatedCalls(told)  # type: ignore[arg-type]
    for _ in range(3):
        await ask(calls)
    assert told.ways == ["whole", "prepared", "whole", "whole"]


async def test_what_will_not_be_repeated_is_looked_at() -> None:
    told = Told()
    calls = RepeatedCalls(told)  # type: ignore[arg-type]
    await ask(calls)
    told.willing = False
    await ask(calls)
    assert told.ways == ["whole", "prepared", "whole"]


async def test_errors_reach_the_caller_and_nobody_who_has_gone() -> None:
    told = Told()
    calls = RepeatedCalls(told)  # type: ignore[arg-type]
    await ask(calls)
    failing, leaving = asyncio.create_task(ask(calls)), asyncio.create_task(ask(calls))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.sleep(0)
    for answer in told.answers:
        answer(AwsError("TooManyRequestsException", "no", 429))
    with pytest.raises(AwsError, match="no"):
        await failing
    with pytest.raises(asyncio.CancelledError):
        await leaving
