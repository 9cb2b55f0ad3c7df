"""What time does to a visit of the hosted pages."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cognito_answers import PASSWORD
from harness import Server, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this module's own: its clock is jumped."""
    with running(tmp_path_factory.mktemp("time") / "data") as own:
        yield own


def test_a_code_expires(site: Callable[..., Any], server: Server) -> None:
    made = site()
    made.pool.user("ada")
    browser = made.authorize().submit(username="ada", password=PASSWORD)
    body = json.dumps({"advance": "6m"}).encode()
    request = urllib.request.Request(f"{server.url}/_portico/clock", data=body, method="POST")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
    assert made.redeem(browser).json()["error"] == "invalid_grant"
