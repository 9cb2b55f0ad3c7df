"""The look of the pages: one layout, forms and fields. Everything that comes from outside is escaped here."""

from collections.abc import Iterable
from html import escape

import msgspec

from portico.wire.http import Headers, Reply

_STYLE = """
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f3f4f6, #111418); }
main { box-sizing: border-box; width: min(26rem, 100%); padding: 2rem; border-radius: .75rem; background: light-dark(#fff, #1c2128);
  box-shadow: 0 1px 8px #0003; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
label { display: block; margin-bottom: 1rem; }
input, select { box-sizing: border-box; display: block; width: 100%; margin-top: .25rem; padding: .6rem; font: inherit;
  border: 1px solid light-dark(#9aa3ad, #57606a); border-radius: .4rem; }
button, a.button { box-sizing: border-box; display: block; width: 100%; padding: .65rem; font: inherit; text-align: center; border: 0;
  border-radius: .4rem; background: #1f5fbf; color: #fff; text-decoration: none; cursor: pointer; }
a.button { background: none; color: inherit; border: 1px solid light-dark(#9aa3ad, #57606a); margin-bottom: .75rem; }
:focus-visible { outline: 3px solid #f5a623; outline-offset: 2px; }
p.error { padding: .6rem .8rem; border-radius: .4rem; background: light-dark(#fde7e7, #4a1d1d); }
code { overflow-wrap: anywhere; }
nav { margin-top: 1rem; }
nav a { display: block; color: inherit; }
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
    """A field of a form. `options` (value, words) make it a choice."""

    name: str
    label: str
    kind: str = "text"
    complete: str = "off"
    value: str = ""
    required: bool = True
    options: tuple[tuple[str, str], ...] = ()

    def shown(self, *, first: bool) -> str:
        """As HTML."""
        focus = " autofocus" if first else ""
        if self.options:
            choices = "".join(
                f'<option value="{escape(v)}">{escape(words)}</option>' for v, words in self.options
            )
            return f'<label>{escape(self.label)} <select name="{escape(self.name)}"{focus}>{choices}</select></label>'
        needed = " required" if self.required else ""
        numeric = ' inputmode="numeric"' if self.complete == "one-time-code" else ""
        return (
            f'<label>{escape(self.label)} <input name="{escape(self.name)}" type="{escape(self.kind)}" '
            f'autocomplete="{escape(self.complete)}" value="{escape(self.value)}"{needed}{numeric}{focus}></label>'
        )


class Page(msgspec.Struct, frozen=True):
    """A page with one form: where it is sent to, what it asks, what it brings along unseen, and links (address, words) beside it."""

    title: str
    action: str = ""
    fields: tuple[Field, ...] = ()
    button: str = ""
    hidden: tuple[tuple[str, str], ...] = ()
    intro: str = ""
    error: str = ""
    links: tuple[tuple[str, str], ...] = ()
    buttons: tuple[tuple[str, str], ...] = ()


def reply(page: Page, *, status: int = 200, more: Headers = ()) -> Reply:
    """A page as an answer."""
    return Reply(status, _HEADERS + more, _whole(page).encode())


def _whole(page: Page) -> str:
    title = escape(page.title)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f"{_note('error', page.error, ' role=alert')}{_note('intro', page.intro)}"
        f"{''.join(_link(address, words, ' class=button') for address, words in page.buttons)}"
        f"{_form(page)}{_nav(page.links)}</main></body></html>"
    )


def _form(page: Page) -> str:
    if not page.button:
        return ""
    unseen = "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in page.hidden)
    fields = "".join(field.shown(first=number == 0) for number, field in enumerate(page.fields))
    return f'<form method="post" action="{escape(page.action)}">{unseen}{fields}<button>{escape(page.button)}</button></form>'


def _note(kind: str, text: str, more: str = "") -> str:
    return f'<p class="{kind}"{more}>{escape(text)}</p>' if text else ""


def _nav(links: Iterable[tuple[str, str]]) -> str:
    inner = "".join(_link(address, words) for address, words in links)
    return f"<nav>{inner}</nav>" if inner else ""


def _link(address: str, words: str, more: str = "") -> str:
    return f'<a{more} href="{escape(address)}">{escape(words)}</a>'
