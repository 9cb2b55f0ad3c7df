"""What follows a change of a function: new versions become active, updates are applied, old environments end, old code goes.

The changes are found through the store's commit hook, and after a start by reading every version once: a server that died in
between goes on where it was.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence

import msgspec

from portico.base.clock import Clock
from portico.base.ids import uuid
from portico.environments.port import Environments
from portico.environments.work import SNAP_START, PreparationFailed
from portico.invoke.records import LATEST, VERSIONS, Version, digests_of
from portico.invoke.resolve import environments_key, spec_of
from portico.invoke.staging import CodeRefused, Staging, merged
from portico.store.cache import RecordCache
from portico.store.port import Conflict, Key, Put, Store, VersionIs

log = logging.getLogger("portico.lambda")

UNUSED_CODE_S = 1_200.0  # longer than any function runs: an environment may still be using it
_LOOK_S = 60.0
_UPDATE_S = 0.1  # how long an update is in progress: one that follows without waiting is refused every time, as on AWS


class _Seen(msgspec.Struct, frozen=True, gc=False):
    generation: int
    folders: frozenset[str]


class States:
    """Follows the versions' records. `run` is its loop."""

    def __init__(
        self,
        *,
        store: Store,
        cache: RecordCache,
        clock: Clock,
        staging: Staging,
        environments: Environments,
    ) -> None:
        self._store = store
        self._cache = cache
        self._clock = clock
        self._staging = staging
        self._environments = environments
        self._seen: dict[Key, _Seen] = {}
        self._uses: Counter[str] = Counter()
        self._unused: dict[str, float] = {}
        self._changed: dict[Key, None] = {}
        self._updates: dict[
            Key, tuple[int, float]
        ] = {}  # by the version of the record, until when (monotonic)
        self._snapshots: dict[Key, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()
        self._turned = asyncio.Event()
        store.on_commit(self._on_commit)

    def _on_commit(self, keys: Sequence[Key]) -> None:
        for key in keys:
            if key[0] == VERSIONS.name:
                self._changed[key] = None
                self._woken.set()

    async def run(self) -> None:
        """Follow changes, forever."""
        rows = await self._store.scan((VERSIONS.name,))
        await self._staging.keep_only({name for row in rows for name in _folders(VERSIONS.decode(row.value))})
        self._changed.update(dict.fromkeys(row.key for row in rows))
        while True:
            self._woken.clear()
            await self._follow()
            await self._drop_unused()
            try:
                async with asyncio.timeout(_LOOK_S):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def settled(self, key: Key, timeout_s: float) -> None:
        """Wait until nothing is in progress with the version at `key`, at most `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                while self._is_unsettled(key):
                    await self._turned.wait()
        except TimeoutError:
            return

    def _is_unsettled(self, key: Key) -> bool:
        held = self._cache.peek(VERSIONS, *key[1:])
        return held is not None and _in_progress(held.value)

    async def _follow(self) -> None:
        while self._changed:
            key = next(iter(self._changed))
            del self._changed[key]
            self._notice(key)
            await self._settle(key)
            self._turned.set()
            self._turned = asyncio.Event()

    def _notice(self, key: Key) -> None:
        """End the environments of what the version was before, and count who uses which code."""
        held = self._cache.peek(VERSIONS, *key[1:])
        now = _Seen(held.value.generation, _folders(held.value)) if held is not None else None
        before = self._seen.pop(key, None)
        if now is not None:
            self._seen[key] = now
        else:
            self._updates.pop(key, None)
        if before == now:
            return
        for folder in now.folders if now is not None else ():
            self._uses[folder] += 1
            self._unused.pop(folder, None)
        if before is not None:
            account, region, name, version = (str(part) for part in key[1:])
            self._environments.retire(
                f"{environments_key(account, region, name)}{version}:{before.generation}"
            )
            for folder in before.folders:
                self._let_go(folder)

    def _let_go(self, folder: str) -> None:
        self._uses[folder] -= 1
        if not self._uses[folder]:
            del self._uses[folder]
            self._unused[folder] = self._clock.monotonic()

    async def _settle(self, key: Key) -> None:
        held = self._cache.peek(VERSIONS, *key[1:])
        if held is None or not _in_progress(held.value):
            return
        if self._in_update(key) and (left := self._left(key, held.version)) > 0:
            asyncio.get_running_loop().call_later(left, self._on_commit, (key,))
            return
        try:
            await self._stage(held.value)
            if self._waits_for_snapshot(key, held.value):
                return
            after = _done(held.value)
        except (CodeRefused, KeyError) as error:
            log.warning("the code of %s can't be unpacked: %s", held.value.arn, error)
            after = _failed(held.value, "InvalidZipFileException", str(error))
        except PreparationFailed as error:
            after = _failed(held.value, "FunctionError", error.message)
        try:
            await self._store.commit([Put(key, VERSIONS.encode(after))], [VersionIs(key, held.version)])
        except Conflict:
            self._changed[key] = None

    async def _stage(self, version: Version) -> None:
        if version.code_digest:  # an image has none
            await self._staging.ensure(version.code_digest)
        if version.layers:
            await self._staging.ensure_layers(digests_of(version))

    def _waits_for_snapshot(self, key: Key, version: Version) -> bool:
        """Whether the version needs a snapshot that is still to be made, which takes as long as the function's initialisation.

        Raises:
            PreparationFailed: it has failed.
        """
        spec = spec_of(version)
        if spec.initialization != SNAP_START:
            return False
        making = self._snapshots.get(key)
        if making is None:
            making = self._snapshots[key] = asyncio.create_task(self._environments.snapshot(spec))
            making.add_done_callback(lambda _: self._on_commit((key,)))
        if not making.done():
            return True
        self._snapshots.pop(key).result()
        return False

    def _left(self, key: Key, change: int) -> float:
        """How long the update stays in progress, counted from when its record was first seen."""
        now = self._clock.monotonic()
        if key not in self._updates or self._updates[key][0] != change:
            self._updates[key] = (change, now + _UPDATE_S)
        left = self._updates[key][1] - now
        if left <= 0:
            del self._updates[key]
        return left

    def _in_update(self, key: Key) -> bool:
        """Whether what is in progress is an update; a version that is published with one becomes active with it."""
        latest = self._cache.peek(VERSIONS, *key[1:4], LATEST)
        return latest is not None and latest.value.update_status == "InProgress"

    async def _drop_unused(self) -> None:
        before = self._clock.monotonic() - UNUSED_CODE_S
        for folder in [folder for folder, since in self._unused.items() if since < before]:
            del self._unused[folder]
            await self._staging.remove(folder)


def _folders(version: Version) -> frozenset[str]:
    """What of a version is unpacked: its code and its layers."""
    return frozenset(filter(None, (version.code_digest, merged(digests_of(version)))))


def _in_progress(version: Version) -> bool:
    return version.state == "Pending" or version.update_status == "InProgress"


def _done(version: Version) -> Version:
    return msgspec.structs.replace(
        version,
        state="Active",
        state_reason="",
        state_reason_code="",
        update_status="Successful",
        update_reason="",
        update_reason_code="",
        revision_id=uuid(),
    )


def _failed(version: Version, code: str, why: str) -> Version:
    if version.state == "Pending":
        return msgspec.structs.replace(
            version,
            state="Failed",
            state_reason=why,
            state_reason_code=code,
            update_status="Failed",
            revision_id=uuid(),
        )
    return msgspec.structs.replace(
        version,
        update_status="Failed",
        update_reason=why,
        update_reason_code=code,
        revision_id=uuid(),
    )
