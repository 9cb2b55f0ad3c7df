"""The execution log of a stage: what became of a handshake, a message, the end of a connection, line by line.

Source: API Gateway Developer Guide, "Configure logging for WebSocket APIs"; lines as seen in such logs.
"""

from collections.abc import Callable, Iterator

import msgspec

from portico.doors.access_log import DoorLogs, Group
from portico.doors.execution_log import FUNCTION_FAILED, Lines, secrets_of
from portico.doors.log_writers import LogWriters
from portico.services.apigatewayv2.sockets.exchange import Exchange, Kind
from portico.services.apigatewayv2.sockets.integrations.port import TIMED_OUT, IntegrationFailed
from portico.services.apigatewayv2.sockets.plans import settings_of

_LEVELS = ("ERROR", "INFO")


class Executions:
    """Writes execution logs, for stages that have one."""

    def __init__(self, logs: DoorLogs, writers: LogWriters) -> None:
        self._logs = logs
        self._writers = writers

    def begun(self, exchange: Exchange) -> Exchange:
        """What happens, with the lines that it begins with, if it is logged."""
        if settings_of(exchange.stage, exchange.route_key).get("LoggingLevel") not in _LEVELS:
            return exchange
        headers = [(name.lower(), value) for name, value in exchange.headers]
        lines = Lines(exchange.at, secrets_of(headers))
        for text in _beginning(exchange):
            lines.line(text)
        return msgspec.structs.replace(exchange, log=lines)

    def answered(self, exchange: Exchange, status: int) -> None:
        """It is over: the integration has answered."""
        if exchange.log is not None:
            self._write(exchange, _ENDS[exchange.kind](exchange, status), failed=status >= 400)

    def failed(self, exchange: Exchange, failure: IntegrationFailed) -> None:
        """It is over: the integration has not answered."""
        if exchange.log is not None:
            self._write(exchange, _failure(failure), failed=True)

    def refused(self, exchange: Exchange, message: str) -> None:
        """It is over: the integration was not asked."""
        if exchange.log is not None:
            self._write(exchange, f"Execution failed: {message}", failed=True)

    def _write(self, exchange: Exchange, last: str, *, failed: bool) -> None:
        served, lines = exchange.client.served, exchange.log
        if lines is None or not last:
            return
        lines.line(last)
        settings = settings_of(exchange.stage, exchange.route_key)
        events = lines.events(
            exchange.request_id,
            level=settings["LoggingLevel"],
            data_trace=bool(settings.get("DataTraceEnabled")),
            failed=failed,
        )
        if events:
            group = Group(served.account, served.region, f"/aws/apigateway/{served.api}/{served.stage}")
            writer = self._writers.of(served.account, served.region, served.api)
            self._logs.write(group, served.account, writer, events, request_id=exchange.request_id)


def _beginning(exchange: Exchange) -> Iterator[str]:
    client = exchange.client
    yield f"Extended Request Id: {exchange.request_id}"
    yield f"Starting execution for request: {exchange.request_id}"
    if exchange.route_key:
        yield f"WebSocket Request Route: [{exchange.route_key}]"
    if exchange.kind == "CONNECT":
        who = f"UserAgent: {client.user_agent}, SourceIp: {client.source_ip}"
        yield f"Client [{who}] is connecting to WebSocket API [{client.served.api}]."
    elif exchange.kind == "MESSAGE":
        yield f"WebSocket API [{client.served.api}] received message from client [Connection Id: {client.id}]."


def _connected(exchange: Exchange, status: int) -> str:
    if not 200 <= status < 300:
        return f"Execution failed: the integration of $connect has answered with status: {status}"
    return f"Client [Connection Id: {exchange.client.id}] connected to API [{exchange.client.served.api}] successfully."


def _messaged(exchange: Exchange, status: int) -> str:
    client = exchange.client
    return (
        f"Message from client [Connection Id: {client.id}] sent to API [{client.served.api}] "
        f"with response status code [{status}]."
    )


def _disconnected(exchange: Exchange, status: int) -> str:
    client = exchange.client
    answered = (
        "" if exchange.plan.integration is None else f" with integration response status code [{status}]"
    )
    return (
        f"Client [Connection Id: {client.id}] disconnected from API [{client.served.api}]{answered}. "
        f"Close reason: [{exchange.code}: {exchange.reason}]"
    )


_ENDS: dict[Kind, Callable[[Exchange, int], str]] = {
    "CONNECT": _connected,
    "MESSAGE": _messaged,
    "DISCONNECT": _disconnected,
}


def _failure(failure: IntegrationFailed) -> str:
    if failure.why.startswith(FUNCTION_FAILED):
        return failure.why
    if failure.message == TIMED_OUT:
        return f"Execution failed due to a timeout error: {failure.why}"
    cause = "an endpoint error" if failure.status == 504 else "configuration error"
    return f"Execution failed due to {cause}: {failure.why}"
