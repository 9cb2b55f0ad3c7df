"""What follows provisioned concurrency configurations: the environments that they ask for are kept ready.

The configurations are found through the store's commit hook, and after a start by reading every function once.
"""

import asyncio
from collections.abc import Sequence

from portico.environments.port import Environments
from portico.environments.work import EnvironmentSpec
from portico.invoke.records import FUNCTIONS, VERSIONS, Function, Version
from portico.invoke.resolve import ahead_of, spec_of
from portico.store.cache import RecordCache
from portico.store.port import Key, Store

_Place = tuple[str, str, str]


class Provisioner:
    """Follows the functions' records. `run` is its loop."""

    def __init__(self, *, store: Store, cache: RecordCache, environments: Environments) -> None:
        self._store = store
        self._cache = cache
        self._environments = environments
        self._kept: dict[_Place, dict[EnvironmentSpec, int]] = {}
        self._changed: dict[_Place, None] = {}
        self._woken = asyncio.Event()
        store.on_commit(self._on_commit)

    def _on_commit(self, keys: Sequence[Key]) -> None:
        for key in keys:
            if key[0] in (FUNCTIONS.name, VERSIONS.name):
                self._changed[_place_of(key)] = None
                self._woken.set()

    async def run(self) -> None:
        """Follow changes, forever."""
        for row in await self._store.scan((FUNCTIONS.name,)):
            self._changed[_place_of(row.key)] = None
        while True:
            for place in list(self._changed):
                del self._changed[place]
                self._follow(place)
            self._woken.clear()
            await self._woken.wait()

    def ready(self, version: Version) -> tuple[int, int]:
        """How many environments of the version are ready, and how many have failed to start since one last did."""
        return self._environments.kept(ahead_of(spec_of(version)).key)

    def _follow(self, place: _Place) -> None:
        held = self._cache.peek(FUNCTIONS, *place)
        wanted = self._wanted(held.value) if held is not None and held.value.provisioned else {}
        before = self._kept.pop(place, {})
        for spec in before.keys() - wanted.keys():
            self._environments.keep(spec, 0)
        for spec, count in wanted.items():
            if before.get(spec) != count:
                self._environments.keep(spec, count)
        if wanted:
            self._kept[place] = wanted

    def _wanted(self, function: Function) -> dict[EnvironmentSpec, int]:
        wanted = {}
        for provisioned in function.provisioned.values():
            version = self._cache.peek(
                VERSIONS, function.account, function.region, function.name, provisioned.version
            )
            if version is not None and version.value.state == "Active":
                wanted[ahead_of(spec_of(version.value))] = provisioned.requested
        return wanted


def _place_of(key: Key) -> _Place:
    _, account, region, name, *_ = key
    return str(account), str(region), str(name)
