"""Whose a process is, told while those above it come and go."""

import os
import subprocess
import sys

import pytest

from portico.environments import snapshots

BETWEEN, COPY, SNAPSHOT = 102, 103, 101


def test_a_parent_that_ends_while_it_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    told = iter([BETWEEN, None, SNAPSHOT])
    monkeypatch.setattr(snapshots, "_parent", lambda _: next(told))
    assert snapshots._descends(COPY, SNAPSHOT)


@pytest.mark.parametrize("answers", [[None], [BETWEEN, 1, 0, None] * 8, [BETWEEN, None] * 16])
def test_strangers_are_told_apart(monkeypatch: pytest.MonkeyPatch, answers: list[int | None]) -> None:
    told = iter(answers)
    monkeypatch.setattr(snapshots, "_parent", lambda _: next(told))
    assert not snapshots._descends(COPY, SNAPSHOT)


def test_real_ones() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert snapshots._descends(child.pid, os.getpid())
        assert not snapshots._descends(os.getpid(), child.pid)
        child.communicate(b"\n")
    assert not snapshots._descends(child.pid, os.getpid())
