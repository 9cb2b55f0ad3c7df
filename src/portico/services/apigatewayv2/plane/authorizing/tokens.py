"""JWT authorizers: a token of the issuer, for one of the audiences, with one of the route's scopes.

Source: API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers", "Troubleshooting issues with HTTP API JWT
authorizers"; claims as events show them.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.identity.jwt import TokenError, parse
from portico.identity.tokens import Claims, Tokens
from portico.services.apigatewayv2.plane import replies
from portico.services.apigatewayv2.plane.asked import Allowed, Asked
from portico.services.apigatewayv2.plane.plans import AuthorizerPlan

_DESCRIPTIONS = {
    "malformed": "the token is not a valid JSON Web Token",
    "keys": "the token was not signed with a key of the issuer",
    "unreachable": "OIDC discovery endpoint communication error",
    "signature": "the token does not have a valid signature",
    "expired": "the token has expired",
    "old": "the token has expired",
    "claim": "the token is not valid yet or lacks a claim",
    "issuer": "the token does not have a valid issuer",
    "audience": "the token does not have a valid audience",
}


async def admitted(asked: Asked, plan: AuthorizerPlan, tokens: Tokens) -> Allowed:
    """The caller, as their token tells.

    Raises:
        Refusal: 401, there is no token, or none that is accepted; 403, it has none of the route's scopes.
    """
    wanted = asked.plan.route.authorization_scopes or []
    text = plan.sources[0](asked, None) if plan.sources else None
    if not text:
        raise replies.unauthorized("there is no token", "Bearer")
    configuration = plan.authorizer.jwt_configuration or {}
    try:
        claims = await _verified(text, configuration, tokens)
    except TokenError as error:
        raise replies.unauthorized(error.message, _challenge(wanted, _DESCRIPTIONS[error.reason])) from error
    scopes = [scope for scope in wanted if scope in claims.scopes]
    if wanted and not scopes:
        raise replies.insufficient(" ".join(wanted))
    shown = {name: text for name, value in claims.values.items() if (text := shown_claim(value)) is not None}
    jwt = {"claims": shown, "scopes": scopes if wanted else None}
    return Allowed({"jwt": jwt}, jwt)


async def _verified(text: str, configuration: Mapping[str, Any], tokens: Tokens) -> Claims:
    scheme, space, rest = text.partition(" ")
    token = rest.strip() if space and scheme.lower() == "bearer" else text
    if not parse(token).algorithm.startswith("RS"):  # HTTP APIs believe RSA only
        raise TokenError("signature", "Unsupported signing algorithm")
    return await tokens.verify(
        token, issuer=configuration.get("Issuer") or "-", audiences=configuration.get("Audience") or ("-",)
    )


def _challenge(scopes: list[str], description: str) -> str:
    return f'Bearer scope="{" ".join(scopes)}" error="invalid_token" error_description="{description}"'


def shown_claim(value: Any) -> str | None:
    """A claim as events show it: everything is text, lists are in brackets."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{' '.join(shown_claim(one) or '' for one in value)}]"
    if isinstance(value, dict):
        return msgspec.json.encode(value).decode()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
