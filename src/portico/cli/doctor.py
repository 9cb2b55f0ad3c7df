"""`portico doctor`."""

import asyncio
import os
import platform
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import click
import msgspec

from portico import __version__
from portico.base import system
from portico.cli.connection import Connection, connects

State = Literal["ok", "note", "problem"]
_MARKS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "problem": ("PROBLEM", "red")}
_NEWEST, _OLDEST = (3, 14), (3, 11)
_FREE_BYTES_MIN = 1024**3


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at, and what to do if it is not as it should be."""

    what: str
    state: State
    detail: str
    advice: str = ""


def _python() -> Iterator[Finding]:
    from portico.environments.interpreters import MINOR_MIN, is_installed

    version = sys.version_info[:2]
    state: State = "ok" if _OLDEST <= version <= _NEWEST else "problem"
    yield Finding("Python", state, platform.python_version(), "Portico needs Python 3.11 to 3.14")
    found = [f"python3.{minor}" for minor in range(MINOR_MIN, 15) if is_installed(f"python3.{minor}")]
    yield Finding("interpreters", "ok", ", ".join(found) or "only this one")


def _node() -> Iterator[Finding]:
    from portico.environments.node_versions import installed

    found = [f"{major} ({path})" for major, path in sorted(installed().items())]
    missing = "none: functions of nodejs*.x can't run"
    yield Finding(
        "Node.js", "ok" if found else "note", ", ".join(found) or missing, "install Node.js 18 or newer"
    )


def _system() -> Iterator[Finding]:
    state: State = "ok" if system.LINUX else "note"
    yield Finding("system", state, platform.platform(), "functions have no walls around them but on Linux")
    who = "root" if os.geteuid() == 0 else f"uid {os.geteuid()}"
    yield Finding("user", "ok", who)
    cores, memory = os.cpu_count() or 1, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    yield Finding("machine", "ok", f"{cores} cores, {memory / 1024**3:.1f} GiB of memory")


def _data(directory: Path) -> Iterator[Finding]:
    place = directory if directory.exists() else directory.absolute().parent
    try:
        with tempfile.NamedTemporaryFile(dir=place) as file:
            started = time.perf_counter()
            file.write(b"portico")
            file.flush()
            os.fsync(file.fileno())
            took_ms = (time.perf_counter() - started) * 1000
    except OSError as error:
        yield Finding("data directory", "problem", f"{place}: {error.strerror}", "choose another with --data")
        return
    slow = took_ms > 50
    yield Finding(
        "fsync", "note" if slow else "ok", f"{took_ms:.1f} ms in {place}", "every commit waits for it"
    )
    free = shutil.disk_usage(place).free
    state: State = "ok" if free > _FREE_BYTES_MIN else "note"
    yield Finding(
        "free space",
        state,
        f"{free / 1024**3:.1f} GiB",
        "make room: commits are refused when the disk is full",
    )


def _isolation() -> Iterator[Finding]:
    from portico.environments.isolation import hints
    from portico.environments.zygotes import Zygotes

    found = asyncio.run(Zygotes().survey())
    best = next((tier for tier in found if tier.holds), None)
    if best is None:
        yield Finding("isolation", "problem", "functions can't be started", found[-1].words)
    elif best.tier == "A":
        yield Finding("isolation", "ok", "A: namespaces, Landlock and seccomp")
    else:
        yield Finding("isolation", "note", f"{best.tier} only", "off loopback a server needs A, or B by name")
    for tier in found:
        if tier.why:
            reason = ", ".join(filter(None, (tier.why, hints())))
            yield Finding(f"isolation {tier.tier}", "note", f"not to be had: {reason}", "docs/isolation.md")
        for wall in tier.walls:
            state: State = "note" if wall.gap else "ok"
            yield Finding(f"wall {tier.tier}", state, f"{wall.name}{': ' if wall.gap else ''}{wall.gap}")


def _groups() -> Iterator[Finding]:
    from portico.environments.sandbox import cgroups

    groups = cgroups.find()
    groups.close()
    missing = [name for name in ("memory", "cpu", "pids") if name not in groups.controllers]
    advice = f"no limit by the kernel on {', '.join(missing)}: start as root, or in a delegated group"
    yield Finding("control groups", "note" if missing else "ok", str(groups), advice)


def _names() -> Iterator[Finding]:
    name = "api.execute-api.us-east-1.localhost"
    try:
        socket.getaddrinfo(name, None)
    except OSError:
        advice = "browsers and curl know them, others call /_portico/apis/ID and /_portico/urls/ID: docs/ways-in.md"
        yield Finding("names", "note", "this system does not resolve names below localhost", advice)
    else:
        yield Finding("names", "ok", "names below localhost are this machine")


def _server(connection: Connection) -> Iterator[Finding]:
    host, port = connection.url.rsplit("/", 1)[1].rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), 1).close()
    except OSError:
        yield Finding("server", "note", f"none at {connection.url}", "start one with: portico start")
        return
    try:
        health = connection.own("GET", "/_portico/health")
    except click.ClickException as error:
        yield Finding("server", "problem", error.message, "is it Portico that listens there?")
        return
    state: State = "ok" if health["status"] == "ok" else "problem"
    yield Finding("server", state, f"{connection.url}, {health['status']}, version {health['version']}")
    for name, loop in health["loops"].items():
        if loop["state"] == "waiting":
            yield Finding(f"loop {name}", "problem", loop["error"], "the server's log says more")


@click.command("doctor")
@connects
def command(connection: Connection) -> None:
    """Say what this machine gives to Portico and what is missing; the exit status is 1 if something is wrong."""
    click.echo(f"Portico {__version__}")
    looks: list[Callable[[], Iterator[Finding]]] = [
        _python,
        _node,
        _system,
        lambda: _data(connection.data),
        _isolation,
        _groups,
        _names,
        lambda: _server(connection),
    ]
    findings = [finding for look in looks for finding in look()]
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        mark, colour = _MARKS[finding.state]
        advice = f"  ({finding.advice})" if finding.advice and finding.state != "ok" else ""
        click.echo(f"  {click.style(f'{mark:8}', fg=colour)}{finding.what:{width}}  {finding.detail}{advice}")
    sys.exit(any(finding.state == "problem" for finding in findings))
