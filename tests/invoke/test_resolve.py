"""From a name to a version and its spec."""

from typing import Any

import msgspec

from portico.invoke.records import (
    ACCOUNTS,
    ALIASES,
    LATEST,
    AccountUsage,
    Alias,
    Provisioned,
    Version,
)
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
    assert (found.reserved, found.set_aside) == (7, 0)
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
    resolver = Resolver(cache=cache)
    before = resolver.resolve(*PLACE)
    assert before is not None
    await store.commit([Put(ACCOUNTS.key(*PLACE[:2]), ACCOUNTS.encode(AccountUsage(30, 4)))])
    found = resolver.resolve(*PLACE)
    assert found is not None
    assert (before.set_aside, found.set_aside) == (0, 34)
    assert found.spec is before.spec


def number(resolver: Resolver, qualifier: str) -> str | None:
    found = resolver.resolve(*PLACE, qualifier)
    return None if found is None else found.version.version


async def point(store: Store, alias: Alias) -> None:
    await store.commit([Put(ALIASES.key(*PLACE, alias.name), ALIASES.encode(alias))])


async def test_an_alias_means_the_version_that_it_points_to_at_the_moment(
    cache: RecordCache, store: Store, version: Version, save: Any
) -> None:
    resolver = Resolver(cache=cache)
    await save(version)
    await save(msgspec.structs.replace(version, version="1"))
    assert number(resolver, "live") is None
    await point(store, Alias("live", "1", "r"))
    assert (number(resolver, "live"), number(resolver, "1"), number(resolver, "$LATEST")) == (
        "1",
        "1",
        LATEST,
    )
    await point(store, Alias("live", LATEST, "r"))
    assert number(resolver, "live") == LATEST


async def test_a_weighted_alias_sends_its_share_to_the_second_version(
    cache: RecordCache, store: Store, version: Version, save: Any
) -> None:
    resolver = Resolver(cache=cache)
    for name in ("1", "2"):
        await save(msgspec.structs.replace(version, version=name))
    for weight, least, most in ((0.0, 0, 0), (0.2, 300, 500), (1.0, 2000, 2000)):
        await point(store, Alias("live", "1", "r", weights={"2": weight}))
        drawn = [number(resolver, "live") for _ in range(2000)]
        assert set(drawn) <= {"1", "2"}
        assert least <= drawn.count("2") <= most


async def test_what_is_provisioned_for_a_version_and_what_that_leaves(
    cache: RecordCache, version: Version, save: Any
) -> None:
    provisioned = {"1": Provisioned("1", 3, 0.0), "live": Provisioned("2", 4, 0.0)}
    for name in ("1", "2", "3"):
        given = {"provisioned": provisioned, "reserved": 10}
        await save(msgspec.structs.replace(version, version=name, generation=5), **given)
    resolver = Resolver(cache=cache)
    first, second, third = (resolver.resolve(*PLACE, name) for name in ("1", "2", "3"))
    assert first is not None
    assert second is not None
    assert third is not None
    assert [found.provisioned for found in (first, second, third)] == [3, 4, 0]
    assert [found.reserved for found in (first, second, third)] == [3, 3, 3]
    assert third.ahead is None
    assert first.ahead is not None
    assert first.ahead.key == "111111111111/eu-west-1/hello:1:5:ahead"
    assert first.ahead.initialization == "provisioned-concurrency"


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
