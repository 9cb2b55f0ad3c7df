"""Environments that are started before it is known for which function."""

from pathlib import Path
from typing import Any

_BEGIN = "read x <&3; "


async def test_it_is_shown_its_code_and_layers_later(launch: Any, folder: Path, tmp_path: Path) -> None:
    (folder / "code.txt").write_text("code")
    layers = tmp_path / "layers"
    layers.mkdir()
    (layers / "layer").write_text("of a layer\n")
    look = "ls {0}; cat {1}/layer; df -m /tmp | tail -1 | awk '{{print $2}}'; touch {0}/x 2>/dev/null; echo $?; ls -A /.portico"
    inside = ("/var/task", "/opt")
    script = f"if [ -e {folder} ]; then {look.format(folder, layers)}; else {look.format(*inside)}; fi"
    environment = await launch("/bin/sh", "-c", _BEGIN + script, late=True, speaks_frames=True)
    environment.control.place(str(folder), str(layers), 600)
    await environment.said("placed")
    environment.begin()
    assert await environment.line() == "code.txt"
    assert await environment.line() == "of a layer"
    if environment.tier == "A":
        assert await environment.line() == "600"
        assert await environment.line() == "1"
        assert "Permission denied" in await environment.line()


async def test_the_machine_can_not_be_seen_before_or_after(launch: Any, folder: Path) -> None:
    look = f"ls -A /.portico/host 2>&1; ls {folder} 2>&1; "
    environment = await launch("/bin/sh", "-c", look + _BEGIN + look, late=True, speaks_frames=True)
    if environment.tier != "A":
        return
    for _ in range(2):
        lines = [await environment.line(), await environment.line()]
        assert "Permission denied" in lines[0]
        assert "No such file" in lines[1]
        environment.control.place(str(folder), "", 512)
        await environment.said("placed")
        environment.begin()


async def test_what_can_not_be_placed_ends_it(launch: Any) -> None:
    environment = await launch("/bin/sh", "-c", f"{_BEGIN}echo never", late=True, speaks_frames=True)
    if environment.tier != "A":
        return
    environment.control.place("/nowhere/at/all", "", 512)
    await environment.gone()
    environment.control.drain()
    assert "/nowhere/at/all" in environment.control.failure
