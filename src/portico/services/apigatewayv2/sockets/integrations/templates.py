"""Mapping templates: which one of an integration's or a response's, by its selection expression, and what it makes of a body.

Source: API Gateway Developer Guide, "Data transformations for WebSocket APIs", "WebSocket API mapping template reference".
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from typing import Any

from portico.doors.vtl.template import Template, TemplateFailed
from portico.doors.vtl.variables import UTIL, Input, Parameters
from portico.services.apigatewayv2.sockets.exchange import Exchange, context
from portico.services.apigatewayv2.sockets.expressions import Lookup, compiled
from portico.services.apigatewayv2.sockets.integrations.port import IntegrationFailed

DEFAULT = "$default"
_KEPT_MAX = 1_000
_compiled: dict[str, Template] = {}


def chosen(templates: Mapping[str, str] | None, expression: str | None, value_of: Lookup) -> str | None:
    """The text of the template that an expression selects, else of `$default`; None if there is none."""
    if not templates:
        return None
    key = compiled(expression).evaluate(value_of) if expression else DEFAULT
    return templates.get(key, templates.get(DEFAULT))


async def rendered(exchange: Exchange, template: str, body: bytes) -> bytes:
    """What a template makes of a body.

    Raises:
        IntegrationFailed: it can't be rendered.
    """
    text = body.decode(errors="replace")
    parameters = Parameters(querystring=dict(exchange.query), header=dict(exchange.headers))

    def variables() -> dict[str, Any]:
        return {
            "input": Input(text, parameters),
            "util": UTIL,
            "context": context(exchange),
            "stageVariables": dict(exchange.stage.stage_variables),
        }

    try:
        made, _ = await _template(template).render(variables)
    except TemplateFailed as error:
        raise IntegrationFailed(500, f"Unable to transform: {error}") from error
    return made.encode(errors="surrogatepass")


def converted(body: bytes, handling: str | None) -> bytes:
    """A body as the content handling strategy wants it.

    Raises:
        IntegrationFailed: it is no base64, and should be.
    """
    if handling == "CONVERT_TO_TEXT":
        return b64encode(body)
    if handling != "CONVERT_TO_BINARY":
        return body
    try:
        return b64decode(body, validate=True)
    except (Base64Error, ValueError) as error:
        raise IntegrationFailed(500, "Unable to base64 decode the body") from error


def _template(text: str) -> Template:
    found = _compiled.get(text)
    if found is None:
        if len(_compiled) >= _KEPT_MAX:
            _compiled.clear()
        found = _compiled[text] = Template(text)
    return found
