"""examples/web in a real browser: an unmodified Amplify application signs up, signs in by SRP, and calls a function in every way."""

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from clients import browser
from harness import Server, running

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "web"
PASSWORD = "Secret-123"


class Site(NamedTuple):
    """The page, served, and the server that it calls."""

    origin: str
    server: Server


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, built with the packages that it names."""
    browser.found()
    if shutil.which("npm") is None:
        pytest.skip("there is no npm")
    folder = tmp_path_factory.mktemp("web") / "web"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("node_modules", "dist", "public"))
    for command in (["npm", "install", "--no-audit", "--no-fund", "--silent"], ["npx", "vite", "build"]):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def site(built: Path) -> Iterator[Site]:
    handler = functools.partial(_Quiet, directory=str(built / "dist"))
    pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    origin = f"http://localhost:{pages.server_port}"
    try:
        with running(built.parent / "data", "--origins", origin) as server:
            variables = {
                **os.environ,
                "AWS_ENDPOINT_URL": server.url.replace("127.0.0.1", "localhost"),
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_REGION": "us-east-1",
            }
            done = subprocess.run(
                [sys.executable, str(built / "setup.py"), origin],
                env=variables,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            assert done.returncode == 0, done.stderr
            shutil.copy(built / "public" / "config.json", built / "dist" / "config.json")
            yield Site(origin, server)
    finally:
        pages.shutdown()
        pages.server_close()


def _press(page: Any, button: str) -> str:
    """What the page answers to a button."""
    page.evaluate("document.getElementById('answer').textContent = ''")
    page.click(button)
    page.wait_for_function("() => !['', '…'].includes(document.getElementById('answer').textContent)")
    answer: str = page.inner_text("#answer")
    return answer


def _fill(page: Any, form: str, **fields: str) -> str:
    for name, value in fields.items():
        page.fill(f"#{form} [name={name}]", value)
    return _press(page, f"#{form} button")


def _code(server: Server, to: str) -> str:
    request = urllib.request.Request(
        f"{server.url}/_portico/mailbox?to={to}", headers={"Accept": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: str = json.load(answer)["mails"][0]["code"]
        return found


def _identity(page: Any, word: str) -> str:
    page.wait_for_function("word => document.getElementById('state').textContent.startsWith(word)", arg=word)
    return re.search(r"identity (us-east-1:[0-9a-f-]{36})", page.inner_text("#state"))[1]  # type: ignore[index]


def test_from_a_guest_to_a_person(site: Site, tmp_path: Path) -> None:
    config = json.loads(urllib.request.urlopen(f"{site.origin}/config.json", timeout=10).read())
    with browser.page(tmp_path) as page:
        page.goto(site.origin)
        guest = _identity(page, "A guest")
        direct = json.loads(_press(page, "#direct"))
        assert (direct["who"], direct["pool"]) == (guest, config["identityPoolId"])
        assert _press(page, "#api").startswith("401 ")
        assert _press(page, "#url").startswith("403 ")

        assert (
            _fill(page, "sign-up", username="ada", email="ada@example.com", password=PASSWORD)
            == "sign-up: CONFIRM_SIGN_UP"
        )
        assert _fill(page, "confirm", username="ada", code="000000").startswith("CodeMismatchException")
        assert (
            _fill(page, "confirm", username="ada", code=_code(site.server, "ada%40example.com"))
            == "confirm: DONE"
        )
        assert _fill(page, "sign-in", username="ada", password="Wrong-1234").startswith(
            "NotAuthorizedException"
        )
        assert _fill(page, "sign-in", username="ada", password=PASSWORD) == "sign-in: DONE"
        person = _identity(page, "Signed in as ada")

        direct = json.loads(_press(page, "#direct"))
        assert (direct["who"], direct["pool"]) == (person, config["identityPoolId"])
        assert json.loads(_press(page, "#api")) == {
            "way": "HTTP API, with a JWT", "who": "ada", "email": "ada@example.com",
        }  # fmt: skip
        url = json.loads(_press(page, "#url"))
        assert url["who"] == person
        assert url["role"].startswith("authenticated-")

        page.reload()
        assert _identity(page, "Signed in as ada") == person
        assert _press(page, "#sign-out") == "Signed out"
        assert _identity(page, "A guest") != person
    assert (tmp_path / "0.png").stat().st_size > 5_000


def test_a_page_from_elsewhere_gets_nothing(site: Site, built: Path) -> None:
    """The same page, served by an origin that was not allowed."""
    handler = functools.partial(_Quiet, directory=str(built / "dist"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        with browser.page() as page:
            refused: list[str] = []
            page.on("requestfailed", lambda request: refused.append(request.url))
            page.goto(f"http://localhost:{pages.server_port}")
            with page.expect_event("requestfailed"):
                page.click("#direct")
            assert any(url.startswith(site.server.url.replace("127.0.0.1", "localhost")) for url in refused)
            assert "us-east-1:" not in page.inner_text("main")
        pages.shutdown()
