"""A pool with a domain, and a browser of few words: it keeps cookies, reads forms and does not follow to other places."""

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest
import urllib3

from cognito_answers import Pool
from doors_http import ask

CALLBACK = "https://app.example.com/callback"


class Browser:
    """Visits the pages of one domain. `at` is where it has been sent outside of it."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.cookies: dict[str, str] = {}
        self.url = ""
        self.text = ""
        self.status = 0
        self.at = ""

    def get(self, path: str, **query: str) -> "Browser":
        """Go to a page."""
        return self._go("GET", urljoin(self.origin, path) + (f"?{urlencode(query)}" if query else ""))

    def post(self, path: str, **fields: str) -> "Browser":
        """Be sent to a page with a form of another site."""
        return self._go(
            "POST",
            urljoin(self.origin, path),
            urlencode(fields),
            content_type="application/x-www-form-urlencoded",
        )

    def submit(self, **fields: str) -> "Browser":
        """Fill in the form of the page and send it."""
        action = re.search(r'<form method="post" action="([^"]*)"', self.text)
        assert action, self.text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', self.text))
        form = {name: html.unescape(value) for name, value in hidden.items()} | fields
        target = urljoin(self.url, html.unescape(action[1]))
        return self._go("POST", target, urlencode(form), content_type="application/x-www-form-urlencoded")

    @property
    def error(self) -> str:
        """What the page complains of."""
        found = re.search(r'<p class="error"[^>]*>([^<]*)', self.text)
        return html.unescape(found[1]) if found else ""

    @property
    def title(self) -> str:
        """The page's title."""
        found = re.search(r"<h1>([^<]*)", self.text)
        return html.unescape(found[1]) if found else ""

    @property
    def told(self) -> dict[str, str]:
        """What the application was told."""
        parts = urlsplit(self.at)
        return {name: values[0] for name, values in parse_qs(parts.query or parts.fragment).items()}

    def _go(self, method: str, url: str, body: str = "", **headers: str) -> "Browser":
        self.at = ""
        for _ in range(5):
            cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            answer: urllib3.BaseHTTPResponse = ask(url, method, body=body, **headers, cookie=cookie)
            for line in answer.headers.getlist("set-cookie"):
                name, _, value = line.partition(";")[0].partition("=")
                self.cookies[name] = value
            self.url, self.text, self.status = url, answer.data.decode(), answer.status
            if answer.status != 302:
                return self
            where = urljoin(url, answer.headers["location"])
            if urlsplit(where).netloc != urlsplit(self.origin).netloc:
                self.at = where
                return self
            method, url, body, headers = "GET", where, "", {}
        raise AssertionError("it goes round in circles")


class Site:
    """A pool, its domain and a client of it."""

    def __init__(self, pool: Pool, origin: str, client: dict[str, Any]) -> None:
        self.pool = pool
        self.origin = origin
        self.client_id: str = client["ClientId"]
        self.secret: str = client.get("ClientSecret", "")

    def browser(self) -> Browser:
        """A fresh one."""
        return Browser(self.origin)

    def authorize(self, browser: Browser | None = None, **query: str) -> Browser:
        """Where the application sends its user."""
        given = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": "openid email",
            "state": "s",
        }
        return (browser or self.browser()).get("/oauth2/authorize", **{**given, **query})

    def token(self, **form: str) -> urllib3.BaseHTTPResponse:
        """Ask the token endpoint."""
        headers = {"content_type": "application/x-www-form-urlencoded"}
        return ask(f"{self.origin}/oauth2/token", "POST", body=urlencode(form), **headers)

    def redeem(self, browser: Browser, **more: str) -> urllib3.BaseHTTPResponse:
        """Tokens for the code that the browser was sent back with."""
        given = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": browser.told["code"],
            "redirect_uri": CALLBACK,
        }
        return self.token(**{**given, **more})


@pytest.fixture
def site(make_pool: Callable[..., Pool], cognito: Any, account: str) -> Callable[..., Site]:
    """`site(pool settings, **client settings)`: a pool with a domain and a client that may use its pages."""

    def make(settings: dict[str, Any] | None = None, **client: Any) -> Site:
        pool = make_pool(**{"AutoVerifiedAttributes": ["email"], **(settings or {})})
        prefix = f"p{pool.id.split('_')[1].lower()}-{account}"
        cognito.create_user_pool_domain(UserPoolId=pool.id, Domain=prefix)
        asked = {
            "ClientName": "web", "AllowedOAuthFlowsUserPoolClient": True, "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid", "email", "profile"], "CallbackURLs": [CALLBACK], "LogoutURLs": ["https://app.example.com/bye"],
            "SupportedIdentityProviders": ["COGNITO"], "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH"], **client,
        }  # fmt: skip
        made = cognito.create_user_pool_client(UserPoolId=pool.id, **asked)["UserPoolClient"]
        base = cognito.meta.endpoint_url.replace("127.0.0.1", f"{prefix}.auth.us-east-1.localhost")
        return Site(pool, base, made)

    return make
