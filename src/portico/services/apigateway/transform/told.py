"""What the execution log tells of an integration: the request that is made, and what comes back."""

from portico.doors import execution_log
from portico.doors.execution_log import shown
from portico.services.apigateway.transform.seam import Pairs, RequestContext


def sent(request: RequestContext, uri: str, headers: Pairs, body: bytes) -> None:
    """Tell of the request to a backend, if anybody wants to know."""
    execution_log.sent(request.log, uri, headers, body)


def received(request: RequestContext, status: int, latency_ms: int, headers: Pairs, body: bytes) -> None:
    """Tell of a backend's answer."""
    execution_log.received(request.log, status, latency_ms, headers, body)


def answered(request: RequestContext, headers: Pairs, body: bytes) -> None:
    """Tell of the method's answer."""
    if request.log is None:
        return
    for line in (
        f"Method response body after transformations: {body.decode(errors='replace')}",
        f"Method response headers: {shown(headers)}",
        "Successfully completed execution",
    ):
        request.log.line(line)
