"""What tests need to know of processes."""

import os
from pathlib import Path


def children(pid: int | str = "self") -> set[int]:
    """The processes that `pid` has started and that are still there."""
    tasks = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return {int(child) for pids in tasks for child in pids}


def writer_process(database: Path) -> int:
    """The process of ours that writes the store's database at `database`."""
    wanted = os.fsencode(database)
    (found,) = [
        child for child in children() if wanted in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
    ]
    return found
