"""What of an API could be documented: each thing that a documentation part can be about. Pure.

Source: API Gateway developer guide, "Representation of API documentation in API Gateway".
"""

from collections.abc import Iterable, Iterator

from portico.services.apigateway.documentation_records import Location
from portico.services.apigateway.records import Authorizer, Method, Model, Resource

_PLACES = {"path": "PATH_PARAMETER", "querystring": "QUERY_PARAMETER", "header": "REQUEST_HEADER"}


def locations(
    resources: Iterable[Resource], models: Iterable[Model], authorizers: Iterable[Authorizer]
) -> Iterator[Location]:
    """Everything of an API that has a place in its documentation."""
    yield Location("API")
    for authorizer in authorizers:
        yield Location("AUTHORIZER", name=authorizer.name)
    for model in models:
        yield Location("MODEL", name=model.name)
    for resource in resources:
        yield Location("RESOURCE", path=resource.path)
        for method in resource.resource_methods.values():
            yield from _of_method(resource.path, method)


def _of_method(path: str, method: Method) -> Iterator[Location]:
    name = method.http_method
    yield Location("METHOD", path=path, method=name)
    for parameter in method.request_parameters or ():
        _, _, place, own = parameter.split(".", 3)
        yield Location(_PLACES[place], path=path, method=name, name=own)
    if method.request_models:
        yield Location("REQUEST_BODY", path=path, method=name)
    for status, response in method.method_responses.items():
        yield Location("RESPONSE", path=path, method=name, status_code=status)
        for parameter in response.response_parameters or ():
            header = parameter.removeprefix("method.response.header.")
            yield Location("RESPONSE_HEADER", path=path, method=name, status_code=status, name=header)
        if response.response_models:
            yield Location("RESPONSE_BODY", path=path, method=name, status_code=status)
