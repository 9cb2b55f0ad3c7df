"""What a signed request claims: who signed it, when, for which region and service, over which headers.

Nothing here is verified; `sigv4.verify` does that with the key's secret. A claim is in the Authorization header or in the query
(presigned). The words of the refusals are AWS's; see docs/authentication.md.
"""

from functools import lru_cache

from portico.identity.canonical import S3_LIKE, gather
from portico.identity.claim_header import from_header
from portico.identity.claim_parts import ALGORITHM, Claim, SignatureError, unsupported
from portico.identity.claim_query import from_query, is_presigned
from portico.wire.http import Head

__all__ = ["ALGORITHM", "Claim", "SignatureError", "claim"]

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
    headers = head.values if len(head.values) == len(head.headers) else gather(head.headers)
    authorization = headers.get("authorization")
    presigned = head.query != "" and is_presigned(head.query)
    if authorization is None and not presigned:
        if "AWSAccessKeyId=" in head.query:
            raise unsupported("SigV2")
        return None
    if authorization is not None and presigned:
        raise SignatureError("twice", _TWICE)
    found = from_query(head.query, headers) if authorization is None else from_header(headers, authorization)
    _require_signed(found)
    return found


_MAY_BE_UNSIGNED = frozenset(
    {
        "x-amz-date",  # the string to sign holds it
        "x-amz-content-sha256",  # the canonical request ends with it
        "x-amz-security-token",  # sealed, and bound to the key; some clients add it after signing
        "x-amz-cf-id",  # a CDN adds it
        "x-amz-user-agent",
    }
)


def _names(signed_headers: str) -> frozenset[str]:
    return frozenset(signed_headers.split(";"))


_remembered_names = lru_cache(maxsize=256)(_names)
_REMEMBERED_MAX = 512


def _require_signed(found: Claim) -> None:
    """Refuse what an intermediary could have added: `host` and every `x-amz-*` header that means something are signed."""
    names = found.signed_headers
    signed = _remembered_names(names) if len(names) <= _REMEMBERED_MAX else _names(names)
    if "host" not in signed:
        raise SignatureError(
            "unsigned",
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
            HeadersNotSigned="host",
        )
    others = found.headers.keys() - signed
    if "x-amz-" not in " ".join(others):  # the usual case
        return
    loose = [name for name in others if name.startswith("x-amz-") and name not in _MAY_BE_UNSIGNED]
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
