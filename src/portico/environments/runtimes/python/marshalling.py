"""Events in and answers out, as AWS's Python runtime turns them from and into JSON.

It uses simplejson: Decimals keep their digits, bytes are text, NaN and Infinity are written as such; from Python 3.12 on, text
is not escaped to ASCII. A `bytes` answer is passed on as it is.
"""

from __future__ import annotations

import decimal
import json
import math
import os
import re
import secrets
from collections.abc import Callable

from .faults import Fault

_scan = json.JSONDecoder().raw_decode


def unmarshal(event: bytes) -> object:
    """The event that the handler is given.

    Raises:
        Fault: the bytes are not JSON.
    """
    try:
        text = event.decode()
        value, end = _scan(text)
        if end == len(text):
            return value
    except ValueError:
        pass  # or something that only `loads` understands, like another encoding or space around it
    try:
        return json.loads(event)
    except ValueError as error:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}") from None


class Marshaller:
    """Encodes answers. Made after the environment variables are set, because they name the Python version to imitate."""

    def __init__(self) -> None:
        minor = os.environ.get("AWS_EXECUTION_ENV", "").removeprefix("AWS_Lambda_python3.")
        self._mark = ""
        self._raw: list[str] = []
        ascii_only = not minor.isdecimal() or int(minor) < 12
        self._open: dict[int, object] = {}  # containers being encoded, by which the encoder finds cycles
        self._encode = _encoder(ascii_only, self._default, self._open)

    def answer(self, value: object) -> bytes:
        """The answer's bytes.

        Raises:
            Fault: the value has no JSON form.
        """
        if isinstance(value, bytes):
            return value
        try:
            return self.encode(value).encode()
        except Exception as error:
            raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from None

    def encode(self, value: object) -> str:
        """`value` as JSON text.

        Raises:
            TypeError, ValueError: it has no JSON form.
        """
        self._raw.clear()
        self._open.clear()  # what a failed encoding left
        text = self._encode(value)
        if self._raw:
            text = re.sub(f'"{self._mark}:(\\d+)"', lambda found: self._raw[int(found[1])], text)
        return text

    def _default(self, value: object) -> object:
        if isinstance(value, decimal.Decimal):
            return math.nan if value.is_nan() else self._as_written(str(value))
        if isinstance(value, bytes):
            return value.decode()
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")

    def _as_written(self, number: str) -> str:
        # The C encoder writes no number's own text, so the text takes a marked string's place afterwards.
        self._mark = self._mark or secrets.token_hex(16)
        self._raw.append(number)
        return f"{self._mark}:{len(self._raw) - 1}"


def _encoder(
    ascii_only: bool, default: Callable[[object], object], containers: dict[int, object]
) -> Callable[[object], str]:
    """What `JSONEncoder.encode` does; where it can be, with its inner encoder made once instead of for every answer."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return json.JSONEncoder(ensure_ascii=ascii_only, default=default).encode
    text = json.encoder.encode_basestring_ascii if ascii_only else json.encoder.encode_basestring
    inner = make(containers, default, text, None, ": ", ", ", False, False, True)
    return lambda value: "".join(inner(value, 0))
