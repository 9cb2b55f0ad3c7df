"""Where an environment's own network leads: to the internet, and nowhere else. A function can't change it, having no privileges."""

from collections.abc import Sequence
from pathlib import Path

from portico.environments.uplinks import addresses, netlink

_ADDRESSES = Path("/proc/net/fib_trie")  # where the kernel tells the machine's own


def own_addresses() -> tuple[str, ...]:
    """The machine's own addresses in the internet."""
    try:
        return addresses.local_in(_ADDRESSES.read_text())
    except OSError:
        return ()


def leading_out() -> list[netlink.Message]:
    """The way to the internet."""
    return [netlink.route("0.0.0.0/0", addresses.GATEWAY)]


def limits(own: Sequence[str]) -> list[netlink.Message]:
    """What keeps it from all that is not the internet, `own` addresses of the machine included; but name servers are reached."""
    refused = (*addresses.REFUSED, *own)
    return [netlink.route(addresses.RESOLVER, addresses.GATEWAY), *map(netlink.refusal, refused)]
