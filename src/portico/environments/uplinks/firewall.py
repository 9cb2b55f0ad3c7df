"""What the machine does with what comes out of environments' links, as rules for nftables or for iptables. Pure.

Of the links of a server, whose names begin with `prefix`: nothing goes to the machine itself or to what `addresses.REFUSED` lists,
but questions to `RESOLVER`, which go to `resolver`; all else leaves under the machine's own address, and nobody opens a connection
into an environment. `name` is the server's own, `block` the addresses of its environments.
"""

from typing import NamedTuple

from portico.environments.uplinks.addresses import REFUSED, RESOLVER

PROGRAMS = ("nft", "iptables")  # the first that there is


class Command(NamedTuple):
    """A program's arguments, and what it reads."""

    arguments: tuple[str, ...]
    text: str = ""


def setup(program: str, name: str, prefix: str, block: str, resolver: str) -> list[Command]:
    """The commands that make the rules, in their order."""
    if program == "nft":
        return [Command(("nft", "-f", "-"), _ruleset(name, prefix, block, resolver))]
    return [Command(("iptables", "-w", *words)) for words in _tables(name, prefix, block, resolver, "-A")]


def removal(program: str, name: str, prefix: str, block: str, resolver: str) -> list[Command]:
    """The commands that take them away again."""
    if program == "nft":
        return [Command(("nft", "delete", "table", "inet", name))]
    made = _tables(name, prefix, block, resolver, "-D")
    own = [words for words in reversed(made) if name not in words[:4]]
    emptied = [("-F", name), ("-X", name)]
    return [Command(("iptables", "-w", *words)) for words in [*own, *emptied]]


def _ruleset(name: str, prefix: str, block: str, resolver: str) -> str:
    refused = ", ".join(REFUSED)
    return f"""
table inet {name} {{
  chain incoming {{
    type nat hook prerouting priority dstnat;
    iifname "{prefix}*" ip daddr {RESOLVER} udp dport 53 dnat ip to {resolver}
    iifname "{prefix}*" ip daddr {RESOLVER} tcp dport 53 dnat ip to {resolver}
  }}
  chain to_machine {{
    type filter hook input priority filter;
    iifname "{prefix}*" reject
  }}
  chain through {{
    type filter hook forward priority filter;
    iifname "{prefix}*" ct status dnat accept
    iifname "{prefix}*" ip daddr {{ {refused} }} reject
    oifname "{prefix}*" ct state established,related accept
    oifname "{prefix}*" drop
  }}
  chain outgoing {{
    type nat hook postrouting priority srcnat;
    ip saddr {block} oifname != "{prefix}*" masquerade
  }}
}}
"""


def _tables(name: str, prefix: str, block: str, resolver: str, verb: str) -> list[tuple[str, ...]]:
    """The same for iptables: a chain of our own for what is forwarded, and rules that lead there. `-I` comes before Docker's."""
    link = f"{prefix}+"
    first = "-I" if verb == "-A" else verb
    asked = f"-i {link} -d {RESOLVER} --dport 53 -j DNAT --to-destination {resolver}"
    rules = [
        f"-N {name}",
        f"-t nat {verb} PREROUTING -p udp {asked}",
        f"-t nat {verb} PREROUTING -p tcp {asked}",
        f"-t nat {verb} POSTROUTING -s {block} ! -o {link} -j MASQUERADE",
        f"{first} INPUT -i {link} -j REJECT",
        f"-A {name} -m conntrack --ctstate DNAT -j ACCEPT",
        *(f"-A {name} -d {network} -j REJECT" for network in REFUSED),
        f"-A {name} -j ACCEPT",
        f"{first} FORWARD -o {link} -j DROP",
        f"{first} FORWARD -o {link} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
        f"{first} FORWARD -i {link} -j {name}",
    ]
    return [tuple(rule.split()) for rule in rules]
