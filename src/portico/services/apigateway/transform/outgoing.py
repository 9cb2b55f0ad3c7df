"""The request's side of integrations that map: which template, what of the body, which parameters, what the template overrides.

Source: API Gateway Developer Guide, "Method request behavior for payloads without mapping templates", "Content type conversions",
"Override your API's request and response parameters and status codes".
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from portico.doors.vtl.template import Template, TemplateFailed
from portico.doors.vtl.variables import UTIL, Input, NotJson, Parameters
from portico.services.apigateway.transform.compile import MethodRules
from portico.services.apigateway.transform.context import template_context
from portico.services.apigateway.transform.media import JSON, header, selected
from portico.services.apigateway.transform.overrides import Overrides, overridden
from portico.services.apigateway.transform.parameters import Values
from portico.services.apigateway.transform.seam import GatewayRefusal, RequestContext
from portico.services.apigateway.transform.uris import encoded

Lists = dict[str, tuple[str, ...]]


class Outgoing(msgspec.Struct, frozen=True):
    """What is sent to a backend: parameters by name with their values (those of the path percent-encoded), and the body of `content_type`.
    `context` is `$context` as the template left it, for the response's side."""

    headers: Lists
    query: Lists
    path: Mapping[str, str]
    body: bytes
    content_type: str
    context: dict[str, Any]


async def outgoing(request: RequestContext, rules: MethodRules) -> Outgoing:
    """The mapped request.

    Raises:
        GatewayRefusal: `UNSUPPORTED_MEDIA_TYPE`, `BAD_REQUEST_BODY`, or a mapping that fails.
    """
    content_type = header(request.headers, "content-type")
    binary = rules.api.binary.has(content_type) and bool(request.body or content_type)
    context = template_context(request)
    template = _template(rules, content_type)
    handling = rules.integration.content_handling if rules.integration else ""
    body = b64encode(request.body) if binary and handling == "CONVERT_TO_TEXT" else request.body
    if template is not None and not (binary and handling != "CONVERT_TO_TEXT"):
        text, context = await _rendered(template, request, body, context)
        body = text.encode(errors="surrogatepass")
    if handling == "CONVERT_TO_BINARY" and not binary:
        body = _decoded(body)
    return await _with_parameters(request, rules, body, content_type or JSON, context)


def _template(rules: MethodRules, content_type: str) -> Template | None:
    """The template for a body of this type; None passes it through.

    Raises:
        GatewayRefusal: `UNSUPPORTED_MEDIA_TYPE`, it is not to be passed through.
    """
    found = selected(rules.templates, content_type)
    if found is not None:
        return found[1]
    behavior = rules.integration.passthrough_behavior if rules.integration else ""
    if behavior == "NEVER" or (behavior == "WHEN_NO_TEMPLATES" and rules.templates):
        raise GatewayRefusal("UNSUPPORTED_MEDIA_TYPE")
    return None


async def _rendered(
    template: Template, request: RequestContext, body: bytes, context: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    text = body.decode(errors="replace")
    make = variables(request, text, context)
    try:
        made, after = await template.render(make)
    except TemplateFailed as error:
        if isinstance(error.cause, NotJson):
            raise GatewayRefusal(
                "BAD_REQUEST_BODY", f"Could not parse request body into json: {error}"
            ) from error
        raise GatewayRefusal(
            "API_CONFIGURATION_ERROR",
            detail=f"Execution failed due to configuration error: Unable to transform request: {error}",
        ) from error
    return made, after["context"]


def variables(request: RequestContext, body: str, context: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    """A maker of a template's variables, new ones each time."""
    parameters = Parameters(request.path_parameters, dict(request.query), dict(request.headers))

    def make() -> dict[str, Any]:
        own = {
            **context,
            "requestOverride": Overrides.tree(
                context.get("requestOverride"), ("header", "path", "querystring")
            ),
            "responseOverride": Overrides.tree(context.get("responseOverride"), ("header",)),
        }
        return {
            "input": Input(body, parameters),
            "util": UTIL,
            "context": own,
            "stageVariables": dict(request.stage_variables),
        }

    return make


async def _with_parameters(
    request: RequestContext, rules: MethodRules, body: bytes, content_type: str, context: dict[str, Any]
) -> Outgoing:
    places = await mapped(request, rules, context)
    for place in ("header", "querystring"):
        places[place].update(overridden(context, "requestOverride", place))
    path = {name: values[-1] for name, values in places["path"].items()}
    for name, values in overridden(context, "requestOverride", "path").items():
        path[name] = encoded(values[-1]) if values else ""
    return Outgoing(places["header"], places["querystring"], path, body, content_type, context)


async def mapped(request: RequestContext, rules: MethodRules, context: Mapping[str, Any]) -> dict[str, Lists]:
    """The mapped parameters by place; those of the path are encoded for it."""
    values = Values(
        headers=request.headers,
        body=request.body,
        context=context,
        stage_variables=request.stage_variables,
        query=request.query,
        path=request.path_parameters,
    )
    integration = rules.integration
    await values.prepare((integration.request_parameters or {}).values() if integration else ())
    places: dict[str, Lists] = {"header": {}, "querystring": {}, "path": {}}
    for parameter in rules.parameters:
        found = parameter.source(values)
        if not found or parameter.place not in places:
            continue
        if parameter.place == "path":
            found = tuple(encoded(value, within=parameter.within) for value in found)
        places[parameter.place][parameter.name] = found
    return places


def _decoded(body: bytes) -> bytes:
    try:
        return b64decode(body, validate=True)
    except (Base64Error, ValueError) as error:
        raise GatewayRefusal(
            "API_CONFIGURATION_ERROR",
            detail="Execution failed due to configuration error: Unable to base64 decode the body.",
        ) from error
