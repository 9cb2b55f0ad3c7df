"""ImportApi and ReimportApi: an HTTP API, made of an OpenAPI 3 definition.

Source: API Gateway Version 2 API Reference; Developer Guide, "Use OpenAPI definitions for HTTP APIs".
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Check
from portico.doors.aside import OnceEach
from portico.services.apigatewayv2 import (
    access,
    api_rules,
    authorizer_rules,
    deploying,
    errors,
    integration_rules,
    route_rules,
    variable_roles,
)
from portico.services.apigatewayv2.apis import clear, new_api, put_api, shown_api
from portico.services.apigatewayv2.authorizers import AUTHORIZERS_MAX
from portico.services.apigatewayv2.integrations import complete
from portico.services.apigatewayv2.openapi.reading import Definition, RouteRead, loaded, read
from portico.services.apigatewayv2.records import (
    AUTHORIZERS,
    INTEGRATIONS,
    ROUTES,
    Api,
    Authorizer,
    Integration,
    Record,
    Route,
    Values,
    changed,
    made,
)
from portico.services.apigatewayv2.routes import ROUTES_MAX
from portico.services.apigatewayv2.service import HttpApis, existing_api, here, new_id

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes


async def _passed_roles(service: HttpApis, call: Call, request: Mapping[str, Any]) -> list[Check]:
    """`iam:PassRole` on every role that the definition names."""
    definition = await _definition(call, request)
    members = [route.integration for route in definition.routes if route.integration is not None]
    checks: list[Check] = []
    for named in (*members, *definition.authorizers.values()):
        checks += await access.dependent(service, call, named)
    return checks + await variable_roles.by_following(call, request, members)


@access.managed_also(_passed_roles)
async def import_api(service: HttpApis, call: Call, request: "shapes.ImportApiRequest") -> Values:
    """Create an HTTP API from a definition, in JSON or YAML.

    Raises:
        BadRequestException: it can't be read, or names what can't be; with `FailOnWarnings` also for warnings.
    """
    definition = await _definition(call, request)
    _refuse_warnings(definition, request)
    api_rules.check_new(definition.api)
    api = new_api(call, definition.api)
    await _fill(call, api, definition)
    put_api(call, api)
    return _shown(service, call, api, definition)


@access.managed_also(_passed_roles)
async def reimport_api(service: HttpApis, call: Call, request: "shapes.ReimportApiRequest") -> Values:
    """Replace an HTTP API's routes, and all that belongs to them, by those of a definition. Its stages stay.

    Raises:
        NotFoundException: there is no API of that id. BadRequestException: as of ImportApi, or it is a WebSocket API.
    """
    before = await existing_api(call, request)
    if not before.is_http:
        raise errors.bad_request("Only HTTP APIs can be imported")
    definition = await _definition(call, request)
    _refuse_warnings(definition, request)
    api_rules.check_changed(before, definition.api)
    api = changed(before, definition.api)
    await clear(call, before)
    await _fill(call, api, definition)
    put_api(call, api)
    await deploying.follow(call, api)
    return _shown(service, call, api, definition)


def _check_kinds(kind: type[Record], members: Values) -> None:
    """The members must be of the right kinds, which in a definition nobody has checked.

    Raises:
        AwsError: BadRequestException.
    """
    try:
        made(kind, members)
    except msgspec.ValidationError as error:
        raise errors.bad_request(f"Invalid OpenAPI input. {error}") from error


_definitions: OnceEach[Definition] = OnceEach()


async def _definition(call: Call, request: Mapping[str, Any]) -> Definition:
    """What a request defines, read once for the call.

    Raises:
        AwsError: BadRequestException.
    """
    body, base_path = request["Body"], request.get("Basepath") or "ignore"
    variables = {
        "AccountId": call.scope.account,
        "Region": call.scope.region,
        "Partition": call.scope.partition,
    }
    return await _definitions.of(call.tx, _read, body, variables, base_path)


def _read(body: str, variables: Mapping[str, str], base_path: str) -> Definition:
    try:
        definition = read(loaded(body, variables), base_path)
    except (
        msgspec.ValidationError,
        AttributeError,
        TypeError,
    ) as error:  # lists and objects are not where they belong
        raise errors.bad_request("Invalid OpenAPI input. Its members are not of the right kinds") from error
    for what, parts, most in (
        ("routes", definition.routes, ROUTES_MAX),
        ("authorizers", definition.authorizers, AUTHORIZERS_MAX),
    ):
        if len(parts) > most:
            raise errors.limit_exceeded(what)
    return definition


def _refuse_warnings(definition: Definition, request: Mapping[str, Any]) -> None:
    if definition.warnings and request.get("FailOnWarnings"):
        raise errors.bad_request("Warnings found during import:\n\t" + "\n\t".join(definition.warnings))


def _shown(service: HttpApis, call: Call, api: Api, definition: Definition) -> Values:
    told = {"ImportInfo": definition.info, "Warnings": definition.warnings}
    return shown_api(service, call, api) | {name: texts for name, texts in told.items() if texts}


async def _fill(call: Call, api: Api, definition: Definition) -> None:
    """Make the parts of a definition."""
    key = (*here(call), api.api_id)
    authorizers: dict[str, str] = {}
    for name, members in definition.authorizers.items():
        _check_kinds(Authorizer, {**members, "AuthorizerId": ""})
        authorizer_rules.check(api, members)
        authorizer = made(
            Authorizer, {**authorizer_rules.defaults(api, members), **members, "AuthorizerId": new_id(6)}
        )
        call.tx.put(AUTHORIZERS, authorizer, *key, authorizer.authorizer_id)
        authorizers[name] = authorizer.authorizer_id
    shared: dict[str, str] = {}
    taken = await route_rules.taken(call, api)
    for route in definition.routes:
        integration_id = _integrated(call, api, route, shared)
        target = f"integrations/{integration_id}" if integration_id else None
        members = {**route.members, "RouteId": new_id(7), "Target": target}
        if route.authorizer:
            members["AuthorizerId"] = authorizers[route.authorizer]
        record = made(Route, members)
        await route_rules.check(call, api, record, taken)
        call.tx.put(ROUTES, record, *key, record.route_id)


def _integrated(call: Call, api: Api, route: RouteRead, shared: dict[str, str]) -> str:
    """The id of a route's integration, made unless another route has it already; "" if there is none."""
    if route.integration is None:
        return ""
    if route.shared in shared:
        return shared[route.shared]
    _check_kinds(Integration, {**route.integration, "IntegrationId": ""})
    integration_rules.check("HTTP", route.integration)
    integration = made(Integration, complete(api, route.integration))
    call.tx.put(INTEGRATIONS, integration, *here(call), api.api_id, integration.integration_id)
    if route.shared:
        shared[route.shared] = integration.integration_id
    return integration.integration_id
