"""The probe: that it passes where the walls stand, says what gave way where they do not, and that tiers are chosen by it."""

import logging

import pytest

from portico.environments import isolation
from portico.environments.launchers.forkserver.client import ForkServer
from portico.environments.launchers.port import LaunchFailed
from portico.environments.sandbox.proof import Wall, prove
from portico.environments.sandbox.users import Users
from portico.environments.zygotes import Zygotes


async def test_the_walls_of_tier_a_hold_here() -> None:
    server = ForkServer(sdk_folder="", tier="A", users=Users())
    walls = await prove(server)
    await server.close()
    assert [wall.gap for wall in walls] == [""] * len(walls)
    assert {"files of this machine", "privileges", "system calls", "Landlock", "raw sockets"} <= {
        w.name for w in walls
    }


async def test_where_there_are_no_walls_the_probe_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The zygote is told C, and the probe runs the attacks of A all the same."""
    server = ForkServer(sdk_folder="", tier="C", users=Users())
    walls = await prove(server, attacks="A")
    await server.close()
    gaps = {wall.name for wall in walls if wall.gap}
    assert {
        "files of this machine",
        "system calls",
        "Landlock",
        "sockets of others",
        "signals to others",
    } <= gaps


async def test_a_tier_that_is_not_to_be_had_is_passed_over_with_a_word(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = isolation.probe

    async def probe(tier: str, server: ForkServer) -> isolation.Found:
        if tier == "C":
            return await real(tier, server)
        return isolation.Found(tier, (Wall("privileges", "it is root"), Wall("Landlock", "")))

    monkeypatch.setattr(isolation, "probe", probe)
    zygotes = Zygotes()
    with caplog.at_level(logging.INFO):
        await zygotes.start()
    assert zygotes.tier == "C"
    assert "isolation A is not to be had here: privileges: it is root" in caplog.messages
    await zygotes.close()

    only = Zygotes(tiers="A")
    with pytest.raises(LaunchFailed, match="A: privileges: it is root"):
        await only.start()
    await only.close()


def test_what_a_probe_found_in_words() -> None:
    gone = isolation.Found("A", why="unshare: Operation not permitted")
    assert not gone.holds
    assert gone.words == "unshare: Operation not permitted"
    assert isolation.Found("A", (Wall("x", ""),)).holds
    open_ = isolation.Found("B", (Wall("x", "can be read"), Wall("y", ""), Wall("z", "too")))
    assert not open_.holds
    assert open_.words == "x: can be read; z: too"
