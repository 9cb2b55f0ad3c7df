"""How a server starts, refuses to start, stops, and what it leaves behind."""

import os
import select
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from conftest import zip_of
from harness import TRUST_LAMBDA, Server, running

RUNTIME = f"python3.{sys.version_info.minor}"


def made(server: Server, source: str, name: str = "f", **options: Any) -> Any:
    """A Lambda client; the function `name` is there."""
    iam, lam = server.client("iam"), server.client("lambda")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    lam.create_function(
        FunctionName=name, Runtime=RUNTIME, Handler="app.handler", Role=role,
        Code={"ZipFile": zip_of({"app.py": source})}, Timeout=60, **options,
    )  # fmt: skip
    return lam


def refused_start(*flags: str, data: Path) -> tuple[int, str]:
    """Exit status and standard error of a server that must not come up."""
    command = [sys.executable, "-m", "portico", "start", "--data", str(data), *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_a_running_invocation_is_finished_and_a_new_one_is_refused(tmp_path: Path) -> None:
    begun, go = tmp_path / "begun", tmp_path / "go"
    os.mkfifo(begun)
    os.mkfifo(go)
    source = f"""
        def handler(event, context):
            open({str(begun)!r}, "w").close()
            return open({str(go)!r}).read()
        """
    answers: list[bytes] = []
    with running(
        tmp_path / "data", "--isolation", "C"
    ) as server:  # its function uses the pipes of this folder
        lam = made(server, source)
        call = threading.Thread(target=lambda: answers.append(lam.invoke(FunctionName="f")["Payload"].read()))
        call.start()
        begun.open().close()
        server.process.send_signal(signal.SIGTERM)
        _no_longer_listening(server)
        with pytest.raises(BotoCoreError):
            server.client("lambda").invoke(FunctionName="f")
        go.write_text("done")
        call.join(30)
        assert answers == [b'"done"']
        assert server.stop() == 0
    assert "Traceback" not in "".join(server.log)


def _no_longer_listening(server: Server) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", server.port), 5).close()
        except OSError:
            return


def test_a_second_server_on_the_same_data(tmp_path: Path) -> None:
    with running(tmp_path / "data"):
        status, words = refused_start("--port", "0", data=tmp_path / "data")
    assert status == 1
    assert "another" in words
    assert str(tmp_path / "data") in words


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with running(None) as server:
        status, words = refused_start("--port", str(server.port), data=tmp_path / "data")
    assert status == 1
    assert str(server.port) in words
    assert "in use" in words


def test_a_file_where_the_data_should_be(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")
    status, words = refused_start("--port", "0", data=tmp_path / "data")
    assert status == 1
    assert str(tmp_path / "data") in words
    assert (tmp_path / "data").read_text() == "mine"


def test_data_of_a_newer_format(tmp_path: Path) -> None:
    with running(tmp_path / "data"):
        pass
    with sqlite3.connect(tmp_path / "data" / "portico.sqlite3") as opened:
        opened.execute("PRAGMA user_version = 999")
    opened.close()
    status, words = refused_start("--port", "0", data=tmp_path / "data")
    assert status == 1
    assert "999" in words


@pytest.mark.parametrize(
    "flags", [("--port", "99999"), ("--host", "256.0.0.1", "--port", "0"), ("--tls-cert", "x", "--port", "0")]
)
def test_settings_that_can_not_be(tmp_path: Path, flags: tuple[str, ...]) -> None:
    status, words = refused_start(*flags, data=tmp_path / "data")
    assert status != 0
    assert words.strip()


TREE = """
    import os, subprocess, time
    def handler(event, context):
        subprocess.Popen(["sleep", "4711"])
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execvp("sleep", ["sleep", "4711"])
            os._exit(0)
        return "planted"
    """


def test_no_process_outlives_a_killed_server(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    lam = made(server, TREE)
    assert lam.invoke(FunctionName="f")["Payload"].read() == b'"planted"'
    watched = [os.pidfd_open(pid) for pid in _descendants(server.process.pid)]
    assert len(watched) >= 5, "writer or zygotes, init, function, two sleepers"
    server.kill()
    for pidfd in watched:
        ended, _, _ = select.select([pidfd], [], [], 10)
        os.close(pidfd)
        assert ended


def test_no_process_outlives_a_stopped_server(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        assert made(server, TREE).invoke(FunctionName="f")["Payload"].read() == b'"planted"'
        watched = [os.pidfd_open(pid) for pid in _descendants(server.process.pid)]
        assert server.stop() == 0
    for pidfd in watched:
        ended, _, _ = select.select([pidfd], [], [], 0)
        os.close(pidfd)
        assert ended, "all are gone when the server is"


def _descendants(root: int) -> Iterator[int]:
    for task in Path(f"/proc/{root}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            yield child
            yield from _descendants(child)


CALLER = """
    import boto3, os
    def handler(event, context):
        return [boto3.client("sts").get_caller_identity()["Arn"].split("/")[-1], os.environ.get("AWS_CA_BUNDLE", "")]
    """


def told_by_env(server: Server, **environment: str) -> tuple[list[str], str]:
    """The lines of `portico env`, and what it warns of."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_") and k != "NODE_EXTRA_CA_CERTS"}
    command = [sys.executable, "-m", "portico", "env", "--data", str(server.data)]
    done = subprocess.run(command, env={**kept, **environment}, capture_output=True, text=True, check=True)
    return done.stdout.splitlines(), done.stderr


def test_tls_with_an_authority_of_its_own(tmp_path: Path) -> None:
    authority = tmp_path / "data" / "tls" / "authority.pem"
    with running(tmp_path / "data", "--tls", "auto") as server:
        assert server.url.startswith("https://")
        iam = server.client("iam", verify=str(authority))
        lam = server.client("lambda", verify=str(authority))
        role = iam.create_role(RoleName="f", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
        lam.create_function(
            FunctionName="f", Runtime=RUNTIME, Handler="app.handler", Role=role,
            Code={"ZipFile": zip_of({"app.py": CALLER})}, Timeout=60,
        )  # fmt: skip
        payload = lam.invoke(FunctionName="f")["Payload"].read().decode()
        assert payload == f'["f", "{authority}"]'
        said, warned = told_by_env(server)
        assert [line for line in said if "CA" in line] == [
            f"export {name}={authority}" for name in ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
        ]
        assert not warned
        said, warned = told_by_env(server, NODE_EXTRA_CA_CERTS="/etc/company.pem")
        assert [line for line in said if "CA" in line] == [f"export AWS_CA_BUNDLE={authority}"]
        assert warned.startswith("NODE_EXTRA_CA_CERTS is set already")
        with pytest.raises(BotoCoreError, match="CERTIFICATE_VERIFY_FAILED"):
            server.client("iam").list_users()


def test_everything_is_there_after_sigkill(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    lam = made(server, "def handler(event, context):\n    return event\n")
    lam.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=3)
    server.kill()
    with running(tmp_path / "data") as again:
        lam = again.client("lambda")
        assert lam.invoke(FunctionName="f", Payload=b"7")["Payload"].read() == b"7"
        assert lam.get_function(FunctionName="f")["Concurrency"] == {"ReservedConcurrentExecutions": 3}
        with pytest.raises(ClientError, match="already exist"):
            made(again, "", name="f")
