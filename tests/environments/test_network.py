"""What functions reach with each setting of the network, from inside, and that Portico knows who calls by a door."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portico.environments.connections import Connections
from portico.environments.doors import Entrance, Network
from portico.wire.http import Peer

Make = Callable[..., Any]

REACHING = """
    import socket
    def handler(event, context):
        found = {}
        for host, port in event:
            try:
                with socket.create_connection((host, port), 2) as connection:
                    connection.sendall(b"hello")
                    found[f"{host}:{port}"] = connection.recv(100).decode()
            except OSError as error:
                found[f"{host}:{port}"] = error.strerror
        return found
"""


class Echo(asyncio.Protocol):
    """Answers with who it is and what it has been told."""

    def __init__(self, name: str) -> None:
        self._name = name

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(f"{self._name}: {data.decode()}".encode())  # type: ignore[attr-defined]


@pytest.fixture
def neighbour() -> Iterator[int]:
    """The port of a service of the machine that functions have no business with."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


async def _reached(shop: Any, *places: tuple[str, int]) -> dict[str, str]:
    found: dict[str, str] = await shop.answer(shop.function("reaching", REACHING), places)
    return found


async def test_with_a_network_of_its_own_a_function_reaches_portico_and_nothing_else(
    make_workshop: Make, neighbour: int
) -> None:
    network = Network("portico", 4566)
    network.portico = Entrance(lambda: Echo("portico"))
    shop = make_workshop(network=network)
    own = _own_address()
    assert await _reached(
        shop, ("127.0.0.1", 4566), ("127.0.0.1", neighbour), (own, neighbour), ("8.8.8.8", 53)
    ) == {
        "127.0.0.1:4566": "portico: hello",
        f"127.0.0.1:{neighbour}": "Connection refused",
        f"{own}:{neighbour}": "Network is unreachable",
        "8.8.8.8:53": "Network is unreachable",
    }


async def test_with_none_not_even_portico_is_reached(make_workshop: Make) -> None:
    network = Network("none", 4566)
    network.portico = Entrance(lambda: Echo("portico"))
    shop = make_workshop(network=network)
    assert await _reached(shop, ("127.0.0.1", 4566), ("8.8.8.8", 53)) == {
        "127.0.0.1:4566": "Connection refused",
        "8.8.8.8:53": "Network is unreachable",
    }


async def test_with_the_hosts_network_a_function_reaches_what_the_machine_does(make_workshop: Make) -> None:
    echo = await asyncio.get_running_loop().create_server(lambda: Echo("neighbour"), "127.0.0.1", 0)
    port = echo.sockets[0].getsockname()[1]
    shop = make_workshop(network=Network("host", port))
    assert await _reached(shop, ("127.0.0.1", port)) == {f"127.0.0.1:{port}": "neighbour: hello"}
    echo.close()


async def test_two_environments_do_not_reach_each_other(make_workshop: Make) -> None:
    shop = make_workshop(network=Network("none", 0))
    listening = shop.function(
        "listening",
        """
        import socket
        server = socket.create_server(("127.0.0.1", 7777))
        def handler(event, context):
            with socket.create_connection(("127.0.0.1", 7777), 2):
                return "reached itself"
        """,
    )
    assert await shop.answer(listening) == "reached itself"
    assert await _reached(shop, ("127.0.0.1", 7777)) == {"127.0.0.1:7777": "Connection refused"}


async def test_a_door_that_nobody_serves_yet_refuses(make_workshop: Make) -> None:
    shop = make_workshop(network=Network("portico", 4566))
    assert await _reached(shop, ("127.0.0.1", 4566)) == {"127.0.0.1:4566": "Connection refused"}


def test_who_comes_in_by_a_door_is_a_function_whatever_its_address() -> None:
    connections = Connections(lambda: ())
    assert connections.is_function(Peer("127.0.0.1", 40000, connection=1, function=True))
    assert not connections.is_function(Peer("127.0.0.1", 40000, connection=2))


def _own_address() -> str:
    """An address of this machine that is not loopback; where it has none, one that is nobody's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))
            return str(asking.getsockname()[0])
        except OSError:
            return "192.0.2.1"
