"""SnapStart of Python functions: initialised once, restored for each environment."""

import base64
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gates import Gate

Make = Callable[..., Any]


@pytest.fixture
def published(client: Make, deploy: Make) -> Make:
    """`published(source)`: the name and number of a published version with SnapStart, ready."""

    def make(source: str, *, wait: bool = True, **options: Any) -> str:
        name: str = deploy(source, SnapStart={"ApplyOn": "PublishedVersions"}, **options)
        lam = client("lambda")
        version = lam.publish_version(FunctionName=name)["Version"]
        if wait:
            lam.get_waiter("published_version_active").wait(
                FunctionName=name, Qualifier=version, WaiterConfig={"Delay": 1}
            )
        return f"{name}:{version}"

    return make


def called(client: Make, function: str, event: object = None) -> tuple[Any, str]:
    """The answer and the log of an invocation."""
    answer = client("lambda").invoke(FunctionName=function, Payload=json.dumps(event), LogType="Tail")
    payload, log = json.load(answer["Payload"]), base64.b64decode(answer["LogResult"]).decode()
    assert "FunctionError" not in answer, log
    return payload, log


def called_at_once(client: Make, function: str, count: int, gate: Gate) -> list[Any]:
    """The answers of as many copies, which all wait at the gate at the same time."""
    with ThreadPoolExecutor(count) as callers:
        calls = [callers.submit(called, client, function, gate.wait) for _ in range(count)]
        gate.until_there(count)
        gate.open()
    return [call.result()[0] for call in calls]


def test_a_version_is_initialised_once(client: Make, published: Make, gate: Gate) -> None:
    function = published("""
    import os, uuid
    made = uuid.uuid4().hex
    calls = 0

    def handler(event, context):
        global calls
        calls += 1
        exec(event)
        return [made, calls, os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], "AWS_LAMBDA_LOG_STREAM_NAME" in os.environ]
    """)
    found = client("lambda").get_function_configuration(FunctionName=function)
    assert found["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}
    answers = called_at_once(client, function, 4, gate)
    assert [calls for _, calls, *_ in answers] == [1] * 4
    assert len({made for made, *_ in answers}) == 1
    assert {tuple(rest) for _, _, *rest in answers} == {("snap-start", False)}


def test_report_tells_the_restore(client: Make, published: Make) -> None:
    function = published("import time\ntime.sleep(0.5)\ndef handler(e, c):\n    return 1")
    _, log = called(client, function)
    assert re.search(r"RESTORE_REPORT Restore Duration: [\d.]+ ms", log) or "Restore Duration" in log
    report = re.search(r"REPORT .*\tRestore Duration: ([\d.]+) ms\tBilled Restore Duration: (\d+) ms", log)
    assert report is not None, log
    assert float(report[1]) < 400
    assert "Init Duration" not in log
    _, warm = called(client, function)
    assert "Restore Duration" not in warm


def test_hooks_run_in_their_order(client: Make, published: Make) -> None:
    function = published("""
    from snapshot_restore_py import register_before_snapshot, register_after_restore
    seen = []

    @register_before_snapshot
    def first():
        seen.append("before 1")

    register_before_snapshot(seen.append, "before 2")
    register_after_restore(seen.append, "after 1")

    @register_after_restore
    def last():
        seen.append("after 2")

    def handler(event, context):
        return seen
    """)
    answer, _ = called(client, function)
    assert answer == ["before 2", "before 1", "after 1", "after 2"]


def test_copies_differ_in_what_must_be_unique(client: Make, published: Make, gate: Gate) -> None:
    function = published("""
    import os, random, tempfile, uuid
    random.random(); uuid.uuid1(); tempfile.gettempdir(); next(tempfile._get_candidate_names())

    def handler(event, context):
        exec(event)
        return [random.random(), str(uuid.uuid4()), str(uuid.uuid1()), os.urandom(4).hex(),
                next(tempfile._get_candidate_names())]
    """)
    answers = called_at_once(client, function, 3, gate)
    for values in zip(*answers, strict=True):
        assert len({str(value) for value in values}) == 3, values


def test_copies_have_a_tmp_and_processes_of_their_own(client: Make, published: Make, gate: Gate) -> None:
    function = published("""
    import os
    shown = set(os.listdir("/tmp"))  # the folders of a server that is installed below it
    kept = open("/tmp/kept-open", "w+")
    kept.write("from init")
    kept.flush()

    def handler(event, context):
        with open(f"/tmp/{context.aws_request_id}", "w"):
            pass
        exec(event)
        kept.seek(0)
        return [sorted(set(os.listdir("/tmp")) - shown - {"kept-open"}), kept.read(), context.aws_request_id,
                len([p for p in os.listdir("/proc") if p.isdigit()])]
    """)
    answers = called_at_once(client, function, 3, gate)
    for files, text, request_id, processes in answers:
        assert files == [request_id]
        assert text == "from init"
        assert processes <= 2


def test_each_copy_is_limited_by_control_groups_of_its_own(client: Make, published: Make, gate: Gate) -> None:
    function = published("""
    import os

    def groups():
        with open("/proc/self/cgroup") as file:
            return sorted(line.strip() for line in file if "portico-" in line)

    snapshots = groups()

    def handler(event, context):
        exec(event)
        return [snapshots, groups(), [name for name in os.listdir("/proc/self/fd") if int(name) > 4]]
    """)
    answers = called_at_once(client, function, 2, gate)
    every = [group for snapshots, groups, *_ in answers for group in (*groups, *snapshots)]
    if not every:
        pytest.skip("no control groups are to be had here")
    (snapshots, one, *_), (_, other, *_) = answers
    assert len({*snapshots, *one, *other}) == len(snapshots) + len(one) + len(other) == 3 * len(one)
    for *_, files in answers:
        assert len(files) <= 1  # the listing itself: nothing of the groups is left open


def test_the_walls_stand_in_a_restored_environment(client: Make, published: Make) -> None:
    function = published("""
    import ctypes, os, subprocess

    def handler(event, context):
        libc = ctypes.CDLL(None, use_errno=True)
        found = {}
        found["unshare"] = libc.unshare(0x10000000)
        found["mount"] = libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)
        status = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
        found["caps"] = status["CapEff"].strip()
        found["uid"] = os.getuid()
        found["seccomp"] = status["Seccomp"].strip()
        try:
            open("/var/task/x", "w")
        except OSError as error:
            found["task"] = error.errno
        return found
    """)
    answer, _ = called(client, function)
    assert answer["unshare"] == -1
    assert answer["mount"] == -1
    assert int(answer["caps"], 16) == 0
    assert answer["uid"] != 0
    assert answer["seccomp"] == "2"
    assert "task" in answer


def test_credentials_are_fetched_and_are_the_roles(client: Make, published: Make, role: str) -> None:
    function = published("""
    import boto3, os
    sts = boto3.client("sts")

    def handler(event, context):
        return [sts.get_caller_identity()["Arn"], "AWS_ACCESS_KEY_ID" in os.environ]
    """)
    answer, log = called(client, function)
    assert "Restore Duration" in log
    assert answer[1] is False
    assert answer[0].startswith(role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/"))


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (
            "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n",
            "threads",
        ),
        ("import socket\nkept = socket.socket()\n", "sockets"),
    ],
)
def test_what_can_not_be_copied_starts_cold_and_report_says_so(
    client: Make, published: Make, source: str, why: str
) -> None:
    function = published(source + "def handler(e, c):\n    return 'cold'")
    answer, log = called(client, function)
    assert answer == "cold"
    assert f"SnapStart: cold ({why})" in log
    assert "Init Duration" in log


def test_an_initialisation_that_fails_fails_the_version(client: Make, published: Make) -> None:
    function = published("raise ValueError('not today')", wait=False)
    lam = client("lambda")
    found = lam.get_function_configuration(FunctionName=function)
    while found["State"] == "Pending":
        found = lam.get_function_configuration(FunctionName=function)
    assert found["State"] == "Failed"
    assert "not today" in found["StateReason"]


def test_a_hook_that_fails_after_the_restore_is_told(client: Make, published: Make) -> None:
    function = published("""
    from snapshot_restore_py import register_after_restore

    @register_after_restore
    def fail():
        raise RuntimeError("no connection")

    def handler(event, context):
        return 1
    """)
    answer = client("lambda").invoke(FunctionName=function)
    assert answer["FunctionError"] == "Unhandled"
    assert json.load(answer["Payload"])["errorMessage"] == "no connection"


def test_a_timeout_ends_one_copy_only(client: Make, published: Make) -> None:
    function = published(
        "import os, time\nmade = os.urandom(4).hex()\ndef handler(e, c):\n    time.sleep(e or 0)\n    return made",
        Timeout=1,
    )
    first, _ = called(client, function)
    late = client("lambda").invoke(FunctionName=function, Payload=b"5")
    assert "timed out" in json.load(late["Payload"])["errorMessage"]
    second, log = called(client, function)
    assert second == first
    assert "Restore Duration" in log
