"""What a function writes: stdout, stderr and `logging`, all into one pipe.

Plain output becomes one event per line. A message of `logging`, or a crash, may span lines and is written as one marked message:
`MARK, length (4 bytes), microseconds since the epoch (8), text`, big-endian, as AWS frames its telemetry.
Source: awslambdaric, "logging contract between runtimes and the platform" (type 0xa55a0003 is text).
"""

from __future__ import annotations

import fcntl
import io
import json
import logging
import os
import sys
import termios
import time
import traceback

MARK = b"\xa5\x5a\x00\x03"
_TEXT_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
_SECONDS = "%Y-%m-%dT%H:%M:%S"
_INDENT = "\u00a0"  # AWS keeps a trace's indentation with no-break spaces
_WAITING, _NONE = bytearray(4), bytearray(4)  # where the kernel puts the number of bytes that wait
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"aws_request_id", "asctime", "message"}


def open_streams() -> None:
    """Make `sys.stdin`, `stdout` and `stderr` new over the descriptors 0 to 2; both outputs flush at each line's end."""
    opened = {
        "stdin": io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), "utf-8"),
        "stdout": _writer(1, "strict"),
        "stderr": _writer(2, "backslashreplace"),
    }
    for name, stream in opened.items():
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _open_over_pipe() -> None:
    """Make the streams while the descriptors are what they will be, nothing and a pipe: a stream finds out whether it can seek."""
    kept = [os.dup(fd) for fd in range(3)]
    reads, writes = os.pipe()
    null = os.open(os.devnull, os.O_RDONLY)
    for fd, other in enumerate((null, writes, writes)):
        os.dup2(other, fd)
    open_streams()
    for fd, other in enumerate(kept):
        os.dup2(other, fd)
    for fd in (*kept, reads, writes, null):
        os.close(fd)


class Pipe:
    """The pipe that is written into, under a descriptor of its own: the function may make of the others what it likes."""

    def __init__(self) -> None:
        self._fd = os.dup(2)

    def renew(self) -> None:
        """Be another one, in a copy of the process that had the first."""
        os.dup2(2, self._fd, inheritable=False)

    def unread(self) -> bool:
        """Whether what was written still waits in it; True as well where that can't be told."""
        try:
            fcntl.ioctl(self._fd, termios.FIONREAD, _WAITING)
        except OSError:
            return True
        return _WAITING != _NONE


def flush() -> None:
    """Push what is buffered into the pipe; a function may have closed or replaced its streams."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            continue


class LogHandler(logging.Handler):
    """The root logger's handler: AWS's text form, or JSON lines."""

    def __init__(self) -> None:
        super().__init__()
        self.request_id = ""
        self.setFormatter(logging.Formatter(_TEXT_FORMAT, _SECONDS))

    def filter(self, record: logging.LogRecord) -> bool | logging.LogRecord:  # type: ignore[override]
        record.aws_request_id = self.request_id
        return super().filter(record)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            write_message(self.format(record))
        except Exception:
            self.handleError(record)


def prepare() -> None:
    """Make the streams, and give the root logger its handler, in a zygote: what its environments need not make is shared by them."""
    _open_over_pipe()
    logging.Formatter.converter = time.gmtime
    logging.getLogger().addHandler(_HANDLER)


def set_up() -> LogHandler:
    """Have the handler and the root logger's level as `AWS_LAMBDA_LOG_FORMAT` and `AWS_LAMBDA_LOG_LEVEL` say."""
    if _json_wanted():
        _HANDLER.setFormatter(_JsonFormatter())
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    if level:
        named = "DEBUG" if level == "TRACE" else level
        if isinstance(logging.getLevelName(named), int):
            logging.getLogger().setLevel(named)
    return _HANDLER


def write_message(text: str) -> None:
    """Write `text` as one event, after what has been printed before it."""
    flush()
    body = text.rstrip("\n").encode("utf-8", "backslashreplace")
    frame = MARK + len(body).to_bytes(4, "big") + (time.time_ns() // 1000).to_bytes(8, "big") + body
    view = memoryview(frame)
    while view:
        view = view[os.write(1, view) :]


def write_crash(document: dict[str, object]) -> None:
    """Write an error document as AWS logs it: one event, in the configured format."""
    if _json_wanted():
        stamp = time.strftime(_SECONDS, time.gmtime())
        write_message(json.dumps({"timestamp": stamp, "log_level": "ERROR", **document}, ensure_ascii=False))
        return
    kind, message, trace = document["errorType"], document["errorMessage"], document["stackTrace"]
    lines = [f"[ERROR] {kind}: {message}" if message else f"[ERROR] {kind}"]
    lines.append("Traceback (most recent call last):")
    for element in trace if isinstance(trace, list) else ():
        lines += [_keep_indentation(line) for line in str(element).splitlines()]
    write_message("\n".join(lines))


class _JsonFormatter(logging.Formatter):
    """One JSON object per record, without nulls; whatever a caller gave as `extra` is a member of its own."""

    def format(self, record: logging.LogRecord) -> str:
        kind, error, trace = record.exc_info if record.exc_info else (None, None, None)
        members: dict[str, object] = {
            "timestamp": time.strftime(_SECONDS + "Z", time.gmtime(record.created)),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "stackTrace": traceback.format_tb(trace) if trace else None,
            "errorType": kind.__name__ if kind else None,
            "errorMessage": str(error) if kind else None,
            "requestId": record.__dict__.get("aws_request_id"),
            "location": f"{record.pathname}:{record.funcName}:{record.lineno}" if kind else None,
        }
        members.update({k: v for k, v in vars(record).items() if k not in _OWN and k not in members})
        shown = {k: v for k, v in members.items() if v is not None}
        return json.dumps(shown, ensure_ascii=False, default=str)


def _json_wanted() -> bool:
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


def _writer(fd: int, errors: str) -> io.TextIOWrapper:
    raw = io.BufferedWriter(io.FileIO(fd, "w", closefd=False))
    return io.TextIOWrapper(raw, encoding="utf-8", errors=errors, line_buffering=True)


def _keep_indentation(line: str) -> str:
    text = line.lstrip(" ")
    return _INDENT * (len(line) - len(text)) + text


_HANDLER = LogHandler()  # of this process: it knows what is being invoked
