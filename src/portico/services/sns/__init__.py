"""Simple Notification Service: topics and what they deliver to."""

from portico.calls.ports import Ports, ServiceSpec
from portico.mail.mailbox import Mailbox
from portico.mail.smtp import by_smtp
from portico.services.sns.aftermath import Ends
from portico.services.sns.archives import REPLAY
from portico.services.sns.counters import Counts
from portico.services.sns.due import Ending
from portico.services.sns.fan_out import REST
from portico.services.sns.http_endpoints import HttpEndpoints
from portico.services.sns.lambda_endpoints import LambdaEndpoints
from portico.services.sns.mail_endpoints import MailEndpoints
from portico.services.sns.parts import Parts
from portico.services.sns.plans import Plans
from portico.services.sns.records import deliveries
from portico.services.sns.replays import replay_part
from portico.services.sns.rest import rest_part
from portico.services.sns.sequences import Sequences
from portico.services.sns.service import Sns
from portico.services.sns.signing import Signer
from portico.services.sns.status_log import StatusLog
from portico.services.sns.worker import Endpoints, Worker
from portico.store.metrics.counters import Counters


def _build(ports: Ports) -> Sns:
    store, cache, clock, clients = ports.store, ports.cache, ports.clock, ports.clients
    extras = ports.extras
    origin, bus, server = extras["Origin"], extras["Bus"], extras["Settings"].smtp
    signer, counters = Signer(cache, extras["Sealer"], origin), Counters(Counts)
    status, mailbox = StatusLog(clients, extras["Sessions"], clock), Mailbox(store, extras["Sealer"], clock)
    ends = Ends(clients, signer, counters, status, clock, origin)
    kinds: dict[str, Endpoints] = {
        "lambda": LambdaEndpoints(clients, signer, origin),
        "http": HttpEndpoints(extras["Endpoints"], signer, origin, clock.monotonic),
        "email": MailEndpoints(by_smtp(server) if server else mailbox.keep, signer, origin),
    }
    for kind, endpoints in kinds.items():
        worker = Worker(
            kind, store=store, cache=cache, bus=bus, clock=clock, endpoints=endpoints, aftermath=ends
        )
        ports.start_task(f"sns.{kind}", worker.run)
    ports.start_task("sns.due", Ending(store, cache, bus, clock).run)
    ports.start_task("sns.status", status.run)
    plans, sequences = Plans(cache), Sequences()
    sns = Sns(
        store=store,
        cache=cache,
        clock=clock,
        clients=clients,
        plans=plans,
        counters=counters,
        signer=signer,
        sequences=sequences,
        status=status,
        mailbox=mailbox,
        sealer=extras["Sealer"],
        origin=origin,
    )
    ports.start_task("sns.rest", Parts(sns, bus, deliveries(REST), rest_part).run)
    ports.start_task("sns.replay", Parts(sns, bus, deliveries(REPLAY), replay_part).run)
    return sns


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
        "sms",
        "opt_outs",
    ),
    _build,
)
