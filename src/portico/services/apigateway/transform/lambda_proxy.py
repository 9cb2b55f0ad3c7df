"""AWS_PROXY: the request as an event to a function, whose answer is the answer.

Source: API Gateway Developer Guide, "Lambda proxy integrations", "Set up a Lambda proxy integration with payload response streaming".
"""

import msgspec

from portico.doors import payload1
from portico.doors.aside import aside
from portico.doors.payload2 import Malformed
from portico.services.apigateway.transform import lambda_stream
from portico.services.apigateway.transform.compile import MethodRules
from portico.services.apigateway.transform.context import event_context
from portico.services.apigateway.transform.lambda_calls import function_of, invoke
from portico.services.apigateway.transform.media import first_accepted, header
from portico.services.apigateway.transform.reach import Reach, misconfigured
from portico.services.apigateway.transform.remapping import answered
from portico.services.apigateway.transform.seam import (
    GatewayAnswer,
    GatewayRefusal,
    IntegrationFacts,
    RequestContext,
)

_EVENT_BYTES_MAX = 6 * 1024 * 1024  # the payload of an invocation
_QUICK_BYTES = 256 * 1024
_encode = msgspec.json.Encoder().encode


async def call(reach: Reach, request: RequestContext, rules: MethodRules) -> GatewayAnswer:
    """The function's answer.

    Raises:
        GatewayRefusal: it can't be called, fails, or answers what is no answer.
    """
    function = function_of(request, rules)
    if function is None:
        raise misconfigured("Invalid Lambda function ARN or invalid endpoint address")
    event = await _event(request, rules)
    integration = rules.integration
    if function.streaming or (integration is not None and integration.response_transfer_mode == "STREAM"):
        return await lambda_stream.call(reach, request, rules, function, event)
    called = await invoke(reach, request, rules, function, event)
    if called.error:
        raise malformed("the function has failed", called.facts)
    binary = rules.api.binary
    decode = bool(binary) and binary.has(first_accepted(request.headers))
    try:
        answer = payload1.answer(called.payload, decode=decode)
    except Malformed as error:
        raise malformed(str(error), called.facts) from error
    headers = answered(answer.headers, "AWS_PROXY")
    if request.trace:
        headers = (*headers, ("X-Amzn-Trace-Id", request.trace))
    facts = msgspec.structs.replace(called.facts, status=answer.status)
    return GatewayAnswer(answer.status, headers, answer.body, integration=facts)


async def _event(request: RequestContext, rules: MethodRules) -> bytes:
    """The event of a request as JSON; of a large one made aside, and of one that no function could get not at all.

    Raises:
        GatewayRefusal: `REQUEST_TOO_LARGE`.
    """
    if len(request.body) > _EVENT_BYTES_MAX:
        raise GatewayRefusal("REQUEST_TOO_LARGE")
    if len(request.body) <= _QUICK_BYTES:
        return _encode(event_of(request, rules))
    return await aside(lambda: _encode(event_of(request, rules)))


def event_of(request: RequestContext, rules: MethodRules) -> dict[str, object]:
    """The event of a request."""
    binary = rules.api.binary
    asked = payload1.Request(
        request.http_method,
        request.path,
        request.resource_path,
        request.headers,
        request.query,
        request.sent_parameters,
        request.stage_variables,
        request.body,
        bool(binary) and binary.has(header(request.headers, "content-type")),
    )
    return payload1.event(asked, event_context(request))


def malformed(why: str, facts: IntegrationFacts) -> GatewayRefusal:
    """The refusal of an answer that is none: 502, with the words of 500."""
    return GatewayRefusal(
        "INTEGRATION_FAILURE",
        "Internal server error",
        status=502,
        detail=f"Execution failed due to configuration error: Malformed Lambda proxy response: {why}",
        integration=facts,
    )
