"""Raw paths, as a signature covers them, in the one form that everything after the door compares: routes, ARNs and policies.

What need not be encoded is decoded (`%61` is `a`), the rest of an encoding is in upper case; so no spelling of a path gets past a policy
that another spelling does not. An encoded slash stays one: it is never a border between segments. Pure.

Source: RFC 3986, sections 2.3 and 6.2.2 (normalisation).
"""

import re
from urllib.parse import unquote_to_bytes

_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PLAIN = re.compile(r"[A-Za-z0-9\-._~/!$&'()*+,;=:@]*").fullmatch
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]").search


class BadPath(Exception):
    """The path is no path: a broken encoding, bytes that are not UTF-8, a control character, or a dot segment."""


def normal(raw: str) -> str:
    """The normal form of a raw path (latin-1, as it was sent).

    Raises:
        BadPath: see there. A dot segment would name another resource to whoever resolves it behind the door.
    """
    path = raw if _PLAIN(raw) else _normalised(raw)
    if "/." in path and any(segment in (".", "..") for segment in path.split("/")):
        raise BadPath("a dot segment")
    return path


def decoded(segment: str) -> str:
    """The text of a segment (or several) in normal form.

    Raises:
        BadPath: it is not UTF-8, or has a control character.
    """
    if "%" not in segment:
        return segment
    try:
        text = unquote_to_bytes(segment).decode()
    except UnicodeDecodeError as error:
        raise BadPath("a path that is not UTF-8") from error
    if _UNPRINTABLE(text):
        raise BadPath("a control character")
    return text


def _normalised(raw: str) -> str:
    def one(found: re.Match[str]) -> str:
        if found[1] is None:
            raise BadPath("a broken percent-encoding")
        character = chr(int(found[1], 16))
        return character if character in _UNRESERVED else f"%{found[1].upper()}"

    path = _ENCODED.sub(one, raw)
    if _UNPRINTABLE(path):
        raise BadPath("a control character")
    return "".join(c if c < "\x80" else f"%{ord(c):02X}" for c in path)
