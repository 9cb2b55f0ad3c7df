"""Answers of functions that are too deep to be read: somebody is told that there is none, and everything goes on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from conftest import zip_of
from harness import Server
from http_api import HttpApi, sent
from rest_doors import RestApi
from socket_api import SocketApi, received

Client = Callable[..., Any]
Deploy = Callable[..., str]
DEPTHS = (300, 950, 3_000)
DEEP = """
    exports.handler = async (event) => {
        const query = event.queryStringParameters || {};
        const depth = Number((event.body && JSON.parse(event.body).depth) || query.depth || query.t);
        let deep = [];
        for (let level = 1; level < depth; level++) deep = [deep];
        return { statusCode: 200, body: deep, context: deep };
    };
"""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def deep(client: Client, role: str) -> str:
    """A function whose answer is as deep as it is asked for."""
    client("lambda").create_function(
        FunctionName="deep",
        Handler="app.handler",
        Role=role,
        Runtime="nodejs22.x",
        Code={"ZipFile": zip_of({"app.js": DEEP})},
    )
    client("lambda").get_waiter("function_active_v2").wait(FunctionName="deep", WaiterConfig={"Delay": 1})
    return "deep"


def test_of_http_apis(server: Server, client: Client, account: str, deep: str) -> None:
    api = HttpApi(server, client, account)
    api.route("GET /two", api.integrate(deep))
    one = api.control.create_integration(
        ApiId=api.id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=api.function_arn(deep),
        PayloadFormatVersion="1.0",
    )
    api.route("GET /one", f"integrations/{one['IntegrationId']}")
    made = api.control.create_authorizer(
        ApiId=api.id,
        Name="a",
        AuthorizerType="REQUEST",
        AuthorizerUri=api.invocations(deep),
        IdentitySource=["$request.querystring.t"],
        AuthorizerPayloadFormatVersion="2.0",
        EnableSimpleResponses=True,
    )["AuthorizerId"]
    api.route(
        "GET /in", f"integrations/{one['IntegrationId']}", AuthorizationType="CUSTOM", AuthorizerId=made
    )
    api.stage()
    for depth in DEPTHS:
        for path in ("/one", "/in"):
            assert api.ask(f"{path}?depth={depth}&t={depth}").message == (500, "Internal Server Error"), path
        assert api.ask(f"/two?depth={depth}").status in (200, 500)


def test_of_rest_apis(server: Server, client: Client, account: str, deep: str) -> None:
    api = RestApi(server, client, account)
    api.method("/a", function=deep)
    made = api.authorizer(deep, "REQUEST", identitySource="method.request.querystring.t")
    api.method("/in", authorizationType="CUSTOM", authorizerId=made)
    api.deploy()
    for depth in DEPTHS:
        assert api.ask(f"/a?depth={depth}").message == (502, "Internal server error")
        assert api.ask(f"/in?t={depth}").status == 500


def test_of_sockets(server: Server, client: Client, account: str, deep: str, stack: ExitStack) -> None:
    api = SocketApi(server, client, account, stack)
    api.allow(deep)
    api.route("deep", api.function(deep), answers=True)
    connection = api.connect()
    for depth in DEPTHS:
        connection.send(f'{{"action": "deep", "depth": {depth}}}')
        assert received(connection)["message"] == "Internal server error", depth


def test_of_urls(server: Server, client: Client, deep: str) -> None:
    lam = client("lambda")
    made = lam.create_function_url_config(FunctionName=deep, AuthType="NONE")["FunctionUrl"]
    for action, more in (
        ("lambda:InvokeFunctionUrl", {"FunctionUrlAuthType": "NONE"}),
        ("lambda:InvokeFunction", {"InvokedViaFunctionUrl": True}),
    ):
        lam.add_permission(FunctionName=deep, StatementId=action[7:], Action=action, Principal="*", **more)
    host = made.partition("//")[2].rstrip("/")
    for depth in DEPTHS:
        assert sent(server.port, f"/?depth={depth}", "GET", {"Host": host}).status in (200, 502)
