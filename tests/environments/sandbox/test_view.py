"""What a function sees where folders of the machine and its own would be at the same place."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portico.environments.launchers.forkserver.client import ForkServer
from portico.environments.sandbox.users import Users


@pytest.fixture(params=["/tmp", "/opt"])
def installed(request: pytest.FixtureRequest) -> Iterator[str]:
    """An interpreter in a virtual environment below a folder that environments have for themselves."""
    if not os.access(request.param, os.W_OK):
        pytest.skip(f"{request.param} is not ours")
    folder = tempfile.mkdtemp(dir=request.param)
    Path(folder).chmod(0o755)
    (Path(folder) / "bin").mkdir()
    python = Path(folder) / "bin" / "python"
    python.symlink_to(os.path.realpath(sys.executable))
    yield str(python)
    shutil.rmtree(folder)


async def test_an_interpreter_below_tmp_or_opt_is_there_beside_what_is_the_functions(
    installed: str, launched: Any, folder: Path
) -> None:
    (folder / "python").mkdir()
    (folder / "python" / "mod.py").write_text("")
    (folder / "link").symlink_to("../../../../../../../../etc/passwd")
    server = ForkServer(sdk_folder="", tier="A", users=Users(), python=installed)
    script = f"{installed} -c 'print(41 + 1)'; ls /opt/python; readlink /opt/link; touch /opt/x 2>/dev/null; echo $?"
    environment = await launched(server, "/bin/sh", "-c", script, opt_dir=str(folder))
    environment.configure()
    lines = [await environment.line() for _ in range(4)]
    assert lines == ["42", "mod.py", "../../../../../../../../etc/passwd", "1"]
    await environment.gone()
    await server.close()
