"""The addresses of environments with an uplink, and those that they do not reach. IPv4 only: they have no other.

Source: IANA, "IPv4 Special-Purpose Address Registry" (RFC 6890); RFC 2544 on 198.18.0.0/15, which nobody routes.
"""

import ipaddress
from collections.abc import Iterable

from portico.environments.sandbox import root

# What is not the internet: private, shared, link-local (with the metadata services of clouds), documentation, multicast, reserved.
REFUSED = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)  # fmt: skip
GATEWAY = "169.254.100.2"  # the machine's end of every link; nothing of the machine answers there
# Leads to the machine's own resolver, whatever address that has; port 53 alone.
RESOLVER = root.RESOLVER
BLOCKS = 32  # one for each server on the machine
PER_BLOCK = 4094
_FIRST = ipaddress.ip_address("198.18.0.0")
_BLOCK_SIZE = 4096


def block(number: int) -> str:
    """The addresses of a server's environments."""
    return f"{_FIRST + number * _BLOCK_SIZE}/20"


def own(block_number: int, number: int) -> str:
    """The address of one environment, `number` from 1 to `PER_BLOCK`."""
    return str(_FIRST + block_number * _BLOCK_SIZE + number)


def resolver_in(texts: Iterable[str]) -> str:
    """The first name server that is not on loopback, of files like `/etc/resolv.conf`; "" when there is none."""
    for text in texts:
        for line in text.splitlines():
            words = line.split()
            if len(words) > 1 and words[0] == "nameserver" and _is_usable(words[1]):
                return words[1]
    return ""


def local_in(trie: str) -> tuple[str, ...]:
    """The machine's own addresses in the internet, of `/proc/net/fib_trie`."""
    found: dict[str, None] = {}
    last = ""
    for line in trie.splitlines():
        words = line.split()
        if words[:1] == ["|--"]:
            last = words[1]
        elif words[1:] == ["host", "LOCAL"] and not last.startswith("127."):
            found[last] = None
    return tuple(address for address in found if not is_near(address))


def is_near(address: str) -> bool:
    """Whether it is refused as no address of the internet."""
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(network) for network in REFUSED)


def _is_usable(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.version == 4 and not address.is_loopback
