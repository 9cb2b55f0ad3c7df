"""What a function may not do because it is on the same machine, and what a browser's page may not do because it is in one."""

import http.client
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import Server, running

Make = Callable[..., Any]

KEYS = """
    import boto3, os
    from botocore.exceptions import ClientError
    def asked(service, method, **keys):
        try:
            getattr(boto3.client(service, **keys), method)()
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "answered"
    def handler(event, context):
        stolen = {"aws_access_key_id": event["key"], "aws_secret_access_key": "test", "aws_session_token": ""}
        return {
            "sts": asked("sts", "get_caller_identity", **stolen),
            "lambda": asked("lambda", "list_functions", **stolen),
            "logs": asked("logs", "describe_log_groups", **stolen),
            "own": asked("sts", "get_caller_identity"),
        }
    """


@pytest.mark.parametrize("key", ["test", "000000000000", "own account"])
def test_a_function_does_not_get_the_development_keys(
    client: Make, deploy: Make, account: str, key: str
) -> None:
    name = deploy(KEYS, Timeout=30)
    payload = json.dumps({"key": account if key == "own account" else key}).encode()
    answer = json.loads(client("lambda").invoke(FunctionName=name, Payload=payload)["Payload"].read())
    assert answer == {
        "sts": "InvalidClientTokenId",
        "lambda": "UnrecognizedClientException",
        "logs": "UnrecognizedClientException",
        "own": "answered",
    }


OWN = """
    import os, subprocess, sys, urllib.error, urllib.request
    CALL = '''
    import sys, urllib.error, urllib.request
    request = urllib.request.Request(sys.argv[1], method=sys.argv[2], data=b"" if sys.argv[2] == "POST" else None)
    try:
        print(urllib.request.urlopen(request).status)
    except urllib.error.HTTPError as error:
        print(error.code)
    '''
    def asked(method, path, detached=False):
        command = [sys.executable, "-c", CALL, os.environ["AWS_ENDPOINT_URL"] + path, method]
        done = subprocess.run(command, capture_output=True, text=True, start_new_session=detached)
        return done.stdout.strip() or done.stderr[-300:]
    def handler(event, context):
        return [
            asked("POST", "/_portico/reset"), asked("POST", "/_portico/reset", detached=True),
            asked("GET", "/_portico/explain?request_id=x"), asked("POST", "/_portico/backup?file=/tmp/stolen"),
            asked("GET", "/_portico/health"),
        ]
    """


def test_a_function_and_its_children_do_not_get_what_the_developer_gets_unsigned(
    client: Make, deploy: Make
) -> None:
    name = deploy(OWN, Timeout=30)
    answer = json.loads(client("lambda").invoke(FunctionName=name)["Payload"].read())
    assert answer == ["403", "403", "403", "403", "200"]
    assert not Path("/tmp/stolen").exists()
    client("lambda").get_function(FunctionName=name)


def _asked(server: Server, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


@pytest.fixture(scope="module")
def allowing() -> Iterator[Server]:
    """A server that pages of one origin may call."""
    with running(None, "--origins", "https://app.example.com") as server:
        yield server


@pytest.mark.parametrize("path", ["/_portico/reset", "/_portico/backup?file=/tmp/stolen", "/"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Host": "rebound.evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost.evil.example"},
    ],
)
def test_pages_that_may_not_call(allowing: Server, path: str, headers: dict[str, str]) -> None:
    status, told, body = _asked(allowing, "POST", path, **headers)
    assert status == 403, body
    assert told["x-amzn-errortype"] == "AccessDeniedException"
    assert "access-control-allow-origin" not in told


def test_a_same_site_page_of_another_port_is_not_the_developer(allowing: Server) -> None:
    assert _asked(allowing, "POST", "/_portico/reset", Sec_Fetch_Site="same-site")[0] == 403
    assert _asked(allowing, "POST", "/_portico/reset", Sec_Fetch_Site="same-origin")[0] == 200
    assert _asked(allowing, "POST", "/_portico/reset")[0] == 200


def test_a_listed_page_may_call(allowing: Server) -> None:
    status, told, _ = _asked(
        allowing,
        "OPTIONS",
        "/2015-03-31/functions/f/invocations",
        Origin="https://app.example.com",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="authorization,content-type,x-amz-date,x-amz-security-token,amz-sdk-request",
    )
    assert status in (200, 204)
    assert told["access-control-allow-origin"] == "https://app.example.com"
    assert "POST" in told["access-control-allow-methods"]
    assert "x-amz-security-token" in told["access-control-allow-headers"]
    status, told, _ = _asked(allowing, "GET", "/2015-03-31/functions", Origin="https://app.example.com")
    assert status == 403
    assert told["x-amzn-errortype"] == "MissingAuthenticationTokenException"
    assert told["access-control-allow-origin"] == "https://app.example.com"
    assert "x-amzn-errortype" in told["access-control-expose-headers"]


def _code(call: Callable[[], Any]) -> str:
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def test_off_loopback_there_are_no_development_keys(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--host", "0.0.0.0") as server:
        word = json.loads((tmp_path / "data" / "server.json").read_text())
        key, secret = word["access_key_id"], word["secret_access_key"]
        assert key.startswith("AKIA")
        for known in ("test", "000000000000", "123456789012"):
            assert _code(server.client("lambda", key=known).list_functions) == "UnrecognizedClientException"
            assert _code(server.client("iam", key=known).list_users) == "InvalidClientTokenId"
        assert server.client("iam", key=key, secret=secret).list_users()["Users"] == []
        assert _asked(server, "POST", "/_portico/reset")[0] == 404
        assert _asked(server, "GET", "/_portico/explain?request_id=x")[0] == 403
        assert _asked(server, "GET", "/_portico/health", Host="rebound.evil.example")[0] == 403
        server.stop()
    with running(tmp_path / "data", "--host", "0.0.0.0") as again:
        assert again.client("iam", key=key, secret=secret).list_users()["Users"] == []


def test_a_role_is_no_root(client: Make, deploy: Make, account: str) -> None:
    """The credentials in a function's environment, used from outside as well, are the role's and nothing more."""
    name = deploy(
        "import os\ndef handler(e, c):\n    return {k: v for k, v in os.environ.items() if k.startswith('AWS_')}\n"
    )
    given = json.loads(client("lambda").invoke(FunctionName=name)["Payload"].read())
    options = {
        "key": given["AWS_ACCESS_KEY_ID"], "secret": given["AWS_SECRET_ACCESS_KEY"], "token": given["AWS_SESSION_TOKEN"],
    }  # fmt: skip
    assert _code(client("iam", **options).list_users) == "AccessDenied"
    assert _code(lambda: client("lambda", **options).invoke(FunctionName=name)) == "AccessDeniedException"
