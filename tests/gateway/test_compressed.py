"""Bodies that were compressed before they were signed."""

import gzip

import pytest

from portico.gateway.compressed import inflated
from portico.wire.errors import AwsError
from portico.wire.http import Head

LIMIT = 1000
PACKED = gzip.compress(b"a" * LIMIT)


def head(encoding: str) -> Head:
    return Head("POST", "/", "", (("content-encoding", encoding),))


@pytest.mark.parametrize("encoding", ["gzip", " GZIP "])
def test_gzip(encoding: str) -> None:
    assert inflated(head(encoding), PACKED, LIMIT) == b"a" * LIMIT


@pytest.mark.parametrize("encoding", ["", "identity", "aws-chunked"])
def test_others_stay_as_they_are(encoding: str) -> None:
    assert inflated(head(encoding), b"body", LIMIT) == b"body"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not gzip", 400),
        (PACKED[:-1], 400),
        (PACKED + b"x", 400),
        (b"", 400),
        (gzip.compress(b"a" * (LIMIT + 1)), 413),
        (gzip.compress(bytes(50_000_000)), 413),
    ],
    ids=["none", "short", "more", "empty", "large", "bomb"],
)
def test_refused(body: bytes, status: int) -> None:
    with pytest.raises(AwsError) as raised:
        inflated(head("gzip"), body, LIMIT)
    assert raised.value.status == status
