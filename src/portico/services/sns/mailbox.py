"""The mailbox: mails that no mail server was there for, kept for people to read at `/_portico/mailbox`, newest first."""

import html
import re
from typing import Any

import msgspec

from portico.base.clock import Clock
from portico.services.sns.notification import timestamp
from portico.store.port import Append, Store, Trim
from portico.wire.http import Head, Reply

LOG = ("sns.mailbox",)
_SHOWN_MAX = 100
_PAGE = 1_000
_KEPT_S = 14 * 24 * 3600.0
_LINK = re.compile(r"https?://[^\s<>\"']+")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
_TOP = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mailbox</title><style>
body { font: 15px system-ui, sans-serif; margin: 2rem auto; max-width: 50rem; padding: 0 1rem }
article { border: 1px solid #ccc; border-radius: .5rem; margin: 1rem 0; padding: 1rem }
pre { overflow-wrap: anywhere; white-space: pre-wrap } dl { display: grid; grid-template-columns: 6rem auto; margin: 0 }
dt { color: #666 } dd { margin: 0 }</style></head><body><h1>Mailbox</h1>
"""


class Mail(msgspec.Struct, frozen=True, gc=False):
    """A mail. `at` is when it was kept, in seconds on the `now` clock."""

    id: str
    to: str
    sender: str
    subject: str
    text: str
    at: float = 0.0


class Mailbox:
    """Keeps mails for two weeks."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def keep(self, mail: Mail) -> None:
        """Keep a mail, durably."""
        now = self._clock.now()
        document = msgspec.json.encode(msgspec.structs.replace(mail, at=now))
        await self._store.commit([Append(LOG, document, now), Trim(LOG, now - _KEPT_S)])

    async def newest(self, to: str = "") -> list[Mail]:
        """The newest hundred mails, to `to` only if that is given."""
        found: list[Mail] = []
        after = 0
        while entries := await self._store.read_log(LOG, after=after, limit=_PAGE):
            after = entries[-1].sequence
            mails = (msgspec.json.decode(entry.value, type=Mail) for entry in entries)
            found = [*found, *(mail for mail in mails if not to or mail.to == to)][-_SHOWN_MAX:]
        return found[::-1]

    async def page(self, head: Head, to: str) -> Reply:
        """The mailbox as a page, or as JSON for who accepts nothing else."""
        mails = await self.newest(to)
        if "json" in head.header("accept"):
            shown: list[dict[str, Any]] = [msgspec.to_builtins(mail) for mail in mails]
            return Reply(200, (("Content-Type", "application/json"),), msgspec.json.encode({"mails": shown}))
        headers = (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", _POLICY),
            ("Cache-Control", "no-store"),
        )
        body = "".join(_article(mail) for mail in mails) or "<p>There are no mails.</p>"
        return Reply(200, headers, f"{_TOP}{body}</body></html>".encode())


def _article(mail: Mail) -> str:
    rows = (("From", mail.sender), ("To", mail.to), ("Subject", mail.subject), ("Date", timestamp(mail.at)))
    heads = "".join(f"<dt>{name}</dt><dd>{html.escape(value)}</dd>" for name, value in rows)
    return f"<article><dl>{heads}</dl><pre>{_linked(mail.text)}</pre></article>"


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
