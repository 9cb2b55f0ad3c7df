"""The `portico` command against a running server, as a user types it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from harness import Server, running
from portico.cli.main import main

APP = "def handler(event, context):\n    print('working')\n    return {'got': event}\n"


INTERRUPTIBLE = """
import signal
from portico.cli.main import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs the tests in the background ignores it
main()
"""


@pytest.fixture
def portico(server: Server, account: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs a subcommand as the root of this test's account."""
    for name in [n for n in os.environ if n.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    def run(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(main, list(arguments), catch_exceptions=False)
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "greeter"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text("secret")
    (folder / "venv").mkdir()
    (folder / "venv" / "pyvenv.cfg").touch()
    (folder / "app.py").write_text(APP)
    return folder


def test_deploy_invoke_change_and_logs(
    portico: Callable[..., Result], project: Path, client: Callable[..., Any]
) -> None:
    assert "Created greeter" in portico("deploy", str(project)).output
    assert json.loads(portico("invoke", "greeter", "-p", '{"a": 1}').stdout) == {"got": {"a": 1}}
    assert "Unchanged" in portico("deploy", str(project)).output
    (project / "app.py").write_text(APP.replace("'got'", "'new'"))
    assert "Updated greeter" in portico("deploy", str(project), "--timeout", "9", "--env", "MODE=b").output
    event = project.parent / "event.json"
    event.write_text('{"b": 2}')
    assert json.loads(portico("invoke", "greeter", "-p", f"@{event}").stdout) == {"new": {"b": 2}}
    shown = client("lambda").get_function_configuration(FunctionName="greeter")
    assert (shown["Timeout"], shown["Environment"]) == (9, {"Variables": {"MODE": "b"}})
    tail = portico("invoke", "greeter", "--log").stderr
    assert "working" in tail
    assert "REPORT RequestId" in tail
    assert "working" in _until(lambda: portico("logs", "greeter").output, "working")


def _until(look: Callable[[], str], wanted: str) -> str:
    """Function logs are written within a moment of the answer."""
    deadline = time.monotonic() + 10
    while wanted not in (output := look()) and time.monotonic() < deadline:
        pass
    return output


def test_the_role_that_deploy_makes_may_write_its_own_log_and_nothing_else(
    portico: Callable[..., Result], project: Path, client: Callable[..., Any]
) -> None:
    (project / "app.py").write_text(
        "import boto3\ndef handler(event, context):\n"
        "    try:\n        boto3.client('iam').list_users()\n"
        "    except Exception as error:\n        return str(error)\n"
    )
    portico("deploy", str(project), "--timeout", "30")
    answer = portico("invoke", "greeter").stdout
    assert "AccessDenied" in answer
    assert "iam:ListUsers" in answer


def test_a_function_that_fails_is_a_failure_of_the_command(
    portico: Callable[..., Result], project: Path
) -> None:
    (project / "app.py").write_text("def handler(event, context):\n    raise ValueError('no')\n")
    portico("deploy", str(project))
    result = portico("invoke", "greeter", status=1)
    assert json.loads(result.stdout)["errorMessage"] == "no"
    assert "failed (Unhandled)" in result.stderr


def test_event_invocations_are_accepted(portico: Callable[..., Result], project: Path) -> None:
    portico("deploy", str(project))
    assert "accepted as" in portico("invoke", "greeter", "--event").stderr
    assert "working" in _until(lambda: portico("logs", "greeter").output, "working")


def test_refusals_are_explained(
    portico: Callable[..., Result], project: Path, client: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    portico("deploy", str(project))
    client("iam").create_user(UserName="mallory")
    key = client("iam").create_access_key(UserName="mallory")["AccessKey"]
    root_key = os.environ["AWS_ACCESS_KEY_ID"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    refused = portico("invoke", "greeter", status=1).output
    assert "no identity-based policy allows the lambda:InvokeFunction action" in refused
    request_id = refused.split("portico explain ")[1].split()[0]
    assert "portico:Explain" in portico("explain", request_id, status=1).output  # mallory may not
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", root_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    shown = portico("explain", request_id).output
    assert "refused" in shown
    assert "user/mallory" in shown
    assert "no decision is known" in portico("explain", "nothing", status=1).output
    assert "under -h-Toymia_gZ0Ks=" in portico("explain", "-h-Toymia_gZ0Ks=", status=1).output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("invoke", "nothing"), "ResourceNotFoundException"),
        (("invoke", "nothing", "-p", "@/does/not/exist"), "can't be read"),
        (("logs", "nothing"), "no log group"),
        (("deploy", "{empty}"), "no handler found"),
        (("deploy", "{empty}", "--handler", "a.b", "--env", "X"), "NAME=VALUE"),
    ],
)
def test_what_goes_wrong_is_said_in_a_line(
    portico: Callable[..., Result], tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    (tmp_path / "empty").mkdir()
    filled = [a.format(empty=tmp_path / "empty") for a in arguments]
    assert says in portico(*filled, status=1).output


def test_env_points_tools_at_the_server(portico: Callable[..., Result], server: Server, account: str) -> None:
    lines = portico("env").stdout.splitlines()
    assert f"export AWS_ENDPOINT_URL={server.url}" in lines
    assert f"export AWS_ACCESS_KEY_ID={account}" in lines
    assert "unset AWS_ENDPOINT_URL" in portico("env", "--unset").stdout


def test_a_proxy_is_for_others(portico: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "example.com,localhost")
    assert "no log group" in portico("logs", "nothing", status=1).output
    lines = portico("env").stdout.splitlines()
    assert "export no_proxy=example.com,localhost,127.0.0.1,.localhost" in lines
    monkeypatch.delenv("http_proxy")
    assert "proxy" not in portico("env").stdout


def test_profiles_of_awss_tools_do_not_matter(
    portico: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("[default]\nretry_mode = none such\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "not there")
    assert "no log group" in portico("logs", "nothing", status=1).output


def test_doctor_says_what_the_machine_gives(portico: Callable[..., Result]) -> None:
    output = portico("doctor").output
    assert "Python" in output
    assert "fsync" in output
    assert "names below localhost" in output
    assert "PROBLEM" not in output


def test_no_server_is_told(portico: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert "no Portico server answers" in portico("reset", "--yes", status=1).output
    told = portico("invoke", "x", status=1).output
    assert "no Portico server answers at http://127.0.0.1:1: start one with `portico start`" in told
    assert "write http://127.0.0.1:1" in portico("logs", "x", "--endpoint", "127.0.0.1:1", status=1).output
    for command in (["doors", "x"], ["explain", "x"], ["budget", "remove", "x"]):
        assert "no Portico server answers at http://127.0.0.1:1: start" in portico(*command, status=1).output


def test_the_data_directory_of_the_environment_is_the_servers(
    portico: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("PORTICO_DATA", str(tmp_path))
    with running(data=tmp_path) as own:
        assert f"export AWS_ENDPOINT_URL={own.url}" in portico("env").stdout.splitlines()


def test_output_that_nobody_reads_on_is_no_error(portico: Callable[..., Result], project: Path) -> None:
    portico("deploy", str(project))
    portico("invoke", "greeter")
    _until(lambda: portico("logs", "greeter").output, "REPORT")
    read, write = os.pipe()
    os.close(read)  # what `| head` does to its source
    try:
        done = subprocess.run(
            [sys.executable, "-m", "portico", "logs", "greeter"],
            stdout=write,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(write)
    assert done.stderr == b""


@pytest.mark.parametrize("arguments", [("logs", "greeter", "-f"), ("deploy", "{project}", "--watch")])
def test_what_goes_on_ends_with_ctrl_c(
    portico: Callable[..., Result], project: Path, arguments: tuple[str, ...]
) -> None:
    portico("deploy", str(project))
    portico("invoke", "greeter")
    filled = [argument.format(project=project) for argument in arguments]
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, *filled],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as going:
        assert going.stdout is not None
        shown = next(line for line in going.stdout if "REPORT" in line or "Watching" in line)
        going.send_signal(signal.SIGINT)
        rest = going.stdout.read()
    assert (going.returncode, "Aborted" in rest) == (0, False), shown + rest


def test_a_handler_that_is_not_there_is_told_when_it_is_deployed(
    portico: Callable[..., Result], project: Path
) -> None:
    assert "has no handel" in portico("deploy", str(project), "--handler", "app.handel").stderr
    assert "has no handel" in portico("deploy", str(project)).stderr  # an update keeps it
    assert portico("deploy", str(project), "--handler", "app.handler").stderr == ""


def test_a_script_is_deployed_for_node(
    portico: Callable[..., Result], tmp_path: Path, client: Callable[..., Any]
) -> None:
    (tmp_path / "index.mjs").write_text("export const handler = async () => 'hello';\n")
    portico("deploy", str(tmp_path), "--name", "script")
    shown = client("lambda").get_function_configuration(FunctionName="script")
    assert (shown["Runtime"], shown["Handler"]) == ("nodejs22.x", "index.handler")


def test_reset_backup_and_restore(tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("AWS_")]:
        monkeypatch.delenv(name)
    data, copy, file = tmp_path / "data", tmp_path / "copy", tmp_path / "backup.tar"

    def portico(*arguments: str, where: Path = data, status: int = 0) -> str:
        result = CliRunner().invoke(main, [*arguments, "--data", str(where)], catch_exceptions=False)
        assert result.exit_code == status, result.output
        return result.output

    with running(data):
        portico("deploy", str(project))
        portico("invoke", "greeter")
        assert "working" in _until(lambda: portico("logs", "greeter"), "working")
        assert "bytes" in portico("backup", str(file))
        assert "exist" in portico("backup", str(file), status=1)
        assert "forgotten" in portico("reset", "--yes")
        assert "ResourceNotFoundException" in portico("invoke", "greeter", status=1)
        portico("deploy", str(project))
    assert "portico start" in portico("restore", str(file), where=copy)
    assert "empty" in portico("restore", str(file), where=copy, status=1)
    with running(copy):
        assert "working" in portico("logs", "greeter", where=copy)
        assert "got" in portico("invoke", "greeter", where=copy)


def test_cognito_create_user(portico: Callable[..., Result], client: Callable[..., Any]) -> None:
    cognito = client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="app")["UserPool"]["Id"]
    words = ("--password", "Passw0rd!x", "--email", "ada@example.com", "--group", "a", "--group", "b")
    said = portico("cognito", "create-user", "app", "ada", *words).output
    user = cognito.admin_get_user(UserPoolId=pool, Username="ada")
    assert user["UserStatus"] == "CONFIRMED"
    attributes = {each["Name"]: each["Value"] for each in user["UserAttributes"]}
    assert (attributes["email"], attributes["email_verified"]) == ("ada@example.com", "true")
    assert said == f"ada is a user of {pool}; its sub is {attributes['sub']}.\n"
    groups = cognito.admin_list_groups_for_user(UserPoolId=pool, Username="ada")["Groups"]
    assert [each["GroupName"] for each in groups] == ["a", "b"]
    told = portico("cognito", "create-user", pool, "bob", "--group", "a", "--phone", "+15555550100").output
    assert "/_portico/mailbox?to=%2B15555550100" in told
    cognito.create_user_pool(PoolName="web_app")
    assert "Nobody was sent" in portico("cognito", "create-user", "web_app", "cy").output
    bob = cognito.admin_get_user(UserPoolId=pool, Username="bob")
    assert bob["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert "UsernameExistsException" in portico("cognito", "create-user", pool, "bob", status=1).output
    assert "no user pool is named 'none'" in portico("cognito", "create-user", "none", "x", status=1).output
