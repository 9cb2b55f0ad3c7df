"""Requests for services of AWS that Portico does not have: told by their names, 501.

The operation of a rest request is in its path, and only the service's model can read it. Models are large, so they are loaded for
authenticated callers only.
"""

from functools import lru_cache

from portico.calls.operation import IndexEntry, ServiceIndex
from portico.gateway.route import RestRoutes, Route
from portico.wire.errors import AwsError, not_implemented
from portico.wire.http import Head
from portico.wire.model import query_action

_BOTOCORE_NAMES = {  # where the signature's name of a rest service is not botocore's, or that of several
    "apigateway": ("apigateway", "apigatewayv2"),
    "email": ("sesv2",),
    "execute-api": ("apigatewaymanagementapi",),
}
_MODELS_KEPT = 8


def unavailable(route: Route, head: Head, body: bytes) -> AwsError:
    """The 501 that names the service and the operation of a foreign route."""
    if route.operation:
        return not_implemented(route.service, route.operation)
    if route.protocol == "query":
        return not_implemented(
            route.service, query_action(body, head.query)[0] or "an operation without a name"
        )
    for service in _BOTOCORE_NAMES.get(route.service, (route.service,)):
        routes = _rest_routes(service)
        found = routes.match(head.method, head.path, head.query) if routes else None
        if found is not None:
            return not_implemented(service, found[0])
    return not_implemented(route.service, f"{head.method} {head.path}")


@lru_cache(maxsize=_MODELS_KEPT)
def _rest_routes(service: str) -> RestRoutes | None:
    from botocore.exceptions import UnknownServiceError
    from botocore.loaders import Loader

    try:
        operations = Loader().load_service_model(service, "service-2")["operations"]
    except (UnknownServiceError, ValueError):
        return None
    entries = {
        name: IndexEntry(each["http"]["method"], each["http"]["requestUri"])
        for name, each in operations.items()
    }
    return RestRoutes(ServiceIndex(service, service, service, "", ("rest-json",), "", "", entries))
