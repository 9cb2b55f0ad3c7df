"""Control groups: the kernel's own limits on what an environment uses together, however many processes it makes.

A server has one folder in each hierarchy that it may write to, below its own group, and in there a folder for each environment. The
environment's first process joins by itself before it does anything else, so that nothing of an environment is ever outside. In
version 1 a process that moves only itself (a `0` written to `tasks`) takes 0.05 ms, while moving another one waits for a grace period
of the kernel, 5 to 20 ms. Folders of a server that was killed are removed by the next one.

Without any group to use `find` gives groups that limit nothing: the watch (`environments/watch.py`) is what there is then.
"""

import contextlib
import itertools
import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from portico.environments import usage
from portico.environments.sandbox import hierarchies
from portico.environments.sandbox.hierarchies import Hierarchy

log = logging.getLogger("portico.environments")

MB_PER_CPU = 1769  # of MemorySize, for one CPU: Lambda developer guide, "Configure Lambda function memory"
TASKS_MAX = 1024
_HEADROOM_MB = 32  # what the kernel and the first process need beside the function's own memory
_PERIOD_US = 20_000
_QUOTA_US_MIN = 1000  # the kernel takes no less
_SHARES_PER_CPU, _WEIGHT_PER_CPU = 1024, 100  # what any other process of the machine has
_PREFIX = "portico-"


class Limits(msgspec.Struct, frozen=True, gc=False):
    """What one environment may use. `memory_mb` includes all that its processes have in memory, files in /tmp as well; `cpus` is its
    share where CPUs are scarce, or with `capped` all that it gets ever."""

    memory_mb: int
    cpus: float
    capped: bool = False

    @classmethod
    def of(cls, memory_mb: int, tmp_mb: int, *, capped: bool) -> "Limits":
        """The limits that go with a function's MemorySize and EphemeralStorage."""
        return cls(memory_mb + tmp_mb + _HEADROOM_MB, memory_mb / MB_PER_CPU, capped)

    @property
    def memory_bytes(self) -> str:
        """As the memory controllers read it."""
        return str(self.memory_mb << 20)

    @property
    def quota_us(self) -> int:
        """CPU time for each period."""
        return max(_QUOTA_US_MIN, int(self.cpus * _PERIOD_US))


_Value = Callable[[Limits], str]

# What is written where, in this order. A file that is not there (swap accounting is an option of the kernel) is left out.
_FILES: dict[tuple[int, str], tuple[tuple[str, _Value], ...]] = {
    (1, "memory"): (
        ("memory.limit_in_bytes", lambda limits: limits.memory_bytes),
        ("memory.memsw.limit_in_bytes", lambda limits: limits.memory_bytes),
    ),
    (1, "cpu"): (
        ("cpu.shares", lambda limits: str(max(2, int(limits.cpus * _SHARES_PER_CPU)))),
        ("cpu.cfs_period_us", lambda limits: str(_PERIOD_US) if limits.capped else ""),
        ("cpu.cfs_quota_us", lambda limits: str(limits.quota_us) if limits.capped else ""),
    ),
    (1, "pids"): (("pids.max", lambda _: str(TASKS_MAX + 1)),),  # and the first process
    (2, "memory"): (
        ("memory.max", lambda limits: limits.memory_bytes),
        ("memory.swap.max", lambda _: "0"),
    ),
    (2, "cpu"): (
        ("cpu.weight", lambda limits: str(min(10_000, max(1, int(limits.cpus * _WEIGHT_PER_CPU))))),
        ("cpu.max", lambda limits: f"{limits.quota_us} {_PERIOD_US}" if limits.capped else ""),
    ),
    (2, "pids"): (("pids.max", lambda _: str(TASKS_MAX + 1)),),
}
_JOIN = {1: "tasks", 2: "cgroup.procs"}
_OOM = {1: "memory.oom_control", 2: "memory.events"}
_PEAK = {1: "memory.max_usage_in_bytes", 2: "memory.peak"}


class Group(msgspec.Struct, frozen=True, gc=False):
    """One environment's folders. A process that writes `0` to each file of `join` belongs to it, with all that it starts from then."""

    folders: tuple[Path, ...] = ()
    join: tuple[str, ...] = ()
    oom_file: str = ""
    peak_file: str = ""

    def peak_kb(self) -> int:
        """The most memory that its processes have had together, 0 where the kernel does not say."""
        if not self.peak_file:
            return 0
        try:
            return int(Path(self.peak_file).read_text(encoding="ascii")) // 1024
        except (OSError, ValueError):
            return 0

    def oom_killed(self) -> bool:
        """Whether the kernel has ended a process of it because the memory did not suffice."""
        if not self.oom_file:
            return False
        try:
            with open(self.oom_file, encoding="ascii") as counters:
                return any(line.startswith("oom_kill ") and line.split()[1] != "0" for line in counters)
        except OSError:
            return False


class Groups:
    """The folders of one server, `name` in each of the `places`, and below them one for each environment."""

    def __init__(self, places: Iterable[Hierarchy], *, capped: bool = False) -> None:
        self._places = tuple(places)
        self._capped = capped
        self._emptied: list[Path] = []
        self._made = 0

    @property
    def controllers(self) -> tuple[str, ...]:
        """What is limited by groups: of `memory`, `cpu`, `pids`."""
        return tuple(name for place in self._places for name in place.controllers)

    def __str__(self) -> str:
        words = [f"{', '.join(place.controllers)} (version {place.version})" for place in self._places]
        return ", ".join(words) or "none"

    def make(self, memory_mb: int, tmp_mb: int) -> Group:
        """The group for one environment.

        Raises:
            OSError: the kernel refuses one of its limits; nothing is left of it.
        """
        limits = Limits.of(memory_mb, tmp_mb, capped=self._capped)
        self._made += 1
        folders = tuple(place.folder / str(self._made) for place in self._places)
        try:
            for place, folder in zip(self._places, folders, strict=True):
                folder.mkdir(exist_ok=True)
                _limit(place, folder, limits)
        except OSError:
            self._remove(folders)
            raise
        join = tuple(f"{f}/{_JOIN[p.version]}" for p, f in zip(self._places, folders, strict=True))
        for place, folder in zip(self._places, folders, strict=True):
            if "memory" in place.controllers:
                return Group(
                    folders, join, f"{folder}/{_OOM[place.version]}", f"{folder}/{_PEAK[place.version]}"
                )
        return Group(folders, join)

    def remove(self, group: Group) -> None:
        """Remove the folders of a group whose processes have ended; what the kernel still holds goes with a later one."""
        self._remove((*self._emptied, *group.folders))

    def close(self) -> None:
        """Remove all that is left, once every process has ended."""
        for place in self._places:
            _clear(place.folder)

    def _remove(self, folders: Iterable[Path]) -> None:
        self._emptied = [folder for folder in folders if not _gone(folder)]


_numbers = itertools.count(1)


def find(*, capped: bool = False, proc: Path = Path("/proc/self")) -> Groups:
    """The groups that this process may make, each tried out; what killed servers have left is removed first."""
    name = f"{_PREFIX}{_identity(os.getpid())}-{next(_numbers)}"
    places = []
    for hierarchy in hierarchies.own(proc):
        _sweep(hierarchy.folder)
        try:
            places.append(_settle(hierarchy, name))
        except OSError as error:
            log.debug("no control group for %s: %s", ", ".join(hierarchy.controllers), error)
    return Groups(places, capped=capped)


def _settle(hierarchy: Hierarchy, name: str) -> Hierarchy:
    """Make the server's folder, and in there, for a moment, one like an environment's."""
    place = Hierarchy(hierarchy.version, hierarchy.folder / name, hierarchy.controllers)
    try:
        place.folder.mkdir()
        if hierarchy.version == 1:
            if "cpu" in hierarchy.controllers:  # all environments together weigh like a process on each CPU
                _write(place.folder / "cpu.shares", str(_SHARES_PER_CPU * (os.cpu_count() or 1)))
        else:
            _delegate(hierarchy, place.folder)
        trial = place.folder / "trial"
        trial.mkdir()
        try:
            _limit(place, trial, Limits.of(128, 512, capped=True))
        finally:
            trial.rmdir()
    except OSError:
        _gone(place.folder)
        raise
    return place


def _delegate(hierarchy: Hierarchy, folder: Path) -> None:
    """Version 2 hands controllers on only from groups without processes of their own: the server moves into a folder below, and
    what it has started already (the store's writer) with it.

    Raises:
        OSError: the group is not ours (others have processes in it), or may not be divided.
    """
    own = hierarchy.folder
    members = set(map(int, (own / "cgroup.procs").read_text().split()))
    if not members <= {os.getpid(), *usage.descendants(os.getpid())}:
        raise OSError("the group has other processes too")
    leaf = folder / "server"
    leaf.mkdir()
    _move(members, leaf)
    wanted = " ".join(f"+{name}" for name in hierarchy.controllers)
    try:
        _write(own / "cgroup.subtree_control", wanted)
        _write(folder / "cgroup.subtree_control", wanted)
    except OSError:
        with contextlib.suppress(OSError):
            _move(members, own)
            leaf.rmdir()
        raise


def _move(pids: Iterable[int], folder: Path) -> None:
    for pid in pids:
        _write(folder / "cgroup.procs", str(pid))


def _limit(place: Hierarchy, folder: Path, limits: Limits) -> None:
    for controller in place.controllers:
        for file, value in _FILES[place.version, controller]:
            words = value(limits)
            if words:
                with contextlib.suppress(FileNotFoundError):
                    _write(folder / file, words)


def _sweep(parent: Path) -> None:
    """Remove the folders of servers that are no more. Their processes ended with them."""
    with contextlib.suppress(OSError):
        for folder in parent.glob(f"{_PREFIX}*"):
            pid, _, _ = folder.name.removeprefix(_PREFIX).partition("-")
            if pid.isdigit() and not folder.name.startswith(f"{_PREFIX}{_identity(int(pid))}-"):
                _clear(folder)


def _identity(pid: int) -> str:
    """A process's id and when it started, which no other process shares; "none" when there is no such process."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "none"
    return f"{pid}-{status.rpartition(')')[2].split()[19]}"


def _clear(folder: Path) -> None:
    """Remove a server's folder and those in it, as far as the kernel lets them go."""
    with contextlib.suppress(OSError):
        for below in folder.iterdir():
            if below.is_dir():
                _gone(below)
    _gone(folder)


def _gone(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _write(file: Path, words: str) -> None:
    """One write to a file that the kernel has put there.

    Raises:
        OSError: there is none, or the kernel refuses.
    """
    fd = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, words.encode())
    finally:
        os.close(fd)
