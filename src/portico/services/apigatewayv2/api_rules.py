"""What an API's members may be. Pure.

Source: API Gateway Version 2 API Reference, "Apis"; Developer Guide, "Configure CORS for HTTP APIs".
"""

import re
from collections.abc import Mapping
from typing import Any

from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.records import Api

_HTTP_EXPRESSIONS = ("$request.method $request.path", "${request.method} ${request.path}")
_HTTP_ONLY = ("CorsConfiguration", "Target", "RouteKey", "CredentialsArn")
_ORIGIN = re.compile(r"\*|(?:https?|[a-z][a-z0-9+.-]*)://.+", re.IGNORECASE).fullmatch
_METHOD = re.compile(r"\*|[A-Za-z]+").fullmatch
_MAX_AGE_S = 86_400
_NAME_MAX, _DESCRIPTION_MAX, _VERSION_MAX = 128, 1_024, 64


def check_new(values: Mapping[str, Any]) -> None:
    """Judge the members of a new API.

    Raises:
        AwsError: BadRequestException.
    """
    protocol = values["ProtocolType"]
    if protocol not in ("HTTP", "WEBSOCKET"):
        raise errors.bad_request("Invalid protocol specified. Must be one of [HTTP, WEBSOCKET]")
    if protocol == "WEBSOCKET" and not values.get("RouteSelectionExpression"):
        raise errors.bad_request(
            "Route selection expression is required for WEBSOCKET protocol. Consider using $request.body.action."
        )
    if (values.get("RouteKey") or values.get("CredentialsArn")) and not values.get("Target"):
        raise errors.bad_request("Target must be specified if RouteKey or CredentialsArn is specified")
    _check(protocol, values)


def check_changed(api: Api, values: Mapping[str, Any]) -> None:
    """Judge the members that an API is to have instead of its own.

    Raises:
        AwsError: BadRequestException.
    """
    if values.get("Name") == "":
        raise errors.bad_request("Name must not be empty")
    _check(api.protocol_type, values)


def _check(protocol: str, values: Mapping[str, Any]) -> None:
    for member, most in (("Name", _NAME_MAX), ("Description", _DESCRIPTION_MAX), ("Version", _VERSION_MAX)):
        if len(values.get(member) or "") > most:
            raise errors.bad_request(f"{member} must be at most {most} characters long")
    expression = values.get("RouteSelectionExpression")
    if protocol == "HTTP":
        if expression and expression not in _HTTP_EXPRESSIONS:
            raise errors.bad_request(
                "Route selection expression for HTTP protocol must be `${request.method} ${request.path}`"
            )
        if values.get("DisableSchemaValidation"):
            raise errors.bad_request("DisableSchemaValidation is not supported for HTTP protocol")
        check_cors(values.get("CorsConfiguration"))
        return
    for member in _HTTP_ONLY:
        if values.get(member):
            raise errors.bad_request(f"{member} is not supported for WEBSOCKET protocol")


def check_cors(given: Mapping[str, Any] | None) -> None:
    """Judge a CORS configuration.

    Raises:
        AwsError: BadRequestException.
    """
    if not given:
        return
    origins = given.get("AllowOrigins") or []
    for origin in origins:
        if not _ORIGIN(origin):
            raise errors.bad_request(
                "Invalid format for origin. Origins should start with http:// or https://, or be *"
            )
    if given.get("AllowCredentials") and "*" in origins:
        raise errors.bad_request("allowCredentials can not be true when allowOrigins is *")
    if not all(_METHOD(method) for method in given.get("AllowMethods") or []):
        raise errors.bad_request("Invalid method in allowMethods")
    age = given.get("MaxAge")
    if age is not None and not -1 <= age <= _MAX_AGE_S:
        raise errors.bad_request(f"maxAge must be between -1 and {_MAX_AGE_S}")
