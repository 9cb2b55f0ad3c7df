"""HTTP backends: they get the message, and what is mapped for them, and what they answer goes back.

Source: API Gateway Developer Guide, "Integration requests for WebSocket APIs", "Set up data mapping for WebSocket APIs".
"""

import re
from urllib.parse import quote

from portico.base.clock import Clock
from portico.doors.backends import Backends, Failed, Request, Response
from portico.doors.execution_log import received, sent
from portico.doors.stage_variables import filled
from portico.services.apigatewayv2.records import Integration
from portico.services.apigatewayv2.sockets.exchange import Exchange
from portico.services.apigatewayv2.sockets.integrations.mapping import Mapped, mapped
from portico.services.apigatewayv2.sockets.integrations.port import (
    INTERNAL,
    TIMED_OUT,
    Answered,
    IntegrationFailed,
    sent_headers,
)
from portico.services.apigatewayv2.sockets.integrations.shaping import Backend, incoming, outgoing
from portico.wire.http import Headers

_VARIABLE = re.compile(r"\{([^{}/?]+)\}").sub
_SUBPROTOCOL = "sec-websocket-protocol"
_NEIGHBOURS = (
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
)
_OURS = frozenset(
    (*_NEIGHBOURS, "upgrade", "sec-websocket-extensions", "sec-websocket-key", "sec-websocket-version")
)


class HttpProxy:
    """`HTTP_PROXY`."""

    def __init__(self, backends: Backends) -> None:
        self._backends = backends

    async def answer(self, exchange: Exchange, integration: Integration) -> Answered:
        """See `IntegrationKind`."""
        parameters = mapped(exchange, integration.request_parameters)
        response = await send(
            self._backends, exchange, integration, parameters, exchange.body.encode(errors="surrogatepass")
        )
        return Answered(response.status, response.body, subprotocol_of(response.headers))


class Http:
    """`HTTP`: with a mapped message and a mapped answer."""

    def __init__(self, backends: Backends) -> None:
        self._backends = backends

    async def answer(self, exchange: Exchange, integration: Integration) -> Answered:
        """See `IntegrationKind`."""
        body = await outgoing(exchange, integration)
        parameters = mapped(exchange, integration.request_parameters)
        response = await send(self._backends, exchange, integration, parameters, body)
        backend = Backend(response.status, response.body, response.headers)
        return await incoming(exchange, integration, backend)


async def send(
    backends: Backends, exchange: Exchange, integration: Integration, parameters: Mapped, body: bytes
) -> Response:
    """A backend's answer.

    Raises:
        IntegrationFailed: there is none.
    """
    own = {name.lower() for name, _ in parameters.headers}
    passed = (
        *_always(exchange, body),
        *(exchange.headers if integration.integration_type == "HTTP_PROXY" else ()),
    )
    headers = tuple(
        (name, value) for name, value in passed if name.lower() not in own and name.lower() not in _OURS
    )
    query = exchange.query if integration.integration_type == "HTTP_PROXY" else ()
    request = Request(
        integration.integration_method or "POST",
        _url(exchange, integration, parameters, query),
        headers + tuple(pair for pair in parameters.headers if pair[0].lower() not in _OURS),
        body,
        integration.timeout_in_millis / 1000,
        not (integration.tls_config or {}).get("InsecureSkipVerification"),
    )
    began = Clock.monotonic()
    sent(exchange.log, request.url, request.headers, body)
    try:
        response = await backends.call(request)
    except Failed as error:
        raise IntegrationFailed(504, str(error), TIMED_OUT if error.timed_out else INTERNAL) from error
    took_ms = round((Clock.monotonic() - began) * 1000)
    received(exchange.log, response.status, took_ms, response.headers, response.body)
    return response


def subprotocol_of(headers: Headers) -> str:
    """The subprotocol that a backend chooses."""
    return next((value for name, value in headers if name.lower() == _SUBPROTOCOL), "")


def _always(exchange: Exchange, body: bytes) -> Headers:
    headers = sent_headers(exchange)
    return (*headers, ("Content-Type", "application/json")) if body else headers


def _url(exchange: Exchange, integration: Integration, parameters: Mapped, query: Headers) -> str:
    def value(found: "re.Match[str]") -> str:
        text = parameters.path.get(found[1], found[0])
        return text.replace(".", "%2E") if text in (".", "..") else quote(text, safe="")

    uri = filled(integration.integration_uri or "", exchange.stage.stage_variables)
    uri = _VARIABLE(value, uri)
    pairs = "&".join(
        f"{quote(name, safe='')}={quote(text, safe='')}" for name, text in (*query, *parameters.query)
    )
    if not pairs:
        return uri
    return f"{uri}&{pairs}" if "?" in uri else f"{uri}?{pairs}"
