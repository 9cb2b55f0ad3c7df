"""Which plan a runtime's environments are started by: a row for each family of runtimes."""

from collections.abc import Awaitable, Callable

from portico.environments.api.server import ApiServer
from portico.environments.doors import RUNTIME_API_ADDRESS, Network
from portico.environments.launchers.port import LaunchFailed
from portico.environments.node_versions import NodeVersions
from portico.environments.plan import Plan
from portico.environments.runtimes.nodejs import program as nodejs
from portico.environments.runtimes.provided import bootstrap
from portico.environments.work import EnvironmentSpec, Prepared
from portico.environments.zygotes import Zygotes

_Make = Callable[[EnvironmentSpec, Prepared], Awaitable[Plan]]


class Planner:
    """Plans environments. The families are told apart by how the runtime's name begins."""

    def __init__(self, zygotes: Zygotes, network: Network) -> None:
        self._network = network
        self._zygotes = zygotes
        self._api = ApiServer()
        self._nodes = NodeVersions()
        self._families: dict[str, _Make] = {
            "python": self._python,
            "nodejs": self._nodejs,
            "provided": self._provided,
        }

    async def plan(self, spec: EnvironmentSpec, prepared: Prepared) -> Plan:
        """The plan for an environment of `spec`.

        Raises:
            LaunchFailed: there is no such runtime here.
            NotStartable: the function has nothing to start.
        """
        for prefix, make in self._families.items():
            if spec.runtime.startswith(prefix):
                return await make(spec, prepared)
        raise LaunchFailed(f"the runtime {spec.runtime} is not supported")

    async def _python(self, spec: EnvironmentSpec, prepared: Prepared) -> Plan:
        debugged = (("PORTICO_DEBUG_PORT", str(spec.debug_port)),) if spec.debug_port else ()
        return Plan(await self._zygotes.choose(spec, prepared), variables=debugged)

    async def _nodejs(self, spec: EnvironmentSpec, prepared: Prepared) -> Plan:
        node = await self._nodes.find(spec.runtime)
        launcher = await self._zygotes.bare()
        return Plan(launcher, nodejs.program(node, spec.runtime, spec.memory_mb))

    async def _provided(self, spec: EnvironmentSpec, prepared: Prepared) -> Plan:
        program = bootstrap.program(prepared)
        address = await self._api_address()
        launcher = await self._zygotes.bare()
        return Plan(launcher, program, self._api.session, (("AWS_LAMBDA_RUNTIME_API", address),))

    async def _api_address(self) -> str:
        if self._network.own:
            return RUNTIME_API_ADDRESS
        await self._api.start()
        return self._api.address

    async def close(self) -> None:
        """End what the plans have in common."""
        await self._api.close()
