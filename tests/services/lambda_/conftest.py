"""Functions made through the API, and what AWS says when it refuses."""

import io
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambda_answers import refusal, shown

ECHO = "def handler(event, context):\n    return event\n"


def zip_with(source: str = ECHO, name: str = "app.py") -> bytes:
    """A deployment package of one file, the same bytes at any time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), source)
    return buffer.getvalue()


@pytest.fixture
def package() -> Callable[..., bytes]:
    """`package(source)`: a zip whose `app.py` this is."""
    return zip_with


@pytest.fixture
def create(client: Callable[..., Any], role: str) -> Callable[..., dict[str, Any]]:
    """`create("name", ...)`: CreateFunction of an echo, and its answer; the function may still be pending."""

    def make(name: str, **options: Any) -> dict[str, Any]:
        given = {
            "FunctionName": name,
            "Runtime": "python3.12",
            "Handler": "app.handler",
            "Role": role,
            "Code": {"ZipFile": zip_with()},
            **options,
        }
        answer: dict[str, Any] = client("lambda").create_function(**given)
        return answer

    return make


@pytest.fixture
def active(client: Callable[..., Any], create: Callable[..., dict[str, Any]]) -> Callable[..., str]:
    """`active("name", ...)`: the same, waited for; its ARN."""

    def make(name: str, **options: Any) -> str:
        arn: str = create(name, **options)["FunctionArn"]
        client("lambda").get_waiter("function_active_v2").wait(
            FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 5}
        )
        return arn

    return make


@pytest.fixture
def refused() -> Callable[[int, str, str | None], AbstractContextManager[None]]:
    """`with refused(404, "ResourceNotFoundException", "Function not found: ..."):` exactly that, whole, is the answer."""

    @contextmanager
    def expect(status: int, code: str, message: str | None = None) -> Any:
        with pytest.raises(ClientError) as raised:
            yield
        answer = shown(raised.value.response)
        assert answer == refusal(status, code, answer["Error"]["Message"] if message is None else message)

    return expect
