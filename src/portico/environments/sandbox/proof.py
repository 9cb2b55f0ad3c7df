"""Which walls hold on this machine: a probe environment of a tier is started, runs into all of them (`probe.py`), and tells."""

import asyncio
import os
import secrets
import socket
import tempfile

import msgspec

from portico.environments.launchers.port import Launcher, LaunchFailed, Layout

_PATIENCE_S = 10.0
_ANSWER_BYTES_MAX = 1 << 16


class Wall(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One wall. `gap` says what gave way, "" when it holds."""

    name: str
    gap: str


async def prove(launcher: Launcher, *, attacks: str = "") -> list[Wall]:
    """Run into every wall that the launcher's tier claims (tier C: none), or that the tier `attacks` does.

    Raises:
        LaunchFailed: the environment does not start; the message says why.
    """
    name = f"portico-{secrets.token_hex(8)}"
    with tempfile.NamedTemporaryFile(prefix="portico-") as file, socket.socket(socket.AF_UNIX) as reachable:
        reachable.bind("\0" + name)
        reachable.listen(1)
        os.fchmod(file.fileno(), 0o644)
        outside: dict[str, str | int] = {
            "file": file.name,
            "pid": os.getpid(),
            "uid": os.getuid(),
            "socket": name,
            "tier": attacks,
        }
        return await _run(launcher, outside)


async def _run(launcher: Launcher, outside: dict[str, str | int]) -> list[Wall]:
    ours, channel = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    log_reader, log_writer = os.pipe()
    try:
        layout = launcher.locate(Layout(probe=outside, tmp_mb=1))
        process = await launcher.launch(layout, channel, log_writer, theirs)
        channel.close()
        try:
            return await _answer(ours, control, log_reader)
        finally:
            os.close(process.pidfd)
    finally:
        for end in (ours, channel, control, theirs):
            end.close()
        for fd in (log_reader, log_writer):
            os.close(fd)


async def _answer(ours: socket.socket, control: socket.socket, log_reader: int) -> list[Wall]:
    """What the probe says before it ends."""
    ours.setblocking(False)
    loop = asyncio.get_running_loop()
    said = b""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            while part := await loop.sock_recv(ours, _ANSWER_BYTES_MAX):
                said += part
    except TimeoutError as error:
        raise LaunchFailed("the probe environment does not answer") from error
    if not said:
        raise LaunchFailed(_why(control, log_reader))
    return msgspec.json.decode(said, type=list[Wall])


def _why(control: socket.socket, log_reader: int) -> str:
    """Why there was no answer: the first process's words, or what was written to the log."""
    for fd in (control.fileno(), log_reader):
        os.set_blocking(fd, False)
        try:
            words = os.read(fd, _ANSWER_BYTES_MAX)
        except BlockingIOError:
            continue
        if words[:1] == b"F" or fd == log_reader:
            return words.decode(errors="replace").removeprefix("F").strip()
    return "the probe environment ended without a word"
