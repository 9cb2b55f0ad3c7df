"""What is remembered of decisions never changes one: each caller, asking again and again in every order, is told what a stranger to the
memory is told."""

import itertools
import json
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from portico.base.clock import Clock
from portico.calls.authorize import Authorizer
from portico.calls.call import Call, Origin, Scope
from portico.calls.decisions import Decisions
from portico.calls.operation import Check
from portico.identity.last_use import LastUses
from portico.identity.principal import ANONYMOUS, Principal, Session, service
from portico.store.cache import RecordCache
from portico.store.open import open_store
from portico.store.transaction import Transaction

ACCOUNT, OTHER = "111111111111", "222222222222"
ARN = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
INVOKE = "lambda:InvokeFunction"
ROOT = f"arn:aws:iam::{OTHER}:root"
APIS = "apigateway.amazonaws.com"


def statement(principal: Any, **conditions: dict[str, str]) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": principal,
        "Action": INVOKE,
        "Resource": ARN,
        "Condition": conditions,
    }


POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            statement("*", Bool={"lambda:InvokedViaFunctionUrl": "true"}),
            statement("*", IpAddress={"aws:SourceIp": "10.0.0.0/8"}),
            statement({"Service": APIS}, ArnLike={"AWS:SourceArn": "arn:aws:execute-api:*:*:one/*"}),
            statement({"AWS": ROOT}, StringEquals={"aws:ResourceTag/stage": "prod"}),
            statement({"AWS": ROOT}, StringEquals={"cognito-identity.amazonaws.com:sub": "me"}),
        ],
    }
)
KEYS: list[dict[str, str]] = [
    {},
    {"lambda:InvokedViaFunctionUrl": "true"},
    {"lambda:InvokedViaFunctionUrl": "false"},
    {"aws:ResourceTag/stage": "prod"},
    {"AWS:RESOURCETAG/stage": "test"},
]
CALLERS = [
    ANONYMOUS,
    service(APIS, source_arn="arn:aws:execute-api:us-east-1:1:one/prod/GET/", source_account=OTHER),
    service(APIS, source_arn="arn:aws:execute-api:us-east-1:1:two/prod/GET/", source_account=OTHER),
    *(
        Principal("root", OTHER, ROOT, ROOT, OTHER, session=session)
        for session in (
            None,
            Session("s", 0.0, 1.0, token_keys=(("cognito-identity.amazonaws.com:sub", "me"),)),
            Session("s", 0.0, 1.0, token_keys=(("cognito-identity.amazonaws.com:sub", "you"),)),
        )
    ),
]


@pytest.fixture
async def make() -> AsyncIterator[Any]:
    store = await open_store(None, clock=Clock())
    cache, clock = RecordCache(store), Clock()

    class Asking:
        def __init__(self) -> None:
            self.authorizer = Authorizer(cache, clock, Decisions(store, clock), "enforce", LastUses(cache))

        def allows(self, caller: Principal, ip: str, keys: dict[str, str]) -> bool:
            origin = Origin(caller, Scope(ACCOUNT, "us-east-1"), "r", ip)
            call = Call(origin, "lambda", "Invoke", Transaction(cache), 0.0)
            return self.authorizer.judge(call, Check(INVOKE, ARN, keys, POLICY))[0].allowed

    yield Asking
    await store.close()


async def test_asking_again_changes_nothing(make: Any) -> None:
    cases = list(itertools.product(CALLERS, ("10.1.2.3", "192.0.2.1"), KEYS))
    fresh = [make().allows(*case) for case in cases]
    assert 0 < sum(fresh) < len(fresh)
    for seed in range(20):
        order = list(range(len(cases))) * 2
        random.Random(seed).shuffle(order)
        asking = make()
        for number in order:
            assert asking.allows(*cases[number]) == fresh[number], cases[number]
