"""The execution log of a request to a REST API: how it begins, and all of it at once."""

from collections.abc import Iterator, Mapping

from portico.doors.execution_log import Lines
from portico.services.apigateway.plane.user_pools import date_text
from portico.services.apigateway.transform.seam import RequestContext


def begin(request: RequestContext) -> None:
    """Tell the beginning, where the request is logged."""
    if request.log is not None:
        request.log.line(f"Extended Request Id: {request.extended_request_id}")
        for text in beginning(request):
            request.log.line(text)


def beginning(request: RequestContext) -> Iterator[str]:
    """What the log of a request begins with."""
    yield f"Starting execution for request: {request.request_id}"
    yield f"HTTP Method: {request.http_method}, Resource Path: {request.path}"
    yield f"Method request path: {shown(request.path_parameters)}"
    yield f"Method request query string: {shown(dict(request.query))}"
    yield f"Method request headers: {shown(dict(request.headers))}"
    yield f"Method request body before transformations: {request.body.decode(errors='replace')}"


def text_of(request: RequestContext, lines: Lines) -> str:
    """The whole log of a request, as the operations that try methods and authorizers show it."""
    stamped = [f"{date_text(request.at)} : {text}\n" for text in lines.gathered]
    return f"Execution log for request {request.request_id}\n" + "".join(stamped)


def shown(values: Mapping[str, str]) -> str:
    """A map as a line shows it."""
    return "{" + ", ".join(f"{name}={value}" for name, value in values.items()) + "}"
