"""The rules as they are given to nftables and to iptables."""

from portico.environments.uplinks import firewall

ABOUT = ("portico_3_77", "pc3x", "198.18.48.0/20", "10.0.0.2")


def _lines(*commands: firewall.Command) -> list[str]:
    return [" ".join(command.arguments) for command in commands]


def test_nftables_gets_one_table_at_once() -> None:
    (command,) = firewall.setup("nft", *ABOUT)
    assert command.arguments == ("nft", "-f", "-")
    rules = [line.strip() for line in command.text.splitlines()]
    assert "table inet portico_3_77 {" in rules
    assert 'iifname "pc3x*" ip daddr 169.254.100.53 udp dport 53 dnat ip to 10.0.0.2' in rules
    assert 'iifname "pc3x*" reject' in rules
    assert 'oifname "pc3x*" drop' in rules
    assert 'ip saddr 198.18.48.0/20 oifname != "pc3x*" masquerade' in rules
    (refusing,) = [rule for rule in rules if "192.168.0.0/16" in rule]
    assert "169.254.0.0/16" in refusing
    assert refusing.endswith("reject")


def test_nftables_forgets_it_at_once() -> None:
    assert _lines(*firewall.removal("nft", *ABOUT)) == ["nft delete table inet portico_3_77"]


def test_iptables_gets_a_chain_and_what_leads_there() -> None:
    lines = _lines(*firewall.setup("iptables", *ABOUT))
    assert lines[0] == "iptables -w -N portico_3_77"
    assert (
        "iptables -w -t nat -A PREROUTING -p udp -i pc3x+ -d 169.254.100.53 --dport 53 -j DNAT --to-destination 10.0.0.2"
        in lines
    )
    assert "iptables -w -I INPUT -i pc3x+ -j REJECT" in lines
    assert "iptables -w -A portico_3_77 -d 10.0.0.0/8 -j REJECT" in lines
    # Put in front one after the other, they stand the other way round: what leaves, what comes back, and nothing else.
    assert lines[-3:] == [
        "iptables -w -I FORWARD -o pc3x+ -j DROP",
        "iptables -w -I FORWARD -o pc3x+ -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
        "iptables -w -I FORWARD -i pc3x+ -j portico_3_77",
    ]


def test_iptables_forgets_each_rule_and_then_the_chain() -> None:
    made = [
        line
        for line in _lines(*firewall.setup("iptables", *ABOUT))
        if " portico_3_77" not in line.split("-j")[0]
    ]
    gone = _lines(*firewall.removal("iptables", *ABOUT))
    assert gone[-2:] == ["iptables -w -F portico_3_77", "iptables -w -X portico_3_77"]
    assert sorted(gone[:-2]) == sorted(line.replace(" -A ", " -D ").replace(" -I ", " -D ") for line in made)
