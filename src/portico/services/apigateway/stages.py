"""Stages: names that deployments answer under."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigateway import (
    access,
    errors,
    plan_stages,
    stage_checks,
    stage_patches,
    variable_roles,
)
from portico.services.apigateway.documentation_records import DOCUMENTATION_VERSIONS
from portico.services.apigateway.patch import patches
from portico.services.apigateway.records import CLIENT_CERTIFICATES, DEPLOYMENTS, STAGES, Stage
from portico.services.apigateway.service import ApiGateway, api_of, below
from portico.services.apigateway.shown import shown

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_STAGES_MAX = 10


async def stage_of(call: Call, request: Mapping[str, Any]) -> Stage:
    """The stage that a request names.

    Raises:
        AwsError: NotFoundException, there is no such stage or API.
    """
    missing = errors.not_found("Invalid stage identifier specified")
    return await below(call, request, STAGES, request["stageName"], missing)


async def checked(call: Call, api_id: str, stage: Stage) -> Stage:
    """`stage`, once all that it refers to is there.

    Raises:
        AwsError: BadRequestException, NotFoundException.
    """
    canary = stage.canary_settings
    for deployment_id in [stage.deployment_id, *([canary.deployment_id] if canary else [])]:
        if await call.tx.get(DEPLOYMENTS, api_id, deployment_id) is None:
            raise errors.bad_request("Deployment id does not exist")
    stage_checks.check_variables(stage.variables)
    if canary is not None:
        stage_checks.check_canary(canary)
    version = stage.documentation_version
    if version and await call.tx.get(DOCUMENTATION_VERSIONS, api_id, version) is None:
        raise errors.not_found("Invalid Documentation version specified")
    certificate, scope = stage.client_certificate_id, call.scope
    if certificate and not await call.tx.get(CLIENT_CERTIFICATES, scope.account, scope.region, certificate):
        raise errors.not_found("Invalid Client Certificate identifier specified")
    return stage


@access.operation(also=variable_roles.by_new_stage)
async def create_stage(
    service: ApiGateway, call: Call, request: "shapes.CreateStageRequest"
) -> dict[str, Any]:
    """Let a deployment answer under a name.

    Raises:
        NotFoundException: there is no such API or documentation version. BadRequestException: there is no such deployment, or a member
            is not as it must be. ConflictException: there is a stage of this name. LimitExceededException: there are ten.
    """
    api = await api_of(call, request)
    name = request["stageName"]
    stage_checks.check_name(name)
    held = await call.tx.scan(STAGES, api.id)
    if any(stage.stage_name == name for stage in held):
        raise errors.conflict("Stage already exists")
    if len(held) >= _STAGES_MAX:
        raise errors.limit_exceeded(f"An API can have at most {_STAGES_MAX} stages.")
    canary = request.get("canarySettings")
    stage = stage_checks.new(
        name,
        request["deploymentId"],
        call.now,
        description=request.get("description"),
        variables=dict(request.get("variables") or {}),
        tracing_enabled=request.get("tracingEnabled", False),
        documentation_version=request.get("documentationVersion") or "",
        canary_settings=None if canary is None else stage_checks.canary(canary),
        tags=dict(request.get("tags") or {}),
    )
    if request.get("cacheClusterEnabled"):
        stage = stage_checks.with_cache(stage, True, request.get("cacheClusterSize"))
    stage = await checked(call, api.id, stage)
    call.tx.put(STAGES, stage, api.id, name)
    return shown(stage)


@access.operation()
async def get_stage(service: ApiGateway, call: Call, request: "shapes.GetStageRequest") -> dict[str, Any]:
    """A stage.

    Raises:
        NotFoundException: there is no such stage.
    """
    return shown(await stage_of(call, request))


@access.operation()
async def get_stages(service: ApiGateway, call: Call, request: "shapes.GetStagesRequest") -> dict[str, Any]:
    """The stages of an API, or those of one deployment, by name.

    Raises:
        NotFoundException: there is no such API.
    """
    api = await api_of(call, request)
    wanted = request.get("deploymentId")
    stages = await call.tx.scan(STAGES, api.id)
    return {"item": [shown(stage) for stage in stages if wanted in (None, stage.deployment_id)]}


@access.operation()
async def delete_stage(
    service: ApiGateway, call: Call, request: "shapes.DeleteStageRequest"
) -> dict[str, Any]:
    """Remove a stage, with its place in usage plans and all that is remembered of it; its deployment stays.

    Raises:
        NotFoundException: there is no such stage.
    """
    stage, api_id = await stage_of(call, request), request["restApiId"]
    call.tx.delete(STAGES, api_id, stage.stage_name)
    await plan_stages.withdraw(call, api_id, stage.stage_name)
    call.tx.then(lambda: service.plane.forget(api_id, (stage.stage_name,)))
    return {}


@access.operation(also=variable_roles.by_changed_stage)
async def update_stage(
    service: ApiGateway, call: Call, request: "shapes.UpdateStageRequest"
) -> dict[str, Any]:
    """Change a stage: its deployment, variables, settings of methods, access log, canary, ...; in force at once.

    Raises:
        NotFoundException: there is no such stage. BadRequestException: a path, operation or value is none.
    """
    stage = await stage_of(call, request)
    for patch in patches(request):
        stage = stage_patches.patched(stage, patch)
    stage = await checked(call, request["restApiId"], stage)
    stage = msgspec.structs.replace(stage, last_updated_date=call.now)
    call.tx.put(STAGES, stage, request["restApiId"], stage.stage_name)
    return shown(stage)
