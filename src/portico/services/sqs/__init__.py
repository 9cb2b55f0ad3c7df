"""Simple Queue Service: standard and FIFO queues, on the store's queues."""

from portico.calls.ports import Ports, ServiceSpec
from portico.services.sqs.counters import Counters
from portico.services.sqs.in_flight import InFlight
from portico.services.sqs.service import Sqs


def _build(ports: Ports) -> Sqs:
    counters = Counters()
    return Sqs(
        ports.store,
        ports.cache,
        ports.extras["Bus"],
        ports.clock,
        counters,
        InFlight(ports.store),
        ports.extras["Origin"],
    )


SERVICE = ServiceSpec(
    "sqs",
    ("queues", "queue_attributes", "send", "receive", "settle", "tags"),
    _build,
)
