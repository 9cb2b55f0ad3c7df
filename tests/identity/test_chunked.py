"""Bodies in signed and unsigned chunks: S3's documented example, generated ones in any pieces, and everything that is wrong."""

import base64
import zlib
from collections.abc import Iterator
from hashlib import sha1, sha256

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.identity import chunked
from portico.identity.checksums import CHECKSUMS
from portico.identity.claim import Claim, SignatureError
from portico.identity.sigv4 import EMPTY_SHA256, sign, signing_key

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
STAMP = "20130524T000000Z"
SCOPE = "20130524/us-east-1/s3/aws4_request"


def claimed(form: str, length: int | str, *, trailer: str = "") -> Claim:
    headers = {"x-amz-decoded-content-length": str(length), **({"x-amz-trailer": trailer} if trailer else {})}
    return Claim(
        "AKIAIOSFODNN7EXAMPLE",
        "20130524",
        "us-east-1",
        "s3",
        "host",
        SEED,
        STAMP,
        0,
        False,
        0,
        "",
        form,
        headers,
    )


KEY = signing_key(SECRET, "20130524", "us-east-1", "s3")


def chunk_signature(previous: str, data: bytes) -> str:
    digest = sha256(data).hexdigest()
    return sign(KEY, f"AWS4-HMAC-SHA256-PAYLOAD\n{STAMP}\n{SCOPE}\n{previous}\n{EMPTY_SHA256}\n{digest}")


def signed_chunks(pieces: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """Each chunk as it is sent, with its signature, the empty one last (without what follows it)."""
    previous = SEED
    for piece in [*pieces, b""]:
        previous = chunk_signature(previous, piece)
        head = f"{len(piece):x};chunk-signature={previous}\r\n".encode()
        yield previous, head + (piece + b"\r\n" if piece else b"")


def signed_body(pieces: list[bytes]) -> bytes:
    return b"".join(chunk for _, chunk in signed_chunks(pieces)) + b"\r\n"


def signed_body_with_trailer(pieces: list[bytes], trailers: dict[str, str]) -> bytes:
    sent = list(signed_chunks(pieces))
    lines = "".join(f"{name}:{value}\n" for name, value in sorted(trailers.items()))
    text = f"AWS4-HMAC-SHA256-TRAILER\n{STAMP}\n{SCOPE}\n{sent[-1][0]}\n{sha256(lines.encode()).hexdigest()}"
    shown = "".join(f"{name}:{value}\r\n" for name, value in trailers.items())
    return (
        b"".join(chunk for _, chunk in sent)
        + f"{shown}x-amz-trailer-signature:{sign(KEY, text)}\r\n\r\n".encode()
    )


def unsigned_body(pieces: list[bytes], trailers: dict[str, str]) -> bytes:
    chunks = b"".join(f"{len(piece):X}\r\n".encode() + piece + b"\r\n" for piece in pieces)
    return chunks + b"0\r\n" + "".join(f"{n}:{v}\r\n" for n, v in trailers.items()).encode() + b"\r\n"


def decode(claim: Claim, body: bytes, *, step: int = 0) -> bytes:
    decoder = chunked.chunk_decoder(claim, SECRET)
    step = step or len(body) or 1
    out = b"".join(decoder.feed(body[at : at + step]) for at in range(0, len(body), step))
    decoder.finish()
    return out


def refused(claim: Claim, body: bytes, *, step: int = 0) -> SignatureError:
    with pytest.raises(SignatureError) as caught:
        decode(claim, body, step=step)
    return caught.value


def crc32(data: bytes) -> str:
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def test_the_example_of_the_s3_reference_is_accepted() -> None:
    data = b"a" * 66560
    sent = list(signed_chunks([data[:65536], data[65536:]]))
    assert [signature for signature, _ in sent] == [
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ]
    assert decode(claimed(chunked.SIGNED, 66560), signed_body([data[:65536], data[65536:]])) == data


PIECES = st.lists(st.binary(min_size=1, max_size=40), max_size=5)


@settings(max_examples=60, deadline=None)
@given(PIECES, st.integers(1, 60))
def test_a_body_decodes_the_same_however_it_arrives(pieces: list[bytes], step: int) -> None:
    data = b"".join(pieces)
    assert decode(claimed(chunked.SIGNED, len(data)), signed_body(pieces), step=step) == data
    trailers = {"x-amz-checksum-crc32": crc32(data)}
    names = ",".join(trailers)
    claim = claimed(chunked.SIGNED_TRAILER, len(data), trailer=names)
    assert decode(claim, signed_body_with_trailer(pieces, trailers), step=step) == data
    claim = claimed(chunked.UNSIGNED_TRAILER, len(data), trailer=names)
    assert decode(claim, unsigned_body(pieces, trailers), step=step) == data


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("x-amz-checksum-crc32", bytes.fromhex("cbf43926")),
        ("x-amz-checksum-crc32c", bytes.fromhex("e3069283")),
        ("x-amz-checksum-crc64nvme", bytes.fromhex("ae8b14860a799888")),
        ("x-amz-checksum-sha1", sha1(b"123456789").digest()),
        ("x-amz-checksum-sha256", sha256(b"123456789").digest()),
    ],
)
def test_each_checksum_of_a_trailer_is_verified(name: str, digest: bytes) -> None:
    claim = claimed(chunked.UNSIGNED_TRAILER, 9, trailer=name)
    pieces = [b"1234", b"56789"]
    assert decode(claim, unsigned_body(pieces, {name: base64.b64encode(digest).decode()})) == b"123456789"
    error = refused(claim, unsigned_body(pieces, {name: base64.b64encode(bytes(len(digest))).decode()}))
    assert error.kind == "checksum"
    assert error.message.endswith("you specified did not match the calculated checksum.")
    assert refused(claim, unsigned_body(pieces, {name: "not base64"})).kind == "checksum"


def test_the_table_has_all_five_checksums() -> None:
    assert len(CHECKSUMS) == 5


def test_a_changed_chunk_is_a_mismatch() -> None:
    body = signed_body([b"first", b"second"])
    claim = claimed(chunked.SIGNED, 11)
    assert refused(claim, body.replace(b"second", b"Second")).kind == "mismatch"


def test_chunks_in_another_order_are_a_mismatch() -> None:
    sent = [chunk for _, chunk in signed_chunks([b"first", b"again"])]
    body = sent[1] + sent[0] + sent[2] + b"\r\n"
    assert refused(claimed(chunked.SIGNED, 10), body).kind == "mismatch"


def test_a_chunk_that_is_left_out_is_a_mismatch() -> None:
    sent = [chunk for _, chunk in signed_chunks([b"first", b"again"])]
    assert refused(claimed(chunked.SIGNED, 5), sent[0] + sent[2] + b"\r\n").kind == "mismatch"


def test_a_last_chunk_with_a_forged_signature_is_a_mismatch() -> None:
    sent = [chunk for _, chunk in signed_chunks([b"first"])]
    forged = b"0;chunk-signature=" + b"0" * 64 + b"\r\n\r\n"
    assert refused(claimed(chunked.SIGNED, 5), sent[0] + forged).kind == "mismatch"


def test_chunks_without_signatures_are_refused_where_they_are_announced() -> None:
    assert refused(claimed(chunked.SIGNED, 5), unsigned_body([b"first"], {})).kind == "chunk"


@pytest.mark.parametrize("length", [4, 6])
def test_the_announced_length_has_to_be_right(length: int) -> None:
    error = refused(claimed(chunked.SIGNED, length), signed_body([b"first"]))
    assert error.kind == {4: "chunk", 6: "incomplete_body"}[length]


@pytest.mark.parametrize("length", ["", "-1", "1.5", "٣", "9" * 20])
def test_the_announced_length_has_to_be_a_number(length: str) -> None:
    assert refused(claimed(chunked.SIGNED, length), b"").kind == "length"


@pytest.mark.parametrize("cut", [1, 3, 90, 95, 180])
def test_a_body_that_breaks_off_is_incomplete(cut: int) -> None:
    body = signed_body([b"first"])
    assert refused(claimed(chunked.SIGNED, 5), body[: len(body) - cut]).kind == "incomplete_body"


@pytest.mark.parametrize(
    "body",
    [
        b"zz\r\n",
        b"-1\r\n",
        b"5\r\nfirstX\r\n",
        b"5;ext=1\r\nfirst\r\n0\r\n\r\n",
        b"f" * 17 + b"\r\n",
        b"0" * 5000,
        b"5\r\nfirst\r\n0\r\n\r\nmore",
        b"fffffffff\r\n",
    ],
)
def test_a_malformed_body_is_refused(body: bytes) -> None:
    assert refused(claimed(chunked.UNSIGNED_TRAILER, 5), body, step=7).kind == "chunk"


@pytest.mark.parametrize(
    ("announced", "sent"),
    [
        ("x-amz-checksum-crc32", {}),
        ("", {"x-amz-checksum-crc32": "AAAAAA=="}),
        ("x-amz-checksum-crc32", {"x-amz-checksum-sha1": "AAAAAA=="}),
        ("x-amz-checksum-crc32", {"no colon here": ""}),
    ],
)
def test_trailers_are_those_that_were_announced(announced: str, sent: dict[str, str]) -> None:
    claim = claimed(chunked.UNSIGNED_TRAILER, 5, trailer=announced)
    assert refused(claim, unsigned_body([b"first"], sent)).kind == "trailer"


def test_a_changed_trailer_is_a_mismatch() -> None:
    claim = claimed(chunked.SIGNED_TRAILER, 5, trailer="x-amz-meta-note")
    body = signed_body_with_trailer([b"first"], {"x-amz-meta-note": "one"})
    assert decode(claim, body) == b"first"
    assert refused(claim, body.replace(b":one", b":two")).kind == "mismatch"


def test_a_trailer_without_its_signature_is_a_mismatch() -> None:
    claim = claimed(chunked.SIGNED_TRAILER, 5, trailer="x-amz-meta-note")
    body = signed_body_with_trailer([b"first"], {"x-amz-meta-note": "one"})
    unsigned = body[: body.index(b"x-amz-trailer-signature")] + b"\r\n"
    assert refused(claim, unsigned).kind == "mismatch"


def test_a_form_without_trailers_has_none() -> None:
    assert refused(claimed(chunked.SIGNED, 5, trailer="x-amz-checksum-crc32"), b"").kind == "trailer"
    with_trailer = signed_body([b"first"])[:-2] + b"x-amz-checksum-crc32:AAAAAA==\r\n\r\n"
    assert refused(claimed(chunked.SIGNED, 5), with_trailer).kind == "trailer"


@pytest.mark.parametrize(
    "form",
    [
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
        "STREAMING-AWS4-HMAC-SHA256-EVENTS",
    ],
)
def test_the_forms_of_sigv4a_are_refused_by_name(form: str) -> None:
    with pytest.raises(SignatureError, match=form) as caught:
        chunked.is_chunked(form)
    assert caught.value.kind == "algorithm"


def test_the_example_with_a_trailer_of_the_s3_reference_is_accepted() -> None:
    data = b"a" * 66560
    claim = msgspec.structs.replace(
        claimed(chunked.SIGNED_TRAILER, 66560, trailer="x-amz-checksum-crc32c"),
        signature="106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    )
    body = (
        b"10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n"
        + data[:65536]
        + b"\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n"
        + data[65536:]
        + b"\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
        b"x-amz-checksum-crc32c:sOO8/Q==\n\r\n"
        b"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"
    )
    assert decode(claim, body) == data
