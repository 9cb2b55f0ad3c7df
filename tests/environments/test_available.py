"""What a machine can run, and what it says is missing."""

from pathlib import Path

import pytest

from portico.environments.runtimes.available import Runtimes


def machine(root: Path, *programs: str) -> Runtimes:
    folder = root / "bin"
    folder.mkdir()
    for program in programs:
        (folder / program).touch(mode=0o755)
    return Runtimes(root=root, path=str(folder))


@pytest.mark.parametrize("runtime", ["python3.9", "python3.14", "provided.al2", "provided.al2023"])
def test_what_needs_nothing(tmp_path: Path, runtime: str) -> None:
    assert machine(tmp_path).missing(runtime) == ""


@pytest.mark.parametrize(
    ("runtime", "words"),
    [
        ("nodejs22.x", "nodejs22.x needs Node.js: there is no program 'node' on the server's PATH."),
        ("java21", "java21 needs Java: there is no program 'java' on the server's PATH."),
        ("ruby3.4", "ruby3.4 needs Ruby: there is no program 'ruby' on the server's PATH."),
        ("dotnet8", "dotnet8 needs .NET: there is no program 'dotnet' on the server's PATH."),
        ("custom", "Portico has no way to run custom."),
    ],
)
def test_a_program_that_is_missing(tmp_path: Path, runtime: str, words: str) -> None:
    assert machine(tmp_path).missing(runtime) == words


def test_a_client_may_be_in_the_package(tmp_path: Path) -> None:
    here = machine(tmp_path, "node", "java", "ruby", "dotnet")
    assert [here.missing(runtime) for runtime in ("nodejs22.x", "java21", "ruby3.4", "dotnet8")] == [""] * 4


def test_images_need_an_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    here = machine(tmp_path, "docker")
    assert "needs Docker or Podman" in here.missing_for_images()
    (tmp_path / "var/run").mkdir(parents=True)
    (tmp_path / "var/run/docker.sock").touch()
    assert here.missing_for_images() == ""


def test_podman_needs_no_daemon(tmp_path: Path) -> None:
    assert machine(tmp_path, "podman").missing_for_images() == ""
