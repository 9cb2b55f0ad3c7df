"""Which Node.js runs a runtime's functions: one of its major version where the machine has one, else the nearest other.

Looked for on the `PATH` (`node`, `nodejs`, `node22`) and where version managers keep theirs.
"""

import asyncio
import glob
import logging
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator

from portico.environments.launchers.port import LaunchFailed

log = logging.getLogger("portico.environments")

MAJOR_MIN = 18  # what our runtime needs
_ASKED_S = 10.0
_RUNTIME = re.compile(r"nodejs(\d+)\.x")
_VERSION = re.compile(rb"v(\d+)\.\d+\.\d+")
_KEPT_BY_MANAGERS = (  # of nvm, fnm, Volta, asdf, mise, n
    "{NVM_DIR}/versions/node/v*/bin/node",
    "~/.nvm/versions/node/v*/bin/node",
    "~/.local/share/fnm/node-versions/v*/installation/bin/node",
    "~/.volta/tools/image/node/*/bin/node",
    "~/.asdf/installs/nodejs/*/bin/node",
    "~/.local/share/mise/installs/node/*/bin/node",
    "/usr/local/n/versions/node/*/bin/node",
)


class NodeVersions:
    """Finds the executable for a runtime. The machine is looked over once, at the first question; each executable is asked for its
    version without a word of its own."""

    def __init__(self, *, strict: bool = False) -> None:
        self._strict = strict
        self._found: dict[int, str] | None = None
        self._looking = asyncio.Lock()
        self._warned: set[str] = set()

    async def find(self, runtime: str) -> str:
        """The executable's path for `nodejsN.x`. `strict`: of that major version or none.

        Raises:
            LaunchFailed: there is none.
        """
        async with self._looking:
            if self._found is None:
                self._found = await asyncio.to_thread(installed)
        wanted = major_of(runtime)
        chosen = nearest(wanted, self._found)
        if chosen is None:
            raise LaunchFailed(
                f"{runtime} needs Node.js {MAJOR_MIN} or newer, and there is none on this machine"
            )
        if chosen != wanted:
            self._refuse_or_warn(runtime, chosen)
        return self._found[chosen]

    def _refuse_or_warn(self, runtime: str, chosen: int) -> None:
        if self._strict:
            raise LaunchFailed(
                f"there is no Node.js {major_of(runtime)} on this machine for {runtime} (runtimes = strict)"
            )
        if runtime not in self._warned:
            self._warned.add(runtime)
            log.warning(
                "there is no Node.js %d: functions of %s run on Node.js %d",
                major_of(runtime),
                runtime,
                chosen,
            )


def major_of(runtime: str) -> int:
    """22 for `nodejs22.x`.

    Raises:
        LaunchFailed: it names no version.
    """
    match = _RUNTIME.fullmatch(runtime)
    if match is None:
        raise LaunchFailed(f"the runtime {runtime} is not supported")
    return int(match[1])


def nearest(wanted: int, majors: Iterable[int]) -> int | None:
    """Which of `majors` stands in for `wanted`: itself, else the next newer one, else the newest."""
    newer = [major for major in majors if major >= wanted]
    return min(newer) if newer else max(majors, default=None)


def installed() -> dict[int, str]:
    """The executable for each major version that is there; of several, what comes first on the path."""
    found: dict[int, str] = {}
    for path in dict.fromkeys(os.path.realpath(candidate) for candidate in _candidates()):
        major = _asked(path)
        if major is not None and major >= MAJOR_MIN:
            found.setdefault(major, path)
    return found


def _candidates() -> Iterator[str]:
    names = ("node", "nodejs", *(f"node{major}" for major in range(MAJOR_MIN, MAJOR_MIN + 20, 2)))
    yield from filter(None, map(shutil.which, names))
    nvm = os.environ.get("NVM_DIR", "~/.nvm")
    for pattern in _KEPT_BY_MANAGERS:
        yield from sorted(glob.glob(os.path.expanduser(pattern.replace("{NVM_DIR}", nvm))), reverse=True)


def _asked(path: str) -> int | None:
    try:
        answer = subprocess.run(  # noqa: S603 - the operator's own path
            [path, "--version"],
            env={},
            cwd=os.sep,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_ASKED_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _VERSION.match(answer.stdout)
    return None if match is None else int(match[1])
