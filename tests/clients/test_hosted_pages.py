"""The hosted pages in a real browser, by keyboard only: on a desk and on a phone, light and dark; and what everybody needs of a page."""

import base64
import hmac
import http.server
import json
import struct
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from clients import browser
from harness import Server, running

PASSWORD, NEXT_PASSWORD = "Secret-123", "Another-1234"
TABS_MAX = 20
DESK = {"viewport": {"width": 1000, "height": 760}, "color_scheme": "light"}
PHONE = {
    "viewport": {"width": 360, "height": 640}, "color_scheme": "dark", "device_scale_factor": 2, "is_mobile": True, "has_touch": True,
}  # fmt: skip

# The text of each element on the page, with its contrast (WCAG 2.2, 1.4.3) against the nearest background that is painted.
_CONTRASTS = """() => {
  const numbers = color => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const back = element => {
    for (let one = element; one; one = one.parentElement) {
      const found = numbers(getComputedStyle(one).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll('main *')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own && element.tagName !== 'INPUT') continue;
    const [a, b] = [light(numbers(getComputedStyle(element).color)), light(back(element))];
    found.push([element.tagName + ' ' + (element.textContent || element.name), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]);
  }
  return found;
}"""
_TARGETS = """() => [...document.querySelectorAll('main input:not([type=hidden]), main button, main a')]
  .map(one => [one.textContent || one.name, one.getBoundingClientRect().height])"""
_UNNAMED = """() => [...document.querySelectorAll('main input:not([type=hidden]), main select')]
  .filter(one => !one.labels.length).map(one => one.name)"""
_WIDTHS = "() => [document.documentElement.scrollWidth, window.innerWidth]"
# Functions, not expressions: those are evaluated in the page, whose policy forbids it, whenever they do not hold at once.
_COMPLAINS = """() => document.querySelector('[role=alert]')
  && (document.activeElement?.getAttribute('aria-describedby') || '').split(' ').includes('error')"""
_SENT_AGAIN = "() => document.querySelector('p.intro')?.textContent.includes('new code')"
_FOCUSED = """() => {
  const one = document.activeElement;
  return one.labels && one.labels.length ? one.labels[0].firstChild.textContent.trim() : one.textContent.trim();
}"""


class Site(NamedTuple):
    """An application that sends its users to the pages of a pool, which wants an authenticator app of everybody. `url` is where they are
    sent to, and `callback` where they come back."""

    server: Server
    url: str
    callback: str


class _Application(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "9")
        self.end_headers()
        self.wfile.write(b"Signed in")

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def callback() -> Iterator[str]:
    """Where the application has its users back."""
    application = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Application)
    threading.Thread(target=application.serve_forever, daemon=True).start()
    yield f"http://localhost:{application.server_port}/callback"
    application.shutdown()
    application.server_close()


@pytest.fixture(scope="module")
def site(callback: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    browser.found()
    with running(tmp_path_factory.mktemp("pages") / "data") as server:
        cognito = server.client("cognito-idp")
        pool = cognito.create_user_pool(PoolName="Example shop", AutoVerifiedAttributes=["email"])[
            "UserPool"
        ]["Id"]
        cognito.set_user_pool_mfa_config(
            UserPoolId=pool, MfaConfiguration="ON", SoftwareTokenMfaConfiguration={"Enabled": True}
        )
        cognito.create_user_pool_domain(UserPoolId=pool, Domain="shop")
        client = cognito.create_user_pool_client(
            UserPoolId=pool, ClientName="web", AllowedOAuthFlowsUserPoolClient=True, AllowedOAuthFlows=["code"],
            AllowedOAuthScopes=["openid", "email"], CallbackURLs=[callback], SupportedIdentityProviders=["COGNITO"],
        )["UserPoolClient"]["ClientId"]  # fmt: skip
        query = urllib.parse.urlencode(
            {
                "client_id": client, "response_type": "code", "redirect_uri": callback, "scope": "openid email", "state": "s",
                "prompt": "login",
            }
        )  # fmt: skip
        origin = server.url.replace("127.0.0.1", "shop.auth.us-east-1.localhost")
        yield Site(server, f"{origin}/oauth2/authorize?{query}", callback)


class Keyboard:
    """Somebody who has no mouse, and looks at every page that comes up."""

    def __init__(self, page: Any, site: Site, shots: Path) -> None:
        self._page = page
        self._site = site
        self._shots = shots

    def visit(self) -> None:
        """Come from the application."""
        self._page.goto(self._site.url)
        self.see("Sign in")

    def see(self, title: str) -> None:
        """Wait for a page, and look at it."""
        self._page.wait_for_function(
            "title => document.querySelector('h1')?.textContent === title", arg=title
        )
        self._page.screenshot(path=self._shots / f"{len(list(self._shots.iterdir())):02}.png")
        pale = [found for found in self._page.evaluate(_CONTRASTS) if found[1] < 4.5]
        assert not pale
        assert [found for found in self._page.evaluate(_TARGETS) if found[1] < 43] == []
        assert self._page.evaluate(_UNNAMED) == []
        wide, wanted = self._page.evaluate(_WIDTHS)
        assert wide <= wanted

    def reach(self, name: str) -> None:
        """Press Tab until what is called that has the focus, which has to show."""
        for _ in range(TABS_MAX):
            if self._page.evaluate(_FOCUSED) == name:
                outline = self._page.evaluate("() => getComputedStyle(document.activeElement).outlineWidth")
                assert outline == "3px"
                return
            self._page.keyboard.press("Tab")
        raise AssertionError(f"no way to {name}")

    def type(self, **fields: str) -> None:
        """Fill in fields by their labels, and press Enter."""
        for label, value in fields.items():
            self.reach(label.replace("_", " "))
            self._page.keyboard.type(value)
        self.press()

    def press(self) -> None:
        """Press Enter."""
        self._page.keyboard.press("Enter")

    def complaint(self) -> str:
        """What the page complains of, which is read out with the field that has the focus."""
        self._page.wait_for_function(_COMPLAINS)  # the focus comes with the first painting, which may be late
        found: str = self._page.inner_text("#error")
        return found

    @property
    def at(self) -> str:
        """Where the application has them back."""
        self._page.wait_for_url(f"{self._site.callback}?*")
        return str(self._page.url)

    @property
    def code(self) -> str:
        """The key of an authenticator app that the page shows."""
        found: str = self._page.inner_text("code")
        return found


def _mailed(site: Site, to: str) -> str:
    url = f"{site.server.url}/_portico/mailbox?to={urllib.parse.quote(to)}"
    request = urllib.request.Request(url, headers={"Accept": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: str = json.load(answer)["mails"][0]["code"]
        return found


def _shown(secret: str, later: int = 0) -> str:
    """What an authenticator app shows, now or `later` half-minutes."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30 + later), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


@pytest.mark.parametrize(("name", "device"), [("ada", DESK), ("bob", PHONE)], ids=["desk", "phone"])
def test_by_keyboard_from_an_account_to_a_new_password(
    site: Site, name: str, device: dict[str, Any], tmp_path: Path
) -> None:
    address = f"{name}@example.com"
    with browser.page(**device) as page:
        someone = Keyboard(page, site, tmp_path)
        someone.visit()
        someone.reach("Create an account")
        someone.press()
        someone.see("Create an account")
        someone.type(Username=name, **{"E-mail": address}, Password="secret-123")
        assert "uppercase" in someone.complaint()
        someone.see("Create an account")
        someone.type(Password=PASSWORD)  # the rest is still there
        someone.see("Confirm your account")
        someone.type(Code="000000")
        assert "Invalid verification code" in someone.complaint()
        someone.reach("Send a new code")
        someone.press()
        page.wait_for_function(_SENT_AGAIN)
        someone.see("Confirm your account")
        someone.type(Code=_mailed(site, address))
        someone.see("Your account is confirmed.")
        someone.reach("Sign in")
        someone.press()

        someone.see("Sign in")
        someone.type(Username=name, Password="Wrong-1234")
        assert "Incorrect username or password." in someone.complaint()
        someone.type(Password=PASSWORD)
        someone.see("Set up your authenticator app")
        secret = someone.code
        someone.type(Code="000000")
        someone.complaint()
        assert someone.code == secret
        someone.type(Code=_shown(secret))
        assert "code=" in someone.at

        someone.visit()
        someone.type(Username=name, Password=PASSWORD)
        someone.see("Enter your code")
        someone.type(Code=_shown(secret, 1))
        assert "state=s" in someone.at

        someone.visit()
        someone.reach("Forgot your password?")
        someone.press()
        someone.see("Forgot your password?")
        someone.type(Username=name)
        someone.see("Set a new password")
        someone.type(Code=_mailed(site, address), New_password=NEXT_PASSWORD)
        someone.see("Your password is changed.")
        someone.reach("Sign in")
        someone.press()
        someone.see("Sign in")
        someone.type(Username=name, Password=NEXT_PASSWORD)
        someone.see("Enter your code")


def test_pages_say_what_the_application_did_wrong(site: Site, tmp_path: Path) -> None:
    with browser.page(**PHONE) as page:
        page.goto(site.url.replace("callback", "elsewhere"))
        Keyboard(page, site, tmp_path).see("An error was encountered with the requested page.")
        assert "redirect_mismatch" in page.inner_text("main")
