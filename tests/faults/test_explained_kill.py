"""What was refused, and why, is to be had by the id that the client was given, also after a kill or a stop."""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.exceptions import ClientError
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from conftest import zip_of
from harness import REGION, TRUST_LAMBDA, Server, running

ACCOUNT = "000000000000"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"


def function(server: Server) -> None:
    """A function whose policy lets nobody in."""
    role = server.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"][
        "Arn"
    ]
    server.client("lambda").create_function(
        FunctionName="f",
        Runtime=f"python3.{sys.version_info.minor}",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": zip_of({"app.py": "def handler(event, context):\n    return {}\n"})},
    )


def api(server: Server, protocol: str, route: str, uri: str, **more: Any) -> str:
    """Where an API of a stage `s` answers, whose route leads to the function."""
    gateway = server.client("apigatewayv2")
    made = gateway.create_api(Name="a", ProtocolType=protocol, **more)["ApiId"]
    gateway.create_stage(ApiId=made, StageName="s", AutoDeploy=True)
    version = {"PayloadFormatVersion": "2.0"} if protocol == "HTTP" else {}
    integration = gateway.create_integration(
        ApiId=made, IntegrationType="AWS_PROXY", IntegrationUri=uri, **version
    )
    target = f"integrations/{integration['IntegrationId']}"
    gateway.create_route(ApiId=made, RouteKey=route, Target=target)
    return f"127.0.0.1:{server.port}/_portico/apis/{made}/s"


def explained(server: Server, request_id: str) -> Any:
    """What is told of a request."""
    query = urlencode({"request_id": request_id})
    with urllib.request.urlopen(f"{server.url}/_portico/explain?{query}", timeout=30) as answer:
        return json.load(answer)["decisions"]


def test_ids_of_clients_outlive_a_kill(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        function(server)
        http = api(server, "HTTP", "GET /x", FUNCTION)
        invocations = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
        sockets = api(
            server, "WEBSOCKET", "$connect", invocations, RouteSelectionExpression="$request.body.action"
        )
        with pytest.raises(urllib.error.HTTPError) as failed:
            urllib.request.urlopen(f"http://{http}/x", timeout=30)
        with failed.value as answer:
            ids = [answer.headers["apigw-requestid"]]
        with pytest.raises(InvalidStatus) as refused:
            connect(f"ws://{sockets}", proxy=None)
        ids.append(json.loads(refused.value.response.body)["requestId"])
        before = [explained(server, one) for one in ids]
        for (told,) in before:
            assert (told["allowed"], told["action"]) == (False, "lambda:InvokeFunction")
        server.kill()
    with running(tmp_path) as server:
        assert [explained(server, one) for one in ids] == before


def test_a_stop_loses_no_refusal(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        iam = server.client("iam")
        iam.create_user(UserName="u")
        key = iam.create_access_key(UserName="u")["AccessKey"]
        user = server.client("iam", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
        ids = []
        for _ in range(50):
            with pytest.raises(ClientError) as refused:
                user.list_users()
            ids.append(refused.value.response["ResponseMetadata"]["RequestId"])
        assert server.stop() == 0
    with running(tmp_path) as server:
        assert [len(explained(server, one)) for one in ids] == [1] * 50
