"""From a name to a version and its spec."""

from typing import Any

import msgspec

from portico.invoke.records import ACCOUNTS, AccountUsage, Version
from portico.invoke.resolve import Resolver
from portico.store.cache import RecordCache
from portico.store.port import Put, Store

PLACE = ("111111111111", "eu-west-1", "hello")


async def test_no_function_and_no_version(cache: RecordCache, version: Version, save: Any) -> None:
    resolver = Resolver(cache=cache)
    assert resolver.resolve(*PLACE) is None
    await save(version)
    assert resolver.resolve(*PLACE, "7") is None


async def test_latest_with_its_spec(cache: RecordCache, version: Version, save: Any) -> None:
    await save(msgspec.structs.replace(version, variables={"A": "b"}, generation=5), reserved=7)
    found = Resolver(cache=cache).resolve(*PLACE)
    assert found is not None
    assert (found.reserved, found.reserved_total) == (7, 0)
    assert found.spec.key == "111111111111/eu-west-1/hello:$LATEST:5"
    assert found.spec.log_group == "/aws/lambda/hello"
    assert found.spec.variables == (("A", "b"),)


async def test_a_spec_is_made_once_for_each_version_of_the_record(
    cache: RecordCache, version: Version, save: Any
) -> None:
    resolver = Resolver(cache=cache)
    await save(version)
    first, again = resolver.resolve(*PLACE), resolver.resolve(*PLACE, "$LATEST")
    assert first is not None
    assert again is not None
    assert first.spec is again.spec
    await save(msgspec.structs.replace(version, memory_mb=512))
    after = resolver.resolve(*PLACE)
    assert after is not None
    assert after.spec.memory_mb == 512


async def test_what_the_account_has_reserved(
    cache: RecordCache, store: Store, version: Version, save: Any
) -> None:
    await save(version)
    await store.commit([Put(ACCOUNTS.key(*PLACE[:2]), ACCOUNTS.encode(AccountUsage(30)))])
    found = Resolver(cache=cache).resolve(*PLACE)
    assert found is not None
    assert found.reserved_total == 30


async def test_the_json_format_is_told_to_the_runtime(
    cache: RecordCache, version: Version, save: Any
) -> None:
    await save(
        msgspec.structs.replace(version, log_format="JSON", application_log_level="DEBUG", log_group="mine")
    )
    found = Resolver(cache=cache).resolve(*PLACE)
    assert found is not None
    assert found.spec.log_group == "mine"
    assert found.spec.variables == (("AWS_LAMBDA_LOG_FORMAT", "JSON"), ("AWS_LAMBDA_LOG_LEVEL", "DEBUG"))
