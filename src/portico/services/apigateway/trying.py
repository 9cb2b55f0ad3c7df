"""Trying a method or an authorizer as it is now, without a deployment."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.apigateway import access, errors, snapshot, variable_roles
from portico.services.apigateway.authorizers import authorizer_of
from portico.services.apigateway.plane.trials import Tried
from portico.services.apigateway.service import ApiGateway, api_of, resource_of

if TYPE_CHECKING:
    from portico.services.apigateway import shapes


@access.operation(also=variable_roles.by_trial)
async def test_invoke_method(
    service: ApiGateway, call: Call, request: "shapes.TestInvokeMethodRequest"
) -> dict[str, Any]:
    """Send a made-up request through a method, and tell its log. Nobody is asked who calls, and nothing is counted.

    Raises:
        NotFoundException: there is no such API, resource or method.
    """
    resource = await resource_of(call, request)
    api = await api_of(call, request)
    method = request["httpMethod"]
    if method not in resource.resource_methods and "ANY" not in resource.resource_methods:
        raise errors.no_method()
    contents = await snapshot.take(call.tx, api, "")
    return await service.plane.trials.method(contents, resource, _tried(call, request, method))


@access.operation()
async def test_invoke_authorizer(
    service: ApiGateway, call: Call, request: "shapes.TestInvokeAuthorizerRequest"
) -> dict[str, Any]:
    """Ask an authorizer about a made-up request, and tell its log.

    Raises:
        NotFoundException: there is no such API or authorizer.
    """
    api = await api_of(call, request)
    authorizer = await authorizer_of(call, request)
    return await service.plane.trials.authorizer(api.id, authorizer, _tried(call, request, "GET"))


def _tried(call: Call, request: Mapping[str, Any], method: str) -> Tried:
    many: Mapping[str, list[str]] = request.get("multiValueHeaders") or {}
    single: Mapping[str, str] = request.get("headers") or {}
    headers = [(name, value) for name, values in many.items() for value in values]
    headers += [(name, value) for name, value in single.items() if name not in many]
    return Tried(
        call.scope.account,
        call.scope.region,
        call.principal,
        method,
        request.get("pathWithQueryString") or "",
        tuple(headers),
        (request.get("body") or "").encode(),
        request.get("stageVariables") or {},
        request.get("clientCertificateId") or "",
    )
