"""Fixtures of REST APIs' control plane."""

from collections.abc import Callable
from typing import Any

import pytest

from rest_apis import Api


@pytest.fixture
def gateway(client: Callable[..., Any]) -> Any:
    """A client of `apigateway`."""
    return client("apigateway")


@pytest.fixture
def api(gateway: Any) -> Api:
    """An API with nothing but its root."""
    return Api(gateway)
