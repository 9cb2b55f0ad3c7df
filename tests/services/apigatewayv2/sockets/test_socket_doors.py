"""Where WebSocket APIs answer: custom domain names, TLS; and to clients other than Python's."""

import json
import secrets
import shutil
import ssl
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from conftest import zip_of
from harness import TRUST_LAMBDA, Server, running
from socket_api import ECHO, SocketApi, received

NODE = """
    const socket = new WebSocket(process.argv[1]);
    socket.onopen = () => socket.send('hello');
    socket.onmessage = (message) => { console.log(message.data); socket.close(4000, 'done'); };
    socket.onclose = (end) => console.log(end.code, end.reason, end.wasClean);
    socket.onerror = (error) => console.log('error', error.message);
"""


def test_a_custom_domain(api: SocketApi, server: Server, deploy: Callable[..., str]) -> None:
    name = deploy(ECHO)
    api.allow(name)
    api.route("$default", api.function(name), answers=True)
    host = f"ws-{secrets.token_hex(4)}.example.com"
    arn = "arn:aws:acm:us-east-1:111111111111:certificate/c"
    api.gateway.create_domain_name(
        DomainName=host, DomainNameConfigurations=[{"CertificateArn": arn, "EndpointType": "REGIONAL"}]
    )
    api.gateway.create_api_mapping(DomainName=host, ApiId=api.id, Stage="dev", ApiMappingKey="chat")
    api.gateway.update_api(ApiId=api.id, DisableExecuteApiEndpoint=True)
    address = ("127.0.0.1", server.port)
    with connect(f"ws://{host}:{server.port}/chat", address=address, proxy=None) as connection:
        connection.send("x")
        context = received(connection)["requestContext"]
        assert (context["domainName"], context["stage"]) == (f"{host}:{server.port}", "dev")
        management = api.management(endpoint_url=f"{server.url}/chat")
        management.meta.events.register(
            "before-sign.*.*", lambda request, **_: request.headers.add_header("Host", host)
        )
        management.post_to_connection(ConnectionId=context["connectionId"], Data=b"y")
        assert connection.recv(timeout=10) == "y"
    for wrong in ("/", "/chat/dev", "/other"):
        with pytest.raises(InvalidStatus) as caught:
            connect(f"ws://{host}:{server.port}{wrong}", address=address, proxy=None)
        assert caught.value.response.status_code == 403
    with pytest.raises(InvalidStatus):
        api.connect()


def test_a_domain_that_wants_certificates_lets_nobody_in(api: SocketApi, server: Server) -> None:
    api.route("$default", api.integration())
    host = f"mtls-{secrets.token_hex(4)}.example.com"
    arn = "arn:aws:acm:us-east-1:111111111111:certificate/c"
    api.gateway.create_domain_name(
        DomainName=host,
        DomainNameConfigurations=[{"CertificateArn": arn, "EndpointType": "REGIONAL"}],
        MutualTlsAuthentication={"TruststoreUri": "s3://trust/store.pem"},
    )
    api.gateway.create_api_mapping(DomainName=host, ApiId=api.id, Stage="dev")
    with pytest.raises(InvalidStatus) as caught:
        connect(f"ws://{host}:{server.port}/", address=("127.0.0.1", server.port), proxy=None)
    assert caught.value.response.status_code == 403
    api.connect().close()


def test_over_tls(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--tls", "auto") as server, ExitStack() as stack:
        authority = tmp_path / "data" / "tls" / "authority.pem"

        def client(service: str) -> Any:
            return server.client(service, verify=str(authority))

        api = SocketApi(server, client, "000000000000", stack)
        api.route("$default", api.integration())
        context = ssl.create_default_context(cafile=str(authority))
        uri = f"wss://{api.id}.execute-api.us-east-1.localhost:{server.port}/dev"
        with connect(uri, address=("127.0.0.1", server.port), ssl=context, proxy=None) as connection:
            assert connection.ping().wait(10)
            connection.send("x" * 40_000)
            with pytest.raises(Exception, match="1009"):
                connection.recv(timeout=10)


USUAL = """
import boto3

def handler(event, context):
    told = event["requestContext"]
    endpoint = f"https://{told['domainName']}/{told['stage']}"
    client = boto3.client("apigatewaymanagementapi", endpoint_url=endpoint)
    client.post_to_connection(ConnectionId=told["connectionId"], Data=b"over TLS")
    return {"statusCode": 200}
"""


def test_the_usual_code_posts_over_tls(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--tls", "auto") as server, ExitStack() as stack:
        authority = tmp_path / "data" / "tls" / "authority.pem"

        def client(service: str) -> Any:
            return server.client(service, verify=str(authority))

        iam, functions = client("iam"), client("lambda")
        role = iam.create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
        statement = {"Effect": "Allow", "Action": "execute-api:ManageConnections", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName="run", PolicyName="post", PolicyDocument=policy)
        code = {"ZipFile": zip_of({"app.py": USUAL})}
        options = {"Runtime": "python3.12", "Handler": "app.handler", "Timeout": 20}
        functions.create_function(FunctionName="poster", Role=role, Code=code, **options)
        functions.get_waiter("function_active_v2").wait(FunctionName="poster", WaiterConfig={"Delay": 1})
        api = SocketApi(server, client, "000000000000", stack)
        api.allow("poster")
        api.route("$default", api.function("poster"))
        context = ssl.create_default_context(cafile=str(authority))
        address = ("127.0.0.1", server.port)
        with connect(f"wss://{api.host}/dev", address=address, ssl=context, proxy=None) as connection:
            connection.send("x")
            assert connection.recv(timeout=30) == "over TLS"


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js here")
def test_the_web_socket_of_node(api: SocketApi, deploy: Callable[..., str]) -> None:
    name = deploy(ECHO)
    api.allow(name)
    api.route("$default", api.function(name), answers=True)
    command = ["node", "--experimental-websocket", "-e", NODE, f"ws://{api.below}/dev"]
    if subprocess.run([*command[:2], "-e", "WebSocket"], capture_output=True, check=False).returncode:
        pytest.skip("this Node.js has no WebSocket")
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    message, end = done.stdout.strip().splitlines()
    assert json.loads(message)["body"] == "hello"
    assert end == "4000 done true"
