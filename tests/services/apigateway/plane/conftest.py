"""Fixtures of REST APIs' door."""

from collections.abc import Callable
from typing import Any

import pytest

from harness import Server
from rest_doors import RestApi


@pytest.fixture
def rest(server: Server, client: Callable[..., Any], account: str) -> RestApi:
    """An API with nothing but its root."""
    return RestApi(server, client, account)
