"""A function's errors as the JSON documents that AWS's Python runtime answers with."""

from __future__ import annotations

import os
import sys
import traceback
from types import TracebackType

from . import sdk

_LIBRARY = os.path.dirname(os.__file__)
_SHOWN_LIBRARY = "/var/lang/lib/python{}.{}".format(*sys.version_info)
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

    It shows the code at `/var/task` and the interpreter's library and the SDK at `/var/lang`, as AWS's does: the folders where they lie
    here (`code_dir`, for one) mean nothing to its author.
    """
    if isinstance(error, Fault):
        message, kind, trace = error.message, error.kind, list(error.trace)
    else:
        message, kind, trace = str(error), type(error).__name__, frames(error.__traceback__)
    shown = [_shown(entry, code_dir) for entry in trace]
    return {"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": shown}


def _shown(entry: str, code_dir: str) -> str:
    for folder, known_as in (
        (code_dir, "/var/task"),
        (sdk.folder(), f"{_SHOWN_LIBRARY}/site-packages"),
        (_LIBRARY, _SHOWN_LIBRARY),
    ):
        if folder and f'File "{folder}/' in entry:
            return entry.replace(f'File "{folder}/', f'File "{known_as}/', 1)
    return entry


def frames(trace: TracebackType | None) -> list[str]:
    """The lines of a stack trace, one element per frame, beginning with the function's first."""
    entries = traceback.extract_tb(trace)
    first = 0
    while first < len(entries) and entries[first].filename.startswith(_HERE):
        first += 1
    # Bare tuples, because only they are formatted without the markers (^^^^) of newer Pythons, as AWS formats them.
    return traceback.format_list([(e.filename, e.lineno or 0, e.name, e.line) for e in entries[first:]])
