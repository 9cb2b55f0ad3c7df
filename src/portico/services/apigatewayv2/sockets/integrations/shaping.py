"""Both sides of integrations that map: what is sent to the backend, and what its answer becomes.

Source: API Gateway Developer Guide, "Integration requests for WebSocket APIs" (passthrough behaviour), "Integration responses for WebSocket
APIs" (response keys), "WebSocket selection expressions".
"""

from collections.abc import Mapping

import msgspec

from portico.doors.java_regex import BadPattern, matches_aside
from portico.services.apigatewayv2.records import Integration, IntegrationResponse
from portico.services.apigatewayv2.sockets.exchange import Exchange, context
from portico.services.apigatewayv2.sockets.expressions import Lookup, compiled, member, of_request
from portico.services.apigatewayv2.sockets.integrations import templates
from portico.services.apigatewayv2.sockets.integrations.port import Answered, IntegrationFailed
from portico.wire.http import Headers

_SUBPROTOCOL = "route.response.header.sec-websocket-protocol"
_HEADER = "integration.response.header."
_STATUS = "${integration.response.statuscode}"


class Backend(msgspec.Struct, frozen=True, gc=False):
    """What a backend has answered."""

    status: int
    body: bytes = b""
    headers: Headers = ()


async def outgoing(exchange: Exchange, integration: Integration) -> bytes:
    """The body for the backend.

    Raises:
        IntegrationFailed: there is no template for it and it is not to be passed through, or the template fails.
    """
    body = exchange.body.encode(errors="surrogatepass")
    template = templates.chosen(
        integration.request_templates, integration.template_selection_expression, _of_request(exchange)
    )
    if template is not None:
        body = await templates.rendered(exchange, template, body)
    elif integration.passthrough_behavior == "NEVER" or (
        integration.passthrough_behavior == "WHEN_NO_TEMPLATES" and integration.request_templates
    ):
        raise IntegrationFailed(415, "there is no template for the message", "Unsupported Media Type")
    return templates.converted(body, integration.content_handling_strategy)


async def incoming(exchange: Exchange, integration: Integration, backend: Backend) -> Answered:
    """What the backend's answer becomes: as it is, if the integration has no responses.

    Raises:
        IntegrationFailed: no response is for it, or the template fails.
    """
    responses = exchange.plan.responses
    if not responses:
        return Answered(backend.status, backend.body)
    value_of = _of_answer(exchange, backend)
    expression = integration.integration_response_selection_expression or _STATUS
    response = await _response(responses, expression, value_of)
    template = templates.chosen(response.response_templates, response.template_selection_expression, value_of)
    body = templates.converted(backend.body, response.content_handling_strategy)
    if template is not None:
        body = await templates.rendered(exchange, template, body)
    return Answered(backend.status, body, _subprotocol(response, value_of))


async def _response(
    responses: Mapping[str, IntegrationResponse], expression: str, value_of: Lookup
) -> IntegrationResponse:
    """The response whose key the expression comes to, or whose pattern (`/4\\d\\d/`) fits it, else `$default`."""
    key = compiled(expression).evaluate(value_of)
    found = responses.get(key)
    if found is not None:
        return found
    try:
        for pattern, response in responses.items():
            if (
                len(pattern) > 2
                and pattern[0] == pattern[-1] == "/"
                and await matches_aside(pattern[1:-1], key)
            ):
                return response
    except BadPattern as error:
        raise IntegrationFailed(500, str(error)) from error
    found = responses.get(templates.DEFAULT)
    if found is None:
        raise IntegrationFailed(500, f"no integration response is for {key!r}")
    return found


def _of_request(exchange: Exchange) -> Lookup:
    return of_request(_decoded(exchange.body), context(exchange), exchange.stage.stage_variables)


def _of_answer(exchange: Exchange, backend: Backend) -> Lookup:
    of_message = _of_request(exchange)
    headers: dict[str, list[str]] = {}
    for name, value in backend.headers:
        headers.setdefault(name.lower(), []).append(value)
    answer = {
        "statuscode": str(backend.status),
        "header": {name: values[-1] for name, values in headers.items()},
        "multivalueheader": {name: ",".join(values) for name, values in headers.items()},
        "body": _decoded(backend.body),
    }

    def value_of(name: str) -> object:
        root, _, rest = name.partition("integration.response.")
        if root:
            return of_message(name)
        place, _, below = rest.partition(".")
        return member(answer, rest if place == "body" else f"{place}.{below.lower()}".rstrip("."))

    return value_of


def _subprotocol(response: IntegrationResponse, value_of: Lookup) -> str:
    for target, source in (response.response_parameters or {}).items():
        if target.lower() == _SUBPROTOCOL:
            if source[:1] == source[-1:] == "'":
                return source[1:-1]
            value = value_of(source) if source.startswith(_HEADER) else None
            return value if isinstance(value, str) else ""
    return ""


def _decoded(body: str | bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
