"""What goes into an execution environment and what comes out, as values; and the port that it needs."""

import asyncio
from typing import Protocol

import msgspec

# How an environment is initialised: when it is needed, ahead of that, or from a snapshot.
ON_DEMAND, PROVISIONED, SNAP_START = "on-demand", "provisioned-concurrency", "snap-start"


class Image(msgspec.Struct, frozen=True, gc=False):
    """A container image, and what is started in it in place of what it says itself (None: what it says)."""

    uri: str
    entry_point: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    working_directory: str | None = None


class EnvironmentSpec(msgspec.Struct, frozen=True, gc=False):
    """What an environment is started from. Environments are shared between equal `key`s only.

    `key` names function, version and generation. `code_digest` is the zip's blob, `layers` those of the layers, in their order;
    sizes in MB, times in seconds. `initialization`: as AWS_LAMBDA_INITIALIZATION_TYPE has it. With a
    `debug_port` the runtime waits for a debugger there before it loads the function. With an `image`
    there is no code and no runtime. `sealed_variables` are further variables, encrypted; who prepares the environment opens them.
    """

    key: str
    account: str
    region: str
    function: str
    version: str
    arn: str
    runtime: str
    handler: str
    role: str
    code_digest: str
    memory_mb: int
    timeout_s: int
    ephemeral_mb: int
    log_group: str
    variables: tuple[tuple[str, str], ...] = ()
    layers: tuple[str, ...] = ()
    initialization: str = ON_DEMAND
    debug_port: int = 0
    image: Image | None = None
    sealed_variables: str = ""


class Invocation(msgspec.Struct, frozen=True, gc=False):
    """One event for one environment. `deadline_ms` (epoch, wall clock) is set when it is delivered, from the timeout.

    `invoked_arn` is the ARN as the caller named it. `client_context` is the decoded JSON text or "".
    """

    request_id: str
    payload: bytes
    invoked_arn: str
    trace: str = ""
    client_context: str = ""
    cognito_identity_id: str = ""
    cognito_identity_pool_id: str = ""


class LogLine(msgspec.Struct, frozen=True, gc=False):
    """A line (or one framed message, which may span lines) that a function wrote. `at_ms`: epoch, wall clock."""

    at_ms: int
    text: str


class InitEnd(msgspec.Struct, frozen=True, gc=False):
    """How an init phase ended that the log tells of by itself: `status` is `success`, `error` (of type `error_type`) or `timeout`,
    `phase` is `init` or, where it ran inside the invocation, `invoke`."""

    duration_ms: float
    status: str = "success"
    error_type: str = ""
    phase: str = "init"


class ExtensionReady(msgspec.Struct, frozen=True, gc=False):
    """An extension of a new environment, as the log tells of it: `state` by AWS's name, `events` that it is told of."""

    name: str
    state: str
    events: tuple[str, ...]


class Subscribed(msgspec.Struct, frozen=True, gc=False):
    """An extension that is told of what happens in a new environment, as the log tells of it: `types` of events."""

    name: str
    types: tuple[str, ...]
    state: str = "Subscribed"


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """How an invocation ended; a function's error is a value.

    `payload` is the answer, or the error's JSON document when `function_error` (`Unhandled`) is set. `error_type` names it for
    REPORT and metrics (`Runtime.ExitError`, `Sandbox.Timedout`). `timed_out` marks the timeout. `lines` are what the function
    wrote since the last invocation ended, in order, init included. Where the runtime or an extension still works for the invocation
    after its answer, `settled` will be the outcome that has that time and those lines too. Durations in milliseconds; `init_ms` is
    None for a warm start, and `restore_ms` where the environment does not come from a snapshot; `no_snapshot` says why one that should
    have does not. `inits` are the init phases before this invocation that have failed, or are always told of.
    """

    payload: bytes
    function_error: str = ""
    error_type: str = ""
    timed_out: bool = False
    lines: tuple[LogLine, ...] = ()
    log_stream: str = ""
    duration_ms: float = 0.0
    init_ms: float | None = None
    max_memory_mb: int = 0
    started_at_ms: int = 0
    ended_at_ms: int = 0
    settled: "asyncio.Future[Outcome] | None" = None
    restore_ms: float | None = None
    no_snapshot: str = ""
    inits: tuple[InitEnd, ...] = ()
    extensions: tuple[ExtensionReady, ...] = ()
    subscriptions: tuple[Subscribed, ...] = ()


class Prepared(msgspec.Struct, frozen=True, gc=False):
    """What a start needs beyond its spec, made anew for each environment: the unpacked code, the merged layers (`opt_dir`, "" for
    none), and the variables that AWS sets, with the role's fresh credentials in them. `expires_at` (monotonic, seconds) is when the
    environment must not be reused any more."""

    code_dir: str
    variables: tuple[tuple[str, str], ...]
    expires_at: float
    opt_dir: str = ""


class Preparer(Protocol):
    """Port: stages code and mints the role's credentials. Implemented by `invoke`."""

    async def prepare(self, spec: EnvironmentSpec, log_stream: str) -> Prepared:
        """Everything a start needs.

        Raises:
            PreparationFailed: the code can't be unpacked, the role is gone or no longer trusts Lambda.
        """


class PreparationFailed(Exception):
    """An environment could not be prepared. `code` and `message` are what the caller of the function is told."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
