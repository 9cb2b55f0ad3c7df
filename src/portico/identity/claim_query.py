"""The claim of a presigned request, which is in its query."""

from urllib.parse import unquote

from portico.identity.canonical import S3_LIKE, pairs
from portico.identity.claim_parts import ALGORITHM, Claim, SignatureError, credential, moment, unsupported

EXPIRES_S_MAX = 604_800
_EXPIRES_S = "900"
"""The life of a request that does not say its own: that of one which is signed in its header. S3 has none."""

_QUERY_PARTS = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
_S3_PARTS = (*_QUERY_PARTS, "X-Amz-Expires")
_S3_MISSING = (
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, "
    "X-Amz-SignedHeaders, and X-Amz-Expires parameters."
)
_QUERY_CREDENTIAL = (
    "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
    '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
)


def is_presigned(query: str) -> bool:
    """Whether the raw `query` carries a signature, or at least a part of one."""
    return "X-Amz-" in query and any(name in _S3_PARTS for name, _ in pairs(query))


def from_query(raw_query: str, headers: dict[str, str]) -> Claim:
    """The claim of `raw_query`, a request with these headers having carried it.

    Raises:
        SignatureError: `query` (a part is missing, malformed or given twice), `algorithm`, `incomplete` (the date).
    """
    given: dict[str, str] = {}
    for name, value in pairs(raw_query):
        if name in given and name.startswith("X-Amz-"):
            raise SignatureError("query", f"The {name} parameter was given more than once.")
        given[name] = unquote(value, encoding="latin-1")
    algorithm = given.get("X-Amz-Algorithm", ALGORITHM)
    if algorithm != ALGORITHM:
        raise unsupported(algorithm)
    _require_parts(given)
    text, signed_at = moment(given["X-Amz-Date"])
    key_id, date, region, service = credential(
        given["X-Amz-Credential"], SignatureError("query", _QUERY_CREDENTIAL)
    )
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
        expires_s=_lifetime(given.get("X-Amz-Expires", _EXPIRES_S)),
        session_token=given.get("X-Amz-Security-Token", "") or headers.get("x-amz-security-token", ""),
        content_sha256=given.get("X-Amz-Content-Sha256", "") or headers.get("x-amz-content-sha256", ""),
        headers=headers,
    )


def _require_parts(given: dict[str, str]) -> None:
    """Refuse a signature that lacks a part. Only S3 has to be told how long it lives.

    Source: S3 API reference, "Authenticating requests: using query parameters"; IAM User Guide, "Elements of an AWS API request
    signature", whose query parameters don't have it.
    """
    if S3_LIKE.intersection(given.get("X-Amz-Credential", "").split("/")):
        if not all(given.get(name) for name in _S3_PARTS):
            raise SignatureError("query", _S3_MISSING)
        return
    missing = [
        f"AWS query-string parameters must include '{name}'. " for name in _QUERY_PARTS if not given.get(name)
    ]
    if missing:
        raise SignatureError("query", f"{''.join(missing)}Re-examine the query-string parameters.")


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
