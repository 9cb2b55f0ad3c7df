"""A real browser, for the tests that need one: Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

# as root it has no sandbox; and it must not look for its maker's servers
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def found() -> str:
    """The browser's path, or the test is skipped."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no Chromium")
    return path


@contextmanager
def page(screenshots: Path | None = None, **context: Any) -> Iterator[Any]:
    """A page of a fresh browser; `context` as Playwright's `new_context` takes it (`color_scheme`, `viewport`)."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found(), args=list(_FLAGS))
        try:
            opened = browser.new_context(**context).new_page()
            opened.set_default_timeout(60_000)  # of a busy machine: what is waited for comes, or never
            yield opened
        finally:
            if screenshots is not None:
                for number, shown in enumerate(browser.contexts[0].pages):
                    shown.screenshot(path=screenshots / f"{number}.png")
            browser.close()
