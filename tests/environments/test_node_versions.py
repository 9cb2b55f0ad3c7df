"""Which Node.js runs which runtime."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from portico.environments import node_versions
from portico.environments.interpreters import own
from portico.environments.launchers.port import LaunchFailed
from portico.environments.node_versions import NodeVersions
from portico.environments.runtimes.available import Runtimes

Install = Callable[..., str]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """`install("v22.1.0", "bin/node")`: an executable of that version below a home that holds nothing else; its path. What it
    prints may be something else than a version."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("NVM_DIR", raising=False)
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    monkeypatch.setattr(node_versions, "_KEPT_BY_MANAGERS", ("{NVM_DIR}/versions/node/v*/bin/node",))

    def make(says: str, place: str) -> str:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho {says}\n")
        path.chmod(0o755)
        return str(path)

    return make


async def test_its_own_version_before_others(install: Install, caplog: pytest.LogCaptureFixture) -> None:
    newest = install("v24.2.0", "bin/node")
    own = install("v22.1.0", ".nvm/versions/node/v22.1.0/bin/node")
    versions = NodeVersions()
    assert await versions.find("nodejs22.x") == own
    assert await versions.find("nodejs24.x") == newest
    assert not caplog.records


async def test_what_is_on_the_path_before_what_a_manager_keeps(install: Install) -> None:
    install("v22.9.0", ".nvm/versions/node/v22.9.0/bin/node")
    first = install("v22.1.0", "bin/node22")
    assert await NodeVersions().find("nodejs22.x") == first


@pytest.mark.parametrize(
    ("wanted", "there", "chosen"),
    [
        (18, [20, 22], 20),
        (20, [18, 22, 24], 22),
        (24, [18, 20], 20),
        (22, [22], 22),
        (22, [], None),
    ],
)
def test_what_stands_in(wanted: int, there: list[int], chosen: int | None) -> None:
    assert node_versions.nearest(wanted, there) == chosen


async def test_a_stand_in_is_told_once(install: Install, caplog: pytest.LogCaptureFixture) -> None:
    install("v20.1.0", "bin/node")
    versions = NodeVersions()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await versions.find("nodejs22.x")
    words = "there is no Node.js 22: functions of nodejs22.x run on Node.js 20"
    assert [record.getMessage() for record in caplog.records] == [words]


@pytest.mark.parametrize("says", ["v16.20.0", "version not installed", ""])
async def test_what_can_not_be_used(install: Install, says: str) -> None:
    install(says, "bin/node")
    with pytest.raises(LaunchFailed, match="needs Node"):
        await NodeVersions().find("nodejs20.x")


async def test_what_is_installed_later_counts(install: Install) -> None:
    versions = NodeVersions()
    with pytest.raises(LaunchFailed):
        await versions.find("nodejs20.x")
    path = install("v20.1.0", "bin/node")
    assert await versions.find("nodejs20.x") == path


@pytest.mark.parametrize("name", ["nodejs", "nodejs20", "nodejs20.y", "nodejsx.x"])
async def test_no_runtime(install: Install, name: str) -> None:
    with pytest.raises(LaunchFailed, match="is not supported"):
        await NodeVersions().find(name)


def test_a_manager_s_counts_as_available(install: Install) -> None:
    assert "there is no program 'node'" in Runtimes().missing("nodejs22.x")
    install("v22.1.0", ".nvm/versions/node/v22.1.0/bin/node")
    assert Runtimes().missing("nodejs22.x") == ""


def test_strictly_only_the_own_version_is_available(install: Install) -> None:
    install("v22.1.0", "bin/node")
    strict = Runtimes(strict=True)
    assert strict.missing("nodejs22.x") == ""
    assert strict.missing("nodejs20.x").startswith("There is no Node.js 20 on the server")
    other = "python3.14" if own() != "python3.14" else "python3.13"
    assert strict.missing(other).startswith(f"There is no {other} on the server")
    install("python3.1", f"bin/{other}")
    assert strict.missing(other).startswith(f"There is no {other} on the server")
    install(other, f".pyenv/versions/{other.removeprefix('python')}.1/bin/{other}")
    assert strict.missing(other) == strict.missing(own()) == ""
    assert strict.missing("provided.al2023") == ""
