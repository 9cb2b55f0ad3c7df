"""What is stored of durable executions: the execution, its operations in the order in which they started, its history.

Times are seconds on the `now` clock. An execution's id begins with the time it started, so its key sorts by that. Everything that
changes an execution also writes its `Execution` record: two changes of one execution can't both be committed unseen by each other.
"""

from typing import Any

import msgspec

from portico.store.port import Key
from portico.store.table import Table

ErrorObject = dict[str, Any]  # as on the wire: ErrorMessage, ErrorType, ErrorData, StackTrace

RUNNING, PAUSING, PAUSED = "RUNNING", "PAUSING", "PAUSED"
SUCCEEDED, FAILED, TIMED_OUT, STOPPED = "SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED"
DELETING = "DELETING"
OPEN = frozenset([RUNNING, PAUSING, PAUSED])
CLOSED = frozenset([SUCCEEDED, FAILED, TIMED_OUT, STOPPED])

IDLE, QUEUED, INVOKED = "idle", "queued", "invoked"


class Answered(msgspec.Struct, frozen=True, gc=False):
    """The last checkpoint, for whom asks again: same token and same client token get the same answer, for 15 minutes."""

    token: str
    client_token: str
    at: float
    next_token: str
    operations: tuple[int, ...]


class Pause(msgspec.Struct, frozen=True, gc=False):
    """A requested pause. `deadline` is the execution's own, which comes back (later, if the timeout was paused) on resume."""

    at: float
    reason: str
    timeout_paused: bool
    deadline: float


class Parent(msgspec.Struct, frozen=True, gc=False):
    """The operation (by number) of another execution (by its record's key) that waits for this one."""

    key: tuple[str, str, str, str]
    operation: int


class Execution(msgspec.Struct, frozen=True, gc=False):
    """A durable execution.

    `stage` is `idle`, `queued` (a message on RUNS will have it invoked) or `invoked`. `run` numbers the invocations, and a message with
    another number is out of date; `begun` counts how often one began, as a message can be received again, and only the last one counts.
    `token` is the one checkpoint token that is taken now ("" for none). `timers` are due times by operation number (`12`, and `12h` for
    the heartbeat), `wake_at` is when the message for the first of them comes; `unseen` are operations that changed behind the back of the
    function. `pending` counts operations that something else will complete. `interrupted`: a pause took away an invocation's token.
    `controls` are recent requests to pause or resume, by client token. `digest` is that of the input. `next_operation` and `next_event`
    number what comes next; `written_bytes` is the sum of all payloads. `request_id` is that of the asynchronous request which began it,
    "" if somebody waits for it.
    """

    account: str
    region: str
    function: str
    version: str
    id: str
    name: str
    started_at: float
    timeout_s: int
    retention_days: int
    deadline: float
    synchronous: bool
    digest: str
    trace: str = ""
    status: str = RUNNING
    ended_at: float = 0.0
    error: ErrorObject | None = None
    stage: str = IDLE
    run: int = 0
    begun: int = 0
    token: str = ""
    answered: Answered | None = None
    timers: dict[str, float] = {}
    wake_at: float = 0.0
    unseen: tuple[int, ...] = ()
    pending: int = 0
    interrupted: bool = False
    failures: int = 0
    failing_since: float = 0.0
    pause: Pause | None = None
    controls: dict[str, float] = {}
    parent: Parent | None = None
    next_operation: int = 0
    next_event: int = 1
    written_bytes: int = 0
    request_id: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """The identifiers of the record, and the first four of all that belongs to it."""
        return (self.account, self.region, self.function, self.id)

    @property
    def function_arn(self) -> str:
        """The ARN of the version that all invocations of this execution run."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.function}:{self.version}"

    @property
    def arn(self) -> str:
        """The execution's ARN."""
        return f"{self.function_arn}/durable-execution/{self.name}/{self.id}"


class Operation(msgspec.Struct, frozen=True, gc=False):
    """A durable operation. `number` is its place in the order of starts; number 0 is the execution itself, with the input.

    `due_at` is when the wait ends or the next attempt may begin, `seconds` the wait's length. `attempt` counts finished attempts.
    """

    number: int
    id: str
    type: str
    status: str
    started_at: float
    ended_at: float = 0.0
    name: str | None = None
    parent: str | None = None
    sub_type: str | None = None
    input: str | None = None
    result: str | None = None
    error: ErrorObject | None = None
    attempt: int = 0
    seconds: int = 0
    due_at: float = 0.0
    replay_children: bool = False
    callback_id: str = ""
    timeout_s: int = 0
    heartbeat_s: int = 0
    target: str = ""
    tenant: str | None = None
    trace: str | None = None

    @property
    def pends(self) -> bool:
        """Whether something other than the function's code will complete it."""
        return (self.type, self.status) in _PENDING


_PENDING = frozenset(
    [("STEP", "PENDING"), ("WAIT", "STARTED"), ("CALLBACK", "STARTED"), ("CHAINED_INVOKE", "STARTED")]
)


class Event(msgspec.Struct, frozen=True, gc=False):
    """An event of the history. `details` has AWS's members; payloads in them are `{"Payload": ..., "Truncated": False}`."""

    id: int
    kind: str
    at: float
    details: dict[str, Any]
    operation: str | None = None
    name: str | None = None
    parent: str | None = None
    sub_type: str | None = None


class Result(msgspec.Struct, frozen=True, gc=False):
    """What an execution returned, which can be large; None for nothing."""

    payload: str | None


class Reference(msgspec.Struct, frozen=True, gc=False):
    """Where something is found: an execution's id under its name, an operation's number under its id."""

    id: str = ""
    number: int = 0


EXECUTIONS = Table("lambda.durable.execution", Execution)  # account, region, function, execution id
OPERATIONS = Table("lambda.durable.operation", Operation)  # ..., number
OPERATION_IDS = Table("lambda.durable.operation_id", Reference)  # ..., operation id
EVENTS = Table("lambda.durable.event", Event)  # ..., event id
RESULTS = Table("lambda.durable.result", Result)  # account, region, function, execution id
NAMES = Table("lambda.durable.name", Reference)  # account, region, function, execution name

DUE: Key = (
    "lambda.durable.due",
)  # executions for which something is due: timers, deadlines, the end of the retention
RUNS: Key = ("lambda.durable.run",)  # invocations to be made


class Due(msgspec.Struct, frozen=True, gc=False):
    """A message on DUE: look at this execution. `wakes` is its `wake_at` when it was sent, 0 for a deadline's message.
    `child` is the execution that the chained invocation `operation` was waiting for, and which has ended; `unheard`: this one has
    failed, and nobody waits for it."""

    key: tuple[str, str, str, str]
    wakes: float = 0.0
    operation: int = 0
    child: tuple[str, str, str, str] | None = None
    unheard: bool = False


class Run(msgspec.Struct, frozen=True, gc=False):
    """A message on RUNS: invoke the function of this execution (`operation` 0), or make its chained invocation `operation`."""

    key: tuple[str, str, str, str]
    run: int = 0
    operation: int = 0
