"""A function in Node.js reaches a server that speaks TLS under its own authority, and trusts it."""

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from harness import TRUST_LAMBDA, running

SOURCE = """
export const handler = async () => {
  const answer = await fetch(`${process.env.AWS_ENDPOINT_URL}/_portico/health`);
  return [new URL(answer.url).protocol, answer.status];
};
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js here")
def test_the_authority_is_trusted(tmp_path: Path) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("index.mjs", SOURCE)
    with running(tmp_path / "data", "--tls", "auto") as server:
        trust = {"verify": str(tmp_path / "data" / "tls" / "authority.pem")}
        role = server.client("iam", **trust).create_role(
            RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA
        )["Role"]["Arn"]
        functions = server.client("lambda", **trust)
        functions.create_function(
            FunctionName="f",
            Runtime="nodejs22.x",
            Handler="index.handler",
            Role=role,
            Code={"ZipFile": package.getvalue()},
            Timeout=20,
        )
        functions.get_waiter("function_active_v2").wait(FunctionName="f", WaiterConfig={"Delay": 1})
        for _ in range(2):
            assert json.loads(functions.invoke(FunctionName="f")["Payload"].read()) == ["https:", 200]
