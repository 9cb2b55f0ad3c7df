"""A machine that can't give the internet says what is missing, and what else there is."""

from pathlib import Path

import pytest

from portico.environments.doors import Network
from portico.environments.launchers.port import LaunchFailed
from portico.environments.uplinks.firewall import Command
from portico.environments.uplinks.pasta import PastaUplink
from portico.environments.uplinks.port import UplinkFailed
from portico.environments.uplinks.veth import VethUplink
from portico.settings import Settings


async def test_root_without_nft_and_iptables(tmp_path: Path) -> None:
    network = Network("internet", 4566, VethUplink(path=str(tmp_path)))
    with pytest.raises(
        LaunchFailed,
        match=r"neither nft \(nftables\) nor iptables is installed.* --network .*host, portico or none",
    ):
        await network.start()


async def test_an_ordinary_user_without_pasta(tmp_path: Path) -> None:
    network = Network("internet", 4566, PastaUplink(path=str(tmp_path)))
    with pytest.raises(LaunchFailed, match=r"needs pasta \(package passt\).* --network "):
        await network.start()


async def test_rules_that_the_machine_refuses(tmp_path: Path) -> None:
    def refuse(command: Command) -> str:
        raise UplinkFailed(f"{command.arguments[0]}: Operation not permitted")

    program = tmp_path / "nft"
    program.touch(0o755)
    network = Network("internet", 4566, VethUplink(path=str(tmp_path), run=refuse))
    with pytest.raises(LaunchFailed, match="nft: Operation not permitted"):
        await network.start()
    await network.close()


async def test_another_server_that_was_faster_in_cleaning_up(tmp_path: Path) -> None:
    """Two servers start where a third was killed, and both find its rules."""
    left = ["table inet portico_3_999999999"]

    def run(command: Command) -> str:
        if "list" in command.arguments:
            return " ".join(left)
        if "delete" in command.arguments:
            left.clear()
            raise UplinkFailed("nft: No such file or directory")
        raise UplinkFailed("its own rules are next")

    (tmp_path / "nft").touch(0o755)
    with pytest.raises(UplinkFailed, match="its own rules are next"):
        await VethUplink(path=str(tmp_path), run=run).start()
    assert not left


@pytest.mark.parametrize(
    ("settings", "reached"),
    [
        ({}, "host"),
        ({"host": "0.0.0.0"}, "internet"),
        ({"trust_proxy": True}, "internet"),
        ({"host": "0.0.0.0", "network": "host"}, "host"),
        ({"network": "portico"}, "portico"),
    ],
)  # fmt: skip
def test_off_loopback_functions_reach_the_internet_and_nothing_nearer(
    settings: dict[str, object], reached: str
) -> None:
    assert Settings(**settings).functions_network == reached  # type: ignore[arg-type]
