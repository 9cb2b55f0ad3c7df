"""Routes: which requests (or messages) lead where, and who may send them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.apigatewayv2 import deploying, errors, route_rules
from portico.services.apigatewayv2.access import managed
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.records import (
    ROUTE_RESPONSES,
    ROUTES,
    Route,
    Values,
    changed,
    made,
    shown,
)
from portico.services.apigatewayv2.service import HttpApis, check_room, existing, existing_api, new_id, of_api

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

ROUTES_MAX = 300


@managed
async def create_route(service: HttpApis, call: Call, request: "shapes.CreateRouteRequest") -> Values:
    """Create a route.

    Raises:
        NotFoundException: there is no such API, integration or authorizer.
        BadRequestException: the route key or another member can't be used.
        ConflictException: there is a route of that key, or one that leads to the same place.
    """
    api = await existing_api(call, request)
    route = made(Route, {**request, "RouteId": new_id(7)})
    await route_rules.check(call, api, route, await route_rules.taken(call, api))
    await check_room(call, api, "routes", ROUTES, ROUTES_MAX)
    call.tx.put(ROUTES, route, *of_api(call, request), route.route_id)
    await deploying.follow(call, api)
    return shown(route)


@managed
async def get_route(service: HttpApis, call: Call, request: "shapes.GetRouteRequest") -> Values:
    """A route.

    Raises:
        NotFoundException: there is no API or route of that id.
    """
    return shown(await requested_route(call, request))


@managed
async def get_routes(service: HttpApis, call: Call, request: "shapes.GetRoutesRequest") -> Values:
    """The API's routes.

    Raises:
        NotFoundException: there is no API of that id.
    """
    await existing_api(call, request)
    found, token = await page(call, request, ROUTES, *of_api(call, request), id_of="RouteId")
    return answer([shown(one) for one in found], token)


@managed
async def update_route(service: HttpApis, call: Call, request: "shapes.UpdateRouteRequest") -> Values:
    """Change a route. Without an authorization type of a kind that needs one, it has no authorizer any more.

    Raises:
        NotFoundException: there is no such API, route, integration or authorizer.
        BadRequestException, ConflictException: as of CreateRoute.
    """
    api = await existing_api(call, request)
    values: Values = {**request}
    if values.get("AuthorizationType") in ("NONE", "AWS_IAM") and "AuthorizerId" not in values:
        values["AuthorizerId"] = ""
    after = changed(await requested_route(call, request), values)
    if (
        after.authorization_type == "NONE"
        and after.authorization_scopes
        and "AuthorizationScopes" not in values
    ):
        after = msgspec.structs.replace(after, authorization_scopes=None)
    await route_rules.check(call, api, after, await route_rules.taken(call, api))
    call.tx.put(ROUTES, after, *of_api(call, request), after.route_id)
    await deploying.follow(call, api)
    return shown(after)


@managed
async def delete_route(service: HttpApis, call: Call, request: "shapes.DeleteRouteRequest") -> Values:
    """Delete a route and its responses.

    Raises:
        NotFoundException: there is no API or route of that id.
    """
    api, route = await existing_api(call, request), await requested_route(call, request)
    key = of_api(call, request)
    for response in await call.tx.scan(ROUTE_RESPONSES, *key, route.route_id):
        call.tx.delete(ROUTE_RESPONSES, *key, route.route_id, response.route_response_id)
    call.tx.delete(ROUTES, *key, route.route_id)
    await deploying.follow(call, api)
    return {}


@managed
async def delete_route_request_parameter(
    service: HttpApis, call: Call, request: "shapes.DeleteRouteRequestParameterRequest"
) -> Values:
    """Take one of a WebSocket route's request parameters away.

    Raises:
        NotFoundException: there is no API, route or parameter of that name.
    """
    api, route = await existing_api(call, request), await requested_route(call, request)
    parameters = dict(route.request_parameters or {})
    if parameters.pop(request["RequestParameterKey"], None) is None:
        raise errors.none_of_id("request parameter", request["RequestParameterKey"])
    after = msgspec.structs.replace(route, request_parameters=parameters or None)
    call.tx.put(ROUTES, after, *of_api(call, request), route.route_id)
    await deploying.follow(call, api)
    return {}


async def requested_route(call: Call, request: Mapping[str, Any]) -> Route:
    """The route that a request names.

    Raises:
        AwsError: NotFoundException, there is no such API or route.
    """
    await existing_api(call, request)
    return await existing(call, "Route", ROUTES, *of_api(call, request), request["RouteId"])
