"""Who gets a connection, and what everybody else is told."""

import base64
import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from websockets.exceptions import InvalidStatus

from gates import Gate
from harness import REGION

AUTHORIZER = """
    import json

    def handler(event, context):
        token = event["headers"].get("Auth") or event["queryStringParameters"].get("token")
        if token == "unknown":
            raise Exception("Unauthorized")
        if token == "broken":
            return {"principalId": "x"}
        if token == "event":
            raise Exception(json.dumps(event))
        effect = "Allow" if token == "open" else "Deny"
        statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
        if token == "elsewhere":
            statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"] + "x"}
        return {
            "principalId": "ann",
            "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            "context": {"level": 3, "admin": True, "name": "Ann"},
        }
"""


def refused(connect: Callable[..., Any], *args: Any, **options: Any) -> tuple[int, dict[str, Any]]:
    """Status and body of a handshake that is refused."""
    with pytest.raises(InvalidStatus) as caught:
        connect(*args, **options)
    response = caught.value.response
    return response.status_code, json.loads(response.body)


def authorised(api: Any, deploy: Callable[..., str], *sources: str) -> None:
    """Have a function decide about who connects, and one show what it has said."""
    name = deploy(AUTHORIZER, name="gate")
    api.allow(name, "authorizers/*")
    made = api.gateway.create_authorizer(
        ApiId=api.id,
        Name="gate",
        AuthorizerType="REQUEST",
        AuthorizerUri=api.invocations(name),
        IdentitySource=list(sources),
    )
    api.route("$connect", AuthorizationType="CUSTOM", AuthorizerId=made["AuthorizerId"])


def signed(api: Any, account: str, *, query: bool = False, service: str = "execute-api") -> dict[str, Any]:
    """How to connect with a signature: the path, or further headers."""
    auth = SigV4QueryAuth if query else SigV4Auth
    request = AWSRequest("GET", f"http://{api.host}/dev", headers={"Host": api.host})
    auth(Credentials(account, "test"), service, REGION).add_auth(request)
    if query:
        return {"path": request.prepare().url.split(api.host)[1]}
    headers = {name: value for name, value in request.headers.items() if name != "Host"}
    return {"additional_headers": headers}


def test_an_api_without_routes_for_it_lets_everybody_in(api: Any) -> None:
    api.route("hello", api.integration(), answers=True)
    for connect in (api.connect, api.connect_below):
        connection = connect()
        assert connection.ping().wait(10)
        assert connection.response.status_code == 101
        assert connection.subprotocol is None


@pytest.mark.parametrize("path", ["/other", "/dev/more", "/", "/dev//", "/DEV"])
def test_there_is_nothing_elsewhere(api: Any, path: str) -> None:
    api.route("hello", api.integration())
    status, body = refused(api.connect, path)
    assert (status, body["message"]) == (403, "Forbidden")


def test_a_stage_without_a_deployment_has_nobody(api: Any) -> None:
    api.gateway.create_stage(ApiId=api.id, StageName="empty")
    assert refused(api.connect, "/empty")[0] == 403


def test_a_function_that_refuses(api: Any, deploy: Callable[..., str]) -> None:
    name = deploy(
        "def handler(event, context):\n    return {'statusCode': int(event['queryStringParameters']['status'])}"
    )
    api.allow(name)
    api.route("$connect", api.function(name))
    api.connect("/dev?status=200").close()
    api.connect("/dev?status=204").close()
    for status in (401, 403, 404, 500, 302):
        assert refused(api.connect, f"/dev?status={status}")[0] == status


@pytest.mark.parametrize(
    ("body", "status"),
    [("raise Exception('no')", 502), ("return None", 502), ("return {'statusCode': 'x'}", 502)],
)
def test_a_function_that_fails(api: Any, deploy: Callable[..., str], body: str, status: int) -> None:
    name = deploy(f"def handler(event, context):\n    {body}")
    api.allow(name)
    api.route("$connect", api.function(name))
    found, told = refused(api.connect)
    assert (found, told["message"]) == (status, "Internal server error")
    assert set(told) == {"message", "connectionId", "requestId"}


def test_a_function_without_permission_for_the_api_is_not_called(api: Any, recorder: Any) -> None:
    api.allow(recorder.name, "dev/other")
    api.route("$connect", api.function(recorder.name))
    status, told = refused(api.connect)
    assert (status, told["message"]) == (500, "Internal server error")


def test_a_slow_function_is_not_waited_for(api: Any, deploy: Callable[..., str], gate: Gate) -> None:
    name = deploy(f"def handler(event, context):\n    {gate.wait}", Timeout=60)
    api.allow(name)
    api.route("$connect", api.function(name, TimeoutInMillis=100))
    status, told = refused(api.connect)
    assert (status, told["message"]) == (504, "Endpoint request timed out")


def test_the_subprotocol_is_the_functions_choice(api: Any, deploy: Callable[..., str]) -> None:
    name = deploy(
        """
        def handler(event, context):
            offered = event["headers"]["Sec-WebSocket-Protocol"].split(",")
            return {"statusCode": 200, "headers": {"sec-websocket-protocol": offered[-1].strip()}}
        """
    )
    api.allow(name)
    api.route("$connect", api.function(name))
    assert api.connect(subprotocols=["chat.v1", "chat.v2"]).subprotocol == "chat.v2"


def test_an_authorizer_decides(api: Any, deploy: Callable[..., str]) -> None:
    authorised(api, deploy, "route.request.header.Auth")
    echo = deploy(
        "import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}"
    )
    api.allow(echo)
    api.route("$default", api.function(echo), answers=True)
    connection = api.connect(additional_headers={"Auth": "open"})
    connection.send("who am I?")
    context = json.loads(connection.recv(timeout=20))["requestContext"]
    assert context["authorizer"] == {"principalId": "ann", "level": "3", "admin": "true", "name": "Ann"}

    def answer(token: str) -> tuple[int, str]:
        status, told = refused(api.connect, additional_headers={"Auth": token})
        return status, told["message"]

    assert answer("shut") == (403, "User is not authorized to access this resource with an explicit deny")
    assert answer("elsewhere") == (403, "User is not authorized to access this resource")
    assert answer("unknown") == (401, "Unauthorized")
    assert answer("broken") == (500, "Internal server error")
    assert answer("") == (401, "Unauthorized")
    assert refused(api.connect)[0] == 401


def test_an_authorizer_by_the_query(api: Any, deploy: Callable[..., str]) -> None:
    authorised(api, deploy, "route.request.querystring.token")
    api.connect("/dev?token=open").close()
    assert refused(api.connect, "/dev?token=shut")[0] == 403
    assert refused(api.connect, "/dev")[0] == 401


def test_signatures_let_in_who_may_invoke(api: Any, client: Callable[..., Any], account: str) -> None:
    api.route("$connect", AuthorizationType="AWS_IAM")
    api.connect(**signed(api, account)).close()
    api.connect(**signed(api, account, query=True)).close()
    status, told = refused(api.connect)
    assert (status, told["message"]) == (403, "Missing Authentication Token")
    assert refused(api.connect, **signed(api, account, service="lambda"))[0] == 403
    stranger = signed(api, "123456789999")
    status, told = refused(api.connect, **stranger)
    assert status == 403
    assert (
        f"not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:{REGION}:********"
        in (told["message"])
    )


def test_a_signer_is_shown_to_the_function(api: Any, account: str, deploy: Callable[..., str]) -> None:
    echo = deploy(
        "import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}"
    )
    api.allow(echo)
    api.route("$connect", AuthorizationType="AWS_IAM")
    api.route("$default", api.function(echo), answers=True)
    connection = api.connect(**signed(api, account))
    connection.send("x")
    identity = json.loads(connection.recv(timeout=20))["requestContext"]["identity"]
    assert identity["userArn"] == f"arn:aws:iam::{account}:root"
    assert (identity["accountId"], identity["accessKey"]) == (account, account)
    assert identity["cognitoIdentityId"] is None


def test_a_disabled_address(api: Any) -> None:
    api.route("hello", api.integration())
    api.connect().close()
    api.gateway.update_api(ApiId=api.id, DisableExecuteApiEndpoint=True)
    assert refused(api.connect)[0] == 403


def test_a_throttled_stage(api: Any) -> None:
    api.route("hello", api.integration())
    api.gateway.update_stage(
        ApiId=api.id,
        StageName="dev",
        DefaultRouteSettings={"ThrottlingRateLimit": 0.001, "ThrottlingBurstLimit": 2},
    )
    api.connect()
    api.connect()
    status, told = refused(api.connect)
    assert (status, told["message"]) == (429, "Too Many Requests")


def raw(server: Any, text: str) -> tuple[int, dict[str, str]]:
    """Status and headers of what is answered to exactly these lines."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as made:
        made.sendall(text.replace("\n", "\r\n").encode())
        head = b""
        while b"\r\n\r\n" not in head:
            got = made.recv(65536)
            assert got
            head += got
    lines = head.split(b"\r\n\r\n")[0].decode().split("\r\n")
    return int(lines[0].split()[1]), dict(line.lower().split(": ", 1) for line in lines[1:])


KEY = base64.b64encode(b"k" * 16).decode()


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ("", 426),
        ("Upgrade: websocket\n", 426),
        ("Connection: Upgrade\nUpgrade: h2c\n", 426),
        (
            f"Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 8\nSec-WebSocket-Key: {KEY}\n",
            426,
        ),
        ("Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\n", 400),
        (
            "Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: a2V5\n",
            400,
        ),
        (
            f"Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: {KEY}\n"
            "Content-Length: 3\n",
            400,
        ),
        (
            f"Connection: keep-alive, Upgrade\nUpgrade: WebSocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: {KEY}\n",
            101,
        ),
    ],
)
def test_what_a_handshake_is(api: Any, server: Any, lines: str, status: int) -> None:
    api.route("hello", api.integration())
    body = "abc" if "Content-Length" in lines else ""
    found, headers = raw(server, f"GET /dev HTTP/1.1\nHost: {api.host}\n{lines}\n{body}")
    assert found == status
    if status == 101:
        assert headers["upgrade"] == "websocket"
    if "Version: 8" in lines:
        assert headers["sec-websocket-version"] == "13"


def test_many_handshakes_at_once_and_none_is_mixed_up(api: Any, deploy: Callable[..., str]) -> None:
    echo = deploy(
        "import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}"
    )
    api.allow(echo)
    api.route("$default", api.function(echo), answers=True)
    connections = [api.connect() for _ in range(30)]
    for number, connection in enumerate(connections):
        connection.send(str(number))
    events = [json.loads(connection.recv(timeout=30)) for connection in connections]
    assert [event["body"] for event in events] == [str(number) for number in range(30)]
    assert len({event["requestContext"]["connectionId"] for event in events}) == 30
