"""How connections end, and who is told."""

import contextlib
import json
import textwrap
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus

from conftest import zip_of
from harness import Server, running
from socket_api import ECHO, Recorder, SocketApi, received


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


def test_a_stage_that_is_deleted(api: SocketApi, recorder: Recorder) -> None:
    api.allow(recorder.name)
    api.route("$default", api.integration())
    api.route("$disconnect", api.function(recorder.name))
    api.gateway.create_stage(ApiId=api.id, StageName="other", AutoDeploy=True)
    connection, elsewhere = api.connect(), api.connect("/other")
    api.gateway.delete_stage(ApiId=api.id, StageName="dev")
    assert ended(connection) == (1001, "Going away")
    assert elsewhere.ping().wait(10)
    with pytest.raises(InvalidStatus) as refused:
        api.connect()
    assert refused.value.response.status_code == 403
    elsewhere.close()
    event = recorder.next()["requestContext"]
    assert (event["eventType"], event["stage"]) == (
        "DISCONNECT",
        "other",
    )  # of the deleted one nobody is told


def test_a_stage_that_is_deleted_during_a_handshake(
    api: SocketApi, client: Callable[..., Any], deploy: Callable[..., str]
) -> None:
    name = deploy("""
        import boto3

        def handler(event, context):
            told = event["requestContext"]
            boto3.client("apigatewayv2").delete_stage(ApiId=told["apiId"], StageName=told["stage"])
            return {"statusCode": 200}
    """)
    policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"apigateway:DELETE","Resource":"*"}]}'
    client("iam").put_role_policy(RoleName="run", PolicyName="delete", PolicyDocument=policy)
    api.allow(name)
    api.route("$connect", api.function(name, TimeoutInMillis=20_000))
    assert ended(api.connect()) == (1001, "Going away")


def test_an_api_that_is_deleted(api: SocketApi, server: Server, deploy: Callable[..., str]) -> None:
    name = deploy(ECHO)
    api.allow(name)
    api.route("$default", api.function(name), answers=True)
    connections = [api.connect(), api.connect_below()]
    ids = []
    for connection in connections:
        connection.send("who am I?")
        ids.append(received(connection)["requestContext"]["connectionId"])
    api.gateway.delete_api(ApiId=api.id)
    assert [ended(connection) for connection in connections] == [(1001, "Going away")] * 2
    plain = api.management(endpoint_url=server.url)
    for one in ids:
        with pytest.raises(plain.exceptions.GoneException):
            plain.post_to_connection(ConnectionId=one, Data=b"x")
        with pytest.raises(ClientError) as refused:
            api.management().post_to_connection(ConnectionId=one, Data=b"x")
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_idle_and_old_connections_are_closed(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server, ExitStack() as stack:
        api = _api(server, stack)
        api.route("$default", api.integration())
        idle = api.connect()
        server.advance(590)
        assert idle.ping().wait(10)
        server.advance(590)
        assert idle.ping().wait(10)
        server.advance(601)
        assert ended(idle) == (1001, "Going away")
        busy = api.connect()
        for _ in range(12):
            assert busy.ping().wait(10)
            server.advance(590)
        assert busy.ping().wait(10)
        server.advance(200)
        assert ended(busy) == (1001, "Going away")


def test_the_end_of_the_server(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    with contextlib.ExitStack() as stack:
        api = _api(server, stack)
        api.route("$default", api.integration())
        connections = [api.connect() for _ in range(3)]
        assert server.stop() == 0
        assert {ended(connection) for connection in connections} == {(1001, "Going away")}


def test_nothing_is_left_of_connections_when_the_server_was_killed(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server, ExitStack() as stack:
        api = _api(server, stack)
        iam, lam = server.client("iam"), server.client("lambda")
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = iam.create_role(RoleName="run", AssumeRolePolicyDocument=document)["Role"]["Arn"]
        code = {"ZipFile": zip_of({"app.py": textwrap.dedent(ECHO)})}
        lam.create_function(
            FunctionName="echo", Runtime="python3.11", Handler="app.handler", Role=role, Code=code
        )
        lam.get_waiter("function_active_v2").wait(FunctionName="echo", WaiterConfig={"Delay": 1})
        api.allow("echo")
        api.route("$default", api.function("echo"), answers=True)
        connection = api.connect()
        connection.send("who am I?")
        its = received(connection)["requestContext"]["connectionId"]
        server.kill()
        with pytest.raises(ConnectionClosedError):
            connection.recv(timeout=20)
    with running(tmp_path / "data") as server:
        management = server.client("apigatewaymanagementapi")
        for operation in (management.get_connection, management.delete_connection):
            with pytest.raises(management.exceptions.GoneException):
                operation(ConnectionId=its)


def _api(server: Server, stack: ExitStack) -> SocketApi:
    client: Callable[..., Any] = server.client
    return SocketApi(server, client, "000000000000", stack)
