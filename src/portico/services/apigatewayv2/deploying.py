"""Deployments: what an API is at one moment, kept whole, so that a stage answers as deployed whatever is changed afterwards.

A stage with `AutoDeploy` gets a deployment of its own with each change, in the change's own commit; the one before is then nobody's and
goes.
"""

import msgspec

from portico.calls.call import Call
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.records import (
    AUTHORIZERS,
    DEPLOYED,
    DEPLOYMENTS,
    INTEGRATION_RESPONSES,
    INTEGRATIONS,
    MODELS,
    ROUTE_RESPONSES,
    ROUTES,
    STAGE_NAMES,
    STAGES,
    Api,
    Deployed,
    Deployment,
    Stage,
    StageNames,
    T,
)
from portico.services.apigatewayv2.service import here, new_id
from portico.store.table import Table

_AUTOMATIC = "Automatic deployment triggered by changes to the Api configuration"
_NO_ROUTES = "Unable to deploy API because no routes exist in this API"


async def deploy(call: Call, api: Api, description: str | None = None) -> Deployment:
    """Make a deployment of the API as it is.

    Raises:
        AwsError: BadRequestException, there is nothing to deploy.
    """
    deployed = await snapshot(call, api)
    if not deployed.routes:
        raise errors.bad_request(_NO_ROUTES)
    return _put(call, api, deployed, description, automatic=False)


async def follow(call: Call, api: Api) -> None:
    """Deploy the API as it is to each of its stages that deploys itself."""
    stages = [s for s in await call.tx.scan(STAGES, *here(call), api.api_id) if s.auto_deploy]
    if not stages:
        return
    deployed = await snapshot(call, api)
    if not deployed.routes:
        for stage in stages:
            put_stage(
                call, api, stage, last_deployment_status_message=f"Deployment attempt failed: {_NO_ROUTES}"
            )
        return
    deployment = _put(call, api, deployed, _AUTOMATIC, automatic=True)
    for stage in stages:
        point(call, api, stage, deployment)
    await _forget(call, api, deployment, stages)


def point(call: Call, api: Api, stage: Stage, deployment: Deployment) -> Stage:
    """Have a stage serve a deployment."""
    return put_stage(
        call,
        api,
        stage,
        deployment_id=deployment.deployment_id,
        last_deployment_status_message=(
            f"Successfully deployed stage with deployment ID '{deployment.deployment_id}'"
            if stage.auto_deploy
            else None
        ),
    )


def put_stage(call: Call, api: Api, stage: Stage, **members: object) -> Stage:
    """Store a stage with something changed."""
    after = msgspec.structs.replace(stage, last_updated_date=call.now, **members)
    call.tx.put(STAGES, after, *here(call), api.api_id, stage.stage_name)
    return after


async def name_stage(call: Call, api: Api, name: str, *, there: bool) -> None:
    """Note that there is a stage of that name, or none any more."""
    key = (*here(call), api.api_id)
    found = await call.tx.get(STAGE_NAMES, *key)
    names = set() if found is None else set(found.names)
    names = names | {name} if there else names - {name}
    call.tx.put(STAGE_NAMES, StageNames(names=sorted(names)), *key)


def _put(call: Call, api: Api, deployed: Deployed, description: str | None, *, automatic: bool) -> Deployment:
    deployment = Deployment(
        deployment_id=new_id(6), created_date=call.now, auto_deployed=automatic, description=description
    )
    key = (*here(call), api.api_id, deployment.deployment_id)
    call.tx.put(DEPLOYMENTS, deployment, *key)
    call.tx.put(DEPLOYED, deployed, *key)
    return deployment


async def _forget(call: Call, api: Api, newest: Deployment, moved: list[Stage]) -> None:
    """Delete automatic deployments that no stage serves any more."""
    key = (*here(call), api.api_id)
    names = {stage.stage_name for stage in moved}
    used = {
        stage.deployment_id for stage in await call.tx.scan(STAGES, *key) if stage.stage_name not in names
    }
    for before in {stage.deployment_id for stage in moved if stage.deployment_id} - used:
        old = await call.tx.get(DEPLOYMENTS, *key, before)
        if old is not None and old.auto_deployed and before != newest.deployment_id:
            call.tx.delete(DEPLOYMENTS, *key, before)
            call.tx.delete(DEPLOYED, *key, before)


async def snapshot(call: Call, api: Api) -> Deployed:
    """The API's parts as they are."""
    key = (*here(call), api.api_id)
    routes = await call.tx.scan(ROUTES, *key)
    integrations = await call.tx.scan(INTEGRATIONS, *key)
    return Deployed(
        api.protocol_type,
        api.route_selection_expression,
        api.api_key_selection_expression,
        api.cors_configuration,
        routes,
        integrations,
        await call.tx.scan(AUTHORIZERS, *key),
        await call.tx.scan(MODELS, *key),
        await _responses(call, api, ROUTE_RESPONSES, [route.route_id for route in routes]),
        await _responses(call, api, INTEGRATION_RESPONSES, [one.integration_id for one in integrations]),
    )


async def _responses(call: Call, api: Api, table: Table[T], owners: list[str]) -> dict[str, list[T]]:
    """The responses of those that have some, by their ids. Those of HTTP APIs never do."""
    if api.is_http:
        return {}
    found = {owner: await call.tx.scan(table, *here(call), api.api_id, owner) for owner in owners}
    return {owner: responses for owner, responses in found.items() if responses}
