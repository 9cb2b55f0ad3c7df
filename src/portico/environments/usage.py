"""How much memory and how many processes an environment uses, from /proc."""

import os

import msgspec

_PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024
_PROCESSES_LOOKED_AT = 2048


class Usage(msgspec.Struct, frozen=True, gc=False):
    """Of all processes below an environment's first one."""

    memory_kb: int
    processes: int


def of_tree(first_pid: int, *, memory_kb_max: int) -> Usage:
    """What the descendants of `first_pid` use together.

    Resident sets are summed, which is cheap but counts shared pages once per process. Only a sum above `memory_kb_max` of more
    than one process is looked at again, by proportional shares.
    """
    pids = _descendants(first_pid)
    memory_kb = sum(map(_resident_kb, pids))
    if memory_kb > memory_kb_max and len(pids) > 1:
        memory_kb = sum(map(_proportional_kb, pids))
    return Usage(memory_kb, len(pids))


def _descendants(first_pid: int) -> list[int]:
    found: list[int] = []
    unseen = [first_pid]
    while unseen and len(found) < _PROCESSES_LOOKED_AT:
        children = _children(unseen.pop())
        found += children
        unseen += children
    return found


def _children(pid: int) -> list[int]:
    children: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", "rb") as listing:
                children += map(int, listing.read().split())
    except OSError:  # it has ended meanwhile
        return children
    return children


def _resident_kb(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm", "rb") as statm:
            return int(statm.read().split()[1]) * _PAGE_KB
    except OSError:
        return 0


def _proportional_kb(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as rollup:
            for line in rollup:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1])
    except OSError:
        return 0
    return 0
