"""A whole server with `--network`: what a function gets done through the door to Portico, and what not."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import zip_of
from harness import TRUST_LAMBDA, Server, running

CALLING = """
    import boto3, socket
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError
    once = Config(retries={"max_attempts": 0})
    def handler(event, context):
        own = boto3.client("sts", config=once)
        root = boto3.client("sts", aws_access_key_id="test", aws_secret_access_key="test", aws_session_token="", config=once)
        return [said(own), said(root), reached(event)]
    def said(client):
        try:
            return client.get_caller_identity()["Arn"]
        except ClientError as error:
            return error.response["Error"]["Code"]
        except BotoCoreError as error:
            return type(error).__name__
    def reached(port):
        try:
            socket.create_connection(("127.0.0.1", port), 2).close()
        except OSError as error:
            return error.strerror
        return "reached"
    """


def called(server: Server, neighbour: int, *, verify: str | None = None) -> Any:
    """What the function says of itself, the development key, and a port of the machine."""
    iam, lam = server.client("iam", verify=verify), server.client("lambda", verify=verify)
    role = iam.create_role(RoleName="f", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    lam.create_function(
        FunctionName="f", Runtime=f"python3.{sys.version_info.minor}", Handler="app.handler", Role=role,
        Code={"ZipFile": zip_of({"app.py": CALLING})}, Timeout=60, MemorySize=512,
    )  # fmt: skip
    return json.load(lam.invoke(FunctionName="f", Payload=str(neighbour))["Payload"])


@pytest.mark.parametrize("tls", ["off", "auto"])
def test_through_the_door_a_function_is_its_role_and_never_a_developer(tmp_path: Path, tls: str) -> None:
    authority = str(tmp_path / "data" / "tls" / "authority.pem")
    with (
        running(None) as neighbour,
        running(tmp_path / "data", "--network", "portico", "--tls", tls) as server,
    ):
        own, root, other = called(server, neighbour.port, verify=authority if tls == "auto" else None)
    assert own.startswith("arn:aws:sts::000000000000:assumed-role/f/")
    assert root == "InvalidClientTokenId"
    assert other == "Connection refused"


def test_without_a_network_the_sdk_is_told_at_once(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--network", "none") as server:
        assert called(server, server.port) == [
            "EndpointConnectionError",
            "EndpointConnectionError",
            "Connection refused",
        ]
