"""Which zygote a function starts from: `sdk`, with boto3 loaded, or `bare`.

A package that ships a module which `sdk` has loaded must start from `bare`, or its own copy would be ignored. Of the others, code
that mentions the SDK starts from `sdk`, where importing it costs nothing; all else from `bare`, which forks faster, because a fork
copies the page tables of what is loaded.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from portico.environments.runtimes.python.sdk import MODULES

BARE, SDK = "bare", "sdk"

_FILES_READ_MAX = 200
_FILE_BYTES_MAX = 1_000_000
_NAMES = (b"boto3", b"botocore")


def choose(code_dir: str, variables: tuple[tuple[str, str], ...]) -> str:
    """`BARE` or `SDK`. Reads the package's Python files until one names the SDK, within bounds."""
    more = dict(variables).get("PYTHONPATH", "").split(os.pathsep)
    if any(_ships(Path(folder), name) for folder in (code_dir, *filter(None, more)) for name in MODULES):
        return BARE
    return SDK if any(_mentions_sdk(path) for path in _sources(code_dir)) else BARE


def _ships(folder: Path, module: str) -> bool:
    return (folder / module).is_dir() or (folder / f"{module}.py").is_file()


def _sources(code_dir: str) -> Iterator[str]:
    read = 0
    for folder, _, names in os.walk(code_dir):
        for name in names:
            if name.endswith(".py"):
                yield os.path.join(folder, name)
                read += 1
                if read == _FILES_READ_MAX:
                    return


def _mentions_sdk(path: str) -> bool:
    try:
        with open(path, "rb") as source:
            text = source.read(_FILE_BYTES_MAX)
    except OSError:
        return False
    return any(name in text for name in _NAMES)
