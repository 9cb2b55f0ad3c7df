"""Environments where there is no Linux: the process launcher, with everything that the server does differently there."""

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

import programs
from not_linux import WITHOUT
from portico.base import system
from portico.environments.doors import Network
from portico.environments.launchers.packets import Packets
from portico.environments.launchers.port import LaunchFailed, Layout
from portico.environments.launchers.process.client import ProcessLauncher
from portico.environments.work import SNAP_START, Image, PreparationFailed
from portico.environments.zygotes import Zygotes


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """This is not Linux."""
    monkeypatch.setattr(system, "LINUX", False)


@pytest.fixture
async def shop(make_workshop: Callable[..., Any]) -> AsyncIterator[Any]:
    made = make_workshop()
    await made.supervisor.start()
    yield made
    assert made.supervisor.zygotes.tier == "C"


async def gone(shop: Any) -> None:
    while shop.supervisor._environments:
        await shop.supervisor._change.wait()
        shop.supervisor._change.clear()


def bootstrap(shop: Any, source: str, **changes: Any) -> Any:
    spec = shop.function("p", "", runtime="provided.al2023", **changes)
    file = Path(shop.root) / "p" / "bootstrap"
    file.write_text(source if source.startswith("#!") else programs.python(source))
    file.chmod(0o755)
    return spec


async def test_a_python_function_answers_logs_and_stays_warm(shop: Any) -> None:
    source = """
        import os
        count = 0
        def handler(event, context):
            global count
            count += 1
            print("said", event)
            return [count, os.getcwd(), os.environ["LAMBDA_TASK_ROOT"], os.environ.get("HOME"), context.function_name]
        """
    spec = shop.function("f", source)
    folder = str(shop.root / "f")
    outcome = await shop.invoke(spec, 7)
    assert outcome.payload == b'[1, "%s", "%s", null, "f"]' % (folder.encode(), folder.encode())
    assert [line.text for line in outcome.lines] == ["said 7"]
    assert outcome.max_memory_mb > 5
    assert (await shop.answer(spec))[0] == 2
    assert len(shop.prepared) == 1


async def test_its_own_processes_use_nothing_that_only_linux_has(
    shop: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first process and the runtime, executed by a Python that has no names for it."""
    python, strip = tmp_path / "python", tmp_path / "strip.py"
    real = sys.executable
    strip.write_text(f"""{WITHOUT}
import runpy, sys
sys.executable, sys.argv = {str(python)!r}, sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
""")
    python.write_text(f'#!/bin/sh\nshift 4\nexec {real} -I -S -X utf8 {strip} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    source = """
        import os
        def handler(event, context):
            if event == "exit":
                os._exit(7)
            return [event, hasattr(os, "pipe2"), hasattr(os, "sched_setscheduler")]
        """
    spec = shop.function("f", source, runtime="python3.9")  # stood in for by the server's own
    monkeypatch.setattr("portico.environments.interpreters.candidates", lambda runtime: iter(()))
    assert await shop.answer(spec, 1) == [1, False, False]
    _, document = await shop.error(spec, "exit")
    assert document["errorMessage"].endswith("Error: Runtime exited with error: exit status 7")
    shop.supervisor.retire("f:")
    await gone(shop)


async def test_an_environment_has_nothing_of_the_servers_but_its_own_descriptors(shop: Any) -> None:
    source = """
        import os, resource
        def handler(event, context):
            return [sorted(map(int, os.listdir("/proc/self/fd")))[:-1], sorted(os.environ), resource.getrlimit(resource.RLIMIT_NOFILE)]
        """
    found, variables, files = await shop.answer(shop.function("f", source))
    assert found == [0, 1, 2, 3, 4, 5], "two for the channel, one more for the log"
    assert files == [1024, 1024]
    assert "VIRTUAL_ENV" not in variables


async def test_the_sdk_is_there(shop: Any) -> None:
    source = "import boto3\ndef handler(event, context):\n    return boto3.__name__"
    assert await shop.answer(shop.function("f", source)) == "boto3"


async def test_a_crash_costs_its_own_invocation_only(shop: Any) -> None:
    source = """
        import os, signal
        def handler(event, context):
            if event == "exit":
                os._exit(7)
            if event == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            return event
        """
    spec = shop.function("f", source)
    _, document = await shop.error(spec, "exit", request_id="a")
    assert document["errorMessage"] == "RequestId: a Error: Runtime exited with error: exit status 7"
    _, document = await shop.error(spec, "kill", request_id="b")
    assert document["errorMessage"] == "RequestId: b Error: Runtime exited with error: signal: killed"
    assert await shop.answer(spec, 1) == 1


async def test_a_module_that_is_not_there_is_told_as_ever(shop: Any) -> None:
    _, document = await shop.error(shop.function("f", "import nowhere_at_all"))
    assert document["errorType"] == "Runtime.ImportModuleError"


async def test_an_end_takes_the_group_along(shop: Any) -> None:
    source = """
        import os, subprocess
        child = None
        def handler(event, context):
            global child
            child = subprocess.Popen(["sleep", "4712"])
            print("child", child.pid, flush=True)
            child.wait()
        """
    outcome, document = await shop.error(shop.function("f", source, timeout_s=1))
    assert outcome.timed_out
    assert document["errorType"] == "Sandbox.Timedout"
    (line,) = [line.text for line in outcome.lines if line.text.startswith("child")]
    child = os.pidfd_open(int(line.split()[1])) if _lives(int(line.split()[1])) else None
    await gone(shop)
    if child is not None:
        ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(child, ended.set)
        await asyncio.wait_for(ended.wait(), 10)
        asyncio.get_running_loop().remove_reader(child)
        os.close(child)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_environments_end_with_the_server(make_workshop: Callable[..., Any]) -> None:
    shop = make_workshop()
    spec = shop.function(
        "f", "import os\ndef handler(event, context):\n    return [os.getpid(), os.getppid()]"
    )
    pidfds = [os.pidfd_open(pid) for pid in await shop.answer(spec)]
    await shop.supervisor.close()
    for pidfd in pidfds:
        with pytest.raises(ProcessLookupError):
            signal.pidfd_send_signal(pidfd, 0)
        os.close(pidfd)


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js")
async def test_a_node_function_answers(shop: Any) -> None:
    source = "exports.handler = async (event) => { console.log('said'); return [event, process.version[0]] }"
    spec = shop.function("n", source, file="app.js", runtime="nodejs22.x")
    outcome = await shop.invoke(spec, 1)
    assert outcome.payload == b'[1,"v"]'
    assert any("said" in line.text for line in outcome.lines)
    assert shop.supervisor.reserve.pids == []


async def test_a_program_finds_a_runtime_api_of_its_own(shop: Any) -> None:
    one = bootstrap(shop, ECHO)
    address = (await shop.invoke(one)).payload
    host, port = address.decode().split(":")
    assert host == "127.0.0.1"
    assert (await shop.invoke(one)).payload == address
    shop.supervisor.retire("p:")
    await gone(shop)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(host, int(port))


ECHO = """#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while true; do
    id=$(curl -sS -D - -o /dev/null "$api/invocation/next" | tr -d '\\r' | sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: //p')
    curl -sS -o /dev/null -X POST --data-raw "$AWS_LAMBDA_RUNTIME_API" "$api/invocation/$id/response"
done
"""


async def test_a_program_that_can_not_be_executed_is_named(shop: Any) -> None:
    spec = bootstrap(shop, "#!/nowhere/interpreter\n")
    outcome, document = await shop.error(spec)
    assert document["errorType"] == "Runtime.InvalidEntrypoint"
    assert outcome.function_error == "Unhandled"


async def test_extensions_begin_before_the_runtime_and_hear_of_the_end(shop: Any) -> None:
    layer = Path(shop.root) / "layer" / "extensions"
    layer.mkdir(parents=True)
    (layer / "watcher").write_text(
        programs.extension("register('SHUTDOWN')\nprint(next_event()['eventType'], flush=True)")
    )
    (layer / "watcher").chmod(0o755)
    shop.opt_dirs["f"] = str(layer.parent)
    spec = shop.function("f", "def handler(event, context):\n    return event")
    outcome = await shop.invoke(spec, 1)
    assert [one.name for one in outcome.extensions] == ["watcher"]
    (environment,) = shop.supervisor._environments.values()
    shop.supervisor.retire("f:")
    await gone(shop)
    assert environment.late_lines[-1].text == "SHUTDOWN"


async def test_a_version_with_snapstart_starts_cold_and_says_why(shop: Any) -> None:
    spec = shop.function("f", "def handler(event, context):\n    return event", initialization=SNAP_START)
    outcome = await shop.invoke(spec, 1)
    assert outcome.payload == b"1"
    assert outcome.no_snapshot == "system"


async def test_what_only_linux_has_is_refused_in_words() -> None:
    with pytest.raises(LaunchFailed, match="its walls are Linux's"):
        await Zygotes(tiers="AB").start()
    with pytest.raises(LaunchFailed, match="--network host"):
        await Network("none").start()
    assert [(found.tier, found.holds) for found in await Zygotes().survey()] == [
        ("A", False),
        ("B", False),
        ("C", True),
    ]


async def test_images_are_refused_in_words(shop: Any) -> None:
    with pytest.raises(PreparationFailed, match="container images can be run on Linux only"):
        await shop.invoke(shop.function("f", "", image=Image("hello:latest")))


async def test_an_interpreter_that_is_not_there() -> None:
    launcher = ProcessLauncher(sdk_folder="", python="/nowhere/python3")
    with pytest.raises(LaunchFailed):
        await launcher.start()
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(LaunchFailed):
        await launcher.launch(launcher.locate(Layout()), theirs, 2, theirs)
    await launcher.close()


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_SEQPACKET])
def test_packets_are_kept_apart_with_what_belongs_to_each(kind: int) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
    with ours, theirs:
        sending, receiving = Packets(ours), Packets(theirs)
        theirs.setblocking(False)
        with pytest.raises(BlockingIOError):
            receiving.receive(4096)
        sending.send(b"one")
        sending.send(b"two" * 300, [sys.stderr.fileno()])
        sending.send(b"three")
        assert receiving.receive(4096) == (b"one", [])
        message, (descriptor,) = receiving.receive(4096)
        assert message == b"two" * 300
        assert os.path.sameopenfile(descriptor, sys.stderr.fileno())
        os.close(descriptor)
        assert receiving.receive(4096) == (b"three", [])
        ours.close()
        assert receiving.receive(4096) == (b"", [])


def test_half_a_message_is_waited_for_and_forgotten_at_the_end() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        receiving = Packets(theirs)
        theirs.setblocking(False)
        socket.send_fds(ours, [b"\0\0\0\5ab"], [0])
        for _ in range(2):
            with pytest.raises(BlockingIOError):
                receiving.receive(4096)
        ours.close()
        assert receiving.receive(4096) == (b"", [])


def test_a_message_that_is_too_long_breaks_the_socket() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b"\x7f\0\0\0")
        with pytest.raises(OSError, match="a message of"):
            Packets(theirs).receive(4096)
