"""What answers at function URLs.

Who may call is decided anew for each request, as today's rules say: `lambda:InvokeFunctionUrl`, and `lambda:InvokeFunction` with
`lambda:InvokedViaFunctionUrl`, on the function or the alias that the URL is of, by the caller's policies or the function's own. At a URL
of type NONE every caller is anonymous, so the function's policy alone decides.

Source: Lambda Developer Guide, "Control access to Lambda function URLs" and "Invoking Lambda function URLs".
"""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any
from urllib.parse import unquote

import msgspec

from portico.calls.authorize import Authorizer, Refused
from portico.calls.call import Call, Origin, Scope
from portico.calls.operation import Check
from portico.doors import cors as browsers
from portico.doors.callers import Callers
from portico.doors.payload2 import Answer, Around, Malformed, answer, event
from portico.doors.port import Arrival
from portico.doors.public import called_name
from portico.doors.records import URL_POINTERS
from portico.environments.work import Invocation, PreparationFailed
from portico.identity.principal import ANONYMOUS, Principal
from portico.invoke.admit import Throttled
from portico.invoke.pace import Pace
from portico.invoke.records import FUNCTIONS
from portico.invoke.resolve import Resolved
from portico.services.lambda_ import errors, invoke
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda
from portico.services.lambda_.urls import streamed
from portico.services.lambda_.urls.records import URLS, UrlConfig
from portico.store.transaction import Transaction
from portico.wire.errors import AwsError
from portico.wire.http import Headers, Reply, StreamReply

log = logging.getLogger("portico.lambda")

_BODY_BYTES_MAX = 6 * 1024 * 1024
_URL, _INVOKE = "lambda:InvokeFunctionUrl", "lambda:InvokeFunction"
_VIA_URL = {"lambda:InvokedViaFunctionUrl": "true"}
_FORBIDDEN = (
    b'{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: '
    b'https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}'
)
_JSON: Headers = (("content-type", "application/json"),)
_FAILED = Answer(502, (("content-type", "text/plain"),), b"Internal Server Error")
REQUESTS, ERRORS_4XX, ERRORS_5XX, LATENCY = (
    "UrlRequestCount",
    "Url4xxCount",
    "Url5xxCount",
    "UrlRequestLatency",
)


class UrlDoor:
    """The `url` door."""

    def __init__(self, lam: Lambda, callers: Callers, authorizer: Authorizer) -> None:
        self._lam = lam
        self._callers = callers
        self._authorizer = authorizer

    async def __call__(self, arrival: Arrival) -> Reply | StreamReply:
        """The reply to a request."""
        lam = self._lam
        pointer = lam.cache.peek(URL_POINTERS, arrival.address.id)
        if pointer is None:
            return _forbidden(arrival)
        to = pointer.value
        if arrival.address.region not in ("", to.region):
            return _forbidden(arrival)
        held = lam.cache.peek(URLS, to.account, to.region, to.function, to.qualifier)
        if held is None:
            return _forbidden(arrival)
        config = held.value
        if config.cors is not None and browsers.is_preflight(arrival.head):
            headers = browsers.preflight(config.cors, arrival.head)
            return Reply(200, (*headers, ("x-amzn-requestid", arrival.request_id)), b"")
        name = Name(to.account, to.region, to.function, to.qualifier)
        began = lam.clock.monotonic()
        reply = await self._told(_Request(arrival, name, config))
        self._count(name, reply.status, lam.clock.monotonic() - began)
        if config.cors is not None:
            own = browsers.told(config.cors, arrival.head)
            reply = msgspec.structs.replace(reply, headers=reply.headers + own)
        return reply

    async def _told(self, request: "_Request") -> Reply | StreamReply:
        try:
            return await self._answered(request)
        except Refused:
            return _forbidden(request.arrival)
        except AwsError as error:
            return _refused(error, request.arrival)

    async def _answered(self, request: "_Request") -> Reply | StreamReply:
        """Let the caller in, and the function answer.

        Raises:
            AwsError: the caller is not who the signature says, the body is too large, the function can't run now.
        """
        lam, arrival, name = self._lam, request.arrival, request.name
        principal, raw = await self._caller(request)
        call = self._call(request, principal)
        self._authorize(call, request)
        resolved = lam.resolver.resolve(name.account, name.region, name.name, name.qualifier)
        if resolved is None or resolved.version.state != "Active":
            resolved = await invoke.active(lam, name)
        if resolved.version.durable is not None:
            raise errors.unavailable("a durable function behind a URL")
        trace = invoke.trace_of(call, resolved)
        around = _around(request, principal, trace)
        payload = msgspec.json.encode(event(arrival.head, raw, around))
        invocation = invoke.invocation_of(call, payload, name, trace)
        try:
            if request.config.mode == "RESPONSE_STREAM":
                return await self._streamed(resolved, invocation)
            outcome = (await lam.invoker.invoke(resolved, invocation)).outcome
        except Throttled as throttled:
            raise invoke.throttled_answer(throttled) from throttled
        except PreparationFailed as failed:
            log.warning("%s can't be started for its URL: %s", name.asked_arn, failed)
            return _reply(_FAILED, invocation)
        if outcome.function_error:
            return _reply(_FAILED, invocation)
        return _reply(_meant(outcome.payload, name), invocation)

    async def _caller(self, request: "_Request") -> tuple[Principal, bytes]:
        """Who calls, and the body."""
        arrival = request.arrival
        if request.config.auth == "NONE":
            return ANONYMOUS, await arrival.body.read(_BODY_BYTES_MAX)
        caller = self._callers.of(arrival, "lambda")
        if caller.claim is not None and caller.region != request.name.region:
            raise errors.other_region(caller.region, request.name.region)
        raw = await arrival.body.read(_BODY_BYTES_MAX)
        return caller.principal, self._callers.body(caller, arrival, raw)

    def _call(self, request: "_Request", principal: Principal) -> Call:
        arrival, name = request.arrival, request.name
        head, peer = arrival.head, arrival.peer
        origin = Origin(
            principal,
            Scope(principal.account or name.account, name.region),
            arrival.request_id,
            peer.host,
            peer.secure,
            head.header("user-agent"),
            head.header("x-amzn-trace-id"),
            host=head.header("host"),
        )
        return Call(origin, "lambda", "InvokeFunctionUrl", Transaction(self._lam.cache), arrival.at)

    def _authorize(self, call: Call, request: "_Request") -> None:
        """Both permissions, for the caller or by the function's policy.

        Raises:
            Refused: one is missing.
        """
        name = request.name
        held = self._lam.cache.peek(FUNCTIONS, *name.key)
        policy = held.value.policies.get(name.qualifier) if held is not None else None
        auth: Mapping[str, str] = {"lambda:FunctionUrlAuthType": request.config.auth}
        self._authorizer.check("rest-json", call, Check(_URL, name.asked_arn, auth, policy))
        self._authorizer.check(
            "rest-json", call, Check(_INVOKE, name.asked_arn, {**auth, **_VIA_URL}, policy)
        )

    async def _streamed(self, resolved: Resolved, invocation: Invocation) -> Reply | StreamReply:
        lam = self._lam
        streaming = await lam.invoker.stream(resolved, invocation)
        parts = streaming.parts(Pace(lam.stream_bytes_per_s, lam.clock.monotonic))
        if not streaming.head:  # it was given at once, or the function has failed
            whole = b"".join([part async for part in parts])
            finished = streaming.finished
            failed = finished is None or bool(finished.outcome.function_error)
            return _reply(_FAILED if failed else _meant(whole, invocation.invoked_arn), invocation)
        kind = streamed.content_type(streaming.head)
        begun: Answer | None = Answer(200, (("content-type", kind),), b"")
        if streamed.has_prelude(kind):
            try:
                begun = await _begun(parts)
            except Malformed as error:
                log.warning("%s has streamed no answer to its URL: %s", invocation.invoked_arn, error)
                begun = None
        if begun is None:
            await parts.aclose()  # type: ignore[attr-defined]  # a generator
            return _reply(_FAILED, invocation)
        return StreamReply(begun.status, begun.headers + _ids(invocation), _rest(begun.body, parts))

    def _count(self, name: Name, status: int, took_s: float) -> None:
        self._lam.counts.tell(
            name.key,
            (REQUESTS, 1.0),
            (ERRORS_4XX, float(400 <= status < 500)),
            (ERRORS_5XX, float(status >= 500)),
            (LATENCY, took_s * 1000),
        )


class _Request(msgspec.Struct, frozen=True, gc=False):
    arrival: Arrival
    name: Name
    config: UrlConfig


async def _begun(parts: AsyncIterator[bytes]) -> Answer | None:
    """Read as much as says how the answer begins; None if the stream ends before."""
    prelude = streamed.Prelude()
    async for part in parts:
        found = prelude.feed(part)
        if found is not None:
            return found
    return None


async def _rest(first: bytes, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async with aclosing(parts) as open_parts:  # type: ignore[type-var]  # a generator
        if first:
            yield first
        async for part in open_parts:
            yield part


def _meant(payload: bytes, name: object) -> Answer:
    """The HTTP answer of a payload; one that was streamed to a buffering URL may have a prelude."""
    try:
        text, found, body = payload.partition(streamed.DELIMITER)
        return streamed.read(text, body) if found else answer(payload)
    except Malformed as error:
        log.warning("The function behind the URL of %s has given no HTTP answer: %s", name, error)
        return _FAILED


def _around(request: "_Request", principal: Principal, trace: str) -> Around:
    arrival, peer = request.arrival, request.arrival.peer
    port = arrival.head.header("host").rpartition(":")[2]
    signed = request.config.auth == "AWS_IAM"
    domain = called_name(arrival.host, arrival.address, "lambda-url", request.name.region)
    return Around(
        account=(principal.account or "anonymous") if signed else "anonymous",
        api=arrival.address.id,
        domain=domain,
        prefix=domain.partition(".")[0],
        request_id=arrival.request_id,
        raw_path=arrival.address.path,
        path=unquote(arrival.address.path),
        source_ip=peer.host,
        at=arrival.at,
        port=port if port.isdigit() else ("443" if peer.secure else "80"),
        secure=peer.secure,
        trace=trace,
        authorizer={"iam": _iam(principal)} if signed and principal.account else None,
        cookie_header=True,
    )


def _iam(principal: Principal) -> dict[str, Any]:
    return {
        "accessKey": principal.access_key_id,
        "accountId": principal.account,
        "callerId": principal.user_id,
        "cognitoIdentity": _cognito(principal),
        "principalOrgId": None,
        "userArn": principal.arn,
        "userId": principal.user_id,
    }


def _cognito(principal: Principal) -> dict[str, Any] | None:
    cognito = principal.cognito
    if cognito is None:
        return None
    return {"amr": list(cognito.amr), "identityId": cognito.identity_id, "identityPoolId": cognito.pool_id}


def _ids(invocation: Invocation) -> Headers:
    trace = invocation.trace.partition(";Parent")[0].replace("Root=", "root=")
    return (("x-amzn-requestid", invocation.request_id), ("x-amzn-trace-id", trace))


def _reply(meant: Answer, invocation: Invocation) -> Reply:
    return Reply(meant.status, meant.headers + _ids(invocation), meant.body)


def _forbidden(arrival: Arrival) -> Reply:
    headers = (
        *_JSON,
        ("x-amzn-requestid", arrival.request_id),
        ("x-amzn-errortype", "AccessDeniedException"),
    )
    return Reply(403, headers, _FORBIDDEN)


def _refused(error: AwsError, arrival: Arrival) -> Reply:
    said: dict[str, Any] = {"message": error.message}
    for key, value in (error.fields or {}).items():
        if value is not None:
            said[key] = value
    headers = (*_JSON, ("x-amzn-requestid", arrival.request_id), ("x-amzn-errortype", error.code))
    return Reply(error.status, headers, msgspec.json.encode(said))
