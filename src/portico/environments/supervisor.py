"""Performs what the pool decides: starts, feeds, times and ends environments. Implements the port `Environments`."""

import asyncio
import logging
from collections.abc import Callable

from portico.base.clock import Clock
from portico.base.trace import furthest
from portico.environments.deadlines import Deadlines
from portico.environments.doors import Network
from portico.environments.environment import Environment, Reports
from portico.environments.freezer import Freezer
from portico.environments.hearing import Hearing
from portico.environments.launchers.port import LaunchFailed
from portico.environments.lifecycle import Event, State
from portico.environments.outcomes import Outcomes
from portico.environments.plan import Fault
from portico.environments.pool import Action, Deliver, Fail, Pool, Start, StartAhead, Stop
from portico.environments.reserve import Reserve
from portico.environments.sandbox.cgroups import Groups
from portico.environments.starter import Starter
from portico.environments.stream import Stream
from portico.environments.tickets import Listener, Tickets, Told, Waiter
from portico.environments.watch import Watch
from portico.environments.work import (
    PROVISIONED,
    EnvironmentSpec,
    Invocation,
    Outcome,
    PreparationFailed,
    Preparer,
)
from portico.environments.zygotes import Zygotes

log = logging.getLogger("portico.environments")

_CLOSE_S = 5.0
_AHEAD_INIT_S = 130.0  # source: Developer Guide, "Lambda runtime environment": provisioned concurrency


class Supervisor:
    """Where invocations run.

    `environments_max` bounds the environments of all functions together; one that was idle for `idle_s` seconds ends. An init
    phase that takes longer than `init_s` is broken off and repeated inside the invocation, under its timeout, as on AWS. `groups` are
    the control groups that limit environments (none: the watch does), `network` is what they reach.
    """

    def __init__(
        self,
        preparer: Preparer,
        *,
        clock: Clock,
        environments_max: int = 1000,
        idle_s: float = 300.0,
        init_s: float = 10.0,
        zygotes: Zygotes | None = None,
        groups: Groups | None = None,
        network: Network | None = None,
    ) -> None:
        self._clock = clock
        self._init_s = init_s
        self._idle_s = idle_s
        self._pool = Pool(environments_max=environments_max, idle_s=idle_s)
        self._zygotes = zygotes or Zygotes()
        self._network = network or Network()
        self._starter = Starter(preparer, self._zygotes, groups or Groups(()), self._network, clock)
        self._outcomes = Outcomes(clock)
        self._environments: dict[int, Environment] = {}
        self._tickets = Tickets()
        self._kept: dict[str, EnvironmentSpec] = {}
        self._traces: dict[str, str] = {}  # by an environment's log stream, of the invocation it got last
        self._starts: set[asyncio.Task[None]] = set()
        self._running = False
        self._closing = False
        self._sweeper: asyncio.TimerHandle | None = None

    @property
    def pool(self) -> Pool:
        """The pool, whose `repr` tells everything; for health and tests."""
        return self._pool

    def pids(self) -> list[int]:
        """The processes that the trees of all environments begin with, which run nothing of a function's. Those that were restored
        are in the trees of their snapshots."""
        cold = [e.pid for e in self._environments.values() if e.pid is not None and not e.restored]
        return cold + self._starter.pids

    def users(self) -> set[int] | None:
        """The users of this machine whom functions run as, each of which is an environment's own; None where one is the server's."""
        started = [e.layout.uid for e in self._environments.values() if e.pid is not None]
        found = {*started, *self._starter.users}
        return None if 0 in found else found

    def trace_in(self, name: str) -> str:
        """The trace of the invocation that an environment, named by its log stream, runs or has run last; "" for none. What the
        environment calls continues it. The environments of a snapshot begin with the same credentials, which name their key: of
        several, the lineage of all is continued."""
        if not name or name in self._traces:
            return self._traces.get(name, "")
        copies = [e.log_stream for e in self._environments.values() if e.spec.key == name]
        return furthest([self._traces[stream] for stream in copies if stream in self._traces])

    @property
    def reserve(self) -> Reserve:
        """What has been started before its function is known, for health and tests."""
        return self._starter.reserve

    @property
    def copies(self) -> Reserve:
        """The copies of snapshots that nobody has needed yet, for health and tests."""
        return self._starter.copies

    @property
    def zygotes(self) -> Zygotes:
        """The warm parents of the environments, for health and tests."""
        return self._zygotes

    async def start(self) -> None:
        """Have the zygotes ready before the first invocation, and the network, if environments have an uplink; else not required.

        Raises:
            LaunchFailed: they do not start, or the network that is set is not to be had.
        """
        await self._network.start()
        await self._zygotes.start()

    async def invoke(self, spec: EnvironmentSpec, invocation: Invocation) -> Outcome:
        """Run one invocation; see the port."""
        if not self._running or self._closing:
            self._attach()
        outcome: asyncio.Future[Outcome] = self._loop.create_future()
        self._submit(spec, invocation, outcome)
        return await outcome

    def begin(self, spec: EnvironmentSpec, invocation: Invocation, told: Told) -> None:
        """Run one invocation and tell how it has ended; see the port."""
        if not self._running or self._closing:
            self._attach()
        self._submit(spec, invocation, Listener(told))

    def leave(self, invocation: Invocation, on_end: Callable[[Outcome | None], None]) -> bool:
        """Whoever waited for an invocation has gone; see the port."""
        return self._tickets.leave(invocation, on_end)

    def stream(
        self, spec: EnvironmentSpec, invocation: Invocation, on_end: Callable[[Outcome | None], None]
    ) -> Stream:
        """Run one invocation and pass its answer on as it comes; see the port."""
        if not self._running or self._closing:
            self._attach()
        stream = Stream(on_end)
        self._submit(spec, invocation, stream)
        return stream

    def _submit(self, spec: EnvironmentSpec, invocation: Invocation, waiter: Waiter) -> None:
        self._perform(self._pool.submit(self._tickets.add(spec, invocation, waiter), spec.key))

    def retire(self, prefix: str) -> None:
        """End what belongs to keys that begin with `prefix`; see the port."""
        self._perform(self._pool.retire(prefix))
        self._starter.retire(prefix, self._in_use())

    def _in_use(self) -> set[str]:
        return {environment.spec.key for environment in self._environments.values() if environment.restored}

    def keep(self, spec: EnvironmentSpec, count: int) -> None:
        """Keep environments of `spec` ready; see the port."""
        if self._closing:
            return
        if not self._running:
            self._attach()
        self._kept[spec.key] = spec
        self._perform(self._pool.keep(spec.key, count))
        if not count:
            del self._kept[spec.key]

    def kept(self, key: str) -> tuple[int, int]:
        """How many of those are ready, and how many have failed; see the port."""
        return self._pool.kept(key)

    def sweep(self) -> None:
        """End environments that were idle for too long or whose credentials have expired. Runs by itself now and then."""
        now = self._clock.monotonic()
        self._perform(self._pool.expire(now))
        self._starter.reserve.expire()
        for environment in [e for e in self._environments.values() if e.expires_at <= now]:
            self._perform(self._pool.end(environment.id))

    async def close(self) -> None:
        """End every environment and the zygotes. What still waits or runs is refused or told that it was killed."""
        self._closing = True
        for task in self._starts:
            task.cancel()
        if self._starts:
            await asyncio.wait(self._starts)
        for environment in list(self._environments.values()):
            environment.end("closing")
        try:
            async with asyncio.timeout(_CLOSE_S):
                while self._environments:
                    await self._change.wait()
                    self._change.clear()
        except TimeoutError:
            log.warning("environments do not end: %r", self._pool)
        await self._starter.close()
        await self._zygotes.close()
        await self._network.close()
        self._tickets.refuse_all(PreparationFailed("ServiceException", "The server is shutting down."))
        if self._running:
            self._running = False
            self._deadlines.close()
            self._watch.close()
            self._freezer.close()
            if self._sweeper is not None:
                self._sweeper.cancel()

    def _attach(self) -> None:
        if self._closing:
            raise PreparationFailed("ServiceException", "The server is shutting down.")
        self._loop = asyncio.get_running_loop()
        self._deadlines = Deadlines(self._loop, self._expired, self._clock.monotonic)
        self._watch = Watch(self._loop, self._environments, self._clock.monotonic)
        self._freezer = Freezer(self._loop, self._environments)
        self._change = asyncio.Event()
        self._hearing = Hearing(
            self._loop,
            self._tickets,
            self._outcomes,
            initialised=self._initialised,
            free=self._release,
            broken=self._broken,
        )
        self._reports = Reports(
            heard=self._hearing.heard, broken=self._broken, leaving=self._leaving, gone=self._gone
        )
        self._running = True
        self._sweep_again()

    def _sweep_again(self) -> None:
        self.sweep()
        self._sweeper = self._loop.call_later(min(self._idle_s / 4, 15.0), self._sweep_again)

    def _perform(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Deliver():
                    self._deliver(self._environments[action.env], action.id)
                case Start():
                    self._start(action.env, action.id)
                case StartAhead():
                    spec = self._kept[action.key]
                    self._begin(Environment(action.env, spec, self._starter.log_stream(spec)))
                case Stop():
                    self._environments[action.env].end("idle")
                case Fail():
                    self._tell(action.id, self._environments[action.env])

    # Starting

    def _start(self, id: int, ticket: int) -> None:
        spec = self._tickets[ticket][0]
        self._begin(Environment(id, spec, self._starter.log_stream(spec)))

    def _begin(self, environment: Environment) -> None:
        self._environments[environment.id] = environment
        task = self._loop.create_task(self._launch(environment))
        self._starts.add(task)
        task.add_done_callback(self._starts.discard)

    async def _launch(self, environment: Environment) -> None:
        try:
            await self._starter.start(environment, self._reports, lambda: self._init_begins(environment))
        except (PreparationFailed, Fault) as error:
            environment.failure = error
        except (Exception, asyncio.CancelledError) as error:
            known = isinstance(error, (LaunchFailed, OSError, asyncio.CancelledError))
            log.warning("no environment for %s: %s", environment.spec.key, error, exc_info=not known)
            environment.failure = PreparationFailed(
                "ServiceException", f"No environment could be started: {error}"
            )
        else:
            return
        environment.advance(Event.EXITED)
        self._gone(environment)

    def _init_begins(self, environment: Environment) -> None:
        environment.init_started_at = self._clock.monotonic()
        if environment.repeated:
            environment.delivered_at = environment.init_started_at
            environment.started_ms = self._outcomes.wall_ms()
            limit_s = float(environment.spec.timeout_s)
        else:
            limit_s = self._init_limit_s(environment.spec)
        self._deadlines.set(environment.id, environment.init_started_at + limit_s)
        self._watch.wake()

    async def snapshot(self, spec: EnvironmentSpec) -> None:
        """Have the snapshot of `spec` ready; see the port."""
        await self._starter.snapshot(spec)

    def _init_limit_s(self, spec: EnvironmentSpec) -> float:
        if spec.initialization == PROVISIONED:
            return max(_AHEAD_INIT_S, float(spec.timeout_s))
        # Somebody who debugs takes their time.
        return float(spec.timeout_s) if spec.debug_port else self._init_s

    # Running

    def _deliver(self, environment: Environment, ticket: int) -> None:
        spec, invocation, _ = self._tickets[ticket]
        if not environment.repeated:
            now = self._clock.monotonic()
            environment.delivered_at = now
            environment.started_ms = self._outcomes.wall_ms()
            self._deadlines.set(environment.id, now + spec.timeout_s)
        self._traces[environment.log_stream] = invocation.trace
        environment.deliver(ticket, invocation, environment.started_ms + spec.timeout_s * 1000)
        self._watch.wake()

    def _initialised(self, environment: Environment) -> None:
        if not environment.repeated:
            self._deadlines.clear(environment.id)
            now = self._clock.monotonic()
            environment.init_ms = (now - environment.init_started_at) * 1000
            if environment.spec.initialization == PROVISIONED:
                environment.init_ended(now, "success")
            environment.set_init_lines_apart(self._outcomes.wall_ms())
        self._freezer.wake()
        self._perform(self._pool.started(environment.id, self._clock.monotonic()))

    def _release(self, environment: Environment) -> None:
        """Nothing in it attends to an invocation any more."""
        self._deadlines.clear(environment.id)
        now = self._clock.monotonic()
        if environment.expires_at <= now:
            self._perform(self._pool.end(environment.id))
        self._freezer.wake()
        actions = self._pool.released(environment.id, now)
        if actions:
            self._perform(actions)

    def _broken(self, environment: Environment) -> None:
        """The environment does what no runtime does: it must not be given anything more."""
        self._pool.withdraw(environment.id)
        environment.end("broken")

    def _expired(self, id: int) -> None:
        """A deadline has come."""
        environment = self._environments[id]
        first_init = environment.state is State.STARTING and not environment.repeated
        again = first_init and environment.spec.initialization != PROVISIONED
        environment.end("init timeout" if again else "timeout")

    # Ending

    def _leaving(self, environment: Environment) -> None:
        """It must not be given anything more."""
        self._pool.withdraw(environment.id)

    def _gone(self, environment: Environment) -> None:
        """Every process of the environment is gone, or it never had any."""
        self._deadlines.clear(environment.id)
        if not environment.ready and environment.reason == "init timeout" and not self._closing:
            environment.init_ended(self._clock.monotonic(), "timeout")
            self._starter.ended(environment, self._in_use)
            self._begin(environment.again())
            return
        if environment.ready:
            self._hearing.settle(environment)
            if environment.invocation is not None:
                self._tell(environment.ticket, environment)
            actions = self._pool.gone(environment.id)
        else:
            if environment.spec.key in self._kept:
                log.warning(
                    "not started ahead: %s, %s", environment, environment.failure or environment.reason
                )
            actions = self._pool.failed(environment.id)
        if self._closing:
            actions = [action for action in actions if isinstance(action, Fail)]
        self._perform(actions)
        del self._environments[environment.id]
        self._traces.pop(environment.log_stream, None)
        self._starter.ended(environment, self._in_use)
        self._change.set()

    def _tell(self, ticket: int, environment: Environment) -> None:
        """Give an invocation what became of its environment, which is gone."""
        if isinstance(environment.failure, PreparationFailed):
            self._tickets.refuse(ticket, environment.failure)
            return
        invocation = self._tickets[ticket][1]
        self._tickets.resolve(ticket, self._outcomes.died(environment, invocation.request_id))
