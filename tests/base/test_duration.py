"""Durations as people write them."""

import pytest

from portico.base.duration import seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("90s", 90),
        ("3m", 180),
        ("1h30m", 5400),
        ("2d", 172_800),
        ("1.5h", 5400),
        (7, 7),
        (0.5, 0.5),
    ],
)
def test_what_is_a_duration(text: str | float, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "3 m", "-3m", "3x", "m", "nan", "inf", "-1", -1, "2000w5000w", "1e999"])
def test_what_is_none(text: str | float) -> None:
    with pytest.raises(ValueError, match=r"duration|century"):
        seconds_of(text)
