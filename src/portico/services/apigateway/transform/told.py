"""What the execution log tells of an integration: the request that is made, and what comes back. In AWS's words, as seen."""

from collections.abc import Iterable

from portico.services.apigateway.transform.seam import Pairs, RequestContext


def sent(request: RequestContext, uri: str, headers: Pairs, body: bytes) -> None:
    """Tell of the request to a backend, if anybody wants to know."""
    if request.log is None:
        return
    for line in (
        f"Endpoint request URI: {uri}",
        f"Endpoint request headers: {shown(headers)}",
        f"Endpoint request body after transformations: {body.decode(errors='replace')}",
        f"Sending request to {uri}",
    ):
        request.log.line(line)


def received(request: RequestContext, status: int, latency_ms: int, headers: Pairs, body: bytes) -> None:
    """Tell of a backend's answer."""
    if request.log is None:
        return
    for line in (
        f"Received response. Status: {status}, Integration latency: {latency_ms} ms",
        f"Endpoint response headers: {shown(headers)}",
        f"Endpoint response body before transformations: {body.decode(errors='replace')}",
    ):
        request.log.line(line)


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


def shown(headers: Iterable[tuple[str, str]]) -> str:
    """Headers as a line shows them; what authorises is not for the log."""
    return (
        "{"
        + ", ".join(f"{name}={'*' * 6 if name.lower() in _SECRET else value}" for name, value in headers)
        + "}"
    )


_SECRET = frozenset(("authorization", "x-amz-security-token", "x-api-key", "proxy-authorization"))
