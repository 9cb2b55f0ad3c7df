"""Users of this machine for environments: one each, which no other environment has had since the server started.

Only a server that is root can give them. They are taken from a range that no distribution uses, from a place in it that differs from
server to server, or inside a container from the upper half of what it has.

Source: systemd, "Users, Groups, UIDs and GIDs on systemd Systems"; user_namespaces(7) on `/proc/self/uid_map`.
"""

import itertools
import os
import secrets
from pathlib import Path

from portico.base import system

_FIRST, _COUNT = 0x7000_0000, 0x0FFF_0000
_WHOLE = 0xFFFF_FFFF
_COUNT_MIN = 1024
_NONE = 0


class Users:
    """Hands out user ids; 0 where there are none to give."""

    __slots__ = ("_count", "_first", "_number")

    def __init__(self) -> None:
        self._first, self._count = usable_range(_maps()) if _can_give() else (0, 0)
        self._number = itertools.count(secrets.randbelow(self._count) if self._count else 0)

    def take(self) -> int:
        """One that nobody has."""
        return self._first + next(self._number) % self._count if self._count else _NONE


def _can_give() -> bool:
    return system.LINUX and os.geteuid() == 0


def usable_range(maps: list[str]) -> tuple[int, int]:
    """The first of the ids that may be given out, and how many; `maps` are the texts of `uid_map` and `gid_map`."""
    ranges = [_of_map(text) for text in maps]
    first = max(start for start, _ in ranges)
    count = min(start + length for start, length in ranges) - first
    return (first, count) if count >= _COUNT_MIN else (0, 0)


def _of_map(text: str) -> tuple[int, int]:
    extents = [(int(inside), int(count)) for inside, _, count in (line.split() for line in text.splitlines())]
    inside, count = max(extents, key=lambda extent: extent[1], default=(0, 0))
    if inside == 0 and count == _WHOLE:
        return _FIRST, _COUNT
    return inside + count // 2, count - count // 2


def _maps() -> list[str]:
    return [Path(f"/proc/self/{name}").read_text() for name in ("uid_map", "gid_map")]
