"""Encoded keys sort as their tuples do, and can be read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.store import keys

texts = st.text(st.characters(codec=None), max_size=6) | st.text(
    "\x00\x01\x02\x03\ud7fe\ud7ff\ud800\udfff\ue000", max_size=6
)
integers = st.integers() | st.integers(-(1 << 70), 1 << 70) | st.integers(-300, 300)
parts = st.one_of(texts, integers, st.binary(max_size=6))
tuples = st.lists(parts, max_size=4).map(tuple)
RANK = {bytes: 0, int: 1, str: 2}


def order(key: tuple) -> list:
    return [(RANK[type(part)], part) for part in key]


@given(tuples)
def test_decoding_gives_the_key_back(key: tuple):
    encoded = keys.encode(key)
    assert keys.decode(encoded) == key
    assert "\x00" not in encoded
    encoded.encode()  # valid UTF-8, lone surrogates included


@given(tuples, tuples)
def test_the_order_is_that_of_the_tuples(one: tuple, other: tuple):
    encoded = keys.encode(one), keys.encode(other)
    assert (order(one) < order(other)) == (encoded[0] < encoded[1])
    assert (encoded[0] < encoded[1]) == (encoded[0].encode() < encoded[1].encode())


@given(tuples, tuples)
def test_a_prefix_bounds_exactly_the_keys_that_begin_with_it(prefix: tuple, other: tuple):
    start = keys.encode(prefix)
    for key in (prefix + other, other):
        inside = start <= keys.encode(key) < keys.prefix_end(start)
        assert inside == (key[: len(prefix)] == prefix)


@given(tuples, tuples)
def test_just_after_is_between_a_key_and_all_that_follow(one: tuple, other: tuple):
    after = keys.just_after(keys.encode(one))
    assert (keys.encode(other) >= after) == (order(other) > order(one))


def test_integers_of_any_size():
    numbers = sorted(
        sign * (1 << bits) + off
        for bits in (0, 4, 8, 55, 56, 60, 64, 240, 3000)
        for sign in (1, -1)
        for off in (-1, 0, 1)
    )
    encoded = [keys.encode((number,)) for number in numbers]
    assert encoded == sorted(encoded)
    assert [keys.decode(each)[0] for each in encoded] == numbers


@pytest.mark.parametrize("text", ["x", "sabc", "p", "p2a", "pf0000", "b0\x01", "q\x01", "\x01", "n", "pz1"])
def test_what_is_no_encoding_is_refused(text: str):
    with pytest.raises(ValueError):  # noqa: PT011  # int() and fromhex() have words of their own
        keys.decode(text)


@pytest.mark.parametrize("part", [None, 1.5, ("nested",), bytearray(b"x")])
def test_other_types_are_refused(part: object):
    with pytest.raises(TypeError, match="text, integers and bytes"):
        keys.encode(("t", part))
