"""Fixtures of REST APIs' integrations."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness import Server
from rest_doors import RestApi
from rest_integrations import Integrated, Site, site


@pytest.fixture
def api(server: Server, client: Callable[..., Any], account: str) -> Integrated:
    """An API with nothing but its root."""
    return Integrated(RestApi(server, client, account))


@pytest.fixture(scope="module")
def backend() -> Iterator[Site]:
    """An HTTP backend."""
    with site() as made:
        yield made
