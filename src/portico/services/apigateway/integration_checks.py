"""What an integration must be to be stored: which members its type needs, and what may be in them. Pure.

Source: API reference, PutIntegration; words as seen.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from portico.services.apigateway import errors
from portico.services.apigateway.expressions import check_content_types, check_integration_parameters
from portico.services.apigateway.records import Integration, Method

PASSTHROUGH = ("WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER")
TIMEOUT_MS = 29_000
_TIMEOUT_MIN_MS = 50
_STREAM_TIMEOUT_MAX_MS = 900_000
_METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")
_AWS_URI = re.compile(r"arn:aws[a-z-]*:apigateway:[^:]+:[^:]+:(path|action)/.+", re.DOTALL).fullmatch
_PROXY_URI = re.compile(
    r"arn:aws[a-z-]*:apigateway:[^:]+:lambda:path/[\d-]+/functions/.+/(response-streaming-)?invocations",
    re.DOTALL,
).fullmatch
_CREDENTIALS = re.compile(
    r"arn:aws[a-z-]*:iam::(\d{12}:role/.+|\*:user/\*)|.*\$\{stageVariables\..+\}.*"
).fullmatch


def check(integration: Integration, method: Method) -> None:
    """Check an integration of a method.

    Raises:
        AwsError: BadRequestException.
    """
    if integration.type not in _PER_TYPE:
        raise errors.bad_request(
            f"Invalid integration type specified. Valid options are {', '.join(_PER_TYPE)}"
        )
    _PER_TYPE[integration.type](integration)
    if integration.credentials and not _CREDENTIALS(integration.credentials):
        raise errors.bad_request("Invalid ARN specified in the request")
    if integration.passthrough_behavior not in PASSTHROUGH:
        raise errors.bad_request(
            f"Invalid passthrough behavior specified. Valid options are {', '.join(PASSTHROUGH)}"
        )
    _check_timeout(integration)
    if integration.response_transfer_mode == "STREAM" and integration.type not in ("AWS_PROXY", "HTTP_PROXY"):
        raise errors.bad_request(
            "Response transfer mode STREAM is only supported for integrations of type AWS_PROXY and HTTP_PROXY"
        )
    check_content_types(integration.request_templates or ())
    check_integration_parameters(integration.request_parameters or {}, method)


def _check_timeout(integration: Integration) -> None:
    longest = _STREAM_TIMEOUT_MAX_MS if integration.response_transfer_mode == "STREAM" else TIMEOUT_MS
    if not _TIMEOUT_MIN_MS <= integration.timeout_in_millis <= longest:
        raise errors.bad_request(f"Timeout should be between {_TIMEOUT_MIN_MS} ms and {longest} ms")


def _check_method(integration: Integration) -> None:
    if not integration.http_method:
        raise errors.bad_request("Enumeration value for HttpMethod must be non-empty")
    if integration.http_method not in _METHODS:
        raise errors.bad_request(f"Invalid HttpMethod specified. Valid options are {','.join(_METHODS)}")


def _mock(integration: Integration) -> None:
    """Nothing is called."""


def _http(integration: Integration) -> None:
    _check_method(integration)
    if integration.connection_type == "VPC_LINK" and not integration.connection_id:
        raise errors.bad_request("Connection ID must be provided for VPC_LINK")
    uri = integration.uri or ""
    if "${stageVariables." in uri or "$stageVariables." in uri:
        return
    try:
        parts = urlsplit(uri)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        whole = False
    if not whole:
        raise errors.bad_request("Invalid HTTP endpoint specified for URI")


def _aws(integration: Integration) -> None:
    _check_method(integration)
    uri = integration.uri or ""
    if not uri.startswith("arn:"):
        raise errors.bad_request("Invalid ARN specified in the request")
    if not _AWS_URI(uri):
        raise errors.bad_request("AWS ARN for integration must contain path or action")


def _aws_proxy(integration: Integration) -> None:
    _aws(integration)
    if not _PROXY_URI(integration.uri or ""):
        raise errors.bad_request(
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations."
        )


_PER_TYPE: dict[str, Callable[[Integration], None]] = {
    "MOCK": _mock,
    "HTTP": _http,
    "HTTP_PROXY": _http,
    "AWS": _aws,
    "AWS_PROXY": _aws_proxy,
}
