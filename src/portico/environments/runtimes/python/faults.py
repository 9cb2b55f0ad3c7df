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


def document(error: BaseException, request_id: str, code_dir: str) -> dict[str, object]:
    """The error document: always the four members, `stackTrace` without the runtime's own frames.

    It shows the code at `/var/task`, as AWS's does: the folder where it lies here (`code_dir`) means nothing to its author.
    """
    if isinstance(error, Fault):
        message, kind, trace = error.message, error.kind, list(error.trace)
    else:
        message, kind, trace = str(error), type(error).__name__, frames(error.__traceback__)
    shown = [entry.replace(f'File "{code_dir}/', 'File "/var/task/', 1) for entry in trace]
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": shown}


def frames(trace: TracebackType | None) -> list[str]:
    """The lines of a stack trace, one element per frame, beginning with the function's first."""
    entries = traceback.extract_tb(trace)
    first = 0
    while first < len(entries) and entries[first].filename.startswith(_HERE):
        first += 1
    # Bare tuples, because only they are formatted without the markers (^^^^) of newer Pythons, as AWS formats them.
    return traceback.format_list([(e.filename, e.lineno or 0, e.name, e.line) for e in entries[first:]])
