"""Portico's own clock: moved in development mode only, by the developer only, and for good."""

import io
import json
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

from harness import TRUST_LAMBDA, Server, running


def clock(server: Server, body: object = None) -> Any:
    data = b"" if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{server.url}/_portico/clock", data, method="POST")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def refusal(server: Server, body: object = None) -> int:
    with pytest.raises(urllib.error.HTTPError) as refused:
        clock(server, body)
    with refused.value as error:
        return error.code


def test_a_jump_is_told_and_survives_a_restart(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        before = clock(server)
        assert before["offset_s"] == 0
        after = clock(server, {"advance": "3m"})
        assert after["offset_s"] == 180
        assert after["now"] - before["now"] >= 180
    with running(tmp_path / "data") as server:
        assert clock(server)["offset_s"] == 180
        assert clock(server, {"advance": 20})["offset_s"] == 200


def test_temporary_credentials_expire_by_it_and_signatures_do_not(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        session = server.client("sts").get_session_token(DurationSeconds=900)["Credentials"]
        keys = {
            "key": session["AccessKeyId"],
            "secret": session["SecretAccessKey"],
            "token": session["SessionToken"],
        }
        server.client("sts", **keys).get_caller_identity()
        clock(server, {"advance": "16m"})
        server.client("sts").get_caller_identity()
        with pytest.raises(Exception, match="ExpiredToken"):
            server.client("sts", **keys).get_caller_identity()


@pytest.mark.parametrize(
    "body", [{"advance": "-3m"}, {"advance": "soon"}, {"back": 3}, [], {"advance": None}]
)
def test_what_can_not_be_done(server: Server, body: object) -> None:
    assert refusal(server, body) == 400


def test_a_function_can_not_move_it(server: Server, deploy: Any, client: Any) -> None:
    source = f"""
    import urllib.request, urllib.error

    def handler(event, context):
        request = urllib.request.Request("{server.url}/_portico/clock", b'{{"advance": 5}}', method="POST")
        try:
            urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
    """
    answer = client("lambda").invoke(FunctionName=deploy(source))
    assert json.load(answer["Payload"]) == 403


def test_outside_development_mode_there_is_no_clock(tmp_path: Path) -> None:
    with running(tmp_path / "data", "--trust-proxy") as server:
        assert refusal(server) == 404


def test_a_warm_function_has_credentials_that_are_good_after_a_jump(tmp_path: Path) -> None:
    source = "import boto3\ndef handler(event, context):\n    return boto3.client('sts').get_caller_identity()['Arn']\n"
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("app.py", source)
    with running(tmp_path / "data") as server:
        trust = server.client("iam").create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)
        lam = server.client("lambda")
        lam.create_function(
            FunctionName="f",
            Runtime="python3.12",
            Handler="app.handler",
            Role=trust["Role"]["Arn"],
            Timeout=30,
            Code={"ZipFile": package.getvalue()},
        )
        for _ in range(2):
            answer = lam.invoke(FunctionName="f")
            assert b":assumed-role/run/f" in answer["Payload"].read()
            assert clock(server, {"advance": "1d"})["offset_s"]
