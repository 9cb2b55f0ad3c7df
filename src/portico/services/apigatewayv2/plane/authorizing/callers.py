"""The ways to authorize, by the `AuthorizationType` of a route."""

from collections.abc import Mapping

import msgspec

from portico.identity.tokens import Tokens
from portico.services.apigatewayv2.plane import replies
from portico.services.apigatewayv2.plane.asked import Asked
from portico.services.apigatewayv2.plane.authorizing import tokens as jwt
from portico.services.apigatewayv2.plane.authorizing.functions import FunctionAuthorizers
from portico.services.apigatewayv2.plane.authorizing.signatures import Signatures
from portico.services.apigatewayv2.plane.door import Admit
from portico.services.apigatewayv2.plane.plans import AuthorizerPlan


def ways(*, tokens: Tokens, signatures: Signatures, functions: FunctionAuthorizers) -> Mapping[str, Admit]:
    """What lets callers in, by authorization type; what is not here (`NONE`) lets everybody in."""

    async def by_token(asked: Asked) -> Asked:
        caller = await jwt.admitted(asked, _plan(asked), tokens)
        return msgspec.structs.replace(asked, caller=caller)

    async def by_function(asked: Asked) -> Asked:
        caller = await functions.admitted(asked, _plan(asked))
        return msgspec.structs.replace(asked, caller=caller)

    async def by_signature(asked: Asked) -> Asked:
        caller, body = signatures.admitted(asked)
        return msgspec.structs.replace(asked, caller=caller, body=body)

    return {"JWT": by_token, "CUSTOM": by_function, "AWS_IAM": by_signature}


def _plan(asked: Asked) -> AuthorizerPlan:
    """The route's authorizer.

    Raises:
        Refusal: 500, there is none.
    """
    if asked.plan.authorizer is None:
        raise replies.failed("the route's authorizer is gone")
    return asked.plan.authorizer
