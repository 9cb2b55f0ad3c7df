"""The two ends of what joins the server with an environment's processes: the channel, the log, the control socket."""

import os
import socket
from contextlib import ExitStack

import msgspec


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
        channels = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        made.callback(lambda: [each.close() for each in channels])
        log_reader, log_writer = os.pipe()
        made.callback(lambda: [os.close(fd) for fd in (log_reader, log_writer)])
        controls = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        made.pop_all()
    channels[0].setblocking(False)
    return Ends(channels[0], log_reader, controls[0]), Ends(channels[1], log_writer, controls[1])
