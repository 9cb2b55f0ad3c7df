"""What was deployed: everything of an API that its data plane needs, as it was at one moment, and never changed afterwards.

From a request to what answers it, without waiting (`peek` reads memory, or one row):

    pointer = cache.peek(API_POINTERS, api_id)             whose the API is
    stage = cache.peek(STAGES, api_id, stage_name)         its deployment, canary, variables, settings: in force at once
    deployed = compiled.get((api_id, deployment_id))       the data plane's own, made of `read(store, api_id, deployment_id)`

A deployment's id is never used again, so what is compiled of a snapshot is kept by (API, deployment) and needs no invalidation; nothing
here depends on how many APIs there are. Keys and usage plans are in force at once too: KEY_VALUES (account, region, value) -> API_KEYS,
KEY_PLANS (account, region, key) -> USAGE_PLANS.

What takes effect with the next deployment only: resources, methods, integrations, models, validators, authorizers, gateway responses, the
resource policy, binary media types, compression, the source of API keys, whether the default endpoint is disabled. (API Gateway developer
guide: "Redeploy a REST API to a stage", "Resource policy: for the change to take effect you must deploy".)
"""

from portico.services.apigateway.records import (
    AUTHORIZERS,
    GATEWAY_RESPONSES,
    MODELS,
    RESOURCES,
    VALIDATORS,
    Authorizer,
    GatewayResponse,
    Model,
    Record,
    RequestValidator,
    Resource,
    RestApi,
)
from portico.store.port import Store
from portico.store.table import Table
from portico.store.transaction import Transaction


class Snapshot(Record, frozen=True, gc=False):
    """A deployment's contents. `gateway_responses` are those that were put; `api` is the API as it was."""

    deployment_id: str
    api: RestApi
    resources: tuple[Resource, ...]
    models: tuple[Model, ...] = ()
    request_validators: tuple[RequestValidator, ...] = ()
    authorizers: tuple[Authorizer, ...] = ()
    gateway_responses: tuple[GatewayResponse, ...] = ()


SNAPSHOTS = Table("apigateway-snapshot", Snapshot)  # (api, deployment)


def read(store: Store, api_id: str, deployment_id: str) -> Snapshot | None:
    """What was deployed; None if there is no such deployment (any more). Not cached: who calls this keeps what is made of it."""
    found = store.peek(SNAPSHOTS.key(api_id, deployment_id))
    return None if found is None else SNAPSHOTS.decode(found.value)


async def take(tx: Transaction, api: RestApi, deployment_id: str) -> Snapshot:
    """The API as it is now; that it has not changed in between is a condition of the call's commit."""
    return Snapshot(
        deployment_id=deployment_id,
        api=api,
        resources=tuple(await tx.scan(RESOURCES, api.id)),
        models=tuple(await tx.scan(MODELS, api.id)),
        request_validators=tuple(await tx.scan(VALIDATORS, api.id)),
        authorizers=tuple(await tx.scan(AUTHORIZERS, api.id)),
        gateway_responses=tuple(await tx.scan(GATEWAY_RESPONSES, api.id)),
    )
