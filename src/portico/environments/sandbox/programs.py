"""What a program needs of this machine beside what every environment sees: the folder that it is installed in."""

import os
from collections.abc import Sequence

_EVERYWHERE = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib64",
    "/nix/store",
    "/gnu/store",
    "/var/task",
    "/var/lang",
)
_PROGRAM_FOLDERS = ("bin", "sbin")


def folders_of(program: Sequence[str]) -> tuple[str, ...]:
    """The folders to show for `program` (a path, and its arguments): of what is not the system's, the whole installation, such as
    `~/.nvm/versions/node/v22.1.0` for its `bin/node`."""
    if not program or not os.path.isabs(program[0]):
        return ()
    found = {
        _installation(path) for path in (program[0], os.path.realpath(program[0])) if os.path.exists(path)
    }
    return tuple(sorted(folder for folder in found if not is_below(folder, _EVERYWHERE)))


def is_below(path: str, folders: Sequence[str]) -> bool:
    """Whether the path is one of the folders or in one."""
    return any(path == folder or path.startswith(folder + os.sep) for folder in folders)


def _installation(path: str) -> str:
    folder = os.path.dirname(path)
    return os.path.dirname(folder) if os.path.basename(folder) in _PROGRAM_FOLDERS else folder
