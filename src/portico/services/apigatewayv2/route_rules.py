"""What a route's members may be, given the API and its other parts.

Source: API Gateway Version 2 API Reference, "Routes"; Developer Guide, "Create routes for HTTP APIs".
"""

from portico.calls.call import Call
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.records import AUTHORIZERS, INTEGRATIONS, ROUTES, Api, Route
from portico.services.apigatewayv2.route_keys import parse, place
from portico.services.apigatewayv2.service import here

_AUTHORIZATION = {"HTTP": ("NONE", "AWS_IAM", "CUSTOM", "JWT"), "WEBSOCKET": ("NONE", "AWS_IAM", "CUSTOM")}
_AUTHORIZER_TYPE = {"CUSTOM": "REQUEST", "JWT": "JWT"}
_SCOPES_MAX = 10

Taken = dict[tuple[str, ...], Route]
"""An API's routes by what their keys lead to."""


async def taken(call: Call, api: Api) -> Taken:
    """The routes that an API has."""
    return {_place(api, one): one for one in await call.tx.scan(ROUTES, *here(call), api.api_id)}


async def check(call: Call, api: Api, route: Route, among: Taken) -> None:
    """Judge a route that is to be stored; it is then `among` the others.

    Raises:
        AwsError: BadRequestException, NotFoundException, ConflictException.
    """
    _check_authorization(api, route)
    _check_key(api, route, among)
    await _check_authorizer(call, api, route)
    if route.target:
        await _check_target(call, api, route)


def _check_authorization(api: Api, route: Route) -> None:
    if route.authorization_type not in _AUTHORIZATION[api.protocol_type]:
        allowed = ", ".join(_AUTHORIZATION[api.protocol_type])
        raise errors.bad_request(f"Invalid authorization type specified. Must be one of [{allowed}]")
    if api.is_http and route.api_key_required:
        raise errors.bad_request("ApiKeyRequired is not currently supported for HTTP APIs")
    scopes = route.authorization_scopes or []
    if scopes and route.authorization_type != "JWT":
        raise errors.bad_request(
            "Invalid Route authorization type specified. Authorization Scopes are only valid for COGNITO_USER_POOLS and "
            "JWT authorization types"
        )
    if len(scopes) > _SCOPES_MAX:
        raise errors.bad_request(f"At most {_SCOPES_MAX} authorization scopes are allowed for a route")


def _check_key(api: Api, route: Route, among: Taken) -> None:
    """The key must have a form, and be told apart from the others'."""
    found = _place(api, route)
    other = among.setdefault(found, route)
    if other.route_id == route.route_id:
        return
    if other.route_key == route.route_key:
        raise errors.conflict(f"Route with key {route.route_key} already exists for this API")
    raise errors.conflict(
        f'The provided route key "{route.route_key}" has a conflicting variable on the same hierarchical '
        f'level as "{other.route_key}"'
    )


def _place(api: Api, route: Route) -> tuple[str, ...]:
    """What a route's key leads to.

    Raises:
        AwsError: BadRequestException, it is none.
    """
    key = parse(route.route_key) if api.is_http else None
    if api.is_http and key is None:
        raise errors.malformed_route_key()
    if not route.route_key:
        raise errors.bad_request("Route key must not be empty")
    return (route.route_key,) if key is None else place(key)


async def _check_authorizer(call: Call, api: Api, route: Route) -> None:
    wanted = _AUTHORIZER_TYPE.get(route.authorization_type)
    if not api.is_http and wanted and route.route_key != "$connect":
        raise errors.bad_request("Authorization is currently only supported for $connect route")
    if wanted is None:
        if route.authorizer_id:
            raise errors.bad_request(
                f"Authorizer can not be specified for authorization type {route.authorization_type}"
            )
        return
    found = await call.tx.get(AUTHORIZERS, *here(call), api.api_id, route.authorizer_id or "")
    if found is None or found.authorizer_type != wanted:
        raise errors.bad_request(
            f"Invalid authorizer ID specified. Setting the authorization type to {route.authorization_type} requires a "
            f"valid {'JWT' if wanted == 'JWT' else 'Lambda'} authorizer."
        )


async def _check_target(call: Call, api: Api, route: Route) -> None:
    target = route.target or ""
    if not target.startswith("integrations/") or not route.integration_id:
        raise errors.bad_request(
            "Invalid target specified. Target must be of the form integrations/{integrationId}"
        )
    if await call.tx.get(INTEGRATIONS, *here(call), api.api_id, route.integration_id) is None:
        raise errors.none_of_id("Integration", route.integration_id)
