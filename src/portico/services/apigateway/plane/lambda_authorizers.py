"""Lambda authorizers: a function says who a caller is and which methods it may invoke, and is believed for a while.

A TOKEN authorizer gets the value of one header, a REQUEST authorizer the request itself. What it answers is kept by the values of its
identity sources, in the scope of the stage and of the deployment, and its policy is evaluated for each method that is called under it.

Source: API Gateway Developer Guide, "Use API Gateway Lambda authorizers", "Input to" and "Output from an API Gateway Lambda authorizer".
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.base.clock import Clock
from portico.doors.authorizer_cache import AuthorizerCache
from portico.doors.authorizer_policy import Verdict
from portico.doors.java_regex import BadPattern, matches_aside
from portico.doors.payload1 import both
from portico.identity.global_keys import global_context
from portico.identity.policy.document import PolicyError
from portico.identity.policy.evaluate import Context
from portico.identity.principal import ANONYMOUS
from portico.services.apigateway.plane.authorizer_answers import Answered, read
from portico.services.apigateway.plane.authorizer_calls import AuthorizerCalls
from portico.services.apigateway.records import Authorizer
from portico.services.apigateway.transform.context import at, event_context
from portico.services.apigateway.transform.seam import GatewayRefusal, RequestContext

_NOT_ALLOWED = "User is not authorized to access this resource"
_WORDS: Mapping[Verdict, str] = {
    "allow": "",
    "deny": f"{_NOT_ALLOWED} with an explicit deny",
    "nothing": _NOT_ALLOWED,
}
_TTL_S = 300
_SEVERAL = "\0"


class Source(msgspec.Struct, frozen=True, gc=False):
    """An identity source: `kind` is `header`, `querystring`, `stageVariables` or `context`."""

    kind: str
    name: str

    def value(self, request: RequestContext) -> str:
        """Its value, "" if there is none. Of several all count: whoever is asked later might look at another one."""
        if self.kind == "header":
            wanted = self.name.lower()
            return _SEVERAL.join([value for name, value in request.headers if name.lower() == wanted])
        if self.kind == "querystring":
            return _SEVERAL.join([_spelled(value) for name, value in request.query if name == self.name])
        if self.kind == "stageVariables":
            return request.stage_variables.get(self.name, "")
        found = at(event_context(request), self.name)
        return "" if found is None else str(found)


def _spelled(value: str) -> str:
    """A value that has nothing of what joins several: a query can hold every character, encoded."""
    return value.replace("%", "%25").replace(_SEVERAL, "%00")


class LambdaAuthorizer(msgspec.Struct, frozen=True):
    """An authorizer, compiled."""

    record: Authorizer
    sources: tuple[Source, ...]
    ttl_s: int

    def values(self, request: RequestContext) -> tuple[str, ...]:
        """The values of the identity sources, which the answer is kept by.

        Raises:
            GatewayRefusal: UNAUTHORIZED, the function need not even be asked.
        """
        values = tuple([source.value(request) for source in self.sources])
        needed = self.record.type == "TOKEN" or self.ttl_s > 0
        if needed and not (values and all(value.strip(_SEVERAL) for value in values)):
            raise GatewayRefusal("UNAUTHORIZED")
        return values

    async def check(self, values: tuple[str, ...]) -> None:
        """Refuse a token that is not of the form that the authorizer expects.

        Raises:
            GatewayRefusal: UNAUTHORIZED.
        """
        expression = self.record.identity_validation_expression
        if self.record.type != "TOKEN" or not expression:
            return
        try:
            if await matches_aside(expression, values[0]):
                return
        except BadPattern as error:
            raise GatewayRefusal("UNAUTHORIZED", detail=str(error)) from error
        raise GatewayRefusal("UNAUTHORIZED")

    def event(self, request: RequestContext, arn: str, values: tuple[str, ...]) -> dict[str, Any]:
        """What the function is asked about the method `arn`."""
        if self.record.type == "TOKEN":
            token = values[0].replace(_SEVERAL, ",")
            return {"type": "TOKEN", "methodArn": arn, "authorizationToken": token}
        headers, many_headers = both(request.headers)
        query, many_query = both(request.query)
        return {
            "type": "REQUEST",
            "methodArn": arn,
            "resource": request.resource_path,
            "path": request.path,
            "httpMethod": request.http_method,
            "headers": headers,
            "multiValueHeaders": many_headers,
            "queryStringParameters": query,
            "multiValueQueryStringParameters": many_query,
            "pathParameters": request.sent_parameters,
            "stageVariables": request.stage_variables,
            "requestContext": event_context(request),
        }


class LambdaAuthorizers:
    """Asks authorizers, and remembers what they say."""

    __slots__ = ("_cache", "_calls", "_clock")

    def __init__(self, calls: AuthorizerCalls, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self._cache: AuthorizerCache[Answered] = AuthorizerCache()

    @staticmethod
    def refusal(answered: Answered, request: RequestContext, arn: str, *, secure: bool) -> str:
        """Why the caller may not invoke the method `arn`, in API Gateway's words; "" if it may."""
        verdict = answered.policy.verdict(arn, lambda: _circumstances(request, secure=secure))
        return _WORDS[verdict]

    async def answer(self, authorizer: LambdaAuthorizer, request: RequestContext, arn: str) -> Answered:
        """What the authorizer says of the caller, from memory or asked now.

        Raises:
            GatewayRefusal: UNAUTHORIZED; AUTHORIZER_FAILURE and AUTHORIZER_CONFIGURATION_ERROR if it can't be asked or does not answer as
                it should.
        """
        values = authorizer.values(request)
        if not authorizer.ttl_s:
            return await self.ask(authorizer, request, arn, values)
        scope = (request.api_id, request.stage)
        key = (request.deployment_id, authorizer.record.id, *values)
        found = self._cache.get(scope, key, self._clock.now())
        if found is None:
            found = await self.ask(authorizer, request, arn, values)
            kept = msgspec.structs.replace(found, latency_ms=0)
            self._cache.put(scope, key, kept, self._clock.now() + authorizer.ttl_s)
        return found

    async def ask(
        self, authorizer: LambdaAuthorizer, request: RequestContext, arn: str, values: tuple[str, ...]
    ) -> Answered:
        """What the function answers now.

        Raises:
            GatewayRefusal: see `answer`.
        """
        await authorizer.check(values)
        begun = self._clock.monotonic()
        payload = await self._calls.call(authorizer.record, request, authorizer.event(request, arn, values))
        try:
            latency_ms = int((self._clock.monotonic() - begun) * 1000)
            return msgspec.structs.replace(read(payload), latency_ms=latency_ms)
        except (PolicyError, ValueError) as error:
            raise GatewayRefusal(
                "AUTHORIZER_CONFIGURATION_ERROR",
                null=True,
                detail=f"Execution failed due to configuration error: Invalid JSON in response: {error}",
            ) from error

    def flush(self, api_id: str, stage: str) -> None:
        """Forget what was answered for a stage."""
        self._cache.flush((api_id, stage))


def compiled(record: Authorizer) -> LambdaAuthorizer:
    """The compiled form of a TOKEN or REQUEST authorizer."""
    sources = tuple(_source(entry.strip()) for entry in record.identity_source.split(",") if entry.strip())
    ttl_s = record.authorizer_result_ttl_in_seconds
    kept_s = _TTL_S if ttl_s is None else ttl_s
    return LambdaAuthorizer(record, sources, kept_s if sources else 0)


def _source(text: str) -> Source:
    kind, _, name = text.removeprefix("method.request.").partition(".")
    return Source(kind, name)


def _circumstances(request: RequestContext, *, secure: bool) -> Context:
    return global_context(
        ANONYMOUS,
        now=request.at,
        source_ip=request.identity.get("sourceIp") or "",
        secure=secure,
        user_agent=request.identity.get("userAgent") or "",
        region=request.region,
        resource_account=request.account,
    )
