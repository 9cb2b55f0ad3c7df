"""One server for the tests of event sources, whose clock they jump; an account for each."""

from collections.abc import Iterator

import pytest

from harness import Server, running
from stages import Stage


@pytest.fixture(scope="session")
def jumped() -> Iterator[Server]:
    """A server whose clock tests move."""
    with running(None) as started:
        yield started


@pytest.fixture
def stage(jumped: Server) -> Stage:
    """An account of its own."""
    return Stage(jumped)
