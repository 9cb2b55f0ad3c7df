"""User pools of a fresh account on the running server."""

from collections.abc import Callable
from typing import Any

import pytest

from cognito_answers import Mailbox, Pool
from cognito_functions import Functions
from harness import Server


@pytest.fixture
def cognito(client: Callable[..., Any]) -> Any:
    """Cognito as the root of this test's account; what AWS leaves unsigned is not signed."""
    return client("cognito-idp")


@pytest.fixture
def make_pool(cognito: Any) -> Callable[..., Pool]:
    """`make_pool(**settings)`: a new pool."""
    return lambda **settings: Pool(cognito, settings)


@pytest.fixture
def pool(make_pool: Callable[..., Pool]) -> Pool:
    """A pool that verifies e-mail addresses."""
    return make_pool(AutoVerifiedAttributes=["email"])


@pytest.fixture
def mailbox(server: Server) -> Mailbox:
    """What users were sent."""
    return Mailbox(server)


@pytest.fixture
def functions(client: Callable[..., Any], deploy: Callable[..., str], account: str) -> Functions:
    """Triggers of this test's account."""
    return Functions(client, deploy, account)
