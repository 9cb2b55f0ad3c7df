"""What a browser sees at the server's address."""

import urllib.error
import urllib.request
from typing import Any

import pytest

from harness import Server

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


def get(address: str, accept: str) -> tuple[int, dict[str, Any], str]:
    request = urllib.request.Request(address, headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


@pytest.mark.parametrize("path", ["", "/", "/_portico/"])
def test_a_visitor_is_told_where_to_go_on(server: Server, path: str) -> None:
    status, headers, page = get(f"{server.url}{path}", HTML)
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    for told in ("portico env", "/_portico/mailbox", "cognito-idp", "lambda"):
        assert told in page


def test_the_links_lead_somewhere(server: Server) -> None:
    page = get(server.url, HTML)[2]
    for link in (part.split('"')[0] for part in page.split('href="')[1:]):
        assert get(f"{server.url}{link}", HTML)[0] == 200


@pytest.mark.parametrize(("query", "accept"), [("?Action=Nothing", HTML), ("", "*/*")])
def test_programs_get_what_they_always_got(server: Server, query: str, accept: str) -> None:
    status, _, answer = get(f"{server.url}/{query}", accept)
    assert (status // 100, answer.startswith("<ErrorResponse")) == (4, True)
