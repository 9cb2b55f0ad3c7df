"""The program that a zygote executes: `python -I -S -X utf8 boot.py CONTROL_FD SDK_FOLDER TIER SHOWN...`.

It loads the launcher's, the sandbox's and the runtime's modules under a private name, so that `portico` itself stays unknown in
here, and runs the zygote. In the process of an environment `serve` returns, and the function's life begins at the top of the stack.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from types import ModuleType

_HERE = os.path.dirname(os.path.abspath(__file__))
_ENVIRONMENTS = os.path.dirname(os.path.dirname(_HERE))

# What functions import most often: loaded once for all of them, or each cold start pays for it, with time and with memory.
_COMMON = (
    "base64",
    "dataclasses",
    "datetime",
    "encodings.ascii",
    "encodings.latin_1",
    "enum",
    "hashlib",
    "logging",
    "pathlib",
    "random",
    "typing",
    "uuid",
)


def load(name: str, folder: str) -> None:
    """Make the package in `folder` importable as `name`."""
    spec = importlib.util.spec_from_file_location(
        name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"no package in {folder}")
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])


def be_runtime(sdk_folder: str) -> ModuleType:
    """Load the Python runtime and what functions find beside their own code: the module that has its loop."""
    load("_portico", _ENVIRONMENTS)
    snapshots = importlib.import_module("_portico.runtimes.python.snapshot")
    sdk = importlib.import_module("_portico.runtimes.python.sdk")
    bootstrap = importlib.import_module("_portico.runtimes.python.bootstrap")
    for name in _COMMON:
        importlib.import_module(name)
    sys.path[:] = [entry for entry in sys.path if entry != _HERE]
    site = importlib.import_module("site")
    site.setquit()  # `exit` and `quit`, which the start without `site` leaves out
    if sdk_folder:
        sdk.offer(sdk_folder)
    sdk.offer(snapshots.OFFERED, (snapshots.MODULE,))
    importlib.import_module("_portico.runtimes.python.names").install()
    return bootstrap


def settle(load: Callable[[], None] = lambda: None) -> None:
    """Load what the environments are to share, and let the collector never look at it again, which would write to it."""
    load()
    gc.collect()
    gc.freeze()


def main(control_fd: int, sdk_folder: str, tier: str, shown: list[str]) -> None:
    """Be a zygote; return only at the end of an environment's process."""
    bootstrap = be_runtime(sdk_folder)
    zygote = importlib.import_module("_portico.launchers.forkserver.zygote")
    snapshot = importlib.import_module("_portico.launchers.forkserver.snapshot")
    nested = importlib.import_module("_portico.sandbox.nested")
    cells = importlib.import_module("_portico.sandbox.cells")
    sdk = importlib.import_module("_portico.runtimes.python.sdk")
    importlib.import_module("_portico.runtimes.python.rehearsal").rehearse()
    bootstrap.prepare()
    settle()
    cell = cells.TIERS[tier](shown)
    channel_fd = zygote.serve(control_fd, cell, lambda: settle(sdk.preload))
    copied = nested.NestedWalled(cell.shown) if tier == "A" else nested.NestedProcess()
    bootstrap.main(channel_fd, lambda fd: snapshot.serve(fd, copied))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:])
