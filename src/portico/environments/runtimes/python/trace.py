"""`_X_AMZN_TRACE_ID`, which has another value for each event, for this process and for those that it starts."""

from __future__ import annotations

import ctypes
import os

_NAME = b"_X_AMZN_TRACE_ID"
_USUAL_BYTES = 512

_Usual = ctypes.c_char * _USUAL_BYTES  # the type is made once, and not in every environment
_putenv = ctypes.CDLL(None).putenv


class TraceVariable:
    """Sets the variable in memory of its own.

    Assigning to `os.environ` calls setenv, and libc keeps every value that a variable ever had: an environment would grow with each
    event until it is killed for its memory.
    """

    def __init__(self) -> None:
        self._text: ctypes.Array[ctypes.c_char] = _Usual()
        self._shown: dict[bytes, bytes] = vars(os.environ)["_data"]

    def set(self, trace: str) -> None:
        """Make `trace` the value; "" takes the variable away."""
        if not trace:
            os.environ.pop(_NAME.decode(), None)
            return
        value = os.fsencode(trace)
        size = len(_NAME) + len(value) + 2
        text = self._text if size <= len(self._text) else ctypes.create_string_buffer(size)
        text.value = _NAME + b"=" + value
        _putenv(text)  # every time: the function may have set or deleted it
        self._shown[_NAME] = value
        self._text = text
