"""Bodies in `aws-chunked` encoding: pieces that are each signed in a chain, and a trailer with a checksum.

A pure state machine: `feed` takes bytes as they arrive and returns the decoded ones; they count only once `finish` has returned,
for the signature of the last chunk and the trailer's checksum come at the end.
Source: S3 API Reference, "Transferring payload in multiple chunks" and "... with trailing headers".
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest
from typing import Literal

from portico.identity.checksums import CHECKSUMS, Checksum
from portico.identity.claim import Claim, SignatureError
from portico.identity.sigv4 import EMPTY_SHA256, MISMATCH, sign, signing_key

SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
_FORMS = frozenset({SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER})

LINE_BYTES_MAX = 1024
TRAILERS_MAX = 16
_SIGNED_HEADER = re.compile(rb"([0-9a-fA-F]{1,16});chunk-signature=([0-9a-f]{64})").fullmatch
_PLAIN_HEADER = re.compile(rb"([0-9a-fA-F]{1,16})").fullmatch
_TRAILER = re.compile(r"([a-z0-9-]+):(.*)").fullmatch

State = Literal["header", "data", "data_end", "trailer", "end"]


def is_chunked(content_sha256: str) -> bool:
    """Whether a request with this `x-amz-content-sha256` has a body in chunks.

    Raises:
        SignatureError: `algorithm`, for the forms that belong to SigV4A and to event streams.
    """
    if content_sha256 in _FORMS:
        return True
    if content_sha256.startswith("STREAMING-"):
        raise SignatureError(
            "algorithm",
            f"Unsupported payload signing: '{content_sha256}'. Portico takes {', '.join(sorted(_FORMS))}.",
        )
    return False


def chunk_decoder(claim: Claim, secret: str) -> "ChunkDecoder":
    """The decoder of the body that `claim` announces, signed with the key's `secret`.

    Raises:
        SignatureError: `length` (no usable x-amz-decoded-content-length), `trailer` (a trailer is announced that the form has not).
    """
    announced = tuple(
        n.strip().lower() for n in claim.headers.get("x-amz-trailer", "").split(",") if n.strip()
    )
    length = claim.headers.get("x-amz-decoded-content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        raise SignatureError("length", "You must provide the x-amz-decoded-content-length HTTP header.")
    if len(announced) > TRAILERS_MAX or (announced and claim.content_sha256 == SIGNED):
        raise _trailer_malformed()
    return ChunkDecoder(claim, secret, int(length), announced)


class ChunkDecoder:
    """One body being decoded. After an error it is of no more use."""

    __slots__ = (
        "_announced",
        "_buffer",
        "_chain",
        "_checksums",
        "_digest",
        "_expected_bytes",
        "_given",
        "_left_bytes",
        "_out_bytes",
        "_state",
        "_trailers",
        "_with_trailer",
    )

    def __init__(self, claim: Claim, secret: str, expected_bytes: int, announced: tuple[str, ...]) -> None:
        self._chain = None if claim.content_sha256 == UNSIGNED_TRAILER else _Chain(claim, secret)
        self._with_trailer = claim.content_sha256 != SIGNED
        self._expected_bytes = expected_bytes
        self._announced = announced
        self._checksums: dict[str, Checksum] = {n: CHECKSUMS[n]() for n in announced if n in CHECKSUMS}
        self._trailers: dict[str, str] = {}
        self._buffer = bytearray()
        self._digest = sha256()
        self._given = ""
        self._left_bytes = 0
        self._out_bytes = 0
        self._state: State = "header"

    def feed(self, data: bytes) -> bytes:
        """Take in `data` and return what it decodes to, which is not to be trusted before `finish`.

        Raises:
            SignatureError: `chunk` (malformed, longer than announced), `mismatch` (a chunk's or the trailer's signature), `checksum`,
                `trailer`.
        """
        self._buffer += data
        out = bytearray()
        while True:
            if self._state == "data":
                if not self._data(out):
                    return bytes(out)
            elif self._state == "end":
                if self._buffer:
                    raise _malformed("there are bytes after its end")
                return bytes(out)
            else:
                line = self._line()
                if line is None:
                    return bytes(out)
                _STEPS[self._state](self, line)

    def finish(self) -> None:
        """Check that the body is whole, now that no more bytes come.

        Raises:
            SignatureError: `incomplete_body`.
        """
        if self._state != "end":
            raise SignatureError(
                "incomplete_body",
                "You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header",
            )

    def _line(self) -> bytes | None:
        end = self._buffer.find(b"\r\n", 0, LINE_BYTES_MAX + 2)
        if end < 0:
            if len(self._buffer) > LINE_BYTES_MAX:
                raise _malformed("a line of it is too long")
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    def _header(self, line: bytes) -> None:
        match = (_SIGNED_HEADER if self._chain else _PLAIN_HEADER)(line)
        if match is None:
            raise _malformed("the header of a chunk is malformed")
        self._left_bytes = int(match[1], 16)
        self._given = match[2].decode() if self._chain else ""
        if self._left_bytes:
            if self._out_bytes + self._left_bytes > self._expected_bytes:
                raise _malformed("it is longer than x-amz-decoded-content-length")
            self._state = "data"
        else:
            self._last_chunk()

    def _data(self, out: bytearray) -> bool:
        """Move the chunk's bytes to `out`; whether the chunk is whole."""
        piece = bytes(self._buffer[: self._left_bytes])
        if piece:
            del self._buffer[: len(piece)]
            self._left_bytes -= len(piece)
            self._out_bytes += len(piece)
            if self._chain:
                self._digest.update(piece)
            for checksum in self._checksums.values():
                checksum.update(piece)
            out += piece
        if self._left_bytes:
            return False
        self._state = "data_end"
        return True

    def _data_end(self, line: bytes) -> None:
        if line:
            raise _malformed("a chunk is not as long as its header says")
        self._check_chunk()
        self._state = "header"

    def _last_chunk(self) -> None:
        self._check_chunk()
        if self._out_bytes != self._expected_bytes:
            raise SignatureError(
                "incomplete_body",
                "You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header",
            )
        self._state = "trailer"

    def _check_chunk(self) -> None:
        if self._chain:
            self._chain.check_chunk(self._digest.hexdigest(), self._given)
            self._digest = sha256()

    def _trailer(self, line: bytes) -> None:
        if not line:
            self._end_of_trailers()
            self._state = "end"
            return
        match = _TRAILER(_lowered(line))
        if (
            match is None
            or match[1] in self._trailers
            or len(self._trailers) >= TRAILERS_MAX
            or not self._with_trailer
        ):
            raise _trailer_malformed()
        self._trailers[match[1]] = match[2].strip()

    def _end_of_trailers(self) -> None:
        signature = self._trailers.pop("x-amz-trailer-signature", "")
        if set(self._trailers) != set(self._announced):
            raise _trailer_malformed()
        if self._chain and self._with_trailer:
            self._chain.check_trailers(self._trailers, signature)
        for name, checksum in self._checksums.items():
            if not compare_digest(checksum.digest(), _decoded(self._trailers[name])):
                algorithm = name.removeprefix("x-amz-checksum-").upper()
                raise SignatureError(
                    "checksum", f"The {algorithm} you specified did not match the calculated checksum."
                )


_STEPS: dict[str, Callable[[ChunkDecoder, bytes], None]] = {
    "header": ChunkDecoder._header,
    "data_end": ChunkDecoder._data_end,
    "trailer": ChunkDecoder._trailer,
}


class _Chain:
    """The chain of signatures: each covers the one before it, the first of them the request's own."""

    __slots__ = ("_key", "_prefix", "_previous")

    def __init__(self, claim: Claim, secret: str) -> None:
        self._key = signing_key(secret, claim.date, claim.region, claim.service)
        self._prefix = f"{claim.timestamp}\n{claim.scope}"
        self._previous = claim.signature

    def check_chunk(self, data_sha256: str, given: str) -> None:
        """Check the signature of the next chunk."""
        self._check(
            f"AWS4-HMAC-SHA256-PAYLOAD\n{self._prefix}\n{self._previous}\n{EMPTY_SHA256}\n{data_sha256}",
            given,
        )

    def check_trailers(self, trailers: dict[str, str], given: str) -> None:
        """Check the signature of the trailers."""
        lines = "".join(f"{name}:{value}\n" for name, value in sorted(trailers.items()))
        digest = sha256(lines.encode("latin-1")).hexdigest()
        self._check(f"AWS4-HMAC-SHA256-TRAILER\n{self._prefix}\n{self._previous}\n{digest}", given)

    def _check(self, text: str, given: str) -> None:
        calculated = sign(self._key, text)
        if not compare_digest(calculated.encode(), given.encode("latin-1")):
            raise SignatureError("mismatch", MISMATCH, StringToSign=text, SignatureProvided=given)
        self._previous = calculated


def _lowered(line: bytes) -> str:
    name, colon, value = line.decode("latin-1").strip().partition(":")
    return name.strip().lower() + colon + value


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except binascii.Error:
        return b""


def _malformed(detail: str) -> SignatureError:
    return SignatureError("chunk", f"The chunked body is not valid: {detail}.")


def _trailer_malformed() -> SignatureError:
    return SignatureError(
        "trailer",
        "The request contained trailing data that was not well-formed or did not conform to our published schema.",
    )
