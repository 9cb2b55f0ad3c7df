"""What is noted of WebSocket APIs: CloudWatch metrics, and a line of the stage's access log for each thing that happens.

Source: API Gateway Developer Guide, "Monitor WebSocket API execution with CloudWatch metrics", "Configure logging for a WebSocket API".
"""

from typing import Any

import msgspec

from portico.doors.access_log import DoorLogs, Format, compiled_format, group_of
from portico.doors.connections import Served
from portico.doors.metrics import MILLISECONDS, DoorMetrics, Names, Place
from portico.doors.phases import Refused, passed
from portico.identity.principal import root
from portico.services.apigatewayv2.sockets.exchange import Exchange, context
from portico.services.apigatewayv2.sockets.execution import Executions
from portico.services.apigatewayv2.sockets.expressions import member
from portico.services.apigatewayv2.sockets.plans import settings_of

CONNECTS, MESSAGES = "ConnectCount", "MessageCount"
CLIENT_ERRORS, EXECUTION_ERRORS, INTEGRATION_ERRORS = "ClientError", "ExecutionError", "IntegrationError"
LATENCY = "IntegrationLatency"
_NAMES = Names("AWS/ApiGateway", "", "", "", "")
_FAILED = 502  # the integration was called, and has failed
_KEPT_MAX = 2_000
_TYPES = {
    400: "BAD_REQUEST_BODY",
    401: "UNAUTHORIZED",
    403: "ACCESS_DENIED",
    429: "THROTTLED",
    500: "API_CONFIGURATION_ERROR",
    502: "INTEGRATION_FAILURE",
    504: "INTEGRATION_TIMEOUT",
}


class Noted(msgspec.Struct, frozen=True, gc=False):
    """What an integration came to."""

    status: int
    took_ms: float
    error: str = ""


class Notes:
    """Notes what happens; `executions` in detail."""

    def __init__(self, metrics: DoorMetrics, logs: DoorLogs, executions: Executions) -> None:
        self.executions = executions
        self._metrics = metrics
        self._logs = logs
        self._places: dict[tuple[Served, str], Place] = {}
        self._formats: dict[str, Format] = {}

    def count(self, served: Served, at: float, metric: str) -> None:
        """Count one at `at` (`now` clock, seconds)."""
        self._metrics.told(self._place(served, ""), at, metric, 1.0)

    def happened(self, exchange: Exchange) -> None:
        """Count a handshake or message that has found its route."""
        if exchange.kind != "DISCONNECT":
            self._told(exchange, CONNECTS if exchange.kind == "CONNECT" else MESSAGES, 1.0)

    def refused(self, exchange: Exchange, status: int, message: str, refused: Refused = "") -> None:
        """Note a handshake or message that no integration was asked about: `message` is what the client is told, `refused` where a
        handshake's caller was."""
        served = exchange.client.served
        if exchange.kind == "MESSAGE":
            self.count(served, exchange.at, MESSAGES)
        self.count(served, exchange.at, CLIENT_ERRORS if status < 500 else EXECUTION_ERRORS)
        self.log(exchange, status, message=message, refused=refused)
        self.executions.refused(exchange, message)

    def integrated(self, exchange: Exchange, noted: Noted, *, is_mock: bool) -> None:
        """Count what an integration came to."""
        if not is_mock:
            self._told(exchange, LATENCY, noted.took_ms, MILLISECONDS)
        if noted.error and noted.status != _FAILED:
            self._told(exchange, EXECUTION_ERRORS, 1.0)
        elif noted.status >= 400:
            self._told(exchange, INTEGRATION_ERRORS, 1.0)

    def log(
        self,
        exchange: Exchange,
        status: int,
        noted: Noted | None = None,
        message: str = "",
        refused: Refused = "",
    ) -> None:
        """Write the line of the access log, if the stage has one. `message` is what the client was told of trouble."""
        settings = exchange.stage.access_log_settings
        if not settings:
            return
        group = group_of(settings.get("DestinationArn") or "")
        if group is None:
            return
        made = _variables(exchange, status, noted, message)
        if exchange.kind == "CONNECT":
            _add_phases(made, exchange, status, message, refused)
        text = self._format(settings.get("Format") or "").line(lambda name: member(made, name))
        account = exchange.client.served.account
        line = (int(exchange.at * 1000), text)
        self._logs.write(group, account, lambda: root(account), [line], request_id=exchange.request_id)

    def _told(self, exchange: Exchange, metric: str, value: float, unit: str = "Count") -> None:
        detailed = bool(settings_of(exchange.stage, exchange.route_key).get("DetailedMetricsEnabled"))
        place = self._place(exchange.client.served, exchange.route_key if detailed else "")
        self._metrics.told(place, exchange.at, metric, value, unit)

    def _place(self, served: Served, route: str) -> Place:
        found = self._places.get((served, route))
        if found is None:
            if len(self._places) >= _KEPT_MAX:
                self._places.clear()
            api, stage = ("ApiId", served.api), ("Stage", served.stage)
            dimensions = ((api,), (api, stage)) + (((api, ("Route", route), stage),) if route else ())
            found = self._places[served, route] = Place(served.account, served.region, _NAMES, dimensions)
        return found

    def _format(self, text: str) -> Format:
        found = self._formats.get(text)
        if found is None:
            if len(self._formats) >= _KEPT_MAX:
                self._formats.clear()
            found = self._formats[text] = compiled_format(text)
        return found


def _add_phases(
    made: dict[str, Any], exchange: Exchange, status: int, message: str, refused: Refused
) -> None:
    """Tell how the caller was let in, or was not."""
    for phase, was_passed in passed(exchange.plan.route.authorization_type, refused).items():
        told = {"status": 200} if was_passed else {"status": status, "error": message}
        made[phase] = {**made.get(phase, {}), **told}


def _variables(exchange: Exchange, status: int, noted: Noted | None, message: str) -> dict[str, Any]:
    made = context(exchange)
    made["status"] = status
    made["error"] = {
        "message": message,
        "messageString": f'"{message}"' if message else "",
        "responseType": _TYPES.get(status, "") if message else "",
    }
    if noted is not None:
        latency = round(noted.took_ms)
        made["integrationLatency"], made["integrationStatus"] = latency, noted.status
        made["integrationErrorMessage"] = noted.error
        made["integration"] = {
            "latency": latency,
            "status": noted.status,
            "integrationStatus": noted.status,
            "error": noted.error,
        }
    return made
