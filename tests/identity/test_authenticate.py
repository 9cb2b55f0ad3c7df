"""Authentication: every refusal in the words, code and status of its family, and the attacks that it is for."""

import contextlib
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.identity import canonical
from portico.identity.authenticate import (
    Authenticated,
    Routed,
    authenticate,
    body_decoder,
    check_body,
    missing,
)
from portico.identity.principal import Session
from portico.identity.sessions import Credentials, role_session
from portico.identity.signature_errors import Family, family
from portico.wire.errors import AwsError
from portico.wire.http import Head
from signing import KEY_ID, NOW, SECRET, replaced, signed
from world import ACCOUNT, World, a_world

BODY = b"{}"
ROUTES: dict[Family, Routed] = {
    "json": Routed(("dynamodb",), "us-east-1", "json"),
    "rest-json": Routed(("lambda",), "us-east-1", "rest-json"),
    "query": Routed(("iam",), "us-east-1", "query"),
    "s3": Routed(("s3",), "us-east-1", "s3"),
}
FAMILIES: tuple[Family, ...] = ("json", "rest-json", "query", "s3")
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and "
    "signing method. Consult the service documentation for details."
)
INVALID = "The security token included in the request is invalid."


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with a_world() as made:
        await made.user("alice")
        await made.key(KEY_ID, SECRET, "alice")
        yield made


def request_of(kind: Family, **options: Any) -> Head:
    """A signed request as the family's clients send it."""
    service = next(iter(ROUTES[kind].services))
    signer = options.pop("signer", S3SigV4Auth if kind == "s3" else SigV4Auth)
    return signed(service=options.pop("service", service), signer=signer, **options)


def accept(world: World, kind: Family, head: Head, *, body: bytes = BODY, wall: float = NOW) -> Authenticated:
    caller = authenticate(head, world.keys, ROUTES[kind], wall=wall)
    assert check_body(caller, head, body) == body
    return caller


def refused(world: World, kind: Family, head: Head, *, body: bytes = BODY, wall: float = NOW) -> AwsError:
    with pytest.raises(AwsError) as caught:
        accept(world, kind, head, body=body, wall=wall)
    return caught.value


def told(error: AwsError) -> tuple[str, int, str | None]:
    return error.code, error.status, error.message


@pytest.mark.parametrize("kind", FAMILIES)
async def test_a_signed_request_is_its_users(world: World, kind: Family) -> None:
    caller = accept(world, kind, request_of(kind))
    assert caller.principal.arn == f"arn:aws:iam::{ACCOUNT}:user/alice"
    assert (caller.region, caller.service) == ("us-east-1", next(iter(ROUTES[kind].services)))


async def test_the_signature_is_checked_before_the_body_where_its_hash_is_in_the_head(world: World) -> None:
    for head in (
        request_of("s3"),
        signed(headers={"X-Amz-Content-SHA256": sha256(BODY).hexdigest()}),
        signed(headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}),
    ):
        kind: Family = "s3" if "/s3/" in head.header("authorization") else "rest-json"
        forged = replaced(head, "host", "elsewhere")
        with pytest.raises(AwsError):
            authenticate(forged, world.keys, ROUTES[kind], wall=NOW)
        assert authenticate(head, world.keys, ROUTES[kind], wall=NOW).payload in ("hash", "unsigned")
    assert authenticate(signed(), world.keys, ROUTES["rest-json"], wall=NOW).payload == "signature"


async def test_an_unsigned_request_is_nobodys(world: World) -> None:
    head = Head("POST", "/", "", (("host", "localhost"),))
    caller = authenticate(head, world.keys, ROUTES["query"], wall=NOW)
    assert caller.principal.kind == "anonymous"
    assert caller.claim is None
    assert check_body(caller, head, b"anything") == b"anything"


# What each family says

TABLE: dict[str, dict[Family, tuple[str, int, str]]] = {
    "missing": {
        "json": ("MissingAuthenticationTokenException", 400, "Missing Authentication Token"),
        "rest-json": ("MissingAuthenticationTokenException", 403, "Missing Authentication Token"),
        "query": ("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
        "s3": ("AccessDenied", 403, "Access Denied"),
    },
    "unknown": {
        "json": ("UnrecognizedClientException", 400, INVALID),
        "rest-json": ("UnrecognizedClientException", 403, INVALID),
        "query": ("InvalidClientTokenId", 403, INVALID),
        "s3": (
            "InvalidAccessKeyId",
            403,
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
    },
    "token": {
        "json": ("UnrecognizedClientException", 400, INVALID),
        "rest-json": ("UnrecognizedClientException", 403, INVALID),
        "query": ("InvalidClientTokenId", 403, INVALID),
        "s3": ("InvalidToken", 400, "The provided token is malformed or otherwise invalid."),
    },
    "expired": {
        "json": ("ExpiredTokenException", 400, "The security token included in the request is expired"),
        "rest-json": ("ExpiredTokenException", 403, "The security token included in the request is expired"),
        "query": ("ExpiredToken", 403, "The security token included in the request is expired"),
        "s3": ("ExpiredToken", 400, "The provided token has expired."),
    },
    "signature": {
        "json": ("InvalidSignatureException", 400, MISMATCH),
        "rest-json": ("InvalidSignatureException", 403, MISMATCH),
        "query": ("SignatureDoesNotMatch", 403, MISMATCH),
        "s3": (
            "SignatureDoesNotMatch",
            403,
            "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
        ),
    },
    "late": {
        "json": (
            "InvalidSignatureException",
            400,
            "Signature expired: 20260921T141320Z is now earlier than 20260921T141840Z (20260921T143340Z - 15 min.)",
        ),
        "rest-json": (
            "InvalidSignatureException",
            403,
            "Signature expired: 20260921T141320Z is now earlier than 20260921T141840Z (20260921T143340Z - 15 min.)",
        ),
        "query": (
            "SignatureDoesNotMatch",
            403,
            "Signature expired: 20260921T141320Z is now earlier than 20260921T141840Z (20260921T143340Z - 15 min.)",
        ),
        "s3": (
            "RequestTimeTooSkewed",
            403,
            "The difference between the request time and the current time is too large.",
        ),
    },
    "malformed": {
        "json": ("IncompleteSignatureException", 400, "Authorization=AWS4-HMAC-SHA256 a=b"),
        "rest-json": ("IncompleteSignatureException", 403, "Authorization=AWS4-HMAC-SHA256 a=b"),
        "query": ("IncompleteSignature", 400, "Authorization=AWS4-HMAC-SHA256 a=b"),
        "s3": ("AuthorizationHeaderMalformed", 400, "Authorization=AWS4-HMAC-SHA256 a=b"),
    },
    "algorithm": {
        "json": ("IncompleteSignatureException", 400, "'AWS4-ECDSA-P256-SHA256'"),
        "rest-json": ("IncompleteSignatureException", 403, "'AWS4-ECDSA-P256-SHA256'"),
        "query": ("IncompleteSignature", 400, "'AWS4-ECDSA-P256-SHA256'"),
        "s3": (
            "InvalidRequest",
            400,
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        ),
    },
    "service": {
        "json": (
            "InvalidSignatureException",
            400,
            "Credential should be scoped to correct service: 'dynamodb'.",
        ),
        "rest-json": (
            "InvalidSignatureException",
            403,
            "Credential should be scoped to correct service: 'lambda'.",
        ),
        "query": ("SignatureDoesNotMatch", 403, "Credential should be scoped to correct service: 'iam'."),
        "s3": ("AuthorizationHeaderMalformed", 400, "Credential should be scoped to correct service: 's3'."),
    },
    "region": {
        "json": (
            "InvalidSignatureException",
            400,
            "Credential should be scoped to a valid Region, not 'US_EAST'.",
        ),
        "rest-json": (
            "InvalidSignatureException",
            403,
            "Credential should be scoped to a valid Region, not 'US_EAST'.",
        ),
        "query": (
            "SignatureDoesNotMatch",
            403,
            "Credential should be scoped to a valid Region, not 'US_EAST'.",
        ),
        "s3": (
            "AuthorizationHeaderMalformed",
            400,
            "Credential should be scoped to a valid Region, not 'US_EAST'.",
        ),
    },
    "body": {
        "json": ("InvalidSignatureException", 400, MISMATCH),
        "rest-json": ("InvalidSignatureException", 403, MISMATCH),
        "query": ("SignatureDoesNotMatch", 403, MISMATCH),
        "s3": (
            "XAmzContentSHA256Mismatch",
            400,
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        ),
    },
}


async def temporary(world: World) -> Credentials:
    role = await world.role("worker")
    now = world.clock.now()
    return world.sessions.seal(role_session(role, Session("run", issued_at=now, expires_at=now + 900)))


async def provoked(world: World, case: str, kind: Family) -> AwsError:
    """The error of a request that has exactly this one fault."""
    if case == "missing":
        return missing(kind)
    if case in ("token", "expired"):
        issued, other = await temporary(world), await temporary(world)
        if case == "expired":
            world.clock.advance(901)
            other = issued
        head = request_of(kind, key_id=issued.access_key_id, secret=issued.secret, token=other.token)
        return refused(world, kind, head)
    head = request_of(kind)
    if case == "unknown":
        return refused(world, kind, request_of(kind, key_id="AKIANOBODY"))
    if case == "signature":
        return refused(world, kind, request_of(kind, secret="another"))
    if case == "late":
        return refused(world, kind, head, wall=NOW + 1220)
    if case == "malformed":
        return refused(world, kind, replaced(head, "authorization", "AWS4-HMAC-SHA256 a=b"))
    if case == "algorithm":
        other_one = head.header("authorization").replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")
        return refused(world, kind, replaced(head, "authorization", other_one))
    if case == "service":
        return refused(world, kind, request_of(kind, service="sqs"))
    if case == "region":
        return refused(world, kind, request_of(kind, region="US_EAST"))
    return refused(world, kind, head, body=b"another body")


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("case", TABLE)
async def test_each_family_tells_each_fault_as_aws_does(world: World, case: str, kind: Family) -> None:
    error = await provoked(world, case, kind)
    code, status, message = TABLE[case][kind]
    assert (error.code, error.status) == (code, status)
    assert message in (error.message or "")


# S3's further members and cases


async def test_s3_shows_what_it_calculated(world: World) -> None:
    error = refused(world, "s3", request_of("s3", secret="another"))
    assert error.fields["AWSAccessKeyId"] == KEY_ID
    assert str(error.fields["StringToSign"]).startswith("AWS4-HMAC-SHA256\n20260921T141320Z\n")
    assert str(error.fields["CanonicalRequest"]).startswith("POST\n/2015-03-31/")
    assert str(error.fields["StringToSignBytes"]).startswith("41 57 53 34 2d ")


async def test_other_families_do_not_show_what_they_calculated(world: World) -> None:
    assert refused(world, "rest-json", request_of("rest-json", secret="another")).fields == {}


async def test_a_presigned_s3_request_that_is_over(world: World) -> None:
    head = request_of("s3", method="GET", body=b"", signer=S3SigV4QueryAuth, expires=60)
    accept(world, "s3", head, body=b"", wall=NOW + 60)
    error = refused(world, "s3", head, body=b"", wall=NOW + 61)
    assert told(error) == ("AccessDenied", 403, "Request has expired")
    assert error.fields["X-Amz-Expires"] == "60"


async def test_a_presigned_s3_request_that_lacks_a_part(world: World) -> None:
    head = request_of("s3", method="GET", body=b"", signer=S3SigV4QueryAuth, expires=60)
    cut = Head(head.method, head.path, head.query.replace("X-Amz-Expires=60&", ""), head.headers)
    assert refused(world, "s3", cut).code == "AuthorizationQueryParametersError"


async def test_s3_needs_the_hash_in_the_head(world: World) -> None:
    head = request_of("s3", signer=SigV4Auth)
    error = refused(world, "s3", head)
    assert told(error) == (
        "InvalidRequest",
        400,
        "Missing required header for this request: x-amz-content-sha256",
    )
    odd = request_of("s3", signer=SigV4Auth, headers={"X-Amz-Content-SHA256": "something"})
    assert refused(world, "s3", odd).code == "InvalidArgument"


async def test_two_signatures_at_once_are_refused(world: World) -> None:
    head = request_of("s3", method="GET", body=b"", signer=S3SigV4QueryAuth, expires=60)
    both = Head(
        head.method, head.path, head.query, (*head.headers, ("authorization", "AWS4-HMAC-SHA256 a=b"))
    )
    assert refused(world, "s3", both).code == "InvalidArgument"


# Attacks


async def test_stripping_the_signature_leaves_nobody(world: World) -> None:
    head = replaced(request_of("rest-json"), "authorization", None)
    assert authenticate(head, world.keys, ROUTES["rest-json"], wall=NOW).principal.kind == "anonymous"


@pytest.mark.parametrize("kind", FAMILIES)
async def test_a_header_that_is_added_on_the_way_is_refused(world: World, kind: Family) -> None:
    head = request_of(kind)
    assert refused(world, kind, replaced(head, "x-amz-target", "IAM.Other")).status in (400, 403)
    accept(world, kind, replaced(head, "x-forwarded-for", "10.0.0.1"))


async def test_a_presigned_body_can_not_be_changed(world: World) -> None:
    head = request_of("query", body=b"", signer=SigV4QueryAuth, expires=60)
    accept(world, "query", head, body=b"")
    assert refused(world, "query", head, body=b"Action=DeleteUser").code == "SignatureDoesNotMatch"


async def test_a_presigned_parameter_given_twice_is_refused(world: World) -> None:
    head = request_of("query", body=b"", signer=SigV4QueryAuth, expires=60)
    for extra in ("X-Amz-Expires=604800", "X-Amz-Signature=0", "X-Amz-Credential=x"):
        twice = Head(head.method, head.path, f"{extra}&{head.query}", head.headers)
        assert refused(world, "query", twice, body=b"").code == "IncompleteSignature"


async def test_a_replay_after_its_time_is_refused(world: World) -> None:
    head = request_of("rest-json")
    accept(world, "rest-json", head, wall=NOW + 900)
    assert refused(world, "rest-json", head, wall=NOW + 901).code == "InvalidSignatureException"


async def test_a_signature_for_one_service_is_none_for_another(world: World) -> None:
    head = request_of("rest-json", service="iam")
    assert (refused(world, "rest-json", head).message or "").startswith("Credential should be scoped")


async def test_words_outside_latin_1_in_a_presigned_query_are_only_a_refusal(world: World) -> None:
    head = request_of("query", body=b"", signer=SigV4QueryAuth, expires=60)
    for name in ("Credential", "SignedHeaders", "Signature", "Date", "Security-Token"):
        query = "&".join(
            f"X-Amz-{name}=%E2%82%AC" if part.startswith(f"X-Amz-{name}=") else part
            for part in head.query.split("&")
        )
        if query != head.query:
            odd = Head(head.method, head.path, query, head.headers)
            assert refused(world, "query", odd, body=b"").status in (400, 403)


async def test_a_chunked_body_is_decoded_and_counts_at_its_end(world: World) -> None:
    head = signed(
        "http://localhost/bucket/key",
        method="PUT",
        service="s3",
        headers={
            "X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "x-amz-decoded-content-length": "5",
            "x-amz-trailer": "x-amz-checksum-crc32",
            "content-encoding": "aws-chunked",
        },
    )
    caller = authenticate(head, world.keys, ROUTES["s3"], wall=NOW)
    assert caller.payload == "chunks"
    body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
    assert check_body(caller, head, body) == b"hello"
    decoder = body_decoder(caller)
    assert b"".join(decoder.feed(body[at : at + 1]) for at in range(len(body))) == b"hello"
    decoder.finish()
    for bad, code in (
        (body.replace(b"hello", b"hallo"), "BadDigest"),
        (body[:-4], "IncompleteBody"),
        (body.replace(b"5\r\n", b"6\r\n"), "InvalidRequest"),
        (body.replace(b"crc32:", b"crc32c:"), "MalformedTrailerError"),
    ):
        with pytest.raises(AwsError) as caught:
            check_body(caller, head, bad)
        assert (caught.value.code, caught.value.status) == (code, 400)


async def test_a_chunked_body_without_its_length_is_refused(world: World) -> None:
    head = signed(
        service="s3", method="PUT", headers={"X-Amz-Content-SHA256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}
    )
    caller = authenticate(head, world.keys, ROUTES["s3"], wall=NOW)
    with pytest.raises(AwsError) as caught:
        check_body(caller, head, b"")
    assert told(caught.value) == (
        "MissingContentLength",
        411,
        "You must provide the Content-Length HTTP header.",
    )


def test_every_protocol_has_a_family() -> None:
    assert [family(p) for p in ("json", "smithy-rpc-v2-cbor", "rest-json", "query", "rest-xml", "ec2")] == [
        "json",
        "json",
        "rest-json",
        "query",
        "query",
        "query",
    ]
    assert family("rest-xml", "s3") == "s3"


# Whatever comes, it is an AwsError or a caller

_PIECES = st.sampled_from(
    [
        "AWS4-HMAC-SHA256",
        "AWS4-ECDSA-P256-SHA256",
        "AWS",
        "Bearer",
        f"Credential={KEY_ID}/20260921/us-east-1/lambda/aws4_request",
        "Credential=////",
        "Credential=",
        "SignedHeaders=host;x-amz-date",
        "SignedHeaders=;;",
        f"Signature={'0' * 64}",
        "Signature=é",
        ",",
        "=",
        "",
        "\xff",
    ]
)
_NAMES = st.sampled_from(
    [
        "authorization",
        "host",
        "date",
        "x-amz-date",
        "x-amz-content-sha256",
        "x-amz-security-token",
        "x-amz-decoded-content-length",
        "x-amz-trailer",
        "x-amz-target",
    ]
)
_WORDS = st.one_of(
    st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=30),
    st.sampled_from(
        [
            "20260921T141320Z",
            "UNSIGNED-PAYLOAD",
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "STREAMING-X",
            "0" * 64,
            "5",
        ]
    ),
)
_QUERIES = st.lists(
    st.tuples(
        st.sampled_from(
            ["Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires", "Security-Token"]
        ),
        st.one_of(_PIECES, _WORDS, st.sampled_from(["AWS4-HMAC-SHA256", "60", "%E2%82%AC", "%ff", "%"])),
    ).map(lambda pair: f"X-Amz-{pair[0]}={pair[1]}"),
    max_size=8,
).map("&".join)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(_PIECES, max_size=6).map(" ".join),
    st.lists(st.tuples(_NAMES, _WORDS), max_size=6),
    _QUERIES,
    st.text(st.characters(max_codepoint=255), max_size=20),
    st.sampled_from(FAMILIES),
    st.binary(max_size=40),
)
async def test_no_head_and_no_body_is_a_defect(
    authorization: str, headers: list[tuple[str, str]], query: str, path: str, kind: Family, body: bytes
) -> None:
    async with a_world() as world:
        await world.key(KEY_ID, SECRET)
        extra = (("authorization", authorization),) if authorization else ()
        head = Head("POST", "/" + path, query, (*headers, *extra))
        with contextlib.suppress(AwsError):
            caller = authenticate(head, world.keys, ROUTES[kind], wall=NOW)
            assert caller.principal.kind == "anonymous"  # nothing here is signed rightly
            check_body(caller, head, body)


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(FAMILIES))
async def test_a_signed_head_that_was_changed_anywhere_is_a_refusal_and_no_defect(
    data: st.DataObject, kind: Family
) -> None:
    """One header of a good request is replaced, doubled or lost: it is refused, unless the signature does not cover that."""
    head = request_of(kind, headers={"Content-Type": "application/json"})
    name, value = data.draw(st.sampled_from(head.headers))
    at = data.draw(st.integers(0, len(value)))
    other = value[:at] + data.draw(st.text(st.characters(max_codepoint=255), max_size=5)) + value[at + 1 :]
    changed = data.draw(
        st.sampled_from(
            [
                replaced(head, name, other),
                replaced(head, name, None),
                Head(head.method, head.path, head.query, (*head.headers, (name, other))),
            ]
        )
    )
    async with a_world() as world:
        await world.key(KEY_ID, SECRET)
        with contextlib.suppress(AwsError):
            caller = authenticate(changed, world.keys, ROUTES[kind], wall=NOW)
            check_body(caller, changed, BODY)
            same = canonical.gather(changed.headers) == canonical.gather(head.headers)
            assert caller.claim is None or same or name == "authorization"
