"""How much memory and how many processes an environment uses, from /proc."""

import os

import msgspec

_PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024
_PROCESSES_LOOKED_AT = 2048


class Usage(msgspec.Struct, frozen=True, gc=False):
    """Of all processes below an environment's first one. `tasks` are processes and threads together, as AWS's limit counts."""

    memory_kb: int
    tasks: int


def of_tree(first_pid: int, *, memory_kb_max: int) -> Usage:
    """What the descendants of `first_pid` use together.

    Resident sets are summed, which is cheap but counts shared pages once per process. Only a sum above `memory_kb_max` of more
    than one process is looked at again, by proportional shares.
    """
    pids, tasks = _look(first_pid)
    memory_kb = sum(map(_resident_kb, pids))
    if memory_kb > memory_kb_max and len(pids) > 1:
        memory_kb = sum(map(_proportional_kb, pids))
    return Usage(memory_kb, tasks)


def peak_kb(first_pid: int, *, itself: bool = False) -> int:
    """The most memory that each descendant of `first_pid` has had at any time, together, and that process too if `itself`: for runtimes
    that do not tell it."""
    pids = [*descendants(first_pid), *([first_pid] if itself else [])]
    return sum(_field_kb(f"/proc/{pid}/status", b"VmHWM:") for pid in pids)


def descendants(first_pid: int) -> list[int]:
    """The ids of all processes below `first_pid`."""
    return _look(first_pid)[0]


def _look(first_pid: int) -> tuple[list[int], int]:
    """The process ids, and how many threads they have in all."""
    found: list[int] = []
    unseen, tasks = [first_pid], -1  # the first process itself does not count
    while unseen and len(found) < _PROCESSES_LOOKED_AT:
        children, threads = _children(unseen.pop())
        tasks += threads
        found += children
        unseen += children
    return found, tasks


def _children(pid: int) -> tuple[list[int], int]:
    children: list[int] = []
    threads: list[str] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")
        for thread in threads:
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as listing:
                children += map(int, listing.read().split())
    except OSError:  # it has ended meanwhile
        return children, len(threads)
    return children, len(threads)


def _resident_kb(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm", "rb") as statm:
            return int(statm.read().split()[1]) * _PAGE_KB
    except OSError:
        return 0


def _proportional_kb(pid: int) -> int:
    return _field_kb(f"/proc/{pid}/smaps_rollup", b"Pss:")


def _field_kb(file: str, name: bytes) -> int:
    try:
        with open(file, "rb") as fields:
            for line in fields:
                if line.startswith(name):
                    return int(line.split()[1])
    except OSError:
        return 0
    return 0
