"""The platform's lines, character by character."""

import base64
import json

import msgspec
import pytest

from portico.environments.work import InitEnd, LogLine, Outcome
from portico.invoke.records import Version
from portico.invoke.report import (
    Quiet,
    billed_ms,
    lines_of,
    runtime_version,
    runtime_version_arn,
    tail,
    told_of,
)
from portico.invoke.resolve import spec_of

ID = "8f507cfc-example"
WARM = Outcome(
    b"{}",
    lines=(LogLine(1_000, "hello\n"), LogLine(1_001, "no newline")),
    duration_ms=26.731,
    max_memory_mb=75,
    started_at_ms=1_000,
    ended_at_ms=1_027,
)


def texts(version: Version, outcome: Outcome) -> list[str]:
    return [line.text for line in lines_of(version, spec_of(version), ID, outcome)]


def test_a_warm_invocation(version: Version) -> None:
    assert texts(version, WARM) == [
        "START RequestId: 8f507cfc-example Version: $LATEST\n",
        "hello\n",
        "no newline\n",
        "END RequestId: 8f507cfc-example\n",
        "REPORT RequestId: 8f507cfc-example\tDuration: 26.73 ms\tBilled Duration: 27 ms\t"
        "Memory Size: 128 MB\tMax Memory Used: 75 MB\t\n",
    ]


@pytest.mark.parametrize("duration", [0.004, 1.0, 26.731, 2999.999])
def test_a_quiet_invocation_is_told_as_any_other(version: Version, duration: float) -> None:
    outcome = msgspec.structs.replace(WARM, lines=(), duration_ms=duration)
    told = told_of(version, spec_of(version), ID, outcome)
    assert isinstance(told, Quiet)
    lines = lines_of(version, spec_of(version), ID, outcome)
    assert list(told) == [(line.at_ms, line.text) for line in lines]
    assert told.text_bytes == sum(len(line.text) for line in lines)
    assert base64.b64decode(tail(told)).decode() == "".join(line.text for line in lines)


@pytest.mark.parametrize(
    "more",
    [
        {"lines": (LogLine(1_000, "hello\n"),)},
        {"function_error": "Unhandled", "error_type": "ValueError"},
        {"init_ms": 1.0},
        {"restore_ms": 1.0},
        {"inits": (InitEnd(1.0, "timeout"),)},
        {"ended_at_ms": WARM.started_at_ms + 1_001},
    ],
    ids=lambda more: next(iter(more)),
)
def test_more_than_the_usual_is_composed_at_once(version: Version, more: dict[str, object]) -> None:
    outcome = msgspec.structs.replace(WARM, **{"lines": (), **more})
    spec = spec_of(version)
    assert told_of(version, spec, ID, outcome) == lines_of(version, spec, ID, outcome)


def test_what_is_written_as_json_is_composed_at_once(version: Version) -> None:
    quiet = msgspec.structs.replace(WARM, lines=())
    as_json = msgspec.structs.replace(version, log_format="JSON")
    spec = spec_of(as_json)
    assert told_of(as_json, spec, ID, quiet) == lines_of(as_json, spec, ID, quiet)


def test_a_cold_start_tells_its_initialisation(version: Version) -> None:
    outcome = msgspec.structs.replace(
        WARM, init_ms=80.0, lines=(LogLine(950, "importing\n"), LogLine(1_000, "hello\n"))
    )
    arn = runtime_version_arn("eu-west-1", "python3.12")
    assert texts(version, outcome) == [
        f"INIT_START Runtime Version: python:3.12.v1\tRuntime Version ARN: {arn}\n",
        "importing\n",
        "START RequestId: 8f507cfc-example Version: $LATEST\n",
        "hello\n",
        "END RequestId: 8f507cfc-example\n",
        "REPORT RequestId: 8f507cfc-example\tDuration: 26.73 ms\tBilled Duration: 107 ms\t"
        "Memory Size: 128 MB\tMax Memory Used: 75 MB\tInit Duration: 80.00 ms\t\n",
    ]


@pytest.mark.parametrize(
    ("duration", "init", "billed"), [(133.61, 80.0, 214), (3016.78, 84.0, 3101), (5.0, None, 5)]
)
def test_billing_as_in_the_guides_samples(duration: float, init: float | None, billed: int) -> None:
    assert billed_ms(Outcome(b"", duration_ms=duration, init_ms=init)) == billed


def test_a_timeout(version: Version) -> None:
    outcome = Outcome(
        b"{}",
        function_error="Unhandled",
        error_type="Sandbox.Timedout",
        timed_out=True,
        duration_ms=3000.0,
        started_at_ms=0,
        ended_at_ms=3_033,
    )
    assert texts(version, outcome)[1:] == [
        "1970-01-01T00:00:03.033Z 8f507cfc-example Task timed out after 3.00 seconds\n\n",
        "END RequestId: 8f507cfc-example\n",
        "REPORT RequestId: 8f507cfc-example\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\t"
        "Memory Size: 128 MB\tMax Memory Used: 0 MB\tStatus: timeout\n",
    ]


def test_an_exit(version: Version) -> None:
    message = "RequestId: 8f507cfc-example Error: Runtime exited with error: exit status 1"
    payload = json.dumps({"errorType": "Runtime.ExitError", "errorMessage": message}).encode()
    outcome = Outcome(payload, function_error="Unhandled", error_type="Runtime.ExitError", duration_ms=1.0)
    assert texts(version, outcome)[1] == f"{message}\nRuntime.ExitError\n"
    assert texts(version, outcome)[-1].endswith("Status: error\tError Type: Runtime.ExitError\n")


@pytest.mark.parametrize("document", [b"", b"[]", b'{"errorMessage": 1}', b"[" * 100_000])
def test_an_exit_may_say_anything(version: Version, document: bytes) -> None:
    outcome = Outcome(document, function_error="Unhandled", error_type="Runtime.ExitError", duration_ms=1.0)
    assert texts(version, outcome)[1] == "\nRuntime.ExitError\n"


def test_a_handlers_own_exception_is_no_error_of_the_runtime(version: Version) -> None:
    outcome = Outcome(b"{}", function_error="Unhandled", error_type="ValueError", duration_ms=1.0)
    assert "Status" not in texts(version, outcome)[-1]


def test_json_system_lines(version: Version) -> None:
    as_json = msgspec.structs.replace(version, log_format="JSON", system_log_level="INFO")
    lines = texts(as_json, WARM)
    assert [json.loads(lines[0]), json.loads(lines[-1])] == [
        {
            "time": "1970-01-01T00:00:01.000Z",
            "type": "platform.start",
            "record": {"requestId": ID, "version": "$LATEST"},
        },
        {
            "time": "1970-01-01T00:00:01.027Z",
            "type": "platform.report",
            "record": {
                "requestId": ID,
                "metrics": {
                    "durationMs": 26.731,
                    "billedDurationMs": 27,
                    "memorySizeMB": 128,
                    "maxMemoryUsedMB": 75,
                },
                "status": "success",
            },
        },
    ]
    assert lines[1:-1] == ["hello\n", "no newline\n"]


def test_the_warn_level_keeps_failures_only(version: Version) -> None:
    quiet = msgspec.structs.replace(version, log_format="JSON", system_log_level="WARN")
    failed = msgspec.structs.replace(WARM, error_type="Runtime.ExitError", function_error="Unhandled")
    assert texts(quiet, WARM) == ["hello\n", "no newline\n"]
    assert json.loads(texts(quiet, failed)[-1])["record"]["errorType"] == "Runtime.ExitError"


def test_the_tail_is_the_last_four_kilobytes() -> None:
    lines = [LogLine(0, "a" * 5_000 + "\n"), LogLine(0, "end\n")]
    assert base64.b64decode(tail(lines)) == b"a" * 4_091 + b"\nend\n"


@pytest.mark.parametrize(
    ("runtime", "shown"),
    [
        ("python3.14", "python:3.14.v1"),
        ("nodejs22.x", "nodejs:22.v1"),
        ("provided.al2023", "provided:al2023.v1"),
        ("java8.al2", "java:8.al2.v1"),
        ("dotnet8", "dotnet:8.v1"),
        ("", ""),
    ],
)
def test_names_of_runtime_versions(runtime: str, shown: str) -> None:
    assert runtime_version(runtime) == shown


BROKEN = Outcome(
    b"{}",
    function_error="Unhandled",
    error_type="Runtime.ImportModuleError",
    lines=(LogLine(900, "importing\n"),),
    duration_ms=50.0,
    started_at_ms=1_000,
    ended_at_ms=1_050,
    inits=(InitEnd(1_236.04, "error", "Runtime.ImportModuleError"),),
)


def test_an_init_phase_that_failed_has_a_report(version: Version) -> None:
    assert texts(version, BROKEN)[1:4] == [
        "importing\n",
        "INIT_REPORT Init Duration: 1236.04 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError\n",
        "START RequestId: 8f507cfc-example Version: $LATEST\n",
    ]
    slow = msgspec.structs.replace(
        WARM, inits=(InitEnd(10_000.0, "timeout"), InitEnd(50.0, "error", "Extension.Crash", "invoke"))
    )
    assert texts(version, slow)[1:3] == [
        "INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout\n",
        "INIT_REPORT Init Duration: 50.00 ms\tPhase: invoke\tStatus: error\tError Type: Extension.Crash\n",
    ]


def test_an_environment_that_was_started_ahead_has_a_report(version: Version) -> None:
    ahead = msgspec.structs.replace(WARM, inits=(InitEnd(80.0),))
    lines = texts(version, ahead)
    assert lines[1] == "INIT_REPORT Init Duration: 80.00 ms\tPhase: init\n"
    assert "Init Duration" not in lines[-1]


def test_an_environment_that_was_restored(version: Version) -> None:
    restored = msgspec.structs.replace(WARM, restore_ms=8.4)
    lines = texts(version, restored)
    arn = runtime_version_arn("eu-west-1", "python3.12")
    assert lines[:2] == [
        f"RESTORE_START Runtime Version: python:3.12.v1\tRuntime Version ARN: {arn}\n",
        "RESTORE_REPORT Restore Duration: 8.40 ms\n",
    ]
    assert lines[-1].endswith("\tRestore Duration: 8.40 ms\tBilled Restore Duration: 9 ms\t\n")


def kinds(version: Version, outcome: Outcome, level: str) -> list[str]:
    quiet = msgspec.structs.replace(version, log_format="JSON", system_log_level=level)
    return [
        json.loads(text)["type"].partition(".")[2] for text in texts(quiet, outcome) if text.startswith("{")
    ]


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        ("DEBUG", "initStart initRuntimeDone initReport start runtimeDone report"),
        ("INFO", "initStart start report"),
        ("WARN", ""),
    ],
)
def test_events_of_each_level(version: Version, level: str, shown: str) -> None:
    cold = msgspec.structs.replace(WARM, init_ms=80.0)
    assert kinds(version, cold, level) == shown.split()


def test_restoring_in_json(version: Version) -> None:
    restored = msgspec.structs.replace(WARM, restore_ms=8.4)
    assert kinds(version, restored, "DEBUG") == (
        ["restoreStart", "restoreRuntimeDone", "restoreReport", "start", "runtimeDone", "report"]
    )
    assert kinds(version, restored, "INFO") == ["restoreStart", "restoreReport", "start", "report"]


def test_failures_are_warnings(version: Version) -> None:
    assert kinds(version, BROKEN, "WARN") == ["initRuntimeDone", "initReport", "runtimeDone", "report"]
    quiet = msgspec.structs.replace(version, log_format="JSON", system_log_level="WARN")
    assert json.loads(texts(quiet, BROKEN)[2])["record"] == {
        "initializationType": "on-demand",
        "phase": "init",
        "status": "error",
        "errorType": "Runtime.ImportModuleError",
        "metrics": {"durationMs": 1236.04},
    }


def test_the_tail_has_nothing_of_the_platform_before_the_start(version: Version) -> None:
    lines = lines_of(version, spec_of(version), ID, BROKEN)
    text = base64.b64decode(tail(lines)).decode()
    assert text.startswith("importing\nSTART RequestId: ")
