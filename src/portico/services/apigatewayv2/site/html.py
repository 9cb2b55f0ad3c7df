"""The look of a portal's pages: one layout in the theme's colours. What comes from outside is escaped here, or by `markdown.py`.

There are no scripts, and the policy of each page lets none run, so that neither an author's text nor an API's answer becomes one.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from html import escape

import msgspec

from portico.services.apigatewayv2.portal_records import Publication
from portico.wire.http import Headers, Reply

_COLOR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})|[a-zA-Z]{3,16}").fullmatch
_IMAGE = re.compile(r"https?://\S+|data:image/(?:png|jpeg|gif|webp);base64,\S+").fullmatch
_DEFAULTS = {
    "AccentColor": "#1f5fbf", "BackgroundColor": "#ffffff", "ErrorValidationColor": "#b3261e",
    "HeaderColor": "#232f3e", "NavigationColor": "#f3f4f6", "TextColor": "#16191d",
}  # fmt: skip
_STYLE = """
:root { font-family: system-ui, sans-serif; line-height: 1.5; --line: color-mix(in srgb, var(--TextColor) 30%, transparent); }
body { margin: 0; background: var(--BackgroundColor); color: var(--TextColor); }
header { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; padding: .8rem 1.5rem; background: var(--HeaderColor);
  color: var(--on-HeaderColor); }
header a { color: inherit; font-size: 1.25rem; font-weight: 600; text-decoration: none; }
header a.leave { margin-left: auto; font-size: 1rem; font-weight: normal; }
header img { max-height: 2.5rem; }
nav { padding: .6rem 1.5rem; background: var(--NavigationColor); color: var(--on-NavigationColor); }
nav a { display: inline-block; margin-right: 1.2rem; padding: .3rem 0; color: inherit; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem 3rem; overflow-wrap: anywhere; }
main a { color: var(--AccentColor); }
main img { max-width: 100%; }
pre { padding: .8rem; overflow-x: auto; border: 1px solid var(--line); border-radius: .4rem; overflow-wrap: normal; }
blockquote { margin-inline: 0; padding-left: 1rem; border-left: 4px solid var(--line); }
table { display: block; overflow-x: auto; overflow-wrap: break-word; border-collapse: collapse; }
th, td { padding: .35rem .7rem; text-align: left; border: 1px solid var(--line); vertical-align: top; }
@media (max-width: 40rem) { th, td { padding: .3rem .4rem; } }
td.right, th.right { text-align: right; }
td.center, th.center { text-align: center; }
label { display: block; margin: 0 0 .8rem; }
input, textarea { box-sizing: border-box; display: block; width: 100%; min-height: 2.5rem; padding: .4rem .6rem; font: inherit; }
button { min-height: 2.5rem; padding: .4rem 1.2rem; font: inherit; cursor: pointer; border: 1px solid; border-radius: .4rem;
  background: var(--AccentColor); color: var(--on-AccentColor); }
p.error { padding: .5rem .8rem; border-left: 4px solid var(--ErrorValidationColor); }
:focus-visible { outline: 3px solid var(--AccentColor); outline-offset: 2px; }
"""


class Page(msgspec.Struct, frozen=True, gc=False):
    """A page: its title, and what is below it (`main`, HTML). `home` is the address of the first page, `links` (address, words)
    stand above, `leave` is where the link to sign out leads, "" without one."""

    title: str
    main: str
    home: str
    links: tuple[tuple[str, str], ...] = ()
    leave: str = ""


def reply(site: Publication, page: Page, *, status: int = 200, more: Headers = ()) -> Reply:
    """A page as an answer."""
    nonce = secrets.token_urlsafe(12)
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; img-src https: http: data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    headers: Headers = (
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("content-security-policy", policy),
        ("referrer-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    )
    return Reply(status, headers + more, _whole(site, page, nonce).encode())


def _whole(site: Publication, page: Page, nonce: str) -> str:
    name = escape(site.name)
    logo = f'<img alt="" src="{escape(site.logo)}">' if _IMAGE(site.logo) else ""
    leave = f'<a class="leave" href="{escape(page.leave)}">Sign out</a>' if page.leave else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f'<title>{escape(page.title)} - {name}</title><style nonce="{nonce}">{_theme(site.colors)}{_STYLE}</style></head>'
        f'<body><header>{logo}<a href="{escape(page.home)}">{name}</a>{leave}</header>'
        f"<nav>{links(page.links)}</nav><main><h1>{escape(page.title)}</h1>{page.main}</main></body></html>"
    )  # fmt: skip


def links(given: Iterable[tuple[str, str]]) -> str:
    """Links, by address and words."""
    return " ".join(f'<a href="{escape(address)}">{escape(words)}</a>' for address, words in given)


def note(kind: str, text: str) -> str:
    """A paragraph of that class; nothing without a text."""
    return f'<p class="{kind}">{escape(text)}</p>' if text else ""


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of texts; nothing without rows."""
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f"<table><tr>{''.join(f'<th>{escape(head)}</th>' for head in heads)}</tr>{body}</table>"
        if body
        else ""
    )


def _theme(colors: Mapping[str, str]) -> str:
    """The theme's colours, each with one to write on it with; what is no colour is the default."""
    used = {name: colors.get(name, "") for name in _DEFAULTS}
    used = {name: value if _COLOR(value) else _DEFAULTS[name] for name, value in used.items()}
    ink = {f"on-{name}": _ink(value, used["TextColor"]) for name, value in used.items()}
    return ":root {" + "".join(f"--{name}: {value};" for name, value in (used | ink).items()) + "}"


def _ink(color: str, text: str) -> str:
    """What can be read on a colour: black or white, or the text's colour on one that is only named."""
    if not color.startswith("#"):
        return text
    digits = color[1:] if len(color) == 7 else "".join(one * 2 for one in color[1:])
    red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
    return "#000" if 299 * red + 587 * green + 114 * blue > 128_000 else "#fff"
