"""What time does to a visit of the hosted pages."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cognito_answers import PASSWORD
from harness import Server, running
from user_pools import claims as claims_of


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this module's own: its clock is jumped."""
    with running(tmp_path_factory.mktemp("time") / "data") as own:
        yield own


def test_a_code_expires(site: Callable[..., Any], server: Server) -> None:
    made = site()
    made.pool.user("ada")
    browser = made.authorize().submit(username="ada", password=PASSWORD)
    server.advance("6m")
    assert made.redeem(browser).json()["error"] == "invalid_grant"


def test_going_from_one_application_to_the_next_is_no_new_sign_in(
    site: Callable[..., Any], server: Server
) -> None:
    """A session ends an hour after its user has proved who it is, however often it is used, and is as old as that."""
    made = site()
    made.pool.user("ada")
    browser = made.authorize().submit(username="ada", password=PASSWORD)
    server.advance("40m")
    claims = claims_of(made.redeem(made.authorize(browser)).json()["access_token"])
    assert claims["iat"] - claims["auth_time"] >= 2400
    assert made.authorize(browser, max_age="2000").title == "Sign in"
    server.advance("25m")
    assert made.authorize(browser).title == "Sign in"
