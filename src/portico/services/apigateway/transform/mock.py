"""MOCK: the request's template says with which status the answer is chosen.

Source: API Gateway Developer Guide, "Set up mock integrations in API Gateway"; answers seen.
"""

import re

import msgspec

from portico.services.apigateway.transform.compile import MethodRules
from portico.services.apigateway.transform.incoming import Incoming, incoming
from portico.services.apigateway.transform.outgoing import outgoing
from portico.services.apigateway.transform.reach import Reach, misconfigured
from portico.services.apigateway.transform.seam import GatewayAnswer, IntegrationFacts, RequestContext

_STATUS = re.compile(rb"""["']?statusCode["']?\s*:\s*["']?(\d{3})\b""").search


async def call(reach: Reach, request: RequestContext, rules: MethodRules) -> GatewayAnswer:
    """The chosen answer.

    Raises:
        GatewayRefusal: the template makes no status, or a mapping fails.
    """
    sent = await outgoing(request, rules)
    status = _status(sent.body)
    if status is None:
        raise misconfigured(
            "Unable to parse statusCode. It should be an integer that is defined in a JSON request template."
        )
    return await incoming(request, rules, Incoming(status, b"", IntegrationFacts(int(status))), sent.context)


def _status(body: bytes) -> str | None:
    """The status in the template's text: JSON, or nearly (templates leave commas too many)."""
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        found = _STATUS(body)
        return found[1].decode() if found else None
    value = given.get("statusCode") if isinstance(given, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    return text if text.isdecimal() and len(text) == 3 else None
