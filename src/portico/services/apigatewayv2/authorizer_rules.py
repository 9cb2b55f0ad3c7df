"""What an authorizer's members may be. Pure.

Source: API Gateway Version 2 API Reference, "Authorizers"; Developer Guide, "Control access to HTTP APIs with AWS Lambda authorizers",
"... with JWT authorizers".
"""

import re
from collections.abc import Mapping
from typing import Any

from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.records import Api, Values

_HTTP_SOURCE = re.compile(
    r"\$(?:request\.(?:header|querystring)\.[^\s$]+|context\.[A-Za-z.]+|stageVariables\.[A-Za-z0-9_]+)"
).fullmatch
_WEBSOCKET_SOURCE = re.compile(
    r"route\.request\.(?:header|querystring)\.[^\s$]+|context\.[A-Za-z.]+|stageVariables\.[A-Za-z0-9_]+"
).fullmatch
_TOKEN_SOURCE = re.compile(r"\$request\.(?:header|querystring)\.[^\s$]+").fullmatch
_URI = re.compile(r"arn:[^:]+:apigateway:[^:]+:lambda:path/2015-03-31/functions/arn:.+/invocations").fullmatch
_TTL_MAX_S = 3_600
_AUDIENCES_MAX = 50


def defaults(api: Api, values: Mapping[str, Any]) -> Values:
    """What AWS adds to a new authorizer."""
    if not api.is_http or values["AuthorizerType"] != "REQUEST":
        return {}
    return {
        "AuthorizerResultTtlInSeconds": 300 if values.get("IdentitySource") else 0,
        "EnableSimpleResponses": False,
    }


def check(api: Api, values: Mapping[str, Any]) -> None:
    """Judge the members of an authorizer, all of them.

    Raises:
        AwsError: BadRequestException.
    """
    kind = values.get("AuthorizerType")
    if kind == "JWT" and api.is_http:
        _check_jwt(values)
    elif kind == "REQUEST":
        _check_request(api, values)
    else:
        allowed = "[JWT, REQUEST]" if api.is_http else "[REQUEST]"
        raise errors.bad_request(f"Invalid authorizer type specified. Must be one of {allowed}")


def _check_jwt(values: Mapping[str, Any]) -> None:
    sources = values.get("IdentitySource") or []
    configuration = values.get("JwtConfiguration") or {}
    if len(sources) != 1 or not _TOKEN_SOURCE(sources[0]):
        raise errors.bad_request(
            "JWT authorizers must have exactly one identity source, a header or a query string"
        )
    if not str(configuration.get("Issuer") or "").startswith(("https://", "http://")):
        raise errors.bad_request("Invalid issuer: Issuer must have a valid URL")
    audience = configuration.get("Audience") or []
    if not audience:
        raise errors.bad_request("Audience must not be empty for JWT authorizers")
    if len(audience) > _AUDIENCES_MAX:
        raise errors.bad_request(f"At most {_AUDIENCES_MAX} audiences are allowed")


def _check_request(api: Api, values: Mapping[str, Any]) -> None:
    if not _URI(values.get("AuthorizerUri") or ""):
        raise errors.bad_request(
            "Invalid Authorizer URI: "
            f"{values.get('AuthorizerUri') or ''}. Authorizer URI should be a valid API Gateway ARN that represents a "
            "Lambda function invocation."
        )
    allowed = _HTTP_SOURCE if api.is_http else _WEBSOCKET_SOURCE
    sources = values.get("IdentitySource") or []
    for source in sources:
        if not allowed(source):
            raise errors.bad_request(f"Invalid mapping expression specified: {source}")
    if not api.is_http:
        return
    if values.get("AuthorizerPayloadFormatVersion") not in ("1.0", "2.0"):
        raise errors.bad_request(
            "AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer"
        )
    if values.get("EnableSimpleResponses") and values["AuthorizerPayloadFormatVersion"] != "2.0":
        raise errors.bad_request(
            "EnableSimpleResponses is only supported for AuthorizerPayloadFormatVersion 2.0"
        )
    ttl = values.get("AuthorizerResultTtlInSeconds") or 0
    if not 0 <= ttl <= _TTL_MAX_S:
        raise errors.bad_request(f"AuthorizerResultTtlInSeconds must be between 0 and {_TTL_MAX_S}")
    if ttl and not sources:
        raise errors.bad_request("Identity source must be specified if caching is enabled")
