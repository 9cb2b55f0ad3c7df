"""Stages: under which name, and with which settings, a deployment is served."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigatewayv2 import deploying, errors, stage_rules, variable_roles
from portico.services.apigatewayv2.access import managed, managed_also
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.records import (
    DEPLOYMENTS,
    STAGES,
    Api,
    Stage,
    Values,
    changed,
    made,
    merged,
    shown,
)
from portico.services.apigatewayv2.service import HttpApis, check_room, existing, existing_api, of_api

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

_STAGES_MAX = 10


@managed_also(variable_roles.by_stage)
async def create_stage(service: HttpApis, call: Call, request: "shapes.CreateStageRequest") -> Values:
    """Create a stage. With `AutoDeploy` it serves the API as it is, now and after each change.

    Raises:
        NotFoundException: there is no such API, deployment or route of a route setting.
        BadRequestException: a value can't be used. ConflictException: there is a stage of that name.
    """
    api, key = await existing_api(call, request), of_api(call, request)
    values: Values = {**request}
    name = values["StageName"]
    await stage_rules.check(call, api, values)
    if await call.tx.get(STAGES, *key, name) is not None:
        raise errors.conflict("Stage already exists")
    await _check_deployment(call, api, values, auto=bool(values.get("AutoDeploy")))
    defaults = stage_rules.DEFAULT_SETTINGS[api.protocol_type]
    values["DefaultRouteSettings"] = defaults | (values.get("DefaultRouteSettings") or {})
    stage = made(Stage, {**values, "CreatedDate": call.now, "LastUpdatedDate": call.now})
    await check_room(call, api, "stages", STAGES, _STAGES_MAX)
    call.tx.put(STAGES, stage, *key, name)
    await deploying.name_stage(call, api, name, there=True)
    if stage.auto_deploy:
        await deploying.follow(call, api)
    return shown(await _requested(call, request))


@managed
async def get_stage(service: HttpApis, call: Call, request: "shapes.GetStageRequest") -> Values:
    """A stage.

    Raises:
        NotFoundException: there is no API or stage of that name.
    """
    return shown(await _requested(call, request))


@managed
async def get_stages(service: HttpApis, call: Call, request: "shapes.GetStagesRequest") -> Values:
    """The API's stages.

    Raises:
        NotFoundException: there is no API of that id.
    """
    await existing_api(call, request)
    found, token = await page(call, request, STAGES, *of_api(call, request), id_of="StageName")
    return answer([shown(one) for one in found], token)


@managed_also(variable_roles.by_stage)
async def update_stage(service: HttpApis, call: Call, request: "shapes.UpdateStageRequest") -> Values:
    """Change a stage. Variables and route settings are added or changed; variables that are given as empty go.

    Raises:
        NotFoundException: there is no such API, stage, deployment or route of a route setting.
        BadRequestException: a value can't be used.
    """
    api, before = await existing_api(call, request), await _requested(call, request)
    values: Values = {**request}
    await stage_rules.check(call, api, values)
    auto = values.get("AutoDeploy", before.auto_deploy)
    await _check_deployment(call, api, values, auto=bool(auto))
    if "StageVariables" in values:
        values["StageVariables"] = merged(before.stage_variables, values["StageVariables"])
    if "DefaultRouteSettings" in values:
        values["DefaultRouteSettings"] = before.default_route_settings | values["DefaultRouteSettings"]
    for route_key, given in (values.get("RouteSettings") or {}).items():
        own = before.route_settings.get(route_key, {})
        values["RouteSettings"] = {**before.route_settings, **values["RouteSettings"], route_key: own | given}
    after = changed(before, {**values, "LastUpdatedDate": call.now})
    call.tx.put(STAGES, after, *of_api(call, request), after.stage_name)
    if after.auto_deploy and not before.auto_deploy:
        await deploying.follow(call, api)
    return shown(await _requested(call, request))


@managed
async def delete_stage(service: HttpApis, call: Call, request: "shapes.DeleteStageRequest") -> Values:
    """Delete a stage; clients that are connected to it are told goodbye.

    Raises:
        NotFoundException: there is no API or stage of that name.
    """
    api, stage = await existing_api(call, request), await _requested(call, request)
    call.tx.delete(STAGES, *of_api(call, request), stage.stage_name)
    await deploying.name_stage(call, api, stage.stage_name, there=False)
    call.tx.then(lambda: service.connections.end(*of_api(call, request), stage.stage_name))
    return {}


@managed
async def delete_access_log_settings(
    service: HttpApis, call: Call, request: "shapes.DeleteAccessLogSettingsRequest"
) -> Values:
    """Have a stage log no accesses any more.

    Raises:
        NotFoundException: there is no API or stage of that name.
    """
    api, stage = await existing_api(call, request), await _requested(call, request)
    deploying.put_stage(call, api, stage, access_log_settings=None)
    return {}


@managed
async def delete_route_settings(
    service: HttpApis, call: Call, request: "shapes.DeleteRouteSettingsRequest"
) -> Values:
    """Take a route's own settings away; those of the stage apply to it again.

    Raises:
        NotFoundException: there is no API, stage or setting of that route.
    """
    api, stage = await existing_api(call, request), await _requested(call, request)
    settings = dict(stage.route_settings)
    if settings.pop(request["RouteKey"], None) is None:
        raise errors.no_route_setting(request["RouteKey"])
    deploying.put_stage(call, api, stage, route_settings=settings)
    return {}


@managed
async def reset_authorizers_cache(
    service: HttpApis, call: Call, request: "shapes.ResetAuthorizersCacheRequest"
) -> Values:
    """Forget what Lambda authorizers have answered for a stage.

    Raises:
        NotFoundException: there is no API or stage of that name.
    """
    api, stage = await existing_api(call, request), await _requested(call, request)
    if not api.is_http:
        raise errors.bad_request("Only HTTP APIs have a cache of authorizer results")
    call.tx.put(
        STAGES,
        msgspec.structs.replace(stage, authorizers_reset_at=call.now),
        *of_api(call, request),
        stage.stage_name,
    )
    return {}


async def _check_deployment(call: Call, api: Api, values: Values, *, auto: bool) -> None:
    named = values.get("DeploymentId")
    if not named:
        return
    if auto:
        raise errors.bad_request("Deployment ID can not be set when AutoDeploy is set to true on a stage")
    await existing(call, "Deployment", DEPLOYMENTS, call.scope.account, call.scope.region, api.api_id, named)


async def _requested(call: Call, request: Mapping[str, Any]) -> Stage:
    await existing_api(call, request)
    return await existing(call, "Stage", STAGES, *of_api(call, request), request["StageName"])
