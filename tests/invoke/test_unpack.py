"""The zip rules, against hostile and ordinary zips."""

import io
import os
import random
import stat
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from portico.invoke import unpack
from portico.invoke.unpack import stays_inside


def entry(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, data in entries:
            archive.writestr(info if isinstance(info, zipfile.ZipInfo) else entry(info), data)
    return out.getvalue()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    return folder


def test_files_folders_and_inner_links_are_kept_read_only(root: Path) -> None:
    data = zipped(
        ("app.py", b"x = 1\n"),
        (entry("bin/", stat.S_IFDIR | 0o2775), b""),
        (entry("bin/run", stat.S_IFREG | 0o755), b"#!/bin/sh\n"),
        (entry("lib/current", stat.S_IFLNK | 0o777), b"../bin"),
        (entry("lib/run", stat.S_IFLNK | 0o777), b"current/run"),
    )
    assert unpack.unpack([data], str(root)) == {"files": 2, "bytes": 16}
    assert (root / "app.py").read_text() == "x = 1\n"
    assert stat.S_IMODE((root / "app.py").stat().st_mode) == 0o444
    assert stat.S_IMODE((root / "bin/run").stat().st_mode) == 0o555
    assert stat.S_IMODE((root / "bin").stat().st_mode) == 0o555
    assert os.readlink(root / "lib/run") == "current/run"
    assert (root / "lib/run").read_text() == "#!/bin/sh\n"


def hard_link() -> zipfile.ZipInfo:
    info = entry("hard")
    info.extra = struct.pack("<HH", 0x000D, 12 + 5) + bytes(12) + b"other"
    return info


@pytest.mark.parametrize(
    "entries",
    [
        [("../out", b"")],
        [("a/../../out", b"")],
        [("/etc/passwd", b"")],
        [("same", b"1"), ("same", b"2")],
        [("same", b"1"), ("./same", b"2")],
        [("a", b"1"), ("a/b", b"2")],
        [(entry("link", stat.S_IFLNK), b"/etc/passwd")],
        [(entry("link", stat.S_IFLNK), b"../out")],
        [(entry("d/root", stat.S_IFLNK), b".."), (entry("x", stat.S_IFLNK), b"d/root/../../out")],
        [(entry("link", stat.S_IFLNK), b"sub"), ("link/file", b"through the link")],
        [(entry("loop", stat.S_IFLNK), b"loop")],
        [(entry("pipe", stat.S_IFIFO | 0o644), b"")],
        [(entry("disk", stat.S_IFBLK | 0o644), b"")],
        [(entry("root", stat.S_IFREG | stat.S_ISUID | 0o755), b"")],
        [(entry("root", stat.S_IFREG | stat.S_ISGID | 0o755), b"")],
        [(hard_link(), b"")],
        [("x" * 300, b"")],
    ],
    ids=lambda entries: repr(entries[0][0])[:40],
)
def test_a_hostile_entry_is_refused(root: Path, entries: list[tuple[str | zipfile.ZipInfo, bytes]]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile warns of the duplicate that is meant here
        data = zipped(*entries)
    assert unpack.unpack([data], str(root))["refused"] == "zip"
    assert not (root.parent / "out").exists()


def test_what_is_not_a_zip_is_refused(root: Path) -> None:
    whole = zipped(("app.py", b"x = 1\n" * 1000))
    assert unpack.unpack([b"not a zip"], str(root))["refused"] == "zip"
    assert unpack.unpack([whole[:-30]], str(root))["refused"] == "zip"
    assert unpack.unpack([whole[20:]], str(root))["refused"] == "zip"


def test_a_damaged_entry_is_refused(root: Path) -> None:
    whole = bytearray(zipped(("app.py", os.urandom(4096))))
    whole[200] ^= 0xFF
    assert unpack.unpack([bytes(whole)], str(root))["refused"] == "zip"


def test_nothing_is_an_empty_zip(root: Path) -> None:
    assert unpack.unpack([b""], str(root))["refused"] == "empty"
    assert unpack.unpack([zipped()], str(root))["refused"] == "empty"


def test_a_bomb_is_counted_while_it_inflates(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "UNZIPPED_BYTES_MAX", 1_000_000)
    bomb = zipped(("zeros", bytes(2_000_000)))
    lying = bomb.replace(struct.pack("<I", 2_000_000), struct.pack("<I", 10))
    assert unpack.unpack([bomb], str(root))["refused"] == "size"
    assert (root / "zeros").stat().st_size < 1_100_000
    assert "refused" in unpack.unpack([lying], str(root / ".."))


def test_many_files_count_together(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "UNZIPPED_BYTES_MAX", 1_000_000)
    data = zipped(*((f"f{number}", bytes(100_000)) for number in range(11)))
    assert unpack.unpack([data], str(root))["refused"] == "size"


@pytest.mark.parametrize(
    ("place", "target", "inside"),
    [
        (("a", "b"), "../c", True),
        (("a", "b"), "../../c", False),
        (("a",), "x/./y//z", True),
        (("a",), "", False),
        (("a",), "up/..", False),
        (("a",), "deep/up", True),
    ],
)
def test_links_are_followed_component_by_component(place: tuple[str, ...], target: str, inside: bool) -> None:
    links = {("up",): ".", ("deep", "up"): ".."}
    assert stays_inside(place, target, links) is inside


def test_no_damage_breaks_the_worker_or_leaves_the_folder(tmp_path: Path) -> None:
    whole = zipped(
        ("a/b.py", b"x = 1\n" * 50),
        ("c", os.urandom(300)),
        (entry("link", stat.S_IFLNK | 0o777), b"a/b.py"),
    )
    chance = random.Random(5)
    for number in range(300):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 2, 10))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        home = tmp_path / str(number)
        (home / "code").mkdir(parents=True)
        answer = unpack.unpack([bytes(damaged)], str(home / "code"))
        assert answer.get("refused", "") in ("", "zip", "empty")
        assert [path.name for path in home.iterdir()] == ["code"]


def test_layers_are_merged_in_order_and_the_last_one_wins(root: Path) -> None:
    first = zipped(
        ("python/a.py", b"first"),
        ("python/only_first.py", b"1"),
        ("swap/inner/x", b"x"),
        (entry("link", stat.S_IFLNK | 0o777), b"python"),
        (entry("kept", stat.S_IFLNK | 0o777), b"python/a.py"),
        ("plain", b"a file"),
    )
    second = zipped(
        ("python/a.py", b"second"),
        ("swap", b"now a file"),
        ("link/in_a_folder_now", b"y"),
        (entry("plain", stat.S_IFLNK | 0o777), b"swap"),
    )
    answer = unpack.unpack([first, second], str(root))
    assert answer["files"] == 7
    assert (root / "python/a.py").read_text() == "second"
    assert (root / "python/only_first.py").read_text() == "1"
    assert (root / "swap").read_text() == "now a file"
    assert os.listdir(root / "link") == ["in_a_folder_now"]
    assert sorted(os.listdir(root / "python")) == ["a.py", "only_first.py"]
    assert (root / "kept").read_text() == "second"
    assert os.readlink(root / "plain") == "swap"


def test_links_of_two_layers_that_leave_together_are_refused(root: Path) -> None:
    first = zipped((entry("deep/up", stat.S_IFLNK | 0o777), b"."))
    second = zipped((entry("out", stat.S_IFLNK | 0o777), b"deep/up/../.."))
    assert "refused" not in unpack.unpack([second], str(root))
    os.chmod(root, 0o755)
    os.unlink(root / "out")
    assert unpack.unpack([first, second], str(root))["refused"] == "zip"


def test_a_layer_never_writes_through_a_link_of_another(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    first = zipped((entry("a", stat.S_IFLNK | 0o777), b"../outside"))
    second = zipped(("a/written", b"x"))
    unpack.unpack([first, second], str(root))
    assert os.listdir(outside) == []


def test_all_layers_count_together(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "UNZIPPED_BYTES_MAX", 1000)
    assert "refused" not in unpack.unpack([zipped(("a", bytes(999)))], str(root))
    os.chmod(root, 0o755)
    assert (
        unpack.unpack([zipped(("b", bytes(600))), zipped(("c", bytes(600)))], str(root))["refused"] == "size"
    )
