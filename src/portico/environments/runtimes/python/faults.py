"""A function's errors as the JSON documents that AWS's Python runtime answers with."""

from __future__ import annotations

import os
import traceback
from types import TracebackType

_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep


class Fault(Exception):
    """An error that the runtime itself found; `kind` is its `errorType` (`Runtime.HandlerNotFound`, ...)."""

    def __init__(self, kind: str, message: str, trace: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.trace = trace


def document(error: BaseException, request_id: str = "") -> dict[str, object]:
    """The error document: always the four members, `stackTrace` without the runtime's own frames."""
    if isinstance(error, Fault):
        return _document(error.message, error.kind, request_id, list(error.trace))
    return _document(str(error), type(error).__name__, request_id, frames(error.__traceback__))


def frames(trace: TracebackType | None) -> list[str]:
    """The lines of a stack trace, one element per frame, beginning with the function's first."""
    entries = traceback.extract_tb(trace)
    first = 0
    while first < len(entries) and entries[first].filename.startswith(_HERE):
        first += 1
    # Bare tuples, because only they are formatted without the markers (^^^^) of newer Pythons, as AWS formats them.
    return traceback.format_list([(e.filename, e.lineno or 0, e.name, e.line) for e in entries[first:]])


def _document(message: str, kind: str, request_id: str, trace: list[str]) -> dict[str, object]:
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": trace}
