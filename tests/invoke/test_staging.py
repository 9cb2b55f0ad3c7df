"""Unpacked code on disk, by a real worker process."""

import asyncio
import errno
import hashlib
import io
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
import uvloop

from portico.invoke import staging as staging_module
from portico.invoke.staging import CodeRefused, Staging, merged
from portico.store.port import Store


def zip_with(content: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", content)
    return buffer.getvalue()


def source_in(folder: str | None) -> str | None:
    """The unpacked source, or None when the folder is gone."""
    path = Path(folder or "", "app.py")
    return path.read_text() if path.exists() else None


def mode_of(folder: str) -> int:
    return stat.S_IMODE(Path(folder).stat().st_mode)


async def test_code_is_unpacked_once_and_shared(tmp_path: Path, store: Store) -> None:
    staging = Staging(root=tmp_path / "code", store=store)
    digest = await store.put_blob(zip_with("x = 1"))
    assert staging.path(digest) is None
    folders = await asyncio.gather(*(staging.ensure(digest) for _ in range(5)))
    assert set(folders) == {staging.path(digest)}
    assert source_in(folders[0]) == "x = 1"
    assert mode_of(folders[0]) == 0o555
    assert sorted(entry.name for entry in (tmp_path / "code").iterdir()) == sorted(["boot", digest])


async def test_names_that_are_not_ascii(tmp_path: Path, store: Store) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("größe/app.py", "x = 1")
    folder = await Staging(root=tmp_path / "code", store=store).ensure("1" * 64, buffer.getvalue())
    assert source_in(f"{folder}/größe") == "x = 1"


async def test_who_waits_for_what_is_refused_is_told_too(tmp_path: Path, store: Store) -> None:
    staging = Staging(root=tmp_path / "code", store=store)
    answers = await asyncio.gather(
        *(staging.ensure("0" * 64, b"no zip") for _ in range(3)), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [CodeRefused] * 3
    assert await staging.ensure("0" * 64, zip_with("x = 1")) == staging.path("0" * 64)


async def test_what_is_refused_leaves_nothing(tmp_path: Path, store: Store) -> None:
    staging = Staging(root=tmp_path / "code", store=store)
    with pytest.raises(CodeRefused) as refused:
        await staging.ensure("0" * 64, b"no zip")
    assert refused.value.kind == "zip"
    assert [entry.name for entry in (tmp_path / "code").iterdir()] == ["boot"]


async def test_a_bomb_is_refused_by_its_inflated_size(tmp_path: Path, store: Store) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(262_144_000))
    with pytest.raises(CodeRefused) as refused:
        await Staging(root=tmp_path / "code", store=store).ensure("0" * 64, buffer.getvalue())
    assert refused.value.kind == "size"


async def test_code_without_its_blob_is_a_key_error(tmp_path: Path, store: Store) -> None:
    with pytest.raises(KeyError):
        await Staging(root=tmp_path / "code", store=store).ensure(hashlib.sha256(b"gone").hexdigest())


async def test_a_new_server_uses_what_is_there(tmp_path: Path, store: Store) -> None:
    data = zip_with("x = 1")
    folder = await Staging(root=tmp_path / "code", store=store).ensure("1" * 64, data)
    after = Staging(root=tmp_path / "code", store=store)
    assert await after.ensure("1" * 64, b"not looked at") == folder


async def test_code_from_before_a_boot_is_made_again(tmp_path: Path, store: Store) -> None:
    folder = await Staging(root=tmp_path / "code", store=store).ensure("1" * 64, zip_with("x = 1"))
    (tmp_path / "code" / "boot").write_text("another boot")
    Staging(root=tmp_path / "code", store=store)
    assert source_in(folder) is None


async def test_code_that_somebody_tidied_away_is_made_again(tmp_path: Path, store: Store) -> None:
    staging = Staging(root=tmp_path / "code", store=store)
    folder = await staging.ensure("1" * 64, zip_with("x = 1"))
    tmp_path.joinpath("code", "1" * 64).rename(tmp_path / "code" / "elsewhere.x")
    assert staging.path("1" * 64) is None
    assert await staging.ensure("1" * 64, zip_with("x = 1")) == folder
    assert source_in(folder) == "x = 1"


async def test_nothing_stays_of_an_ephemeral_server(tmp_path: Path, store: Store) -> None:
    staging = Staging(root=tmp_path / "code", store=store)
    folder = await staging.ensure("1" * 64, zip_with("x = 1"))
    staging.clear()
    assert source_in(folder) is None
    assert staging.path("1" * 64) is None


async def test_what_nobody_needs_goes(tmp_path: Path, store: Store) -> None:
    staging = Staging(root=tmp_path / "code", store=store)
    kept = await staging.ensure("1" * 64, zip_with("x = 1"))
    gone = await staging.ensure("2" * 64, zip_with("x = 2"))
    await staging.keep_only({"1" * 64})
    assert source_in(kept) == "x = 1"
    assert source_in(gone) is None
    assert staging.path("2" * 64) is None
    assert await staging.ensure("2" * 64, zip_with("x = 2")) == gone


async def test_layers_share_one_folder_per_list(tmp_path: Path, store: Store) -> None:
    staging = Staging(root=tmp_path / "code", store=store)
    one, two = [await store.put_blob(zip_with(text)) for text in ("x = 1", "x = 2")]
    both = await staging.ensure_layers((one, two))
    assert source_in(both) == "x = 2"
    assert source_in(await staging.ensure_layers((two, one))) == "x = 1"
    assert await staging.ensure_layers((one, two)) == both == staging.path(merged((one, two)))
    assert mode_of(both) == 0o555
    await staging.keep_only([merged((one, two))])
    assert staging.path(merged((two, one))) is None
    assert merged(()) == ""


async def test_a_zip_is_measured_and_leaves_nothing(tmp_path: Path, store: Store) -> None:
    staging = Staging(root=tmp_path / "code", store=store)
    assert await staging.measure(zip_with("x = 1")) == 5
    with pytest.raises(CodeRefused):
        await staging.measure(b"no zip")
    assert [entry.name for entry in (tmp_path / "code").iterdir()] == ["boot"]
    assert await staging.unpacked_bytes(await store.put_blob(zip_with("x = 12"))) == 6


def test_a_worker_that_ends_before_its_input_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one does that is given an empty zip, on a busy machine. uvloop calls its pipe a closed handle then."""
    worker = tmp_path / "worker.py"
    worker.write_text('print(\'{"files": 1, "bytes": 7}\')')
    monkeypatch.setattr(staging_module, "_UNPACK", str(worker))
    create = asyncio.create_subprocess_exec

    async def create_slowly(*words: str, **options: Any) -> asyncio.subprocess.Process:
        process = await create(*words, **options)
        await process.wait()  # the loop has heard of its end
        return process

    monkeypatch.setattr(staging_module.asyncio, "create_subprocess_exec", create_slowly)

    async def measure() -> list[int]:
        made = Staging(root=tmp_path / "code", store=None)  # type: ignore[arg-type]
        return await asyncio.gather(*(made.measure(b"x" * size) for size in (0, 1, 1_000_000)))

    assert uvloop.run(measure()) == [7, 7, 7]


async def test_a_worker_that_can_not_be_started_is_no_fault_of_the_zip(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*words: str, **options: Any) -> asyncio.subprocess.Process:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(staging_module.asyncio, "create_subprocess_exec", refuse)
    with pytest.raises(CodeRefused) as refused:
        await Staging(root=tmp_path / "code", store=store).measure(zip_with("x = 1"))
    assert refused.value.kind == "disk"
