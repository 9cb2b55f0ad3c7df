"""APIs: made, shown, changed, deleted."""

from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.doors import domains
from portico.doors.records import API_POINTERS, ApiPointer
from portico.services.apigatewayv2 import api_rules, deploying, errors, quick_create
from portico.services.apigatewayv2.access import managed
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.records import (
    APIS,
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
    Record,
    Values,
    changed,
    made,
    shown,
)
from portico.services.apigatewayv2.service import HttpApis, existing_api, here, new_id, of_api
from portico.store.table import Table

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

_PARTS: tuple[tuple[Table[Any], str], ...] = (
    (ROUTES, "RouteId"),
    (INTEGRATIONS, "IntegrationId"),
    (AUTHORIZERS, "AuthorizerId"),
    (MODELS, "ModelId"),
)
_RESPONSES: tuple[tuple[Table[Any], Table[Any], str, str], ...] = (
    (ROUTE_RESPONSES, ROUTES, "RouteId", "RouteResponseId"),
    (INTEGRATION_RESPONSES, INTEGRATIONS, "IntegrationId", "IntegrationResponseId"),
)


def shown_api(service: HttpApis, call: Call, api: Api) -> Values:
    """An API as AWS shows it."""
    endpoint = service.public.api(api.api_id, call.scope.region, scheme="" if api.is_http else "ws")
    return shown(api) | {"ApiEndpoint": endpoint}


def put_api(call: Call, api: Api) -> None:
    """Store an API, and that its id is this account's."""
    call.tx.put(APIS, api, *here(call), api.api_id)
    pointer = ApiPointer("http" if api.is_http else "websocket", *here(call))
    call.tx.put(API_POINTERS, pointer, api.api_id)


def new_api(call: Call, values: Values) -> Api:
    """An API of these members that has a new id; it is not stored yet."""
    expression = values.get("RouteSelectionExpression") or "$request.method $request.path"
    made_of = {**values, "ApiId": new_id(10), "CreatedDate": call.now, "RouteSelectionExpression": expression}
    return made(Api, made_of)


@managed
async def create_api(service: HttpApis, call: Call, request: "shapes.CreateApiRequest") -> Values:
    """Create an HTTP or a WebSocket API. With `Target` (a function's ARN or a URL) an HTTP API gets an integration, a route (`RouteKey`,
    or `$default`) and a `$default` stage that deploys itself.

    Raises:
        BadRequestException: a member that the protocol doesn't have, or a value that can't be used.
    """
    values: Values = {**request}
    api_rules.check_new(values)
    api = new_api(call, values)
    put_api(call, api)
    if values.get("Target"):
        await quick_create.follow(call, api, values)
    return shown_api(service, call, api)


@managed
async def get_api(service: HttpApis, call: Call, request: "shapes.GetApiRequest") -> Values:
    """An API.

    Raises:
        NotFoundException: there is none of that id.
    """
    return shown_api(service, call, await existing_api(call, request))


@managed
async def get_apis(service: HttpApis, call: Call, request: "shapes.GetApisRequest") -> Values:
    """The caller's APIs, by id.

    Raises:
        BadRequestException: `MaxResults`, `NextToken`.
    """
    found, token = await page(call, request, APIS, *here(call), id_of="ApiId")
    return answer([shown_api(service, call, api) for api in found], token)


@managed
async def update_api(service: HttpApis, call: Call, request: "shapes.UpdateApiRequest") -> Values:
    """Change an API. `Target`, `RouteKey` and `CredentialsArn` change what quick create has made.

    Raises:
        NotFoundException: there is none of that id.
        BadRequestException: a value can't be used, or the API wasn't made by quick create.
    """
    api = await existing_api(call, request)
    values: Values = {**request}
    api_rules.check_changed(api, values)
    after = changed(api, values)
    put_api(call, after)
    if values.keys() & {"Target", "RouteKey", "CredentialsArn"}:
        await quick_create.change(call, after, values)
    await deploying.follow(call, after)
    return shown_api(service, call, after)


@managed
async def delete_api(service: HttpApis, call: Call, request: "shapes.DeleteApiRequest") -> Values:
    """Delete an API and all that belongs to it; clients that are connected are told goodbye.

    Raises:
        NotFoundException: there is none of that id. BadRequestException: a custom domain name has a mapping to it.
    """
    api = await existing_api(call, request)
    mapped = await domains.leading_to(call.tx, *here(call), api.api_id)
    if mapped:
        raise errors.bad_request(
            f"Deleting ApiId {api.api_id} failed. Please remove all base path mappings related to the api in your domains: "
            f"{', '.join(mapped)}"
        )
    await clear(call, api)
    for deployment in await call.tx.scan(DEPLOYMENTS, *of_api(call, request)):
        call.tx.delete(DEPLOYMENTS, *of_api(call, request), deployment.deployment_id)
        call.tx.delete(DEPLOYED, *of_api(call, request), deployment.deployment_id)
    for stage in await call.tx.scan(STAGES, *of_api(call, request)):
        call.tx.delete(STAGES, *of_api(call, request), stage.stage_name)
    call.tx.delete(STAGE_NAMES, *of_api(call, request))
    call.tx.delete(APIS, *of_api(call, request))
    call.tx.delete(API_POINTERS, api.api_id)
    call.tx.then(lambda: service.connections.end(*of_api(call, request)))
    return {}


async def clear(call: Call, api: Api) -> None:
    """Delete an API's routes, integrations, authorizers and models, and their responses, which those of HTTP APIs never have; its stages
    and deployments stay."""
    key = (*here(call), api.api_id)
    for table, owners, owner_id, response_id in () if api.is_http else _RESPONSES:
        for owner in await call.tx.scan(owners, *key):
            parent = _id(owner, owner_id)
            for response in await call.tx.scan(table, *key, parent):
                call.tx.delete(table, *key, parent, _id(response, response_id))
    for table, part_id in _PARTS:
        for part in await call.tx.scan(table, *key):
            call.tx.delete(table, *key, _id(part, part_id))


@managed
async def delete_cors_configuration(
    service: HttpApis, call: Call, request: "shapes.DeleteCorsConfigurationRequest"
) -> Values:
    """Take an HTTP API's CORS configuration away.

    Raises:
        NotFoundException: there is no API of that id.
    """
    api = await existing_api(call, request)
    values = shown(api)
    values.pop("CorsConfiguration", None)
    after = made(Api, values)
    put_api(call, after)
    await deploying.follow(call, after)
    return {}


def _id(part: Record, member: str) -> str:
    return str(shown(part)[member])
