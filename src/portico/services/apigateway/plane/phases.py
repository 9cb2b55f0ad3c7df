"""The phases in which a caller is let in, as access logs tell them: a signature is authenticated or an authorizer asked, and then it is
decided what the caller may do. Pure.

Source: AWS Compute Blog, "Troubleshooting Amazon API Gateway with enhanced observability variables"; API Gateway Developer Guide,
"Variables for access logging for API Gateway".
"""

from collections.abc import Mapping

from portico.services.apigateway.transform.seam import GatewayRefusal

AUTHENTICATE, AUTHORIZER, AUTHORIZE = "authenticate", "authorizer", "authorize"
PHASES = (AUTHENTICATE, AUTHORIZER, AUTHORIZE)
_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "AWS_IAM": (AUTHENTICATE, AUTHORIZE),
    "CUSTOM": (AUTHORIZER, AUTHORIZE),
    "COGNITO_USER_POOLS": (AUTHORIZER,),
}
_DENIED = "ACCESS_DENIED"
_OF_CALLERS = frozenset(
    (
        *(_DENIED, "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE", "EXPIRED_TOKEN"),
        *("INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN", "UNAUTHORIZED"),
    )
)


def passed(authorization: str, refusal: GatewayRefusal | None) -> Mapping[str, bool]:
    """The phases that a request to a method with this kind of authorization has come to, in order, and whether it has passed each."""
    phases = _OF_KIND.get(authorization, ())
    if refusal is None or refusal.response_type not in _OF_CALLERS:
        return dict.fromkeys(phases, True)
    if refusal.response_type != _DENIED or refusal.error_type:  # who the caller is, was not found out
        return dict.fromkeys(phases[:1], False)
    if refusal.known is None:  # the resource policy has denied it before anybody asked
        return {}
    return {phase: phase != AUTHORIZE for phase in phases}
