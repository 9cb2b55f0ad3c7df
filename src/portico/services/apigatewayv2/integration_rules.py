"""What an integration's members may be. Pure.

Source: API Gateway Version 2 API Reference, "Integrations"; Developer Guide, "Create integrations for HTTP APIs", "Integration subtype
reference", "Transform API requests and responses for HTTP APIs" (reserved headers).
"""

import re
from collections.abc import Mapping
from typing import Any

from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.subtypes import SUBTYPES

TYPES = {"HTTP": ("AWS_PROXY", "HTTP_PROXY"), "WEBSOCKET": ("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK")}
TIMEOUT_MAX_MS = {"HTTP": 30_000, "WEBSOCKET": 29_000}
TIMEOUT_MIN_MS = 50
_RESERVED = re.compile(
    r"(?:access-control-|apigw-|x-amz-|x-amzn-|x-forwarded-|proxy-).*|authorization|connection|content-encoding|"
    r"content-length|content-location|forwarded|keep-alive|origin|te|trailers|transfer-encoding|upgrade|via",
    re.IGNORECASE,
).fullmatch
_REQUEST_KEY = re.compile(
    r"(?:(append|overwrite|remove):(header|querystring)\.(.+)|overwrite:path)"
).fullmatch
_RESPONSE_KEY = re.compile(r"(?:(append|overwrite|remove):header\.(.+)|overwrite:statuscode)").fullmatch
_STATUS = re.compile(r"[1-5][0-9]{2}").fullmatch
_FUNCTION = re.compile(
    r"arn:[^:]+:lambda:[^:]*:[^:]*:function:.+|arn:[^:]+:apigateway:.+:lambda:path/.+"
).fullmatch


def check(protocol: str, values: Mapping[str, Any]) -> None:
    """Judge the members of an integration, all of them.

    Raises:
        AwsError: BadRequestException.
    """
    kind = values.get("IntegrationType")
    if kind not in TYPES[protocol]:
        raise errors.bad_request(
            f"Invalid integration type specified. {protocol} protocol supports only [{', '.join(TYPES[protocol])}]"
        )
    timeout = values.get("TimeoutInMillis")
    if timeout is not None and not TIMEOUT_MIN_MS <= timeout <= TIMEOUT_MAX_MS[protocol]:
        raise errors.bad_request(
            f"Timeout should be between {TIMEOUT_MIN_MS} ms and {TIMEOUT_MAX_MS[protocol]} ms"
        )
    if protocol == "HTTP":
        _check_http(kind, values)
    elif kind != "MOCK" and not values.get("IntegrationUri"):
        raise errors.bad_request(f"IntegrationUri is required for {kind} integrations")


def _check_http(kind: str, values: Mapping[str, Any]) -> None:
    version = values.get("PayloadFormatVersion") or "1.0"
    subtype, uri = values.get("IntegrationSubtype"), values.get("IntegrationUri") or ""
    if version not in ("1.0", "2.0"):
        raise errors.bad_request("PayloadFormatVersion must be one of [1.0, 2.0]")
    if kind == "HTTP_PROXY":
        _check_proxy(values, version, uri)
    elif subtype is not None:
        _check_subtype(values, subtype, version)
    elif not _FUNCTION(uri):
        raise errors.bad_request("IntegrationUri should be a valid Lambda function ARN")
    if subtype is None:
        _check_request_parameters(values.get("RequestParameters") or {})
    _check_response_parameters(values.get("ResponseParameters") or {})


def _check_proxy(values: Mapping[str, Any], version: str, uri: str) -> None:
    if version != "1.0":
        raise errors.bad_request("PayloadFormatVersion 2.0 is not supported for HTTP_PROXY integrations")
    if not values.get("IntegrationMethod"):
        raise errors.bad_request("IntegrationMethod is required for HTTP_PROXY integrations")
    if values.get("ConnectionType") == "VPC_LINK":
        if not values.get("ConnectionId"):
            raise errors.bad_request("ConnectionId must be set to vpcLinkId for ConnectionType VPC_LINK")
    elif not uri.startswith(("http://", "https://")):
        raise errors.bad_request("Invalid HTTP endpoint specified for URI")


def _check_subtype(values: Mapping[str, Any], subtype: str, version: str) -> None:
    if subtype not in SUBTYPES:
        raise errors.bad_request(f"Invalid integration subtype specified: {subtype}")
    if version != "1.0":
        raise errors.bad_request("PayloadFormatVersion must be 1.0 for integrations with IntegrationSubtype")
    if not values.get("CredentialsArn"):
        raise errors.bad_request("Credentials ARN must be specified for integrations with IntegrationSubtype")
    given, known = values.get("RequestParameters") or {}, SUBTYPES[subtype]
    missing = [name for name in known.required if name not in given]
    if missing:
        raise errors.bad_request(f"Parameters: {missing} are required for integration subtype: {subtype}")
    unknown = [name for name in given if name not in known.parameters and name != "Region"]
    if unknown:
        raise errors.bad_request(
            f"Parameters: {unknown} are not supported for integration subtype: {subtype}"
        )


def _check_request_parameters(given: Mapping[str, str]) -> None:
    for key in given:
        found = _REQUEST_KEY(key)
        if found is None or (found[2] == "header" and _RESERVED(found[3])):
            raise errors.bad_request(
                f"Invalid mapping expression specified: Validation Result: warnings : [], errors : "
                f"[Invalid mapping expression parameter specified: {key}]"
            )


def _check_response_parameters(given: Mapping[str, Mapping[str, str]]) -> None:
    for status, mappings in given.items():
        if not _STATUS(status):
            raise errors.bad_request(f"Invalid response status code specified: {status}")
        for key in mappings:
            found = _RESPONSE_KEY(key)
            if found is None or (found[2] and _RESERVED(found[2])):
                raise errors.bad_request(
                    f"Invalid mapping expression specified: Validation Result: warnings : [], errors : "
                    f"[Invalid mapping expression parameter specified: {key}]"
                )
