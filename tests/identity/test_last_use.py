"""When keys and roles were used last."""

from portico.base.clock import Clock
from portico.identity.last_use import LastUse, LastUses
from portico.identity.principal import Principal, Session, root
from portico.identity.records import ACCESS_KEYS, IDENTIFIED, AccessKey, Identified
from portico.store.cache import RecordCache
from portico.store.open import open_store
from portico.store.port import Delete, Put, Store

ACCOUNT = "111111111111"
ANN = Principal("user", ACCOUNT, "arn", "arn", "AIDA1", "ann", "AIDA1", access_key_id="AKIA1")
READER = Principal("role", ACCOUNT, "arn", "arn", "AROA1:s", "r", "AROA1", Session("s", 0, 9), "ASIA1")


async def opened() -> Store:
    store = await open_store(None, clock=Clock())
    key = AccessKey("AKIA1", "secret", ACCOUNT, "ann", 0.0)
    role = Identified("role", ACCOUNT, "r")
    await store.commit(
        [
            Put(ACCESS_KEYS.key("AKIA1"), ACCESS_KEYS.encode(key)),
            Put(IDENTIFIED.key("AROA1"), IDENTIFIED.encode(role)),
        ]
    )
    return store


async def test_noted_at_once_and_kept() -> None:
    store = await opened()
    uses = LastUses(RecordCache(store))
    uses.note(ANN, 1.0, "s3", "eu-west-1")
    uses.note(ANN, 2.0, "iam", "us-east-1")
    uses.note(READER, 3.0, "logs", "us-east-1")
    assert uses.of("AKIA1") == LastUse(2.0, "iam", "us-east-1")
    await uses.write()
    later = LastUses(RecordCache(store))
    assert later.of("AKIA1") == uses.of("AKIA1") == LastUse(2.0, "iam", "us-east-1")
    assert later.of("AROA1") == LastUse(3.0, "logs", "us-east-1")
    await store.close()


async def test_what_was_deleted_is_forgotten() -> None:
    store = await opened()
    uses = LastUses(RecordCache(store))
    uses.note(ANN, 1.0, "s3", "eu-west-1")
    await store.commit([Delete(ACCESS_KEYS.key("AKIA1"))])
    await uses.write()
    assert uses.of("AKIA1") is None
    await store.close()


async def test_development_keys_have_none() -> None:
    store = await opened()
    uses = LastUses(RecordCache(store))
    uses.note(root("000000000000", "test"), 1.0, "s3", "eu-west-1")
    assert uses.of("test") is None
    await store.close()
