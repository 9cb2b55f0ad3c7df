"""How a Lambda authorizer's function is called: as API Gateway, for the authorizer, or as the role that the authorizer names."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.calls.call import Scope
from portico.calls.clients import Clients
from portico.doors.roles import APIGATEWAY, DoorRoles
from portico.doors.stage_variables import filled
from portico.identity.principal import Principal, service
from portico.services.apigateway.records import Authorizer
from portico.services.apigateway.transform.seam import GatewayRefusal, RequestContext
from portico.wire.errors import AwsError

_TIMEOUT_S = 29.0
_FUNCTION = re.compile(r"arn:[^:]+:apigateway:[^:]*:lambda:path/[^/]+/functions/(.+)/invocations").fullmatch
_UNAUTHORIZED = "Unauthorized"
_BUSY = frozenset(("TooManyRequestsException", "ServiceException", "InternalFailure", "ServiceUnavailable"))


class AuthorizerCalls:
    """Calls functions of authorizers."""

    __slots__ = ("_clients", "_roles")

    def __init__(self, clients: Clients, roles: DoorRoles) -> None:
        self._clients = clients
        self._roles = roles

    async def call(self, authorizer: Authorizer, request: RequestContext, event: Mapping[str, Any]) -> bytes:
        """What the function answers to `event`.

        Raises:
            GatewayRefusal: UNAUTHORIZED, the function has raised just that; AUTHORIZER_FAILURE, it could not be asked;
                AUTHORIZER_CONFIGURATION_ERROR, it is not there, may not be called, failed, or takes too long.
        """
        function = _function(authorizer, request)
        arn = f"arn:aws:execute-api:{request.region}:{request.account}:{request.api_id}/authorizers/{authorizer.id}"
        client = self._clients.of(
            self._principal(authorizer, request, arn),
            Scope(request.account, request.region),
            trace=request.trace,
        )
        call = client.call("lambda", "Invoke", FunctionName=function, Payload=msgspec.json.encode(event))
        try:
            async with asyncio.timeout(_TIMEOUT_S):  # the function goes on, unheard
                answer = await call
        except TimeoutError as error:
            raise _misconfigured("the authorizer has timed out") from error
        except AwsError as error:
            kind = "AUTHORIZER_FAILURE" if error.code in _BUSY else "AUTHORIZER_CONFIGURATION_ERROR"
            raise GatewayRefusal(
                kind, null=True, detail=f"Execution failed due to configuration error: {error}"
            ) from error
        payload: bytes = answer["Payload"]
        if "FunctionError" in answer:
            raise _of_error(payload)
        return payload

    def _principal(self, authorizer: Authorizer, request: RequestContext, arn: str) -> Principal:
        if not authorizer.authorizer_credentials:
            return service(APIGATEWAY, source_arn=arn, source_account=request.account)
        role = self._roles.session(
            authorizer.authorizer_credentials,
            "BackplaneAssumeRoleSession",
            source_arn=arn,
            source_account=request.account,
        )
        if role is None:
            raise _misconfigured("API Gateway does not have permission to assume the provided role")
        return role


def _function(authorizer: Authorizer, request: RequestContext) -> str:
    uri = filled(authorizer.authorizer_uri, request.stage_variables)
    found = _FUNCTION(uri)
    if found is None:
        raise _misconfigured(f"Invalid authorizer URI: {uri}")
    return found[1]


def _of_error(payload: bytes) -> GatewayRefusal:
    try:
        raised = msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        raised = None
    if isinstance(raised, dict) and raised.get("errorMessage") == _UNAUTHORIZED:
        return GatewayRefusal("UNAUTHORIZED")
    return _misconfigured("the authorizer has failed")


def _misconfigured(why: str) -> GatewayRefusal:
    detail = f"Execution failed due to configuration error: {why}"
    return GatewayRefusal("AUTHORIZER_CONFIGURATION_ERROR", null=True, detail=detail)
