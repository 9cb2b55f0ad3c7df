"""The keeper of the pastas: what it says of one that does not start, and that it ends with the server's side."""

import os
from pathlib import Path

import pytest

from portico.environments.uplinks import netlink
from portico.environments.uplinks.pasta import PastaUplink
from portico.environments.uplinks.port import UplinkFailed

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not os.access("/dev/net/tun", os.R_OK | os.W_OK),
    reason="takes root and /dev/net/tun",
)


@pytest.fixture
def path(tmp_path: Path) -> str:
    """Where a `pasta` is that never becomes ready."""
    program = tmp_path / "pasta"
    program.write_text('#!/bin/sh\necho "no such device" >&2\nexit 1\n')
    program.chmod(0o755)
    return str(tmp_path)


async def test_why_a_pasta_does_not_start_is_told(path: str) -> None:
    uplink = PastaUplink(path=path)
    await uplink.start()
    with netlink.open_here() as inside:
        for _ in range(2):  # and the keeper goes on
            with pytest.raises(UplinkFailed, match="pasta failed no such device"):
                await uplink.connect(os.getpid(), inside)
    await uplink.close()


async def test_after_its_end_nobody_is_connected(path: str) -> None:
    uplink = PastaUplink(path=path)
    await uplink.start()
    await uplink.close()
    with (
        netlink.open_here() as inside,
        pytest.raises(UplinkFailed, match="the keeper of the pastas has ended"),
    ):
        await uplink.connect(os.getpid(), inside)
