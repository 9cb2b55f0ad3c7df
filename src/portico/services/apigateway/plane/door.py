"""The door to REST APIs: the way of a request from a stage's address to its answer.

    address -> stage -> side (canary) -> route -> authorise -> count -> validate -> cache -> integration -> reply

Every step either goes on or raises a `GatewayRefusal`, which becomes the API's gateway response of that type.

Source: API Gateway Developer Guide, "How API Gateway resource policies affect authorization workflow", "Use AWS WAF to protect your REST
APIs" (both for the order).
"""

import random
from collections.abc import Callable

import msgspec

from portico.base.clock import Clock
from portico.doors.address import Address
from portico.doors.port import Arrival
from portico.services.apigateway.plane.admission import Admission, Asked
from portico.services.apigateway.plane.cached import Cached
from portico.services.apigateway.plane.execution_log import Lines, beginning
from portico.services.apigateway.plane.iam import Signatures
from portico.services.apigateway.plane.opening import (
    TARGET_BYTES_MAX,
    http_method,
    is_too_large,
    opened,
    split,
)
from portico.services.apigateway.plane.paths import BadPath, normal
from portico.services.apigateway.plane.plans import Plan
from portico.services.apigateway.plane.stages import Live, Side, Stages
from portico.services.apigateway.plane.telling import Outcome, Telling
from portico.services.apigateway.transform.compression import received, sent
from portico.services.apigateway.transform.seam import GatewayRefusal, RequestContext
from portico.services.apigateway.transform.transform import Transform
from portico.wire.errors import AwsError
from portico.wire.http import Answer, Reply

BODY_BYTES_MAX = 10_485_760
_TOO_LARGE = Reply(
    413,
    (("Content-Type", "text/plain; charset=utf-8"),),
    f"HTTP content length exceeded {BODY_BYTES_MAX} bytes.".encode(),
)


class _Found(msgspec.Struct, frozen=True):
    """The method that a request is for, with the method's ARN, and the context with both."""

    plan: Plan
    request: RequestContext
    arn: str


class RestDoor:
    """Answers requests to REST APIs. `draw` decides which of them go to a canary."""

    def __init__(
        self,
        *,
        stages: Stages,
        admission: Admission,
        signatures: Signatures,
        cached: Cached,
        transform: Transform,
        telling: Telling,
        clock: Clock,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._stages = stages
        self._admission = admission
        self._signatures = signatures
        self._cached = cached
        self._transform = transform
        self._telling = telling
        self._clock = clock
        self._draw = draw

    async def __call__(self, arrival: Arrival) -> Answer:
        """The reply to a request.

        Raises:
            AwsError: nothing is deployed at the address (403), or the request is none that API Gateway takes (400, 414, 431).
        """
        started = self._clock.monotonic()
        address, head = arrival.address, arrival.head
        name, path = split(address.path) if address.stage is None else (address.stage, address.path)
        live = self._stages.find(address.id, name)
        if live is None:
            raise _forbidden()
        side = live.side(self._draw)
        if not _leads_to(address, live, side):
            raise _forbidden()
        if len(head.path) + len(head.query) > TARGET_BYTES_MAX:
            raise AwsError("RequestURITooLongException", "Request URI too long", 414)
        if is_too_large(head):
            raise AwsError("RequestHeaderFieldsTooLargeException", "Request Header Fields Too Large", 431)
        try:
            path = normal(path)
            request = opened(arrival, live, side, path, http_method(head))
        except BadPath as error:
            raise _bad_request() from error
        try:
            body = await arrival.body.read(BODY_BYTES_MAX)
        except AwsError as error:
            if error.status == 413:
                return _TOO_LARGE
            raise
        return self._telling.reply(await self._outcome(arrival, live, side, request, path, body, started))

    async def _outcome(
        self,
        arrival: Arrival,
        live: Live,
        side: Side,
        request: RequestContext,
        path: str,
        raw: bytes,
        started: float,
    ) -> Outcome:
        plan: Plan | None = None
        refusal: GatewayRefusal | None = None
        cached: bool | None = None
        rules = side.deployed.rules
        lines = None
        try:
            found = self._found(arrival, live, side, request, path)
            plan, request = found.plan, found.request
            if plan.logging is not None:
                lines = Lines(request.at)
                request = msgspec.structs.replace(request, log=lines)
            asked = Asked(arrival, live, plan, request, found.arn, raw)
            authorised = await self._admission.authorise(asked)
            request = authorised.request
            request = await self._admission.count(asked, authorised)
            headers, body = received(rules, request.headers, raw)
            request = msgspec.structs.replace(request, headers=headers, body=body)
            if lines is not None:
                lines.gathered += beginning(request)
            await self._transform.validate(request, plan.rules)
            answer, cached = await self._cached.answer(asked, authorised, request, side)
        except GatewayRefusal as refused:
            refusal = refused
            answer = self._transform.refused(request, rules, refused)
        answer = sent(rules, request, answer)
        latency_ms = int((self._clock.monotonic() - started) * 1000)
        return Outcome(live, plan, request, answer, latency_ms, refusal, cached, lines)

    def _found(self, arrival: Arrival, live: Live, side: Side, request: RequestContext, path: str) -> _Found:
        try:
            match = side.deployed.routes.find(path, request.http_method)
        except BadPath as error:
            raise _bad_request() from error
        if match is None:
            raise self._signatures.nowhere(arrival, request.region)
        plan = live.plan(side, match, request.http_method)
        known = msgspec.structs.replace(
            request,
            resource_id=match.resource.id,
            resource_path=match.resource.path,
            path_parameters=match.parameters,
        )
        return _Found(plan, known, plan.arn_prefix + path.removeprefix("/").removesuffix("/"))


def _leads_to(address: Address, live: Live, side: Side) -> bool:
    """Whether the API answers at this address."""
    if address.region and address.region != live.owner.region:
        return False
    return address.kind == "domain" or not side.deployed.snapshot.api.disable_execute_api_endpoint


def _forbidden() -> AwsError:
    return AwsError("ForbiddenException", "Forbidden", 403)


def _bad_request() -> AwsError:
    return AwsError("BadRequestException", "Bad Request", 400)
