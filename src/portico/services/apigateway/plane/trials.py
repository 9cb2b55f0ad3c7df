"""Trying a method or an authorizer without a deployment: what TestInvokeMethod and TestInvokeAuthorizer do.

A method is tried as it is now, by its transformation and integration alone: nobody is asked who calls, and nothing is counted. The context
has the values that API Gateway makes up for such requests.

Source: API Gateway API reference, TestInvokeMethod, TestInvokeAuthorizer; answers and events seen.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from portico.base import ids
from portico.base.clock import Clock
from portico.doors.execution_log import Lines
from portico.doors.paths import BadPath
from portico.identity.principal import Principal
from portico.identity.tokens import Tokens
from portico.services.apigateway.plane import identity
from portico.services.apigateway.plane.deployments import compiled, compiled_authorizer
from portico.services.apigateway.plane.execution_log import beginning, text_of
from portico.services.apigateway.plane.lambda_authorizers import LambdaAuthorizer, LambdaAuthorizers
from portico.services.apigateway.plane.opening import query_of, trace_of
from portico.services.apigateway.plane.user_pools import PoolTokens
from portico.services.apigateway.records import Authorizer, Resource
from portico.services.apigateway.snapshot import Snapshot
from portico.services.apigateway.transform.gateway_responses import KINDS
from portico.services.apigateway.transform.media import header
from portico.services.apigateway.transform.seam import GatewayRefusal, Pairs, RequestContext
from portico.services.apigateway.transform.transform import Transform
from portico.wire.errors import AwsError

_STAGE = "test-invoke-stage"
_KEY, _KEY_ID = "test-invoke-api-key", "test-invoke-api-key-id"
_SOURCE_IP = "test-invoke-source-ip"


class Tried(msgspec.Struct, frozen=True, gc=False):
    """A request to try, with the operation's members: `path` has the query string. `headers` are in order."""

    account: str
    region: str
    caller: Principal
    method: str
    path: str = ""
    headers: Pairs = ()
    body: bytes = b""
    variables: Mapping[str, str] = {}
    client_certificate: str = ""


class Trials:
    """Tries methods and authorizers."""

    __slots__ = ("_authorizers", "_clock", "_tokens", "_transform")

    def __init__(
        self, transform: Transform, authorizers: LambdaAuthorizers, tokens: Tokens, clock: Clock
    ) -> None:
        self._transform = transform
        self._authorizers = authorizers
        self._tokens = tokens
        self._clock = clock

    async def method(self, snapshot: Snapshot, resource: Resource, tried: Tried) -> dict[str, Any]:
        """The answer of TestInvokeMethod for a method of `resource`, which has it (or `ANY`)."""
        began, lines = self._clock.monotonic(), Lines(self._clock.now())
        rules = compiled(snapshot).rules
        request = self._request(snapshot.api.id, resource, tried, lines)
        for text in beginning(request):
            lines.line(text)
        name = tried.method if tried.method in resource.resource_methods else "ANY"
        try:
            method = rules.method(resource.id, name)
            await self._transform.validate(request, method)
            answer = await self._transform.integrate(request, method)
        except GatewayRefusal as refusal:
            if refusal.detail:
                lines.line(refusal.detail)
            answer = self._transform.refused(request, rules, refusal)
        body = answer.body
        if answer.chunks is not None:
            body = b"".join([chunk async for chunk in answer.chunks])
        lines.line(f"Method completed with status: {answer.status}")
        return {
            "status": answer.status,
            "body": body.decode(errors="replace"),
            "headers": dict(answer.headers),
            "multiValueHeaders": _many(answer.headers),
            "log": text_of(request, lines),
            "latency": self._latency_ms(began),
        }

    async def authorizer(self, api_id: str, record: Authorizer, tried: Tried) -> dict[str, Any]:
        """The answer of TestInvokeAuthorizer."""
        began, lines = self._clock.monotonic(), Lines(self._clock.now())
        root = Resource(id="", path="/")
        request = self._request(api_id, root, tried, lines)
        lines.line(f"Starting authorizer: {record.id} for request: {request.request_id}")
        made = compiled_authorizer(record)
        try:
            if isinstance(made, PoolTokens):
                claims = await made.claims(self._tokens, header(request.headers, made.header), ())
                answer: dict[str, Any] = {"clientStatus": 0, "claims": claims}
            else:
                answer = await self._asked(made, request, lines)
        except GatewayRefusal as refusal:
            lines.line(refusal.detail or f"Unauthorized request: {request.request_id}")
            answer = {"clientStatus": KINDS[refusal.response_type].status}
        return {**answer, "log": text_of(request, lines), "latency": self._latency_ms(began)}

    async def _asked(
        self, authorizer: LambdaAuthorizer, request: RequestContext, lines: Lines
    ) -> dict[str, Any]:
        values = authorizer.values(request)
        arn = (
            f"arn:aws:execute-api:{request.region}:{request.account}:{request.api_id}"
            f"/ESTestInvoke-stage/{request.http_method}{request.path}"
        )
        found = await self._authorizers.ask(authorizer, request, arn, values)
        masked = "*" * max(len(found.principal_id) - 1, 0) + found.principal_id[-1:]
        lines.line(f"Using valid authorizer policy for principal: {masked}")
        lines.line(f"Successfully completed authorizer execution for request: {request.request_id}")
        return {
            "clientStatus": 0,
            "principalId": found.principal_id,
            "policy": msgspec.json.encode(found.document).decode(),
            "authorization": {name: [value] for name, value in found.context.items()},
        }

    def _request(self, api_id: str, resource: Resource, tried: Tried, lines: Lines) -> RequestContext:
        path, _, query = tried.path.partition("?")
        path = path or resource.path
        sent = parameters(resource.path, path)
        now = self._clock.now()
        members = identity.signed(identity.anonymous(_SOURCE_IP, "aws-internal/3"), tried.caller)
        try:
            asked = query_of(query)
        except BadPath as error:
            raise AwsError("BadRequestException", "Invalid query string", 400) from error
        return RequestContext(
            account=tried.account,
            region=tried.region,
            api_id=api_id,
            stage=_STAGE,
            deployment_id="",
            resource_id=resource.id,
            resource_path=resource.path,
            http_method=tried.method,
            path=path,
            full_path=path,
            protocol="HTTP/1.1",
            request_id=ids.request_id(),
            extended_request_id=ids.request_id().replace("-", "")[:15] + "=",
            at=now,
            domain_name="testPrefix.testDomainName",
            domain_prefix="testPrefix",
            headers=tried.headers,
            query=asked,
            path_parameters={name: unquote(value) for name, value in sent.items()},
            sent_parameters=sent,
            stage_variables=tried.variables,
            client_certificate=tried.client_certificate,
            body=tried.body,
            identity={**members, "apiKey": _KEY, "apiKeyId": _KEY_ID},
            caller=tried.caller,
            trace=trace_of({}, now, sampled=False),
            log=lines,
        )

    def _latency_ms(self, began: float) -> int:
        return int((self._clock.monotonic() - began) * 1000)


def parameters(template: str, path: str) -> dict[str, str]:
    """The path parameters, as sent, of a path that a resource may have been called by: none if it is not one of the resource's."""
    wanted, given = template.split("/"), path.split("/")
    greedy = wanted[-1].endswith("+}")
    if len(given) < len(wanted) or (len(given) > len(wanted) and not greedy):
        return {}
    if greedy:
        given = [*given[: len(wanted) - 1], "/".join(given[len(wanted) - 1 :])]
    found: dict[str, str] = {}
    for name, value in zip(wanted, given, strict=True):
        if name.startswith("{"):
            found[name.strip("{}+")] = value
        elif name != value:
            return {}
    return found


def _many(headers: Pairs) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name, []).append(value)
    return found
