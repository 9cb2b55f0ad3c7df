"""What a stage's members may be.

Source: API Gateway Version 2 API Reference, "Stages"; Developer Guide, "Customize HTTP API access logs", "Use stage variables".
"""

import re
from collections.abc import Mapping
from typing import Any

from portico.calls.call import Call
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.records import ROUTES, Api, Values
from portico.services.apigatewayv2.service import here

DEFAULT_SETTINGS: Mapping[str, Values] = {
    "HTTP": {"DetailedMetricsEnabled": False},
    "WEBSOCKET": {"DataTraceEnabled": False, "DetailedMetricsEnabled": False, "LoggingLevel": "OFF"},
}
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}").fullmatch
_VARIABLE = re.compile(r"[A-Za-z0-9_]{1,64}").fullmatch
_VALUE = re.compile(r"[A-Za-z0-9\-._~:/?#&=,]{0,512}").fullmatch
_LOG_ARN = re.compile(
    r"arn:[^:]+:(?:logs:[^:]+:[0-9]{12}:log-group:[^:]+(?::\*)?|firehose:[^:]+:[0-9]{12}:deliverystream/.+)"
).fullmatch
_FORMAT_BYTES_MAX = 3 * 1024
_LEVELS = ("ERROR", "INFO", "OFF")


async def check(call: Call, api: Api, values: Values) -> None:
    """Judge the members that a stage is to have.

    Raises:
        AwsError: BadRequestException; NotFoundException, a setting is for a route that there is none of.
    """
    _check_name(api, values["StageName"])
    for name, value in (values.get("StageVariables") or {}).items():
        if not _VARIABLE(name):
            raise errors.bad_request(f"Invalid stage variable name: {name}")
        if not _VALUE(value):
            raise errors.bad_request(
                f"Invalid stage variable value: {value}. Please use values with alphanumeric characters and the "
                "symbols ' ', -', '.', '_', ':', '/', '?', '&', '=', and ','."
            )
    _check_log(values.get("AccessLogSettings") or {})
    _check_settings(api, values.get("DefaultRouteSettings") or {})
    await _check_route_settings(call, api, values.get("RouteSettings") or {})


def _check_name(api: Api, name: str) -> None:
    if not (_NAME(name) or (api.is_http and name == "$default")):
        raise errors.bad_request(
            "Stage name must be $default or only contain letters, numbers, hyphens and underscores"
            if api.is_http
            else "Stage name only allows a-zA-Z0-9-_"
        )


def _check_log(given: Mapping[str, Any]) -> None:
    arn, form = given.get("DestinationArn"), given.get("Format")
    if arn and not _LOG_ARN(arn):
        raise errors.bad_request(
            "Invalid ARN specified in the request. ARNs must start with 'arn:' and contain at least 6 elements "
            "separated by ':'"
        )
    if form is not None:
        if len(form.encode()) > _FORMAT_BYTES_MAX:
            raise errors.bad_request(f"Access log format must be at most {_FORMAT_BYTES_MAX} bytes long")
        if "$context.requestId" not in form and "$context.extendedRequestId" not in form:
            raise errors.bad_request(
                "Access log format must include at least $context.requestId or $context.extendedRequestId"
            )


def _check_settings(api: Api, given: Mapping[str, Any]) -> None:
    for name in ("ThrottlingBurstLimit", "ThrottlingRateLimit"):
        if given.get(name, 0) < 0:
            raise errors.bad_request(f"{name} must not be negative")
    level = given.get("LoggingLevel")
    if level and level not in _LEVELS:
        raise errors.bad_request(f"LoggingLevel must be one of [{', '.join(_LEVELS)}]")
    if api.is_http and ((level and level != "OFF") or given.get("DataTraceEnabled")):
        raise errors.bad_request("Execution logs are not supported on protocolType HTTP")


async def _check_route_settings(call: Call, api: Api, given: Mapping[str, Values]) -> None:
    if not given:
        return
    known = {route.route_key for route in await call.tx.scan(ROUTES, *here(call), api.api_id)}
    for route_key, settings in given.items():
        if route_key not in known:
            raise errors.no_route_setting(route_key)
        _check_settings(api, settings)
