"""`$context`: what a request's mapping templates, parameter mappings and gateway responses can name. Pure.

Source: API Gateway Developer Guide, "Variables for data transformations for API Gateway".
"""

from collections.abc import Mapping
from typing import Any

from portico.doors.payload2 import clf
from portico.services.apigateway.transform.seam import RequestContext


def event_context(request: RequestContext) -> dict[str, Any]:
    """The `requestContext` of a proxy event."""
    made = _plain(request)
    if request.authorizer is not None:
        made["authorizer"] = request.authorizer
    return made


def template_context(request: RequestContext) -> dict[str, Any]:
    """`$context` in templates: as in events, with an authoriser's values as strings, and the members that only some requests have."""
    made = _plain(request)
    made["awsEndpointRequestId"] = request.request_id
    made["requestOverride"] = {"header": {}, "path": {}, "querystring": {}}
    made["responseOverride"] = {"header": {}}
    if request.authorizer is not None:
        made["authorizer"] = {name: _text(value) for name, value in request.authorizer.items()}
    if request.is_canary is not None:
        made["isCanaryRequest"] = request.is_canary
    return {**made, **request.context}


def at(tree: object, path: str) -> Any:
    """The member of a nested mapping that a dotted path names; None if there is none. Names with dots in them are found too."""
    while isinstance(tree, Mapping):
        if path in tree:
            return tree[path]
        name, dot, path = path.partition(".")
        if not dot:
            return None
        tree = tree.get(name)
    return None


def _plain(request: RequestContext) -> dict[str, Any]:
    return {
        "resourceId": request.resource_id,
        "resourcePath": request.resource_path,
        "httpMethod": request.http_method,
        "extendedRequestId": request.extended_request_id,
        "requestTime": clf(request.at),
        "path": request.full_path,
        "accountId": request.account,
        "protocol": request.protocol,
        "stage": request.stage,
        "domainPrefix": request.domain_prefix,
        "requestTimeEpoch": int(request.at * 1000),
        "requestId": request.request_id,
        "identity": request.identity,
        "domainName": request.domain_name,
        "deploymentId": request.deployment_id,
        "apiId": request.api_id,
    }


def _text(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value
