"""The phases in which a caller is let in, as access logs tell them: a signature is authenticated or an authorizer asked, and then it is
decided what the caller may do. Pure.

Source: AWS Compute Blog, "Troubleshooting Amazon API Gateway with enhanced observability variables"; API Gateway Developer Guide,
"Variables for access logging for API Gateway".
"""

from collections.abc import Mapping
from typing import Literal

AUTHENTICATE, AUTHORIZER, AUTHORIZE = "authenticate", "authorizer", "authorize"
PHASES = (AUTHENTICATE, AUTHORIZER, AUTHORIZE)
_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "AWS_IAM": (AUTHENTICATE, AUTHORIZE),
    "CUSTOM": (AUTHORIZER, AUTHORIZE),
    "COGNITO_USER_POOLS": (AUTHORIZER,),
}
Refused = Literal["", "before", "unknown", "denied"]
"""Where a request was refused for its caller: nowhere, before anybody asked who that is, as nobody knows, or for what it may not do."""


def passed(authorization: str, refused: Refused) -> Mapping[str, bool]:
    """The phases that a request with this kind of authorization has come to, in order, and whether it has passed each."""
    phases = _OF_KIND.get(authorization, ())
    if refused == "before":
        return {}
    if refused == "unknown":
        return dict.fromkeys(phases[:1], False)
    return {phase: not refused or phase != AUTHORIZE for phase in phases}
