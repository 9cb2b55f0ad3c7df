"""A supervisor over folders of code that a test writes."""

import asyncio
import json
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from portico.base.clock import Clock
from portico.environments.supervisor import Supervisor
from portico.environments.work import EnvironmentSpec, Invocation, Outcome, PreparationFailed, Prepared
from portico.environments.zygotes import Zygotes


class JumpingClock(Clock):
    """Its monotonic time is moved by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead_s = 0.0

    def monotonic(self) -> float:  # type: ignore[override]
        return time.monotonic() + self.ahead_s


class Workshop:
    """Functions in temporary folders, their supervisor, and what was asked of the preparer."""

    def __init__(self, root: Path, **limits: Any) -> None:
        self.root = root
        self.clock = JumpingClock()
        self.variables: dict[str, dict[str, str]] = {}
        self.opt_dirs: dict[str, str] = {}
        self.prepared: list[str] = []
        self.refuse: PreparationFailed | None = None
        self.lifetime_s = 3600.0
        self.supervisor = Supervisor(self, clock=self.clock, **limits)
        self.tier = "A"
        self._invocations = 0

    def function(
        self, name: str, source: str, *, handler: str = "app.handler", **changes: Any
    ) -> EnvironmentSpec:
        """Write `app.py` (or `file`) for function `name`; `changes` are members of the spec, `variables` its environment."""
        folder = self.root / name
        file = folder / changes.pop("file", "app.py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(source))
        self.variables[name] = changes.pop("variables", {})
        members: dict[str, Any] = {
            "key": f"{name}:1", "account": "123456789012", "region": "eu-west-1", "function": name,
            "version": "$LATEST", "arn": f"arn:aws:lambda:eu-west-1:123456789012:function:{name}",
            "runtime": f"python3.{sys.version_info.minor}", "handler": handler, "role": "", "code_digest": name, "memory_mb": 256,
            "timeout_s": 20, "ephemeral_mb": 512, "log_group": f"/aws/lambda/{name}", **changes,
        }  # fmt: skip
        return EnvironmentSpec(**members)

    async def prepare(self, spec: EnvironmentSpec, log_stream: str) -> Prepared:
        if self.refuse is not None:
            raise self.refuse
        self.prepared.append(log_stream)
        variables = {
            "_HANDLER": spec.handler,
            "AWS_LAMBDA_FUNCTION_NAME": spec.function,
            "AWS_LAMBDA_FUNCTION_VERSION": spec.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
            "AWS_LAMBDA_LOG_GROUP_NAME": spec.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "TZ": ":UTC",
            **self.variables[spec.function],
        }
        expires_at = self.clock.monotonic() + self.lifetime_s
        return Prepared(
            str(self.root / spec.function),
            tuple(variables.items()),
            expires_at,
            self.opt_dirs.get(spec.function, ""),
        )

    async def invoke(self, spec: EnvironmentSpec, event: object = None, **members: str) -> Outcome:
        self._invocations += 1
        request_id = members.pop("request_id", f"req-{self._invocations}")
        invocation = Invocation(
            request_id, json.dumps(event).encode(), members.pop("arn", spec.arn), **members
        )
        return await asyncio.wait_for(self.supervisor.invoke(spec, invocation), 40)

    async def answer(self, spec: EnvironmentSpec, event: object = None, **members: str) -> Any:
        """The decoded answer of an invocation that must succeed."""
        outcome = await self.invoke(spec, event, **members)
        assert outcome.function_error == "", outcome
        return json.loads(outcome.payload)

    async def error(self, spec: EnvironmentSpec, event: object = None, **members: str) -> tuple[Outcome, Any]:
        """The outcome and the decoded document of an invocation that must fail."""
        outcome = await self.invoke(spec, event, **members)
        assert outcome.function_error == "Unhandled", outcome
        return outcome, json.loads(outcome.payload)


@pytest.fixture
def tiers() -> str:
    """The tiers of isolation that workshops may use; a module may have others."""
    return "ABC"


@pytest.fixture
async def workshop(tmp_path: Path, tiers: str) -> AsyncIterator[Workshop]:
    shop = Workshop(tmp_path, zygotes=Zygotes(tiers=tiers))
    yield shop
    await shop.supervisor.close()


@pytest.fixture
async def make_workshop(tmp_path: Path, tiers: str) -> AsyncIterator[Callable[..., Workshop]]:
    """Workshops with limits of their own."""
    made: list[Workshop] = []

    def make(**limits: Any) -> Workshop:
        made.append(Workshop(tmp_path, **{"zygotes": Zygotes(tiers=tiers), **limits}))
        return made[-1]

    yield make
    for shop in made:
        await shop.supervisor.close()


@pytest.fixture(params=["A", "C"])
async def contained(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Workshop]:
    """A workshop for each way of keeping a process tree together."""
    shop = Workshop(tmp_path, zygotes=Zygotes(tiers=request.param))
    shop.tier = request.param
    yield shop
    await shop.supervisor.close()


class Gate:
    """What a function or an extension can wait at, by the Python of `wait`, until the test opens it. It stays open."""

    def __init__(self) -> None:
        self._came, self._opened = asyncio.Event(), asyncio.Event()
        self._server: asyncio.Server | None = None
        self.wait = ""

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._hold, "127.0.0.1")
        port = self._server.sockets[0].getsockname()[1]
        self.wait = f"import socket; socket.create_connection(('127.0.0.1', {port})).recv(1)"

    async def _hold(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._came.set()
        await self._opened.wait()
        writer.close()

    async def waited_at(self) -> None:
        """Wait until somebody does."""
        await asyncio.wait_for(self._came.wait(), 20)

    def open(self) -> None:
        self._opened.set()

    async def close(self) -> None:
        assert self._server is not None
        self.open()
        self._server.close()


@pytest.fixture
async def gate() -> AsyncIterator[Gate]:
    made = Gate()
    await made.start()
    yield made
    await made.close()


def processes_with(mark: str) -> list[int]:
    """The processes, anywhere on the machine, that have `mark` in their arguments and are no zombies."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if mark.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


@pytest.fixture
def alive() -> Callable[[str], list[int]]:
    return processes_with


@pytest.fixture
def node(workshop: Workshop) -> Callable[..., EnvironmentSpec]:
    """`node(source, ...)`: a function in Node.js whose `app.js` (or `file`) is `source`; its callbacks still work."""
    if shutil.which("node") is None:
        pytest.skip("there is no Node.js here")

    def make(source: str, *, name: str = "f", file: str = "app.js", **changes: Any) -> EnvironmentSpec:
        return workshop.function(name, source, file=file, **{"runtime": "nodejs22.x", **changes})

    return make
