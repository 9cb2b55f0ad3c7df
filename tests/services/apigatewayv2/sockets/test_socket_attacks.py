"""Clients that mean ill, or go away at the wrong moment."""

import base64
import json
import os
import socket
import struct
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from harness import Server, running
from socket_api import ECHO, Recorder, SocketApi, received

KEY = base64.b64encode(b"k" * 16).decode()
WAITING = """
    import json, os
    import boto3

    sqs = boto3.client("sqs")

    def handler(event, context):
        sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
        if event["requestContext"]["eventType"] == "CONNECT":
            while not sqs.receive_message(QueueUrl=os.environ["GO"], WaitTimeSeconds=5).get("Messages"):
                pass
        return {"statusCode": 200}
"""


class Raw:
    """A connection that sends bytes as they are."""

    def __init__(self, api: SocketApi, server: Server, *, host: str = "") -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), 20)
        self.host = host or api.host

    def ask(self, after: bytes = b"", path: str = "/dev") -> None:
        head = (
            f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
        )
        self.socket.sendall(head.encode() + after)

    def head(self) -> bytes:
        got = b""
        while b"\r\n\r\n" not in got:
            got += self.socket.recv(1)
        return got

    def rest(self) -> bytes:
        """Everything until the server closes."""
        got = b""
        while piece := self.socket.recv(65536):
            got += piece
        return got

    def flood(self, data: bytes) -> None:
        """Send and read nothing, until the server has had enough: of what waits to be read, or of waiting for a minute."""
        self.socket.settimeout(90)
        with pytest.raises(ConnectionError):
            self._send_for_ever(data)

    def _send_for_ever(self, data: bytes) -> None:
        while True:
            self.socket.sendall(data)

    def reset(self) -> None:
        """Break off, so that the server learns it at once."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def masked(payload: bytes, opcode: int = 1) -> bytes:
    mask = os.urandom(4)
    body = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    return struct.pack("!BB", 0x80 | opcode, 0x80 | len(payload)) + mask + body


@pytest.fixture
def raw(api: SocketApi, server: Server, stack: ExitStack) -> Callable[..., Raw]:
    def make(**options: str) -> Raw:
        made = Raw(api, server, **options)
        stack.callback(made.socket.close)
        return made

    return make


def test_an_unmasked_frame_ends_it(api: SocketApi, raw: Callable[..., Raw]) -> None:
    api.route("$default", api.integration())
    client = raw()
    client.ask()
    assert client.head().startswith(b"HTTP/1.1 101")
    client.socket.sendall(b"\x81\x05hello")
    answer = client.rest()
    assert (answer[0], struct.unpack("!H", answer[2:4])[0]) == (0x88, 1002)


def test_a_message_that_comes_with_the_handshake(
    api: SocketApi, raw: Callable[..., Raw], deploy: Callable[..., str]
) -> None:
    name = deploy("def handler(event, context):\n    return {'statusCode': 200, 'body': event['body']}")
    api.allow(name)
    api.route("$default", api.function(name), answers=True)
    client = raw()
    client.ask(masked(b"early"))
    assert client.head().startswith(b"HTTP/1.1 101")
    assert client.socket.recv(7) == b"\x81\x05early"


def test_nothing_is_smuggled_behind_a_refused_handshake(api: SocketApi, raw: Callable[..., Raw]) -> None:
    api.route("$default", api.integration())
    client = raw()
    smuggled = f"GET /_portico/health HTTP/1.1\r\nHost: {client.host}\r\n\r\n".encode()
    client.ask(smuggled, path="/nowhere")
    answer = client.rest()
    assert answer.startswith(b"HTTP/1.1 403")
    assert answer.count(b"HTTP/1.1") == 1


def test_nor_behind_one_that_is_answered(api: SocketApi, raw: Callable[..., Raw]) -> None:
    api.route("$default", api.integration())
    client = raw()
    client.ask(b"GET /_portico/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = client.rest()
    assert answer.count(b"HTTP/1.1") == 1
    assert struct.unpack("!H", answer.split(b"\r\n\r\n", 1)[1][2:4])[0] == 1002


def test_a_client_that_never_reads_its_answers_loses_its_connection(
    api: SocketApi, raw: Callable[..., Raw], deploy: Callable[..., str]
) -> None:
    name = deploy("def handler(event, context):\n    return {'statusCode': 200, 'body': 'x' * 120_000}")
    api.allow(name)
    api.route("$default", api.function(name), answers=True)
    client = raw()
    client.ask()
    client.head()
    client.flood(masked(b"more"))


def test_pings_that_nobody_reads_the_answers_of(api: SocketApi, raw: Callable[..., Raw]) -> None:
    api.route("$default", api.integration())
    client = raw()
    client.ask()
    client.head()
    client.flood(masked(b"p" * 125, opcode=9) * 200)


def test_who_is_told_goodbye_is_gone_though_it_says_nothing(
    api: SocketApi, raw: Callable[..., Raw], deploy: Callable[..., str]
) -> None:
    name = deploy(
        "def handler(e, c):\n    return {'body': e['requestContext']['connectionId'], 'statusCode': 200}"
    )
    api.allow(name)
    api.route("$default", api.function(name), answers=True)
    client = raw()
    client.ask(masked(b"who am I?"))
    client.head()
    its = client.socket.recv(18, socket.MSG_WAITALL)[2:].decode()
    management = api.management()
    management.get_connection(ConnectionId=its)
    management.delete_connection(ConnectionId=its)
    for operation in (management.get_connection, management.delete_connection):
        with pytest.raises(management.exceptions.GoneException):
            operation(ConnectionId=its)
    with pytest.raises(management.exceptions.GoneException):
        management.post_to_connection(ConnectionId=its, Data=b"x")


def test_a_client_says_nothing_about_where_functions_post(
    api: SocketApi, raw: Callable[..., Raw], server: Server, deploy: Callable[..., str]
) -> None:
    name = deploy(ECHO)
    api.allow(name)
    api.route("$default", api.function(name), answers=True)
    client = raw(host=f"{api.id}.execute-api.localhost:9999")
    client.ask()
    client.head()
    client.socket.sendall(masked(b"x"))
    head = client.socket.recv(4, socket.MSG_WAITALL)
    event = json.loads(client.socket.recv(struct.unpack("!H", head[2:])[0], socket.MSG_WAITALL))
    assert event["requestContext"]["domainName"] == api.host
    other = raw(host=f"{api.id}.execute-api.evil.example:{server.port}")
    other.ask()
    assert b"403" in other.head()


def test_who_leaves_during_the_handshake_is_told_off(
    api: SocketApi, raw: Callable[..., Raw], client: Callable[..., Any], deploy: Callable[..., str]
) -> None:
    go = client("sqs").create_queue(QueueName="go")["QueueUrl"]
    recorder = Recorder(client, deploy, WAITING, {"GO": go})
    api.allow(recorder.name)
    integration = api.function(recorder.name, TimeoutInMillis=29_000)
    api.route("$connect", integration)
    api.route("$disconnect", integration)
    leaving = raw()
    leaving.ask()
    its = recorder.next()["requestContext"]["connectionId"]
    leaving.reset()
    client("sqs").send_message(QueueUrl=go, MessageBody="go")
    context = recorder.next()["requestContext"]
    assert (context["eventType"], context["connectionId"]) == ("DISCONNECT", its)
    assert context["disconnectStatusCode"] == 1006


def test_a_server_that_stops_tells_the_route_of_the_end(tmp_path: Path) -> None:
    with running(tmp_path / "data") as first, ExitStack() as stack:
        api = SocketApi(first, first.client, "000000000000", stack)
        queue = first.client("sqs").create_queue(QueueName="ends")["QueueUrl"]
        role = _role(first)
        integration = api.integration(
            "AWS",
            IntegrationUri="arn:aws:apigateway:us-east-1:sqs:path/000000000000/ends",
            CredentialsArn=role,
            IntegrationMethod="POST",
            RequestParameters={
                "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"
            },
            RequestTemplates={
                "$default": "Action=SendMessage&MessageBody=$context.disconnectStatusCode.$context.connectionId"
            },
        )
        api.route("$disconnect", integration)
        api.route("nothing", api.integration())
        connection = api.connect()
        connection.send("x")
        its = received(connection)["connectionId"]
        assert first.stop() == 0
    with running(tmp_path / "data") as second:
        got = second.client("sqs").receive_message(QueueUrl=queue.replace(str(first.port), str(second.port)))
        assert got["Messages"][0]["Body"] == f"1001.{its}"


def _role(server: Server) -> str:
    iam = server.client("iam")
    principal = {"Service": "apigateway.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn: str = iam.create_role(RoleName="teller", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    allow = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName="teller", PolicyName="send", PolicyDocument=policy)
    return arn
