"""The command line that runs a function's image.

Source: Lambda Developer Guide, "Create a Lambda function using a container image": the root is read-only but for /tmp.
"""

from collections.abc import Iterable

from portico.environments.launchers.port import Layout
from portico.environments.work import Image

_PROCESSES_MAX = 1024
_FILES_MAX = 1024


def run(
    engine: str, name: str, image: Image, layout: Layout, variables: dict[str, str], file: str
) -> list[str]:
    """`engine run ...` for a container called `name`. `file` has the variables of `in_file`; the others stand in the command."""
    entry, arguments = _override(image)
    return [
        engine,
        "run",
        "--rm",
        f"--name={name}",
        "--network=host",
        "--read-only",
        f"--tmpfs=/tmp:rw,exec,nosuid,nodev,size={layout.tmp_mb}m",
        f"--memory={layout.memory_mb}m",
        f"--memory-swap={layout.memory_mb}m",
        f"--pids-limit={_PROCESSES_MAX}",
        f"--ulimit=nofile={_FILES_MAX}:{_FILES_MAX}",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        f"--env-file={file}",
        *(f"--env={key}={value}" for key, value in variables.items() if not _fits_a_line(value)),
        *([f"--workdir={image.working_directory}"] if image.working_directory else []),
        *entry,
        image.uri,
        *arguments,
    ]


def in_file(variables: dict[str, str]) -> bytes:
    """The file of the variables: a line each, so those with line ends are not in it."""
    return _lines(f"{key}={value}" for key, value in variables.items() if _fits_a_line(value))


def _override(image: Image) -> tuple[list[str], list[str]]:
    command = list(image.command or ())
    if not image.entry_point:
        return [], command
    program, *more = image.entry_point
    return [f"--entrypoint={program}"], more + command


def _fits_a_line(value: str) -> bool:
    return "\n" not in value and "\r" not in value


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
