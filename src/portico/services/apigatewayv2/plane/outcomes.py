"""What has become of requests: counted in the metrics, and a line in the stage's access log.

Source: API Gateway Developer Guide, "Monitor metrics for HTTP APIs", "Customize HTTP API access logs".
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from portico.base.clock import Clock
from portico.doors.access_log import DoorLogs
from portico.doors.metrics import Answered, DoorMetrics
from portico.identity.principal import root
from portico.services.apigatewayv2.plane.asked import Asked
from portico.wire.http import Reply


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """A request and its answer. `integration_ms` and `integration_status` are None where it was not asked, or has not answered; `reason`
    tells why the caller was refused, `integration_error` why the integration gave no answer."""

    asked: Asked
    reply: Reply
    integration_ms: float | None = None
    integration_status: int | None = None
    reason: str = ""
    integration_error: str = ""


class Outcomes:
    """Tells metrics and logs. The log is written as the account that the API is of, which allowed it as it set the log's destination."""

    __slots__ = ("_clock", "_logs", "_metrics")

    def __init__(self, clock: Clock, metrics: DoorMetrics, logs: DoorLogs) -> None:
        self._clock = clock
        self._metrics = metrics
        self._logs = logs

    def told(self, outcome: Outcome, reply: Reply, began: float) -> None:
        """Count and log a request; `reply` is what the client gets."""
        asked = outcome.asked
        took_ms = (self._clock.monotonic() - began) * 1000
        size = len(reply.body) + len(asked.body)
        answered = Answered(reply.status, took_ms, outcome.integration_ms, data_bytes=size)
        self._metrics.answered(asked.plan.place, asked.arrival.at, answered)
        log = asked.stage.log
        if log is None:
            return
        group, form = log
        line = form.line(_lookup(outcome, reply, took_ms))
        account = asked.stage.account
        self._logs.write(
            group,
            account,
            lambda: root(account),
            [(int(asked.arrival.at * 1000), line)],
            request_id=asked.arrival.request_id,
        )


def _lookup(outcome: Outcome, reply: Reply, took_ms: float) -> Callable[[str], Any]:
    status = outcome.integration_status
    waited_ms = None if outcome.integration_ms is None else int(outcome.integration_ms)
    message = _message(outcome, reply)
    known: Mapping[str, Any] = {
        "status": reply.status,
        "responseLength": len(reply.body),
        "responseLatency": int(took_ms),
        "dataProcessed": len(reply.body) + len(outcome.asked.body),
        "integrationLatency": waited_ms,
        "integration.latency": waited_ms,
        "integrationStatus": status,
        "integration.integrationStatus": status,
        "integration.status": status,
        "integrationErrorMessage": outcome.integration_error or None,
        "integration.error": outcome.integration_error or None,
        "authorizer.error": outcome.reason or None if outcome.asked.plan.authorizer is not None else None,
        "authorizer.claims": None,
        "awsEndpointRequestId": _endpoint_id(outcome),
        "integration.requestId": _endpoint_id(outcome),
        "error.message": message,
        "error.messageString": None if message is None else f'"{message}"',
        "error.responseType": None if message is None else _TYPES.get(reply.status),
    }
    return lambda name: known[name] if name in known else outcome.asked.context(name)


_ENDPOINT_IDS = ("x-amzn-requestid", "x-amz-request-id")


def _endpoint_id(outcome: Outcome) -> str | None:
    """The id that the integration knows the request by: a function has ours, others tell theirs."""
    if outcome.integration_status is None:
        return None
    if outcome.asked.plan.function:
        return outcome.asked.arrival.request_id
    return next((value for name, value in outcome.reply.headers if name.lower() in _ENDPOINT_IDS), None)


_TYPES: Mapping[int, str] = {
    404: "RESOURCE_NOT_FOUND",
    401: "UNAUTHORIZED",
    403: "ACCESS_DENIED",
    413: "REQUEST_TOO_LARGE",
    429: "THROTTLED",
    500: "INTEGRATION_FAILURE",
    503: "INTEGRATION_TIMEOUT",
}


def _message(outcome: Outcome, reply: Reply) -> str | None:
    """What the answer says, if it is one of API Gateway's own."""
    if outcome.integration_status is not None:
        return None
    decoded = msgspec.json.decode(reply.body)
    return str(decoded["message"])
