"""Simple Queue Service: standard and FIFO queues, on the store's queues."""

from portico.calls.ports import Ports, ServiceSpec
from portico.services.sqs.counters import Counters
from portico.services.sqs.in_flight import InFlight
from portico.services.sqs.moving import Moving
from portico.services.sqs.service import Sqs
from portico.services.sqs.upkeep import Upkeep


def _build(ports: Ports) -> Sqs:
    store, clock, in_flight = ports.store, ports.clock, InFlight(ports.store)
    ports.start_task("sqs.upkeep", Upkeep(store, clock, in_flight).run)
    ports.start_task("sqs.moving", Moving(store, ports.cache, clock).run)
    bus, origin = ports.extras["Bus"], ports.extras["Origin"]
    return Sqs(store, ports.cache, bus, clock, Counters(), in_flight, origin)


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
