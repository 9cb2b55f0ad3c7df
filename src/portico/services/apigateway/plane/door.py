"""The door to REST APIs: the way of a request from a stage's address to its answer.

    address -> stage -> side (canary) -> route -> authorise -> count -> validate -> cache -> integration -> reply

Every step either goes on or raises a `GatewayRefusal`, which becomes the API's gateway response of that type.

Source: API Gateway Developer Guide, "How API Gateway resource policies affect authorization workflow", "Use AWS WAF to protect your REST
APIs" (both for the order).
"""

import logging
import random
from collections.abc import Callable

import msgspec

from portico.base.clock import Clock
from portico.doors.domains import is_outdated
from portico.doors.paths import BadPath
from portico.doors.port import Arrival
from portico.services.apigateway.plane.admission import Admission, Asked
from portico.services.apigateway.plane.cached import Cached
from portico.services.apigateway.plane.execution_log import begin
from portico.services.apigateway.plane.iam import Signatures
from portico.services.apigateway.plane.identity import with_key
from portico.services.apigateway.plane.opening import (
    TARGET_BYTES_MAX,
    Entry,
    entry,
    is_too_large,
    opened,
    split,
)
from portico.services.apigateway.plane.stages import Live, Side, Stages
from portico.services.apigateway.plane.telling import Outcome, Telling
from portico.services.apigateway.transform.compression import received, sent
from portico.services.apigateway.transform.seam import GatewayRefusal, RequestContext
from portico.services.apigateway.transform.transform import Transform
from portico.wire.errors import AwsError
from portico.wire.http import Answer, Reply

log = logging.getLogger("portico.apigateway")

BODY_BYTES_MAX = 10_485_760
_TOO_LARGE = Reply(
    413,
    (("Content-Type", "text/plain; charset=utf-8"),),
    f"HTTP content length exceeded {BODY_BYTES_MAX} bytes.".encode(),
)


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
        if not _leads_to(arrival, live, side):
            raise _forbidden()
        if len(head.path) + len(head.query) > TARGET_BYTES_MAX:
            raise AwsError("RequestURITooLongException", "Request URI too long", 414)
        if is_too_large(head):
            raise AwsError("RequestHeaderFieldsTooLargeException", "Request Header Fields Too Large", 431)
        try:
            body = await arrival.body.read(BODY_BYTES_MAX)
            entered = entry(arrival, live, side, path)
            request = opened(entered, body)
        except BadPath as error:
            raise AwsError("BadRequestException", "Bad Request", 400) from error
        except AwsError as error:
            if error.status == 413:
                return _TOO_LARGE
            raise
        return self._telling.reply(await self._outcome(entered, request, body, started))

    async def _outcome(self, entered: Entry, request: RequestContext, raw: bytes, started: float) -> Outcome:
        refusal: GatewayRefusal | None = None
        cached: bool | None = None
        live, side, plan = entered.live, entered.side, entered.plan
        rules = side.deployed.rules
        try:
            if plan is None:
                raise self._signatures.nowhere(entered.arrival, request.region)
            asked = Asked(entered.arrival, live, plan, request, entered.arn(plan), raw)
            authorised = await self._admission.authorise(asked)
            request = authorised.request
            client = self._admission.client(asked, authorised)
            if client is not None:
                request = with_key(request, client.key)
            await self._admission.count(asked, client)
            if rules.compress_from is not None:
                headers, body = await received(rules, request.headers, raw)
                request = msgspec.structs.replace(request, headers=headers, body=body)
            begin(request)
            await self._transform.validate(request, plan.rules)
            answer, cached = await self._cached.answer(asked, authorised, request, side)
        except GatewayRefusal as refused:
            refusal = refused
            request = refused.known or request
            answer = self._transform.refused(request, rules, refused)
        except Exception:  # a defect of ours, which the API's callers are told in the API's own words
            log.exception("request %s to %s failed", request.request_id, request.resource_path)
            refusal = GatewayRefusal(
                "API_CONFIGURATION_ERROR", detail="Execution failed due to an internal error"
            )
            answer = self._transform.refused(request, rules, refusal)
        if rules.compress_from is not None:
            answer = await sent(rules, request, answer)
        latency_ms = int((self._clock.monotonic() - started) * 1000)
        endpoint = side.deployed.endpoint_type
        return Outcome(live, plan, request, answer, latency_ms, endpoint, refusal, cached)


def _leads_to(arrival: Arrival, live: Live, side: Side) -> bool:
    """Whether the API answers at this address, to who speaks TLS as its policy wants it. A private one answers to VPC endpoints, of which
    there are none."""
    address, deployed = arrival.address, side.deployed
    if deployed.endpoint_type == "PRIVATE" or is_outdated(
        arrival.peer.tls, deployed.snapshot.api.security_policy
    ):
        return False
    if address.region and address.region != live.owner.region:
        return False
    return address.kind == "domain" or not deployed.snapshot.api.disable_execute_api_endpoint


def _forbidden() -> AwsError:
    return AwsError("ForbiddenException", "Forbidden", 403)
