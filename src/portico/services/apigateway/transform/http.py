"""HTTP and HTTP_PROXY: backends that speak HTTP, with mapped requests and answers, or as they are.

Source: API Gateway Developer Guide, "HTTP integrations for REST APIs", "Set up an HTTP proxy integration with payload response streaming",
"Amazon API Gateway important notes" (headers).
"""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import aclosing

import msgspec

from portico.doors.backends import Failed, Request, Response
from portico.doors.stage_variables import filled
from portico.invoke.pace import Pace
from portico.services.apigateway.transform import told
from portico.services.apigateway.transform.compile import MethodRules
from portico.services.apigateway.transform.context import template_context
from portico.services.apigateway.transform.incoming import Incoming, incoming
from portico.services.apigateway.transform.media import JSON, header
from portico.services.apigateway.transform.outgoing import Outgoing, outgoing
from portico.services.apigateway.transform.outgoing import mapped as parameters_of
from portico.services.apigateway.transform.reach import Reach, misconfigured
from portico.services.apigateway.transform.remapping import answered, passed_on
from portico.services.apigateway.transform.seam import (
    GatewayAnswer,
    GatewayRefusal,
    IntegrationFacts,
    Pairs,
    RequestContext,
)
from portico.services.apigateway.transform.uris import with_path_parameters, with_query

_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto", "X-Amzn-Trace-Id")
_STREAM_BYTES_PER_S = 2 * 1024 * 1024
_STREAM_FREE_BYTES = 10 * 1024 * 1024
_OURS = frozenset(
    ("connection", "content-length", "transfer-encoding", "keep-alive", "te", "trailer", "upgrade")
)


async def mapped(reach: Reach, request: RequestContext, rules: MethodRules) -> GatewayAnswer:
    """HTTP: the backend's answer to the mapped request, mapped.

    Raises:
        GatewayRefusal: there is none, or a mapping fails.
    """
    sent = await outgoing(request, rules)
    usual = [("Accept", JSON), ("User-Agent", f"AmazonAPIGateway_{request.api_id}")]
    if sent.body:
        usual.append(("Content-Type", sent.content_type))
    if request.trace:
        usual.append(("X-Amzn-Trace-Id", request.trace))
    headers = (*_without(usual, sent.headers), *_flat(sent.headers))
    asked = _asked(reach, request, rules, sent, headers, _flat(sent.query))
    response, facts = await _answer(reach, request, rules, asked)
    answer = Incoming(str(response.status), response.body, facts, response.headers)
    return await incoming(request, rules, answer, sent.context)


async def proxied(reach: Reach, request: RequestContext, rules: MethodRules) -> GatewayAnswer:
    """HTTP_PROXY: the backend's answer to the request.

    Raises:
        GatewayRefusal: there is none.
    """
    sent = await _passed(request, rules)
    passed = _without(passed_on(request.headers, signed=request.caller is not None), sent.headers)
    forwarded = [(name, value) for name in _FORWARDED if (value := header(request.headers, name))]
    query = tuple(pair for pair in request.query if pair[0] not in sent.query) + _flat(sent.query)
    asked = _asked(reach, request, rules, sent, (*passed, *_flat(sent.headers), *forwarded), query)
    response, facts = await _answer(reach, request, rules, asked)
    headers = answered(response.headers, "HTTP_PROXY")
    if response.chunks is not None:
        pace = Pace(_STREAM_BYTES_PER_S, reach.clock.monotonic, _STREAM_FREE_BYTES)
        return GatewayAnswer(
            response.status, headers, chunks=_paced(response.chunks, pace), integration=facts
        )
    return GatewayAnswer(response.status, headers, response.body, integration=facts)


async def _passed(request: RequestContext, rules: MethodRules) -> Outgoing:
    """What a proxy integration maps beside what it passes on."""
    context = template_context(request)
    places = await parameters_of(request, rules, context)
    path = {name: values[-1] for name, values in places["path"].items()}
    return Outgoing(places["header"], places["querystring"], path, request.body, "", context)


def _asked(
    reach: Reach,
    request: RequestContext,
    rules: MethodRules,
    sent: Outgoing,
    headers: Pairs,
    query: Pairs,
) -> Request:
    """The request to the backend that the integration's URI names.

    Raises:
        GatewayRefusal: `API_CONFIGURATION_ERROR`, the URI names none.
    """
    integration = rules.integration
    if integration is None or not integration.uri:
        raise misconfigured("Invalid endpoint address")
    url = with_query(with_path_parameters(filled(integration.uri, request.stage_variables), sent.path), query)
    if "{" in url or not url.startswith(("http://", "https://")):
        raise misconfigured("Invalid endpoint address")
    method = integration.http_method or "GET"
    kept = [(name, _latin(value)) for name, value in headers if name.lower() not in _OURS]
    linked = reach.links.through(request, integration, url)
    if linked is not None:
        url, host = linked
        kept = [pair for pair in kept if pair[0].lower() != "host"] + [("Host", host)]
    return Request(
        request.http_method if method == "ANY" else method,
        url,
        (*kept, ("x-amzn-apigateway-api-id", request.api_id)),
        sent.body,
        integration.timeout_in_millis / 1000,
        not (integration.tls_config and integration.tls_config.insecure_skip_verification),
    )


async def _answer(
    reach: Reach, request: RequestContext, rules: MethodRules, asked: Request
) -> tuple[Response, IntegrationFacts]:
    stream = rules.integration is not None and rules.integration.response_transfer_mode == "STREAM"
    if request.client_certificate:
        asked = msgspec.structs.replace(asked, context=_identity(reach, request, verify=asked.verify))
    told.sent(request, asked.url, asked.headers, asked.body)
    begun = reach.clock.monotonic()
    try:
        response = await (reach.backends.stream(asked) if stream else reach.backends.call(asked))
    except Failed as error:
        raise _refused(error, round((reach.clock.monotonic() - begun) * 1000)) from error
    latency_ms = round((reach.clock.monotonic() - begun) * 1000)
    told.received(request, response.status, latency_ms, response.headers, response.body)
    return response, IntegrationFacts(response.status, 0, latency_ms)


async def _paced(chunks: AsyncGenerator[bytes, None], pace: Pace) -> AsyncIterator[bytes]:
    """The pieces of a stream, no faster than AWS sends them; closing it closes the backend's."""
    async with aclosing(chunks) as pieces:
        async for piece in pieces:
            await pace.wait(len(piece))
            yield piece


def _identity(reach: Reach, request: RequestContext, *, verify: bool) -> ssl.SSLContext:
    """The terms on which the stage's client certificate is shown.

    Raises:
        GatewayRefusal: `API_CONFIGURATION_ERROR`, it is not there.
    """
    found = reach.identities.context(
        request.account, request.region, request.client_certificate, verify=verify
    )
    if found is None:
        raise misconfigured("Invalid client certificate")
    return found


def _refused(error: Failed, latency_ms: int) -> GatewayRefusal:
    kind = "INTEGRATION_TIMEOUT" if error.timed_out else "INTEGRATION_FAILURE"
    facts = IntegrationFacts(latency_ms=latency_ms, error=str(error))
    return GatewayRefusal(
        kind, detail=f"Execution failed due to an endpoint error: {error}", integration=facts
    )


def _without(pairs: Iterable[tuple[str, str]], mapped: Mapping[str, object]) -> Pairs:
    """`pairs` without those that are mapped."""
    own = {name.lower() for name in mapped}
    return tuple(pair for pair in pairs if pair[0].lower() not in own)


def _latin(value: str) -> str:
    """A header's value as its bytes are sent: text beyond Latin-1 (of a mapping) as UTF-8."""
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode(errors="replace").decode("latin-1")
    return value


def _flat(lists: Mapping[str, tuple[str, ...]]) -> Pairs:
    return tuple((name, value) for name, values in lists.items() for value in values)
