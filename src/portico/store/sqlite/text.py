"""How bytes and times are written into columns.

A batch travels to SQLite as one JSON parameter, so every value is text or an integer. Text that is valid UTF-8 is stored as it is
(documents stay readable in the sqlite3 shell); other bytes as a mark and base64. (`unhex` would need SQLite 3.41.)
"""

import binascii
import math

_BINARY = "\x02"
_INSTANT_MAX_US = 1 << 62


def to_text(data: bytes) -> str:
    """The column value of `data`."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return _BINARY + binascii.b2a_base64(data, newline=False).decode()
    if "\x00" in text or text[:1] == _BINARY:
        return _BINARY + binascii.b2a_base64(data, newline=False).decode()
    return text


def to_bytes(text: str) -> bytes:
    """The data of a column value."""
    return binascii.a2b_base64(text[1:]) if text[:1] == _BINARY else text.encode()


def to_us(seconds: float) -> int:
    """An instant as a whole number of microseconds: exact in JSON, unlike a fraction of a second.

    Raises:
        ValueError: not a finite number.
    """
    if not math.isfinite(seconds):
        raise ValueError(f"an instant must be a finite number of seconds, not {seconds}")
    return max(min(round(seconds * 1e6), _INSTANT_MAX_US), -_INSTANT_MAX_US)


def to_seconds(instant_us: int) -> float:
    """The seconds of a stored instant."""
    return instant_us / 1e6
