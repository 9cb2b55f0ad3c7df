"""Puts the pollers of event sources together, and starts them."""

from collections.abc import Callable

from portico.base.arn import Arn
from portico.base.clock import Clock
from portico.calls.ports import Ports
from portico.environments.work import EnvironmentSpec
from portico.identity.principal import Principal, Session
from portico.identity.sessions import role_session
from portico.invoke.roles import ExecutionRoles
from portico.services.lambda_.event_sources.follower import EventSources
from portico.services.lambda_.event_sources.kinds import Kinds
from portico.services.lambda_.event_sources.metrics import NAMESPACE, MappingMetrics
from portico.services.lambda_.event_sources.runs import Runs
from portico.services.lambda_.event_sources.sqs import QueueKind
from portico.services.lambda_.event_sources.sqs_calls import QueueCalls, QueuesHere
from portico.services.lambda_.event_sources.sqs_elsewhere import Elsewhere
from portico.store.metrics import Source as SampledSource

_SESSION_S = 3600.0


def start(ports: Ports) -> EventSources:
    """Start `lambda.event_sources`; of `ports.extras` it takes `Bus`, `Resolver`, `Invoker`, `ExecutionRoles`, `Sampling` and
    `Settings`."""
    extras = ports.extras
    here = QueuesHere(ports.clients, _sessions(extras["ExecutionRoles"], ports.clock))
    elsewhere = Elsewhere(extras["Settings"].sqs_endpoint)

    def calls(queue: Arn) -> QueueCalls:
        return elsewhere.of(queue) or here.of(queue)

    runs = Runs(ports.cache, ports.clock, extras["Bus"], extras["Resolver"], extras["Invoker"])
    kinds = Kinds({"sqs": QueueKind(ports.clock, calls)})
    sources = EventSources(cache=ports.cache, bus=extras["Bus"], kinds=kinds, runs=runs)
    extras["Sampling"].add(SampledSource(NAMESPACE, MappingMetrics(sources.polled).read))
    ports.start_task("lambda.event_sources", sources.run)
    return sources


def _sessions(roles: ExecutionRoles, clock: Clock) -> Callable[[EnvironmentSpec], Principal | None]:
    """Sessions of execution roles: whether a role still is there, and trusts Lambda, is asked each time."""

    def session(spec: EnvironmentSpec) -> Principal | None:
        role = roles.assumable(spec.role, spec.account)
        if role is None:
            return None
        now = clock.now()
        return role_session(role, Session(spec.function, issued_at=now, expires_at=now + _SESSION_S))

    return session
