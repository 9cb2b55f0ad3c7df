"""A server on a system that has nothing of what only Linux has (as a Mac): what it uses of it all the same shows as an error here."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from conftest import zip_of
from harness import TRUST_LAMBDA, running
from not_linux import WITHOUT

_NOT_A_MAC = f"{WITHOUT}\nfrom portico.base import system\nsystem.LINUX = False\n"
_PYTHON = "import os\ndef handler(event, context):\n    print('said')\n    return [event, os.getppid() > 1]"
_BOOTSTRAP = """#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while true; do
    id=$(curl -sS -D - -o /dev/null "$api/invocation/next" | tr -d '\\r' | sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: //p')
    curl -sS -o /dev/null -X POST --data-raw '"from curl"' "$api/invocation/$id/response"
done
"""


def test_functions_run_in_processes_of_their_own_and_the_development_keys_still_work(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_NOT_A_MAC)
    with running(tmp_path / "data", env={"PYTHONPATH": str(tmp_path)}) as server:
        iam, lam = server.client("iam"), server.client("lambda")
        role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
        iam.attach_role_policy(RoleName="r", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        functions = {
            "python": (f"python3.{sys.version_info.minor}", zip_of({"app.py": _PYTHON})),
            "program": ("provided.al2023", _executable("bootstrap", _BOOTSTRAP)),
        }
        for name, (runtime, code) in functions.items():
            lam.create_function(
                FunctionName=name, Runtime=runtime, Handler="app.handler", Role=role, Code={"ZipFile": code}
            )  # fmt: skip
        for n in range(3):
            answer = lam.invoke(FunctionName="python", Payload=json.dumps(n), LogType="Tail")
            assert json.load(answer["Payload"]) == [n, True]
        assert json.load(lam.invoke(FunctionName="program")["Payload"]) == "from curl"
        assert lam.invoke(FunctionName="python", InvocationType="Event")["StatusCode"] == 202
        assert any("this is not Linux" in line for line in server.log)
        assert not [line for line in server.log if "Traceback" in line]
    assert "Traceback" not in "".join(server.log)


def test_a_tier_with_walls_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_NOT_A_MAC)
    command = [sys.executable, "-m", "portico", "start", "--ephemeral", "--port", "0", "--isolation", "A"]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode != 0
    assert "its walls are Linux's" in done.stderr
    assert "Traceback" not in done.stderr


def _executable(name: str, source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, source)
    return buffer.getvalue()
