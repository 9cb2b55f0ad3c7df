"""Scalars as AWS writes them: numbers, booleans, timestamps and blobs, from and to text.

Inside Portico a timestamp is a float, in seconds since the epoch, and a blob is bytes; each protocol has its own way to spell them.
"""

import base64
import binascii
import calendar
import math
import re
import time
from collections.abc import Callable
from email.utils import formatdate, parsedate_tz
from typing import Any

Convert = Callable[[Any], Any]

INTEGER_RANGE = {"integer": (-(2**31), 2**31 - 1), "long": (-(2**63), 2**63 - 1)}
JAVA_NAME = {
    "string": "String",
    "integer": "Integer",
    "long": "Long",
    "float": "Float",
    "double": "Double",
    "boolean": "Boolean",
    "timestamp": "Date",
    "blob": "ByteBuffer",
}
_SPECIAL_FLOATS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_SECONDS_MAX = 253402300799.0  # the last second of the year 9999
_SECONDS_MIN = -62135596800.0  # the first of the year 1
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
_ISO8601 = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9})\d*)?(?:[Zz]|([+-])(\d{2}):?(\d{2}))?"
)


class Malformed(Exception):
    """A request that can't be read as its model says; `str()` is the reason, in AWS's words where they are known."""


class WrongType(Malformed):
    """A value of another type than the model's. `found` is the value as it was parsed, `expected` the model's type name."""

    def __init__(self, found: object, expected: str) -> None:
        super().__init__(f"expected {expected}")
        self.found = found
        self.expected = expected


def integer(text: str, kind: str) -> int:
    """A whole number within the range of `kind` (`integer` or `long`)."""
    if not _INTEGER.fullmatch(text):
        raise WrongType(text, kind)
    return in_range(int(text), kind)


def in_range(value: int, kind: str) -> int:
    """`value`, if the Java type that AWS keeps it in can hold it."""
    low, high = INTEGER_RANGE[kind]
    if not low <= value <= high:
        raise WrongType(value, kind)
    return value


def decimal(text: str, kind: str) -> float:
    """A float, or one of the three special values by their names."""
    if text in _SPECIAL_FLOATS:
        return _SPECIAL_FLOATS[text]
    if not _DECIMAL.fullmatch(text):
        raise WrongType(text, kind)
    return float(text)


def decimal_text(value: float) -> str:
    """A float in text, special values by name."""
    number = float(value)
    if math.isfinite(number):
        return repr(number)
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def boolean(text: str) -> bool:
    """`true` or `false`, in any case as AWS reads them."""
    lowered = text.lower()
    if lowered not in ("true", "false"):
        raise WrongType(text, "boolean")
    return lowered == "true"


def boolean_text(value: object) -> str:
    """`true` or `false`."""
    return "true" if value else "false"


def blob(text: str) -> bytes:
    """The bytes behind base 64; anything that is not clean base 64 is refused."""
    try:
        return binascii.a2b_base64(text, strict_mode=True) if text else b""
    except (binascii.Error, ValueError) as wrong:
        raise Malformed(f"Invalid base64: {wrong}") from None


def blob_text(value: bytes | str) -> str:
    """Base 64 of a blob; text stands for its UTF-8 bytes."""
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def epoch(value: float) -> float:
    """Seconds since the epoch, refused outside of the years 1 to 9999."""
    if not _SECONDS_MIN <= value <= _SECONDS_MAX:  # refuses NaN too
        raise WrongType(value, "timestamp")
    return float(value)


def timestamp(text: str) -> float:
    """Seconds since the epoch from any spelling that AWS takes: ISO 8601, RFC 822, or the number itself."""
    if _DECIMAL.fullmatch(text):
        return epoch(float(text))
    match = _ISO8601.fullmatch(text)
    return _iso8601(match) if match else _rfc822(text)


def _iso8601(match: re.Match[str]) -> float:
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    if not (1 <= month <= 12 and 1 <= day <= calendar.monthrange(max(year, 1), month)[1] and year):
        raise WrongType(match.string, "timestamp")
    if hour > 23 or minute > 59 or second > 60:
        raise WrongType(match.string, "timestamp")
    seconds = calendar.timegm((year, month, day, hour, minute, second))
    micros = int((match[7] or "0")[:6].ljust(6, "0"))
    if match[8]:
        offset = int(match[9]) * 3600 + int(match[10]) * 60
        seconds -= offset if match[8] == "+" else -offset
    return (seconds * 10**6 + micros) / 10**6 if micros else float(seconds)


def _rfc822(text: str) -> float:
    try:
        parsed = parsedate_tz(text[:64])
        if parsed is None:
            raise WrongType(text, "timestamp")
        return epoch(calendar.timegm(parsed[:6]) - (parsed[9] or 0))
    except (ValueError, OverflowError, TypeError, IndexError):
        raise WrongType(text, "timestamp") from None


def iso8601_text(value: float) -> str:
    """`2026-01-02T03:04:05Z`, with milliseconds only if there are any."""
    millis = round(value * 1000)
    seconds, rest = divmod(millis, 1000)
    year, month, day, hour, minute, second = time.gmtime(seconds)[:6]
    fraction = f".{rest:03d}" if rest else ""
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}{fraction}Z"


def rfc822_text(value: float) -> str:
    """`Fri, 02 Jan 2026 03:04:05 GMT`; whole seconds."""
    return formatdate(int(value // 1), usegmt=True)


def unix(value: float) -> int | float:
    """Seconds since the epoch, to the millisecond, as a whole number if it is one."""
    rounded = round(value, 3)
    whole = int(rounded)
    return whole if whole == rounded else rounded


def unix_text(value: float) -> str:
    """`unix`, in text."""
    return str(unix(value))


TIMESTAMP_TEXT: dict[str, Callable[[float], str]] = {
    "iso8601": iso8601_text,
    "rfc822": rfc822_text,
    "unixtimestamp": unix_text,
}


def text_decoder(kind: str) -> Callable[[str], Any]:
    """How a scalar of the model's type `kind` is read from text (query, XML, headers, URIs)."""
    return _TEXT_DECODERS[kind]


_TEXT_DECODERS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "character": str,
    "integer": lambda text: integer(text.strip(), "integer"),
    "long": lambda text: integer(text.strip(), "long"),
    "float": lambda text: decimal(text.strip(), "float"),
    "double": lambda text: decimal(text.strip(), "double"),
    "boolean": lambda text: boolean(text.strip()),
    "timestamp": lambda text: timestamp(text.strip()),
    "blob": lambda text: blob("".join(text.split())),
}


def text_encoder(kind: str, timestamp_format: str) -> Convert:
    """How a scalar of the model's type `kind` is written as text; `timestamp_format` as the model names it."""
    if kind == "timestamp":
        return TIMESTAMP_TEXT[timestamp_format.lower()]
    return _TEXT_ENCODERS[kind]


_TEXT_ENCODERS: dict[str, Convert] = {
    "string": str,
    "character": str,
    "integer": lambda value: str(int(value)),
    "long": lambda value: str(int(value)),
    "float": decimal_text,
    "double": decimal_text,
    "boolean": boolean_text,
    "blob": blob_text,
}
