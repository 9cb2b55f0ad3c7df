"""The look of the pages: one layout, forms and fields. Everything that comes from outside is escaped here."""

from collections.abc import Iterable
from html import escape

import msgspec

from portico.wire.http import Headers, Reply

_STYLE = """
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5;
  --page: light-dark(#f3f4f6, #0f1216); --card: light-dark(#fff, #1c2128); --text: light-dark(#16191d, #eef1f4);
  --quiet: light-dark(#4b5563, #b3bcc6); --edge: light-dark(#7b8490, #8b949e); --field: light-dark(#fff, #12161b);
  --accent: light-dark(#1f5fbf, #2f6fd6); --ring: light-dark(#0b3d91, #9cc4ff); --bad: light-dark(#b3261e, #ff8a80);
  --bad-back: light-dark(#fdecea, #3a1a1a); }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--text); }
main { box-sizing: border-box; width: min(26rem, 100% - 2rem); margin: 1rem; padding: 2rem; border-radius: .75rem;
  background: var(--card); box-shadow: 0 1px 8px #0003; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
p { margin: 0 0 1rem; }
label { display: block; margin-bottom: 1rem; }
input, select { box-sizing: border-box; display: block; width: 100%; min-height: 2.75rem; margin-top: .25rem; padding: .5rem .7rem;
  font: inherit; color: inherit; background: var(--field); border: 1px solid var(--edge); border-radius: .4rem; }
button, a.button { box-sizing: border-box; display: block; width: 100%; min-height: 2.75rem; margin: 0 0 .75rem; padding: .6rem;
  font: inherit; text-align: center; text-decoration: none; cursor: pointer; border: 1px solid var(--accent); border-radius: .4rem;
  background: var(--accent); color: #fff; }
a.button, button.other { background: none; color: inherit; border-color: var(--edge); }
button:hover, a.button:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--ring); outline-offset: 2px; }
p.error { padding: .6rem .8rem; border-left: 4px solid var(--bad); border-radius: .25rem; background: var(--bad-back);
  overflow-wrap: anywhere; }
p.error::before { content: "! "; font-weight: bold; color: var(--bad); }
p.or { text-align: center; color: var(--quiet); }
small { display: block; margin-top: .5rem; color: var(--quiet); }
code { display: block; margin: 0 0 1rem; padding: .6rem .8rem; border: 1px solid var(--edge); border-radius: .4rem;
  overflow-wrap: anywhere; user-select: all; }
nav a { display: block; padding: .6rem 0; color: inherit; }
"""
_HEADERS: Headers = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    (
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("referrer-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
)


class Field(msgspec.Struct, frozen=True, gc=False):
    """A field of a form. `options` (value, words) make it a choice; `hint` says what is asked of the value."""

    name: str
    label: str
    kind: str = "text"
    complete: str = "off"
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""

    def shown(self, *, focused: bool, described: str) -> str:
        """As HTML. `described` is the id of what else is to be read out with it."""
        hint = f"hint-{self.name}" if self.hint else ""
        about = " ".join(filter(None, (described, hint)))
        more = (f' aria-describedby="{escape(about)}"' if about else "") + (" autofocus" if focused else "")
        below = f'<small id="{escape(hint)}">{escape(self.hint)}</small>' if hint else ""
        return f"<label>{escape(self.label)} {self._control(more)}{below}</label>"

    def _control(self, more: str) -> str:
        if self.options:
            choices = "".join(
                f'<option value="{escape(v)}">{escape(words)}</option>' for v, words in self.options
            )
            return f'<select name="{escape(self.name)}"{more}>{choices}</select>'
        numeric = ' inputmode="numeric"' if self.complete == "one-time-code" else ""
        return (
            f'<input name="{escape(self.name)}" type="{escape(self.kind)}" autocomplete="{escape(self.complete)}" '
            f'value="{escape(self.value)}" required{numeric}{more}>'
        )


class Page(msgspec.Struct, frozen=True):
    """A page with one form: where it is sent to, what it asks, what it brings along unseen, and links (address, words) below it.

    `code` is to be copied from the page, `again` (name, words) is a second button, which sends the form without what it asks, and
    `buttons` (address, words) are other ways, above the form.
    """

    title: str
    action: str = ""
    fields: tuple[Field, ...] = ()
    button: str = ""
    hidden: tuple[tuple[str, str], ...] = ()
    intro: str = ""
    error: str = ""
    links: tuple[tuple[str, str], ...] = ()
    buttons: tuple[tuple[str, str], ...] = ()
    code: str = ""
    again: tuple[str, str] | None = None


def reply(page: Page, *, status: int = 200, more: Headers = ()) -> Reply:
    """A page as an answer."""
    return Reply(status, _HEADERS + more, _whole(page).encode())


def _whole(page: Page) -> str:
    title = escape(page.title)
    code = f"<code>{escape(page.code)}</code>" if page.code else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f"{_note('error', page.error, ' id=error role=alert')}{_note('intro', page.intro)}{code}"
        f"{''.join(_link(address, words, ' class=button') for address, words in page.buttons)}"
        f"{_note('or', 'or' if page.buttons and page.button else '')}{_form(page)}{_nav(page.links)}</main></body></html>"
    )


def _form(page: Page) -> str:
    if not page.button:
        return ""
    unseen = "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in page.hidden)
    first = next((number for number, field in enumerate(page.fields) if not field.value), 0)
    described = "error" if page.error else ""
    fields = "".join(
        field.shown(focused=number == first, described=described) for number, field in enumerate(page.fields)
    )
    again = ""
    if page.again:
        name, words = page.again
        again = (
            f'<button class=other formnovalidate name="{escape(name)}" value="yes">{escape(words)}</button>'
        )
    return f'<form method="post" action="{escape(page.action)}">{unseen}{fields}<button>{escape(page.button)}</button>{again}</form>'


def _note(kind: str, text: str, more: str = "") -> str:
    return f'<p class="{kind}"{more}>{escape(text)}</p>' if text else ""


def _nav(links: Iterable[tuple[str, str]]) -> str:
    inner = "".join(_link(address, words) for address, words in links)
    return f"<nav>{inner}</nav>" if inner else ""


def _link(address: str, words: str, more: str = "") -> str:
    return f'<a{more} href="{escape(address)}">{escape(words)}</a>'
