"""What a signed request claims: who signed it, when, for which region and service, over which headers.

Nothing here is verified; `sigv4.verify` does that with the key's secret. A claim is in the Authorization header or in the query
(presigned). The words of the refusals are AWS's; see docs/authentication.md.
"""

import re
from calendar import timegm
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote

import msgspec

from portico.identity.canonical import S3_LIKE, gather, pairs
from portico.wire.http import Head

ALGORITHM = "AWS4-HMAC-SHA256"
EXPIRES_S_MAX = 604_800

Kind = Literal[
    "incomplete",
    "query",
    "algorithm",
    "scope",
    "late",
    "early",
    "expired",
    "mismatch",
    "unsigned",
    "twice",
    "content",
    "no_content",
    "body",
    "chunk",
    "length",
    "trailer",
    "checksum",
    "incomplete_body",
]


class SignatureError(Exception):
    """A signature that is not accepted. `kind` decides the error's code, per protocol; `fields` are S3's further members."""

    def __init__(self, kind: Kind, message: str, **fields: str) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.message = message
        self.fields = fields


class Claim(msgspec.Struct, frozen=True, gc=False):
    """The parts of a signature.

    `date` is the scope's (`YYYYMMDD`), `timestamp` the request's (`YYYYMMDDTHHMMSSZ`) and `signed_at` the same in seconds since the
    epoch. `expires_s` is 0 unless presigned. `content_sha256` is `x-amz-content-sha256` as sent, or "". `headers` are all header
    values in canonical form by lower-case name.
    """

    key_id: str
    date: str
    region: str
    service: str
    signed_headers: str
    signature: str
    timestamp: str
    signed_at: int
    presigned: bool
    expires_s: int
    session_token: str
    content_sha256: str
    headers: dict[str, str]

    @property
    def scope(self) -> str:
        """The credential scope."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


_USUAL = re.compile(
    ALGORITHM + r" +Credential=([^/,\s]+)/([0-9]{8})/([^/,\s]+)/([^/,\s]+)/aws4_request"
    r", *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})"
).fullmatch
_CREDENTIAL = re.compile(r"([^/,\s]+)/([0-9]{8})/([^/,\s]+)/([^/,\s]+)/aws4_request").fullmatch
_BASIC_ISO = re.compile(r"[0-9]{8}T[0-9]{6}Z").fullmatch
_QUERY_PARTS = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-Date",
    "X-Amz-SignedHeaders",
    "X-Amz-Expires",
)
_QUERY_MISSING = (
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, "
    "X-Amz-SignedHeaders, and X-Amz-Expires parameters."
)
_QUERY_CREDENTIAL = (
    "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
    '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
)
_TWICE = (
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the "
    "Authorization header should be specified"
)


def claim(head: Head) -> Claim | None:
    """The claim that `head` carries, or None when it is unsigned.

    Raises:
        SignatureError: `incomplete` or `query` (malformed), `algorithm` (SigV2, SigV4A, unknown), `twice` (two signatures),
            `unsigned` (a header that must be signed is not).
    """
    headers = gather(head.headers)
    authorization = headers.get("authorization")
    presigned = "X-Amz-" in head.query and any(name in _QUERY_PARTS for name, _ in pairs(head.query))
    if authorization is None and not presigned:
        if "AWSAccessKeyId=" in head.query:
            raise _unsupported("SigV2")
        return None
    if authorization is not None and presigned:
        raise SignatureError("twice", _TWICE)
    found = _from_query(head, headers) if authorization is None else _from_header(headers, authorization)
    _require_signed(found)
    return found


def _from_header(headers: dict[str, str], authorization: str) -> Claim:
    match = _USUAL(authorization)
    key_id, date, region, service, signed_headers, signature = (
        match.groups() if match else _parse(headers, authorization)
    )
    timestamp = headers.get("x-amz-date") or headers.get("date") or ""
    if not timestamp:
        raise SignatureError("incomplete", f"{_NO_DATE} Authorization={authorization}")
    text, signed_at = _moment(timestamp)
    return Claim(
        key_id=key_id,
        date=date,
        region=region,
        service=service,
        signed_headers=signed_headers,
        signature=signature,
        timestamp=text,
        signed_at=signed_at,
        presigned=False,
        expires_s=0,
        session_token=headers.get("x-amz-security-token", ""),
        content_sha256=headers.get("x-amz-content-sha256", ""),
        headers=headers,
    )


_NO_DATE = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."


def _parse(headers: dict[str, str], authorization: str) -> tuple[str, str, str, str, str, str]:
    """The six parts of an Authorization header that is not in the usual form, or the words of what is wrong with it."""
    algorithm, _, rest = authorization.partition(" ")
    if algorithm.startswith("AWS4-") and algorithm != ALGORITHM:
        raise _unsupported(algorithm)
    if algorithm == "AWS" or algorithm.startswith("AWS3"):
        raise _unsupported("SigV2")
    given: dict[str, str] = {}
    for piece in rest.replace(",", " ").split():
        name, equals, value = piece.partition("=")
        if not equals or name in given:
            words = (
                "not a valid key=value pair (missing equal-sign)" if not equals else "given more than once"
            )
            raise SignatureError(
                "incomplete", f"'{piece}' {words} in Authorization header: '{authorization}'."
            )
        given[name] = value
    missing = [
        f"Authorization header requires '{name}' parameter."
        for name in ("Credential", "Signature", "SignedHeaders")
        if not given.get(name)
    ]
    if "x-amz-date" not in headers and "date" not in headers:
        missing.append(_NO_DATE)
    if missing:
        raise SignatureError("incomplete", f"{' '.join(missing)} Authorization={authorization}")
    if algorithm != ALGORITHM:
        raise _unsupported(algorithm)
    return (*_credential(given["Credential"], presigned=False), given["SignedHeaders"], given["Signature"])


def _from_query(head: Head, headers: dict[str, str]) -> Claim:
    given: dict[str, str] = {}
    for name, value in pairs(head.query):
        if name in given and name.startswith("X-Amz-"):
            raise SignatureError("query", f"The {name} parameter was given more than once.")
        given[name] = unquote(value, encoding="latin-1")
    algorithm = given.get("X-Amz-Algorithm", ALGORITHM)
    if algorithm != ALGORITHM:
        raise _unsupported(algorithm)
    if not all(given.get(name) for name in _QUERY_PARTS):
        raise SignatureError("query", _QUERY_MISSING)
    text, signed_at = _moment(given["X-Amz-Date"])
    key_id, date, region, service = _credential(given["X-Amz-Credential"], presigned=True)
    return Claim(
        key_id=key_id,
        date=date,
        region=region,
        service=service,
        signed_headers=given["X-Amz-SignedHeaders"],
        signature=given["X-Amz-Signature"],
        timestamp=text,
        signed_at=signed_at,
        presigned=True,
        expires_s=_lifetime(given["X-Amz-Expires"]),
        session_token=given.get("X-Amz-Security-Token", "") or headers.get("x-amz-security-token", ""),
        content_sha256=given.get("X-Amz-Content-Sha256", "") or headers.get("x-amz-content-sha256", ""),
        headers=headers,
    )


def _lifetime(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise SignatureError("query", "X-Amz-Expires should be a number")
    seconds = int(text)
    if seconds > EXPIRES_S_MAX:
        raise SignatureError(
            "query",
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
            "604800 seconds",
        )
    if seconds < 1:
        raise SignatureError("query", "X-Amz-Expires must be non-negative")
    return seconds


def _credential(text: str, *, presigned: bool) -> tuple[str, str, str, str]:
    match = _CREDENTIAL(text)
    if match is None:
        if presigned:
            raise SignatureError("query", _QUERY_CREDENTIAL)
        raise SignatureError(
            "incomplete",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
            f"got '{text}'",
        )
    key_id, date, region, service = match.groups()
    return key_id, date, region, service


@lru_cache(maxsize=256)
def _seconds(basic_iso: str) -> int:
    return timegm(datetime.strptime(basic_iso, "%Y%m%dT%H%M%SZ").timetuple())


def _moment(text: str) -> tuple[str, int]:
    """`text` (ISO 8601 basic, or an HTTP date) in ISO 8601 basic form and in seconds since the epoch."""
    try:
        if _BASIC_ISO(text):
            return text, _seconds(text)
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"), int(moment.timestamp())
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise SignatureError(
            "incomplete",
            f"Date must be in ISO-8601 'basic format'. Got '{text}'. See http://en.wikipedia.org/wiki/ISO_8601",
        ) from error


def _unsupported(algorithm: str) -> SignatureError:
    return SignatureError(
        "algorithm",
        f"Unsupported AWS 'algorithm': '{algorithm}'. Portico verifies {ALGORITHM} (Signature Version 4).",
    )


_MAY_BE_UNSIGNED = frozenset(
    {
        "x-amz-date",  # the string to sign holds it
        "x-amz-content-sha256",  # the canonical request ends with it
        "x-amz-security-token",  # sealed, and bound to the key; some clients add it after signing
        "x-amz-cf-id",  # a CDN adds it
        "x-amz-user-agent",
    }
)


def _require_signed(found: Claim) -> None:
    """Refuse what an intermediary could have added: `host` and every `x-amz-*` header that means something are signed."""
    signed = found.signed_headers.split(";")
    if "host" not in signed:
        raise SignatureError(
            "unsigned",
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
            HeadersNotSigned="host",
        )
    loose = [n for n in found.headers if n[:6] == "x-amz-" and n not in signed and n not in _MAY_BE_UNSIGNED]
    if not loose:
        return
    names = ", ".join(sorted(loose))
    if found.service in S3_LIKE:
        raise SignatureError(
            "unsigned",
            "There were headers present in the request which were not signed",
            HeadersNotSigned=names,
        )
    raise SignatureError(
        "unsigned", f"'{names}' must be a 'SignedHeader' in the AWS Authorization.", HeadersNotSigned=names
    )
