"""Simple Notification Service: topics and what they deliver to."""

from portico.calls.ports import Ports, ServiceSpec
from portico.services.sns.aftermath import Ends
from portico.services.sns.counters import Counters
from portico.services.sns.lambda_endpoints import LambdaEndpoints
from portico.services.sns.plans import Plans
from portico.services.sns.sequences import Sequences
from portico.services.sns.service import Sns
from portico.services.sns.signing import Signer
from portico.services.sns.worker import Endpoints, Worker


def _build(ports: Ports) -> Sns:
    store, cache, clock, clients = ports.store, ports.cache, ports.clock, ports.clients
    origin = ports.extras["Origin"]
    signer, counters = Signer(cache, ports.extras["Sealer"], origin), Counters()
    ends = Ends(clients, signer, counters, origin)
    kinds: dict[str, Endpoints] = {"lambda": LambdaEndpoints(clients, signer, origin)}
    for kind, endpoints in kinds.items():
        worker = Worker(
            kind,
            store=store,
            cache=cache,
            bus=ports.extras["Bus"],
            clock=clock,
            endpoints=endpoints,
            aftermath=ends,
        )
        ports.start_task(f"sns.{kind}", worker.run)
    return Sns(store, cache, clock, clients, Plans(cache), counters, signer, Sequences(), origin)


SERVICE = ServiceSpec(
    "sns",
    (
        "topics",
        "topic_attributes",
        "permissions",
        "tags",
        "data_protection",
        "subscribe",
        "confirmation",
        "subscriptions",
        "subscription_attributes",
        "publish",
    ),
    _build,
)
