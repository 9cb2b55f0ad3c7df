"""Functions as integrations call them: which one a URI names, and what its answer means to API Gateway."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import msgspec

from portico.doors.stage_variables import filled
from portico.services.apigateway.transform import told
from portico.services.apigateway.transform.compile import MethodRules
from portico.services.apigateway.transform.deadline import within
from portico.services.apigateway.transform.reach import Reach, misconfigured
from portico.services.apigateway.transform.seam import (
    GatewayRefusal,
    IntegrationFacts,
    Pairs,
    RequestContext,
)
from portico.wire.errors import AwsError

_URI = re.compile(
    r"arn:aws[a-z-]*:apigateway:([a-z0-9-]+):lambda:path/(?:2015-03-31|2021-11-15)/functions/(.+)"
    r"/(invocations|response-streaming-invocations)"
).fullmatch


class Function(msgspec.Struct, frozen=True, gc=False):
    """The function that an integration calls, and whether by the operation that streams."""

    arn: str
    streaming: bool


class Called(msgspec.Struct, frozen=True, gc=False):
    """A function's answer: `error` if it is one that the function, or its runtime, failed with."""

    status: int
    payload: bytes
    error: str
    facts: IntegrationFacts


def function_of(request: RequestContext, rules: MethodRules) -> Function | None:
    """The function that the integration's URI names with this stage's variables; None if it names another service."""
    integration = rules.integration
    return _named(filled(integration.uri or "", request.stage_variables)) if integration else None


@lru_cache(maxsize=4096)
def _named(uri: str) -> Function | None:
    found = _URI(uri)
    return Function(unquote(found[2]), found[3] != "invocations") if found else None


async def invoke(
    reach: Reach,
    request: RequestContext,
    rules: MethodRules,
    function: Function,
    payload: bytes,
    **options: Any,
) -> Called:
    """Call a function and wait for its answer, as long as the integration may take. `options` are further members of Invoke.

    Raises:
        GatewayRefusal: it can't be called, or takes too long.
    """
    client = reach.client(request, rules)
    timeout_ms = rules.integration.timeout_in_millis if rules.integration else 0
    begun = reach.clock.monotonic()
    if request.log is not None:
        told.sent(request, address(function), sent_headers(request), payload)
    try:
        call = client.call("lambda", "Invoke", FunctionName=function.arn, Payload=payload, **options)
        answer = await within(timeout_ms, call)
    except AwsError as error:
        raise refused(error, _milliseconds(reach, begun)) from error
    except GatewayRefusal as refusal:
        refusal.integration = IntegrationFacts(
            latency_ms=_milliseconds(reach, begun), error=refusal.response_type
        )
        raise
    facts = IntegrationFacts(
        service_status=answer["StatusCode"],
        latency_ms=_milliseconds(reach, begun),
        request_id=request.request_id,
        error=answer.get("FunctionError") or "",
    )
    output = answer.get("Payload") or b""
    if request.log is not None:
        told.received(
            request, answer["StatusCode"], facts.latency_ms, _received_headers(request, answer), output
        )
    return Called(answer["StatusCode"], output, facts.error, facts)


def address(function: Function) -> str:
    """Where AWS would invoke a function: what the execution log shows."""
    region = function.arn.split(":")[3] if function.arn.count(":") >= 3 else ""
    path = "response-streaming-invocations" if function.streaming else "invocations"
    version = "2021-11-15" if function.streaming else "2015-03-31"
    return f"https://lambda.{region}.amazonaws.com/{version}/functions/{function.arn}/{path}"


def sent_headers(request: RequestContext) -> Pairs:
    """What goes to Lambda with an event."""
    return (
        ("x-amzn-lambda-integration-tag", request.request_id),
        ("x-amzn-apigateway-api-id", request.api_id),
        ("Accept", "application/json"),
        ("User-Agent", f"AmazonAPIGateway_{request.api_id}"),
        ("X-Amzn-Trace-Id", request.trace),
    )


def _received_headers(request: RequestContext, answer: Mapping[str, Any]) -> Pairs:
    return (
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(answer.get("Payload") or b""))),
        ("Connection", "keep-alive"),
        ("x-amzn-RequestId", request.request_id),
        ("X-Amz-Executed-Version", answer.get("ExecutedVersion") or "$LATEST"),
        ("X-Amzn-Trace-Id", request.trace),
    )


def refused(error: AwsError, latency_ms: int) -> GatewayRefusal:
    """What the caller is told of a function that could not be called."""
    facts = IntegrationFacts(
        service_status=error.status, latency_ms=latency_ms, error=error.message or error.code
    )
    if error.status == 413:
        return GatewayRefusal("REQUEST_TOO_LARGE", integration=facts)
    if error.code == "InvalidRequestContentException":
        return GatewayRefusal("BAD_REQUEST_BODY", error.message, integration=facts)
    if error.status == 403:
        refusal = misconfigured("Invalid permissions on Lambda function")
    else:
        refusal = misconfigured(
            f"Lambda invocation failed with status: {error.status}. {error.message or error.code}"
        )
    refusal.integration = facts
    return refusal


def _milliseconds(reach: Reach, begun: float) -> int:
    return round((reach.clock.monotonic() - begun) * 1000)
