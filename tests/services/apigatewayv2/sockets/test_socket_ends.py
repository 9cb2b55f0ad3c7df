"""How connections end, and who is told."""

import contextlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from harness import Server, running
from socket_api import SocketApi, advance


def ended(connection: Any) -> tuple[int, str]:
    """The goodbye of the server."""
    with pytest.raises(ConnectionClosed) as caught:
        connection.recv(timeout=20)
    goodbye = caught.value.rcvd
    assert goodbye is not None
    return goodbye.code, goodbye.reason


def reason(event: dict[str, Any]) -> tuple[int, str]:
    context = event["requestContext"]
    assert context["eventType"] == "DISCONNECT"
    return context["disconnectStatusCode"], context["disconnectReason"]


def test_reasons(api: Any, recorder: Any) -> None:
    api.allow(recorder.name)
    api.route("$disconnect", api.function(recorder.name))
    api.connect().close()
    assert reason(recorder.next()) == (1000, "")
    vanished = api.connect()
    vanished.socket.close()
    assert reason(recorder.next()) == (1006, "Connection Closed Abnormally")
    wrong = api.connect()
    wrong.send(b"binary")
    assert reason(recorder.next())[0] == 1003
    unset = api.connect()
    unset.protocol.send_close()
    unset.socket.sendall(b"".join(unset.protocol.data_to_send()))
    assert reason(recorder.next()) == (1005, "Client-side close frame status not set")


def test_idle_and_old_connections_are_closed(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server, ExitStack() as stack:
        api = _api(server, stack)
        api.route("$default", api.integration())
        idle = api.connect()
        advance(server, 590)
        assert idle.ping().wait(10)
        advance(server, 590)
        assert idle.ping().wait(10)
        advance(server, 601)
        assert ended(idle) == (1001, "Going away")
        busy = api.connect()
        for _ in range(12):
            assert busy.ping().wait(10)
            advance(server, 590)
        assert busy.ping().wait(10)
        advance(server, 200)
        assert ended(busy) == (1001, "Going away")


def test_the_end_of_the_server(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    with contextlib.ExitStack() as stack:
        api = _api(server, stack)
        api.route("$default", api.integration())
        connections = [api.connect() for _ in range(3)]
        assert server.stop() == 0
        assert {ended(connection) for connection in connections} == {(1001, "Going away")}


def _api(server: Server, stack: ExitStack) -> SocketApi:
    client: Callable[..., Any] = server.client
    return SocketApi(server, client, "000000000000", stack)
