"""`@connections` with boto3: at the API's own address, below the server's, and at the control plane's.

Source: API Gateway Developer Guide, "Use @connections commands in your backend service"; API Gateway Management API Reference.
"""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from websockets.exceptions import ConnectionClosed

from harness import Server, new_account
from socket_api import SocketApi, received

GONE = "AAAAAAAAAAAAAAA="


def joined(api: SocketApi, **options: Any) -> tuple[Any, str]:
    """A connection and its id, which a message without a route tells."""
    if not api.routes:
        api.route("nothing", api.integration())
    connection = api.connect(**options)
    connection.send("who am I?")
    return connection, received(connection)["connectionId"]


def refused(call: Callable[..., Any], **request: Any) -> tuple[str, int]:
    """Code and status of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_message_for_a_client(api: SocketApi) -> None:
    connection, its = joined(api)
    management = api.management()
    answer = management.post_to_connection(ConnectionId=its, Data=b'{"hello": "w\xc3\xb6rld"}')
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert connection.recv(timeout=10) == '{"hello": "wörld"}'
    management.post_to_connection(ConnectionId=its, Data=b"\xff\x00")
    assert connection.recv(timeout=10) == b"\xff\x00"


@pytest.mark.parametrize("path", ["_portico/apis", "_aws/execute-api"])
def test_paths_below_the_server(api: SocketApi, server: Server, path: str) -> None:
    connection, its = joined(api)
    management = api.management(endpoint_url=f"{server.url}/{path}/{api.id}/dev")
    management.post_to_connection(ConnectionId=its, Data=b"x")
    assert connection.recv(timeout=10) == "x"


def test_the_apis_own_name(api: SocketApi, monkeypatch: pytest.MonkeyPatch) -> None:
    connection, its = joined(api)
    resolve = socket.getaddrinfo

    def local(host: Any, *rest: Any, **named: Any) -> Any:
        return resolve("127.0.0.1" if str(host).endswith(".localhost") else host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", local)
    api.management(endpoint_url=f"http://{api.host}/dev").post_to_connection(ConnectionId=its, Data=b"x")
    assert connection.recv(timeout=10) == "x"


def test_the_control_planes_address(api: SocketApi, client: Callable[..., Any]) -> None:
    connection, its = joined(api)
    management = client("apigatewaymanagementapi")
    management.post_to_connection(ConnectionId=its, Data=b"x")
    assert connection.recv(timeout=10) == "x"
    assert management.get_connection(ConnectionId=its)["Identity"]["SourceIp"] == "127.0.0.1"
    foreign = client("apigatewaymanagementapi", new_account())
    assert refused(foreign.post_to_connection, ConnectionId=its, Data=b"x") == ("AccessDeniedException", 403)
    assert refused(management.post_to_connection, ConnectionId=GONE, Data=b"x") == ("GoneException", 410)
    management.delete_connection(ConnectionId=its)


def test_what_is_known_of_a_client(api: SocketApi) -> None:
    _, its = joined(api, user_agent_header="tests/1")
    shown = api.management().get_connection(ConnectionId=its)
    shown.pop("ResponseMetadata")
    connected, active = shown.pop("ConnectedAt"), shown.pop("LastActiveAt")
    assert shown == {"Identity": {"SourceIp": "127.0.0.1", "UserAgent": "tests/1"}}
    assert connected <= active
    assert abs((datetime.now(UTC) - active).total_seconds()) < 60


def test_goodbye(api: SocketApi) -> None:
    connection, its = joined(api)
    answer = api.management().delete_connection(ConnectionId=its)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    with pytest.raises(ConnectionClosed) as caught:
        connection.recv(timeout=10)
    assert caught.value.rcvd is not None
    assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (1000, "Connection Closed Normally")
    assert refused(api.management().get_connection, ConnectionId=its) == ("GoneException", 410)


def test_who_is_gone(api: SocketApi) -> None:
    connection, its = joined(api)
    connection.close()
    management = api.management()
    for call, extra in (
        (management.post_to_connection, {"Data": b"x"}),
        (management.get_connection, {}),
        (management.delete_connection, {}),
    ):
        assert refused(call, ConnectionId=its, **extra) == ("GoneException", 410)
        assert refused(call, ConnectionId=GONE, **extra) == ("GoneException", 410)
    with pytest.raises(management.exceptions.GoneException):
        management.get_connection(ConnectionId=GONE)


@pytest.mark.parametrize("given", ["x", "../../dev", "A" * 16, "a/b", "*", "AAAAAAAAAAAAAA%3D"])
def test_what_is_no_id(api: SocketApi, given: str) -> None:
    api.route("nothing", api.integration())
    with pytest.raises(ClientError) as caught:
        api.management().get_connection(ConnectionId=given)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("BadRequestException", f"Invalid connectionId: {given}")


def test_large_messages(api: SocketApi) -> None:
    connection, its = joined(api)
    management = api.management()
    management.post_to_connection(ConnectionId=its, Data=b"x" * 131_072)
    assert len(connection.recv(timeout=10)) == 131_072
    too_large = refused(management.post_to_connection, ConnectionId=its, Data=b"x" * 131_073)
    assert too_large == ("PayloadTooLargeException", 413)


def test_a_client_that_does_not_read(api: SocketApi) -> None:
    connection, its = joined(api)
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    management = api.management()

    def flood() -> None:
        for _ in range(400):
            management.post_to_connection(ConnectionId=its, Data=b"x" * 131_072)

    assert refused(flood) == ("LimitExceededException", 429)


def test_connections_of_others(
    api: SocketApi, server: Server, client: Callable[..., Any], account: str
) -> None:
    connection, its = joined(api)
    api.gateway.create_stage(ApiId=api.id, StageName="prod", AutoDeploy=True)
    below = f"{server.url}/_portico/apis/{api.id}"
    assert refused(
        api.management(endpoint_url=f"{below}/prod").post_to_connection, ConnectionId=its, Data=b"x"
    ) == ("GoneException", 410)
    other = client("apigatewayv2").create_api(
        Name="other", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )["ApiId"]
    elsewhere = api.management(endpoint_url=f"{server.url}/_portico/apis/{other}/dev")
    assert refused(elsewhere.post_to_connection, ConnectionId=its, Data=b"x") == ("GoneException", 410)
    stranger = api.management(aws_access_key_id=new_account())
    assert refused(stranger.post_to_connection, ConnectionId=its, Data=b"x") == ("AccessDeniedException", 403)
    assert refused(stranger.delete_connection, ConnectionId=its) == ("AccessDeniedException", 403)
    wrong = api.management(aws_secret_access_key="wrong")
    assert refused(wrong.post_to_connection, ConnectionId=its, Data=b"x")[1] == 403
    assert connection.ping().wait(10)


def test_permissions_are_for_a_method_of_a_stage(api: SocketApi, client: Callable[..., Any]) -> None:
    connection, its = joined(api)
    iam = client("iam")
    iam.create_user(UserName="poster")
    key = iam.create_access_key(UserName="poster")["AccessKey"]
    management = api.management(
        aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )
    with pytest.raises(ClientError) as caught:
        management.post_to_connection(ConnectionId=its, Data=b"x")
    error = caught.value.response["Error"]
    assert error["Code"] == "AccessDeniedException"
    assert (
        "is not authorized to perform: execute-api:ManageConnections on resource: arn:aws:execute-api:"
        in (error["Message"])
    )
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:ManageConnections",
        "Resource": api.arn("dev/POST/@connections/*"),
    }
    iam.put_user_policy(
        UserName="poster",
        PolicyName="post",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    management.post_to_connection(ConnectionId=its, Data=b"x")
    assert connection.recv(timeout=10) == "x"
    assert refused(management.delete_connection, ConnectionId=its) == ("AccessDeniedException", 403)


POSTING = """
    import boto3

    def handler(event, context):
        told = event["requestContext"]
        endpoint = f"http://{told['domainName']}/{told['stage']}"
        client = boto3.client("apigatewaymanagementapi", endpoint_url=endpoint)
        client.post_to_connection(ConnectionId=told["connectionId"], Data=event["body"].upper().encode())
        return {"statusCode": 200}
"""


@pytest.mark.parametrize("by_name", [True, False])
def test_a_function_answers_by_posting(
    api: SocketApi, client: Callable[..., Any], deploy: Callable[..., str], by_name: bool
) -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "execute-api:ManageConnections", "Resource": api.arn("dev/*")}
        ],
    }
    client("iam").put_role_policy(RoleName="run", PolicyName="post", PolicyDocument=json.dumps(policy))
    name = deploy(POSTING, Timeout=20)
    api.allow(name)
    api.route("$default", api.function(name))
    connection = api.connect() if by_name else api.connect_below()
    connection.send("hello")
    assert connection.recv(timeout=30) == "HELLO"


def test_unsigned_and_other_requests(api: SocketApi, server: Server) -> None:
    _, its = joined(api)

    def status(method: str, path: str) -> int:
        request = urllib.request.Request(f"{server.url}/_portico/apis/{api.id}{path}", method=method)
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=10)
        with caught.value:
            return caught.value.code

    assert status("GET", f"/dev/@connections/{its}") == 403
    assert status("POST", f"/dev/%40connections/{its}") == 403
    assert status("PUT", f"/dev/@connections/{its}") == 403
    assert status("GET", "/dev/@connections") == 403
    assert status("GET", f"/dev/@connections/{its}/more") == 403
