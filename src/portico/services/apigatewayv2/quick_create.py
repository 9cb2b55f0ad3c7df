"""Quick create: an HTTP API that is complete in one call, with one integration, one route and a `$default` stage that deploys itself.

Source: API Gateway Developer Guide, "Create an HTTP API by using the AWS CLI" (quick create).
"""

from portico.calls.call import Call
from portico.services.apigatewayv2 import deploying, errors, integration_rules
from portico.services.apigatewayv2.records import (
    INTEGRATIONS,
    ROUTES,
    STAGES,
    Api,
    Integration,
    Route,
    Stage,
    Values,
    changed,
    made,
)
from portico.services.apigatewayv2.route_keys import DEFAULT, parse
from portico.services.apigatewayv2.service import here, new_id


async def follow(call: Call, api: Api, values: Values) -> None:
    """Make what the request for an API asks for with it.

    Raises:
        AwsError: BadRequestException, the target or the route key can't be used.
    """
    key = (*here(call), api.api_id)
    integration = made(Integration, {"IntegrationId": new_id(7), **_integration(values)})
    call.tx.put(INTEGRATIONS, integration, *key, integration.integration_id)
    route = Route(
        route_id=new_id(7),
        route_key=_route_key(values.get("RouteKey") or DEFAULT),
        api_gateway_managed=True,
        target=f"integrations/{integration.integration_id}",
    )
    call.tx.put(ROUTES, route, *key, route.route_id)
    stage = Stage(
        stage_name=DEFAULT,
        created_date=call.now,
        last_updated_date=call.now,
        api_gateway_managed=True,
        auto_deploy=True,
        default_route_settings={"DetailedMetricsEnabled": False},
    )
    call.tx.put(STAGES, stage, *key, DEFAULT)
    await deploying.name_stage(call, api, DEFAULT, there=True)
    await deploying.follow(call, api)


async def change(call: Call, api: Api, values: Values) -> None:
    """Change what quick create has made.

    Raises:
        AwsError: BadRequestException, the API wasn't made in that way, or a value can't be used.
    """
    key = (*here(call), api.api_id)
    route = next((one for one in await call.tx.scan(ROUTES, *key) if one.api_gateway_managed), None)
    integration = None if route is None else await call.tx.get(INTEGRATIONS, *key, route.integration_id)
    if route is None or integration is None:
        raise errors.bad_request(
            "Target, RouteKey and CredentialsArn can only be updated for quick create APIs"
        )
    if values.get("RouteKey"):
        after = changed(route, {"RouteKey": _route_key(values["RouteKey"])})
        call.tx.put(ROUTES, after, *key, route.route_id)
    given = {"Target": integration.integration_uri, **values}
    call.tx.put(INTEGRATIONS, changed(integration, _integration(given)), *key, integration.integration_id)


def _integration(values: Values) -> Values:
    target = str(values["Target"])
    is_function = target.startswith("arn:")
    made_of: Values = {
        "ApiGatewayManaged": True,
        "IntegrationType": "AWS_PROXY" if is_function else "HTTP_PROXY",
        "IntegrationUri": target,
        "PayloadFormatVersion": "2.0" if is_function else "1.0",
        "IntegrationMethod": "POST" if is_function else "ANY",
    }
    if values.get("CredentialsArn"):
        made_of["CredentialsArn"] = values["CredentialsArn"]
    integration_rules.check("HTTP", made_of)
    return made_of


def _route_key(text: str) -> str:
    if parse(text) is None:
        raise errors.malformed_route_key()
    return text
