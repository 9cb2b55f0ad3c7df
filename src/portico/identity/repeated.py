"""Signed requests that say what one before them said, but for what differs with each: the time, the signature and the body.

A client sends the same head again and again. What follows from it (whose key it is, where it goes, whether it is allowed) was found out
when the first was answered; of the next ones only the signature has to be verified. Pure.
"""

from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest

from portico.identity.canonical import S3_LIKE
from portico.identity.claim_header import SIGNATURE_CHARS, usual
from portico.identity.claim_parts import Claim, SignatureError, moment
from portico.identity.sigv4 import SKEW_S, calculated, canonical_requests, keyed, string_to_sign
from portico.wire.http import Head

DIFFERS = frozenset(
    {
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "authorization",
        "content-length",
        "date",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amzn-trace-id",
    }
)
"""Headers whose values may differ: they have their say in the signature only, or in nothing but the trace. None has to be signed."""

Form = tuple[str, str, str, tuple[tuple[str, str], ...]]
"""Method, query, the Authorization header as far as the signature, and the other headers."""


def form_of(head: Head) -> Form | None:
    """All that `head` says beside its path and what differs; None for one that is unsigned or has a header twice."""
    authorization = head.values.get("authorization")
    if authorization is None or len(head.values) != len(head.headers):
        return None
    said = tuple([field for field in head.headers if field[0] not in DIFFERS])
    return head.method, head.query, authorization[:-SIGNATURE_CHARS], said


def is_usual(claim: Claim, head: Head) -> bool:
    """Whether the signature of `head` is of the kind that `Signer` is for: in the header, written as usual, and not S3's."""
    return (
        not claim.presigned
        and claim.service not in S3_LIKE
        and usual(head.header("authorization")) is not None
    )


class Signer:
    """Verifies the signatures of all heads of one form, after the first, whose `claim` is a usual one and was verified with `secret`."""

    __slots__ = ("_begins", "_date", "_goes_on", "_key", "_scope")

    def __init__(self, claim: Claim, head: Head, secret: str) -> None:
        (self._begins, *between), names = _holes(canonical_requests(claim, head, "")[0])
        self._goes_on = tuple(zip(names, between, strict=True))
        self._date = claim.date
        self._scope = claim.scope
        self._key = keyed(secret, claim.date, claim.region, claim.service)

    def has_signed(self, values: Mapping[str, str], body: bytes, wall: float) -> bool:
        """Whether a head of this form with these `values` (of `DIFFERS`; others do not matter) is signed rightly, over `body` and for now
        (`wall` clock, seconds). False for some that are, with spaces inside of values or hashes in upper case: who asks must then look
        at all of it."""
        try:
            timestamp, signed_at = moment(values.get("x-amz-date") or values.get("date") or "")
        except SignatureError:
            return False
        if not wall - SKEW_S <= signed_at <= wall + SKEW_S or timestamp[:8] != self._date:
            return False
        digest = sha256(body).hexdigest()
        if (values.get("x-amz-content-sha256") or digest) != digest:
            return False
        request = self._begins
        for name, after in self._goes_on:
            value = values.get(name, "")
            if "  " in value or "\t" in value:
                return False
            request += value + after
        text = string_to_sign(timestamp, self._scope, request + digest)
        given = values["authorization"][-SIGNATURE_CHARS:]
        return given.isascii() and compare_digest(calculated(self._key, text), given)


def _holes(canonical: str) -> tuple[list[str], list[str]]:
    """A canonical request without the body's hash, cut where the values of signed headers stand that may differ; and the names of these."""
    request_lines = canonical.split("\n")
    between, names = ["\n".join(request_lines[:3]) + "\n"], []
    for line in request_lines[3:-3]:
        name, colon, value = line.partition(":")
        between[-1] += name + colon
        if name in DIFFERS:
            names.append(name)
            between.append("\n")
        else:
            between[-1] += value + "\n"
    between[-1] += "\n".join(request_lines[-3:])
    return between, names
