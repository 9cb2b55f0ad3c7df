"""The program that keeps the pastas of a server: `python -I -S keeper.py CONTROL_FD PASTA ARGUMENTS...`.

A request is a packet with a number and three descriptors: an environment's network, the user namespace that this belongs to, and its first
process. The answer is `number ready` or `number failed WORDS`. A pasta ends with its environment; all of them end with the server,
even one that is killed, when the control socket does. Standard library only.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

_MESSAGE_BYTES_MAX = 4096
_DESCRIPTORS = 3
_WORDS_MAX = 500
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4


class Pasta:
    """One that is starting or runs. `ready_fd` is where it says that it is ready, `end_fd` becomes readable when it has to end."""

    def __init__(self, number: str, command: list[str], descriptors: list[int]) -> None:
        self.number = number
        network, users, self.end_fd = descriptors
        self._folder = tempfile.mkdtemp(prefix="portico-")
        saying = os.path.join(self._folder, "pid")  # what pasta writes to it once it is ready
        os.mkfifo(saying, 0o600)
        self.ready_fd = os.open(saying, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._stand_in = _stand_in(users, network)
        os.close(network)
        os.close(users)
        self.process = subprocess.Popen(  # noqa: S603 - the operator's pasta
            [*command, "--pid", saying, str(self._stand_in)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.gone_fd = os.pidfd_open(self.process.pid)

    def settle(self) -> None:
        """It has what it was started with."""
        os.close(self.ready_fd)
        self.ready_fd = -1
        os.kill(self._stand_in, signal.SIGKILL)
        os.waitpid(self._stand_in, 0)
        shutil.rmtree(self._folder, ignore_errors=True)

    def end(self) -> str:
        """End it, if it has not ended; its last words."""
        self.process.kill()
        self.process.wait()
        words = self.process.stderr.read(_WORDS_MAX) if self.process.stderr is not None else b""
        if self.ready_fd >= 0:
            self.settle()
        for fd in (self.end_fd, self.gone_fd):
            os.close(fd)
        return words.decode(errors="replace").strip()


def _stand_in(users_fd: int, network_fd: int) -> int:
    """A process in that network, which pasta can look into as it can't into the environment's own."""
    entered, enters = os.pipe()
    pid = os.fork()
    if pid:
        os.close(enters)
        with open(entered, "rb") as waiting:
            waiting.read()
        return pid
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))
    libc.setns(users_fd, 0)
    libc.setns(network_fd, 0)
    libc.prctl(_PR_SET_DUMPABLE, ctypes.c_ulong(1))
    os.close(enters)
    while True:
        signal.pause()


def main(control_fd: int, command: list[str]) -> None:
    """Keep them until the control socket ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: the server says when to end
    control = socket.socket(fileno=control_fd)
    kept: list[Pasta] = []
    while True:
        by_fd = {
            fd: pasta for pasta in kept for fd in (pasta.ready_fd, pasta.end_fd, pasta.gone_fd) if fd >= 0
        }
        waiting = select.poll()
        for fd in (control_fd, *by_fd):
            waiting.register(fd, select.POLLIN)
        ready = {fd for fd, _ in waiting.poll()}
        for pasta in {by_fd[fd] for fd in ready & by_fd.keys()}:
            if not ready & {pasta.end_fd, pasta.gone_fd}:
                pasta.settle()
                _say(control, f"{pasta.number} ready")
                continue
            kept.remove(pasta)
            starting = pasta.ready_fd >= 0
            words = pasta.end()
            if starting:
                _say(control, f"{pasta.number} failed {words}")
        if control_fd in ready:
            message, descriptors = _receive(control)
            if not message:
                break
            try:
                kept.append(Pasta(message, command, descriptors))
            except (OSError, ValueError) as error:
                _say(control, f"{message} failed {error}")
    for pasta in kept:
        pasta.end()


def _say(control: socket.socket, words: str) -> None:
    with contextlib.suppress(OSError):  # whose end the next look finds
        control.send(words.encode())


def _receive(control: socket.socket) -> tuple[str, list[int]]:
    room = socket.CMSG_SPACE(_DESCRIPTORS * 4)
    try:
        message, ancillary, _, _ = control.recvmsg(_MESSAGE_BYTES_MAX, room, socket.MSG_CMSG_CLOEXEC)
    except OSError:
        return "", []
    descriptors = array.array("i")
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(data)
    return message.decode(), list(descriptors)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
