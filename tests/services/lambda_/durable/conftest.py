"""The service as a whole in memory, with functions that are coroutines of the test: time can be jumped, every step be awaited."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from portico.base.clock import Clock
from portico.bus.memory import MemoryBus
from portico.calls.authorize import Authorizer
from portico.calls.call import Scope
from portico.calls.clients import Clients
from portico.calls.decisions import Decisions
from portico.calls.dispatch import Bound, Dispatcher
from portico.calls.ports import Ports, load
from portico.doors.leading import Census, Guide
from portico.doors.port import Doors
from portico.environments.work import EnvironmentSpec, Invocation, Outcome
from portico.identity.last_use import LastUses
from portico.identity.principal import root
from portico.identity.records import ROLES, Attached, Role
from portico.identity.sealing import Sealer
from portico.identity.sessions import Sessions
from portico.invoke.admit import Admission
from portico.invoke.asynchronous.counts import Counts
from portico.invoke.destinations import Destinations
from portico.invoke.invoker import Invoker
from portico.invoke.records import FUNCTIONS, LATEST, VERSIONS, Durable, Function, Version
from portico.invoke.report import Told, composed
from portico.invoke.resolve import Resolver
from portico.invoke.roles import ExecutionRoles
from portico.invoke.staging import Staging
from portico.services import lambda_
from portico.services.lambda_.durable.records import DUE, EXECUTIONS, OPEN, RUNS
from portico.store.cache import RecordCache
from portico.store.metrics import Metrics, Sampling
from portico.store.open import open_store
from portico.store.port import Put, Store

ACCOUNT = "111122223333"
REGION = "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/run"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
ALLOWED = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}],
    }
)

Handler = Callable[["Event"], Awaitable[Any]]


class Event(dict[str, Any]):
    """What a durable function is invoked with, and what its SDK would do with it."""

    stage: "Stage"
    token: str

    @property
    def arn(self) -> str:
        return str(self["DurableExecutionArn"])

    @property
    def operations(self) -> dict[str, dict[str, Any]]:
        """By id; the execution itself is not among them."""
        return {each["Id"]: each for each in self["InitialExecutionState"]["Operations"][1:]}

    async def checkpoint(self, *updates: dict[str, Any], **more: Any) -> Any:
        """Checkpoint with the current token; the answer."""
        answer = await self.stage.call(
            "CheckpointDurableExecution",
            DurableExecutionArn=self.arn,
            CheckpointToken=self.token,
            Updates=list(updates),
            **more,
        )
        self.token = answer.get("CheckpointToken", "")
        return answer


class Stage:
    """A server's Lambda without a network. `functions` are what runs, by name; `invocations` how often each did."""

    def __init__(self, store: Store, clock: Clock, folder: Path) -> None:
        self.store, self.clock, self.bus = store, clock, MemoryBus()
        store.on_commit(self.bus.announce)
        self.cache = RecordCache(store)
        self.functions: dict[str, Handler] = {}
        self.invocations: list[str] = []
        self._came = asyncio.Event()
        self.admission = Admission()
        self._tasks: list[asyncio.Task[None]] = []
        self.metrics = Metrics(None)
        authorizer = Authorizer(self.cache, clock, Decisions(store, clock), "enforce", LastUses(self.cache))
        dispatcher = Dispatcher(self.cache, clock, authorizer)
        self.clients = Clients(dispatcher)
        self.resolver = Resolver(cache=self.cache)
        sessions = Sessions(Sealer(bytes(range(32))))
        extras = {
            "Authorizer": authorizer,
            "Bus": self.bus,
            "Callers": None,
            "Census": Census(self.cache, clock, authorizer),
            "Doors": Doors(),
            "Guide": Guide(),
            "Resolver": self.resolver,
            "Invoker": Invoker(environments=self, admission=self.admission, logs=self),  # type: ignore[arg-type]
            "Counts": Counts(),
            "Destinations": Destinations(clients=self.clients, role=lambda spec: None),
            "ExecutionRoles": ExecutionRoles(cache=self.cache, sessions=sessions, clock=clock),
            "Origin": "http://127.0.0.1:4566",
            "Staging": Staging(root=folder / "code", store=store),
            "Environments": self,
            "Sampling": Sampling(self.metrics, clock),
            "Settings": SimpleNamespace(
                stream_bytes_per_s=0, runtimes="any", sqs_endpoint="", code_storage_bytes=300 * 1024**3
            ),
        }
        ports = Ports(store, self.cache, clock, self.clients, self._start, extras)
        self.lam = lambda_.SERVICE.build(ports)
        dispatcher.bind("lambda", Bound(load(lambda_.SERVICE), self.lam))

    def _start(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        if name != "lambda.states":
            self._tasks.append(asyncio.ensure_future(loop()))

    async def close(self) -> None:
        """End the loops, in the middle of whatever they do."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def leave(self, invocation: Invocation, on_end: Callable[[Outcome | None], None]) -> bool:
        """Nobody is told: what waits here ends with its caller."""
        return False

    async def invoke(self, spec: EnvironmentSpec, invocation: Invocation) -> Outcome:
        """An environment: runs the coroutine."""
        self.invocations.append(spec.function)
        self._came.set()
        handler = self.functions[spec.function]
        event = Event(json.loads(invocation.payload))
        event.stage, event.token = self, event.get("CheckpointToken", "")
        try:
            return Outcome(json.dumps(await handler(event)).encode())
        except Exception as error:
            document = {"errorMessage": str(error), "errorType": type(error).__name__}
            return Outcome(json.dumps(document).encode(), "Unhandled", type(error).__name__)

    def write(self, spec: EnvironmentSpec, stream: str, batch: Told, *, request_id: str) -> None:
        """A log: REPORT comes last."""
        assert composed(batch)[-1].text.startswith("REPORT")

    def retire(self, prefix: str) -> None:
        """No environment is kept."""

    async def role(self, **fields: Any) -> None:
        """The execution role, which may invoke functions."""
        made = Role("run", "/", "AROARUNRUNRUNRUNRUNRU", ACCOUNT, 0.0, TRUST, **fields)
        await self.store.commit([Put(ROLES.key(ACCOUNT, "run"), ROLES.encode(made))])

    async def function(
        self, handler: Handler, *, name: str = "f", timeout_s: int = 900, days: int = 1, durable: bool = True
    ) -> None:
        """A function that runs `handler`."""
        self.functions[name] = handler
        place = (ACCOUNT, REGION, name)
        version = Version(
            function=name,
            account=ACCOUNT,
            region=REGION,
            version=LATEST,
            role=ROLE,
            runtime="python3.12",
            handler="app.handler",
            code_digest="0" * 64,
            code_sha256="",
            code_size=0,
            modified_at=0.0,
            revision_id="r",
            durable=Durable(timeout_s, days) if durable else None,
        )
        function = Function(name, ACCOUNT, REGION, 0.0)
        await self.store.commit(
            [
                Put(FUNCTIONS.key(*place), FUNCTIONS.encode(function)),
                Put(VERSIONS.key(*place, LATEST), VERSIONS.encode(version)),
            ]
        )

    async def call(self, operation: str, **request: Any) -> Any:
        """An operation, as the root of the account."""
        client = self.clients.of(root(ACCOUNT), Scope(ACCOUNT, REGION))
        return await client.call("lambda", operation, **request)

    async def start(self, *, name: str = "f", payload: Any = None, **more: Any) -> str:
        """Invoke for later; the execution's ARN."""
        answer = await self.call(
            "Invoke",
            FunctionName=name,
            Qualifier=LATEST,
            InvocationType="Event",
            Payload=json.dumps(payload).encode(),
            **more,
        )
        return str(answer["DurableExecutionArn"])

    async def run(self, *, name: str = "f", payload: Any = None, **more: Any) -> Any:
        """Invoke and wait; the whole answer, with its payload decoded."""
        event = json.dumps(payload).encode()
        answer = await self.call("Invoke", FunctionName=name, Qualifier=LATEST, Payload=event, **more)
        return answer | {"Payload": json.loads(answer["Payload"])}

    async def get(self, arn: str) -> Any:
        """The execution as it is shown."""
        return await self.call("GetDurableExecution", DurableExecutionArn=arn)

    async def kinds(self, arn: str) -> list[str]:
        """The types of all events of the history."""
        answer = await self.call("GetDurableExecutionHistory", DurableExecutionArn=arn, MaxItems=1000)
        return [event["EventType"] for event in answer["Events"]]

    async def until(self, arn: str, holds: Callable[[Any], bool]) -> Any:
        """The execution's record, once something holds of it."""
        function, _, rest = arn.partition(":function:")[2].partition(":")
        key = (ACCOUNT, REGION, function, rest.rsplit("/", 1)[1])
        subscription = self.bus.subscribe(EXECUTIONS.key(*key))
        async with asyncio.timeout(10):
            while True:
                held = self.cache.peek(EXECUTIONS, *key)
                record = held.value if held is not None else None
                if holds(record):
                    subscription.close()
                    return record
                await subscription.wait()

    async def ended(self, arn: str) -> Any:
        """The execution as it is shown, once it has ended."""
        await self.until(arn, lambda record: record is None or record.status not in OPEN)
        return await self.get(arn)

    async def invoked(self, *functions: str) -> None:
        """Once these functions have been invoked, in this order."""
        async with asyncio.timeout(10):
            while self.invocations != list(functions):
                self._came.clear()
                await self._came.wait()

    async def suspended(self, arn: str) -> Any:
        """The record once no invocation is under way or to be made."""
        return await self.until(arn, lambda record: record.stage == "idle")

    def jump(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds)
        self.bus.publish(DUE)
        self.bus.publish(RUNS)


@contextlib.asynccontextmanager
async def staged(folder: Path, *, durable: bool = False, clock: Clock | None = None) -> AsyncIterator[Stage]:
    """A stage over a store in memory, or (`durable`) on disk below `folder`."""
    clock = clock or Clock()
    store = await open_store(folder / "data" if durable else None, clock=clock)
    stage = Stage(store, clock, folder)
    try:
        yield stage
    finally:
        await stage.close()
        await stage.metrics.close()
        await store.close()


@pytest.fixture
def make_stage() -> Callable[..., contextlib.AbstractAsyncContextManager[Stage]]:
    """`async with make_stage(folder, durable=True)`: several stages, one after the other, over one store."""
    return staged


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage for one test, with its execution role."""
    async with staged(tmp_path) as made:
        await made.role(inline=(Attached("p", ALLOWED),))
        yield made
