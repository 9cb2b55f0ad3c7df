"""environments.connections: a function's connection is told from a developer's by who holds its socket."""

import itertools
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from portico.environments.connections import Connections, tree
from portico.wire.http import Peer

_numbers = itertools.count(1)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


def peer_of(connection: socket.socket) -> Peer:
    host, port = connection.getsockname()[:2]
    return Peer(host, port, connection=next(_numbers))


def test_a_connection_of_our_own_is_not_a_functions(listener: socket.socket) -> None:
    with (
        socket.create_connection(listener.getsockname()) as connection,
        subprocess.Popen(["cat"], stdin=-1) as child,
    ):
        assert not Connections(lambda: [child.pid]).is_function(peer_of(connection))
        assert not Connections(list).is_function(peer_of(connection))
        child.communicate()


def test_where_functions_are_users_of_their_own_their_sockets_are_theirs(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    roots = [os.getppid()]  # below which is this process
    with socket.create_connection(listener.getsockname()) as connection:
        assert Connections(lambda: roots, lambda: None).is_function(peer_of(connection))
        assert Connections(lambda: roots, lambda: {os.getuid(), 7}).is_function(peer_of(connection))
        assert not Connections(lambda: roots, lambda: {os.getuid() + 1}).is_function(peer_of(connection))


CONNECT = (
    "import socket,sys; s=socket.create_connection(('127.0.0.1', int(sys.argv[1]))); "
    "print(s.getsockname()[1], flush=True); sys.stdin.read()"
)


@pytest.mark.parametrize(
    "program",
    [
        CONNECT,
        f"import subprocess,sys; subprocess.run([sys.executable, '-c', {CONNECT!r}, sys.argv[1]])",  # by a grandchild
    ],
)
def test_a_connection_of_a_process_in_the_tree_is(listener: socket.socket, program: str) -> None:
    command = [sys.executable, "-c", program, str(listener.getsockname()[1])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        peer = Peer("127.0.0.1", int(child.stdout.readline()), connection=next(_numbers))
        connections = Connections(lambda: [os.getpid()])
        assert connections.is_function(peer)
        assert len(list(tree(child.pid))) >= 1
        child.communicate()
        assert connections.is_function(peer)  # looked up once


def test_a_connection_that_nobody_holds_any_more_is_taken_for_a_functions(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()) as connection:
        peer = peer_of(connection)
    assert Connections(lambda: [os.getpid()]).is_function(peer)


def test_other_machines_are_not_functions() -> None:
    assert not Connections(lambda: [os.getpid()]).is_function(
        Peer("192.0.2.1", 1234, connection=next(_numbers))
    )
