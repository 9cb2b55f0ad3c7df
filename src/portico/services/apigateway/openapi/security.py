"""Security schemes and what methods require of them: authorizers, signatures, API keys. Pure.

Source: API Gateway developer guide, "x-amazon-apigateway-authorizer", "x-amazon-apigateway-authtype".
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.services.apigateway import ids
from portico.services.apigateway.authorizers import AUTH_TYPES
from portico.services.apigateway.openapi.document import Document, array, integer, mapping
from portico.services.apigateway.records import Authorizer

AUTHORIZER = "x-amazon-apigateway-authorizer"
AUTH_TYPE = "x-amazon-apigateway-authtype"
AUTH = "x-amazon-apigateway-auth"
SIGV4 = "awsSigv4"
KEY_HEADER = "x-api-key"


class Required(msgspec.Struct, frozen=True, gc=False):
    """What a method requires of its callers."""

    authorization_type: str = "NONE"
    authorizer_id: str = ""
    scopes: tuple[str, ...] = ()
    api_key: bool = False


def authorizer(name: str, scheme: Mapping[str, Any], held: Mapping[str, Authorizer]) -> Authorizer | None:
    """The authorizer of a scheme, None if it has none; one that the API has keeps its id."""
    given = mapping(scheme.get(AUTHORIZER))
    kind = str(given.get("type") or "").upper()
    if not kind:
        return None
    pools = given.get("providerARNs")
    source = given.get("identitySource")
    if kind != "REQUEST" and not source:
        source = f"method.request.header.{scheme.get('name') or 'Authorization'}"
    return Authorizer(
        id=held[name].id if name in held else ids.short_id(),
        name=name,
        type=kind,
        provider_arns=tuple(map(str, pools)) if isinstance(pools, list) else None,
        auth_type=str(scheme.get(AUTH_TYPE) or AUTH_TYPES.get(kind, "")),
        authorizer_uri=str(given.get("authorizerUri") or ""),
        authorizer_credentials=str(given.get("authorizerCredentials") or ""),
        identity_source=str(source or ""),
        identity_validation_expression=str(given.get("identityValidationExpression") or ""),
        authorizer_result_ttl_in_seconds=integer(given.get("authorizerResultTtlInSeconds")),
    )


def required(
    document: Document, operation: Mapping[str, Any], authorizers: Mapping[str, Authorizer]
) -> Required:
    """What an operation requires, or the whole definition where the operation does not say."""
    found = Required()
    own = mapping(operation.get(AUTH))
    if str(own.get("type") or "").upper() == "AWS_IAM":
        found = Required(authorization_type="AWS_IAM")
    alternatives = operation.get("security", document.root.get("security"))
    for alternative in array(alternatives):
        for name, scopes in mapping(alternative).items():
            found = _with(found, name, scopes, document, authorizers)
    return found


def _with(
    found: Required, name: str, scopes: Any, document: Document, authorizers: Mapping[str, Authorizer]
) -> Required:
    scheme = mapping(document.resolved(document.security_schemes.get(name)))
    if name in authorizers:
        pools = authorizers[name].type == "COGNITO_USER_POOLS"
        return msgspec.structs.replace(
            found,
            authorization_type="COGNITO_USER_POOLS" if pools else "CUSTOM",
            authorizer_id=authorizers[name].id,
            scopes=tuple(map(str, array(scopes))),
        )
    if str(scheme.get(AUTH_TYPE)).lower() == SIGV4.lower():
        return msgspec.structs.replace(found, authorization_type="AWS_IAM")
    if scheme.get("type") == "apiKey" and str(scheme.get("name")).lower() == KEY_HEADER:
        return msgspec.structs.replace(found, api_key=True)
    return found
