"""Which runtimes this machine can run, and what is missing for the others, in words for whoever asked for one.

Looked up on each question, so that what is installed while the server runs counts at once.
"""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec

from portico.environments import interpreters, node_versions

_FAMILY = re.compile(r"[a-z]+")


class _Need(msgspec.Struct, frozen=True, gc=False):
    """The program on the path that a family of runtimes needs. Whether AWS's client is there can't be told before there is a package,
    which may bring it along."""

    program: str
    name: str


# Python has the interpreter of the server to stand in, and an OS-only runtime brings its own program: they need nothing.
_NEEDS = {
    "nodejs": _Need("node", "Node.js"),
    "java": _Need("java", "Java"),
    "ruby": _Need("ruby", "Ruby"),
    "dotnet": _Need("dotnet", ".NET"),
}
_ALWAYS = frozenset(["python", "provided"])
_DOCKER_SOCKET = "var/run/docker.sock"


def _strictly_python(runtime: str) -> str:
    if interpreters.is_installed(runtime):
        return ""
    return f"There is no {runtime} on the server, and no other version may stand in (runtimes = strict)."


def _strictly_node(runtime: str) -> str:
    major = node_versions.major_of(runtime)
    if major in node_versions.installed():
        return ""
    return (
        f"There is no Node.js {major} on the server, and no other version may stand in (runtimes = strict)."
    )


# The families whose runtimes other versions stand in for, unless they may not.
_STAND_INS: dict[str, Callable[[str], str]] = {"python": _strictly_python, "nodejs": _strictly_node}


class Runtimes:
    """Answers for the machine whose files are below `root` and whose programs are on `path` (None: the process's). `strict`: a
    runtime of Python or Node.js runs on that very version or not at all."""

    __slots__ = ("_path", "_root", "_strict")

    def __init__(self, *, root: Path = Path("/"), path: str | None = None, strict: bool = False) -> None:
        self._root = root
        self._path = path
        self._strict = strict

    def missing(self, runtime: str) -> str:
        """What has to be installed before functions of `runtime` can run; "" when they can."""
        found = _FAMILY.match(runtime)
        family = found[0] if found is not None else ""
        if self._strict and family in _STAND_INS:
            return _STAND_INS[family](runtime)
        if family in _ALWAYS or (
            family == "nodejs" and self._path is None and any(node_versions.candidates())
        ):
            return ""
        need = _NEEDS.get(family)
        if need is None:
            return f"Portico has no way to run {runtime}."
        if not self._has(need.program):
            return f"{runtime} needs {need.name}: there is no program {need.program!r} on the server's PATH."
        return ""

    def missing_for_images(self) -> str:
        """What has to be installed before container images can run; "" when they can."""
        docker = self._has("docker") and (
            "DOCKER_HOST" in os.environ or (self._root / _DOCKER_SOCKET).exists()
        )
        if docker or self._has("podman"):
            return ""
        return "PackageType Image needs Docker or Podman on the server's PATH, and Docker needs its daemon to run."

    def _has(self, program: str) -> bool:
        return shutil.which(program, path=self._path) is not None
