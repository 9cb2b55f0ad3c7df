"""The public addresses of front doors."""

import pytest

from portico.doors.public import Public, base_name


@pytest.mark.parametrize(
    ("origin", "url", "api", "socket", "pages", "portal", "own"),
    [
        (
            "http://127.0.0.1:4566",
            "http://u.lambda-url.eu-west-1.localhost:4566/",
            "http://a.execute-api.eu-west-1.localhost:4566",
            "ws://a.execute-api.eu-west-1.localhost:4566",
            "http://p.auth.eu-west-1.localhost:4566",
            "http://p-a.apigw-portal.eu-west-1.localhost:4566",
            "http://example.org:4566",
        ),
        (
            "https://functions.example.com",
            "https://u.lambda-url.eu-west-1.functions.example.com/",
            "https://a.execute-api.eu-west-1.functions.example.com",
            "wss://a.execute-api.eu-west-1.functions.example.com",
            "https://p.auth.eu-west-1.functions.example.com",
            "https://p-a.apigw-portal.eu-west-1.functions.example.com",
            "https://example.org",
        ),
        (
            "http://10.0.0.5:80",
            "http://10.0.0.5:80/_portico/urls/u/",
            "http://10.0.0.5:80/_portico/apis/a",
            "ws://10.0.0.5:80/_portico/apis/a",
            "http://10.0.0.5:80/_portico/auth/p",
            "http://10.0.0.5:80/_portico/portals/a",
            "http://example.org:80",
        ),
    ],
)
def test_addresses(origin: str, url: str, api: str, socket: str, pages: str, portal: str, own: str) -> None:
    public = Public(origin)
    assert public.function_url("u", "eu-west-1") == url
    assert public.api("a", "eu-west-1") == api
    assert public.api("a", "eu-west-1", scheme="ws") == socket
    assert public.sign_in("p", "eu-west-1") == pages
    assert public.portal("a", "eu-west-1") == portal
    assert public.named("example.org") == own


@pytest.mark.parametrize(
    ("origin", "endpoints"),
    [
        ("http://127.0.0.1:4566", "http://127.0.0.1:4566/_portico/auth/p"),
        ("http://localhost:4566", "http://localhost:4566/_portico/auth/p"),
        ("https://functions.example.com", "https://p.auth.eu-west-1.functions.example.com"),
        ("http://10.0.0.5:80", "http://10.0.0.5:80/_portico/auth/p"),
    ],
)
def test_programs_are_not_sent_to_names_below_localhost(origin: str, endpoints: str) -> None:
    assert Public(origin).endpoints("p", "eu-west-1") == endpoints


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("127.0.0.1", "localhost"), ("[::1]", "localhost"), ("localhost", "localhost"), ("10.0.0.5", ""), ("example.com", "example.com"),
    ],
)  # fmt: skip
def test_what_names_are_below(host: str, base: str) -> None:
    assert base_name(host) == base
