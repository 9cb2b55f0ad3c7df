"""Lambda functions: the event of a proxy integration, and the answer that they give.

Source: API Gateway Developer Guide, "Lambda proxy integrations" for WebSocket APIs, "Set up a $connect route that requires a WebSocket
subprotocol".
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from portico.base.clock import Clock
from portico.base.ids import request_id as new_request_id
from portico.calls.authorize import Authorizer, Refused
from portico.calls.call import Scope
from portico.calls.clients import Clients
from portico.doors.execution_log import FUNCTION_FAILED, received, sent
from portico.doors.payload1 import read
from portico.doors.payload2 import Malformed
from portico.doors.roles import APIGATEWAY, DoorRoles
from portico.doors.stage_variables import filled
from portico.identity.principal import Principal, service
from portico.services.apigatewayv2.records import Integration
from portico.services.apigatewayv2.sockets.exchange import Exchange, event
from portico.services.apigatewayv2.sockets.integrations.port import Answered, IntegrationFailed, sent_headers
from portico.wire.errors import AwsError

_URI = re.compile(
    r"arn:[^:]+:apigateway:[^:]+:lambda:path/2015-03-31/functions/(arn:[^:]+:lambda:([^:]+):(\d{12}):function:.+)/invocations"
).fullmatch
_SUBPROTOCOL = "sec-websocket-protocol"


class Called(msgspec.Struct, frozen=True, gc=False):
    """What a function has answered, or how it has `failed`."""

    payload: bytes
    failed: bool
    request_id: str

    @property
    def failure(self) -> str:
        """What the log tells of its failure."""
        error = _error_of(self.payload)
        words = (
            f"with status 200 due to customer function error: {error}. Lambda request id: {self.request_id}"
        )
        return f"{FUNCTION_FAILED} {words}"


class Caller:
    """Acts for API Gateway: as the service itself, or as the role that an integration or authorizer names."""

    def __init__(self, clients: Clients, roles: DoorRoles, authorizer: Authorizer) -> None:
        self._clients = clients
        self._roles = roles
        self._authorizer = authorizer

    def principal(self, exchange: Exchange, role: str | None, source_arn: str) -> Principal:
        """Who calls, for the route or authorizer `source_arn`.

        Raises:
            IntegrationFailed: the role is not to be had.
        """
        account = exchange.client.served.account
        if not role:
            return service(APIGATEWAY, source_arn=source_arn, source_account=account)
        session = self._roles.session(
            role, "BackplaneAssumeRoleSession", source_arn=source_arn, source_account=account
        )
        if session is None:
            raise IntegrationFailed(500, f"API Gateway does not have permission to assume the role {role}")
        return session

    async def call(
        self, exchange: Exchange, uri: str, role: str | None, payload: bytes, source_arn: str
    ) -> Called:
        """What the function at the address `uri` answers.

        Raises:
            IntegrationFailed: it can't be called.
        """
        found = _function(filled(uri, exchange.stage.stage_variables))
        if found is None:
            raise IntegrationFailed(500, f"{uri} is no address of a function")
        function, scope = found
        principal, request_id = self.principal(exchange, role, source_arn), new_request_id()
        client = self._clients.of(principal, scope, request_id=request_id)
        self._authorizer.given(exchange.request_id, request_id, refused=False)
        log, began = exchange.log, Clock.monotonic()
        if log is not None:
            sent(log, _address(function, scope), sent_headers(exchange), payload)
        try:
            answer: Mapping[str, Any] = await client.call(
                "lambda", "Invoke", FunctionName=function, Payload=payload
            )
        except AwsError as error:
            if isinstance(error, Refused):
                self._authorizer.given(exchange.request_id, request_id)
            raise IntegrationFailed(500, _refused(error)) from error
        if log is not None:
            received(log, 200, round((Clock.monotonic() - began) * 1000), (), answer["Payload"])
        return Called(answer["Payload"], "FunctionError" in answer, request_id)

    async def invoke(self, exchange: Exchange, integration: Integration, payload: bytes) -> bytes:
        """What an integration's function answers.

        Raises:
            IntegrationFailed: it can't be called, or has failed.
        """
        uri, role = integration.integration_uri or "", integration.credentials_arn
        called = await self.call(exchange, uri, role, payload, exchange.arn)
        if called.failed:
            raise IntegrationFailed(502, called.failure)
        return called.payload


@lru_cache(maxsize=1024)
def _function(uri: str) -> tuple[str, Scope] | None:
    """The function that an address names, and where it is."""
    found = _URI(uri)
    return None if found is None else (found[1], Scope(found[3], found[2]))


def _address(function: str, scope: Scope) -> str:
    """Where AWS would invoke a function: what the log shows."""
    return f"https://lambda.{scope.region}.amazonaws.com/2015-03-31/functions/{function}/invocations"


def _refused(error: AwsError) -> str:
    """Why a function could not be called."""
    if error.status == 403:
        return "Invalid permissions on Lambda function"
    return f"Lambda invocation failed with status: {error.status}. {error.message or error.code}"


def _error_of(payload: bytes) -> str:
    """The message of a function's error."""
    try:
        error = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return ""
    return str(error.get("errorMessage", "")) if isinstance(error, dict) else ""


class FunctionProxy:
    """`AWS_PROXY`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def answer(self, exchange: Exchange, integration: Integration) -> Answered:
        """See `IntegrationKind`."""
        payload = msgspec.json.encode(event(exchange))
        result = await self._caller.invoke(exchange, integration, payload)
        try:
            plain = _plain(result)
        except (msgspec.DecodeError, RecursionError):
            return _answered(result)
        return Answered(plain.statusCode, plain.body.encode(errors="surrogatepass"))


class _Plain(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The answer that nearly all functions give; any other is read with more care."""

    statusCode: Annotated[int, msgspec.Meta(ge=200, le=599)]  # noqa: N815
    body: str = ""


_plain = msgspec.json.Decoder(_Plain).decode


def _answered(result: bytes) -> Answered:
    try:
        answer = read(msgspec.json.decode(result), decode=True, strict=False)
    except (Malformed, msgspec.DecodeError, RecursionError) as error:
        raise IntegrationFailed(502, f"Malformed Lambda proxy response: {error}") from error
    chosen = next((value for name, value in answer.headers if name.lower() == _SUBPROTOCOL), "")
    return Answered(answer.status, answer.body, chosen)
