"""The function's process becomes a program of its own: what custom runtimes and all that is not Python start with."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
from typing import Any, NoReturn

_HEAD = struct.Struct("!Ic")
_FRAME = struct.Struct("!IcIB")  # as `runtimes/python/frames.py` sends them
_CONFIGURE, _NOT_STARTED = b"C", b"X"


def execute(channel_fd: int, program: list[str], *, keep_channel: bool) -> NoReturn:
    """Read the configuration, which holds the environment's variables, and execute `program` in the function's folder with them.

    What can't be executed is told over the channel, and ends the process with the status that shells use, 126 or 127.
    """
    configuration = _configuration(channel_fd)
    folder: str = configuration["code_dir"]
    variables: dict[str, str] = configuration["variables"]
    os.set_inheritable(channel_fd, keep_channel)
    if keep_channel:
        _stand_back()
    try:
        os.chdir(folder)
        os.execve(program[0], program, variables)  # noqa: S606 - the runtime's own program
    except OSError as error:
        words = f"fork/exec {program[0]}: {(error.strerror or str(error)).lower()}".encode()
        os.set_blocking(channel_fd, True)
        os.write(channel_fd, _FRAME.pack(_FRAME.size - 5 + len(words), _NOT_STARTED, 0, 0) + words)
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)


def execute_ahead(channel_fd: int, program: list[str], variables: dict[str, str]) -> NoReturn:
    """Execute `program` for no function yet: it reads its configuration itself."""
    os.set_inheritable(channel_fd, True)
    _stand_back()
    try:
        os.chdir("/")
        os.execve(program[0], program, variables)  # noqa: S606 - the runtime's own program
    except OSError as error:
        os.write(2, f"{program[0]}: {error.strerror}\n".encode())
        os._exit(126)


def _stand_back() -> None:
    """As our Python runtime does: do not preempt the server when it hands over an event."""
    with contextlib.suppress(OSError, AttributeError):  # a sandbox may refuse it, macOS does not have it
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _configuration(channel_fd: int) -> dict[str, Any]:
    channel = socket.socket(fileno=channel_fd)
    length, kind = _HEAD.unpack(_read(channel, _HEAD.size))
    body = _read(channel, length)
    channel.detach()
    if kind != _CONFIGURE:
        os._exit(70)
    found: dict[str, Any] = json.loads(body)
    return found


def _read(channel: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = channel.recv(size - len(data))
        if not more:  # the server is gone
            os._exit(0)
        data += more
    return data
