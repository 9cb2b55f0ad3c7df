"""Which Node.js runs a runtime's functions: one of its major version where the machine has one, else the nearest other.

Looked for on the `PATH` (`node`, `nodejs`, `node22`) and where version managers keep theirs.
"""

import asyncio
import functools
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
    """Finds the executable for a runtime, and says once for each runtime that another version stands in."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    async def find(self, runtime: str) -> str:
        """The executable's path for `nodejsN.x`.

        Raises:
            LaunchFailed: there is none.
        """
        found = await asyncio.to_thread(installed)
        wanted = major_of(runtime)
        chosen = nearest(wanted, found)
        if chosen is None:
            raise LaunchFailed(f"{runtime} needs Node.js {MAJOR_MIN} or newer")
        if chosen != wanted and runtime not in self._told:
            self._told.add(runtime)
            log.warning("there is no Node.js %d: functions of %s run on Node.js %d", wanted, runtime, chosen)
        return found[chosen]


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
    """The executable for each major version that is there; of several, what comes first on the path. Looked up at each question, so
    that what is installed while the server runs counts at once; each executable is asked for its version once."""
    found: dict[int, str] = {}
    for path in dict.fromkeys(os.path.realpath(candidate) for candidate in candidates()):
        major = _asked(path, os.stat(path).st_mtime_ns)
        if major is not None and major >= MAJOR_MIN:
            found.setdefault(major, path)
    return found


def candidates() -> Iterator[str]:
    """Where there may be a Node.js, in the order of preference."""
    names = ("node", "nodejs", *(f"node{major}" for major in range(MAJOR_MIN, MAJOR_MIN + 20, 2)))
    yield from filter(None, map(shutil.which, names))
    nvm = os.environ.get("NVM_DIR", "~/.nvm")
    for pattern in _KEPT_BY_MANAGERS:
        yield from sorted(glob.glob(os.path.expanduser(pattern.replace("{NVM_DIR}", nvm))), reverse=True)


@functools.lru_cache(maxsize=100)
def _asked(path: str, _changed_at_ns: int) -> int | None:
    """The major version that an executable says, without a word of its own."""
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
