"""The runtime's page names the limits and the errors that the code has."""

from pathlib import Path

from portico.environments import endings
from portico.environments.framed import CONTENT_BYTES_MAX
from portico.environments.launchers.forkserver.confine import DESCRIPTORS_MAX
from portico.environments.loglines import LINE_BYTES_MAX, TOTAL_BYTES_MAX
from portico.environments.runtimes.python import sdk
from portico.environments.watch import _TASKS_MAX

_PAGE = (Path(__file__).parents[2] / "docs" / "runtimes" / "python.md").read_text()


def test_limits() -> None:
    assert f"| {CONTENT_BYTES_MAX:,} bytes |" in _PAGE
    assert f"| {DESCRIPTORS_MAX:,} per process |" in _PAGE
    assert f"| {_TASKS_MAX:,} together |" in _PAGE
    assert f"| {LINE_BYTES_MAX // 1024} KB an event, {TOTAL_BYTES_MAX // 1024**2} MB an invocation |" in _PAGE


def test_modules_and_errors() -> None:
    for name in sdk.MODULES:
        assert f"`{name}`" in _PAGE
    for kind in (endings.EXIT_ERROR, endings.OUT_OF_MEMORY, endings.TIMED_OUT, endings.TOO_LARGE):
        assert f"`{kind}`" in _PAGE
