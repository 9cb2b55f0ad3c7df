"""The code in Python and Bash of these pages is run as it stands there, against the server, as the root of an account."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import REGION, Server
from pages import code

PAGES = (
    "ways-in.md",
    "http-apis.md",
    "rest-apis.md",
    "function-urls.md",
    "portals.md",
    "services/lambda.md",
    "services/sts.md",
    "services/cognito_idp.md",
    "services/cognito_identity.md",
)
BLOCKS = [(name, *block) for name in PAGES for block in code(name, "python", "bash")]
HELLO = """
import json

def handler(event, context):
    answer = {"hello": (event.get("queryStringParameters") or event).get("name", "world")}
    return {"statusCode": 200, "body": json.dumps(answer)} if "requestContext" in event else answer
"""
TOOLS = {"aws ": "aws", "curl ": "curl"}


@pytest.mark.parametrize(
    ("language", "body"),
    [block for _, *block in BLOCKS],
    ids=[f"{name}-{place}" for place, (name, *_) in enumerate(BLOCKS)],
)
def test_blocks_run(
    server: Server, account: str, deploy: Callable[..., str], tmp_path: Path, language: str, body: str
) -> None:
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    for word, tool in TOOLS.items():
        if word in body and shutil.which(tool, path=path) is None:
            pytest.skip(f"there is no {tool}")
    deploy(HELLO, name="hello")
    environment = {
        "PATH": path,
        "HOME": str(tmp_path),
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }
    command = [sys.executable, "-c", body] if language == "python" else ["bash", "-euc", body]
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    if "print(" in body or language == "bash":
        assert '{"hello": "you"}' in done.stdout


@pytest.mark.parametrize(
    "way",
    [
        "client.invoke(",
        "aws lambda invoke",
        "--aws-sigv4",
        "generate_presigned_url",
        'InvocationType="Event"',
    ],
)
def test_each_way_is_shown(way: str) -> None:
    assert any(way in body for _, _, body in BLOCKS)
