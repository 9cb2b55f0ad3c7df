"""Every implementation of the store's port, one after the other, for one suite."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from portico.base.clock import Clock
from portico.store.open import open_store
from portico.store.port import Store

IMPLEMENTATIONS = ("disk", "memory")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=IMPLEMENTATIONS)
async def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    opened = await open_store(tmp_path / "data" if request.param == "disk" else None, clock=clock)
    yield opened
    await opened.close()


Reopen = Callable[[], Awaitable[Store]]


@pytest.fixture
async def reopen(tmp_path: Path, clock: Clock) -> AsyncIterator[Reopen]:
    """Opens the same data directory again and again, as servers that follow each other do."""
    opened: list[Store] = []

    async def again() -> Store:
        for before in opened:
            await before.close()
        opened[:] = [await open_store(tmp_path / "data", clock=clock)]
        return opened[0]

    yield again
    for last in opened:
        await last.close()
