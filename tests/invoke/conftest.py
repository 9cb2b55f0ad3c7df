"""A store in memory, and the records of one function."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from portico.base.clock import Clock
from portico.invoke.records import FUNCTIONS, LATEST, VERSIONS, Function, Version
from portico.store.cache import RecordCache
from portico.store.open import open_store
from portico.store.port import Put, Store, StoreFailed

ACCOUNT = "111111111111"
REGION = "eu-west-1"
PLACE = (ACCOUNT, REGION, "hello")


def _failed(error: StoreFailed) -> None:
    raise error


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(clock: Clock) -> AsyncIterator[Store]:
    opened = await open_store(None, clock=clock, failed=_failed)
    yield opened
    await opened.close()


@pytest.fixture
async def cache(store: Store) -> RecordCache:
    return RecordCache(store)


@pytest.fixture
def version() -> Version:
    return Version(
        function="hello",
        account=ACCOUNT,
        region=REGION,
        version=LATEST,
        role=f"arn:aws:iam::{ACCOUNT}:role/run",
        runtime="python3.12",
        handler="app.handler",
        code_digest="0" * 64,
        code_sha256="",
        code_size=0,
        modified_at=0.0,
        revision_id="r1",
    )


@pytest.fixture
def save(store: Store) -> Any:
    """`await save(version, ...)`: the records of the function `hello`."""

    async def write(version: Version, **function: Any) -> None:
        record = Function(version.function, version.account, version.region, 0.0, **function)
        await store.commit(
            [
                Put(FUNCTIONS.key(*PLACE), FUNCTIONS.encode(record)),
                Put(VERSIONS.key(*PLACE, version.version), VERSIONS.encode(version)),
            ]
        )

    return write
