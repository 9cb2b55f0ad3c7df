"""What the process launcher executes.

`python -I -S -X utf8 program.py keep SDK_FOLDER CHANNEL_FD LOG_FD CONTROL_FD HELD_FD frames|api PROGRAM...` is the first process of an
environment; `... program.py run SDK_FOLDER` the Python runtime, which finds its channel at descriptor 3.
"""

from __future__ import annotations

import importlib
import os
import runpy
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
_BOOT = os.path.join(os.path.dirname(_HERE), "forkserver", "boot.py")
_CHANNEL_FD = 3


def keep(sdk_folder: str, *arguments: str) -> None:
    """Be the first process; return when the environment is over."""
    boot = runpy.run_path(_BOOT)
    boot["load"]("_portico", boot["_ENVIRONMENTS"])
    keeper = importlib.import_module("_portico.launchers.process.keeper")
    channel_fd, log_fd, control_fd, held_fd = map(int, arguments[:4])
    runtime = [sys.executable, *("-I", "-S", "-X", "utf8"), os.path.abspath(__file__), "run", sdk_folder]
    frames, *program = arguments[4:]
    os.set_inheritable(held_fd, False)  # its end says that this process is gone
    keeper.keep(channel_fd, log_fd, control_fd, keeper.Start(runtime, program, frames == "frames"))


def run(sdk_folder: str) -> None:
    """Be the Python runtime; return when the server is gone."""
    boot = runpy.run_path(_BOOT)
    bootstrap = boot["be_runtime"](sdk_folder)
    bootstrap.prepare()
    bootstrap.main(_CHANNEL_FD, _refuse_copies)


def _refuse_copies(_: int) -> int:
    raise OSError("only what was forked can be copied")


if __name__ == "__main__":
    {"keep": keep, "run": run}[sys.argv[1]](*sys.argv[2:])
