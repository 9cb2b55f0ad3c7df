"""The two ends of what joins the server with an environment's processes: the channel, the log, the control socket."""

import fcntl
import os
import socket
from contextlib import ExitStack, suppress

import msgspec

from portico.base import system


class Ends(msgspec.Struct, frozen=True, eq=False):
    """One side of the three. `channel` and `control` are sockets, `log_fd` the reading or the writing end of a pipe."""

    channel: socket.socket
    log_fd: int
    control: socket.socket

    def close(self) -> None:
        """Close them."""
        self.channel.close()
        os.close(self.log_fd)
        self.control.close()


def pair() -> tuple[Ends, Ends]:
    """The server's ends, whose channel does not block, and the processes'.

    Raises:
        OSError: no descriptors are left.
    """
    with ExitStack() as made:
        channels = [
            made.enter_context(each) for each in socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        ]
        log = _pipe(made)
        kind = socket.SOCK_SEQPACKET if system.LINUX else socket.SOCK_STREAM
        controls = [made.enter_context(each) for each in socket.socketpair(socket.AF_UNIX, kind)]
        channels[0].setblocking(False)
        ours, theirs = (Ends(*three) for three in zip(channels, log, controls, strict=True))
        made.pop_all()
    return ours, theirs


def pipes() -> tuple[tuple[int, int], tuple[int, int]]:
    """Two pipes: what the server reads from and writes to, without blocking, and what the processes do.

    Raises:
        OSError: no descriptors are left.
    """
    with ExitStack() as made:
        answers, events = _pipe(made), _pipe(made)
        made.pop_all()
    for fd in (answers[0], events[1]):
        os.set_blocking(fd, False)
    return (answers[0], events[1]), (events[0], answers[1])


def widen(fd: int, size: int) -> None:
    """Have a pipe hold `size` bytes, where the system lets it."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # the user has as much as may be had
            fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, size)


def _pipe(made: ExitStack) -> tuple[int, int]:
    reads, writes = os.pipe()
    for fd in (reads, writes):
        made.callback(os.close, fd)
    return reads, writes
