"""The platform's own words for how a function ended, as the JSON documents that its caller gets.

Source: the error types and messages of the Lambda runtime interface emulator and of AWS's current answers (docs/runtimes/python.md).
"""

import json
import os
import signal

import msgspec

from portico.environments.framed import CONTENT_BYTES_MAX

EXIT_ERROR = "Runtime.ExitError"
OUT_OF_MEMORY = "Runtime.OutOfMemory"
TIMED_OUT = "Sandbox.Timedout"
TOO_LARGE = "Function.ResponseSizeTooLarge"
UNKNOWN = "Function.Unknown"
INVALID_ENTRYPOINT = "Runtime.InvalidEntrypoint"
EXTENSION_CRASH, EXTENSION_EXIT = "Extension.Crash", "Extension.ExitError"
EXTENSION_INIT, EXTENSION_LAUNCH = "Extension.InitError", "Extension.LaunchError"

# How Go, in which AWS's side is written, calls the signals; others are "signal N".
_SIGNALS: dict[int, str] = {
    signal.SIGHUP: "hangup",
    signal.SIGINT: "interrupt",
    signal.SIGQUIT: "quit",
    signal.SIGILL: "illegal instruction",
    signal.SIGTRAP: "trace/breakpoint trap",
    signal.SIGABRT: "aborted",
    signal.SIGBUS: "bus error",
    signal.SIGFPE: "floating point exception",
    signal.SIGKILL: "killed",
    signal.SIGUSR1: "user defined signal 1",
    signal.SIGSEGV: "segmentation fault",
    signal.SIGUSR2: "user defined signal 2",
    signal.SIGPIPE: "broken pipe",
    signal.SIGALRM: "alarm clock",
    signal.SIGTERM: "terminated",
}
KILLED = int(signal.SIGKILL)  # the wait status of a process that SIGKILL ended


class Ending(msgspec.Struct, frozen=True, gc=False):
    """An error's type and its document."""

    kind: str
    payload: bytes


def timed_out(request_id: str, timeout_s: int) -> Ending:
    """The function took longer than it may."""
    return _ending(TIMED_OUT, f"RequestId: {request_id} Error: Task timed out after {timeout_s}.00 seconds")


def out_of_memory(request_id: str) -> Ending:
    """The environment was killed for its memory."""
    return _ending(OUT_OF_MEMORY, f"RequestId: {request_id} Error: Runtime exited with error: signal: killed")


def exited(request_id: str, status: int) -> Ending:
    """The runtime's process ended by itself, with this wait status."""
    return _ending(EXIT_ERROR, f"RequestId: {request_id} Error: {exit_words(status)}")


def fault(request_id: str, kind: str, words: str) -> Ending:
    """The environment could not go on: nothing to start, or an extension that failed."""
    return _ending(kind, f"RequestId: {request_id} Error: {words}")


def too_large(size: bytes, limit: int = CONTENT_BYTES_MAX) -> Ending:
    """The answer has `size` bytes (as decimal digits, by the runtime's account), where `limit` are allowed."""
    shown = size.decode() if size.isdigit() and len(size) < 20 else "?"
    words = f"Response payload size ({shown} bytes) exceeded maximum allowed payload size ({limit} bytes)."
    return _ending(TOO_LARGE, words)


def reported(document: bytes, error_type: str = "") -> Ending:
    """An error that the runtime reported: its own document, of the type that it said beside it, or else of whatever type that names."""
    try:  # Python's own decoder, as Python's own encoder (of lone surrogates, of NaN) may have made it
        members = json.loads(document)
    except (ValueError, RecursionError):
        return _ending(error_type or UNKNOWN, "The runtime reported an error that is not JSON")
    if error_type:
        return Ending(error_type, document)
    kind = members.get("errorType") if isinstance(members, dict) else None
    return Ending(kind[:256] if isinstance(kind, str) and kind else UNKNOWN, document)


def exit_words(status: int) -> str:
    """How a wait status reads."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        core = " (core dumped)" if os.WCOREDUMP(status) else ""
        return f"Runtime exited with error: signal: {_SIGNALS.get(number, f'signal {number}')}{core}"
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        return "Runtime exited without providing a reason"
    return f"Runtime exited with error: exit status {code}"


def extension_words(status: int) -> str:
    """How the wait status of an extension reads."""
    words = exit_words(status)
    return words.rpartition("error: ")[2] if status else "exit code 0"


def _ending(kind: str, words: str) -> Ending:
    return Ending(
        kind, json.dumps({"errorType": kind, "errorMessage": words}, separators=(",", ":")).encode()
    )
