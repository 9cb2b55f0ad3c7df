"""Kept decisions hold while the very policies apply that they were made under, and no longer."""

import msgspec
import pytest

from portico.base.clock import Clock
from portico.calls.memo import DecisionMemo
from portico.identity.applicable import applicable
from portico.identity.policy.evaluate import Decision
from portico.identity.principal import Principal
from portico.identity.records import USERS, Attached, User
from portico.store.cache import RecordCache
from portico.store.open import open_store
from portico.store.port import Put

ACCOUNT = "123456789012"
ARN = f"arn:aws:iam::{ACCOUNT}:user/ann"
ANN = Principal("user", ACCOUNT, ARN, ARN, "AIDAANN", "ann", "AIDAANN", None, "AKIAANN")
KEY = (ARN, "lambda:InvokeFunction", "f", None, None)
ALLOWED = Decision(allowed=True, because=(), explicit=False, kind="")
POLICY = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'


@pytest.mark.parametrize("again", [1, 2], ids=["looked up once", "and again"])
async def test_a_decision_is_kept_until_a_policy_changes(again: int) -> None:
    store = await open_store(None, clock=Clock())
    cache = RecordCache(store)
    memo = DecisionMemo(cache)
    user = User("ann", "/", "AIDAANN", ACCOUNT, 0.0, inline=(Attached("p", POLICY),))
    await store.commit([Put(USERS.key(ACCOUNT, "ann"), USERS.encode(user))])
    memo.keep(applicable(cache, ANN), KEY, ALLOWED)
    for _ in range(again):
        assert memo.get(ANN, KEY) is ALLOWED
    other = msgspec.structs.replace(ANN, unique_id="AIDAOTHER")
    assert memo.get(other, KEY) is None  # made again under the same name: nothing of before applies
    await store.commit(
        [Put(USERS.key(ACCOUNT, "ann"), USERS.encode(msgspec.structs.replace(user, inline=())))]
    )
    assert memo.get(ANN, KEY) is None
    await store.close()


async def test_a_change_of_something_else_loses_no_decision() -> None:
    store = await open_store(None, clock=Clock())
    cache = RecordCache(store)
    memo = DecisionMemo(cache)
    users = [User(name, "/", f"AIDA{name.upper()}", ACCOUNT, 0.0) for name in ("ann", "bob")]
    await store.commit([Put(USERS.key(ACCOUNT, user.name), USERS.encode(user)) for user in users])
    memo.keep(applicable(cache, ANN), KEY, ALLOWED)
    assert memo.get(ANN, KEY) is ALLOWED
    cache.peek(USERS, ACCOUNT, "bob")
    before = cache.changes
    await store.commit([Put(USERS.key(ACCOUNT, "bob"), USERS.encode(users[1]))])
    assert cache.changes > before
    assert memo.get(ANN, KEY) is ALLOWED
    await store.close()
