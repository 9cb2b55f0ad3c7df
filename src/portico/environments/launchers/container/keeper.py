"""The program that stands beside a container: it starts it, says which process it is, and takes it along when it ends itself.

`python -I -S keeper.py CONTROL_FD REPORT_FD ENGINE NAME -- COMMAND...`; the report is a line, `pid N` or `failed WORDS`. SIGTERM,
the end of the server and the end of its control socket end the container. To the server it says on the control socket what the first
process of other environments says: `S` and a wait status.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import struct
import subprocess
import sys

_PR_SET_PDEATHSIG = 1
_LOOK_EVERY_S = 0.02
_TERMINATE = b"T"


def main(control_fd: int, report_fd: int, engine: str, name: str, command: list[str]) -> None:
    """Keep the container until it has ended."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGTERM))
    signal.signal(signal.SIGTERM, lambda *_: _tell(engine, "kill", name))
    # The file of the variables is inherited too, which the command names.
    os.set_inheritable(control_fd, False)
    os.set_inheritable(report_fd, False)
    running = subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=False)  # noqa: S603 - the operator's engine
    with os.fdopen(report_fd, "w") as report:
        pid = _process(running, engine, name)
        report.write(f"pid {pid}\n" if pid else f"failed {engine} ended with {running.poll()}\n")
    if pid:
        _watch(control_fd, running, engine, name)
    status = running.wait()
    packed = -status if status < 0 else (status - 128 if status > 128 else status << 8)
    with contextlib.suppress(OSError):
        os.write(control_fd, b"S" + struct.pack("!i", packed))


def _process(running: subprocess.Popen[bytes], engine: str, name: str) -> int:
    """The container's first process as the machine sees it; 0 when it does not come to that."""
    while running.poll() is None:
        told = subprocess.run(  # noqa: S603
            [engine, "inspect", "--format={{.State.Pid}}", name],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        text = told.stdout.strip()
        if text.isdigit() and int(text):
            return int(text)
        select.select([], [], [], _LOOK_EVERY_S)
    return 0


def _watch(control_fd: int, running: subprocess.Popen[bytes], engine: str, name: str) -> None:
    """Do what the server says until the container ends."""
    pidfd = os.pidfd_open(running.pid)
    while True:
        ready, _, _ = select.select([control_fd, pidfd], [], [])
        if pidfd in ready:
            return
        try:
            message = os.read(control_fd, 65_536)
        except OSError:
            message = b""
        if not message:
            _tell(engine, "kill", name)
            return
        if message[:1] == _TERMINATE:
            _tell(engine, "kill", "--signal=TERM", name)


def _tell(engine: str, *words: str) -> None:
    subprocess.run(  # noqa: S603
        [engine, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[6:])
