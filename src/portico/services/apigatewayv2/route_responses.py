"""Responses of WebSocket routes: with one, what the integration answers goes back to the client."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.apigatewayv2 import deploying, errors
from portico.services.apigatewayv2.access import managed
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.records import (
    ROUTE_RESPONSES,
    Api,
    RouteResponse,
    Values,
    changed,
    made,
    merged,
    shown,
)
from portico.services.apigatewayv2.routes import requested_route
from portico.services.apigatewayv2.service import HttpApis, existing, existing_api, new_id, of_api

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes


@managed
async def create_route_response(
    service: HttpApis, call: Call, request: "shapes.CreateRouteResponseRequest"
) -> Values:
    """Give a route of a WebSocket API a response.

    Raises:
        NotFoundException: there is no API or route of that id. BadRequestException: it is an HTTP API, or the key is not `$default`.
        ConflictException: the route has one.
    """
    api, route = await existing_api(call, request), await requested_route(call, request)
    response = made(RouteResponse, {**request, "RouteResponseId": new_id(7)})
    _check(api, response)
    key = (*of_api(call, request), route.route_id)
    for other in await call.tx.scan(ROUTE_RESPONSES, *key):
        if other.route_response_key == response.route_response_key:
            raise errors.conflict(f"Route response with key {other.route_response_key} already exists")
    call.tx.put(ROUTE_RESPONSES, response, *key, response.route_response_id)
    await deploying.follow(call, api)
    return shown(response)


@managed
async def get_route_response(
    service: HttpApis, call: Call, request: "shapes.GetRouteResponseRequest"
) -> Values:
    """A route's response.

    Raises:
        NotFoundException: there is no API, route or response of that id.
    """
    return shown(await _requested(call, request))


@managed
async def get_route_responses(
    service: HttpApis, call: Call, request: "shapes.GetRouteResponsesRequest"
) -> Values:
    """The route's responses.

    Raises:
        NotFoundException: there is no API or route of that id.
    """
    route = await requested_route(call, request)
    key = (*of_api(call, request), route.route_id)
    found, token = await page(call, request, ROUTE_RESPONSES, *key, id_of="RouteResponseId")
    return answer([shown(one) for one in found], token)


@managed
async def update_route_response(
    service: HttpApis, call: Call, request: "shapes.UpdateRouteResponseRequest"
) -> Values:
    """Change a route's response.

    Raises:
        NotFoundException: there is no API, route or response of that id. BadRequestException: the key is not `$default`.
    """
    api, before = await existing_api(call, request), await _requested(call, request)
    values: Values = {**request}
    if "ResponseModels" in values:
        values["ResponseModels"] = merged(before.response_models, values["ResponseModels"])
    after = changed(before, values)
    _check(api, after)
    call.tx.put(ROUTE_RESPONSES, after, *of_api(call, request), request["RouteId"], after.route_response_id)
    await deploying.follow(call, api)
    return shown(after)


@managed
async def delete_route_response(
    service: HttpApis, call: Call, request: "shapes.DeleteRouteResponseRequest"
) -> Values:
    """Take a route's response away.

    Raises:
        NotFoundException: there is no API, route or response of that id.
    """
    api, response = await existing_api(call, request), await _requested(call, request)
    call.tx.delete(ROUTE_RESPONSES, *of_api(call, request), request["RouteId"], response.route_response_id)
    await deploying.follow(call, api)
    return {}


def _check(api: Api, response: RouteResponse) -> None:
    if api.is_http:
        raise errors.bad_request("Route responses are not supported for HTTP protocol")
    if response.route_response_key != "$default":
        raise errors.bad_request("Only $default is currently supported for route response key")


async def _requested(call: Call, request: Mapping[str, Any]) -> RouteResponse:
    route = await requested_route(call, request)
    key = (*of_api(call, request), route.route_id, request["RouteResponseId"])
    return await existing(call, "RouteResponse", ROUTE_RESPONSES, *key)
