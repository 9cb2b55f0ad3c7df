"""The lines that the platform writes around a function's own: INIT_START, START, END, REPORT; and the tail that a caller gets.

Source: Lambda Developer Guide, "View CloudWatch logs" and "Lambda runtime environment"; JSON form from the telemetry reference.
"""

import base64
import hashlib
import json
import math
import time
from collections.abc import Mapping

import msgspec

from portico.environments.work import EnvironmentSpec, LogLine, Outcome
from portico.invoke.records import Version

TAIL_BYTES = 4096
_INIT_START = "INIT_START"
_PLATFORM_ERRORS = ("Runtime.", "Sandbox.", "Extension.", "Function.")
_EXITS = ("Runtime.ExitError", "Runtime.OutOfMemory")
_LEVELS = {"DEBUG": 0, "INFO": 1, "WARN": 2}


class _Failure(msgspec.Struct):
    message: str = msgspec.field(name="errorMessage", default="")


_decode_failure = msgspec.json.Decoder(_Failure).decode


def runtime_version_arn(region: str, runtime: str) -> str:
    """The ARN of the runtime's version: stable for a runtime, as we have one version of each."""
    return f"arn:aws:lambda:{region}::runtime:{hashlib.sha256(runtime.encode()).hexdigest()}"


def billed_ms(outcome: Outcome) -> int:
    """Whole milliseconds of duration and initialisation together (initialisation is billed since 1 August 2025)."""
    return math.ceil(outcome.duration_ms + (outcome.init_ms or 0.0))


def lines_of(version: Version, spec: EnvironmentSpec, request_id: str, outcome: Outcome) -> list[LogLine]:
    """Everything that goes to the log of one invocation, in order, each text ending with a newline."""
    start_ms, end_ms = outcome.started_at_ms, outcome.ended_at_ms
    own = [
        line if line.text.endswith("\n") else LogLine(line.at_ms, line.text + "\n") for line in outcome.lines
    ]
    if version.log_format == "JSON":
        return _json_lines(version, request_id, outcome, own)
    lines: list[LogLine] = []
    if outcome.init_ms is not None:
        init_at = start_ms - math.ceil(outcome.init_ms)
        lines.append(LogLine(init_at, _init_start(version)))
        lines.extend(line for line in own if line.at_ms < start_ms)
        own = [line for line in own if line.at_ms >= start_ms]
    lines.append(LogLine(start_ms, f"START RequestId: {request_id} Version: {version.version}\n"))
    lines.extend(own)
    if outcome.function_error:
        lines.extend(LogLine(end_ms, text) for text in _failure(spec, request_id, outcome))
    lines.append(LogLine(end_ms, f"END RequestId: {request_id}\n"))
    lines.append(LogLine(end_ms, _report(version, request_id, outcome)))
    return lines


def tail(lines: list[LogLine]) -> str:
    """Base64 of the last 4 KB of the invocation's log, as `X-Amz-Log-Result` has it: without the line that the environment's
    start has written."""
    own = lines[1:] if lines and lines[0].text.startswith(_INIT_START) else lines
    whole = "".join(line.text for line in own).encode(errors="replace")
    return base64.b64encode(whole[-TAIL_BYTES:]).decode()


def _init_start(version: Version) -> str:
    shown = version.runtime.replace("python", "python:", 1)
    arn = runtime_version_arn(version.region, version.runtime)
    return f"{_INIT_START} Runtime Version: {shown}.v1\tRuntime Version ARN: {arn}\n"


def _failure(spec: EnvironmentSpec, request_id: str, outcome: Outcome) -> list[str]:
    if outcome.timed_out:
        stamp = _iso(outcome.ended_at_ms)
        return [f"{stamp} {request_id} Task timed out after {spec.timeout_s:.2f} seconds\n\n"]
    if outcome.error_type in _EXITS:
        return [f"{error_message(outcome.payload)}\n{outcome.error_type}\n"]
    return []


def error_message(document: bytes) -> str:
    """What an error document says; a function can report any document, so nothing is expected of it."""
    try:
        return _decode_failure(document).message
    except (ValueError, RecursionError):
        return ""


def _report(version: Version, request_id: str, outcome: Outcome) -> str:
    text = (
        f"REPORT RequestId: {request_id}\tDuration: {outcome.duration_ms:.2f} ms\t"
        f"Billed Duration: {billed_ms(outcome)} ms\tMemory Size: {version.memory_mb} MB\t"
        f"Max Memory Used: {outcome.max_memory_mb} MB\t"
    )
    if outcome.init_ms is not None:
        text += f"Init Duration: {outcome.init_ms:.2f} ms\t"
    status, error_type = _status(outcome)
    if status == "timeout":
        text += "Status: timeout"
    elif status == "error":
        text += f"Status: error\tError Type: {error_type}"
    return text + "\n"


def _status(outcome: Outcome) -> tuple[str, str]:
    if outcome.timed_out:
        return "timeout", outcome.error_type
    if outcome.error_type.startswith(_PLATFORM_ERRORS):
        return "error", outcome.error_type
    return "success", ""


def _json_lines(version: Version, request_id: str, outcome: Outcome, own: list[LogLine]) -> list[LogLine]:
    start_ms, end_ms = outcome.started_at_ms, outcome.ended_at_ms
    status, error_type = _status(outcome)
    metrics: dict[str, object] = {
        "durationMs": round(outcome.duration_ms, 3),
        "billedDurationMs": billed_ms(outcome),
        "memorySizeMB": version.memory_mb,
        "maxMemoryUsedMB": outcome.max_memory_mb,
    }
    if outcome.init_ms is not None:
        metrics["initDurationMs"] = round(outcome.init_ms, 3)
    report: dict[str, object] = {"requestId": request_id, "metrics": metrics, "status": status}
    if error_type:
        report["errorType"] = error_type
    lowest = _LEVELS[version.system_log_level or "INFO"]
    lines: list[LogLine] = []
    if outcome.init_ms is not None and lowest <= _LEVELS["INFO"]:
        record = {
            "initializationType": "on-demand",
            "phase": "init",
            "runtimeVersion": version.runtime.replace("python", "python:", 1) + ".v1",
            "runtimeVersionArn": runtime_version_arn(version.region, version.runtime),
        }
        lines.append(_event(start_ms - math.ceil(outcome.init_ms), "platform.initStart", record))
    if lowest <= _LEVELS["INFO"]:
        lines.append(
            _event(start_ms, "platform.start", {"requestId": request_id, "version": version.version})
        )
    lines.extend(own)
    if lowest <= _LEVELS["INFO"] or status != "success":
        lines.append(_event(end_ms, "platform.report", report))
    return lines


def _event(at_ms: int, kind: str, record: Mapping[str, object]) -> LogLine:
    document = {"time": _iso(at_ms), "type": kind, "record": record}
    return LogLine(at_ms, json.dumps(document, separators=(",", ":")) + "\n")


def _iso(at_ms: int) -> str:
    seconds, millis = divmod(at_ms, 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{millis:03d}Z"
