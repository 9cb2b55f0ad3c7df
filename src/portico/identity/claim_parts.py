"""The parts of a signature as they are claimed, and what is said of parts that can't be right."""

import re
from calendar import timegm
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Literal

import msgspec

ALGORITHM = "AWS4-HMAC-SHA256"

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
    epoch. `expires_s` is 0 unless presigned. `content_sha256` is `x-amz-content-sha256` as sent, or "". `headers` has the
    values of all headers by lower-case name, those of a repeated one joined by `,`.
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


_CREDENTIAL = re.compile(r"([^/,\s]+)/([0-9]{8})/([^/,\s]+)/([^/,\s]+)/aws4_request").fullmatch
_BASIC_ISO = re.compile(r"[0-9]{8}T[0-9]{6}Z").fullmatch


def credential(text: str, otherwise: SignatureError) -> tuple[str, str, str, str]:
    """Key id, date, region and service of a credential.

    Raises:
        SignatureError: `otherwise`, when it has not that form.
    """
    match = _CREDENTIAL(text)
    if match is None:
        raise otherwise
    key_id, date, region, service = match.groups()
    return key_id, date, region, service


def moment(text: str) -> tuple[str, int]:
    """`text` (ISO 8601 basic, or an HTTP date) in ISO 8601 basic form and in seconds since the epoch.

    Raises:
        SignatureError: `incomplete`, it is neither.
    """
    return _remembered_moment(text) if len(text) <= _REMEMBERED_MAX else _moment(text)


def _moment(text: str) -> tuple[str, int]:
    try:
        if _BASIC_ISO(text):
            return text, timegm(datetime.strptime(text, "%Y%m%dT%H%M%SZ").timetuple())
        parsed = parsedate_to_datetime(text)
        parsed = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        return parsed.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"), int(parsed.timestamp())
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise SignatureError(
            "incomplete",
            f"Date must be in ISO-8601 'basic format'. Got '{text}'. See http://en.wikipedia.org/wiki/ISO_8601",
        ) from error


_remembered_moment = lru_cache(maxsize=256)(_moment)
_REMEMBERED_MAX = 64


def unsupported(algorithm: str) -> SignatureError:
    """The refusal of any other way to sign."""
    return SignatureError(
        "algorithm",
        f"Unsupported AWS 'algorithm': '{algorithm}'. Portico verifies {ALGORITHM} (Signature Version 4).",
    )
