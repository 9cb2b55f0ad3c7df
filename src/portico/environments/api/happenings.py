"""What happens in an environment, in the words of platform events, for as long as somebody has subscribed to them.

Source: Lambda Developer Guide, "Lambda Telemetry API event schema reference".
"""

import math
from collections.abc import Callable

from portico.environments import framed
from portico.environments.api.extensions import Extensions
from portico.environments.api.telemetry import Record, Telemetry
from portico.environments.framed import Frame
from portico.environments.runtimes.versions import runtime_version, runtime_version_arn
from portico.environments.work import EnvironmentSpec, Invocation

_STATUS = {
    framed.ANSWER: "success",
    framed.ERROR: "error",
    framed.TOO_LARGE: "failure",
    framed.END: "success",
}
_STATUS_OF_END = {
    "timeout": "timeout"
}  # of an environment that ends while an invocation runs; all else is a failure


class Happenings:
    """Keeps the times that the events tell, in milliseconds of the wall clock. `memory_mb` is set by who knows it."""

    def __init__(self, spec: EnvironmentSpec, telemetry: Telemetry, wall: Callable[[], float]) -> None:
        self._spec = spec
        self._telemetry = telemetry
        self._wall = wall
        self._init_began = wall()
        self._init_ms: float | None = None
        self._invocation: Invocation | None = None
        self._began = 0.0
        self._bytes = 0
        self._status = ""
        self._runtime_done = False
        self.memory_mb: Callable[[], int] = lambda: 0
        telemetry.begin("platform.initStart", {**self._init(), **self._runtime(), **self._function()})

    def runtime_initialised(self) -> None:
        """The runtime has asked for its first invocation."""
        self._telemetry.tell("platform.initRuntimeDone", {**self._init(), "status": "success"})

    def initialised(self, extensions: Extensions) -> None:
        """All are ready."""
        self._init_ms = (self._wall() - self._init_began) * 1000
        for one in extensions.all:
            about = {"name": one.name, "state": "Ready", "events": sorted(one.events)}
            self._telemetry.tell("platform.extension", about)
        metrics = {"durationMs": round(self._init_ms, 3)}
        self._telemetry.tell("platform.initReport", {**self._init(), "status": "success", "metrics": metrics})

    def delivered(self, invocation: Invocation) -> None:
        """An invocation begins."""
        self._invocation, self._began = invocation, self._wall()
        self._bytes, self._status, self._runtime_done = 0, "", False
        start: Record = {"requestId": invocation.request_id, "version": self._spec.version, **self._tracing()}
        self._telemetry.tell("platform.start", start)

    def said(self, frame: Frame) -> None:
        """The runtime says something about it."""
        if frame.kind in (framed.ANSWER, framed.PART):
            self._bytes += len(frame.content)
        if frame.kind in _STATUS:
            failed = frame.kind == framed.END and frame.content
            self._status = "error" if failed else _STATUS[frame.kind]

    def runtime_free(self) -> None:
        """The runtime has done with it."""
        if self._invocation is None or self._runtime_done or not self._status:
            return
        self._runtime_done = True
        metrics = {"durationMs": self._duration_ms(), "producedBytes": self._bytes}
        done = {"requestId": self._invocation.request_id, "status": self._status, "metrics": metrics}
        self._telemetry.tell("platform.runtimeDone", {**done, **self._tracing()})

    def all_free(self) -> None:
        """Everybody has done with it."""
        invocation = self._invocation
        if invocation is None or not self._status:
            return
        self.runtime_free()
        duration_ms = self._duration_ms()
        metrics: Record = {
            "durationMs": duration_ms,
            "billedDurationMs": math.ceil(duration_ms + (self._init_ms or 0.0)),
            "memorySizeMB": self._spec.memory_mb,
            "maxMemoryUsedMB": self.memory_mb(),
        }
        if self._init_ms is not None:
            metrics["initDurationMs"] = round(self._init_ms, 3)
            self._init_ms = None
        report = {"requestId": invocation.request_id, "status": self._status, "metrics": metrics}
        self._telemetry.tell("platform.report", {**report, **self._tracing()})
        self._invocation = None

    def ending(self, reason: str) -> None:
        """The environment ends."""
        if self._invocation is not None and not self._status:
            self._status = _STATUS_OF_END.get(reason, "failure")
        self.all_free()
        self._telemetry.flush()

    def _init(self) -> Record:
        return {"initializationType": self._spec.initialization, "phase": "init"}

    def _runtime(self) -> Record:
        if self._spec.image is not None:  # which brings its own
            return {}
        runtime, region = self._spec.runtime, self._spec.region
        return {
            "runtimeVersion": runtime_version(runtime),
            "runtimeVersionArn": runtime_version_arn(region, runtime),
        }

    def _function(self) -> Record:
        return {"functionName": self._spec.function, "functionVersion": self._spec.version}

    def _tracing(self) -> Record:
        trace = "" if self._invocation is None else self._invocation.trace
        return {"tracing": {"type": "X-Amzn-Trace-Id", "value": trace}} if trace else {}

    def _duration_ms(self) -> float:
        return round((self._wall() - self._began) * 1000, 3)
