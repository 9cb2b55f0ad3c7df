"""Deployments: what an API was when it was deployed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigateway import access, errors, ids, stage_checks, variable_roles
from portico.services.apigateway.paging import page
from portico.services.apigateway.patch import patches, supported
from portico.services.apigateway.records import (
    DEPLOYMENTS,
    STAGES,
    CanarySettings,
    Deployment,
    Resource,
    RestApi,
    Stage,
)
from portico.services.apigateway.service import ApiGateway, api_of, below
from portico.services.apigateway.shown import shown
from portico.services.apigateway.snapshot import SNAPSHOTS, Snapshot, read, take

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_PATCHED = {"replace": ("/description",)}


async def deployment_of(call: Call, request: Mapping[str, Any]) -> Deployment:
    """The deployment that a request names.

    Raises:
        AwsError: NotFoundException.
    """
    missing = errors.not_found("Invalid Deployment identifier specified")
    return await below(call, request, DEPLOYMENTS, request["deploymentId"], missing)


def _check_complete(resources: tuple[Resource, ...]) -> None:
    methods = [method for resource in resources for method in resource.resource_methods.values()]
    if not methods:
        raise errors.bad_request("The REST API doesn't contain any methods")
    if any(method.method_integration is None for method in methods):
        raise errors.bad_request("No integration defined for method")


@access.operation(also=variable_roles.by_deployment)
async def create_deployment(
    service: ApiGateway, call: Call, request: "shapes.CreateDeploymentRequest"
) -> dict[str, Any]:
    """Keep the API as it is now and, with `stageName`, let that stage have it: wholly, or with `canarySettings` for a part of its requests.

    Raises:
        NotFoundException: there is no such API. BadRequestException: it has no methods, or one without integration, it is private and
            without a policy, or a setting of the stage is not as it must be.
    """
    api = await api_of(call, request)
    if "PRIVATE" in api.endpoint_configuration.types and not api.policy:
        raise errors.bad_request("Private REST API doesn't have a resource policy attached to it")
    deployment = Deployment(
        id=ids.short_id(), description=request.get("description") or None, created_date=call.now
    )
    snapshot = await take(call.tx, api, deployment.id)
    _check_complete(snapshot.resources)
    call.tx.put(DEPLOYMENTS, deployment, api.id, deployment.id)
    call.tx.put(SNAPSHOTS, snapshot, api.id, deployment.id)
    if request.get("stageName"):
        await _stage(call, api, deployment, request)
    return shown(deployment)


async def _stage(
    call: Call, api: RestApi, deployment: Deployment, request: "shapes.CreateDeploymentRequest"
) -> None:
    name = request["stageName"]
    stage_checks.check_name(name)
    held = await call.tx.get(STAGES, api.id, name)
    canary = request.get("canarySettings")
    if canary is not None:
        stage = _with_canary(held, deployment, canary, call.now)
    elif held is None:
        stage = stage_checks.new(
            name,
            deployment.id,
            call.now,
            description=request.get("stageDescription"),
            variables=dict(request.get("variables") or {}),
            tracing_enabled=request.get("tracingEnabled", False),
        )
    else:
        stage = _moved(held, deployment, request, call.now)
    if "cacheClusterEnabled" in request:
        stage = stage_checks.with_cache(
            stage, request["cacheClusterEnabled"], request.get("cacheClusterSize")
        )
    stage_checks.check_variables(stage.variables)
    call.tx.put(STAGES, stage, api.id, name)


def _moved(
    stage: Stage, deployment: Deployment, request: "shapes.CreateDeploymentRequest", now: float
) -> Stage:
    return msgspec.structs.replace(
        stage,
        deployment_id=deployment.id,
        last_updated_date=now,
        description=request.get("stageDescription", stage.description),
        variables=stage.variables | dict(request.get("variables") or {}),
        tracing_enabled=request.get("tracingEnabled", stage.tracing_enabled),
    )


def _with_canary(stage: Stage | None, deployment: Deployment, given: Mapping[str, Any], now: float) -> Stage:
    if stage is None:
        raise errors.bad_request("Canary deployment can only be created on an existing stage")
    canary = stage_checks.canary(dict(given) | {"deploymentId": deployment.id})
    return msgspec.structs.replace(stage, canary_settings=canary, last_updated_date=now)


@access.operation()
async def get_deployment(
    service: ApiGateway, call: Call, request: "shapes.GetDeploymentRequest"
) -> dict[str, Any]:
    """A deployment; with `embed=apisummary` the methods that it has.

    Raises:
        NotFoundException: there is no such deployment.
    """
    deployment = await deployment_of(call, request)
    if "apisummary" not in (request.get("embed") or ()):
        return shown(deployment)
    snapshot = read(service.store, request["restApiId"], deployment.id)
    return shown(deployment, apiSummary=_summary(snapshot) if snapshot else {})


def _summary(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    return {
        resource.path: {
            name: {"authorizationType": method.authorization_type, "apiKeyRequired": method.api_key_required}
            for name, method in resource.resource_methods.items()
        }
        for resource in snapshot.resources
        if resource.resource_methods
    }


@access.operation()
async def get_deployments(
    service: ApiGateway, call: Call, request: "shapes.GetDeploymentsRequest"
) -> dict[str, Any]:
    """The deployments of an API, newest first.

    Raises:
        NotFoundException: there is no such API.
    """
    api = await api_of(call, request)
    found = await call.tx.scan(DEPLOYMENTS, api.id)
    ordered = sorted(found, key=lambda one: (-one.created_date, one.id))
    return page(ordered, request, lambda one: one.id, shown)


@access.operation()
async def delete_deployment(
    service: ApiGateway, call: Call, request: "shapes.DeleteDeploymentRequest"
) -> dict[str, Any]:
    """Forget a deployment.

    Raises:
        NotFoundException: there is no such deployment. BadRequestException: a stage has it.
    """
    deployment = await deployment_of(call, request)
    for stage in await call.tx.scan(STAGES, request["restApiId"]):
        if deployment.id in (stage.deployment_id, _canary_of(stage.canary_settings)):
            raise errors.bad_request("Active stages pointing to this deployment must be moved or deleted")
    call.tx.delete(DEPLOYMENTS, request["restApiId"], deployment.id)
    call.tx.delete(SNAPSHOTS, request["restApiId"], deployment.id)
    return {}


def _canary_of(canary: CanarySettings | None) -> str:
    return "" if canary is None else canary.deployment_id


@access.operation()
async def update_deployment(
    service: ApiGateway, call: Call, request: "shapes.UpdateDeploymentRequest"
) -> dict[str, Any]:
    """Change a deployment's description.

    Raises:
        NotFoundException: there is no such deployment. BadRequestException: something else is to be changed.
    """
    deployment = await deployment_of(call, request)
    for patch in patches(request):
        supported(patch, _PATCHED)
        deployment = msgspec.structs.replace(deployment, description=patch.value)
    call.tx.put(DEPLOYMENTS, deployment, request["restApiId"], deployment.id)
    return shown(deployment)
