from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from harness import Server
from socket_api import SocketApi


@pytest.fixture
def api(server: Server, client: Callable[..., Any], account: str) -> Iterator[SocketApi]:
    """An API whose clients are told who they are."""
    with ExitStack() as stack:
        yield SocketApi(server, client, account, stack)
