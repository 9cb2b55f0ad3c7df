"""The canonical form of a request: the one text that signer and verifier both compute from it.

Source: IAM User Guide, "Create a signed AWS API request", step 1; S3 API Reference, "Authenticating Requests", for S3's rules.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote_from_bytes, unquote_to_bytes

from portico.wire.http import Headers

S3_LIKE = frozenset({"s3", "s3-object-lambda", "s3-outposts", "s3express"})
"""Scopes that encode the path once and never normalise it."""

_PLAIN_PATH = re.compile(r"/|(?:/(?!\.\.?(?:/|$))[A-Za-z0-9._~-]+)+/?").fullmatch
_PLAIN_QUERY = re.compile(r"[A-Za-z0-9._~&=-]*").fullmatch
_SPACES = re.compile(r"\s+")
_REMEMBERED_MAX = 256
"""How long a path may be whose forms are remembered: callers are not known yet when these are made."""


def _encode(data: bytes, safe: str = "") -> str:
    return quote_from_bytes(data, safe=safe + "-_.~")


def gather(headers: Headers) -> dict[str, str]:
    """Header values by lower-case name as they are signed: trimmed, inner runs of spaces as one, repeats joined by `,`."""
    values: dict[str, str] = {}
    for name, value in headers:
        values[name] = f"{values[name]},{folded(value)}" if name in values else folded(value)
    return values


def folded(value: str) -> str:
    """A header's value as it is signed: trimmed, inner runs of spaces as one."""
    return _SPACES.sub(" ", value).strip() if "  " in value or "\t" in value else value


def normalised(path: str) -> str:
    """`path` without `.` and `..` segments and without repeated slashes."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if kept:
                kept.pop()
        elif segment and segment != ".":
            kept.append(segment)
    tail = "/" if kept and path.endswith("/") else ""
    return "/" + "/".join(kept) + tail


def paths(path: str, service: str) -> tuple[str, ...]:
    """The canonical forms of the raw `path` that a signature for `service` may cover, the usual one first.

    Outside S3 the path is normalised and what was sent is encoded again; AWS also accepts it without the normalising. A path with
    nothing encoded in it is accepted as it is (`curl --aws-sigv4` before 8.10 signs an ARN's colons so): no other path has that form.
    """
    return _remembered_paths(path, service) if len(path) <= _REMEMBERED_MAX else _paths(path, service)


def _paths(path: str, service: str) -> tuple[str, ...]:
    raw = path or "/"
    if service in S3_LIKE:
        return (_encode(unquote_to_bytes(raw.encode("latin-1")), "/"),)
    if _PLAIN_PATH(raw):
        return (raw,)
    clean = normalised(raw)
    forms = [_encode(clean.encode("latin-1"), "/")]
    if clean != raw:
        forms.append(_encode(raw.encode("latin-1"), "/"))
    if "%" not in raw:
        forms.append(raw)
    return tuple(forms)


_remembered_paths = lru_cache(maxsize=1024)(_paths)


def pairs(query: str) -> list[tuple[str, str]]:
    """The names and values of a raw query as they are between `&` and `=`: not decoded."""
    return [(name, value) for name, _, value in (part.partition("=") for part in query.split("&")) if name]


def _ordered(parts: Iterable[tuple[str, str]], plus: bytes) -> str:
    encoded = []
    for name, value in parts:
        encoded.append(
            (
                _encode(unquote_to_bytes(name.encode("latin-1").replace(b"+", plus))),
                _encode(unquote_to_bytes(value.encode("latin-1").replace(b"+", plus))),
            )
        )
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def queries(query: str, dropped: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The canonical forms of the raw `query`, without the parameters named in `dropped`.

    A bare `+` is read as a space, as AWS's servers do, and then as itself, as some signers do.
    """
    if not query:
        return ("",)
    kept = [(name, value) for name, value in pairs(query) if name not in dropped]
    if _PLAIN_QUERY(query):
        return ("&".join(f"{name}={value}" for name, value in sorted(kept)),)
    as_space = _ordered(kept, b"%20")
    return (as_space, _ordered(kept, b"%2B")) if "+" in query else (as_space,)


def request(
    method: str, path: str, query: str, *, values: Mapping[str, str], signed_headers: str, payload_hash: str
) -> str:
    """The canonical request; `path` and `query` are canonical already, `values` has one value for each name."""
    lines = "".join([f"{name}:{values.get(name, '')}\n" for name in signed_headers.split(";")])
    if "  " in lines or "\t" in lines:
        lines = "".join([f"{name}:{folded(values.get(name, ''))}\n" for name in signed_headers.split(";")])
    return f"{method}\n{path}\n{query}\n{lines}\n{signed_headers}\n{payload_hash}"
