"""Deployments: made, shown, forgotten."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.apigatewayv2 import deploying, errors, variable_roles
from portico.services.apigatewayv2.access import managed, managed_also
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.records import (
    DEPLOYED,
    DEPLOYMENTS,
    STAGES,
    Deployment,
    Values,
    changed,
    shown,
)
from portico.services.apigatewayv2.service import HttpApis, existing, existing_api, of_api

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes


@managed_also(variable_roles.by_stage)
async def create_deployment(
    service: HttpApis, call: Call, request: "shapes.CreateDeploymentRequest"
) -> Values:
    """Deploy the API as it is, to a stage if one is named.

    Raises:
        NotFoundException: there is no such API or stage.
        BadRequestException: the API has no routes, or the stage deploys itself.
    """
    api = await existing_api(call, request)
    name = request.get("StageName")
    stage = await existing(call, "Stage", STAGES, *of_api(call, request), name) if name else None
    if stage is not None and stage.auto_deploy:
        raise errors.bad_request("Deployment ID can not be set when AutoDeploy is set to true on a stage")
    deployment = await deploying.deploy(call, api, request.get("Description"))
    if stage is not None:
        deploying.point(call, api, stage, deployment)
    return shown(deployment)


@managed
async def get_deployment(service: HttpApis, call: Call, request: "shapes.GetDeploymentRequest") -> Values:
    """A deployment.

    Raises:
        NotFoundException: there is no API or deployment of that id.
    """
    return shown(await _requested(call, request))


@managed
async def get_deployments(service: HttpApis, call: Call, request: "shapes.GetDeploymentsRequest") -> Values:
    """The API's deployments.

    Raises:
        NotFoundException: there is no API of that id.
    """
    await existing_api(call, request)
    found, token = await page(call, request, DEPLOYMENTS, *of_api(call, request), id_of="DeploymentId")
    return answer([shown(one) for one in found], token)


@managed
async def update_deployment(
    service: HttpApis, call: Call, request: "shapes.UpdateDeploymentRequest"
) -> Values:
    """Describe a deployment; what it deploys never changes.

    Raises:
        NotFoundException: there is no API or deployment of that id.
    """
    after = changed(await _requested(call, request), {"Description": request.get("Description", "")})
    call.tx.put(DEPLOYMENTS, after, *of_api(call, request), after.deployment_id)
    return shown(after)


@managed
async def delete_deployment(
    service: HttpApis, call: Call, request: "shapes.DeleteDeploymentRequest"
) -> Values:
    """Delete a deployment that no stage serves.

    Raises:
        NotFoundException: there is no API or deployment of that id.
        BadRequestException: a stage serves it.
    """
    found, key = await _requested(call, request), of_api(call, request)
    if any(stage.deployment_id == found.deployment_id for stage in await call.tx.scan(STAGES, *key)):
        raise errors.bad_request("Active stages pointing to this deployment must be moved or deleted")
    call.tx.delete(DEPLOYMENTS, *key, found.deployment_id)
    call.tx.delete(DEPLOYED, *key, found.deployment_id)
    return {}


async def _requested(call: Call, request: Mapping[str, Any]) -> Deployment:
    await existing_api(call, request)
    return await existing(call, "Deployment", DEPLOYMENTS, *of_api(call, request), request["DeploymentId"])
