"""From inside a hostile function: every wall of every tier that claims it, of a server that is root and of one that is not."""

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest

import portico
from conftest import zip_of
from harness import TRUST_LAMBDA, Server, running
from walls.hostile import ATTACKS, SOURCE

_NOBODY = 65534
_HOME = Path("/var/tmp")
_NEIGHBOUR = """
import os
def handler(event, context):
    open(os.environ.get("TMPDIR", "/tmp") + "/secret", "w").write("s")
"""
_USABLE = "import portico.app, subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"
_OPEN_IN_C = (
    "read_the_data_directory", "read_the_code_of_others", "read_the_machines_tmp", "read_the_server_in_proc", "signal_the_server",
)  # fmt: skip


class Besieged(NamedTuple):
    """A server of one tier with two functions: the attacker and its neighbour."""

    tier: str
    server: Server
    lam: Any
    known: dict[str, Any]


def _as_nobody() -> tuple[list[str], dict[str, str]] | None:
    """The command of an interpreter that a user without privileges can run, and its variables; None where there is none."""
    if os.geteuid() != 0:
        return [sys.executable], {}
    drop = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    version = f"python3.{sys.version_info.minor}"
    paths = os.pathsep.join(
        [*map(str, sorted({Path(portico.__file__).parents[1], Path(boto3.__file__).parents[1]}))]
    )
    variables = {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        command = [*drop, python]
        with contextlib.suppress(OSError):
            asked = subprocess.run(
                [*command, "-c", _USABLE],
                env=variables,
                capture_output=True,
                cwd="/",
                check=False,
            )
            if asked.returncode == 0:
                return command, variables
    return None


@pytest.fixture(scope="module", params=["A as root", "A", "B", "C"])
def besieged(request: pytest.FixtureRequest) -> Iterator[Besieged]:
    tier, _, as_root = request.param.partition(" ")
    command: list[str] = [sys.executable]
    variables: dict[str, str] = {}
    if as_root:
        if os.geteuid() != 0:
            pytest.skip("not root")
    else:
        found = _as_nobody()
        if found is None:
            pytest.skip("no interpreter that another user can run")
        command, variables = found
    place = Path(tempfile.mkdtemp(prefix="siege-", dir=_HOME))
    if not as_root and os.geteuid() == 0:
        os.chown(place, _NOBODY, _NOBODY)
    variables["HOME"] = str(place)
    try:
        with running(
            place / "data",
            *("--isolation", tier, "--code-roots", str(place)),
            env=variables,
            python=command,
        ) as server:
            yield _besieged(tier, server, place)
    finally:
        subprocess.run(["chmod", "-R", "u+w", place], check=False)
        shutil.rmtree(place)


def _besieged(tier: str, server: Server, place: Path) -> Besieged:
    iam, lam = server.client("iam"), server.client("lambda")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    for name, source in (("attacker", SOURCE), ("neighbour", _NEIGHBOUR)):
        lam.create_function(
            FunctionName=name, Runtime=f"python3.{sys.version_info.minor}", Handler="app.handler", Role=role, Timeout=30,
            MemorySize=512, Code={"ZipFile": zip_of({"app.py": source})},
        )  # fmt: skip
        lam.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    request = lam.invoke(FunctionName="neighbour")["ResponseMetadata"]["RequestId"]
    data = place / "data"
    (place / "secret").write_text("secret")
    (place / "secret").chmod(0o644)
    files = [str(path.relative_to(data)) for path in data.rglob("*") if path.is_file()]
    code = [str(path) for path in (data / "code").iterdir()]
    pids = _tree(server.process.pid)  # and not the attacker's own snapshot, which there is later
    _restored(lam, role)
    _reloaded(lam, role, place / "folder")
    known = {
        "data": str(data), "files": files, "code": [str(data / "code"), *_of_neighbour(code)], "tmp": str(place / "secret"),
        "home": str(place), "pid": server.process.pid, "pids": pids, "shown": [os.path.realpath(sys.executable), *sys.path],
        "request": request,
    }  # fmt: skip
    return Besieged(tier, server, lam, known)


def _restored(lam: Any, role: str) -> None:
    """The attacker once more, with a snapshot of its version."""
    lam.create_function(
        FunctionName="restored", Runtime=f"python3.{max(sys.version_info.minor, 12)}", Handler="app.handler", Role=role, Timeout=30,
        MemorySize=512, Code={"ZipFile": zip_of({"app.py": SOURCE})}, SnapStart={"ApplyOn": "PublishedVersions"},
    )  # fmt: skip
    lam.get_waiter("function_active_v2").wait(FunctionName="restored", WaiterConfig={"Delay": 1})
    version = lam.publish_version(FunctionName="restored")["Version"]
    lam.get_waiter("published_version_active").wait(
        FunctionName="restored", Qualifier=version, WaiterConfig={"Delay": 1}
    )
    lam.create_alias(FunctionName="restored", Name="live", FunctionVersion=version)


def _reloaded(lam: Any, role: str, folder: Path) -> None:
    """The attacker once more, in a folder of this machine that its own user could write to."""
    folder.mkdir()
    (folder / "app.py").write_text(SOURCE)
    for path, mode in ((folder, 0o777), (folder / "app.py", 0o666)):
        path.chmod(mode)
    lam.create_function(
        FunctionName="reloaded", Runtime=f"python3.{sys.version_info.minor}", Handler="app.handler", Role=role, Timeout=30,
        MemorySize=512, Code={"S3Bucket": "hot-reload", "S3Key": str(folder)},
    )  # fmt: skip
    lam.get_waiter("function_active_v2").wait(FunctionName="reloaded", WaiterConfig={"Delay": 1})


def _of_neighbour(code: list[str]) -> list[str]:
    return [
        f"{folder}/app.py"
        for folder in code
        if b"neighbour" not in _text(folder) and b"secret" in _text(folder)
    ]


def _text(folder: str) -> bytes:
    file = Path(folder, "app.py")
    return file.read_bytes() if file.exists() else b""


def _tree(pid: int) -> list[int]:
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [pid, *(found for child in children for found in _tree(child))]


def _attack(besieged: Besieged, name: str, function: str = "attacker", **more: Any) -> str:
    event = {**besieged.known, "attack": name, **more}
    answer = besieged.lam.invoke(FunctionName=function, Payload=json.dumps(event).encode())
    body = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, body
    return str(body)


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("function", ["attacker", "restored:live"])
def test_an_attack(besieged: Besieged, function: str, name: str) -> None:
    """From an environment that was started cold, and from one that was restored from a snapshot: the same walls."""
    if besieged.tier not in ATTACKS[name]:
        pytest.skip(f"tier {besieged.tier} does not claim it")
    with socket.socket(socket.AF_UNIX) as reachable:
        address = f"portico-siege-{os.getpid()}"  # the machine has these names in common
        reachable.bind(f"\0{address}")
        reachable.listen(1)
        assert _attack(besieged, name, function, socket=address) == ""


@pytest.mark.parametrize("name", ["write_its_own_code", "change_modes"])
def test_a_developers_folder_is_read_only(besieged: Besieged, name: str) -> None:
    if besieged.tier not in ATTACKS[name]:
        pytest.skip(f"tier {besieged.tier} does not claim it")
    assert _attack(besieged, name, "reloaded") == ""


def test_what_attacks_restored_is_restored(besieged: Besieged) -> None:
    logs = besieged.lam.invoke(
        FunctionName="restored:live",
        Payload=json.dumps({**besieged.known, "attack": "rename_the_host"}).encode(),
        LogType="Tail",
    )
    assert b"Traceback" not in base64.b64decode(logs["LogResult"])
    (snap,) = {
        besieged.lam.get_function_configuration(FunctionName="restored:live")["SnapStart"][
            "OptimizationStatus"
        ]
    }
    assert snap == "On"


def test_the_attacks_are_real(besieged: Besieged) -> None:
    """Where nothing stands in the way, the very same attacks succeed."""
    if besieged.tier != "C":
        pytest.skip("walls stand in the way")
    for name in _OPEN_IN_C:
        assert _attack(besieged, name) != "", name


def test_the_server_says_what_stands_around_its_functions(besieged: Besieged) -> None:
    assert any(f"isolation {besieged.tier}:" in line for line in besieged.server.log)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--isolation", "C", "--host", "0.0.0.0"], "isolation C is for loopback only"),
        (["--isolation", "C", "--trust-proxy"], "isolation C is for loopback only"),
        pytest.param(
            ["--isolation", "B"],
            "isolation that is asked for is not to be had here: B: a server that is root",
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="not root"),
        ),
    ],
)
def test_a_server_without_the_walls_that_it_needs_does_not_start(
    tmp_path: Path, flags: list[str], words: str
) -> None:
    command = [
        sys.executable,
        "-m",
        "portico",
        "start",
        "--port",
        "0",
        "--data",
        str(tmp_path / "data"),
        *flags,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_folder_that_a_function_may_write_to_goes_with_its_environment(besieged: Besieged) -> None:
    if besieged.tier != "B":
        pytest.skip("it has a /tmp of its own")
    own = _attack(besieged, "own_folder")
    assert Path(own, "full", "of", "things").is_dir()
    besieged.lam.delete_function(FunctionName="attacker")
    deadline = time.monotonic() + 10
    while Path(own).exists():
        assert time.monotonic() < deadline
        time.sleep(0)
