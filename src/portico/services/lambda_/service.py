"""What Lambda's operations work with, and how it is put together from the ports."""

import msgspec

from portico.base.clock import Clock
from portico.bus.port import Bus
from portico.calls.clients import Clients
from portico.calls.ports import Ports
from portico.doors.public import Public
from portico.environments.runtimes.available import Runtimes
from portico.invoke.admit import UNRESERVED_MIN
from portico.invoke.asynchronous.counts import Counts
from portico.invoke.destinations import Destinations
from portico.invoke.invoker import Invoker
from portico.invoke.resolve import Resolver
from portico.invoke.roles import ExecutionRoles
from portico.invoke.staging import Staging
from portico.services.lambda_.downloads import Downloads
from portico.services.lambda_.durable import loops as durable_loops
from portico.services.lambda_.event_sources.follower import EventSources
from portico.services.lambda_.event_sources.start import start as start_event_sources
from portico.services.lambda_.provisioner import Provisioner
from portico.services.lambda_.states import States
from portico.store.cache import RecordCache
from portico.store.port import Store


class Lambda(msgspec.Struct, frozen=True):
    """The dependencies of Lambda's operations."""

    store: Store
    cache: RecordCache
    clock: Clock
    bus: Bus
    clients: Clients
    resolver: Resolver
    invoker: Invoker
    roles: ExecutionRoles
    destinations: Destinations
    counts: Counts
    staging: Staging
    states: States
    provisioner: Provisioner
    downloads: Downloads
    runtimes: Runtimes
    event_sources: EventSources
    public: Public
    stream_bytes_per_s: int
    code_bytes_max: int
    unreserved_min: int = UNRESERVED_MIN


def build(ports: Ports) -> Lambda:
    """Lambda over its ports; from `ports.extras` it takes `Bus`, `Resolver`, `Invoker`, `ExecutionRoles`, `Destinations`, `Counts`,
    `Staging`, `Environments`, `Origin` and `Settings`. Starts the loops `lambda.states`, `lambda.provisioned`, `lambda.durable.due`,
    `lambda.durable.run` and `lambda.event_sources`."""
    extras = ports.extras
    states = States(
        store=ports.store,
        cache=ports.cache,
        clock=ports.clock,
        staging=extras["Staging"],
        environments=extras["Environments"],
    )
    ports.start_task("lambda.states", states.run)
    provisioner = Provisioner(store=ports.store, cache=ports.cache, environments=extras["Environments"])
    ports.start_task("lambda.provisioned", provisioner.run)
    durable_loops.start(ports)
    return Lambda(
        store=ports.store,
        cache=ports.cache,
        clock=ports.clock,
        bus=extras["Bus"],
        clients=ports.clients,
        resolver=extras["Resolver"],
        invoker=extras["Invoker"],
        roles=extras["ExecutionRoles"],
        destinations=extras["Destinations"],
        counts=extras["Counts"],
        staging=extras["Staging"],
        states=states,
        provisioner=provisioner,
        downloads=Downloads(store=ports.store, clock=ports.clock),
        runtimes=Runtimes(strict=extras["Settings"].runtimes == "strict"),
        event_sources=start_event_sources(ports),
        public=Public(extras["Origin"]),
        stream_bytes_per_s=extras["Settings"].stream_bytes_per_s,
        code_bytes_max=extras["Settings"].code_storage_bytes,
    )
