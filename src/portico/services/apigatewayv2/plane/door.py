"""The `http` door: what becomes of a request to an HTTP API, step by step.

Stage, preflight, route, throttle, body, authorizer, mapping, integration, mapping, CORS; whatever the answer, it is counted and logged.

Source: API Gateway Developer Guide, "Work with HTTP APIs".
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec

from portico.base.clock import Clock
from portico.calls.authorize import Refused
from portico.doors import cors as browsers
from portico.doors.buckets import Buckets
from portico.doors.port import Arrival
from portico.services.apigatewayv2.plane import replies
from portico.services.apigatewayv2.plane.asked import Asked, new_request_id, new_trace
from portico.services.apigatewayv2.plane.expressions import Response
from portico.services.apigatewayv2.plane.outcomes import Outcome, Outcomes
from portico.services.apigatewayv2.plane.parameters import changed_request, changed_response
from portico.services.apigatewayv2.plane.paths import is_malformed
from portico.services.apigatewayv2.plane.plans import StagePlan
from portico.services.apigatewayv2.plane.replies import Refusal
from portico.services.apigatewayv2.plane.served import Served, Stages
from portico.services.apigatewayv2.records import Integration
from portico.wire.errors import AwsError
from portico.wire.http import Headers, Reply

log = logging.getLogger("portico.apigatewayv2")

BODY_BYTES_MAX = 10 * 1024 * 1024
_ID = "apigw-requestid"
_OURS = frozenset(
    (
        "connection",
        "content-length",
        "date",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        _ID,
    )
)

Admit = Callable[[Asked], Awaitable[Asked]]
"""Lets a caller in: the request with what is known of them. Raises Refusal."""
Integrate = Callable[[Asked, Integration], Awaitable[Response]]
"""Asks what a route leads to. Raises Refusal."""


class Given(Protocol):
    """`Decisions.given`."""

    def __call__(self, own_id: str, request_id: str, *, refused: bool = True) -> None:
        """Note that decisions under `request_id` may be asked for by `own_id`."""


class HttpDoor:
    """Answers requests to HTTP APIs. `admits` are the ways to authorize, by a route's `AuthorizationType`; `integrates` what routes
    lead to, by the integration's kind (`integrations.kind_of`); `given` lets what was decided on the way be asked for by the request's id
    of API Gateway's (`Decisions.given`)."""

    __slots__ = ("_admits", "_buckets", "_clock", "_given", "_integrates", "_kind_of", "_outcomes", "_stages")

    def __init__(
        self,
        stages: Stages,
        *,
        clock: Clock,
        admits: Mapping[str, Admit],
        integrates: Mapping[str, Integrate],
        kind_of: Callable[[Integration], str],
        outcomes: Outcomes,
        buckets: Buckets,
        given: Given,
    ) -> None:
        self._stages = stages
        self._clock = clock
        self._admits = admits
        self._integrates = integrates
        self._kind_of = kind_of
        self._outcomes = outcomes
        self._buckets = buckets
        self._given = given

    async def __call__(self, arrival: Arrival) -> Reply:
        """The reply to a request."""
        began = self._clock.monotonic()
        served = self._stages.find(arrival.address)
        if served is None:
            return _finished(replies.not_found().reply(), arrival, None, new_request_id())
        stage, head = served.stage, arrival.head
        request_id = new_request_id()
        if stage.cors is not None and browsers.is_preflight(head):
            return Reply(204, (*browsers.preflight(stage.cors, head), (_ID, request_id)), b"")
        self._given(request_id, arrival.request_id, refused=False)
        outcome = await self._outcome(self._asked(arrival, served, request_id))
        reply = _finished(outcome.reply, arrival, stage, request_id)
        self._outcomes.told(outcome, reply, began)
        return reply

    def _asked(self, arrival: Arrival, served: Served, request_id: str) -> Asked:
        found = served.stage.tree.find(arrival.head.method, served.route_path)
        plan, parameters = (served.stage.nowhere, {}) if found is None else found
        trace = new_trace(arrival.at, arrival.head.header("x-amzn-trace-id"))
        return Asked(
            arrival, served.stage, plan, served.path, served.route_path, parameters, request_id, trace
        )

    async def _outcome(self, asked: Asked) -> Outcome:
        """What the request comes to. Refusals are answers as well."""
        try:
            asked = await self._admitted(asked)
        except Refusal as refusal:
            self._tell(asked, refusal)
            return Outcome(asked, refusal.reply(), reason=refusal.reason)
        began = self._clock.monotonic()
        try:
            response = await self._integrated(asked)
        except Refusal as refusal:
            self._tell(asked, refusal)
            took_ms = (self._clock.monotonic() - began) * 1000
            return Outcome(asked, refusal.reply(), took_ms, integration_error=refusal.reason)
        took_ms = (self._clock.monotonic() - began) * 1000
        changes = asked.plan.responses.get(str(response.status)) if asked.plan.responses else None
        answer = response if changes is None else changed_response(asked, changes, response)
        reply = Reply(answer.status, answer.headers, answer.body)
        return Outcome(asked, reply, took_ms, integration_status=response.status)

    async def _admitted(self, asked: Asked) -> Asked:
        if asked.plan is asked.stage.nowhere:
            raise replies.not_found("no route matches")
        if is_malformed(asked.path):
            raise replies.bad_request("the path can't be decoded")
        if self._buckets.take(asked.plan.limits, self._clock.monotonic()) is not None:
            raise replies.too_many()
        try:
            body = await asked.arrival.body.read(BODY_BYTES_MAX)
        except AwsError as error:
            if error.status == 413:
                raise replies.too_large() from error
            raise
        if body:
            asked = msgspec.structs.replace(asked, body=body)
        admit = self._admits.get(asked.plan.route.authorization_type)
        return asked if admit is None else await admit(asked)

    async def _integrated(self, asked: Asked) -> Response:
        integration = asked.plan.integration
        if integration is None:
            raise replies.failed("the route has no integration")
        if asked.plan.request is not None:
            asked = changed_request(asked, asked.plan.request)
        return await self._integrates[self._kind_of(integration)](asked, integration)

    def _tell(self, asked: Asked, refusal: Refusal) -> None:
        """Tell the operator what clients are not told: why the API itself has failed."""
        if refusal.status < 500:
            return
        if isinstance(refusal.__cause__, Refused):  # a decision is on record, under our own id
            self._given(asked.request_id, asked.arrival.request_id)
        log.warning(
            "%s of API %s (stage %s) answers %d: %s (request %s)",
            asked.plan.route.route_key,
            asked.stage.api_id,
            asked.stage.name,
            refusal.status,
            refusal.reason,
            asked.request_id,
        )


def _finished(reply: Reply, arrival: Arrival, stage: StagePlan | None, request_id: str) -> Reply:
    """The reply with the headers that are ours to give."""
    headers: Headers = tuple(pair for pair in reply.headers if pair[0].lower() not in _OURS)
    if stage is not None and stage.cors is not None:
        headers = browsers.without_own(headers) + browsers.told(stage.cors, arrival.head)
    return Reply(reply.status, (*headers, (_ID, request_id)), reply.body)
