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
_HOMES = ("/", "/home", "/root", "/opt", "/var", "/srv", "/mnt", "/tmp")  # noqa: S108 - never shown themselves


def folders_of(program: Sequence[str]) -> tuple[str, ...]:
    """The folders to show for `program` (a path, and its arguments): of what is not the system's, the whole installation, such as
    `~/.nvm/versions/node/v22.1.0` for its `bin/node`; never a home, of which the program's own folder is shown only."""
    if not program or not os.path.isabs(program[0]) or is_below(program[0], _EVERYWHERE):
        return ()
    found = {
        _installation(path) for path in (program[0], os.path.realpath(program[0])) if os.path.exists(path)
    }
    return tuple(sorted(folder for folder in found if not _is_known_or_too_much(folder)))


def is_below(path: str, folders: Sequence[str]) -> bool:
    """Whether the path is one of the folders or in one."""
    return any(path == folder or path.startswith(folder + os.sep) for folder in folders)


def _installation(path: str) -> str:
    folder = os.path.dirname(path)
    above = os.path.dirname(folder)
    whole = os.path.basename(folder) in _PROGRAM_FOLDERS and not _is_home(above)
    return above if whole else folder


def _is_home(folder: str) -> bool:
    return folder in _HOMES or os.path.dirname(folder) == "/home" or folder == os.path.expanduser("~")


def _is_known_or_too_much(folder: str) -> bool:
    return _is_home(folder) or is_below(folder, _EVERYWHERE)
