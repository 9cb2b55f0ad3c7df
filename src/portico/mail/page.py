"""The mailbox as a page for people, and as JSON for programs."""

import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import msgspec

from portico.mail.letter import Mail
from portico.wire.http import Head, Headers, Reply

_LINK = re.compile(r"https?://[^\s<>\"']+")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
_TOP = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mailbox</title>
<meta name="viewport" content="width=device-width"><style>
:root { color-scheme: light dark }
body { font: 15px system-ui, sans-serif; margin: 2rem auto; max-width: 50rem; padding: 0 1rem }
article { border: 1px solid #8886; border-radius: .5rem; margin: 1rem 0; padding: 1rem }
pre { font: inherit; overflow-wrap: anywhere; white-space: pre-wrap } dl { display: grid; grid-template-columns: 6rem auto; margin: 0 }
dt { opacity: .7 } dd { margin: 0; overflow-wrap: anywhere } code { font-size: 1.5rem; letter-spacing: .1em; user-select: all }</style>
</head><body><h1>Mailbox</h1>
"""
_PRIVATE: Headers = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))
_KINDS = {"email": "E-mail", "sms": "Text message"}


def reply(head: Head, mails: Sequence[Mail]) -> Reply:
    """The mailbox as a page, or as JSON for who asks for it."""
    if "json" in head.header("accept"):
        shown: list[dict[str, Any]] = [msgspec.to_builtins(mail) for mail in mails]
        return Reply(
            200, (("Content-Type", "application/json"), *_PRIVATE), msgspec.json.encode({"mails": shown})
        )
    headers = (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", _POLICY),
        *_PRIVATE,
    )
    body = "".join(_article(mail) for mail in mails) or "<p>There are no messages here (yet).</p>"
    return Reply(200, headers, f"{_TOP}{body}</body></html>".encode())


def _article(mail: Mail) -> str:
    rows = (
        ("Kind", _KINDS[mail.kind]),
        ("From", mail.sender),
        ("To", mail.to),
        ("Subject", mail.subject),
        ("Date", datetime.fromtimestamp(mail.at, UTC).isoformat(" ", "seconds")),
    )
    heads = "".join(f"<dt>{name}</dt><dd>{html.escape(value)}</dd>" for name, value in rows if value)
    code = f"<p><code>{html.escape(mail.code)}</code></p>" if mail.code else ""
    text = plain(mail.text) if mail.html else mail.text
    return f"<article><dl>{heads}</dl>{code}<pre>{_linked(text)}</pre></article>"


class _Words(HTMLParser):
    """The words of a page, and where its links lead."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "p", "div", "li", "tr"):
            self.pieces.append("\n")
        target = dict(attrs).get("href") if tag == "a" else None
        if target:
            self.pieces.append(f"{target} ")


def plain(page: str) -> str:
    """A mail that is a page, as text."""
    words = _Words()
    words.feed(page)
    words.close()
    return "".join(words.pieces).strip()


def _linked(text: str) -> str:
    """Text as HTML, its addresses as links."""
    pieces, at = [], 0
    for found in _LINK.finditer(text):
        address = html.escape(found[0])
        pieces += [
            html.escape(text[at : found.start()]),
            f'<a href="{address}" rel="noreferrer">{address}</a>',
        ]
        at = found.end()
    return "".join([*pieces, html.escape(text[at:])])
