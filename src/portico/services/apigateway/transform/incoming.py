"""The response's side of integrations that map: which integration response fits, what of the body, which headers and status.

Source: API Gateway Developer Guide, "Set up an integration response", "Content type conversions", "Override your API's request and
response parameters and status codes".
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import Any

import msgspec

from portico.doors.java_regex import BadPattern, matches_aside
from portico.doors.payload1 import can_be_sent
from portico.doors.vtl.template import Template, TemplateFailed
from portico.services.apigateway.transform.compile import MethodRules, ResponseRules
from portico.services.apigateway.transform.media import JSON, first_accepted, header, media_type, selected
from portico.services.apigateway.transform.outgoing import variables
from portico.services.apigateway.transform.overrides import overridden
from portico.services.apigateway.transform.parameters import Values
from portico.services.apigateway.transform.reach import misconfigured
from portico.services.apigateway.transform.remapping import answered
from portico.services.apigateway.transform.seam import (
    GatewayAnswer,
    GatewayRefusal,
    IntegrationFacts,
    Pairs,
    RequestContext,
)


class Incoming(msgspec.Struct, frozen=True, gc=False):
    """A backend's answer. `selector` is what the patterns are matched against: a status, or a function's error message; "" fits the
    default only. `headers` go to the caller as they are, `own` only where they are mapped."""

    selector: str
    body: bytes
    facts: IntegrationFacts
    own: Pairs = ()
    headers: Pairs = ()
    passed_type: str = ""


async def incoming(
    request: RequestContext, rules: MethodRules, answer: Incoming, context: dict[str, Any]
) -> GatewayAnswer:
    """The mapped answer.

    Raises:
        GatewayRefusal: nothing fits, or a mapping fails.
    """
    try:
        response = await _fitting(rules, answer.selector)
        body, content_type, context = await _body(request, rules, response, answer, context)
    except GatewayRefusal as refusal:
        refusal.integration = answer.facts
        raise
    declared = rules.method.method_responses.get(response.status)
    if declared is None:
        unknown = misconfigured(f"Output mapping refers to an invalid method response: {response.status}")
        unknown.integration = answer.facts
        raise unknown
    headers: dict[str, Pairs] = {"content-type": (("Content-Type", content_type),)}
    values = Values(
        headers=answer.own,
        body=answer.body,
        context=context,
        stage_variables=request.stage_variables,
    )
    await values.prepare(response.expressions)
    mapped = {name: source(values) for name, source in response.parameters}
    for name, found in {**mapped, **overridden(context, "responseOverride", "header")}.items():
        if found and all(can_be_sent(name, value) for value in found):
            headers[name.lower()] = tuple((name, value) for value in found)
    pairs = tuple(pair for found in headers.values() for pair in found)
    kind = rules.integration.type if rules.integration else ""
    return GatewayAnswer(
        _status(context, response), answered(pairs, kind) + answer.headers, body, integration=answer.facts
    )


async def _fitting(rules: MethodRules, selector: str) -> ResponseRules:
    """The first integration response whose pattern is the whole of `selector`, else the default."""
    try:
        for response in rules.responses:
            if not response.pattern or (selector and await matches_aside(response.pattern, selector)):
                return response
    except BadPattern as error:
        raise misconfigured(str(error)) from error
    raise misconfigured(
        "No match for output mapping and no default output mapping configured. Endpoint Response Status Code: "
        + selector
    )


async def _body(
    request: RequestContext,
    rules: MethodRules,
    response: ResponseRules,
    answer: Incoming,
    context: dict[str, Any],
) -> tuple[bytes, str, dict[str, Any]]:
    """The body, its type, and `$context` afterwards."""
    given_type = header(answer.own, "content-type") or JSON
    binary = (
        bool(answer.body)
        and bool(media_type(header(answer.own, "content-type")))
        and rules.api.binary.has(given_type)
    )
    wanted = rules.api.binary.has(first_accepted(request.headers))
    key, template = _template(request, response)
    body = answer.body
    handling = response.content_handling
    to_text = handling == "CONVERT_TO_TEXT" or (not handling and not wanted)
    if binary and to_text:
        body, binary = b64encode(body), False
    if template is not None and not binary:
        text, context = await _rendered(template, request, body, context)
        body = text.encode(errors="surrogatepass")
    if not binary and handling == "CONVERT_TO_BINARY":
        body = _decoded(body)
    elif not binary and not handling and wanted and template is None:
        body = _perhaps_decoded(body)
    return body, (key or answer.passed_type or given_type), context


def _template(request: RequestContext, response: ResponseRules) -> tuple[str, Template | None]:
    """The template of the type that is accepted, else of JSON, else the first, and its type; "" where the body is passed through."""
    if not response.templates:
        return "", None
    wanted = first_accepted(request.headers)
    found = (selected(response.templates, wanted) if wanted else None) or selected(response.templates, JSON)
    return found or next(iter(response.templates.items()))


async def _rendered(
    template: Template, request: RequestContext, body: bytes, context: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    try:
        made, after = await template.render(variables(request, body.decode(errors="replace"), context))
    except TemplateFailed as error:
        raise misconfigured(f"Unable to transform response: {error}") from error
    return made, after["context"]


def _status(context: dict[str, Any], response: ResponseRules) -> int:
    override = (context.get("responseOverride") or {}).get("status")
    try:
        status = int(override if override is not None else response.status)
    except (TypeError, ValueError) as error:
        raise misconfigured(f"the status is overridden by {override!r}") from error
    if not 200 <= status <= 599:
        raise misconfigured(f"the status is overridden by {override!r}")
    return status


def _decoded(body: bytes) -> bytes:
    try:
        return b64decode(body, validate=True)
    except (Base64Error, ValueError) as error:
        raise misconfigured("Unable to base64 decode the body.") from error


def _perhaps_decoded(body: bytes) -> bytes:
    """Text for a caller that accepts bytes: what it says in base64, where it does."""
    try:
        return b64decode(body, validate=True)
    except (Base64Error, ValueError):
        return body
