"""Which Python runs a runtime's functions: the machine's own `python3.N` where it works, else the one that runs the server."""

import asyncio
import logging
import os
import shutil
import subprocess
import sys

log = logging.getLogger("portico.environments")

_ASKED_S = 10.0


class Interpreters:
    """Finds the interpreter of a runtime. Each candidate is asked for its version once, and without a word of its own: what is on
    the path may be the shim of a version manager, which only prints that the version is not installed."""

    __slots__ = ("_asking", "_usable")

    def __init__(self) -> None:
        self._usable: dict[str, bool] = {}
        self._asking = asyncio.Lock()

    async def find(self, runtime: str) -> str:
        """The interpreter's path for `python3.N`."""
        own = f"python{sys.version_info.major}.{sys.version_info.minor}"
        found = None if runtime == own else shutil.which(runtime)
        if found is None:
            return sys.executable
        if found not in self._usable:
            async with self._asking:
                if found not in self._usable and not await asyncio.to_thread(_works, found, runtime):
                    self.refuse(found, "it does not say its version")
                self._usable.setdefault(found, True)
        return found if self._usable[found] else sys.executable

    def refuse(self, found: str, reason: str) -> None:
        """Find this one no more."""
        log.warning("%s is not usable (%s): its functions run on %s", found, reason, sys.executable)
        self._usable[found] = False


def _works(found: str, runtime: str) -> bool:
    question = "import sys; print('python%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(  # noqa: S603 - the operator's own path
            [found, "-I", "-S", "-c", question],
            env={},
            cwd=os.sep,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_ASKED_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.stdout.strip() == runtime.encode()
