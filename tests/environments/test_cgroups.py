"""Control groups: what is found and written, on a made-up kernel for each version, and on this machine's where there is one."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portico.environments.sandbox import cgroups, hierarchies
from portico.environments.sandbox.cgroups import Groups
from portico.environments.sandbox.hierarchies import Hierarchy

HERE = cgroups.find()
HERE.close()
needs_memory = pytest.mark.skipif("memory" not in HERE.controllers, reason="no memory control group to use")


def _process(folder: Path, groups: str, mounts: str) -> Path:
    folder.mkdir()
    (folder / "cgroup").write_text(groups)
    (folder / "mountinfo").write_text(mounts)
    return folder


def test_version_1_has_a_hierarchy_for_each_controller(tmp_path: Path) -> None:
    proc = _process(
        tmp_path / "self",
        "4:memory:/user/1\n3:cpu,cpuacct:/\n2:freezer:/\n1:name=systemd:/x\n0::/x\n",
        "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
        "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:4 - cgroup cgroup rw,cpu,cpuacct\n"
        "33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        "34 31 0:31 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer\n",
    )
    assert hierarchies.own(proc) == [
        Hierarchy(1, Path("/sys/fs/cgroup/cpu"), ("cpu",)),
        Hierarchy(1, Path("/sys/fs/cgroup/memory/user/1"), ("memory",)),
    ]


def test_in_a_container_the_mount_begins_at_the_containers_group(tmp_path: Path) -> None:
    proc = _process(
        tmp_path / "self",
        "4:memory:/docker/abc/below\n3:pids:/elsewhere\n",
        "32 31 0:29 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
        "33 31 0:30 /docker/abc /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids\n",
    )
    assert hierarchies.own(proc) == [Hierarchy(1, Path("/sys/fs/cgroup/memory/below"), ("memory",))]


def test_version_2_has_what_its_group_has_been_given(tmp_path: Path) -> None:
    unified = tmp_path / "unified"
    (unified / "app.slice").mkdir(parents=True)
    (unified / "app.slice/cgroup.controllers").write_text("cpuset cpu io memory pids\n")
    proc = _process(
        tmp_path / "self", "0::/app.slice\n", f"30 24 0:26 / {unified} rw - cgroup2 cgroup2 rw,nsdelegate\n"
    )
    assert hierarchies.own(proc) == [Hierarchy(2, unified / "app.slice", ("memory", "cpu", "pids"))]
    (unified / "app.slice/cgroup.controllers").write_text("hugetlb\n")
    assert hierarchies.own(proc) == []


def test_a_process_that_cannot_be_read_has_none(tmp_path: Path) -> None:
    assert hierarchies.own(tmp_path / "none") == []


V1_FILES = {
    "memory.limit_in_bytes": str((1769 + 512 + 32) << 20), "memory.memsw.limit_in_bytes": str((1769 + 512 + 32) << 20),
    "cpu.shares": "1024", "cpu.cfs_period_us": "20000", "cpu.cfs_quota_us": "20000", "pids.max": "1025",
}  # fmt: skip
V2_FILES = {
    "memory.max": str((1769 + 512 + 32) << 20), "memory.swap.max": "0",
    "cpu.weight": "100", "cpu.max": "20000 20000", "pids.max": "1025",
}  # fmt: skip


@pytest.mark.parametrize(("version", "files"), [(1, V1_FILES), (2, V2_FILES)])
def test_limits_are_written_as_each_version_reads_them(
    tmp_path: Path, version: Any, files: dict[str, str]
) -> None:
    folder = tmp_path / "1"
    folder.mkdir()
    for name in files:
        (folder / name).touch()
    groups = Groups([Hierarchy(version, tmp_path, ("memory", "cpu", "pids"))], capped=True)
    group = groups.make(1769, 512)
    assert {file.name: file.read_text() for file in folder.iterdir()} == files
    assert group.join == (str(folder / ("tasks" if version == 1 else "cgroup.procs")),)


@pytest.mark.parametrize(
    ("capped", "memory_mb", "expected"),
    [
        (False, 128, {"cpu.shares": "74", "cpu.cfs_period_us": "", "cpu.cfs_quota_us": ""}),
        (True, 128, {"cpu.shares": "74", "cpu.cfs_period_us": "20000", "cpu.cfs_quota_us": "1447"}),
        (True, 10240, {"cpu.shares": "5927", "cpu.cfs_period_us": "20000", "cpu.cfs_quota_us": "115771"}),
    ],
)
def test_cpu_goes_by_memory_and_is_capped_only_when_asked(
    tmp_path: Path, capped: bool, memory_mb: int, expected: dict[str, str]
) -> None:
    folder = tmp_path / "1"
    folder.mkdir()
    for name in expected:
        (folder / name).touch()
    Groups([Hierarchy(1, tmp_path, ("cpu",))], capped=capped).make(memory_mb, 512)
    assert {file.name: file.read_text() for file in folder.iterdir()} == expected


def test_a_kernel_without_swap_accounting_is_none_the_worse(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "1/memory.limit_in_bytes").touch()
    Groups([Hierarchy(1, tmp_path, ("memory",))]).make(128, 512)
    assert (tmp_path / "1/memory.limit_in_bytes").read_text() == str((128 + 512 + 32) << 20)


def test_the_kernels_kills_are_counted_in_either_form(tmp_path: Path) -> None:
    counters = tmp_path / "counters"
    group = cgroups.Group(oom_file=str(counters))
    assert not group.oom_killed()
    counters.write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 0\n")
    assert not group.oom_killed()
    counters.write_text("low 0\nhigh 0\nmax 41\noom 1\noom_kill 1\noom_group_kill 0\n")
    assert group.oom_killed()


def test_without_groups_nothing_is_limited_and_nothing_to_join() -> None:
    groups = Groups(())
    assert str(groups) == "none"
    group = groups.make(128, 512)
    assert (group.join, group.peak_kb(), group.oom_killed()) == ((), 0, False)


def _own_folders() -> list[Path]:
    return [found for own in hierarchies.own() for found in own.folder.glob(f"portico-{os.getpid()}-*")]


@pytest.mark.skipif(not HERE.controllers, reason="no control group to use")
def test_what_a_killed_server_left_is_removed_by_the_next() -> None:
    parent = hierarchies.own()[0].folder
    left = parent / "portico-1-0-1"  # process 1 is there, but it began at another time
    (left / "7").mkdir(parents=True)
    groups = cgroups.find()
    try:
        assert not left.exists()
        assert len({folder.name for folder in _own_folders()}) == 1
    finally:
        groups.close()
    assert _own_folders() == []


@needs_memory
async def test_every_process_of_an_environment_is_in_its_groups(make_workshop: Callable[..., Any]) -> None:
    shop = make_workshop(groups=cgroups.find())
    spec = shop.function(
        "member",
        """
        import os, subprocess
        def handler(event, context):
            child = subprocess.run(["cat", "/proc/self/cgroup"], capture_output=True, text=True).stdout
            return [open("/proc/self/cgroup").read(), child]
        """,
    )
    own, child = await shop.answer(spec)
    assert own == child
    for name in HERE.controllers:
        path = next(line for line in own.splitlines() if f":{name}:" in line or "::" in line)
        assert f"/portico-{os.getpid()}-" in path
    await shop.supervisor.close()
    assert _own_folders() == []


def _run_in(group: cgroups.Group, program: str) -> subprocess.CompletedProcess[str]:
    """A shell that joins the group and then becomes a Python that runs `program`."""
    joining = "".join(f"echo 0 > {file}; " for file in group.join)
    command = ["sh", "-c", f'{joining} exec "$0" -S -c "$1"', sys.executable, program]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


@needs_memory
def test_the_kernel_ends_what_takes_more_memory_than_its_group_has() -> None:
    groups = cgroups.find()
    group = groups.make(32, 0)
    fits = _run_in(group, "x = bytearray(b'x') * (20 << 20); print(len(x))")
    assert (fits.stdout, group.oom_killed()) == (f"{20 << 20}\n", False)
    assert 20 << 10 <= group.peak_kb() <= 32 << 10
    assert _run_in(group, "x = bytearray(b'x') * (200 << 20)").returncode == -signal.SIGKILL
    assert group.oom_killed()
    groups.remove(group)
    groups.close()


@pytest.mark.skipif("pids" not in HERE.controllers, reason="no control group that counts processes")
def test_the_kernel_refuses_threads_beyond_the_limit() -> None:
    groups = cgroups.find()
    done = _run_in(
        groups.make(512, 0),
        """if True:
        import threading
        stop, count = threading.Event(), 1
        try:
            while True:
                threading.Thread(target=stop.wait, daemon=True).start()
                count += 1
        except RuntimeError:
            print(count)
        stop.set()
        """,
    )
    assert done.stdout == f"{cgroups.TASKS_MAX + 1}\n", done.stderr
    groups.close()


@needs_memory
async def test_children_of_a_function_count_with_it(make_workshop: Callable[..., Any]) -> None:
    shop = make_workshop(groups=cgroups.find())
    spec = shop.function(
        "family",
        """
        import subprocess, sys, threading
        def handler(event, context):
            take = "x = [bytearray(b'x') * (1 << 20) for _ in range(400)]; input()"
            for _ in range(4):
                subprocess.Popen([sys.executable, "-c", take], stdin=subprocess.PIPE)
            threading.Event().wait(10)
        """,
        memory_mb=128,
    )
    _, error = await asyncio.wait_for(shop.error(spec), 20)
    assert error["errorType"] == "Runtime.OutOfMemory"


@needs_memory
async def test_memory_is_told_of_what_has_ended_before_it_could_be_asked(
    make_workshop: Callable[..., Any],
) -> None:
    shop = make_workshop(groups=cgroups.find())
    outcome, _ = await shop.error(shop.function("brief", "import os\nos._exit(3)"))
    assert 0 < outcome.max_memory_mb <= 256


@pytest.mark.skipif("cpu" not in HERE.controllers, reason="no control group that divides CPUs")
@pytest.mark.parametrize("capped", [False, True], ids=["shared", "proportional"])
def test_only_a_capped_group_waits_for_its_next_period(capped: bool) -> None:
    groups = cgroups.find(capped=capped)
    group = groups.make(128, 0)
    busy = "import time\nwhile time.process_time() < 0.05: pass"
    assert _run_in(group, busy).returncode == 0
    (statistics,) = [found for folder in group.folders if (found := folder / "cpu.stat").exists()]
    throttled = dict(line.split() for line in statistics.read_text().splitlines())["nr_throttled"]
    assert (int(throttled) > 0) is capped
    groups.remove(group)
    groups.close()


def _unified() -> Path | None:
    """Where version 2 is mounted and this user may make groups."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        point, kind = line.split()[4], line.partition(" - ")[2].split()[0]
        if kind == "cgroup2" and os.access(point, os.W_OK):
            return Path(point)
    return None


DELEGATING = """
import os, subprocess, sys
from pathlib import Path
from portico.environments.sandbox import cgroups
from portico.environments.sandbox.hierarchies import Hierarchy
own = Path(sys.argv[1])
folder = own / "portico-x"
folder.mkdir()
with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as writer:
    cgroups._delegate(Hierarchy(2, own, ()), folder)
    moved = {int(pid) for pid in (folder / "server" / "cgroup.procs").read_text().split()}
    print(moved == {os.getpid(), writer.pid}, (own / "cgroup.procs").read_text().split())
"""


@pytest.mark.skipif(_unified() is None, reason="no version 2 to make groups in")
def test_a_server_in_a_group_of_version_2_moves_below_with_what_it_has_started() -> None:
    own = (_unified() or Path()) / f"portico-test-{os.getpid()}"
    own.mkdir()
    try:
        command = [
            "sh",
            "-c",
            f'echo 0 > {own}/cgroup.procs; exec "$0" -c "$1" {own}',
            sys.executable,
            DELEGATING,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        assert done.stdout == "True []\n", done.stderr
    finally:
        for folder in (own / "portico-x" / "server", own / "portico-x", own):
            folder.rmdir()
