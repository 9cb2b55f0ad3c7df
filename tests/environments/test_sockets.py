"""environments.sockets: the inode of a connection's own end, by either way of asking."""

import ipaddress
import os
import socket
from collections.abc import Callable

import pytest

from portico.environments import sockets

WAYS: list[Callable[..., int | None]] = [sockets._asked, sockets._read]


@pytest.mark.parametrize("ask", WAYS)
@pytest.mark.parametrize(
    ("listening", "family", "to"),
    [
        ("127.0.0.1", socket.AF_INET, "127.0.0.1"),
        ("::1", socket.AF_INET6, "::1"),
        ("127.0.0.1", socket.AF_INET6, "::ffff:127.0.0.1"),
    ],
)
def test_a_connection_is_found_and_only_while_it_is_open(
    ask: Callable[..., sockets.Owned | None], listening: str, family: int, to: str
) -> None:
    with socket.create_server(
        (listening, 0), family=socket.AF_INET6 if ":" in listening else socket.AF_INET
    ) as server:
        connection = socket.socket(family)
        connection.connect((to, server.getsockname()[1]))
        host, port = connection.getsockname()[:2]
        address = ipaddress.ip_address(host.removeprefix("::ffff:"))
        assert ask(address, port) == (os.fstat(connection.fileno()).st_ino, os.getuid())
        assert ask(ipaddress.ip_address("127.0.0.77"), port) is None
        connection.close()
        assert ask(address, port) is None


def test_a_kernel_that_does_not_answer_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> None:
        raise OSError("no netlink here")

    monkeypatch.setattr(sockets, "_asked", silent)
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as made,
    ):
        found = sockets.socket_at(*made.getsockname())
        assert found is not None
        assert found.inode == os.fstat(made.fileno()).st_ino
