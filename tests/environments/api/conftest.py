"""Functions that are a program named `bootstrap`, over a supervisor."""

import importlib.metadata
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import programs
from portico.environments.work import EnvironmentSpec

PACKAGES = ("awslambdaric", "simplejson", "snapshot-restore-py")
BOOTSTRAP = f'#!/bin/sh\nexec {sys.executable} -m awslambdaric "$_HANDLER"\n'

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


@pytest.fixture
def client_package(workshop: Any, program: Program) -> Program:
    """`client_package(source, ...)`: a function whose `bootstrap` is AWS's client for Python, with this `app.py`."""

    def make(source: str, **changes: Any) -> EnvironmentSpec:
        folder = Path(workshop.root) / "p"
        variables = {"PYTHONPATH": f"/var/task:{folder}", **changes.pop("variables", {})}
        spec = program(BOOTSTRAP, variables=variables, **changes)
        (folder / "app.py").write_text(dedent(source))
        for package in PACKAGES:
            for file in importlib.metadata.files(package) or ():
                if not file.parts[0].startswith(".."):
                    (folder / file).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(str(file.locate()), folder / file)
        return spec

    return make
