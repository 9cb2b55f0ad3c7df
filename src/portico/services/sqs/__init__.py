"""Simple Queue Service: standard and FIFO queues, on the store's queues."""

from portico.calls.ports import Ports, ServiceSpec
from portico.services.sqs.counters import Counts
from portico.services.sqs.in_flight import InFlight
from portico.services.sqs.moving import Moving
from portico.services.sqs.service import Sqs
from portico.services.sqs.tenants import Tenants
from portico.services.sqs.upkeep import Upkeep
from portico.store.metrics.counters import Counters


def _build(ports: Ports) -> Sqs:
    store, clock = ports.store, ports.clock
    in_flight, tenants = InFlight(store), Tenants(store)
    ports.start_task("sqs.upkeep", Upkeep(store, clock, (in_flight, tenants)).run)
    ports.start_task("sqs.moving", Moving(store, ports.cache, clock).run)
    bus, origin = ports.extras["Bus"], ports.extras["Origin"]
    return Sqs(store, ports.cache, bus, clock, Counters(Counts), in_flight, tenants, origin)


SERVICE = ServiceSpec(
    "sqs",
    (
        "queues",
        "queue_attributes",
        "send",
        "receive",
        "settle",
        "tags",
        "permissions",
        "dead_letters",
        "move_tasks",
    ),
    _build,
)
