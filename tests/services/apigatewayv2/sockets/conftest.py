from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from harness import Server
from socket_api import Recorder, SocketApi


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def api(server: Server, client: Callable[..., Any], account: str, stack: ExitStack) -> SocketApi:
    return SocketApi(server, client, account, stack)


@pytest.fixture
def recorder(client: Callable[..., Any], deploy: Callable[..., str]) -> Recorder:
    return Recorder(client, deploy)
