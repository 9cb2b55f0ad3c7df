"""Gateway responses: what API Gateway answers itself, as AWS words it or as an API has it. Pure.

Source: API Gateway Developer Guide, "Gateway response types for API Gateway", "Gateway responses for REST APIs"; answers seen.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.doors.payload1 import can_be_sent
from portico.services.apigateway.records import GatewayResponse
from portico.services.apigateway.transform.context import at, template_context
from portico.services.apigateway.transform.media import JSON, first_accepted, header
from portico.services.apigateway.transform.seam import GatewayAnswer, GatewayRefusal, Pairs, RequestContext

_VARIABLE = re.compile(
    r"\$(\{)?(context|stageVariables|method\.request)\.([\w-]+(?:\.[\w-]+)*)(?(1)\})", re.ASCII
)
_HEADER = "gatewayresponse.header."
_DEFAULT_TEMPLATES = {JSON: '{"message":$context.error.messageString}'}
# What is not as the template says that GetGatewayResponse shows, until an API has a response of its own (seen).
_UNTOUCHED = {"ACCESS_DENIED": {JSON: '{"Message":$context.error.messageString}'}}


class Kind(msgspec.Struct, frozen=True, gc=False):
    """A type of gateway response: its status, what `x-amzn-ErrorType` says, and its message (None: each refusal has its own)."""

    status: int
    error_type: str
    message: str | None = None


KINDS: Mapping[str, Kind] = {
    "ACCESS_DENIED": Kind(403, "AccessDeniedException", "User is not authorized to access this resource"),
    "API_CONFIGURATION_ERROR": Kind(500, "InternalServerErrorException", "Internal server error"),
    "AUTHORIZER_CONFIGURATION_ERROR": Kind(500, "AuthorizerConfigurationException"),
    "AUTHORIZER_FAILURE": Kind(500, "AuthorizerConfigurationException"),
    "BAD_REQUEST_BODY": Kind(400, "BadRequestException", "Invalid request body"),
    "BAD_REQUEST_PARAMETERS": Kind(400, "BadRequestException", "Invalid request parameters"),
    "EXPIRED_TOKEN": Kind(
        403, "ExpiredTokenException", "The security token included in the request is expired"
    ),
    "INTEGRATION_FAILURE": Kind(
        504, "InternalServerErrorException", "Network error communicating with endpoint"
    ),
    "INTEGRATION_TIMEOUT": Kind(504, "InternalServerErrorException", "Endpoint request timed out"),
    "INVALID_API_KEY": Kind(403, "ForbiddenException", "Forbidden"),
    "INVALID_SIGNATURE": Kind(
        403,
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    ),
    "MISSING_AUTHENTICATION_TOKEN": Kind(
        403, "MissingAuthenticationTokenException", "Missing Authentication Token"
    ),
    "QUOTA_EXCEEDED": Kind(429, "LimitExceededException", "Limit Exceeded"),
    "REQUEST_TOO_LARGE": Kind(413, "BadRequestException", "Request Too Long"),
    "RESOURCE_NOT_FOUND": Kind(404, "NotFoundException", "Not Found"),
    "THROTTLED": Kind(429, "TooManyRequestsException", "Too Many Requests"),
    "UNAUTHORIZED": Kind(401, "UnauthorizedException", "Unauthorized"),
    "UNSUPPORTED_MEDIA_TYPE": Kind(415, "BadRequestException", "Unsupported Media Type"),
    "WAF_FILTERED": Kind(403, "ForbiddenException", "Forbidden"),
}


def answer(
    refusal: GatewayRefusal, request: RequestContext, put: Mapping[str, GatewayResponse]
) -> GatewayAnswer:
    """The answer to a refused request. `put` are the API's own gateway responses by type: one of the refusal's type wins over
    `DEFAULT_4XX` and `DEFAULT_5XX`, which stand for all types that are not put."""
    kind = KINDS[refusal.response_type]
    status = refusal.status or kind.status
    own = put.get(refusal.response_type)
    custom = own or put.get("DEFAULT_4XX" if status < 500 else "DEFAULT_5XX")
    message = None if refusal.null else refusal.message or kind.message
    names = _Names(request, refusal, message)
    headers: Pairs = (("x-amzn-ErrorType", refusal.error_type or kind.error_type), *refusal.headers)
    templates = _UNTOUCHED.get(refusal.response_type, _DEFAULT_TEMPLATES)
    if custom is not None:
        status = int(custom.status_code or status)
        templates = custom.response_templates or _DEFAULT_TEMPLATES
        headers = _with_own(headers, custom.response_parameters, names)
    content_type, template = _selected(templates, request)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (("Content-Type", content_type), *headers)
    body = names.rendered(template).encode(errors="surrogatepass")
    return GatewayAnswer(
        status, headers, body, integration=refusal.integration, response_type=refusal.response_type
    )


class _Names:
    """What templates and parameters of gateway responses can name."""

    def __init__(self, request: RequestContext, refusal: GatewayRefusal, message: str | None) -> None:
        error = {
            "message": message,
            "messageString": json.dumps(message, ensure_ascii=False),
            "responseType": refusal.response_type,
            "validationErrorString": refusal.validation,
        }
        self._request = request
        self._context: dict[str, Any] = {**template_context(request), "error": error}

    def value(self, root: str, path: str) -> object:
        """What `root.path` is (`context.requestId`, `method.request.header.Host`); None if it is nothing."""
        if root == "context":
            return at(self._context, path)
        if root == "stageVariables":
            return self._request.stage_variables.get(path)
        place, _, name = path.partition(".")
        if place == "header":
            return header(self._request.headers, name) or None
        if place == "querystring":
            return dict(self._request.query).get(name)
        return self._request.path_parameters.get(name) if place == "path" else None

    def rendered(self, template: str) -> str:
        return _VARIABLE.sub(lambda found: _text(self.value(found[2], found[3])), template)

    def parameter(self, expression: str) -> str | None:
        """The value of a header's expression: `'text'`, or a name; None if it is nothing."""
        if expression[:1] == "'" and expression[-1:] == "'":
            return expression[1:-1]
        found = _VARIABLE.fullmatch(f"${expression}")
        value = self.value(found[2], found[3]) if found else None
        return None if value is None else _text(value)


def _with_own(headers: Pairs, parameters: Mapping[str, str], names: _Names) -> Pairs:
    own: list[tuple[str, str]] = []
    for target, expression in parameters.items():
        name, value = target.removeprefix(_HEADER), names.parameter(expression)
        if target.startswith(_HEADER) and value is not None and can_be_sent(name, value):
            own.append((name, value))
    replaced = {name.lower() for name, _ in own}
    return tuple(pair for pair in headers if pair[0].lower() not in replaced) + tuple(own)


def _selected(templates: Mapping[str, str], request: RequestContext) -> tuple[str, str]:
    """The template of the type that is accepted, else of JSON, else the first."""
    for wanted in (first_accepted(request.headers), JSON):
        if wanted in templates:
            return wanted, templates[wanted]
    return next(iter(templates.items()))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict | list) else str(value)
