"""What the door asks for: is a request valid, what is its answer, how is a refusal put into words."""

from collections.abc import Awaitable, Callable, Mapping

from portico.calls.ports import Ports
from portico.doors.roles import DoorRoles
from portico.doors.vpc_targets import VpcTargets
from portico.services.apigateway.client_identities import ClientIdentities
from portico.services.apigateway.transform import gateway_responses, http, lambda_proxy, mock, service, told
from portico.services.apigateway.transform.compile import ApiRules, MethodRules
from portico.services.apigateway.transform.links import Links
from portico.services.apigateway.transform.reach import Reach, misconfigured
from portico.services.apigateway.transform.seam import GatewayAnswer, GatewayRefusal, RequestContext

_INTEGRATIONS: Mapping[str, Callable[[Reach, RequestContext, MethodRules], Awaitable[GatewayAnswer]]] = {
    "AWS": service.call,
    "AWS_PROXY": lambda_proxy.call,
    "HTTP": http.mapped,
    "HTTP_PROXY": http.proxied,
    "MOCK": mock.call,
}


class Transform:
    """The transformations of one server."""

    __slots__ = ("_reach",)

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    async def validate(self, request: RequestContext, rules: MethodRules) -> None:
        """Check what the method's request validator checks.

        Raises:
            GatewayRefusal: `BAD_REQUEST_PARAMETERS`, `BAD_REQUEST_BODY`.
        """
        if rules.checks is not None:
            await rules.checks.check(request)

    async def integrate(self, request: RequestContext, rules: MethodRules) -> GatewayAnswer:
        """The answer of what is behind the method.

        Raises:
            GatewayRefusal: there is none, or it can't be made into one of the method's.
        """
        if rules.integration is None:
            raise misconfigured("No integration defined for method")
        answer = await _INTEGRATIONS[rules.integration.type](self._reach, request, rules)
        told.answered(request, answer.headers, answer.body)
        return answer

    def refused(self, request: RequestContext, rules: ApiRules, refusal: GatewayRefusal) -> GatewayAnswer:
        """The gateway response that a refusal gets."""
        return gateway_responses.answer(refusal, request, rules.gateway_responses)


def build(ports: Ports) -> Transform:
    """The transformations, with the ports of their server."""
    extras = ports.extras
    roles = DoorRoles(ports.cache, ports.clock)
    identities = ClientIdentities(ports.cache, extras["Sealer"])
    links = Links(ports.cache, VpcTargets(extras["Settings"].vpc_targets))
    return Transform(
        Reach(
            ports.clients, roles, extras["ServiceCalls"], extras["Backends"], links, identities, ports.clock
        )
    )
