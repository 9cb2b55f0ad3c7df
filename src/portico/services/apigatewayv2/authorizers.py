"""Authorizers: issuers of tokens, and functions, that decide about callers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.apigatewayv2 import authorizer_rules, deploying, errors
from portico.services.apigatewayv2.access import managed
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.records import (
    AUTHORIZERS,
    ROUTES,
    Authorizer,
    Values,
    changed,
    made,
    shown,
)
from portico.services.apigatewayv2.service import HttpApis, check_room, existing, existing_api, new_id, of_api

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

AUTHORIZERS_MAX = 10


@managed
async def create_authorizer(
    service: HttpApis, call: Call, request: "shapes.CreateAuthorizerRequest"
) -> Values:
    """Create an authorizer.

    Raises:
        NotFoundException: there is no API of that id. BadRequestException: a value can't be used.
        ConflictException: there is an authorizer of that name.
    """
    api, key = await existing_api(call, request), of_api(call, request)
    values: Values = {**request}
    authorizer_rules.check(api, values)
    if any(one.name == values["Name"] for one in await call.tx.scan(AUTHORIZERS, *key)):
        raise errors.conflict(f"Authorizer name already exists for this API: {values['Name']}")
    authorizer = made(
        Authorizer, {**authorizer_rules.defaults(api, values), **values, "AuthorizerId": new_id(6)}
    )
    await check_room(call, api, "authorizers", AUTHORIZERS, AUTHORIZERS_MAX)
    call.tx.put(AUTHORIZERS, authorizer, *key, authorizer.authorizer_id)
    await deploying.follow(call, api)
    return shown(authorizer)


@managed
async def get_authorizer(service: HttpApis, call: Call, request: "shapes.GetAuthorizerRequest") -> Values:
    """An authorizer.

    Raises:
        NotFoundException: there is no API or authorizer of that id.
    """
    return shown(await _requested(call, request))


@managed
async def get_authorizers(service: HttpApis, call: Call, request: "shapes.GetAuthorizersRequest") -> Values:
    """The API's authorizers.

    Raises:
        NotFoundException: there is no API of that id.
    """
    await existing_api(call, request)
    found, token = await page(call, request, AUTHORIZERS, *of_api(call, request), id_of="AuthorizerId")
    return answer([shown(one) for one in found], token)


@managed
async def update_authorizer(
    service: HttpApis, call: Call, request: "shapes.UpdateAuthorizerRequest"
) -> Values:
    """Change an authorizer.

    Raises:
        NotFoundException: there is no API or authorizer of that id. BadRequestException: a value can't be used.
    """
    api, before = await existing_api(call, request), await _requested(call, request)
    values: Values = {**request}
    if "JwtConfiguration" in values:
        values["JwtConfiguration"] = {**(before.jwt_configuration or {}), **values["JwtConfiguration"]}
    after = changed(before, values)
    authorizer_rules.check(api, shown(after))
    call.tx.put(AUTHORIZERS, after, *of_api(call, request), after.authorizer_id)
    await deploying.follow(call, api)
    return shown(after)


@managed
async def delete_authorizer(
    service: HttpApis, call: Call, request: "shapes.DeleteAuthorizerRequest"
) -> Values:
    """Delete an authorizer.

    Raises:
        NotFoundException: there is no API or authorizer of that id. ConflictException: a route needs it.
    """
    api, found, key = (
        await existing_api(call, request),
        await _requested(call, request),
        of_api(call, request),
    )
    for route in await call.tx.scan(ROUTES, *key):
        if route.authorizer_id == found.authorizer_id:
            raise errors.conflict(
                f"Cannot delete authorizer '{found.name}', is referenced in route: {route.route_key}"
            )
    call.tx.delete(AUTHORIZERS, *key, found.authorizer_id)
    await deploying.follow(call, api)
    return {}


async def _requested(call: Call, request: Mapping[str, Any]) -> Authorizer:
    await existing_api(call, request)
    return await existing(call, "Authorizer", AUTHORIZERS, *of_api(call, request), request["AuthorizerId"])
