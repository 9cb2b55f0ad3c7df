"""The claim of an Authorization header."""

import re
from functools import lru_cache

from portico.identity.canonical import folded
from portico.identity.claim_parts import ALGORITHM, Claim, SignatureError, credential, moment, unsupported

_USUAL = re.compile(
    ALGORITHM + r" +Credential=([^/,\s]+)/([0-9]{8})/([^/,\s]+)/([^/,\s]+)/aws4_request"
    r", *SignedHeaders=([^,\s]+), *Signature="
).fullmatch
SIGNATURE_CHARS = 64
_REMEMBERED_MAX = 512
"""How long the part before the signature may be to be remembered: whoever sends it is not known yet."""
_NO_DATE = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."


def from_header(headers: dict[str, str], authorization: str) -> Claim:
    """The claim of `authorization`, a request with these headers having carried it.

    Raises:
        SignatureError: `incomplete` (malformed, or there is no date), `algorithm`.
    """
    parts = usual(authorization)
    key_id, date, region, service, signed_headers, signature = (
        (*parts, authorization[-SIGNATURE_CHARS:]) if parts else _parse(headers, folded(authorization))
    )
    timestamp = headers.get("x-amz-date") or headers.get("date") or ""
    if not timestamp:
        raise SignatureError("incomplete", f"{_NO_DATE} Authorization={authorization}")
    text, signed_at = moment(timestamp)
    return Claim(
        key_id,
        date,
        region,
        service,
        signed_headers,
        signature,
        text,
        signed_at,
        False,  # not presigned, and so
        0,  # without a life of its own
        headers.get("x-amz-security-token", ""),
        headers.get("x-amz-content-sha256", ""),
        headers,
    )


def usual(authorization: str) -> tuple[str, str, str, str, str] | None:
    """Key id, date, region, service and signed headers of a header in the form that nearly all signers give it, else None.

    What comes before the signature is the same from one request of a client to the next, and so its parts are remembered.
    """
    if not authorization[-SIGNATURE_CHARS:].isalnum():
        return None
    before = authorization[:-SIGNATURE_CHARS]
    return _remembered_parts(before) if len(before) <= _REMEMBERED_MAX else _parts(before)


def _parts(before: str) -> tuple[str, str, str, str, str] | None:
    match = _USUAL(before)
    if match is None:
        return None
    key_id, date, region, service, signed_headers = match.groups()
    return key_id, date, region, service, signed_headers


_remembered_parts = lru_cache(maxsize=4096)(_parts)


def _parse(headers: dict[str, str], authorization: str) -> tuple[str, str, str, str, str, str]:
    """The six parts of an Authorization header that is not in the usual form, or the words of what is wrong with it."""
    algorithm, _, rest = authorization.partition(" ")
    if algorithm.startswith("AWS4-") and algorithm != ALGORITHM:
        raise unsupported(algorithm)
    if algorithm == "AWS" or algorithm.startswith("AWS3"):
        raise unsupported("SigV2")
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
        raise unsupported(algorithm)
    malformed = SignatureError(
        "incomplete",
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
        f"got '{given['Credential']}'",
    )
    return (*credential(given["Credential"], malformed), given["SignedHeaders"], given["Signature"])
