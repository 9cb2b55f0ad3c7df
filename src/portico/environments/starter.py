"""Starts environments: cold, from what waits already, or from a snapshot."""

import secrets
import time
from collections.abc import Callable, Collection

import msgspec

from portico.base import system
from portico.base.clock import Clock
from portico.environments import reserve
from portico.environments.doors import Network
from portico.environments.environment import Environment, Reports
from portico.environments.launchers.port import LaunchFailed
from portico.environments.plan import Plan
from portico.environments.planner import Planner
from portico.environments.reserve import Early, Kind, Reserve
from portico.environments.sandbox.cgroups import Group, Groups
from portico.environments.snapshots import NoSnapshot, Snapshot, Snapshots
from portico.environments.work import SNAP_START, EnvironmentSpec, PreparationFailed, Preparer
from portico.environments.zygotes import Zygotes


class Starter:
    """What all starts have in common: who prepares, who plans, and what environments are limited by and connected to."""

    def __init__(
        self, preparer: Preparer, zygotes: Zygotes, groups: Groups, network: Network, clock: Clock
    ) -> None:
        self._preparer = preparer
        self._groups = groups
        self._network = network
        self._clock = clock
        self._planner = Planner(zygotes, network)
        self.reserve = Reserve(reserve.RUNTIMES, groups, network, clock.monotonic)
        self.copies = Reserve(reserve.COPIES, groups, network, clock.monotonic)
        self._snapshots = Snapshots(self._start_snapshot, self.copies.leave, self.log_stream)

    @property
    def pids(self) -> list[int]:
        """The processes that snapshots are, beside the environments themselves."""
        return self._snapshots.pids()

    @property
    def users(self) -> list[int]:
        """Whom snapshots run as."""
        return self._snapshots.users()

    def log_stream(self, spec: EnvironmentSpec) -> str:
        """A log stream's name; it says the function too where its log group is not the function's own."""
        day = time.strftime("%Y/%m/%d", time.gmtime(self._clock.now()))
        function = "" if spec.log_group == f"/aws/lambda/{spec.function}" else spec.function
        return f"{day}/{function}[{spec.version}]{secrets.token_hex(16)}"

    async def start(self, environment: Environment, reports: Reports, begins: Callable[[], None]) -> None:
        """Start an environment's processes; `begins` is called when its init phase does.

        Raises:
            PreparationFailed, LaunchFailed, Fault, OSError: nothing has been started.
        """
        prepared = await self._preparer.prepare(environment.spec, environment.log_stream)
        plan = await self._planner.plan(environment.spec, prepared)
        if environment.spec.initialization == SNAP_START:
            plan = await self._from_snapshot(environment, plan)
        environment.expires_at = prepared.expires_at
        environment.network = self._network
        begins()
        early = self._take_early(plan, environment.spec)
        if early is not None:
            environment.adopt(early, plan, prepared, self._clock, reports)
            return
        environment.group = self._group(environment.spec)
        await environment.launch(plan, prepared, self._clock, reports)

    async def snapshot(self, spec: EnvironmentSpec) -> None:
        """Have the snapshot of `spec` ready; see the port."""
        try:
            self.copies.want(_copy_of(await self._snapshots.of(spec), spec))
        except NoSnapshot as error:
            if error.why == "init":
                document = error.document.decode(errors="replace")
                raise PreparationFailed("SnapStartException", document) from error
        except LaunchFailed as error:
            raise PreparationFailed("ServiceException", f"No snapshot could be made: {error}") from error

    def retire(self, prefix: str, in_use: Collection[str]) -> None:
        """End the snapshots of keys that begin with `prefix`, those `in_use` once they are not."""
        self._snapshots.retire(prefix, in_use)

    def ended(self, environment: Environment, in_use: Callable[[], Collection[str]]) -> None:
        """An environment is gone."""
        self._groups.remove(environment.group)
        if self._snapshots.retiring:
            self._snapshots.drop_unused(in_use())

    async def close(self) -> None:
        """End what waits, and all that environments have in common."""
        self._snapshots.close()
        await self.copies.close()
        await self.reserve.close()
        await self._planner.close()
        self._groups.close()

    def _group(self, spec: EnvironmentSpec) -> Group:
        return self._groups.make(spec.memory_mb, spec.ephemeral_mb)

    def _take_early(self, plan: Plan, spec: EnvironmentSpec) -> Early | None:
        """Processes that were started before, for an environment of this kind."""
        if plan.extensions:
            return None
        if isinstance(plan.launcher, Snapshot):
            return self.copies.take(_copy_of(plan.launcher, spec))
        if plan.ahead is None:
            return None
        kind = Kind(
            plan.launcher,
            spec.memory_mb,
            spec.ephemeral_mb,
            late=True,
            program=plan.program_ahead,
            variables=plan.ahead,
        )
        return self.reserve.take(kind)

    async def _from_snapshot(self, environment: Environment, plan: Plan) -> Plan:
        """The plan by which the environment is forked from its version's snapshot; `plan` itself where there can be none."""
        try:
            snapshot = await self._snapshots.of(environment.spec)
        except NoSnapshot as error:
            environment.no_snapshot = error.why
            return plan
        environment.restored = True
        environment.late_lines, snapshot.lines = snapshot.lines, ()
        return msgspec.structs.replace(plan, launcher=snapshot)

    async def _start_snapshot(self, environment: Environment, reports: Reports) -> None:
        """Start the process that is to become a snapshot.

        Raises:
            NoSnapshot: nothing can be forked here.
        """
        if not system.LINUX:
            raise NoSnapshot("system")
        spec = environment.spec
        prepared = await self._preparer.prepare(spec, environment.log_stream)
        plan = msgspec.structs.replace(await self._planner.plan(spec, prepared), snapshot=True)
        environment.network = self._network
        environment.group = self._group(spec)
        await environment.launch(plan, prepared, self._clock, reports)


def _copy_of(snapshot: Snapshot, spec: EnvironmentSpec) -> Kind:
    return Kind(snapshot, spec.memory_mb, spec.ephemeral_mb)
