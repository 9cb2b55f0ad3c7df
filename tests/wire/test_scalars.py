"""Scalars in every spelling that AWS takes, and none that it does not."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.wire import scalars
from portico.wire.scalars import Malformed

WHEN = 1767323045.0  # 2026-01-02T03:04:05Z


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-01-02T03:04:05Z", WHEN),
        ("2026-01-02T03:04:05.250Z", WHEN + 0.25),
        ("2026-01-02T03:04:05.123456789Z", WHEN + 0.123456),
        ("2026-01-02T05:04:05+02:00", WHEN),
        ("2026-01-01T19:34:05-0730", WHEN),
        ("2026-01-02 03:04:05", WHEN),
        ("Fri, 02 Jan 2026 03:04:05 GMT", WHEN),
        ("Fri, 02 Jan 2026 05:04:05 +0200", WHEN),
        ("1767323045", WHEN),
        ("1767323045.5", WHEN + 0.5),
        ("1.767323045E9", WHEN),
        ("-1", -1.0),
        ("2024-02-29T00:00:00Z", 1709164800.0),
    ],
)
def test_timestamps(text: str, seconds: float) -> None:
    assert scalars.timestamp(text) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "2023-02-29T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-02T24:00:00Z",
        "1e300",
        "nan",
        "2026-01-02",
        "Fri",
        "0" * 10_000,
    ],
)
def test_what_is_no_timestamp(text: str) -> None:
    with pytest.raises(Malformed):
        scalars.timestamp(text)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(millis=st.integers(-62135596800_000, 253402300799_000))
def test_timestamps_survive_their_texts(millis: int) -> None:
    seconds = millis / 1000
    assert scalars.timestamp(scalars.iso8601_text(seconds)) == pytest.approx(seconds, abs=1e-3)
    assert scalars.timestamp(scalars.unix_text(seconds)) == pytest.approx(seconds, abs=1e-3)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(text=st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for kind in ("integer", "long", "float", "double", "boolean", "timestamp", "blob"):
        try:
            scalars.text_decoder(kind)(text)
        except Malformed:
            continue


def test_floats_have_three_special_values() -> None:
    assert math.isnan(scalars.decimal("NaN", "float"))
    assert scalars.decimal("-Infinity", "float") == -math.inf
    assert [scalars.decimal_text(value) for value in (math.inf, -math.inf, math.nan, 0.5)] == [
        "Infinity",
        "-Infinity",
        "NaN",
        "0.5",
    ]


def test_timestamps_are_written_to_the_millisecond() -> None:
    assert scalars.iso8601_text(WHEN) == "2026-01-02T03:04:05Z"
    assert scalars.iso8601_text(WHEN + 0.25) == "2026-01-02T03:04:05.250Z"
    assert scalars.rfc822_text(WHEN + 0.25) == "Fri, 02 Jan 2026 03:04:05 GMT"
    assert (scalars.unix(WHEN), scalars.unix(WHEN + 0.25)) == (1767323045, 1767323045.25)
