"""Who is calling, in two steps: as much as the head can tell, before the body is read; the rest once it is there.

`authenticate` checks the key, the scope, the time and, where the body's hash is claimed in the head, the signature. `check_body`
then holds the body against what was signed. An unsigned request passes as the anonymous principal: whether the operation may
be called so is decided when it is known (`missing` is the refusal).
"""

import re
from collections.abc import Callable, Collection
from hashlib import sha256
from hmac import compare_digest
from typing import Literal

import msgspec

from portico.identity import sigv4
from portico.identity.canonical import S3_LIKE
from portico.identity.chunked import ChunkDecoder, chunk_decoder, is_chunked
from portico.identity.credentials import CredentialError, KeyRing, never
from portico.identity.principal import ANONYMOUS, Principal
from portico.identity.signature_errors import Family, refusal
from portico.identity.sigv4 import UNSIGNED_PAYLOAD, Claim, SignatureError
from portico.wire.errors import AwsError
from portico.wire.http import Head

Payload = Literal["unsigned", "hash", "signature", "chunks"]
"""What is left to check: nothing, the body's hash, the signature over the body's hash, or each chunk's signature."""

_HEX_SHA256 = re.compile(r"[0-9a-fA-F]{64}").fullmatch
_REGION = re.compile(r"[a-z][a-z0-9-]{0,62}").fullmatch
_regions: set[str] = set()  # names that have that form
_REGIONS_MAX = 256


class Authenticated(msgspec.Struct, frozen=True, gc=False):
    """A caller, and the region and service that the signature is scoped to; `claim` is None for an anonymous one.

    `payload` says what `check_body` still has to do, with the key's `secret`.
    """

    principal: Principal
    region: str
    service: str
    family: Family
    payload: Payload = "unsigned"
    claim: Claim | None = None
    secret: str = ""


class Routed(msgspec.Struct, frozen=True, gc=False):
    """Where the request is going: the signing names that are right there, the default region, and how errors are told."""

    services: Collection[str]
    region: str
    family: Family


def authenticate(
    head: Head, keys: KeyRing, routed: Routed, *, wall: float, from_function: Callable[[], bool] = never
) -> Authenticated:
    """The caller of `head`, at `wall` (seconds, `wall` clock).

    Raises:
        AwsError: the signature, its key or its scope is not accepted, in the words of the family's protocol.
    """
    claim: Claim | None = None
    try:
        claim = sigv4.claim(head)
        if claim is None:
            return Authenticated(ANONYMOUS, routed.region, next(iter(routed.services), ""), routed.family)
        known = keys.find(claim.key_id, claim.session_token, from_function=from_function)
        _check_scope(claim, routed)
        sigv4.check_time(claim, wall)
        payload = _payload(claim)
        if payload != "signature":
            sigv4.verify(claim, head, known.secret, claim.content_sha256 or UNSIGNED_PAYLOAD)
    except SignatureError as error:
        presigned = claim is not None and claim.presigned
        raise refusal(routed.family, error.kind, error.message, error.fields, presigned=presigned) from error
    except CredentialError as error:
        raise refusal(routed.family, error.reason, "", {"AWSAccessKeyId": error.key_id}) from error
    return Authenticated(
        known.principal, claim.region, claim.service, routed.family, payload, claim, known.secret
    )


def check_body(caller: Authenticated, head: Head, body: bytes) -> bytes:
    """The body as it was meant, once it is what was signed: `body` itself, or its decoded chunks.

    Raises:
        AwsError: it is not what was signed.
    """
    claim = caller.claim
    if claim is None or caller.payload == "unsigned":
        return body
    try:
        if caller.payload == "chunks":
            decoder = body_decoder(caller)
            decoded = decoder.feed(body)
            decoder.finish()
            return decoded
        digest = sha256(body).hexdigest()
        if caller.payload == "signature":
            sigv4.verify(claim, head, caller.secret, digest)
        elif not compare_digest(digest, claim.content_sha256.lower()):
            raise SignatureError(
                "body",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
                ClientComputedContentSHA256=claim.content_sha256,
                S3ComputedContentSHA256=digest,
            )
    except SignatureError as error:
        raise refused(caller, error) from error
    return body


def body_decoder(caller: Authenticated) -> ChunkDecoder:
    """The decoder of a body whose `payload` is `chunks`, to be fed as it arrives.

    Raises:
        SignatureError: the head does not announce what such a body needs (`refused` makes the answer).
    """
    if caller.claim is None:
        raise ValueError("an unsigned request has no signed chunks")
    return chunk_decoder(caller.claim, caller.secret)


def refused(caller: Authenticated, error: SignatureError) -> AwsError:
    """The answer to a body that is not what was signed or announced."""
    return refusal(caller.family, error.kind, error.message, error.fields)


def missing(family: Family) -> AwsError:
    """The refusal of an unsigned call of an operation that needs a signature."""
    return refusal(family, "missing", "")


def _check_scope(claim: Claim, routed: Routed) -> None:
    if claim.service not in routed.services:
        right = next(iter(routed.services), "")
        raise SignatureError(
            "scope", f"Credential should be scoped to correct service: '{right}'.", Expected=right
        )
    if claim.region in _regions:
        return
    if not _REGION(claim.region):
        raise SignatureError("scope", f"Credential should be scoped to a valid Region, not '{claim.region}'.")
    if len(_regions) < _REGIONS_MAX:
        _regions.add(claim.region)


def _payload(claim: Claim) -> Payload:
    """How the body is bound to the signature."""
    content = claim.content_sha256
    if not content and claim.service not in S3_LIKE:
        return "signature"
    if is_chunked(content):
        return "chunks"
    if content == UNSIGNED_PAYLOAD:
        return "unsigned"
    if _HEX_SHA256(content):
        return "hash"
    if content:
        raise SignatureError(
            "content",
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD or a valid sha256 value.",
            ArgumentName="x-amz-content-sha256",
            ArgumentValue=content,
        )
    if claim.presigned:
        return "unsigned"
    raise SignatureError("no_content", "Missing required header for this request: x-amz-content-sha256")
