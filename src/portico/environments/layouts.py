"""From a spec and a plan to what an environment's processes are shown and told."""

import msgspec

from portico.environments.doors import Network
from portico.environments.launchers.port import Layout
from portico.environments.plan import Plan
from portico.environments.work import EnvironmentSpec, Prepared


def layout(
    spec: EnvironmentSpec, plan: Plan, prepared: Prepared, groups: tuple[str, ...], network: Network
) -> Layout:
    """What the processes see of the machine; the launcher has yet to locate it."""
    return Layout(
        code_dir=prepared.code_dir,
        opt_dir=prepared.opt_dir,
        tmp_mb=spec.ephemeral_mb,
        memory_mb=spec.memory_mb,
        program=plan.program,
        speaks_frames=plan.speaks_frames,
        groups=groups,
        own_network=network.own,
        doors=network.ports,
        uplink=network.uplink is not None,
        snapshot=plan.snapshot,
    )


def variables(prepared: Prepared, plan: Plan, located: Layout) -> dict[str, str]:
    """The environment variables, with the folders as the function finds them."""
    found = {**dict(prepared.variables), **dict(plan.variables), "LAMBDA_TASK_ROOT": located.task_dir}
    if located.own_dir:
        found["TMPDIR"] = located.own_dir
    if prepared.opt_dir and located.layers_dir != prepared.opt_dir:
        # They name the layers' folder as this machine has it.
        there = located.layers_dir
        found = {name: value.replace(prepared.opt_dir, there) for name, value in found.items()}
    return found


def configuration(located: Layout, given: dict[str, str]) -> bytes:
    """The body of the CONFIGURE frame (JSON)."""
    return msgspec.json.encode(
        {
            "code_dir": located.task_dir,
            "opt_dir": located.layers_dir,
            "snapshot": located.snapshot,
            "variables": given,
        }
    )
