"""Functions that are a program named `bootstrap`, over a supervisor."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import programs
from portico.environments.work import EnvironmentSpec

Program = Callable[..., EnvironmentSpec]


@pytest.fixture
def program(workshop: Any) -> Program:
    """`program(source, name=..., ...)`: a function whose `bootstrap` is this Python source (with `programs.CLIENT`), or, if it says
    its interpreter itself or is bytes, this file."""

    def make(source: str | bytes, *, name: str = "p", mode: int = 0o755, **changes: Any) -> EnvironmentSpec:
        spec: EnvironmentSpec = workshop.function(name, "", runtime="provided.al2023", **changes)
        if isinstance(source, str) and not source.startswith("#!"):
            source = programs.python(source)
        file = Path(workshop.root) / name / "bootstrap"
        file.write_bytes(source if isinstance(source, bytes) else source.encode())
        file.chmod(mode)
        return spec

    return make


@pytest.fixture
def extension(workshop: Any) -> Callable[..., None]:
    """`extension(source, name=..., function=...)`: a layer of that function has this external extension."""

    def make(source: str | bytes, *, name: str = "watcher", function: str = "p", mode: int = 0o755) -> None:
        layer = Path(workshop.root) / f"{function}-layer"
        folder = layer / "extensions"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / name
        file.write_bytes(source if isinstance(source, bytes) else programs.extension(source).encode())
        file.chmod(mode)
        workshop.opt_dirs[function] = str(layer)

    return make
