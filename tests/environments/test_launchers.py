"""The fork server's own failures, and timers that share one timer."""

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path

import boto3
import pytest

from portico.environments.deadlines import Deadlines
from portico.environments.interpreters import Interpreters, is_installed, own
from portico.environments.launchers.forkserver.client import ForkServer
from portico.environments.launchers.port import LaunchFailed, Layout
from portico.environments.sandbox.users import Users
from portico.environments.zygotes import Zygotes

OTHER = "python3.14" if own() != "python3.14" else "python3.13"


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without any version manager's interpreters."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    return tmp_path


@pytest.mark.parametrize("python", ["/bin/false", "/nowhere/python3"])
async def test_an_interpreter_that_does_not_work(python: str) -> None:
    server = ForkServer(sdk_folder="", python=python, tier="C", users=Users())
    with pytest.raises(LaunchFailed):
        await server.start()
    await server.close()


async def test_a_broken_python_on_the_path_is_replaced_by_the_servers_own(
    workshop, nowhere, monkeypatch
) -> None:
    folder = workshop.root / "bin"
    folder.mkdir()
    (folder / OTHER).symlink_to("/bin/false")
    monkeypatch.setenv("PATH", str(folder))
    spec = workshop.function(
        "f", "import sys\ndef handler(e, c):\n    return sys.version_info[:2]", runtime=OTHER
    )
    assert await workshop.answer(spec) == list(sys.version_info[:2])


async def test_a_shim_on_the_path_is_asked_once_and_stays_silent(
    workshop, nowhere, monkeypatch, capfd
) -> None:
    folder = workshop.root / "bin"
    folder.mkdir()
    shim = folder / OTHER
    shim.write_text(
        f"#!/bin/sh\necho asked >> {folder}/asked\necho 'version is not installed' >&2\nexit 127\n"
    )
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    interpreters = Interpreters()
    found = await asyncio.gather(*(interpreters.find(OTHER) for _ in range(3)))
    assert found == [sys.executable] * 3
    assert (folder / "asked").read_text() == "asked\n"
    assert "not installed" not in capfd.readouterr().err


async def test_an_interpreter_of_another_version_is_not_taken(nowhere, monkeypatch) -> None:
    (nowhere / OTHER).symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(nowhere))
    assert await Interpreters().find(OTHER) == sys.executable
    assert not is_installed(OTHER)


@pytest.mark.parametrize("where", ["pyenv/versions/3.{}.2", "asdf/installs/python/3.{}.0"])
async def test_behind_a_shim_is_the_version_that_its_manager_keeps(nowhere, monkeypatch, where) -> None:
    minor = OTHER.removeprefix("python3.")
    kept = nowhere / ("." + where.format(minor)) / "bin" / OTHER
    shim = nowhere / "shims" / OTHER
    for program, says in ((kept, f"echo {OTHER}"), (shim, "exit 127")):
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\n{says}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}:/usr/bin:/bin")
    assert await Interpreters().find(OTHER) == str(kept)
    assert is_installed(OTHER)


async def test_a_python_that_is_too_old_for_our_runtime_is_not_looked_for(nowhere, monkeypatch) -> None:
    (nowhere / "python3.8").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(nowhere))
    assert await Interpreters().find("python3.8") == sys.executable


@pytest.mark.parametrize("minor", range(9, 15))
async def test_every_installed_version_runs_its_functions(workshop, minor: int) -> None:
    runtime = f"python3.{minor}"
    if not is_installed(runtime):
        pytest.skip(f"there is no {runtime}")
    source = """
import logging, sys
def handler(event, context):
    logging.getLogger().warning("seen")
    return sys.version_info[:2]
"""
    spec = workshop.function("f", source, runtime=runtime, variables={"AWS_LAMBDA_LOG_FORMAT": "JSON"})
    assert await workshop.answer(spec) == [3, minor]


async def test_a_refused_fork_is_told_and_the_zygote_goes_on() -> None:
    server = ForkServer(sdk_folder="", tier="A", users=Users())
    await server.start()
    zygote = server.pid
    closed, other = socket.socketpair()
    closed.close()
    with pytest.raises(LaunchFailed):
        await server.launch(Layout(), closed, -1, closed)
    reader, writer = os.pipe()
    ours, control = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = await server.launch(server.locate(Layout()), other, writer, control)
    ours.close()
    control.close()
    assert server.pid == zygote
    for fd in (process.pidfd, reader, writer):
        os.close(fd)
    other.close()
    await server.close()
    assert server.pid is None


async def test_the_sdk_may_be_behind_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = tmp_path / "packages"
    link.symlink_to(Path(boto3.__file__).parents[1])
    monkeypatch.setattr("portico.environments.zygotes._sdk_folder", lambda: str(link))
    zygotes = Zygotes()
    await zygotes.start()
    await zygotes.close()


async def test_both_zygotes_start_ahead_of_use() -> None:
    zygotes = Zygotes()
    await zygotes.start()
    bare, sdk = (zygotes.of(sys.executable, kind).pid for kind in ("bare", "sdk"))
    assert bare is not None
    assert _children(bare) == [sdk]  # so that they share what both have
    await zygotes.close()
    assert not _running(bare, sdk)


async def test_a_zygote_that_ends_with_the_one_it_came_from_is_started_again(workshop) -> None:
    spec = workshop.function("f", "import boto3\n\ndef handler(event, context):\n    return boto3.__name__")
    assert await workshop.answer(spec) == "boto3"
    bare, sdk = (workshop.supervisor.zygotes.of(sys.executable, kind) for kind in ("bare", "sdk"))
    first = sdk.pid
    os.kill(bare.pid, signal.SIGKILL)
    await sdk.ended()
    assert await workshop.answer(workshop.function("g", "def handler(event, context):\n    return 1")) == 1
    assert await workshop.answer(spec) == "boto3"
    assert sdk.pid != first


def _running(*pids: int | None) -> list[int | None]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def test_deadlines_come_in_their_order_and_withdrawn_ones_do_not() -> None:
    loop = asyncio.get_running_loop()
    came: list[int] = []
    all_came = asyncio.Event()

    def expired(key: int) -> None:
        assert time.monotonic() >= due[key]
        came.append(key)
        if key == 9:
            all_came.set()

    deadlines = Deadlines(loop, expired)
    now = time.monotonic()
    due: dict[int, float] = {}
    for key, after_s in ((9, 0.06), (1, 0.02), (2, 0.01), (3, 0.04), (4, 0.03)):
        due[key] = now + after_s
        deadlines.set(key, due[key])
    deadlines.clear(3)
    deadlines.clear(77)
    due[4] = now + 0.005
    deadlines.set(4, due[4])
    await asyncio.wait_for(all_came.wait(), 5)
    assert came == [4, 2, 1, 9]
    deadlines.set(5, time.monotonic() + 60)
    deadlines.close()


def test_every_path_in_a_command_is_named_as_the_function_finds_it(tmp_path: Path) -> None:
    code, layers = tmp_path / "code", tmp_path / "layers"
    server = ForkServer(sdk_folder="", tier="A", users=Users())
    program = (
        "/usr/bin/java",
        "-cp",
        f"{code}/lib/client.jar:{code}:{code}/lib/*:{layers}/java/lib/*",
        f"-I{code}/gem",
    )
    located = server.locate(Layout(code_dir=str(code), opt_dir=str(layers), program=program))
    assert located.program[1:] == (
        "-cp",
        "/var/task/lib/client.jar:/var/task:/var/task/lib/*:/opt/java/lib/*",
        "-I/var/task/gem",
    )
