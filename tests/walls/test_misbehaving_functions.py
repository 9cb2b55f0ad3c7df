"""Functions that do what none should, through the API: what the caller is told, and that the next one finds everything in order."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from harness import Server
from walls.siege import health

Make = Callable[..., Any]

KILLED = ("Runtime.ExitError", "Runtime exited with error: signal: killed")

# What the function does, and the error type and words that its caller is told.
ENDINGS: dict[str, tuple[str, str, str]] = {
    "endless loop": ("while True: pass", "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
    "ignores signals and loops": (
        "import signal\n    for n in set(range(1, 32)) - {9, 19}: signal.signal(n, signal.SIG_IGN)\n    while True: pass",
        "Sandbox.Timedout", "Task timed out after 1.00 seconds",
    ),
    "memory": (
        "hoard = []\n    while True: hoard.append(bytearray(8_000_000))",
        "Runtime.OutOfMemory", "Runtime exited with error: signal: killed",
    ),
    "exit 3": ("os._exit(3)", "Runtime.ExitError", "Runtime exited with error: exit status 3"),
    "sys.exit": ("raise SystemExit(2)", "Runtime.ExitError", "Runtime exited with error: exit status 2"),
    "kills itself": ("os.kill(os.getpid(), 9)", *KILLED),
    "segmentation fault": (
        "import ctypes; ctypes.string_at(0)", "Runtime.ExitError", "Runtime exited with error: signal: segmentation fault",
    ),
    "an answer of 7 MB": ("return 'x' * 7_000_000", "Function.ResponseSizeTooLarge", "exceeded maximum allowed payload size"),
    "no JSON": ("return {1, 2}", "Runtime.MarshalError", "Unable to marshal response"),
    "a circle": ("a = []; a.append(a); return a", "Runtime.MarshalError", "Unable to marshal response"),
    "endless recursion": ("return handler(event, context)", "RecursionError", "maximum recursion depth exceeded"),
    "closes all descriptors": ("os.closerange(0, 1024); import select; select.select([], [], [])", "Runtime.ExitError", "Runtime exited"),
    "garbage on every descriptor": (
        "for n in range(3, 64):\n        try: os.write(n, os.urandom(70_000))\n        except OSError: pass\n"
        "    import select; select.select([], [], [])",
        "Runtime.ExitError", "Runtime exited",
    ),
    "raises an enormous error": ("raise ValueError('x' * 7_000_000)", "ValueError", ""),
    "raises what is no Exception": ("raise KeyboardInterrupt('stop')", "Runtime.ExitError", "Runtime exited with error: signal: interrupt"),
}  # fmt: skip


def _invoked(lam: Any, name: str, payload: bytes = b"{}") -> tuple[Any, str, str]:
    answer = lam.invoke(FunctionName=name, Payload=payload, LogType="Tail")
    log = base64.b64decode(answer["LogResult"]).decode(errors="replace")
    return json.loads(answer["Payload"].read()), answer.get("FunctionError", ""), log


@pytest.mark.parametrize("kind", ENDINGS)
def test_how_it_ends_and_that_the_next_is_well(client: Make, deploy: Make, server: Server, kind: str) -> None:
    body, error_type, words = ENDINGS[kind]
    source = (
        f"import os\ndef handler(event, context):\n    if event == 'well': return 'I am well'\n    {body}\n"
    )
    name = deploy(source, Timeout=1 if error_type == "Sandbox.Timedout" else 20, MemorySize=128)
    lam = client("lambda")
    document, error, log = _invoked(lam, name)
    assert error == "Unhandled"
    assert document["errorType"] == error_type
    assert words in document["errorMessage"]
    assert log.count("REPORT RequestId: ") == 1
    after, error, log = _invoked(lam, name, b'"well"')
    assert (after, error, log.count("REPORT RequestId: ")) == ("I am well", "", 1)
    assert health(server)["status"] == "ok"


def test_killing_everything_kills_only_its_own(client: Make, deploy: Make, server: Server) -> None:
    neighbour = deploy("def handler(event, context):\n    return id(handler)\n", name="neighbour")
    lam = client("lambda")
    same = _invoked(lam, neighbour)[0]
    name = deploy(
        "import os\ndef handler(event, context):\n    for target in (-1, 1, os.getppid(), 0):\n"
        "        try: os.kill(target, 9)\n        except OSError: pass\n    return 'survived'\n",
        name="killer",
    )
    answer, error, _ = _invoked(lam, name)
    assert error == "Unhandled" or answer == "survived"
    assert _invoked(lam, neighbour)[0] == same, "the neighbour's environment is the one it was"
    assert health(server)["status"] == "ok"


def test_a_fork_bomb_costs_one_environment(client: Make, deploy: Make, server: Server) -> None:
    name = deploy(
        "import os, signal\ndef handler(event, context):\n    while True:\n        if os.fork() == 0: signal.pause()\n",
        Timeout=2,
    )
    document, error, _ = _invoked(client("lambda"), name)
    assert error == "Unhandled"
    assert document["errorType"] in (
        "Runtime.OutOfMemory",
        "Sandbox.Timedout",
        "Runtime.ExitError",
        "BlockingIOError",
    )
    good = deploy("def handler(event, context):\n    return event\n", name="good")
    assert _invoked(client("lambda"), good, b"5")[0] == 5
    assert health(server)["status"] == "ok"


def test_endless_output_leaves_a_log_of_a_bounded_size(client: Make, deploy: Make, server: Server) -> None:
    name = deploy("def handler(event, context):\n    while True: print('y' * 1000)\n", Timeout=1)
    document, _, log = _invoked(client("lambda"), name)
    assert document["errorType"] == "Sandbox.Timedout"
    assert len(log) <= 4096
    assert health(server)["status"] == "ok"


def test_what_is_left_running_does_not_speak_for_the_next(client: Make, deploy: Make) -> None:
    source = """
        import threading
        begun = threading.Event()
        def speak(stop):
            while not stop.wait(0.001):
                print("left behind")
                begun.set()
        def handler(event, context):
            if event == "plant":
                threading.Thread(target=speak, args=(threading.Event(),), daemon=True).start()
                begun.wait()
            return event
        """
    name = deploy(source)
    lam = client("lambda")
    assert _invoked(lam, name, b'"plant"')[0] == "plant"
    for n in range(5):
        answer, error, log = _invoked(lam, name, str(n).encode())
        assert (answer, error) == (n, "")
        assert log.count("START RequestId: ") == 1
        assert log.count("REPORT RequestId: ") == 1


def test_neighbours_do_not_see_each_others_files_open_or_processes(client: Make, deploy: Make) -> None:
    secret = deploy("import os\nx = os.environ['SECRET']\ndef handler(e, c):\n    return x\n", name="secret",
                    Environment={"Variables": {"SECRET": "MARKER-77310"}})  # fmt: skip
    lam = client("lambda")
    assert _invoked(lam, secret)[0] == "MARKER-77310"
    spy = deploy(
        """
        import os
        def handler(event, context):
            found = []
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    if b"MARKER-77310" in open(f"/proc/{pid}/environ", "rb").read():
                        found.append(pid)
                except OSError:
                    pass
            return found
        """,
        name="spy",
    )
    assert _invoked(lam, spy)[0] == []
