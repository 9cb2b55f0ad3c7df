"""Fixtures: one server for all the tests of a process, a fresh account for each test."""

import io
import textwrap
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gates import Gate
from harness import TRUST_LAMBDA, Server, new_account, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One real server, in a process of its own, on a free port."""
    with running(tmp_path_factory.mktemp("portico") / "data") as started:
        yield started


@pytest.fixture
def account() -> str:
    """An account that nobody has used."""
    return new_account()


@pytest.fixture
def client(server: Server, account: str) -> Callable[..., Any]:
    """`client(service)`: boto3 as the root of this test's account; `client(service, other_account, key=..., ...)`."""

    def make(service: str, other: str | None = None, **options: Any) -> Any:
        return server.client(service, other or account, **options)

    return make


@pytest.fixture
def gate() -> Iterator[Gate]:
    """What a function waits at until the test lets it go."""
    made = Gate()
    yield made
    made.close()


@pytest.fixture
def role(client: Callable[..., Any]) -> str:
    """The ARN of a role that Lambda may assume and that may write logs."""
    iam = client("iam")
    arn: str = iam.create_role(RoleName="run", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    iam.attach_role_policy(
        RoleName="run", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    )
    return arn


def zip_of(files: dict[str, str | bytes]) -> bytes:
    """A zip with these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, textwrap.dedent(content) if isinstance(content, str) else content)
    return buffer.getvalue()


@pytest.fixture
def deploy(client: Callable[..., Any], role: str) -> Callable[..., str]:
    """`deploy(source, ...)`: a Python function of that source, ready to be invoked; its name."""
    made: list[str] = []

    def make(source: str, *, name: str = "", handler: str = "app.handler", **options: Any) -> str:
        name = name or f"f{len(made)}"
        made.append(name)
        options.setdefault("Role", role)
        options.setdefault("Runtime", "python3.12")
        client("lambda").create_function(
            FunctionName=name, Handler=handler, Code={"ZipFile": zip_of({"app.py": source})}, **options
        )
        client("lambda").get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        return name

    return make
