"""examples/terraform with HashiCorp's own provider: everything is made, shown again as it was meant, and taken away."""

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from doors_http import ask
from harness import REGION, Server

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

Terraform = Callable[..., str]


@pytest.fixture
def terraform(server: Server, account: str, tmp_path: Path) -> Iterator[Terraform]:
    """Runs a command of Terraform in a copy of the example, and gives what it says."""
    if shutil.which("terraform") is None:
        pytest.skip("there is no Terraform")
    shutil.copy(EXAMPLES / "terraform" / "main.tf", tmp_path)
    with zipfile.ZipFile(tmp_path / "hello.zip", "w") as package:
        package.write(EXAMPLES / "hello" / "app.py", "app.py")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    keys = {"AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "test"}
    environment = {**kept, **keys, "AWS_ENDPOINT_URL": server.url, "AWS_REGION": REGION}

    def run(*arguments: str) -> str:
        command = ["terraform", *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=300
        )
        if arguments[0] == "init" and done.returncode:
            pytest.skip(f"Terraform's provider is not to be had: {done.stderr[-300:]}")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("init", "-no-color")
    run("apply", "-auto-approve", "-no-color")
    yield run
    run("destroy", "-auto-approve", "-no-color")


def test_the_example(terraform: Terraform, client: Callable[..., Any]) -> None:
    terraform(
        "plan", "-detailed-exitcode", "-no-color"
    )  # its status is 2 if anything is shown otherwise than it was made
    told = {name: output["value"] for name, output in json.loads(terraform("output", "-json")).items()}
    assert ask(told["api"]).status == 401
    idp = client("cognito-idp")
    idp.admin_create_user(UserPoolId=told["pool"], Username="ada", MessageAction="SUPPRESS")
    secret = "Correct-Horse-7"
    idp.admin_set_user_password(UserPoolId=told["pool"], Username="ada", Password=secret, Permanent=True)
    signed_in = idp.initiate_auth(
        ClientId=told["client"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ada", "PASSWORD": secret},
    )["AuthenticationResult"]
    answer = ask(told["api"], authorization=f"Bearer {signed_in['IdToken']}")
    assert (answer.status, answer.json()["message"]) == (200, "Hello, world!")
