"""Everything that belongs to one API: removed with it, copied to a clone."""

import msgspec

from portico.calls.call import Call
from portico.doors.domains import leading_to
from portico.doors.records import API_POINTERS
from portico.services.apigateway import errors, plan_stages
from portico.services.apigateway.documentation_records import (
    DOCUMENTATION_PARTS,
    DOCUMENTATION_SNAPSHOTS,
    DOCUMENTATION_VERSIONS,
)
from portico.services.apigateway.records import (
    AUTHORIZERS,
    DEPLOYMENTS,
    GATEWAY_RESPONSES,
    MODELS,
    RESOURCES,
    REST_APIS,
    STAGES,
    VALIDATORS,
    RestApi,
)
from portico.services.apigateway.snapshot import SNAPSHOTS
from portico.store.table import AnyTable

_BY_ID: tuple[AnyTable, ...] = (RESOURCES, VALIDATORS, AUTHORIZERS)


async def remove(call: Call, api: RestApi) -> list[str]:
    """Delete an API and what is below it; the names of its stages.

    Raises:
        AwsError: BadRequestException, a custom domain name leads to it.
    """
    names = await leading_to(call.tx, call.scope.account, call.scope.region, api.id)
    if names:
        raise errors.bad_request(
            f"Please remove all base path mappings related to the API in your domains: [{', '.join(names)}]"
        )
    await empty(call, api)
    for part in await call.tx.scan(DOCUMENTATION_PARTS, api.id):
        call.tx.delete(DOCUMENTATION_PARTS, api.id, part.id)
    for version in await call.tx.scan(DOCUMENTATION_VERSIONS, api.id):
        call.tx.delete(DOCUMENTATION_VERSIONS, api.id, version.version)
        call.tx.delete(DOCUMENTATION_SNAPSHOTS, api.id, version.version)
    stages = [stage.stage_name for stage in await call.tx.scan(STAGES, api.id)]
    for name in stages:
        call.tx.delete(STAGES, api.id, name)
    await plan_stages.withdraw(call, api.id)
    for deployment in await call.tx.scan(DEPLOYMENTS, api.id):
        call.tx.delete(DEPLOYMENTS, api.id, deployment.id)
        call.tx.delete(SNAPSHOTS, api.id, deployment.id)
    call.tx.delete(REST_APIS, call.scope.account, call.scope.region, api.id)
    call.tx.delete(API_POINTERS, api.id)
    return stages


async def empty(call: Call, api: RestApi) -> None:
    """Delete what the next deployment of an API would have: resources, models, validators, authorizers, gateway responses."""
    for table in _BY_ID:
        for record in await call.tx.scan(table, api.id):
            call.tx.delete(table, api.id, record.id)
    for model in await call.tx.scan(MODELS, api.id):
        call.tx.delete(MODELS, api.id, model.name)
    for response in await call.tx.scan(GATEWAY_RESPONSES, api.id):
        call.tx.delete(GATEWAY_RESPONSES, api.id, response.response_type)


async def copy(call: Call, original: RestApi, clone: RestApi) -> None:
    """Give `clone`, which is new, what `original` has: resources with their methods, models, validators, authorizers, gateway
    responses. Ids below an API are the API's own, so they stay."""
    tables: tuple[AnyTable, ...] = (VALIDATORS, AUTHORIZERS)
    for table in tables:
        for record in await call.tx.scan(table, original.id):
            call.tx.put(table, record, clone.id, record.id)
    for model in await call.tx.scan(MODELS, original.id):
        call.tx.put(MODELS, model, clone.id, model.name)
    for response in await call.tx.scan(GATEWAY_RESPONSES, original.id):
        call.tx.put(GATEWAY_RESPONSES, response, clone.id, response.response_type)
    roots = {original.root_resource_id: clone.root_resource_id}
    for resource in await call.tx.scan(RESOURCES, original.id):
        own = msgspec.structs.replace(
            resource,
            id=roots.get(resource.id, resource.id),
            parent_id=roots.get(resource.parent_id, resource.parent_id),
        )
        call.tx.put(RESOURCES, own, clone.id, own.id)
