"""What is refused, which resolver is taken, and which addresses are the machine's own."""

import ipaddress

import pytest

from portico.environments.uplinks import addresses


@pytest.mark.parametrize(
    "near",
    ["10.1.2.3", "172.31.255.254", "192.168.0.1", "169.254.169.254", "100.64.0.1", "198.18.3.4", "224.0.0.1", "0.0.0.0"],
)  # fmt: skip
def test_what_is_not_the_internet_is_refused(near: str) -> None:
    assert addresses.is_near(near)


@pytest.mark.parametrize(
    "far", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "151.101.0.223", "198.20.0.1", "223.255.255.254"]
)
def test_what_is_the_internet_is_not(far: str) -> None:
    assert not addresses.is_near(far)


def test_servers_and_environments_have_addresses_of_their_own() -> None:
    blocks = [ipaddress.ip_network(addresses.block(number)) for number in range(addresses.BLOCKS)]
    assert all(not one.overlaps(other) for one in blocks for other in blocks if one is not other)
    for number, block in enumerate(blocks):
        for environment in (1, addresses.PER_BLOCK):
            assert ipaddress.ip_address(addresses.own(number, environment)) in list(block.hosts())


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["nameserver 10.0.0.2\nnameserver 10.0.0.3"], "10.0.0.2"),
        (["nameserver 127.0.0.53\noptions edns0", "nameserver 192.168.1.1"], "192.168.1.1"),
        (["nameserver ::1\nnameserver fe80::1%eth0\nnameserver 9.9.9.9"], "9.9.9.9"),
        (["search example.org", "", "nameserver 127.0.0.1"], ""),
    ],
)
def test_the_resolver_is_the_first_that_can_be_reached_from_elsewhere(texts: list[str], found: str) -> None:
    assert addresses.resolver_in(texts) == found


def test_the_machines_own_addresses() -> None:
    trie = """Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
        |-- 93.184.1.2
           /32 host LOCAL
     |-- 192.168.7.2
        /32 host LOCAL
     |-- 127.0.0.1
        /32 host LOCAL
     |-- 93.184.1.255
        /32 link BROADCAST
"""
    assert addresses.local_in(trie) == ("93.184.1.2",)
