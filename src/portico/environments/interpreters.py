"""Which Python runs a runtime's functions: the machine's own `python3.N` where it works, else the one that runs the server.

Looked for on the `PATH` and where version managers keep theirs.
"""

import asyncio
import functools
import glob
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

log = logging.getLogger("portico.environments")

MINOR_MIN = 9  # what our runtime needs
_ASKED_S = 10.0
_KEPT_BY_MANAGERS = (  # of pyenv, asdf, mise, uv
    "{PYENV_ROOT}/versions/{version}.*/bin/python{version}",
    "~/.asdf/installs/python/{version}.*/bin/python{version}",
    "~/.local/share/mise/installs/python/{version}.*/bin/python{version}",
    "~/.local/share/uv/python/cpython-{version}.*/bin/python{version}",
)


class Interpreters:
    """Finds the interpreter of a runtime. Each candidate is asked for its version once, and without a word of its own: what is on
    the path may be the shim of a version manager, which only prints that the version is not installed."""

    __slots__ = ("_asking", "_refused", "_told", "_usable")

    def __init__(self) -> None:
        self._usable: dict[str, bool] = {}
        self._refused: set[tuple[str, str]] = set()
        self._told: set[tuple[str, str]] = set()
        self._asking = asyncio.Lock()

    async def find(self, runtime: str, flavour: str = "") -> str:
        """The interpreter's path for `python3.N`, one that has not been refused for zygotes of `flavour`."""
        if runtime == own():
            return sys.executable
        for found in candidates(runtime):
            if found not in self._usable:
                async with self._asking:
                    if found not in self._usable:
                        self._usable[found] = await asyncio.to_thread(works, found, runtime)
            if self._usable[found] and (found, flavour) not in self._refused:
                return found
        if (runtime, flavour) not in self._told:
            self._told.add((runtime, flavour))
            log.warning("there is no working %s here: its functions run on %s", runtime, sys.executable)
        return sys.executable

    def refuse(self, found: str, flavour: str, reason: str) -> None:
        """Find this one no more for that flavour: Python 3.9, for one, is too old for the newest SDK, and good for all else."""
        log.warning("%s is not usable with the flavour %s: %s", found, flavour, reason)
        self._refused.add((found, flavour))


def own() -> str:
    """The runtime that the server's own interpreter is of."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def is_installed(runtime: str) -> bool:
    """Whether there is an interpreter of `python3.N` here."""
    return runtime == own() or any(works(found, runtime) for found in candidates(runtime))


def candidates(runtime: str) -> Iterator[str]:
    """Where there may be an interpreter of `python3.N`, in the order of preference."""
    version = runtime.removeprefix("python")
    if int(version.removeprefix("3.")) < MINOR_MIN:
        return
    on_path = shutil.which(runtime)
    if on_path is not None:
        yield on_path
    root = os.environ.get("PYENV_ROOT") or "~/.pyenv"
    for pattern in _KEPT_BY_MANAGERS:
        where = pattern.format(PYENV_ROOT=root, version=version)
        yield from sorted(glob.glob(os.path.expanduser(where)), reverse=True)


def works(found: str, runtime: str) -> bool:
    """Whether an executable says that it is of `runtime`; each is asked once, until it is another."""
    try:
        return _asked(found, os.stat(found).st_mtime_ns) == runtime.encode()
    except OSError:
        return False


@functools.lru_cache(maxsize=100)
def _asked(path: str, _changed_at_ns: int) -> bytes:
    """What an executable says that it is, without a word of its own."""
    question = "import sys; print('python%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(  # noqa: S603 - the operator's own path
            [path, "-I", "-S", "-c", question],
            env={},
            cwd=os.sep,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_ASKED_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return answer.stdout.strip()
