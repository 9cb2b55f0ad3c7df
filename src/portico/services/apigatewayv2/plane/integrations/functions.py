"""Lambda proxy integrations: the request is an event, the function's answer the response.

Source: API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs".
"""

from functools import partial

import msgspec

from portico.base.deadline import Deadline
from portico.calls.call import Scope
from portico.calls.clients import Clients
from portico.doors import payload1, payload2
from portico.doors.payload2 import Malformed
from portico.doors.roles import DoorRoles
from portico.identity.principal import Principal
from portico.services.apigatewayv2.access import CALLERS_CREDENTIALS
from portico.services.apigatewayv2.plane import events, replies
from portico.services.apigatewayv2.plane.asked import Asked
from portico.services.apigatewayv2.plane.expressions import Response
from portico.services.apigatewayv2.records import Integration
from portico.wire.errors import AwsError

_EVENT_BYTES_MAX = 6 * 1024 * 1024
_TEXT = "text/plain;charset=UTF-8"
_STATUSES = {"TooManyRequestsException": replies.unavailable}
_SESSION = "BackplaneAssumeRoleSession"


class Functions:
    """Calls functions as API Gateway, or as the integration's role."""

    __slots__ = ("_clients", "_roles")

    def __init__(self, clients: Clients, roles: DoorRoles) -> None:
        self._clients = clients
        self._roles = roles

    async def answered(self, asked: Asked, integration: Integration) -> Response:
        """What the function answers.

        Raises:
            Refusal: 500, it has failed, has given no HTTP answer, or may not be called; 503, it took too long or can't run now;
                413, the event is larger than a function's may be.
        """
        two = integration.payload_format_version == "2.0"
        payload = msgspec.json.encode(events.event2(asked) if two else events.event1(asked))
        if len(payload) > _EVENT_BYTES_MAX:
            raise replies.too_large()
        principal = caller_of(asked, integration, self._roles)
        client = self._clients.of(
            principal,
            Scope(asked.stage.account, asked.stage.region),
            request_id=asked.arrival.request_id,
            trace=asked.trace,
        )
        try:
            with Deadline(integration.timeout_in_millis / 1000):
                answer = await client.call(
                    "lambda", "Invoke", FunctionName=asked.plan.function, Payload=payload
                )
        except TimeoutError as error:
            raise replies.unavailable("the function took too long") from error
        except AwsError as error:
            raise _STATUSES.get(error.code, replies.failed)(str(error)) from error
        if answer.get("FunctionError"):
            raise replies.failed("the function has failed")
        try:
            return _meant(answer["Payload"], two=two)
        except Malformed as error:
            raise replies.failed(f"the function has given no HTTP answer: {error}") from error


_READ = {
    True: partial(payload2.answer, default_type=_TEXT),
    False: partial(payload1.answer, decode=True, strict=False),
}


def _meant(payload: bytes, *, two: bool) -> Response:
    answer = _READ[two](payload)
    return Response(answer.status, answer.headers, answer.body)


def caller_of(asked: Asked, integration: Integration, roles: DoorRoles) -> Principal:
    """Whom an integration's target is called as: its role, the caller who has signed, or API Gateway itself.

    Raises:
        Refusal: 500, the role can't be assumed; 403, the caller has not signed.
    """
    role = integration.credentials_arn
    if not role:
        return asked.plan.caller
    if role == CALLERS_CREDENTIALS:
        if asked.caller.principal is None:
            raise replies.forbidden("the integration needs the caller's own credentials")
        return asked.caller.principal
    session = roles.session(
        role, _SESSION, source_arn=asked.plan.caller.source_arn, source_account=asked.stage.account
    )
    if session is None:
        raise replies.failed("the integration's role can't be assumed")
    return session
