"""A function of a container image through the whole server, with a program in Docker's place."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import programs
from harness import TRUST_LAMBDA, Server, running
from portico.environments.launchers.container import digests

ANSWERING = (
    "while True:\n    id, value, _ = event()\n    answer(id, [value, sys.argv[1:], os.environ['GIVEN']])"
)
DIGEST = "0123456789abcdef" * 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("images")


@pytest.fixture(scope="module")
def equipped(folder: Path) -> Iterator[Server]:
    """A server that finds an engine on its path."""
    (folder / "docker").write_text(programs.ENGINE)
    (folder / "docker").chmod(0o755)
    variables = {"PATH": f"{folder}:{os.environ['PATH']}", "DOCKER_HOST": "unix:///nowhere"}
    with running(None, env=variables) as server:
        yield server


@pytest.fixture(scope="module")
def lam(equipped: Server, folder: Path) -> Any:
    """A client, and a function `f` of an image."""
    role = equipped.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"][
        "Arn"
    ]
    for name, source in (("entry", ANSWERING), ("other", ANSWERING.replace("[value,", "['other', value,"))):
        (folder / name).write_text(programs.python(source))
        (folder / name).chmod(0o755)
    client = equipped.client("lambda")
    client.create_function(
        FunctionName="f", PackageType="Image", Role=role, Code={"ImageUri": str(folder / "entry")}, Timeout=20,
        ImageConfig={"Command": ["app.handler"]}, Environment={"Variables": {"GIVEN": "1"}},
    )  # fmt: skip
    _wait(client)
    return client


def _wait(client: Any) -> None:
    for waiter in ("function_active_v2", "function_updated_v2"):
        client.get_waiter(waiter).wait(FunctionName="f", WaiterConfig={"Delay": 1})


def _answer(client: Any, payload: bytes) -> Any:
    answer = client.invoke(FunctionName="f", Payload=payload)
    assert "FunctionError" not in answer
    return json.loads(answer["Payload"].read())


def test_it_is_made_started_and_called(lam: Any) -> None:
    assert _answer(lam, b"1") == [1, ["app.handler"], "1"]


def test_other_image_settings_start_other_programs(lam: Any, folder: Path) -> None:
    config = {
        "EntryPoint": [str(folder / "other"), "first"],
        "Command": ["second"],
        "WorkingDirectory": "/work",
    }
    lam.update_function_configuration(FunctionName="f", ImageConfig=config)
    _wait(lam)
    assert _answer(lam, b"2") == ["other", 2, ["first", "second"], "1"]
    assert "--workdir=/work" in (folder / "ran").read_text()


def test_other_code_is_another_image(lam: Any, folder: Path) -> None:
    lam.update_function_configuration(FunctionName="f", ImageConfig={})
    _wait(lam)
    lam.update_function_code(FunctionName="f", ImageUri=str(folder / "other"))
    _wait(lam)
    assert _answer(lam, b"3") == ["other", 3, [], "1"]


def test_the_digest_that_an_address_names_is_the_codes(lam: Any) -> None:
    updated = lam.update_function_code(FunctionName="f", ImageUri=f"registry.test/some@sha256:{DIGEST}")
    assert updated["CodeSha256"] == DIGEST
    _wait(lam)


def test_the_digest_is_what_the_engine_has_the_image_under(lam: Any, equipped: Server, folder: Path) -> None:
    role = lam.get_function(FunctionName="f")["Configuration"]["Role"]
    uri = "registry.example:5000/team/hello:1.2"
    lam.create_function(FunctionName="unknown", PackageType="Image", Role=role, Code={"ImageUri": uri})
    assert "ResolvedImageUri" not in lam.get_function(FunctionName="unknown")["Code"]
    names = ["other@sha256:" + "9" * 64, f"registry.example:5000/team/hello@sha256:{DIGEST}"]
    (folder / "digests").write_text(json.dumps(names))
    lam.create_function(FunctionName="g", PackageType="Image", Role=role, Code={"ImageUri": uri})
    found = lam.get_function(FunctionName="g")
    assert found["Code"]["ImageUri"] == uri
    assert found["Code"]["ResolvedImageUri"] == f"registry.example:5000/team/hello@sha256:{DIGEST}"
    assert found["Configuration"]["CodeSha256"] == DIGEST


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (b"", ""),
        (b"null", ""),
        (b"[]", ""),
        (b"[7, null]", ""),
        (b'["a/b@sha256:short"]', ""),
        (f'["x/a/b@sha256:{"1" * 64}"]'.encode(), ""),
        (f'["a/b@sha256:{"1" * 64}"]'.encode(), "1" * 64),
    ],
)
def test_what_an_engine_tells_of_digests(told: bytes, expected: str) -> None:
    assert digests.among(told, "a/b:tag") == expected


async def test_an_engine_that_is_not_there_or_can_not_be_executed_knows_no_digest(tmp_path: Path) -> None:
    assert await digests.digest_of("a/b:tag", path=str(tmp_path)) == ""
    (tmp_path / "docker").write_text("#!/nowhere\n")
    (tmp_path / "docker").chmod(0o755)
    assert await digests.digest_of("a/b:tag", path=str(tmp_path)) == ""
