"""Which plan a runtime's environments are started by: a row for each family of runtimes."""

from collections.abc import Awaitable, Callable

from portico.environments.launchers.port import LaunchFailed
from portico.environments.plan import Plan
from portico.environments.work import EnvironmentSpec, Prepared
from portico.environments.zygotes import Zygotes

_Make = Callable[[EnvironmentSpec, Prepared], Awaitable[Plan]]


class Planner:
    """Plans environments. The families are told apart by how the runtime's name begins."""

    def __init__(self, zygotes: Zygotes) -> None:
        self._zygotes = zygotes
        self._families: dict[str, _Make] = {"python": self._python}

    async def plan(self, spec: EnvironmentSpec, prepared: Prepared) -> Plan:
        """The plan for an environment of `spec`.

        Raises:
            LaunchFailed: there is no such runtime here.
        """
        for prefix, make in self._families.items():
            if spec.runtime.startswith(prefix):
                return await make(spec, prepared)
        raise LaunchFailed(f"the runtime {spec.runtime} is not supported")

    async def _python(self, spec: EnvironmentSpec, prepared: Prepared) -> Plan:
        return Plan(await self._zygotes.choose(spec, prepared))
