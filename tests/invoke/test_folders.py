"""Folders that are code: which may be, and whether they have changed."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portico.invoke import tree_watch
from portico.invoke.folders import FolderRefused, Folders
from portico.invoke.tree_watch import TreeWatch, watch


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    (tmp_path / "code" / "app").mkdir(parents=True)
    (tmp_path / "code" / ".portico").mkdir()
    (tmp_path / "other").mkdir()
    return Folders(roots=[str(tmp_path / "code")], forbidden=tmp_path / "code" / ".portico")


def test_a_folder_below_a_root(folders: Folders, tmp_path: Path) -> None:
    assert folders.check(f"{tmp_path}/code/app") == f"{tmp_path}/code/app"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/other", "not below"),
        ("/code/../other", "plain"),
        ("/code//app", "plain"),
        ("/codeine", "not below"),
        ("/code/.portico", "own data"),
        ("/code/.portico/code", "own data"),
        ("/code", "own data"),
        ("/code/none", "No such file"),
        ("/code/file", "Not a directory"),
        ("/code/link", "link"),
        ("/code/link/inner", "link"),
    ],
)
def test_what_may_not_be_mounted(folders: Folders, tmp_path: Path, path: str, why: str) -> None:
    (tmp_path / "code" / "file").touch()
    (tmp_path / "other" / "inner").mkdir()
    (tmp_path / "code" / "link").symlink_to(tmp_path / "other")
    with pytest.raises(FolderRefused, match=why):
        folders.check(f"{tmp_path}{path}")


def test_a_relative_path(folders: Folders) -> None:
    with pytest.raises(FolderRefused, match="absolute"):
        folders.check("app")


def test_without_roots_nothing_is_mounted(tmp_path: Path) -> None:
    with pytest.raises(FolderRefused, match="--code-roots"):
        Folders(roots=(), forbidden=None).check(str(tmp_path))


def test_the_epoch_grows_with_each_change_and_only_then(folders: Folders, tmp_path: Path) -> None:
    folder = f"{tmp_path}/code/app"
    first = folders.epoch(folder)
    assert folders.epoch(folder) == first
    (tmp_path / "code/app/a.py").write_text("1")
    second = folders.epoch(folder)
    assert second > first
    assert folders.epoch(folder) == second
    folders.close()


@pytest.fixture(params=["inotify", "looking"])
def seen(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TreeWatch]:
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "deep" / "deeper" / "a.py").write_text("1")
    if request.param == "looking":
        monkeypatch.setattr(tree_watch, "_Inotify", _refused)
    watched = watch(str(tmp_path))
    yield watched
    watched.close()


def _refused(folder: str) -> TreeWatch:
    raise OSError("no inotify here")


def _write(folder: Path) -> None:
    (folder / "deep/deeper/a.py").write_text("22")


def _replace(folder: Path) -> None:
    (folder / "new.py").write_text("2")
    os.replace(folder / "new.py", folder / "deep/deeper/a.py")


def _remove(folder: Path) -> None:
    (folder / "deep/deeper/a.py").unlink()


def _make_folder(folder: Path) -> None:
    (folder / "deep/newer").mkdir()


@pytest.mark.parametrize("change", [_write, _replace, _remove, _make_folder])
def test_changes_anywhere_below(seen: TreeWatch, tmp_path: Path, change: Callable[[Path], None]) -> None:
    assert not seen.changed()
    change(tmp_path)
    assert seen.changed()
    assert not seen.changed()


def test_what_is_in_a_folder_that_came_later(seen: TreeWatch, tmp_path: Path) -> None:
    (tmp_path / "later" / "inner").mkdir(parents=True)
    assert seen.changed()
    (tmp_path / "later/inner/b.py").write_text("x")
    assert seen.changed()


def test_what_tools_keep_beside_code_is_no_change(tmp_path: Path) -> None:
    watched = watch(str(tmp_path))
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").touch()
    assert not watched.changed()
    watched.close()


def test_a_folder_that_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    watched = watch(str(folder))
    folder.rename(tmp_path / "old")
    assert watched.changed()
    folder.mkdir()
    assert watched.changed()
    (folder / "a.py").write_text("new")
    assert watched.changed()
    watched.close()
