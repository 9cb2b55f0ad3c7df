"""What integrations reach: functions and other services as the principal that they call as, and HTTP backends.

Source: API Gateway Developer Guide, "API Gateway permissions model for invoking an API", "Integration request" (credentials).
"""

import re

import msgspec

from portico.base.clock import Clock
from portico.calls.call import Scope
from portico.calls.clients import Client, Clients
from portico.doors.backends import Backends
from portico.doors.roles import APIGATEWAY, DoorRoles
from portico.doors.service_calls import ServiceCalls
from portico.doors.stage_variables import filled
from portico.identity.principal import Principal, service
from portico.services.apigateway.client_identities import ClientIdentities
from portico.services.apigateway.transform.compile import MethodRules
from portico.services.apigateway.transform.links import Links
from portico.services.apigateway.transform.seam import GatewayRefusal, RequestContext

_SESSION = "BackplaneAssumeRoleSession"
_PATH_VARIABLE = re.compile(r"\{[^/{}]+\}")


class Reach(msgspec.Struct, frozen=True):
    """The ports of the integrations."""

    clients: Clients
    roles: DoorRoles
    services: ServiceCalls
    backends: Backends
    links: Links
    identities: ClientIdentities
    clock: Clock

    def client(self, request: RequestContext, rules: MethodRules) -> Client:
        """A client that calls as the integration does.

        Raises:
            GatewayRefusal: `API_CONFIGURATION_ERROR`, the credentials can't be used.
        """
        scope = Scope(request.account, request.region)
        return self.clients.of(
            self.principal(request, rules), scope, request_id=request.request_id, trace=request.trace
        )

    def principal(self, request: RequestContext, rules: MethodRules) -> Principal:
        """Who an integration calls as: the role of its credentials, the caller (`arn:aws:iam::*:user/*`), or API Gateway for the method.

        Raises:
            GatewayRefusal: `API_CONFIGURATION_ERROR`, it can't be that.
        """
        credentials = rules.integration.credentials if rules.integration else ""
        if not credentials:
            return service(APIGATEWAY, source_arn=source_arn(request), source_account=request.account)
        if credentials.endswith("::*:user/*"):
            if request.caller is None:
                raise misconfigured("Invalid permissions: the method does not ask for its caller's signature")
            return request.caller
        arn = filled(credentials, request.stage_variables)
        role = self.roles.session(
            arn, _SESSION, source_arn=source_arn(request), source_account=request.account
        )
        if role is None:
            raise misconfigured(f"API Gateway does not have permission to assume the provided role {arn}")
        return role


def source_arn(request: RequestContext) -> str:
    """The ARN of the method that a function's policy is asked about: path parameters are `*` in it."""
    path = _PATH_VARIABLE.sub("*", request.resource_path)
    return (
        f"arn:aws:execute-api:{request.region}:{request.account}:{request.api_id}"
        f"/{request.stage}/{request.http_method}{path}"
    )


def misconfigured(what: str) -> GatewayRefusal:
    """The refusal of a request that the API's configuration can't serve; the words go to the execution log."""
    return GatewayRefusal(
        "API_CONFIGURATION_ERROR", detail=f"Execution failed due to configuration error: {what}"
    )
