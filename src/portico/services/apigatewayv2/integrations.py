"""Integrations: what routes lead to."""

from typing import TYPE_CHECKING

from portico.calls.call import Call
from portico.services.apigatewayv2 import deploying, errors, integration_rules, variable_roles
from portico.services.apigatewayv2.access import managed, managed_also
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.records import (
    INTEGRATION_RESPONSES,
    INTEGRATIONS,
    ROUTES,
    Api,
    Integration,
    Values,
    changed,
    made,
    merged,
    shown,
)
from portico.services.apigatewayv2.service import HttpApis, check_room, existing, existing_api, new_id, of_api

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

_INTEGRATIONS_MAX = 300

_MERGED = ("RequestParameters", "RequestTemplates", "ResponseParameters")


def complete(api: Api, values: Values) -> Values:
    """The members of a new integration, with what AWS adds to them.

    Raises:
        AwsError: BadRequestException, a value can't be used.
    """
    integration_rules.check(api.protocol_type, values)
    added: Values = {"TimeoutInMillis": integration_rules.TIMEOUT_MAX_MS[api.protocol_type]}
    if values["IntegrationType"] == "AWS_PROXY" and not values.get("IntegrationSubtype"):
        added["IntegrationMethod"] = "POST"
    if not api.is_http:
        added["PassthroughBehavior"] = "WHEN_NO_MATCH"
        function = values["IntegrationType"] == "AWS" and ":lambda:path/" in values["IntegrationUri"]
        told_by = "body.errorMessage" if function else "statuscode"
        added["IntegrationResponseSelectionExpression"] = f"${{integration.response.{told_by}}}"
    return {**added, **values, "IntegrationId": new_id(7)}


@managed_also(variable_roles.by_integration)
async def create_integration(
    service: HttpApis, call: Call, request: "shapes.CreateIntegrationRequest"
) -> Values:
    """Create an integration.

    Raises:
        NotFoundException: there is no API of that id.
        BadRequestException: a value can't be used with the API's protocol.
    """
    api = await existing_api(call, request)
    integration = made(Integration, complete(api, {**request}))
    await check_room(call, api, "integrations", INTEGRATIONS, _INTEGRATIONS_MAX)
    call.tx.put(INTEGRATIONS, integration, *of_api(call, request), integration.integration_id)
    await deploying.follow(call, api)
    return shown(integration)


@managed
async def get_integration(service: HttpApis, call: Call, request: "shapes.GetIntegrationRequest") -> Values:
    """An integration.

    Raises:
        NotFoundException: there is no API or integration of that id.
    """
    return shown(await _requested(call, request))


@managed
async def get_integrations(service: HttpApis, call: Call, request: "shapes.GetIntegrationsRequest") -> Values:
    """The API's integrations.

    Raises:
        NotFoundException: there is no API of that id.
    """
    await existing_api(call, request)
    found, token = await page(call, request, INTEGRATIONS, *of_api(call, request), id_of="IntegrationId")
    return answer([shown(one) for one in found], token)


@managed_also(variable_roles.by_integration)
async def update_integration(
    service: HttpApis, call: Call, request: "shapes.UpdateIntegrationRequest"
) -> Values:
    """Change an integration. Parameters are added or changed; those that are given as empty go.

    Raises:
        NotFoundException: there is no API or integration of that id.
        BadRequestException: a value can't be used.
    """
    api = await existing_api(call, request)
    before = await _requested(call, request)
    values: Values = {**request}
    own = shown(before)
    values |= {name: merged(own.get(name), values[name]) for name in _MERGED if name in values}
    after = changed(before, values)
    integration_rules.check(api.protocol_type, shown(after))
    call.tx.put(INTEGRATIONS, after, *of_api(call, request), after.integration_id)
    await deploying.follow(call, api)
    return shown(after)


@managed
async def delete_integration(
    service: HttpApis, call: Call, request: "shapes.DeleteIntegrationRequest"
) -> Values:
    """Delete an integration.

    Raises:
        NotFoundException: there is no API or integration of that id.
        ConflictException: a route leads to it.
    """
    api, key = await existing_api(call, request), of_api(call, request)
    found = await _requested(call, request)
    routes = await call.tx.scan(ROUTES, *key)
    users = [route.route_id for route in routes if route.integration_id == found.integration_id]
    if users:
        raise errors.conflict(
            "Cannot delete Integration because it is referenced by the following Routes with Ids: "
            f"[{', '.join(users)}]"
        )
    for response in await call.tx.scan(INTEGRATION_RESPONSES, *key, found.integration_id):
        call.tx.delete(INTEGRATION_RESPONSES, *key, found.integration_id, response.integration_response_id)
    call.tx.delete(INTEGRATIONS, *key, found.integration_id)
    await deploying.follow(call, api)
    return {}


async def _requested(
    call: Call,
    request: "shapes.GetIntegrationRequest | shapes.UpdateIntegrationRequest | shapes.DeleteIntegrationRequest",
) -> Integration:
    await existing_api(call, request)
    return await existing(call, "Integration", INTEGRATIONS, *of_api(call, request), request["IntegrationId"])
