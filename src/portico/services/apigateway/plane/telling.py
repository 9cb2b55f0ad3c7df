"""What is told of a request when it has been answered: the reply itself, the logs, the metrics.

Source: API Gateway Developer Guide, "Set up CloudWatch logging for REST APIs", "Amazon API Gateway dimensions and metrics".
"""

import logging
from collections.abc import Sequence

import msgspec

from portico.base.clock import Clock
from portico.doors.access_log import DoorLogs, Group
from portico.doors.execution_log import Lines
from portico.doors.log_writers import LogWriters
from portico.doors.metrics import Answered, DoorMetrics
from portico.services.apigateway.plane.access_values import Told, lookup
from portico.services.apigateway.plane.plans import Plan
from portico.services.apigateway.plane.stages import CANARY, Live
from portico.services.apigateway.transform.seam import GatewayAnswer, GatewayRefusal, RequestContext
from portico.wire.http import Reply, StreamReply

log = logging.getLogger("portico.apigateway")


class Outcome(msgspec.Struct, frozen=True):
    """How a request to a stage ended. `plan` is None if no method was found; `cached` tells whether the answer came from the cache (None:
    there is none)."""

    live: Live
    plan: Plan | None
    request: RequestContext
    answer: GatewayAnswer
    latency_ms: int
    endpoint_type: str
    refusal: GatewayRefusal | None = None
    cached: bool | None = None


class Telling:
    """Makes replies, and tells of them."""

    __slots__ = ("_clock", "_logs", "_metrics", "_writers")

    def __init__(self, *, metrics: DoorMetrics, logs: DoorLogs, writers: LogWriters, clock: Clock) -> None:
        self._metrics = metrics
        self._logs = logs
        self._writers = writers
        self._clock = clock

    def reply(self, outcome: Outcome) -> Reply | StreamReply:
        """The reply; what it is about is counted and logged."""
        live, plan, request, answer = outcome.live, outcome.plan, outcome.request, outcome.answer
        integration = answer.integration
        asked = integration.status or integration.service_status or integration.latency_ms
        measured = Answered(
            answer.status,
            outcome.latency_ms,
            integration.latency_ms if asked else None,
            outcome.cached,
        )
        self._metrics.answered(live.place if plan is None else plan.place, request.at, measured)
        if live.access_log is not None:
            self._access(outcome)
        if isinstance(request.log, Lines):
            self._execution(outcome, request.log)
        if outcome.refusal is not None and answer.status >= 500:
            _warn(request, answer.status, outcome.refusal)
        headers = (
            *answer.headers,
            ("x-amzn-RequestId", request.request_id),
            ("x-amz-apigw-id", request.extended_request_id),
        )
        if answer.chunks is not None:
            return StreamReply(answer.status, headers, answer.chunks)
        return Reply(answer.status, headers, answer.body)

    def _access(self, outcome: Outcome) -> None:
        access = outcome.live.access_log
        if access is None:
            return
        told = Told(
            outcome.request,
            outcome.answer,
            outcome.latency_ms,
            len(outcome.answer.body),
            outcome.endpoint_type,
            "NONE" if outcome.plan is None else outcome.plan.method.authorization_type,
            outcome.refusal,
        )
        line = (int(outcome.request.at * 1000), access.format.line(lookup(told)))
        self._write(outcome, access.group, (line,))

    def _execution(self, outcome: Outcome, lines: Lines) -> None:
        live, plan, request = outcome.live, outcome.plan, outcome.request
        if plan is None or plan.logging is None:
            return
        if outcome.refusal is not None and outcome.refusal.detail:
            lines.line(outcome.refusal.detail)
        lines.line(f"Method completed with status: {outcome.answer.status}")
        events = lines.events(
            request.request_id,
            level=plan.logging.level,
            data_trace=plan.logging.data_trace,
            failed=outcome.answer.status >= 400,
        )
        name = f"API-Gateway-Execution-Logs_{request.api_id}/{request.stage}"
        group = Group(live.owner.account, live.owner.region, name + (CANARY if request.is_canary else ""))
        self._write(outcome, group, events)

    def _write(self, outcome: Outcome, group: Group, events: Sequence[tuple[int, str]]) -> None:
        owner = outcome.live.owner
        writer = self._writers.of(owner.account, owner.region, owner.api_id)
        if events:
            self._logs.write(group, owner.account, writer, events, request_id=outcome.request.request_id)


def _warn(request: RequestContext, status: int, refusal: GatewayRefusal) -> None:
    """Tell the operator what clients are not told: why the API itself has failed."""
    log.warning(
        "%s %s of API %s (stage %s) answers %d: %s (request %s)",
        request.http_method,
        request.resource_path,
        request.api_id,
        request.stage,
        status,
        refusal.detail or refusal.response_type,
        request.request_id,
    )
