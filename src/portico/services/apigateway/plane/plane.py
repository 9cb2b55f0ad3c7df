"""The data plane as its service has it: the door, and what operations of the control plane ask of it."""

from collections.abc import Iterable

import msgspec

from portico.calls.ports import Ports
from portico.doors.log_writers import LogWriters
from portico.doors.metrics import DoorMetrics
from portico.doors.roles import DoorRoles
from portico.services.apigateway.plane.admission import Admission
from portico.services.apigateway.plane.authorizer_calls import AuthorizerCalls
from portico.services.apigateway.plane.cached import Cached
from portico.services.apigateway.plane.clients import Members
from portico.services.apigateway.plane.deployments import Deployments
from portico.services.apigateway.plane.door import RestDoor
from portico.services.apigateway.plane.iam import Signatures
from portico.services.apigateway.plane.lambda_authorizers import LambdaAuthorizers
from portico.services.apigateway.plane.lending import Lending
from portico.services.apigateway.plane.quotas import Quotas
from portico.services.apigateway.plane.response_cache import ResponseCache
from portico.services.apigateway.plane.stages import CANARY, Stages
from portico.services.apigateway.plane.telling import Telling
from portico.services.apigateway.plane.trials import Trials
from portico.services.apigateway.transform.transform import build as built


class Plane(msgspec.Struct, frozen=True):
    """The data plane. `door` answers requests, `quotas` knows what clients have used, `trials` tries methods and authorizers."""

    door: RestDoor
    quotas: Quotas
    trials: Trials
    authorizers: LambdaAuthorizers
    responses: ResponseCache

    def flush_cache(self, api_id: str, stage: str) -> None:
        """Forget the cached answers of a stage, and of its canary (FlushStageCache)."""
        self.responses.flush(api_id, stage)
        self.responses.flush(api_id, f"{stage}{CANARY}")

    def flush_authorizers(self, api_id: str, stage: str) -> None:
        """Forget what authorizers have answered for a stage (FlushStageAuthorizersCache)."""
        self.authorizers.flush(api_id, stage)

    def forget(self, api_id: str, stages: Iterable[str]) -> None:
        """Forget all that is remembered of stages that are no more."""
        for stage in stages:
            self.flush_cache(api_id, stage)
            self.flush_authorizers(api_id, stage)


def build(ports: Ports) -> Plane:
    """Put the data plane together, start its loops, and open its door."""
    transform = built(ports)
    cache, clock, clients, extras = ports.cache, ports.clock, ports.clients, ports.extras
    roles = DoorRoles(cache, clock)
    signatures = Signatures(extras["Callers"], extras["Authorizer"], cache)
    authorizers = LambdaAuthorizers(AuthorizerCalls(clients, roles), clock)
    quotas = Quotas(cache, clock)
    extras["UsagePlans"].provide(Lending(Members(cache), quotas, extras["Buckets"], clock).admit)
    admission = Admission(
        signatures=signatures,
        tokens=extras["Tokens"],
        authorizers=authorizers,
        members=Members(cache),
        quotas=quotas,
        buckets=extras["Buckets"],
        clock=clock,
    )
    responses = ResponseCache(extras["Sealer"], clock.now)
    door = RestDoor(
        stages=Stages(cache, Deployments(ports.store)),
        admission=admission,
        signatures=signatures,
        cached=Cached(responses, transform, admission),
        transform=transform,
        telling=Telling(
            metrics=DoorMetrics(extras["Metrics"]),
            logs=extras["DoorLogs"],
            writers=LogWriters(cache, roles),
            clock=clock,
        ),
        clock=clock,
    )
    extras["Doors"].add("rest", door)
    trials = Trials(transform, authorizers, extras["Tokens"], clock)
    return Plane(door, quotas, trials, authorizers, responses)
