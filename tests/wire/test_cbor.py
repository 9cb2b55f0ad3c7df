"""CBOR: every form that RFC 8949 allows, and none that it does not."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.wire import cbor
from portico.wire.scalars import Malformed

QUICK = settings(max_examples=150, deadline=None, derandomize=True, database=None)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@QUICK
@given(value=VALUES)
def test_what_is_written_is_read(value: Any) -> None:
    assert cbor.parse(cbor.encode(value)) == value


@QUICK
@given(body=st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        value = cbor.parse(body)
    except Malformed:
        return
    assert isinstance(value, (int, float, str, bytes, bool, list, dict, type(None)))


@pytest.mark.parametrize(
    ("encoded", "value"),
    [  # from RFC 8949, appendix A
        ("00", 0),
        ("17", 23),
        ("1818", 24),
        ("1903e8", 1000),
        ("1a000f4240", 1000000),
        ("1bffffffffffffffff", 18446744073709551615),
        ("c249010000000000000000", 18446744073709551616),
        ("3bffffffffffffffff", -18446744073709551616),
        ("c349010000000000000000", -18446744073709551617),
        ("20", -1),
        ("f90000", 0.0),
        ("f93c00", 1.0),
        ("fb3ff199999999999a", 1.1),
        ("fa47c35000", 100000.0),
        ("f97c00", math.inf),
        ("f4", False),
        ("f5", True),
        ("f6", None),
        ("f7", None),
        ("c11a514b67b0", 1363896240),
        ("c1fb41d452d9ec200000", 1363896240.5),
        ("40", b""),
        ("4401020304", b"\x01\x02\x03\x04"),
        ("62c3bc", "ü"),
        ("80", []),
        ("83010203", [1, 2, 3]),
        ("a26161016162820203", {"a": 1, "b": [2, 3]}),
        ("5f42010243030405ff", b"\x01\x02\x03\x04\x05"),
        ("7f657374726561646d696e67ff", "streaming"),
        ("9fff", []),
        ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
        ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}),
        ("bf6346756ef563416d7421ff", {"Fun": True, "Amt": -2}),
    ],
)
def test_forms(encoded: str, value: Any) -> None:
    assert cbor.parse(bytes.fromhex(encoded)) == value


@pytest.mark.parametrize(
    "encoded",
    [
        "",  # nothing
        "1c",  # a reserved length
        "18",  # cut short
        "9bffffffffffffffff",  # a list that can't be there
        "bbffffffffffffffff",
        "5bffffffffffffffff00",
        "ff",  # a break of nothing
        "9f01",  # a list without its end
        "5f6161ff",  # text among bytes
        "5f5f4101ffff",  # pieces within pieces
        "a1016161",  # a key that is a number
        "a16161",  # a key without a value
        "62ff00",  # text that is no UTF-8
        "f800",  # unknown simple values
        "f8ff",
        "c16161",  # a time that is text
        "d81843010203",  # a tag without meaning
        "0000",  # two values
        "81" * 100_000 + "00",  # nested without end
        "9f" * 100_000,
    ],
)
def test_what_is_refused(encoded: str) -> None:
    with pytest.raises(Malformed):
        cbor.parse(bytes.fromhex(encoded))


def test_timestamps_travel_under_their_tag() -> None:
    assert cbor.encode(cbor.Timestamp(1363896240.0)).hex() == "c11a514b67b0"
    assert cbor.encode(cbor.Timestamp(1363896240.5)).hex() == "c1fb41d452d9ec200000"
