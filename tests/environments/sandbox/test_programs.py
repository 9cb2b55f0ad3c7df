"""Which folders of the machine an environment is shown because its program is there."""

from pathlib import Path

import pytest

from portico.environments.sandbox.programs import folders_of


@pytest.mark.parametrize(
    "program", ["/bin/sh", "/usr/bin/env", "/usr/local/bin/node", "/var/task/bootstrap", "sh", ""]
)
def test_none_for_what_everybody_sees(program: str) -> None:
    assert folders_of([program]) == ()


def _program(*parts: str) -> str:
    file = Path(*parts)
    file.parent.mkdir(parents=True)
    file.write_text("")
    return str(file)


def test_the_whole_installation(tmp_path: Path) -> None:
    node = _program(str(tmp_path), "versions", "v22", "bin", "node")
    assert folders_of([node, "--flag"]) == (str(tmp_path / "versions" / "v22"),)
    assert folders_of([_program(str(tmp_path), "alone", "tool")]) == (str(tmp_path / "alone"),)


def test_where_it_is_called_and_where_it_is(tmp_path: Path) -> None:
    node = _program(str(tmp_path), "v22", "bin", "node")
    link = tmp_path / "shims" / "node"
    link.parent.mkdir()
    link.symlink_to(node)
    assert folders_of([str(link)]) == (str(tmp_path / "shims"), str(tmp_path / "v22"))


def test_never_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folders_of([_program(str(tmp_path), "bin", "tool")]) == (str(tmp_path / "bin"),)
    assert folders_of([_program(str(tmp_path), "other", "bin", "tool")]) == (str(tmp_path / "other"),)
    (tmp_path / "tool").write_text("")
    assert folders_of([str(tmp_path / "tool")]) == ()
