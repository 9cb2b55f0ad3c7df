"""One execution environment: its processes, its socket, its log. Where it is in its life is in `standing.py`."""

import asyncio
import logging
import shutil
import signal
from collections.abc import Callable
from contextlib import closing

import msgspec

from portico.base.clock import Clock
from portico.environments import ends, framed, layouts
from portico.environments.api.session import Session
from portico.environments.companions import Companions
from portico.environments.control import Control
from portico.environments.doors import RUNTIME_API_PORT, Doors, Entrance, Network
from portico.environments.ends import Ends
from portico.environments.framed import BrokenFrame, Channel, Frame, FramedLane
from portico.environments.launchers.port import LaunchFailed, Layout, Process
from portico.environments.lifecycle import Event, State
from portico.environments.logpipe import LogPipe
from portico.environments.plan import Plan
from portico.environments.processes import Processes
from portico.environments.reserve import Early
from portico.environments.sandbox.cgroups import Group
from portico.environments.standing import Standing
from portico.environments.wayout import WayOut
from portico.environments.work import (
    EnvironmentSpec,
    ExtensionReady,
    Invocation,
    LogLine,
    PreparationFailed,
    Prepared,
    Subscribed,
)

log = logging.getLogger("portico.environments")

_EXIT_GRACE_S = 0.5
# What a runtime has of an end that extensions are told of. Source: Developer Guide, "Lambda runtime environment", "Shutdown phase".
_RUNTIME_GRACE_S = 0.3
_LAST_WORDS_S = 1.0
_MEASURE_EVERY_S = 0.25


class Reports(msgspec.Struct, frozen=True, gc=False):
    """Who is told what about an environment: `heard` what its runtime says; `broken` that it can say nothing more that is worth
    hearing and must be ended; `leaving` that its processes are gone, of which the last words are still to be heard; `gone`, once, that
    it is over."""

    heard: Callable[["Environment", Frame], None]
    broken: Callable[["Environment"], None]
    leaving: Callable[["Environment"], None]
    gone: Callable[["Environment"], None]


class Environment(Standing):
    """An environment as the supervisor has it: how it stands, and all that joins it with its processes."""

    __slots__ = (
        "_channel",
        "_companions",
        "_control",
        "_doors",
        "_log",
        "_loop",
        "_measure_at",
        "_processes",
        "_reports",
        "_session",
        "_way_out",
        "group",
        "layout",
        "network",
    )  # fmt: skip

    def __init__(self, id: int, spec: EnvironmentSpec, log_stream: str) -> None:
        super().__init__(id, spec, log_stream)
        self.group = Group()
        self.network = Network()
        self.layout = Layout()
        self._doors = Doors()
        self._way_out = WayOut(None, self._unconnected)
        self._processes = Processes()
        self._companions: Companions | None = None
        self._channel: Channel | None = None
        self._log: LogPipe | None = None
        self._control: Control | None = None
        self._session: Session | None = None
        self._measure_at = 0.0

    @property
    def pid(self) -> int | None:
        """The first process of the tree, as the server sees it."""
        return self._processes.pid

    @property
    def attended(self) -> bool:
        """Whether something in it still attends to the invocation that it has answered."""
        return self._session is not None and self._session.attending

    def take_extensions(self) -> tuple[ExtensionReady, ...]:
        """The extensions that it has begun with, once."""
        return () if self._session is None else self._session.extensions.take_ready()

    def take_subscriptions(self) -> tuple[Subscribed, ...]:
        """The extensions that have subscribed to telemetry in it, once."""
        return () if self._session is None else self._session.telemetry.take_subscribed()

    def set_init_lines_apart(self, ready_ms: int) -> None:
        """Read what the init phase has written, and date it before `ready_ms`, so that it comes before the invocation's START."""
        self.late_lines = tuple(
            LogLine(min(line.at_ms, ready_ms - 1), line.text) for line in self.take_lines()
        )

    def again(self) -> "Environment":
        """What takes this one's place after its init phase took too long."""
        other = Environment(self.id, self.spec, self.log_stream)
        other.repeated = True
        other.late_lines = self.take_lines()
        other.peak_kb = self.peak_kb
        other.inits = self.inits
        return other

    def adopt(self, early: Early, plan: Plan, prepared: Prepared, clock: Clock, reports: Reports) -> None:
        """Be the environment of processes that were started before they were needed: give them their configuration, once they have
        been shown the function's code if they have not seen it."""
        self._loop = asyncio.get_running_loop()
        self._reports = reports
        self.group = early.group
        located = self._located(plan, prepared)
        layout = self.layout = msgspec.structs.replace(located, uid=early.layout.uid, late=early.layout.late)
        variables = layouts.variables(prepared, plan, layout)
        control = self._attach(plan, early.ends, clock)

        def configure() -> None:
            self._way_out.then(lambda: self._configure(layout, variables))

        if layout.late:
            control.on_placed = configure
            control.place(layout.code_dir, layout.opt_dir, layout.tmp_mb)
        else:
            configure()
        self._follow(early.process)

    async def launch(self, plan: Plan, prepared: Prepared, clock: Clock, reports: Reports) -> None:
        """Start the processes and give them their configuration.

        Raises:
            LaunchFailed: nothing has been started.
            OSError: no descriptors are left.
        """
        self._loop = asyncio.get_running_loop()
        self._reports = reports
        ours, theirs = ends.pair()
        with closing(theirs):
            self._attach(plan, ours, clock)
            # The configuration holds secrets: it waits in the environment's own socket, and the zygote never reads it.
            layout = self.layout = self._located(plan, prepared)
            variables = layouts.variables(prepared, plan, layout)
            if not plan.extensions:
                self._way_out.then(lambda: self._configure(layout, variables))
            try:
                process = await plan.launcher.launch(layout, theirs.channel, theirs.log_fd, theirs.control)
            except BaseException as error:
                said = self.take_lines()
                self._release()
                if (
                    isinstance(error, LaunchFailed) and said
                ):  # by a container's engine, or by what ran in it: not for callers
                    log.warning("%s: %s", error, said[-1].text)
                raise
        self._follow(process)
        if plan.extensions and self.state is not State.ENDING:
            self._way_out.then(lambda: self._start_extensions(plan, layout, variables, clock))

    def deliver(self, ticket: int, invocation: Invocation, deadline_ms: int) -> None:
        """Hand the invocation to the runtime."""
        self.advance(Event.DELIVERED)
        self.thaw()
        self.ticket, self.invocation = ticket, invocation
        if self._session is not None:
            self._session.deliver(invocation, deadline_ms)

    def fork(self, frame: bytes, descriptors: list[int]) -> None:
        """Ask a snapshot for a copy.

        Raises:
            OSError: it is gone, or takes nothing now.
        """
        if self._channel is None:
            raise BrokenPipeError("the snapshot has ended")
        self._channel.send_with(frame, descriptors)

    @property
    def has_ended(self) -> bool:
        """Whether its processes are gone, though it may not have been noticed yet."""
        return self.state is State.GONE or self._processes.have_ended

    @property
    def kill_signal(self) -> int:
        """What ends the tree."""
        return self._processes.kill_signal

    @property
    def frozen(self) -> bool:
        """Whether none of its processes runs."""
        return self._processes.frozen

    def freeze(self) -> None:
        """Stop the processes; they can still be killed."""
        self._processes.freeze()

    def thaw(self) -> None:
        """Let them go on."""
        self._processes.thaw()

    def hold(self, held: bool) -> None:
        """Take nothing more of a streamed answer, or go on."""
        if self._session is not None:
            (self._session.hold if held else self._session.resume)()

    def end(self, reason: str) -> None:
        """Kill every process of the environment; `on_gone` follows. The first reason stays."""
        if self.state in (State.ENDING, State.GONE):
            return
        self.advance(Event.END)
        self.reason = reason
        if self._session is not None and self._session.extensions.any:
            self.thaw()
        grace_s = 0.0 if self._session is None else self._session.shut_down(reason)
        if not grace_s or self._control is None:
            self.kill()
            return
        self._control.terminate()
        self._loop.call_later(_RUNTIME_GRACE_S, self._control.kill_runtime)
        self._processes.later(grace_s, self.kill)

    def kill(self) -> None:
        """Send the signal that ends the whole tree."""
        self._processes.kill()

    def take_lines(self, *, quiet: bool = False) -> tuple[LogLine, ...]:
        """What the function has written since the last call; `quiet` if all of that has been read."""
        lines = () if self._log is None else self._log.take(quiet=quiet)
        written = () if self._companions is None else self._companions.take_lines()
        if written:
            lines = tuple(sorted(lines + written, key=_at_ms))
        if self.late_lines:
            lines, self.late_lines = self.late_lines + lines, ()
        return lines

    def _start_extensions(self, plan: Plan, layout: Layout, variables: dict[str, str], clock: Clock) -> None:
        """Start the extensions; the runtime gets its configuration, and so begins, once all have registered."""
        if self._companions is not None:
            self._companions.start(
                plan.extensions, layout, variables, clock, lambda: self._configure(layout, variables)
            )

    def _configure(self, layout: Layout, variables: dict[str, str]) -> None:
        if self._session is not None:
            self._session.telemetry.logs_are_json = variables.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
        if self._channel is not None:
            frame = framed.encode(framed.CONFIGURE, layouts.configuration(layout, variables))
            (self._channel.send_with_pipes if layout.takes_pipes else self._channel.send)(frame)

    def _located(self, plan: Plan, prepared: Prepared) -> Layout:
        return plan.launcher.locate(layouts.layout(self.spec, plan, prepared, self.group.join, self.network))

    def _attach(self, plan: Plan, ours: Ends, clock: Clock) -> Control:
        """Listen to what the processes say."""
        session = self._session = plan.api.session(self.spec, self._frame, clock.wall)
        on_end = self._channel_ended if plan.speaks_frames else _ignore
        self._channel = Channel(self._loop, ours.channel, session.heard, on_end)
        session.speak(FramedLane(self._channel) if plan.speaks_frames else None)
        self._log = LogPipe(self._loop, clock, ours.log_fd, session.line, session.telemetry.lines_dropped)
        session.happenings.memory_mb = self.memory_mb
        session.asleep = lambda: self.frozen
        control = self._control = Control(self._loop, ours.control)
        control.on_listener = self._listener
        if self.network.own:
            session.socket_inside = control.socket_inside
        way_out = self._way_out = WayOut(self.network.uplink, self._unconnected)
        control.on_uplink = way_out.handed
        self._companions = Companions(
            session,
            control,
            ending=lambda: self.state is State.ENDING,
            lost=lambda: self._reports.broken(self),
            done=self.kill,
        )
        return control

    def _follow(self, process: Process) -> None:
        """Notice the end of the processes, or bring it about."""
        self._processes.follow(self._loop, process, self._exited)
        self._way_out.starts(process.pid)
        if self._session is not None:
            self._session.started(process.pid, self.layout.uid)
        if self.state is State.ENDING:
            self.kill()

    def _listener(self, port: int, descriptor: int) -> None:
        if port != RUNTIME_API_PORT:
            self._doors.open(descriptor, self.network.portico)
        elif self._session is not None:
            self._doors.open(descriptor, Entrance(self._session.connect))

    def _unconnected(self, why: str) -> None:
        self.failure = PreparationFailed("ServiceException", f"No network could be had: {why}")
        self.end("network")

    def _frame(self, frame: Frame) -> None:
        peak_kb = frame.peak_kb or self._measured_kb()
        if peak_kb > self.peak_kb:  # noqa: PLR1730  # a call of max() costs more
            self.peak_kb = peak_kb
        self._reports.heard(self, frame)

    def _measured_kb(self) -> int:
        """The peak of a runtime that does not tell it, looked up now and then: what comes in between is in the next one."""
        now = self._loop.time()
        if now < self._measure_at:
            return 0
        self._measure_at = now + _MEASURE_EVERY_S
        return self._processes.peak_kb

    def _channel_ended(self, error: BrokenFrame | None) -> None:
        if error is not None:
            log.warning("%s sent what is no frame: %s", self, error)
        if error is not None or self.state is State.IDLE:
            self._reports.broken(self)
        elif self.state is not State.ENDING:
            # Usually the process is ending and its status comes within a moment; one that only closed its socket is killed.
            self._processes.later(_EXIT_GRACE_S, lambda: self._reports.broken(self))

    def _exited(self) -> None:
        """Its processes are gone. What they have said before that is heard first: an answer that was sent is an answer."""
        self._processes.unfollow()
        if self.state is not State.ENDING:
            self._reports.leaving(self)
        if self._channel is not None:
            self._channel.drain()
        self._processes.later(_LAST_WORDS_S, self._over)
        if self._session is None:
            self._over()
        else:
            self._session.when_quiet(self._over)

    def _over(self) -> None:
        if self._control is not None:
            self._control.drain()
            self.status = self._control.status
            if self._control.failure:
                log.warning("%s could not start: %s", self, self._control.failure)
        if not self.reason and self.status in (None, signal.SIGKILL) and self.group.oom_killed():
            self.reason = "memory"
        if not self.peak_kb:  # it has ended before anybody could ask
            self.peak_kb = self.group.peak_kb()
        self.advance(Event.EXITED)
        self.late_lines = self.take_lines()
        self._release()
        self._reports.gone(self)

    def _release(self) -> None:
        if self.layout.own_dir:
            self._loop.run_in_executor(None, shutil.rmtree, self.layout.own_dir, True)
        self._doors.close()
        self._way_out.close()
        if self._session is not None:
            self._session.close()
        if self._channel is not None:
            self._channel.close()
        if self._log is not None:
            self._log.close()
            self._log = None
        if self._companions is not None:
            self._companions.close()
        self._processes.release()
        if self._control is not None:
            self._control.close()
            self._control = None


def _at_ms(line: LogLine) -> int:
    return line.at_ms


def _ignore(_: BrokenFrame | None) -> None:
    """The channel of a program that does not speak frames ends when it has been executed."""
