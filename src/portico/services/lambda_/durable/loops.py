"""The two background loops of durable executions."""

from portico.calls.ports import Ports
from portico.services.lambda_.durable.chained import ChainedCalls
from portico.services.lambda_.durable.due import DueHandler
from portico.services.lambda_.durable.loop import QueueLoop
from portico.services.lambda_.durable.records import DUE, RUNS
from portico.services.lambda_.durable.runs import RunHandler

_DUE_AT_ONCE = 50
_RUNS_AT_ONCE = (
    1_000  # the account's concurrency is the limit that counts; each of them is little more than a task
)


def start(ports: Ports) -> None:
    """Start `lambda.durable.due` and `lambda.durable.run`; of `ports.extras` these take `Bus`, `Resolver`, `Invoker` and
    `ExecutionRoles`."""
    extras = ports.extras
    chained = ChainedCalls(
        cache=ports.cache,
        clock=ports.clock,
        clients=ports.clients,
        resolver=extras["Resolver"],
        roles=extras["ExecutionRoles"],
    )
    runs = RunHandler(
        cache=ports.cache,
        clock=ports.clock,
        resolver=extras["Resolver"],
        invoker=extras["Invoker"],
        chained=chained,
    )
    due = DueHandler(cache=ports.cache, clock=ports.clock)
    for name, queue, handle, at_once in (
        ("lambda.durable.due", DUE, due.handle, _DUE_AT_ONCE),
        ("lambda.durable.run", RUNS, runs.handle, _RUNS_AT_ONCE),
    ):
        loop = QueueLoop(
            queue,
            handle,
            store=ports.store,
            bus=extras["Bus"],
            clock=ports.clock,
            in_flight_max=at_once,
        )
        ports.start_task(name, loop.run)
