"""From inside a hostile function: what it must not be able to do to the server, to others, or to time."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from portico.environments.loglines import TOTAL_BYTES_MAX


async def test_a_timeout(contained, alive) -> None:
    mark = str(contained.root / "sleeper")
    source = f"""\
    import os, subprocess
    def handler(event, context):
        print("begun")
        subprocess.Popen(["sh", "-c", "sleep 4711", "{mark}"])
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execvp("sh", ["sh", "-c", "sleep 4711; true", "{mark}"])
            os._exit(0)
        while True:
            pass
    """
    spec = contained.function("f", source, timeout_s=1)
    outcome, document = await contained.error(spec, request_id="abc")
    assert document == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: abc Error: Task timed out after 1.00 seconds",
    }
    assert outcome.timed_out
    assert 1000 <= outcome.duration_ms < 3000
    assert [line.text for line in outcome.lines] == ["begun"]
    assert alive(mark) == [], "the whole tree is gone before the caller is told"
    await contained.error(spec)
    assert len(contained.prepared) == 2, "the next one has a fresh environment"


async def test_what_a_function_left_behind_goes_with_its_exit(contained, alive) -> None:
    mark = str(contained.root / "orphan")
    source = f"""\
    import os
    def handler(event, context):
        if os.fork() == 0:
            os.setsid()
            os.execvp("sh", ["sh", "-c", "sleep 4711; true", "{mark}"])
        os._exit(1)
    """
    await contained.error(contained.function("f", source))
    assert alive(mark) == []


async def test_out_of_memory(workshop) -> None:
    source = """\
    def handler(event, context):
        print("eating")
        hoard = []
        while True:
            hoard.append(bytearray(8_000_000))
    """
    spec = workshop.function("f", source, memory_mb=128)
    outcome, document = await workshop.error(spec, request_id="abc")
    assert document == {
        "errorType": "Runtime.OutOfMemory",
        "errorMessage": "RequestId: abc Error: Runtime exited with error: signal: killed",
    }
    assert outcome.error_type == "Runtime.OutOfMemory"
    assert outcome.max_memory_mb == 128
    assert [line.text for line in outcome.lines] == ["eating"]


async def test_memory_of_child_processes_counts(workshop) -> None:
    source = """\
    import subprocess, sys
    def handler(event, context):
        subprocess.run([sys.executable, "-c", "b = b'x' * 400_000_000; input()"], stdin=subprocess.PIPE)
        while True: pass
    """
    source = source.replace("stdin=subprocess.PIPE", "stdin=open('/dev/zero')")
    outcome, _ = await workshop.error(workshop.function("f", source, memory_mb=128))
    assert outcome.error_type == "Runtime.OutOfMemory"


async def test_no_capability_is_left_and_none_can_be_gained(workshop) -> None:
    source = """\
    def handler(event, context):
        return dict(line.split(":\\t") for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
    """
    status = await workshop.answer(workshop.function("f", source))
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[name], 16) == 0
    assert status["NoNewPrivs"] == "1"


async def test_only_its_own_descriptors_are_open_and_no_more_than_1024_can_be(workshop) -> None:
    source = """\
    import os
    def handler(event, context):
        open_now = sorted(map(int, os.listdir("/proc/self/fd")))[:-1]
        more = []
        try:
            while True:
                more.append(os.dup(0))
        except OSError as error:
            return [open_now, len(more), error.errno]
    """
    open_now, more, number = await workshop.answer(workshop.function("f", source))
    assert open_now == [0, 1, 2, 3, 4, 5], "two for the channel, one more for the log"
    assert (more, number) == (1018, 24)


async def test_the_zygote_never_sees_a_secret_an_event_or_code(workshop) -> None:
    source = "def handler(event, context):\n    return 'MARKER-IN-CODE-7731'"
    spec = workshop.function("f", source, variables={"SECRET": "MARKER-IN-SECRET-7731"})
    await workshop.answer(spec, "MARKER-IN-EVENT-7731")
    pid = workshop.supervisor.zygotes.of(sys.executable, "bare").pid
    assert _memory_of(pid).count(b"_portico.launchers") > 0, "the search works"
    assert b"MARKER-IN-" not in _memory_of(pid)
    assert _variables_of(pid) == b""


def _variables_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


def _memory_of(pid: int) -> bytes:
    found = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, access, *_ = line.split()
            if access.startswith("rw"):
                start, end = (int(side, 16) for side in span.split("-"))
                memory.seek(start)
                found.append(memory.read(end - start))
    return b"".join(found)


async def test_more_than_1024_threads_are_not_had(contained) -> None:
    source = """\
    import threading
    def handler(event, context):
        threading.stack_size(65536)
        stop = threading.Event()
        while True:
            threading.Thread(target=stop.wait, daemon=True).start()
    """
    outcome, document = await contained.error(contained.function("f", source, memory_mb=10_240))
    if contained.tier == "A":
        assert (document["errorType"], document["errorMessage"]) == ("RuntimeError", "can't start new thread")
    else:
        assert outcome.error_type == "Runtime.ExitError"


async def test_the_process_tree_is_its_own(workshop) -> None:
    source = """\
    import os
    def handler(event, context):
        try:
            os.kill(event, 0)
            seen = True
        except ProcessLookupError:
            seen = False
        return [seen, os.getpid() < 10, os.getsid(0) < 10]
    """
    assert await workshop.answer(workshop.function("f", source), os.getpid()) == [False, True, True]


@pytest.mark.parametrize(
    "attack",
    [
        "os.write(3, os.urandom(100_000))",
        "os.write(3, b'\\xff' * 64)",
        "os.write(3, struct.pack('!IcIB', 5 + 5, b'A', 0, 5) + b'other')",  # an answer for another invocation
        "os.write(3, struct.pack('!IcIB', 5, b'R', 0, 0))",  # ready, again
        "os.write(3, struct.pack('!IcIB', 5, b'F', 0, 0))",
        "os.close(3)",
        "os.closerange(3, 64)",
    ],
)
async def test_garbage_on_the_channel_ends_the_environment_and_nothing_else(workshop, attack) -> None:
    source = f"""\
    import os, select, struct
    def handler(event, context):
        {attack}
        select.select([], [], [])
    """
    good = workshop.function("good", "def handler(e, c):\n    return e")
    await workshop.answer(good, 1)
    outcome, document = await workshop.error(workshop.function("bad", source), request_id="abc")
    assert outcome.error_type == "Runtime.ExitError"
    assert document["errorMessage"].startswith("RequestId: abc Error: Runtime exited ")
    assert await workshop.answer(good, 2) == 2
    assert len(workshop.prepared) == 2


async def test_a_forged_answer_is_the_functions_own_and_a_second_one_is_no_ones(workshop) -> None:
    source = """\
    import os, struct
    def handler(event, context):
        name = context.aws_request_id.encode()
        os.write(3, struct.pack("!IcIB", 5 + len(name) + 2, b"A", 0, len(name)) + name + b"42")
        return 43
    """
    spec = workshop.function("f", source)
    assert await workshop.answer(spec) == 42
    # The second answer ends the environment, whether it comes while that is idle or busy with the next invocation.
    after = await workshop.invoke(spec)
    assert after.payload == b"42" or after.error_type == "Runtime.ExitError"
    assert await workshop.answer(workshop.function("g", "def handler(e, c):\n    return e"), 1) == 1


async def test_an_error_document_that_is_none(workshop) -> None:
    source = """\
    import os, struct
    def handler(event, context):
        name = context.aws_request_id.encode()
        os.write(3, struct.pack("!IcIB", 5 + len(name) + 5, b"E", 0xFFFFFFFF, len(name)) + name + b"{oops")
        while True: pass
    """
    outcome, document = await workshop.error(workshop.function("f", source))
    assert document["errorType"] == "Function.Unknown"
    assert outcome.max_memory_mb == 256, "what the runtime says of its memory is bounded by the limit"


async def test_endless_output_costs_a_bounded_amount(workshop) -> None:
    source = """\
    import os
    def handler(event, context):
        while True:
            os.write(1, b"y" * 1023 + b"\\n")
    """
    endless = asyncio.create_task(workshop.error(workshop.function("f", source, timeout_s=2)))
    quiet = workshop.function("quiet", "def handler(e, c):\n    return e")
    for n in range(200):
        assert await workshop.answer(quiet, n) == n
    outcome, _ = await endless
    assert outcome.timed_out
    assert sum(len(line.text) + 1 for line in outcome.lines[:-1]) <= TOTAL_BYTES_MAX
    assert outcome.lines[-1].text.startswith("LOGS_DROPPED ")


async def test_output_after_the_answer_neither_blocks_nor_leaks_into_others(workshop) -> None:
    source = """\
    import os, threading
    def spam():
        while True:
            os.write(1, b"late\\n")
    def handler(event, context):
        if event == "spam":
            threading.Thread(target=spam, daemon=True).start()
        return event
    """
    spec = workshop.function("f", source)
    await workshop.invoke(spec, "spam")
    other = workshop.function("g", "def handler(e, c):\n    print('mine')\n    return e")
    for n in range(20):
        outcome = await workshop.invoke(other, n)
        assert [line.text for line in outcome.lines] == ["mine"]
    assert await workshop.answer(spec, "again") == "again"


async def test_a_fork_bomb_ends_with_its_environment(contained, alive) -> None:
    source = """\
    import os, signal
    def handler(event, context):
        while True:
            if os.fork() == 0:
                signal.pause()
    """
    spec = contained.function("f", source, memory_mb=10_240)
    _, document = await contained.error(spec, request_id="abc")
    if contained.tier == "A":
        assert document["errorType"] == "BlockingIOError"
    else:
        assert document["errorMessage"] == "RequestId: abc Error: Runtime exited with error: signal: killed"
    good = contained.function("good", "def handler(e, c):\n    return e")
    assert await contained.answer(good, 1) == 1


_SERVER = """
import asyncio, sys, time
sys.path[:0] = {path!r}
from portico.base.clock import Clock
from portico.environments.supervisor import Supervisor
from portico.environments.work import EnvironmentSpec, Invocation, Prepared
from portico.environments.zygotes import Zygotes

class Folder:
    async def prepare(self, spec, log_stream):
        return Prepared({folder!r}, (("_HANDLER", "app.handler"), ("PATH", "/usr/bin:/bin")), time.monotonic() + 60)

async def main():
    supervisor = Supervisor(Folder(), clock=Clock(), zygotes=Zygotes(tiers={tier!r}))
    spec = EnvironmentSpec("k", "1", "r", "f", "1", "arn", "python3.11", "app.handler", "", "", 128, 60, 512, "")
    await supervisor.invoke(spec, Invocation("r", b"1", ""))
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("tier", ["A", "C"])
async def test_nothing_outlives_a_server_that_is_killed(tmp_path: Path, alive, tier) -> None:
    mark = str(tmp_path / "mark")
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "app.py").write_text(
        f"import subprocess\ndef handler(e, c):\n    subprocess.Popen(['sh', '-c', 'sleep 4711; true', '{mark}'])\n"
    )
    program = _SERVER.format(path=sys.path, folder=str(folder), tier=tier)
    with subprocess.Popen(  # noqa: ASYNC220 - it is waited for below
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        tree = [*_descendants(server.pid)]
        assert len(tree) >= 4, "zygote, init, function, sleep"
        pidfds = [os.pidfd_open(pid) for pid in tree]
        server.send_signal(signal.SIGKILL)
    loop = asyncio.get_running_loop()
    for pidfd in pidfds:
        gone = asyncio.Event()
        loop.add_reader(pidfd, gone.set)
        await asyncio.wait_for(gone.wait(), 10)
        loop.remove_reader(pidfd)
        os.close(pidfd)
    assert alive(mark) == []


_UNHEARD = """
import os, socket, subprocess
from portico.environments.launchers.forkserver import init
from portico.environments.sandbox.cells import Open
nothing = os.open("/dev/null", os.O_RDWR)
ours, control = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
ours.close()  # nobody is there any more to be told how the function ended
pid = os.fork()
if pid == 0:
    layout = {{"groups": [], "own_network": False, "late": False, "uid": 0, "program": []}}
    init.become(layout, [nothing, nothing, control.fileno()], Open([]))
    subprocess.Popen(["sh", "-c", "sleep 4711; true", {mark!r}])
    os._exit(0)
os._exit(os.waitpid(pid, 0)[1])
"""


def test_what_a_function_leaves_is_ended_also_when_its_end_can_not_be_told(tmp_path: Path, alive) -> None:
    mark = str(tmp_path / "mark")
    program = f"import sys; sys.path[:] = {sys.path!r}\n{_UNHEARD.format(mark=mark)}"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)
    assert alive(mark) == []


def _descendants(pid: int) -> list[int]:
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [grandchild for child in children for grandchild in _descendants(child)]
