"""The lines that the platform writes around a function's own: INIT_START, INIT_REPORT, START, END, REPORT; and the tail that a
caller gets. What is written as JSON is in `report_json.py`.

Source: Lambda Developer Guide, "View CloudWatch logs", "Lambda runtime environment" and "Monitoring for Lambda SnapStart".
"""

import base64
import functools
import math
from collections.abc import Iterable

import msgspec

from portico.environments.runtimes.versions import runtime_version, runtime_version_arn
from portico.environments.work import (
    EnvironmentSpec,
    ExtensionReady,
    InitEnd,
    LogLine,
    Outcome,
    Subscribed,
)
from portico.invoke import report_json
from portico.invoke.records import Version
from portico.invoke.times import iso
from portico.store.timeline import QUIET_MS_MAX, Quiet

TAIL_BYTES = 4096
_BEFORE_START = ("INIT_START ", "INIT_REPORT ", "RESTORE_START ", "RESTORE_REPORT ")
_START = "START RequestId: "
_EXITS = ("Runtime.ExitError", "Runtime.OutOfMemory")


class _Failure(msgspec.Struct):
    message: str = msgspec.field(name="errorMessage", default="")


_decode_failure = msgspec.json.Decoder(_Failure).decode


def billed_ms(outcome: Outcome) -> int:
    """Whole milliseconds of duration and initialisation, or restoring, together (initialisation is billed since 1 August 2025)."""
    return math.ceil(outcome.duration_ms + (outcome.init_ms or 0.0) + (outcome.restore_ms or 0.0))


Told = Iterable[LogLine] | Quiet
"""What goes to the log of one invocation."""


def told_of(
    version: Version, spec: EnvironmentSpec, request_id: str, outcome: Outcome
) -> Quiet | list[LogLine]:
    """Everything that goes to the log of one invocation, in order, each text ending with a newline."""
    started_at_ms, ended_at_ms = outcome.started_at_ms, outcome.ended_at_ms
    if (
        outcome.lines
        or outcome.function_error
        or outcome.init_ms is not None
        or outcome.restore_ms is not None
        or outcome.inits
        or version.log_format == "JSON"
        or ended_at_ms - started_at_ms > QUIET_MS_MAX
    ):
        return lines_of(version, spec, request_id, outcome)
    return Quiet(
        started_at_ms,
        ended_at_ms,
        request_id,
        version.version,
        version.memory_mb,
        outcome.duration_ms,
        outcome.max_memory_mb,
    )


def lines_of(version: Version, spec: EnvironmentSpec, request_id: str, outcome: Outcome) -> list[LogLine]:
    """The same, composed at once."""
    own = [_ended(line) for line in outcome.lines] if outcome.lines else []
    before, own = _apart(outcome, own)
    about = _about(version.runtime, version.region, version.runtime_version_arn)
    if version.log_format == "JSON":
        report = report_json.Report(version, spec, request_id, outcome, about)
        return report_json.lines_of(report, billed_ms(outcome), before, own)
    start_ms, end_ms = outcome.started_at_ms, outcome.ended_at_ms
    lines = _start_lines(about, outcome, before)
    lines.append(LogLine(start_ms, f"{_START}{request_id} Version: {version.version}\n"))
    lines.extend(own)
    if outcome.function_error:
        lines.extend(LogLine(end_ms, text) for text in _failure(spec, request_id, outcome))
    lines.append(LogLine(end_ms, f"END RequestId: {request_id}\n"))
    lines.append(LogLine(end_ms, _report(version, request_id, outcome)))
    return lines


def _ended(line: LogLine) -> LogLine:
    return line if line.text.endswith("\n") else LogLine(line.at_ms, line.text + "\n")


def composed(told: Told) -> list[LogLine]:
    """The lines."""
    return [LogLine(*event) for event in told] if isinstance(told, Quiet) else list(told)


def tail(told: Told) -> str:
    """Base64 of the last 4 KB of the invocation's log, as `X-Amz-Log-Result` has it: without the lines that the platform has written
    about the environment's start."""
    lines = composed(told)
    start = next((at for at, line in enumerate(lines) if line.text.startswith(_START)), 0)
    own = [line for line in lines[:start] if not line.text.startswith(_BEFORE_START)] + lines[start:]
    whole = "".join(line.text for line in own).encode(errors="replace")
    return base64.b64encode(whole[-TAIL_BYTES:]).decode()


def error_message(document: bytes) -> str:
    """What an error document says; a function can report any document, so nothing is expected of it."""
    try:
        return _decode_failure(document).message
    except (ValueError, RecursionError):
        return ""


def _apart(outcome: Outcome, own: list[LogLine]) -> tuple[list[LogLine], list[LogLine]]:
    """The function's lines of the environment's start, and those of the invocation."""
    if outcome.init_ms is None and outcome.restore_ms is None and not outcome.inits:
        return [], own
    start_ms = outcome.started_at_ms
    return [line for line in own if line.at_ms < start_ms], [line for line in own if line.at_ms >= start_ms]


@functools.lru_cache(maxsize=1024)
def _about(runtime: str, region: str, arn: str) -> report_json.Runtime:
    return report_json.Runtime(runtime_version(runtime), arn or runtime_version_arn(region, runtime))


def _start_lines(about: report_json.Runtime, outcome: Outcome, before: list[LogLine]) -> list[LogLine]:
    """What is told of the environment's start: INIT_START, the function's own words, and how it went where that is told apart."""
    start_ms = outcome.started_at_ms
    told = f"Runtime Version: {about.version}\tRuntime Version ARN: {about.arn}\n"
    if outcome.restore_ms is not None:
        at_ms = start_ms - math.ceil(outcome.restore_ms)
        report = f"RESTORE_REPORT Restore Duration: {outcome.restore_ms:.2f} ms\n"
        return [LogLine(at_ms, f"RESTORE_START {told}"), *before, LogLine(start_ms, report)]
    if outcome.init_ms is None and not outcome.inits:
        return []
    told_apart = any(init.status == "success" for init in outcome.inits)
    took_ms = sum(init.duration_ms for init in outcome.inits)
    took_ms += 0.0 if told_apart else outcome.init_ms or 0.0
    init_start = LogLine(start_ms - math.ceil(took_ms), f"INIT_START {told}")
    extensions = (LogLine(start_ms - 1, _extension(one)) for one in outcome.extensions)
    subscriptions = (LogLine(start_ms - 1, _subscribed(one)) for one in outcome.subscriptions)
    reports = (LogLine(start_ms, _init_report(init)) for init in outcome.inits)
    return [init_start, *before, *subscriptions, *extensions, *reports]


def _subscribed(one: Subscribed) -> str:
    types = ", ".join(kind.capitalize() for kind in one.types)
    return f"TELEMETRY\tName: {one.name}\tState: {one.state}\tTypes: [{types}]\n"


def _extension(one: ExtensionReady) -> str:
    return f"EXTENSION\tName: {one.name}\tState: {one.state}\tEvents: [{', '.join(one.events)}]\n"


def _init_report(init: InitEnd) -> str:
    text = f"INIT_REPORT Init Duration: {init.duration_ms:.2f} ms\tPhase: {init.phase}"
    if init.status != "success":
        text += f"\tStatus: {init.status}"
    if init.error_type:
        text += f"\tError Type: {report_json.platform_type(init.error_type)}"
    return text + "\n"


def _failure(spec: EnvironmentSpec, request_id: str, outcome: Outcome) -> list[str]:
    if outcome.timed_out:
        stamp = iso(outcome.ended_at_ms)
        return [f"{stamp} {request_id} Task timed out after {spec.timeout_s:.2f} seconds\n\n"]
    if outcome.error_type in _EXITS:
        return [f"{error_message(outcome.payload)}\n{outcome.error_type}\n"]
    return []


def _report(version: Version, request_id: str, outcome: Outcome) -> str:
    text = (
        f"REPORT RequestId: {request_id}\tDuration: {outcome.duration_ms:.2f} ms\t"
        f"Billed Duration: {billed_ms(outcome)} ms\tMemory Size: {version.memory_mb} MB\t"
        f"Max Memory Used: {outcome.max_memory_mb} MB\t"
    )
    if outcome.restore_ms is not None:
        restored = math.ceil(outcome.restore_ms)
        text += f"Restore Duration: {outcome.restore_ms:.2f} ms\tBilled Restore Duration: {restored} ms\t"
    elif outcome.init_ms is not None:
        text += f"Init Duration: {outcome.init_ms:.2f} ms\t"
    if outcome.no_snapshot:  # ours: AWS's snapshots are of whole machines and need no such word
        text += f"SnapStart: cold ({outcome.no_snapshot})\t"
    status, error_type = report_json.status_of(outcome)
    if status == "timeout":
        text += "Status: timeout"
    elif status == "error":
        text += f"Status: error\tError Type: {error_type}"
    return text + "\n"
