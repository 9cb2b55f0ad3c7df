"""Who may use a route, as an OpenAPI definition says it. Pure.

Source: API Gateway Developer Guide, "x-amazon-apigateway-authorizer objects", "x-amazon-apigateway-auth object".
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.services.apigatewayv2.openapi.names import AUTHORIZER, AUTHORIZER_MEMBERS, text
from portico.services.apigatewayv2.records import Values

_AUTHORIZATION = {"JWT": "JWT", "REQUEST": "CUSTOM"}
_DISCOVERY = "/.well-known/openid-configuration"


class Security(msgspec.Struct, frozen=True, gc=False):
    """Members of the route, the name of its authorizer ("" for none) and that one's own members."""

    members: Values
    authorizer: str = ""
    definition: Values = {}
    warning: str = ""


OPEN = Security({})
_SIGNED = Security({"AuthorizationType": "AWS_IAM"})


def security_of(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Security:
    """The security of an operation: its own, or the document's."""
    own = operation.get("x-amazon-apigateway-auth")
    if isinstance(own, dict) and text(own.get("type", "")).upper() == "AWS_IAM":
        return _SIGNED
    requirements = operation.get("security", document.get("security")) or []
    if not requirements or not isinstance(requirements[0], dict) or not requirements[0]:
        return OPEN
    name, scopes = next(iter(requirements[0].items()))
    schemes = (document.get("components") or {}).get("securitySchemes") or {}
    scheme = schemes.get(name)
    if not isinstance(scheme, dict):
        return Security({}, warning=f"Unable to find the security scheme {name}")
    if scheme.get("x-amazon-apigateway-authtype") == "awsSigv4":
        return _SIGNED
    given = scheme.get(AUTHORIZER)
    if not isinstance(given, dict):
        return Security({}, warning=f"Ignoring the security scheme {name}, which has no {AUTHORIZER}")
    definition = _authorizer(text(name), scheme, given)
    members: Values = {"AuthorizationType": _AUTHORIZATION.get(definition["AuthorizerType"], "CUSTOM")}
    if scopes:
        members["AuthorizationScopes"] = [text(one) for one in scopes]
    return Security(members, text(name), definition)


def _authorizer(name: str, scheme: Mapping[str, Any], given: Mapping[str, Any]) -> Values:
    members: Values = {"Name": name, "AuthorizerType": text(given.get("type", "")).upper()}
    sources = given.get("identitySource") or []
    listed = sources.split(",") if isinstance(sources, str) else sources
    members["IdentitySource"] = [text(one).strip() for one in listed]
    for own, member in AUTHORIZER_MEMBERS.items():
        if given.get(own) is not None:
            members[member] = given[own]
    jwt = given.get("jwtConfiguration")
    if isinstance(jwt, dict):
        issuer = text(jwt.get("issuer") or "") or text(scheme.get("openIdConnectUrl", "")).removesuffix(
            _DISCOVERY
        )
        audience = jwt.get("audience") or []
        members["JwtConfiguration"] = {
            "Issuer": issuer,
            "Audience": [audience] if isinstance(audience, str) else [text(one) for one in audience],
        }
    return members
