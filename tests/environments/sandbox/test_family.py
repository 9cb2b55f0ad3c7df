"""What the first process of an environment does when the server tells it something."""

from pathlib import Path
from typing import Any

_WAITS = "trap 'echo terminated; exit 3' TERM; echo begun; read x <&3"


async def test_the_runtime_is_told_to_terminate_and_says_how_it_ended(launch: Any) -> None:
    environment = await launch("/bin/sh", "-c", _WAITS, speaks_frames=True)
    environment.configure()
    assert await environment.line() == "begun"
    environment.control.terminate()
    assert await environment.line() == "terminated"
    await environment.said(("ended", 3))
    await environment.gone()


async def test_what_a_runtime_started_in_its_group_is_told_too(launch: Any) -> None:
    inner = _WAITS.replace("'", '"')
    script = f"trap : TERM; sh -c '{inner}' & wait; wait; exit 6"
    environment = await launch("/bin/sh", "-c", script, speaks_frames=True)
    environment.configure()
    assert await environment.line() == "begun"
    environment.control.terminate()
    assert await environment.line() == "terminated"
    await environment.said(("ended", 6))


def _extension(folder: Path, name: str, source: str) -> str:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{source}\n")
    file.chmod(0o755)
    return name


async def test_extensions_run_beside_the_function_and_their_ends_are_told(launch: Any, folder: Path) -> None:
    _extension(folder, "one", "echo one $MINE $(id -u); exit 5")
    environment = await launch("/bin/sh", "-c", "read never <&3", opt_dir=str(folder), speaks_frames=True)
    layers = environment.layout.layers_dir
    environment.configure()
    environment.control.start_extensions([f"{layers}/one"], {"MINE": "ü"}, environment.log_writer)
    words = (await environment.line()).split()
    assert words[:2] == ["one", "ü"]
    await environment.said(("extension", "one", 5))
    assert environment.control.status is None


async def test_an_extension_that_can_not_be_executed(launch: Any, folder: Path) -> None:
    environment = await launch("/bin/sh", "-c", "read never <&3", opt_dir=str(folder), speaks_frames=True)
    environment.configure()
    environment.control.start_extensions(
        [f"{environment.layout.layers_dir}/none"], {}, environment.log_writer
    )
    assert (await environment.line()).endswith("/none: No such file or directory")
    await environment.said(("extension", "none", 126))


async def test_extensions_have_a_moment_after_the_function_has_ended(launch: Any, folder: Path) -> None:
    _extension(
        folder, "slow", "read x < /dev/null; echo up; while [ -d /proc/$RUNTIME ]; do :; done; echo last"
    )
    environment = await launch(
        "/bin/sh", "-c", "echo $$; read x <&3; exit 4", opt_dir=str(folder), speaks_frames=True
    )
    environment.configure()
    pid = await environment.line()
    environment.control.start_extensions(
        [f"{environment.layout.layers_dir}/slow"], {"RUNTIME": pid, "PATH": "/bin"}, environment.log_writer
    )
    assert await environment.line() == "up"
    environment.begin()
    await environment.said(("ended", 4))
    assert await environment.line() == "last"
    await environment.said(("extension", "slow", 0))
    await environment.gone()


async def test_nothing_is_left_of_extensions_when_the_server_is_gone(
    launch: Any, folder: Path, alive: Any
) -> None:
    mark = str(folder / "forever")
    _extension(folder, "forever", f"echo up; exec sh -c 'sleep 4711; true' {mark}")
    environment = await launch("/bin/sh", "-c", "read never <&3", opt_dir=str(folder), speaks_frames=True)
    environment.configure()
    environment.control.start_extensions(
        [f"{environment.layout.layers_dir}/forever"], {"PATH": "/bin"}, environment.log_writer
    )
    assert await environment.line() == "up"
    environment.control.close()
    await environment.gone()
    assert alive(mark) == []
