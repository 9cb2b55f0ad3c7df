"""CORS by configuration: what a browser is told."""

import pytest

from portico.doors.cors import Cors, is_preflight, preflight, told, without_own
from portico.wire.http import Head

SITE = "https://app.example.com"
OPEN = Cors(("*",), ("*",), ("*",), ("x-a", "x-b"), max_age_s=60)
CLOSED = Cors((SITE,), ("GET", "POST"), ("content-type",), credentials=True)


def _ask(origin: str, method: str = "OPTIONS", wanted: str = "PUT", headers: str = "x-c") -> Head:
    fields = (
        ("origin", origin),
        ("access-control-request-method", wanted),
        ("access-control-request-headers", headers),
    )
    return Head(method, "/", "", tuple(field for field in fields if field[1]))


@pytest.mark.parametrize(
    ("cors", "origin", "wanted"),
    [
        (
            OPEN,
            SITE,
            {
                "access-control-allow-origin": "*",
                "access-control-allow-methods": "*",
                "access-control-allow-headers": "*",
                "access-control-max-age": "60",
            },
        ),
        (
            CLOSED,
            SITE,
            {
                "access-control-allow-origin": SITE,
                "access-control-allow-credentials": "true",
                "vary": "Origin",
                "access-control-allow-methods": "GET,POST",
                "access-control-allow-headers": "content-type",
            },
        ),
        (CLOSED, "https://evil.example.com", {}),
        (CLOSED, "null", {}),
        (
            Cors(("*",), ("*",), ("*",), credentials=True),
            SITE,
            {
                "access-control-allow-origin": SITE,
                "access-control-allow-credentials": "true",
                "vary": "Origin",
                "access-control-allow-methods": "PUT",
                "access-control-allow-headers": "x-c",
            },
        ),
    ],
)
def test_preflights(cors: Cors, origin: str, wanted: dict[str, str]) -> None:
    assert dict(preflight(cors, _ask(origin))) == wanted


def test_what_is_a_preflight() -> None:
    assert is_preflight(_ask(SITE))
    assert not is_preflight(_ask(SITE, "GET"))
    assert not is_preflight(_ask("", headers=""))
    assert not is_preflight(_ask(SITE, wanted=""))


def test_answers_are_told_to_pages_that_may_read_them() -> None:
    assert dict(told(OPEN, _ask(SITE))) == {
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "x-a,x-b",
    }
    assert told(OPEN, _ask("")) == ()
    assert told(CLOSED, _ask("https://app.example.com.evil.com")) == ()


def test_any_site_of_a_scheme() -> None:
    secure = Cors(("https://*",))
    assert secure.admits("https://a.example.com")
    assert not secure.admits("http://a.example.com")


def test_a_configuration_replaces_the_backends_own() -> None:
    headers = (("Access-Control-Allow-Origin", "*"), ("x-a", "1"))
    assert without_own(headers) == (("x-a", "1"),)
