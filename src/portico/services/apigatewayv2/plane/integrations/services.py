"""Service integrations: a request becomes a call of one operation, as the integration's role.

Source: API Gateway Developer Guide, "Create AWS service integrations for HTTP APIs".
"""

import asyncio

from portico.calls.call import Scope
from portico.calls.clients import Clients
from portico.doors.roles import DoorRoles
from portico.services.apigatewayv2.plane import replies
from portico.services.apigatewayv2.plane.asked import Asked
from portico.services.apigatewayv2.plane.expressions import Response
from portico.services.apigatewayv2.plane.integrations.functions import caller_of
from portico.services.apigatewayv2.records import Integration
from portico.services.apigatewayv2.subtypes import SUBTYPES, Unusable, request_of
from portico.wire.errors import AwsError
from portico.wire.http import Reply
from portico.wire.model import codec, error_reply


class Services:
    """Calls operations for routes."""

    __slots__ = ("_clients", "_roles")

    def __init__(self, clients: Clients, roles: DoorRoles) -> None:
        self._clients = clients
        self._roles = roles

    async def answered(self, asked: Asked, integration: Integration) -> Response:
        """What the service answers, refusals of its own included.

        Raises:
            Refusal: 500, a parameter is missing or can't be used, or the role can't be assumed; 503, it took too long.
        """
        subtype = SUBTYPES[integration.integration_subtype or ""]
        given = {
            name: value
            for name, read in asked.plan.values.items()
            if (value := read(asked, None)) is not None
        }
        region = given.pop("Region", asked.stage.region)
        try:
            request = request_of(subtype, given)
        except Unusable as error:
            raise replies.failed(str(error)) from error
        principal = caller_of(asked, integration, self._roles)
        request_id = asked.arrival.request_id
        scope = Scope(asked.stage.account, region)
        client = self._clients.of(principal, scope, request_id=request_id, trace=asked.trace)
        try:
            async with asyncio.timeout(integration.timeout_in_millis / 1000):
                answer = await client.call(subtype.service, subtype.operation, **request)
        except TimeoutError as error:
            raise replies.unavailable("the service took too long") from error
        except AwsError as error:
            reply = error_reply(subtype.protocol, error, request_id, service=subtype.service)
        else:
            wire = codec(subtype.service, subtype.operation, subtype.protocol)
            reply = wire.encode(answer or {}, request_id)
        return _response(reply)


def _response(reply: Reply) -> Response:
    return Response(reply.status, reply.headers, reply.body)
