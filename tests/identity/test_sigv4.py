"""Signatures: botocore as the oracle for those that are right, a table for those that are not."""

import re
import string
from hashlib import sha256
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.identity import canonical, sigv4
from portico.identity.claim import SignatureError
from portico.wire.http import Head
from signing import KEY_ID, NOW, SECRET, replaced, signed

EMPTY = sigv4.EMPTY_SHA256


def verify(
    head: Head, payload_hash: str = sha256(b"{}").hexdigest(), *, secret: str = SECRET, wall: float = NOW
) -> None:
    found = sigv4.claim(head)
    assert found is not None
    sigv4.check_time(found, wall)
    sigv4.verify(found, head, secret, payload_hash)


def refused(
    head: Head, payload_hash: str = sha256(b"{}").hexdigest(), *, wall: float = NOW
) -> SignatureError:
    with pytest.raises(SignatureError) as caught:
        verify(head, payload_hash, wall=wall)
    return caught.value


# botocore as the oracle

SEGMENT = st.text(string.ascii_letters + string.digits + "-._~ $&+,:;=@%é/*'()!", min_size=1, max_size=12)
TEXT = st.text(string.printable.strip() + " é", max_size=12)
VALUES = st.text(string.ascii_letters + string.digits + ' ,;=/+"', max_size=20).map(str.strip)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(SEGMENT, max_size=4),
    st.dictionaries(TEXT.filter(bool), TEXT, max_size=3),
    st.dictionaries(
        st.sampled_from(["content-type", "x-amz-target", "x-custom", "accept"]), VALUES, max_size=3
    ),
    st.binary(max_size=30),
)
def test_what_botocore_signs_is_accepted(
    segments: list[str], params: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    from urllib.parse import quote, urlencode

    url = "https://lambda.us-east-1.amazonaws.com/" + "/".join(
        quote(segment, safe="/~") for segment in segments
    )
    if params:
        url += "?" + urlencode(params, quote_via=quote)
    head = signed(url, headers=headers, body=body)
    verify(head, sha256(body).hexdigest())


@settings(max_examples=100, deadline=None)
@given(st.lists(SEGMENT, max_size=4), st.dictionaries(TEXT.filter(bool), TEXT, max_size=3), st.booleans())
def test_what_botocore_presigns_for_s3_is_accepted(
    segments: list[str], params: dict[str, str], in_header: bool
) -> None:
    from urllib.parse import quote

    url = "https://s3.amazonaws.com/bucket/" + "/".join(quote(segment, safe="/~") for segment in segments)
    signer = S3SigV4Auth if in_header else S3SigV4QueryAuth
    head = signed(url, method="GET", body=b"", params=params, service="s3", signer=signer)
    content = head.header("x-amz-content-sha256") or "UNSIGNED-PAYLOAD"
    verify(head, content)


def test_a_presigned_request_of_another_service_covers_its_body() -> None:
    head = signed(body=b"", signer=SigV4QueryAuth, expires=60)
    verify(head, EMPTY)
    assert refused(head, sha256(b"other").hexdigest()).kind == "mismatch"


def test_a_token_may_be_signed_presigned_or_left_out_of_the_signature() -> None:
    verify(signed(token="the token"))
    verify(signed(token="the token", body=b"", signer=SigV4QueryAuth), EMPTY)
    verify(replaced(signed(), "x-amz-security-token", "added after signing"))
    presigned = signed(body=b"", signer=SigV4QueryAuth)
    added = Head(
        presigned.method, presigned.path, presigned.query + "&X-Amz-Security-Token=added", presigned.headers
    )
    verify(added, EMPTY)
    found = sigv4.claim(added)
    assert found is not None
    assert found.session_token == "added"


def test_a_plus_in_the_query_is_a_space_or_itself() -> None:
    for encoded in ("a%20b", "a%2Bb"):
        head = signed(f"http://localhost/path?q={encoded}")
        verify(Head(head.method, head.path, "q=a+b", head.headers))


def test_the_date_header_serves_where_there_is_no_x_amz_date() -> None:
    class DateSigner(SigV4Auth):
        def _modify_request_before_signing(self, request: object) -> None:
            super()._modify_request_before_signing(request)
            del request.headers["X-Amz-Date"]  # type: ignore[attr-defined]
            request.headers["Date"] = "Mon, 21 Sep 2026 14:13:20 GMT"  # type: ignore[attr-defined]

    head = signed(signer=DateSigner)
    assert not head.header("x-amz-date")
    verify(head)


# What is not accepted


@pytest.mark.parametrize(
    "changed",
    [
        lambda head: Head("GET", head.path, head.query, head.headers),
        lambda head: Head(head.method, head.path + "x", head.query, head.headers),
        lambda head: Head(head.method, head.path, "Qualifier=1", head.headers),
        lambda head: replaced(head, "host", "elsewhere:4566"),
        lambda head: replaced(head, "x-amz-invocation-type", "Event"),
        lambda head: replaced(head, "content-type", None),
        lambda head: replaced(head, "x-amz-date", "20260921T141321Z"),
        lambda head: replaced(
            head, "authorization", head.header("authorization").replace("us-east-1", "us-west-2")
        ),
        lambda head: replaced(
            head,
            "authorization",
            head.header("authorization")[:-1] + "0g"[head.header("authorization").endswith("0")],
        ),
    ],
)
def test_a_change_to_anything_signed_is_a_mismatch(changed: object) -> None:
    head = signed(headers={"X-Amz-Invocation-Type": "RequestResponse", "Content-Type": "application/json"})
    verify(head)
    error = refused(changed(head))  # type: ignore[operator]
    assert error.kind == "mismatch"
    assert error.message == (
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details."
    )


def test_another_secret_is_a_mismatch() -> None:
    head = signed(secret="another")
    assert refused(head).kind == "mismatch"


@pytest.mark.parametrize("service", ["lambda", "s3"])
def test_a_header_of_aws_that_is_added_unsigned_is_refused(service: str) -> None:
    head = signed(service=service, signer=S3SigV4Auth if service == "s3" else SigV4Auth)
    error = refused(replaced(head, "x-amz-target", "Evil.Operation"))
    assert error.kind == "unsigned"
    assert error.fields == {"HeadersNotSigned": "x-amz-target"}


def test_the_host_has_to_be_signed() -> None:
    head = signed()
    loose = head.header("authorization").replace("=host;", "=")
    error = refused(replaced(head, "authorization", loose))
    assert error.message == "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."


CREDENTIAL = f"Credential={KEY_ID}/20260921/us-east-1/lambda/aws4_request"
SIGNED = "SignedHeaders=host;x-amz-date"
SIGNATURE = f"Signature={'0' * 64}"


@pytest.mark.parametrize(
    ("authorization", "kind", "message"),
    [
        (
            "Bearer a=b",
            "incomplete",
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "
            "Authorization header requires 'SignedHeaders' parameter. Authorization=Bearer a=b",
        ),
        (
            f"AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNED}",
            "incomplete",
            f"Authorization header requires 'Signature' parameter. Authorization=AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNED}",
        ),
        (
            "Bearer abc",
            "incomplete",
            "'abc' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer abc'.",
        ),
        (
            f"AWS4-HMAC-SHA256 Credential=nothing, {SIGNED}, {SIGNATURE}",
            "incomplete",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'nothing'",
        ),
        (
            f"AWS4-ECDSA-P256-SHA256 {CREDENTIAL}, {SIGNED}, {SIGNATURE}",
            "algorithm",
            "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'. Portico verifies AWS4-HMAC-SHA256 (Signature Version 4).",
        ),
        (
            "AWS AKID:c2ln",
            "algorithm",
            "Unsupported AWS 'algorithm': 'SigV2'. Portico verifies AWS4-HMAC-SHA256 (Signature Version 4).",
        ),
        (
            f"AWS4-HMAC-SHA256 {CREDENTIAL}, {CREDENTIAL}, {SIGNED}, {SIGNATURE}",
            "incomplete",
            f"'{CREDENTIAL}' given more than once in Authorization header: "
            f"'AWS4-HMAC-SHA256 {CREDENTIAL}, {CREDENTIAL}, {SIGNED}, {SIGNATURE}'.",
        ),
    ],
)
def test_a_malformed_authorization_header_is_told_what_it_lacks(
    authorization: str, kind: str, message: str
) -> None:
    head = Head(
        "POST",
        "/",
        "",
        (("host", "localhost"), ("x-amz-date", "20260921T141320Z"), ("authorization", authorization)),
    )
    with pytest.raises(SignatureError) as caught:
        sigv4.claim(head)
    assert (caught.value.kind, caught.value.message) == (kind, message)


def test_a_request_without_a_date_is_told_so() -> None:
    error = refused(replaced(signed(), "x-amz-date", None))
    assert error.kind == "incomplete"
    assert error.message.startswith(
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 "
    )


@pytest.mark.parametrize("date", ["yesterday", "20261399T141320Z", "", "20260921T141320", "9" * 400])
def test_a_date_that_is_none_is_refused(date: str) -> None:
    assert refused(replaced(signed(), "x-amz-date", date)).kind == "incomplete"


def test_other_orders_and_spaces_in_the_authorization_header_are_accepted() -> None:
    head = signed()
    scheme, _, rest = head.header("authorization").partition(" ")
    reordered = ",".join(reversed([piece.strip() for piece in rest.split(",")]))
    verify(replaced(head, "authorization", f"{scheme}  {reordered}"))


def test_an_unsigned_request_has_no_claim() -> None:
    assert sigv4.claim(Head("GET", "/", "a=b", (("host", "localhost"),))) is None


def test_signature_version_2_in_the_query_is_refused_by_name() -> None:
    head = Head("GET", "/", "AWSAccessKeyId=AKID&Signature=x&SignatureVersion=2", (("host", "localhost"),))
    assert refused(head).message.startswith("Unsupported AWS 'algorithm': 'SigV2'.")


# Time


@pytest.mark.parametrize("offset_s", [-900, 0, 900])
def test_a_signature_is_good_for_fifteen_minutes_either_way(offset_s: float) -> None:
    verify(signed(), wall=NOW + offset_s)


def test_a_late_signature_is_told_how_late() -> None:
    error = refused(signed(), wall=NOW + 901)
    assert (error.kind, error.message) == (
        "late",
        "Signature expired: 20260921T141320Z is now earlier than 20260921T141321Z (20260921T142821Z - 15 min.)",
    )
    assert error.fields["MaxAllowedSkewMilliseconds"] == "900000"


def test_an_early_signature_is_told_how_early() -> None:
    error = refused(signed(), wall=NOW - 901)
    assert (error.kind, error.message) == (
        "early",
        "Signature not yet current: 20260921T141320Z is still later than 20260921T141319Z (20260921T135819Z + 15 min.)",
    )


def test_a_presigned_request_lives_as_long_as_it_says() -> None:
    head = signed(body=b"", signer=SigV4QueryAuth, expires=3600)
    verify(head, EMPTY, wall=NOW + 3600)
    assert refused(head, wall=NOW + 3601).kind == "expired"
    assert refused(head, wall=NOW - 901).kind == "early"


def test_the_scopes_day_has_to_be_the_requests() -> None:
    head = signed()
    other_day = head.header("authorization").replace("/20260921/", "/20260920/")
    error = refused(replaced(head, "authorization", other_day))
    assert error.kind == "scope"
    assert error.message.startswith(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP"
    )


# Presigned requests


def presigned(service: str = "lambda", **changes: str | None) -> Head:
    head = signed(body=b"", signer=SigV4QueryAuth, expires=60, service=service)
    given: dict[str, str | None] = dict(canonical.pairs(head.query))
    given.update({name.replace("_", "-"): value for name, value in changes.items()})
    query = "&".join(f"{name}={value}" for name, value in given.items() if value is not None)
    return Head(head.method, head.path, query, head.headers)


PARTS = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"]


@pytest.mark.parametrize("name", PARTS)
def test_a_presigned_request_needs_its_parts(name: str) -> None:
    error = refused(presigned(**{name.replace("-", "_"): None}))
    assert (error.kind, error.message) == (
        "query",
        f"AWS query-string parameters must include '{name}'. Re-examine the query-string parameters.",
    )


def test_all_parts_that_a_presigned_request_lacks_are_told() -> None:
    head = presigned()
    error = refused(Head(head.method, head.path, "X-Amz-Algorithm=AWS4-HMAC-SHA256", head.headers))
    said = "".join(f"AWS query-string parameters must include '{name}'. " for name in PARTS[1:])
    assert error.message == f"{said}Re-examine the query-string parameters."


@pytest.mark.parametrize("name", [*(part for part in PARTS if part != "X-Amz-Credential"), "X-Amz-Expires"])
def test_one_for_s3_needs_a_life_too(name: str) -> None:
    error = refused(presigned("s3", **{name.replace("-", "_"): None}))
    assert error.kind == "query"
    assert error.message == (
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
        "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
    )


class LifelessQueryAuth(SigV4QueryAuth):
    """Signs as aws4 and aws4fetch do for all services but S3: without X-Amz-Expires."""

    def _modify_request_before_signing(self, request: Any) -> None:
        super()._modify_request_before_signing(request)
        request.url = re.sub("X-Amz-Expires=[0-9]+&", "", request.url)


def test_one_that_says_no_life_lives_as_long_as_a_signed_header() -> None:
    head = signed(body=b"", signer=LifelessQueryAuth)
    assert "Expires" not in head.query
    verify(head, EMPTY, wall=NOW + 900)
    assert refused(head, EMPTY, wall=NOW + 901).kind == "expired"


def test_a_life_can_not_be_taken_away() -> None:
    assert refused(presigned(X_Amz_Expires=None), EMPTY).kind == "mismatch"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "604801",
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
        ),
        ("0", "X-Amz-Expires must be non-negative"),
        ("-5", "X-Amz-Expires should be a number"),
        ("1e3", "X-Amz-Expires should be a number"),
        ("٣", "X-Amz-Expires should be a number"),
    ],
)
def test_a_presigned_request_lives_a_week_at_most(value: str, message: str) -> None:
    error = refused(presigned(X_Amz_Expires=value))
    assert (error.kind, error.message) == ("query", message)


def test_a_presigned_credential_that_is_none_is_told_the_form() -> None:
    error = refused(presigned(X_Amz_Credential="AKID"))
    assert error.message == (
        "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
        '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
    )


def test_a_presigned_parameter_can_not_be_given_twice() -> None:
    head = presigned()
    twice = Head(head.method, head.path, head.query + "&X-Amz-Expires=604800", head.headers)
    assert (refused(twice).kind, refused(twice).message) == (
        "query",
        "The X-Amz-Expires parameter was given more than once.",
    )


def test_two_signatures_at_once_are_refused() -> None:
    both = presigned()
    both = Head(
        both.method, both.path, both.query, (*both.headers, ("authorization", "AWS4-HMAC-SHA256 x=y"))
    )
    assert refused(both).kind == "twice"


def test_a_longer_life_than_was_signed_is_a_mismatch() -> None:
    assert refused(presigned(X_Amz_Expires="61"), EMPTY).kind == "mismatch"
    verify(presigned(), EMPTY)


# Canonical paths


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "/"),
        ("/a/./b/../c", "/a/c"),
        ("//a///b/", "/a/b/"),
        ("/../..", "/"),
        ("/a/..", "/"),
        ("/a/b/..", "/a"),
        ("/a/.", "/a"),
        ("/a/b/../", "/a/"),
    ],
)
def test_a_path_is_normalised(path: str, expected: str) -> None:
    assert canonical.normalised(path) == expected


def test_spaces_are_folded_only_where_a_header_is_signed() -> None:
    text = canonical.request(
        "GET", "/", "", values={"a": "x  y\t z", "b": "  "}, signed_headers="a;b;c", payload_hash="hash"
    )
    assert text == "GET\n/\n\na:x y z\nb:\nc:\n\na;b;c\nhash"


def test_s3_paths_are_encoded_once_and_kept_as_they_are() -> None:
    assert list(canonical.paths("/b/a//../c%20d:e", "s3")) == ["/b/a//../c%20d%3Ae"]
    assert list(canonical.paths("/b/c%20d", "lambda")) == ["/b/c%2520d"]


def test_a_path_with_nothing_encoded_may_be_signed_as_it_is() -> None:
    assert list(canonical.paths("/functions/arn:aws:x", "lambda")) == [
        "/functions/arn%3Aaws%3Ax",
        "/functions/arn:aws:x",
    ]
