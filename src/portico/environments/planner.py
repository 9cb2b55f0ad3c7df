"""Which plan a runtime's environments are started by: a row for each family of runtimes."""

from collections.abc import Awaitable, Callable

import msgspec

from portico.base import system
from portico.environments.api import programs
from portico.environments.api.extensions import EXTENSIONS_MAX
from portico.environments.api.server import ApiServer, OwnServer
from portico.environments.doors import RUNTIME_API_ADDRESS, Network
from portico.environments.launchers.container.client import Containers
from portico.environments.launchers.port import LaunchFailed
from portico.environments.node_versions import NodeVersions
from portico.environments.plan import Fault, Plan
from portico.environments.runtimes.clients.commands import FAMILIES, Clients
from portico.environments.runtimes.nodejs import program as nodejs
from portico.environments.runtimes.provided import bootstrap
from portico.environments.work import EnvironmentSpec, Image, Prepared
from portico.environments.zygotes import Zygotes

_Make = Callable[[EnvironmentSpec, Prepared], Awaitable[Plan]]


class Planner:
    """Plans environments. The families are told apart by how the runtime's name begins."""

    def __init__(
        self,
        zygotes: Zygotes,
        network: Network,
        clients: Clients | None = None,
        containers: Containers | None = None,
    ) -> None:
        self._network = network
        self._zygotes = zygotes
        self._api = ApiServer()
        self._nodes = NodeVersions()
        self._clients = clients or Clients()
        self._containers = containers or Containers()
        self._families: dict[str, _Make] = {
            "python": self._python,
            "nodejs": self._nodejs,
            "provided": self._provided,
            **dict.fromkeys(FAMILIES, self._with_client),
        }

    async def plan(self, spec: EnvironmentSpec, prepared: Prepared) -> Plan:
        """The plan for an environment of `spec`.

        Raises:
            LaunchFailed: there is no such runtime here.
            Fault: the function has nothing to start.
        """
        if spec.image is not None:
            return await self._with_apis(await self._image(spec.image), prepared)
        for prefix, make in self._families.items():
            if spec.runtime.startswith(prefix):
                return await self._with_apis(await make(spec, prepared), prepared)
        raise LaunchFailed(f"the runtime {spec.runtime} is not supported")

    async def _python(self, spec: EnvironmentSpec, prepared: Prepared) -> Plan:
        launcher = await self._zygotes.choose(spec, prepared)
        return Plan(launcher, self._api, variables=_debugged(spec))

    async def _nodejs(self, spec: EnvironmentSpec, prepared: Prepared) -> Plan:
        node = await self._nodes.find(spec.runtime)
        program = nodejs.program(node, spec.runtime, spec.memory_mb)
        launcher = await self._zygotes.bare()
        if spec.debug_port or not launcher.forks:
            return Plan(launcher, self._api, program, variables=_debugged(spec))
        return Plan(launcher, self._api, program, ahead=self._ahead(prepared))

    def _ahead(self, prepared: Prepared) -> tuple[tuple[str, str], ...] | None:
        """What a Node.js that is started before its function is known needs of the function's variables."""
        tier = self._zygotes.tier
        if tier == "B":  # where what may be read is said once
            return None
        opt_dir = prepared.opt_dir if tier == "A" else ""
        variables = dict(prepared.variables)
        if opt_dir:
            variables = {name: value.replace(opt_dir, "/opt") for name, value in variables.items()}
        return nodejs.at_the_start(variables)

    async def _provided(self, spec: EnvironmentSpec, prepared: Prepared) -> Plan:
        program = bootstrap.program(prepared)
        return Plan(await self._zygotes.bare(), self._api, program, speaks_frames=False)

    async def _image(self, image: Image) -> Plan:
        if not system.LINUX:
            raise LaunchFailed("container images can be run on Linux only")
        if self._network.own:
            raise LaunchFailed("container images need the network setting `host`")
        return Plan(self._containers.launcher(image), self._api, speaks_frames=False)

    async def _with_client(self, spec: EnvironmentSpec, prepared: Prepared) -> Plan:
        program = self._clients.command(spec, prepared)
        return Plan(await self._zygotes.bare(), self._api, program, speaks_frames=False)

    async def _with_apis(self, plan: Plan, prepared: Prepared) -> Plan:
        """What environments of all runtimes have: the address of the APIs, and the extensions of their layers."""
        extensions = programs.found(prepared.opt_dir)
        if len(extensions) > EXTENSIONS_MAX:
            raise Fault("Extension.TooManyExtensions", f"Extension limit ({EXTENSIONS_MAX}) reached")
        if self._network.own:
            api, address = plan.api, RUNTIME_API_ADDRESS
        else:
            api = plan.api if system.LINUX else OwnServer()
            await api.start()
            address = api.address
        variables = (("AWS_LAMBDA_RUNTIME_API", address), *plan.variables)
        return msgspec.structs.replace(plan, api=api, variables=variables, extensions=extensions)

    async def close(self) -> None:
        """End what the plans have in common."""
        await self._containers.close()
        await self._api.close()


def _debugged(spec: EnvironmentSpec) -> tuple[tuple[str, str], ...]:
    return (("PORTICO_DEBUG_PORT", str(spec.debug_port)),) if spec.debug_port else ()
