"""Paths of HTTP APIs, which decode them twice: once for everything, and what is left again for variables and events. Pure.

So an encoded slash is a border between segments, to routes and policies as to functions, and one that is encoded twice is none; and an
encoded `?` ends the path. Source: events recorded at AWS, of paths with `%20`, `%2F`, `%3F`, `%23`, `%25`, `%252F`, `%253F` and `%2525`.
"""

import re
from urllib.parse import quote, unquote_to_bytes

_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})").search
_SAFE = "/%:@!$&'()*+,;=~-._"


def once_decoded(raw: str) -> str:
    """A raw path (latin-1, as it was sent) as it is after the first time: raw again, encoded where it has to be."""
    if "%" not in raw:
        return raw
    return encoded(unquote_to_bytes(raw.encode("latin-1")).decode(errors="replace").partition("?")[0])


def encoded(path: str) -> str:
    """A path that can be sent; encodings that are in it stay."""
    return quote(path, safe=_SAFE)


def is_malformed(raw: str) -> bool:
    """Whether a path can't be decoded the second time: AWS refuses `%25done`."""
    return "%" in raw and _STRAY(raw) is not None
