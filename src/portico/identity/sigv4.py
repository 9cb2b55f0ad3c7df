"""AWS Signature Version 4: is this request the work of who holds the secret of its key?

`claim(head)` reads what the request claims, `check_time` whether it is for now, `verify` whether the signature is right. Pure.
Source: IAM User Guide, "AWS Signature Version 4 for API requests"; the aws-c-auth signing suite is in the tests.
"""

import hmac
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from portico.identity import canonical
from portico.identity.claim import ALGORITHM, Claim, SignatureError, claim
from portico.wire.http import Head

if TYPE_CHECKING:
    from hashlib import _Hash

    Keyed = tuple[_Hash, _Hash]

__all__ = [
    "ALGORITHM",
    "EMPTY_SHA256",
    "UNSIGNED_PAYLOAD",
    "Claim",
    "SignatureError",
    "check_time",
    "claim",
    "verify",
]

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
SKEW_S = 900
"""How far a signature's time may be from the server's, either way."""

_BLOCK_BYTES = 64  # of SHA-256
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_NO_QUERY = ("",)
_NOTHING = (frozenset[str](),)
_SIGNATURE_ONLY = (frozenset({"X-Amz-Signature"}),)
_TOKEN_OR_NOT = (*_SIGNATURE_ONLY, frozenset({"X-Amz-Signature", "X-Amz-Security-Token"}))
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
    "signing method. Consult the service documentation for details."
)


@lru_cache(maxsize=4096)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key that signs for one day, region and service; the most recent 4096 are kept."""
    key = hmac.digest(b"AWS4" + secret.encode(), date.encode("latin-1"), "sha256")
    for part in (region, service, "aws4_request"):
        key = hmac.digest(key, part.encode("latin-1"), "sha256")
    return key


@lru_cache(maxsize=4096)
def keyed(secret: str, date: str, region: str, service: str) -> "Keyed":
    """The starts of both hashes of every HMAC with this key, to be copied: taking up the key is half of the work of a short text.
    Source: RFC 2104, section 4."""
    key = signing_key(secret, date, region, service).ljust(_BLOCK_BYTES, b"\0")
    return sha256(key.translate(_INNER)), sha256(key.translate(_OUTER))


def string_to_sign(timestamp: str, scope: str, canonical_request: str) -> str:
    """What is signed for `canonical_request`."""
    digest = sha256(canonical_request.encode("latin-1")).hexdigest()
    return f"{ALGORITHM}\n{timestamp}\n{scope}\n{digest}"


def sign(key: bytes, text: str) -> str:
    """The signature of `text` in lower-case hex."""
    return hmac.digest(key, text.encode("latin-1"), "sha256").hex()


def calculated(key: "Keyed", to_sign: str) -> str:
    """The signature of a string to sign with `keyed`, in lower-case hex."""
    inner, outer = key[0].copy(), key[1].copy()
    inner.update(to_sign.encode("latin-1"))
    outer.update(inner.digest())
    return outer.hexdigest()


def canonical_requests(found: Claim, head: Head, payload_hash: str) -> list[str]:
    """The canonical requests that the signature may be over, the usual one first.

    Several only where AWS itself takes more than one: a path that is not normal, a bare `+`, a token added after presigning.
    """
    return [
        canonical.request(
            head.method,
            path,
            query,
            values=found.headers,
            signed_headers=found.signed_headers,
            payload_hash=payload_hash,
        )
        for path in canonical.paths(head.path, found.service)
        for query in (_queries(found, head.query) if head.query else _NO_QUERY)
    ]


def _queries(found: Claim, query: str) -> list[str]:
    drops: tuple[frozenset[str], ...] = _NOTHING
    if found.presigned:
        drops = _TOKEN_OR_NOT if "X-Amz-Security-Token=" in query else _SIGNATURE_ONLY
    return [form for dropped in drops for form in canonical.queries(query, dropped)]


def verify(found: Claim, head: Head, secret: str, payload_hash: str) -> None:
    """Check the signature of `head` with the key's `secret`, the body's hash being `payload_hash` (hex, or the claimed word).

    Raises:
        SignatureError: `mismatch`, with what was calculated in its fields (S3 shows them).
    """
    key = keyed(secret, found.date, found.region, found.service)
    given = found.signature.encode("latin-1")
    scope = found.scope
    texts = canonical_requests(found, head, payload_hash)
    for text in texts:
        if compare_digest(calculated(key, string_to_sign(found.timestamp, scope, text)).encode(), given):
            return
    first = texts[0]
    to_sign = string_to_sign(found.timestamp, scope, first)
    raise SignatureError(
        "mismatch",
        MISMATCH,
        AWSAccessKeyId=found.key_id,
        StringToSign=to_sign,
        SignatureProvided=found.signature,
        StringToSignBytes=to_sign.encode("latin-1").hex(" "),
        CanonicalRequest=first,
        CanonicalRequestBytes=first.encode("latin-1").hex(" "),
    )


def check_time(found: Claim, wall: float) -> None:
    """Check that the claim is for now (`wall` clock, seconds): within 15 minutes, or within its own life when presigned.

    Raises:
        SignatureError: `scope` (the date is not the timestamp's), `late`, `early`, `expired`.
    """
    if found.date != found.timestamp[:8]:
        raise SignatureError(
            "scope",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{found.date}' != '{found.timestamp[:8]}', from '{found.timestamp}'.",
        )
    if found.signed_at > wall + SKEW_S:
        raise SignatureError(
            "early",
            f"Signature not yet current: {found.timestamp} is still later than {_iso(wall + SKEW_S)} "
            f"({_iso(wall)} + {SKEW_S // 60} min.)",
            **_times(found, wall),
        )
    if found.presigned:
        if found.signed_at + found.expires_s < wall:
            raise SignatureError(
                "expired",
                f"Signature expired: {_iso(found.signed_at + found.expires_s)} is now earlier than {_iso(wall)}",
                Expires=_extended(found.signed_at + found.expires_s),
                ServerTime=_extended(wall),
                **{"X-Amz-Expires": str(found.expires_s)},
            )
    elif found.signed_at < wall - SKEW_S:
        raise SignatureError(
            "late",
            f"Signature expired: {found.timestamp} is now earlier than {_iso(wall - SKEW_S)} "
            f"({_iso(wall)} - {SKEW_S // 60} min.)",
            **_times(found, wall),
        )


def _times(found: Claim, wall: float) -> dict[str, str]:
    return {
        "RequestTime": found.timestamp,
        "ServerTime": _extended(wall),
        "MaxAllowedSkewMilliseconds": str(SKEW_S * 1000),
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")


def _extended(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
