"""`AWS`: functions with mapped input and output, and any operation of any other service.

Source: API Gateway Developer Guide, "Integration requests for WebSocket APIs", "Integration request" (URIs of services).
"""

from portico.base.clock import Clock
from portico.doors.execution_log import received, sent
from portico.doors.service_calls import ServiceCalls, ServiceRequest, target
from portico.doors.stage_variables import filled
from portico.services.apigatewayv2.records import Integration
from portico.services.apigatewayv2.sockets.exchange import Exchange
from portico.services.apigatewayv2.sockets.integrations.functions import Caller
from portico.services.apigatewayv2.sockets.integrations.mapping import mapped
from portico.services.apigatewayv2.sockets.integrations.port import (
    Answered,
    IntegrationFailed,
    is_function,
    sent_headers,
)
from portico.services.apigatewayv2.sockets.integrations.shaping import Backend, incoming, outgoing


class Services:
    """Calls functions and services."""

    def __init__(self, caller: Caller, calls: ServiceCalls) -> None:
        self._caller = caller
        self._calls = calls

    async def answer(self, exchange: Exchange, integration: Integration) -> Answered:
        """See `IntegrationKind`."""
        body = await outgoing(exchange, integration)
        if is_function(integration.integration_uri or ""):
            return await incoming(exchange, integration, await self._function(exchange, integration, body))
        return await incoming(exchange, integration, await self._service(exchange, integration, body))

    async def _function(self, exchange: Exchange, integration: Integration, body: bytes) -> Backend:
        """A function's answer; its failure counts as a status of 500, if there are responses that could be for it."""
        uri, role = integration.integration_uri or "", integration.credentials_arn
        called = await self._caller.call(exchange, uri, role, body or b"{}", exchange.arn)
        if called.failed and not exchange.plan.responses:
            raise IntegrationFailed(502, called.failure)
        return Backend(500 if called.failed else 200, called.payload)

    async def _service(self, exchange: Exchange, integration: Integration, body: bytes) -> Backend:
        uri = filled(integration.integration_uri or "", exchange.stage.stage_variables)
        to = target(uri)
        if to is None:
            raise IntegrationFailed(500, f"{uri} is no address of a service")
        parameters = mapped(exchange, integration.request_parameters)
        principal = self._caller.principal(exchange, integration.credentials_arn, exchange.arn)
        request = ServiceRequest(
            integration.integration_method or "POST", parameters.query, parameters.headers, body
        )
        began = Clock.monotonic()
        sent(exchange.log, uri, (*sent_headers(exchange), *parameters.headers), body)
        reply = await self._calls.call(principal, exchange.client.served.account, to, request)
        took_ms = round((Clock.monotonic() - began) * 1000)
        received(exchange.log, reply.status, took_ms, reply.headers, reply.body)
        return Backend(reply.status, reply.body, reply.headers)
