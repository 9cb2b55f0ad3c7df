"""One invocation, from the resolved version to its outcome: admission, environment, log lines."""

import logging
from asyncio import CancelledError
from collections.abc import AsyncIterator, Callable

import msgspec

from portico.environments.port import Environments
from portico.environments.stream import Stream
from portico.environments.work import ON_DEMAND, EnvironmentSpec, Invocation, Outcome, PreparationFailed
from portico.invoke.admit import Admission, Permit, Throttled
from portico.invoke.budget import Budget, Budgets
from portico.invoke.folders import PREFIX, Folders, folder_of
from portico.invoke.pace import Pace
from portico.invoke.ports import LogSink, MetricSink, Uncounted
from portico.invoke.recursion import Recursion
from portico.invoke.report import Told, tail, told_of
from portico.invoke.resolve import Resolved

log = logging.getLogger("portico.invoke")

DEBUG_S = 86_400


class Finished(msgspec.Struct, frozen=True, gc=False):
    """An invocation that has ended: how, on which version, and what it left in the log."""

    outcome: Outcome
    executed_version: str
    told: Told

    @property
    def tail(self) -> str:
        """Base64 of the last 4 KB of its log."""
        return tail(self.told)


class Invoker:
    """Runs invocations of resolved versions."""

    __slots__ = (
        "_admission",
        "_budgets",
        "_environments",
        "_folders",
        "_logs",
        "_metrics",
        "_mounted",
        "_recursion",
    )

    def __init__(
        self,
        *,
        environments: Environments,
        admission: Admission,
        logs: LogSink,
        folders: Folders | None = None,
        metrics: MetricSink | None = None,
        recursion: Recursion | None = None,
        budgets: Budgets | None = None,
    ) -> None:
        self._environments = environments
        self._admission = admission
        self._logs = logs
        self._folders = folders
        self._metrics = metrics or Uncounted()
        self._recursion = recursion
        self._budgets = budgets
        self._mounted: dict[str, int] = {}  # by an environment's key, what its folder's epoch was last

    @property
    def admission(self) -> Admission:
        """What decides how many run at once."""
        return self._admission

    async def invoke(self, resolved: Resolved, invocation: Invocation, *, queued: bool = False) -> Finished:
        """Run `invocation` in an environment of the resolved version and hand its lines to the log. `queued` ones come from a
        queue, so their rate is not limited.

        Raises:
            Throttled: no place is left for this function, or too many have begun. OverBudget, one of these: a budget is used up.
            PreparationFailed: no environment could be started. RecursionStopped, one of these: it goes on calling itself.
        """
        invocation = self._entered(resolved, invocation)
        budgets = self._budgets_of(resolved)
        if budgets:
            await self._pay(budgets, resolved, invocation, queued=queued)
        permit = self._admit(resolved, invocation, queued=queued)
        spec = self._current(resolved.spec_for(ahead=permit.ahead))
        try:
            outcome = await self._environments.invoke(spec, invocation)
        except (
            CancelledError
        ):  # who called waits no longer, but the function goes on, and has its place until its end
            run = _Run(resolved, spec, invocation, permit, budgets)
            if not self._environments.leave(invocation, lambda outcome: self._left(run, outcome)):
                permit.release()
            raise
        except BaseException:
            permit.release()
            raise
        return self._ended(_Run(resolved, spec, invocation, permit, budgets), outcome)

    def has_budgets(self, resolved: Resolved) -> bool:
        """Whether an invocation may have to wait for a budget."""
        return bool(self._budgets_of(resolved))

    def entered(self, resolved: Resolved, trace: str, request_id: str) -> str:
        """The trace of an invocation as the function gets it.

        Raises:
            RecursionStopped: it goes on calling itself.
        """
        return trace if self._recursion is None else self._recursion.enter(resolved, trace, request_id)

    def begin(
        self,
        resolved: Resolved,
        invocation: Invocation,
        told: Callable[[Finished | PreparationFailed], None],
    ) -> None:
        """Run `invocation`, whose trace is that of an `entered` one, as `invoke` does, but wait for nothing, so that it is not for
        versions that have budgets. `told` is called once, not before this returns, and must not raise.

        Raises:
            Throttled, PreparationFailed: as for `invoke`.
        """
        permit = self._admit(resolved, invocation, queued=False)
        spec = self._current(resolved.spec_for(ahead=permit.ahead))
        run = _Run(resolved, spec, invocation, permit, ())

        def ended(outcome: Outcome | PreparationFailed) -> None:
            if not isinstance(outcome, Outcome):
                permit.release()
                told(outcome)
                return
            try:
                finished = self._ended(run, outcome)
            except Exception:
                log.exception("%s can't be reported", invocation.request_id)
                told(PreparationFailed("ServiceException", "The service encountered an internal error."))
            else:
                told(finished)

        try:
            self._environments.begin(spec, invocation, ended)
        except BaseException:
            permit.release()
            raise

    async def debug(self, resolved: Resolved, invocation: Invocation, port: int) -> Finished:
        """Run one invocation in an environment of its own, whose runtime waits on `port` for a debugger. It has a day.

        Raises:
            Throttled, PreparationFailed: as for `invoke`.
        """
        key = f"{resolved.spec.key}:debug:{port}"
        spec = msgspec.structs.replace(
            resolved.spec, key=key, timeout_s=DEBUG_S, debug_port=port, initialization=ON_DEMAND
        )
        try:
            return await self.invoke(msgspec.structs.replace(resolved, spec=spec), invocation)
        finally:
            self._environments.retire(key)

    async def stream(self, resolved: Resolved, invocation: Invocation) -> "Streaming":
        """Like `invoke`, for an answer that is read while it is made; returns when it begins.

        Raises:
            Throttled, PreparationFailed: as for `invoke`.
        """
        invocation = self._entered(resolved, invocation)
        budgets = self._budgets_of(resolved)
        if budgets:
            await self._pay(budgets, resolved, invocation, queued=False)
        permit = self._admit(resolved, invocation, queued=False)
        spec = self._current(resolved.spec_for(ahead=permit.ahead))
        streaming = Streaming()

        def ended(outcome: Outcome | None) -> None:
            if outcome is None:
                permit.release()
            else:
                run = _Run(resolved, spec, invocation, permit, budgets)
                streaming.finished = self._ended(run, outcome)

        streaming.answer = self._environments.stream(spec, invocation, ended)
        streaming.head = await streaming.answer.begun()
        return streaming

    def _entered(self, resolved: Resolved, invocation: Invocation) -> Invocation:
        trace = self.entered(resolved, invocation.trace, invocation.request_id)
        return msgspec.structs.replace(invocation, trace=trace)

    def _budgets_of(self, resolved: Resolved) -> tuple[Budget, ...]:
        return () if self._budgets is None else self._budgets.of(resolved.version)

    async def _pay(
        self, budgets: tuple[Budget, ...], resolved: Resolved, invocation: Invocation, *, queued: bool
    ) -> None:
        if self._budgets is not None:
            size = len(invocation.payload)
            await self._budgets.take(budgets, resolved, invocation.request_id, size, queued=queued)

    def _admit(self, resolved: Resolved, invocation: Invocation, *, queued: bool) -> Permit:
        try:
            return self._admission.admit(resolved, queued=queued)
        except Throttled:
            self._metrics.throttled(resolved, invocation)
            raise

    def _current(self, spec: EnvironmentSpec) -> EnvironmentSpec:
        """The spec with a key of its own for what is in the folder now, if the code is one; the environments of before end."""
        if self._folders is None or not spec.code_digest.startswith(PREFIX):
            return spec
        folder = folder_of(spec.code_digest)
        epoch = self._folders.epoch(folder)
        before = self._mounted.get(spec.key)
        if before is not None and before != epoch:
            self._environments.retire(f"{spec.key}:at {before};")
        self._mounted[spec.key] = epoch
        return msgspec.structs.replace(spec, key=f"{spec.key}:at {epoch};")

    def _left(self, run: "_Run", outcome: Outcome | None) -> None:
        if outcome is None:
            run.permit.release()
        else:
            self._ended(run, outcome)

    def _ended(self, run: "_Run", outcome: Outcome) -> Finished:
        """Count and log it; what has to wait until nothing works for it any more follows then."""
        resolved, invocation = run.resolved, run.invocation
        self._metrics.ended(resolved, run.permit, invocation, outcome)
        told = told_of(resolved.version, run.spec, invocation.request_id, outcome)
        if outcome.settled is None:
            self._settle(run, outcome, told)
        else:
            outcome.settled.add_done_callback(lambda settled: self._settled(run, outcome, settled.result()))
        return Finished(outcome, resolved.version.version, told)

    def _settled(self, run: "_Run", outcome: Outcome, whole: Outcome) -> None:
        """What went on after the answer is over; `whole` has its time and its lines as well."""
        told = told_of(run.resolved.version, run.spec, run.invocation.request_id, whole)
        self._settle(run, whole, told)
        self._metrics.settled(run.resolved, run.invocation, whole.duration_ms - outcome.duration_ms)

    def _settle(self, run: "_Run", whole: Outcome, told: Told) -> None:
        run.permit.release()
        if run.budgets and self._budgets is not None:
            self._budgets.charge(run.budgets, run.resolved.version, whole, ahead=run.permit.ahead)
        self._logs.write(run.spec, whole.log_stream, told, request_id=run.invocation.request_id)


class _Run(msgspec.Struct, frozen=True, gc=False):
    """An invocation under way, with what it holds."""

    resolved: Resolved
    spec: EnvironmentSpec
    invocation: Invocation
    permit: Permit
    budgets: tuple[Budget, ...]


class Streaming:
    """An invocation whose answer is read while it is made: `head` is what the function says of it (JSON, b"" where it is given at once),
    and `finished` is there once the answer has been read to its end."""

    __slots__ = ("answer", "finished", "head")

    answer: Stream
    head: bytes
    finished: Finished | None

    def __init__(self) -> None:
        self.finished = None

    async def parts(self, pace: Pace) -> AsyncIterator[bytes]:
        """The answer's parts, no faster than AWS sends them. If the reader leaves, the invocation goes on to its end."""
        try:
            async for part in self.answer.parts():
                await pace.wait(len(part))
                yield part
        finally:
            self.answer.leave()
