"""The platform's lines for a function whose log is JSON: events as the Telemetry API has them, those of the function's level.

Source: Lambda Developer Guide, "Lambda Telemetry API event schema reference" and "Log-level filtering" of system logs.
"""

import json
import math
from collections.abc import Mapping

import msgspec

from portico.environments.work import EnvironmentSpec, InitEnd, LogLine, Outcome
from portico.invoke.records import Version
from portico.invoke.times import iso

_PLATFORM_ERRORS = ("Runtime.", "Sandbox.", "Extension.", "Function.")
_UNKNOWN = "Runtime.Unknown"
_LEVELS = {"DEBUG": 0, "INFO": 1, "WARN": 2}
_LEVEL_OF = {  # of an event that tells of no failure
    "platform.initStart": "INFO",
    "platform.initRuntimeDone": "DEBUG",
    "platform.initReport": "DEBUG",
    "platform.restoreStart": "INFO",
    "platform.restoreRuntimeDone": "DEBUG",
    "platform.restoreReport": "INFO",
    "platform.extension": "INFO",
    "platform.start": "INFO",
    "platform.runtimeDone": "DEBUG",
    "platform.report": "INFO",
}
Record = Mapping[str, object]


class Runtime(msgspec.Struct, frozen=True, gc=False):
    """The version of a runtime and its ARN, as logs have them."""

    version: str
    arn: str


class Report(msgspec.Struct, frozen=True, gc=False):
    """An invocation that has ended, with all that its lines tell."""

    version: Version
    spec: EnvironmentSpec
    request_id: str
    outcome: Outcome
    runtime: Runtime


def status_of(outcome: Outcome) -> tuple[str, str]:
    """How the invocation went for the platform (`success`, `error`, `timeout`), and the error's type. What a handler raises is a
    success of the runtime; what a module raises while it is loaded is not."""
    if outcome.timed_out:
        return "timeout", outcome.error_type
    if outcome.error_type.startswith(_PLATFORM_ERRORS):
        return "error", outcome.error_type
    if outcome.error_type and any(init.status == "error" for init in outcome.inits):
        return "error", platform_type(outcome.error_type)
    return "success", ""


def platform_type(error_type: str) -> str:
    """An error's type as the platform names it, which knows its own types only."""
    return error_type if error_type.startswith(_PLATFORM_ERRORS) else _UNKNOWN


def lines_of(report: Report, billed_ms: int, before: list[LogLine], own: list[LogLine]) -> list[LogLine]:
    """All lines of the invocation in order: `before` are the function's of the environment's start, `own` those of the invocation."""
    lowest = _LEVELS[report.version.system_log_level or "INFO"]
    begun, ready = _start_events(report)
    start: Record = {"requestId": report.request_id, "version": report.version.version}
    ready.append(_Event(report.outcome.started_at_ms, "platform.start", start))
    return [
        *_shown(begun, lowest),
        *before,
        *_shown(ready, lowest),
        *own,
        *_shown(_end_events(report, billed_ms), lowest),
    ]


class _Event(msgspec.Struct, frozen=True, gc=False):
    at_ms: int
    kind: str
    record: Record


def _start_events(report: Report) -> tuple[list[_Event], list[_Event]]:
    """What is told of the environment's start: before the function's own words of it, and after them."""
    outcome, start_ms = report.outcome, report.outcome.started_at_ms
    kind = {"initializationType": report.spec.initialization}
    runtime = {"runtimeVersion": report.runtime.version, "runtimeVersionArn": report.runtime.arn}
    if outcome.restore_ms is not None:
        begun = _Event(start_ms - math.ceil(outcome.restore_ms), "platform.restoreStart", runtime)
        metrics = {"durationMs": round(outcome.restore_ms, 3)}
        done = {"status": "success"}
        return [begun], [
            _Event(start_ms, "platform.restoreRuntimeDone", done),
            _Event(start_ms, "platform.restoreReport", {**done, "metrics": metrics}),
        ]
    inits = list(outcome.inits)
    if outcome.init_ms is not None and not any(init.status == "success" for init in inits):
        inits.append(InitEnd(outcome.init_ms))
    if not inits:
        return [], []
    took_ms = sum(init.duration_ms for init in inits)
    begun = _Event(start_ms - math.ceil(took_ms), "platform.initStart", {**kind, "phase": "init", **runtime})
    extensions = [
        *(
            _Event(start_ms - 1, "platform.telemetrySubscription", msgspec.to_builtins(one))
            for one in outcome.subscriptions
        ),
        *(_Event(start_ms - 1, "platform.extension", msgspec.to_builtins(one)) for one in outcome.extensions),
    ]
    return [begun], extensions + [event for init in inits for event in _init_events(start_ms, kind, init)]


def _init_events(at_ms: int, kind: Record, init: InitEnd) -> list[_Event]:
    record = {**kind, "phase": init.phase, "status": init.status}
    if init.error_type:
        record["errorType"] = platform_type(init.error_type)
    metrics = {"durationMs": round(init.duration_ms, 3)}
    return [
        _Event(at_ms, "platform.initRuntimeDone", record),
        _Event(at_ms, "platform.initReport", {**record, "metrics": metrics}),
    ]


def _end_events(report: Report, billed_ms: int) -> list[_Event]:
    outcome = report.outcome
    status, error_type = status_of(outcome)
    failure = {"errorType": error_type} if error_type else {}
    duration = {"durationMs": round(outcome.duration_ms, 3)}
    done = {"requestId": report.request_id, "status": status, **failure}
    metrics: dict[str, object] = {
        **duration,
        "billedDurationMs": billed_ms,
        "memorySizeMB": report.version.memory_mb,
        "maxMemoryUsedMB": outcome.max_memory_mb,
    }
    if outcome.restore_ms is not None:
        metrics["restoreDurationMs"] = round(outcome.restore_ms, 3)
    elif outcome.init_ms is not None:
        metrics["initDurationMs"] = round(outcome.init_ms, 3)
    whole = {"requestId": report.request_id, "metrics": metrics, "status": status, **failure}
    produced = {**duration, "producedBytes": len(outcome.payload)}
    return [
        _Event(outcome.ended_at_ms, "platform.runtimeDone", {**done, "metrics": produced}),
        _Event(outcome.ended_at_ms, "platform.report", whole),
    ]


def _shown(events: list[_Event], lowest: int) -> list[LogLine]:
    """Those of the events that are of the level `lowest` or above; one that tells of a failure is a warning."""
    lines = []
    for event in events:
        failed = event.record.get("status", "success") != "success"
        if failed or _LEVELS[_LEVEL_OF[event.kind]] >= lowest:
            document = {"time": iso(event.at_ms), "type": event.kind, "record": event.record}
            lines.append(LogLine(event.at_ms, json.dumps(document, separators=(",", ":")) + "\n"))
    return lines
