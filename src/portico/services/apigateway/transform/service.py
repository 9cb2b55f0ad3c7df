"""AWS: a function with mapped input and output, or any operation of any other service.

Source: API Gateway Developer Guide, "Lambda custom integrations", "Set up asynchronous invocation of the backend Lambda function",
"Handle Lambda errors", "Integration request" (URIs of services).
"""

import msgspec

from portico.doors.service_calls import ServiceRequest, Target, target
from portico.doors.stage_variables import filled
from portico.services.apigateway.transform import told
from portico.services.apigateway.transform.compile import MethodRules
from portico.services.apigateway.transform.deadline import within
from portico.services.apigateway.transform.incoming import Incoming, incoming
from portico.services.apigateway.transform.lambda_calls import Called, Function, function_of, invoke
from portico.services.apigateway.transform.outgoing import Outgoing, outgoing
from portico.services.apigateway.transform.reach import Reach, misconfigured
from portico.services.apigateway.transform.seam import (
    GatewayAnswer,
    IntegrationFacts,
    Pairs,
    RequestContext,
)
from portico.services.apigateway.transform.uris import with_path_parameters

_KINDS = ("Event", "RequestResponse", "DryRun")
_OPTIONS = {
    "x-amz-invocation-type": "InvocationType",
    "x-amz-log-type": "LogType",
    "x-amz-client-context": "ClientContext",
}


async def call(reach: Reach, request: RequestContext, rules: MethodRules) -> GatewayAnswer:
    """The function's or the service's answer, mapped.

    Raises:
        GatewayRefusal: it can't be called, or a mapping fails.
    """
    function = function_of(request, rules)
    sent = await outgoing(request, rules)
    if function is not None:
        answer = await _function(reach, request, rules, function, sent)
    else:
        answer = await _service(reach, request, rules, _target(request, rules, sent), sent)
    return await incoming(request, rules, answer, sent.context)


async def _function(
    reach: Reach, request: RequestContext, rules: MethodRules, function: Function, sent: Outgoing
) -> Incoming:
    options = {
        _OPTIONS[name.lower()]: values[-1]
        for name, values in sent.headers.items()
        if name.lower() in _OPTIONS
    }
    if options.get("InvocationType", "Event") not in _KINDS:
        raise misconfigured(f"Lambda has no invocation type {options['InvocationType']!r}")
    called = await invoke(reach, request, rules, function, sent.body, **options)
    facts = msgspec.structs.replace(called.facts, status=called.status)
    trace: Pairs = (("X-Amzn-Trace-Id", request.trace),) if request.trace else ()
    selector = _error_message(called) if called.error else ""
    return Incoming(selector, called.payload, facts, (("Content-Type", "application/json"),), trace)


def _error_message(called: Called) -> str:
    try:
        said = msgspec.json.decode(called.payload)
    except (msgspec.DecodeError, RecursionError):
        return called.error
    message = said.get("errorMessage") if isinstance(said, dict) else None
    return message if isinstance(message, str) else called.error


def _target(request: RequestContext, rules: MethodRules, sent: Outgoing) -> Target:
    uri = filled(rules.integration.uri or "", request.stage_variables) if rules.integration else ""
    found = target(with_path_parameters(uri, sent.path))
    if found is None:
        raise misconfigured("Invalid endpoint address")
    return found


async def _service(
    reach: Reach, request: RequestContext, rules: MethodRules, to: Target, sent: Outgoing
) -> Incoming:
    integration = rules.integration
    method = (integration.http_method if integration else "") or "POST"
    asked = ServiceRequest(
        request.http_method if method == "ANY" else method,
        tuple((name, value) for name, values in sent.query.items() for value in values),
        tuple((name, values[-1]) for name, values in sent.headers.items()),
        sent.body,
    )
    principal = reach.principal(request, rules)
    told.sent(request, _address(to), asked.headers, asked.body)
    begun = reach.clock.monotonic()
    reply = await within(
        integration.timeout_in_millis if integration else 0,
        reach.services.call(principal, request.account, to, asked, trace=request.trace),
    )
    latency_ms = round((reach.clock.monotonic() - begun) * 1000)
    told.received(request, reply.status, latency_ms, reply.headers, reply.body)
    facts = IntegrationFacts(reply.status, reply.status, latency_ms)
    return Incoming(str(reply.status), reply.body, facts, reply.headers)


def _address(to: Target) -> str:
    """Where AWS would call a service: what the execution log shows."""
    action = f"/?Action={to.action}" if to.action else to.path
    prefix = f"{to.prefix}." if to.prefix else ""
    return f"https://{prefix}{to.service}.{to.region}.amazonaws.com{action}"
