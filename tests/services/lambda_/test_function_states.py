"""What follows a change: states, environments that end, code that goes; also when a server finds it half done."""

import asyncio
import io
import time
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from portico.base.clock import Clock
from portico.environments.work import EnvironmentSpec, Invocation, Outcome
from portico.invoke.records import LATEST, VERSIONS, UsedLayer, Version
from portico.invoke.staging import Staging, merged
from portico.services.lambda_.states import States
from portico.store.cache import RecordCache
from portico.store.open import open_store
from portico.store.port import Delete, Op, Put, Store

KEY = VERSIONS.key("111111111111", "eu-west-1", "hello", LATEST)


def zip_with(content: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", content)
    return buffer.getvalue()


def source_in(folder: str | None) -> str:
    return Path(folder or "", "app.py").read_text()


def layers_in(root: Path) -> set[str]:
    return {path.name for path in root.glob("layers-*")}


class Retired:
    """The other side of the port `Environments`: what it was told to end."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.told = asyncio.Event()

    async def invoke(self, spec: EnvironmentSpec, invocation: Invocation) -> Outcome:
        raise AssertionError("nothing is invoked here")

    def retire(self, prefix: str) -> None:
        self.keys.append(prefix)
        self.told.set()

    async def close(self) -> None: ...


class Follower:
    """States at work over a store in memory."""

    def __init__(self, store: Store, root: Path) -> None:
        self.store = store
        self.cache = RecordCache(store)
        self.environments = Retired()
        self.staging = Staging(root=root, store=store)
        self.states = States(
            store=store,
            cache=self.cache,
            clock=Clock(),
            staging=self.staging,
            environments=self.environments,
        )

    async def write(self, *ops: Op) -> Version | None:
        """Commit, wait until nothing is in progress, and look."""
        await self.store.commit(ops)
        await self.states.settled(KEY, 10)
        held = self.cache.peek(VERSIONS, *KEY[1:])
        return held.value if held else None


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    opened = await open_store(None, clock=Clock())
    yield opened
    await opened.close()


@pytest.fixture
async def following(store: Store, tmp_path: Path) -> AsyncIterator[Follower]:
    follower = Follower(store, tmp_path)
    loop = asyncio.create_task(follower.states.run())
    yield follower
    loop.cancel()


async def pending(store: Store, content: str = "x = 1") -> Version:
    """A version as CreateFunction writes it, its blob stored."""
    return Version(
        function="hello",
        account="111111111111",
        region="eu-west-1",
        version=LATEST,
        role="",
        runtime="python3.12",
        handler="app.handler",
        code_digest=await store.put_blob(zip_with(content)),
        code_sha256="",
        code_size=0,
        modified_at=0.0,
        revision_id="r1",
        state="Pending",
        state_reason="The function is being created.",
        state_reason_code="Creating",
        update_status="",
        generation=100,
    )


def put(version: Version) -> Put:
    return Put(KEY, VERSIONS.encode(version))


async def test_a_pending_version_becomes_active(following: Follower) -> None:
    version = await pending(following.store)
    after = await following.write(put(version))
    assert after is not None
    assert (after.state, after.state_reason, after.update_status) == ("Active", "", "Successful")
    assert after.revision_id != "r1"
    assert following.staging.path(version.code_digest) is not None
    assert following.environments.keys == []


async def test_what_a_server_left_half_done_is_finished(store: Store, tmp_path: Path) -> None:
    await store.commit([put(await pending(store))])
    follower = Follower(store, tmp_path)
    loop = asyncio.create_task(follower.states.run())
    await follower.states.settled(KEY, 10)
    held = follower.cache.peek(VERSIONS, *KEY[1:])
    assert held is not None
    assert held.value.state == "Active"
    loop.cancel()


async def test_code_that_is_not_there_fails_it(following: Follower) -> None:
    version = msgspec.structs.replace(await pending(following.store), code_digest="0" * 64)
    after = await following.write(put(version))
    assert after is not None
    assert (after.state, after.state_reason_code) == ("Failed", "InvalidZipFileException")


async def test_an_update_ends_the_environments_of_before(following: Follower) -> None:
    version = await following.write(put(await pending(following.store)))
    assert version is not None
    changed = msgspec.structs.replace(version, generation=101, update_status="InProgress")
    after = await following.write(put(changed))
    assert after is not None
    assert after.update_status == "Successful"
    assert following.environments.keys == ["111111111111/eu-west-1/hello:$LATEST:100"]


async def test_an_update_is_in_progress_for_a_while(following: Follower) -> None:
    version = await following.write(put(await pending(following.store)))
    assert version is not None
    began = time.time()
    changed = msgspec.structs.replace(version, update_status="InProgress", modified_at=began)
    after = await following.write(put(changed))
    assert after is not None
    assert after.update_status == "Successful"
    assert time.time() - began >= 0.09


async def test_an_update_that_a_clock_put_into_the_future_ends_at_once(following: Follower) -> None:
    version = await following.write(put(await pending(following.store)))
    assert version is not None
    later = time.time() + 3600
    changed = msgspec.structs.replace(version, update_status="InProgress", modified_at=later)
    after = await following.write(put(changed))
    assert after is not None
    assert after.update_status == "Successful"


async def test_an_update_whose_code_is_not_there_says_so(following: Follower) -> None:
    version = await following.write(put(await pending(following.store)))
    assert version is not None
    changed = msgspec.structs.replace(
        version, code_digest="0" * 64, generation=101, update_status="InProgress"
    )
    after = await following.write(put(changed))
    assert after is not None
    assert (after.state, after.update_status) == ("Active", "Failed")
    assert after.update_reason_code == "InvalidZipFileException"


async def test_deleting_ends_its_environments(following: Follower) -> None:
    await following.write(put(await pending(following.store)))
    assert await following.write(Delete(KEY)) is None
    async with asyncio.timeout(10):
        await following.environments.told.wait()
    assert following.environments.keys == ["111111111111/eu-west-1/hello:$LATEST:100"]


async def test_layers_are_merged_before_the_version_is_active(following: Follower) -> None:
    first, last = [await following.store.put_blob(zip_with(text)) for text in ("x = 1", "x = 2")]
    layers = tuple(UsedLayer("", digest, 0, 0) for digest in (first, last))
    version = msgspec.structs.replace(await pending(following.store), layers=layers)
    after = await following.write(put(version))
    assert after is not None
    assert after.state == "Active"
    assert source_in(following.staging.path(merged((first, last)))) == "x = 2"


async def test_a_layer_that_is_not_there_fails_it(following: Follower) -> None:
    version = await pending(following.store)
    after = await following.write(
        put(msgspec.structs.replace(version, layers=(UsedLayer("", "0" * 64, 0, 0),)))
    )
    assert after is not None
    assert (after.state, after.state_reason_code) == ("Failed", "InvalidZipFileException")


async def test_a_start_keeps_the_layers_that_are_used(store: Store, tmp_path: Path) -> None:
    used, unused = [await store.put_blob(zip_with(text)) for text in ("x = 1", "x = 2")]
    earlier = Staging(root=tmp_path, store=store)
    for digest in (used, unused):
        await earlier.ensure_layers((digest,))
    await store.commit(
        [put(msgspec.structs.replace(await pending(store), layers=(UsedLayer("", used, 0, 0),)))]
    )
    follower = Follower(store, tmp_path)
    loop = asyncio.create_task(follower.states.run())
    await follower.states.settled(KEY, 10)
    assert layers_in(tmp_path) == {merged((used,))}
    loop.cancel()
