"""Durations as people write them: `90`, `90s`, `3m`, `1h30m`, `2d`."""

import re

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_FORM = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_MAX_S = 100 * 366 * 86_400  # a century: beyond, timestamps stop being ones


def seconds_of(text: str | int | float) -> float:
    """`text` in seconds; a bare number is seconds already.

    Raises:
        ValueError: it is no duration, negative, or longer than a century.
    """
    if isinstance(text, str) and _FORM.fullmatch(text):
        seconds = sum(float(number) * _UNITS_S[unit] for number, unit in _PART.findall(text))
    else:
        try:
            seconds = float(text)
        except ValueError:
            raise ValueError(f"{text!r} is no duration: write 90s, 3m, 1h30m or 2d") from None
    if not 0 <= seconds <= _MAX_S:
        raise ValueError(f"{text!r} is not between nothing and a century")
    return seconds
