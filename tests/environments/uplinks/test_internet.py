"""What a function reaches with `--network internet`: an internet of one machine, made of a network namespace beside this one."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portico.environments.doors import Entrance, Network
from portico.environments.sandbox.root import RESOLVER
from portico.environments.uplinks.veth import VethUplink

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("nft"),
    reason="takes root, iproute2 and nftables",
)

Make = Callable[..., Any]

# Somewhere that no route of the machine's leads to, so that nobody real is spoken to.
FAR, NEAR = "9.9.9.{}", "10.213.{}.1"
ANSWERING = """
import socket, sys
server = socket.create_server(("", 80))
print("ready", flush=True)
while True:
    connection, peer = server.accept()
    connection.sendall(peer[0].encode())
    connection.close()
"""
REACHING = """
    import socket
    def handler(event, context):
        found = {}
        for host, port in event:
            try:
                with socket.create_connection((host, port), 3) as connection:
                    found[host] = connection.recv(100).decode()
            except OSError as error:
                found[host] = error.strerror or str(error)
        return found
"""


class World:
    """A machine with a far address and a near one; `name` is its namespace's."""

    def __init__(self, number: int) -> None:
        self.name = f"portico-world-{os.getpid()}"
        self.far, self.near = FAR.format(number), NEAR.format(number)
        self.link = f"pw{os.getpid() % 1_000_000}"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def world() -> Iterator[World]:
    made = World(os.getpid() % 200 + 20)
    _ip("netns", "add", made.name)
    try:
        _ip("link", "add", made.link, "type", "veth", "peer", "name", "eth0", "netns", made.name)
        _ip("address", "add", made.near.removesuffix(".1") + ".2/24", "dev", made.link)
        _ip("link", "set", made.link, "up")
        for words in (
            ["address", "add", f"{made.near}/24", "dev", "eth0"],
            ["address", "add", f"{made.far}/32", "dev", "eth0"],
            ["link", "set", "eth0", "up"],
        ):
            _ip("-n", made.name, *words)
        _ip("route", "add", f"{made.far}/32", "via", made.near)
        answering = subprocess.Popen(
            ["ip", "netns", "exec", made.name, shutil.which("python3") or "python3", "-c", ANSWERING],
            stdout=subprocess.PIPE,
        )
        with answering:
            assert answering.stdout is not None
            assert answering.stdout.readline() == b"ready\n"
            yield made
            answering.kill()
    finally:
        subprocess.run(["ip", "link", "delete", made.link], check=False, capture_output=True)
        _ip("netns", "delete", made.name)


async def _shop(make_workshop: Make) -> Any:
    network = Network("internet", 4566, VethUplink())
    network.portico = Entrance(_Portico)
    shop = make_workshop(network=network)
    await shop.supervisor.start()
    return shop


class _Portico(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(b"portico")  # type: ignore[attr-defined]
        transport.close()


async def test_it_reaches_what_is_far_and_nothing_that_is_near(make_workshop: Make, world: World) -> None:
    shop = await _shop(make_workshop)
    own = world.near.removesuffix(".1") + ".2"
    found = await shop.answer(
        shop.function("reaching", REACHING),
        [[host, 80] for host in (world.far, world.near, own, "169.254.169.254", "127.0.0.1", "169.254.100.2", RESOLVER)]
        + [["127.0.0.1", 4566]],
    )  # fmt: skip
    assert found == {
        world.far: own,  # the world sees the machine, not the environment
        world.near: "Permission denied",
        own: "Permission denied",
        "169.254.169.254": "Permission denied",
        "169.254.100.2": "Connection refused",
        RESOLVER: "Connection refused",
        "127.0.0.1": "portico",
    }


async def test_the_machines_services_are_out_of_reach_by_all_its_addresses(
    make_workshop: Make, world: World
) -> None:
    shop = await _shop(make_workshop)
    _ip("address", "add", FAR.format(7) + "/32", "dev", "lo")  # one that came after the server's start
    try:
        server = await asyncio.start_server(lambda *_: None, "0.0.0.0", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            found = await shop.answer(shop.function("reaching", REACHING), [[FAR.format(7), port]])
    finally:
        _ip("address", "delete", FAR.format(7) + "/32", "dev", "lo")
    assert found == {FAR.format(7): "Connection refused"}


async def test_names_are_looked_up_at_the_machines_resolver(make_workshop: Make) -> None:
    shop = await _shop(make_workshop)
    function = shop.function(
        "reading",
        """
        def handler(event, context):
            with open("/etc/resolv.conf") as file:
                return file.read()
        """,
    )
    assert (await shop.answer(function)).startswith(f"nameserver {RESOLVER}\n")


async def test_a_function_can_neither_change_its_routes_nor_listen_to_others(
    make_workshop: Make, world: World
) -> None:
    shop = await _shop(make_workshop)
    function = shop.function(
        "changing",
        """
        import fcntl, socket, struct
        def handler(event, context):
            found = []
            with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as asking:
                head = struct.pack("=BBBBBBBBI", 2, 8, 0, 0, 254, 4, 0, 1, 0)
                body = head + struct.pack("=HH4s", 8, 1, bytes([10, 0, 0, 0])) + struct.pack("=HH4s", 8, 5, bytes([169, 254, 100, 2]))
                asking.send(struct.pack("=IHHII", 16 + len(body), 24, 0x705, 1, 0) + body)
                found.append(struct.unpack_from("=i", asking.recv(4096), 16)[0])
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
                try:
                    fcntl.ioctl(asking, 0x8914, struct.pack("16sH22x", b"eth0", 0))
                except OSError as error:
                    found.append(-error.errno)
            return found
        """,
    )
    assert await shop.answer(function) == [-1, -1]


async def test_a_restored_environment_has_a_way_of_its_own(make_workshop: Make, world: World) -> None:
    shop = await _shop(make_workshop)
    function = shop.function("restored", REACHING, initialization="snap-start", version="1")
    found = await asyncio.gather(*(shop.answer(function, [[world.far, 80]]) for _ in range(3)))
    assert found == [{world.far: world.near.removesuffix(".1") + ".2"}] * 3


async def test_environments_do_not_reach_each_other_over_their_links(make_workshop: Make) -> None:
    shop = await _shop(make_workshop)
    listening = shop.function(
        "listening",
        """
        import socket
        server = socket.create_server(("", 7777))
        def handler(event, context):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
                asking.connect(("8.8.8.8", 9))
                return asking.getsockname()[0]
        """,
    )
    address = await shop.answer(listening)
    found = await shop.answer(shop.function("reaching", REACHING), [[address, 7777]])
    assert found == {address: "Permission denied"}


async def test_nothing_is_left_of_it(make_workshop: Make) -> None:
    shop = await _shop(make_workshop)
    await shop.answer(shop.function("f", "def handler(event, context):\n    return 1\n"))
    assert _rules_of_this_process()
    await shop.supervisor.close()
    assert not _rules_of_this_process()


@pytest.fixture
def gone() -> int:
    """A process that has ended, and has left rules behind."""
    with subprocess.Popen(["true"]) as ending:
        ending.wait()
    subprocess.run(["nft", "add", "table", "inet", f"portico_5_{ending.pid}"], check=True)
    return ending.pid


async def test_what_a_killed_server_has_left_is_taken_away(gone: int) -> None:
    uplink = VethUplink()
    await uplink.start()
    names = [line.split()[-1] for line in _tables()]
    await uplink.close()
    assert f"portico_5_{gone}" not in names
    assert uplink.name in names


def _tables() -> list[str]:
    return subprocess.run(
        ["nft", "list", "tables"], capture_output=True, text=True, check=True
    ).stdout.splitlines()


def _rules_of_this_process() -> list[str]:
    return [line for line in _tables() if line.endswith(f"_{os.getpid()}")]
