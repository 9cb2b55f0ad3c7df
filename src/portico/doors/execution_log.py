"""Execution logs of stages: what happened to a request on its way, line by line, in AWS's words, as seen.

At level ERROR only what went wrong is told; headers and bodies only with data trace. The lines of a request go to the log together, when it
is over.

Source: API Gateway Developer Guide, "Set up CloudWatch logging for REST APIs"; lines as seen in such logs.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

FUNCTION_FAILED = "Lambda execution failed"
_EVENT_BYTES_MAX = 1_024
_SECRETS = frozenset(("authorization", "x-amz-security-token", "x-api-key", "proxy-authorization"))
_TRACED = (
    "Method request path:",
    "Method request query string:",
    "Method request headers:",
    "Method request body",
    "Endpoint request headers:",
    "Endpoint request body",
    "Endpoint response headers:",
    "Endpoint response body",
    "Method response headers:",
    "Method response body",
)


class ExecutionLog(Protocol):
    """Where the lines of a request's execution log go (a stage's log group, or the answer of TestInvokeMethod)."""

    def line(self, text: str) -> None:
        """Add a line."""


class Lines:
    """Gathers the lines of one request, with their times (milliseconds). `secrets` are masked wherever they are told."""

    __slots__ = ("_at_ms", "_secrets", "gathered")

    def __init__(self, at: float, secrets: Sequence[str] = ()) -> None:
        self._at_ms = int(at * 1000)
        self._secrets = secrets
        self.gathered: list[str] = []

    def line(self, text: str) -> None:
        """Add a line."""
        for secret in self._secrets:
            text = text.replace(secret, masked(secret))
        self.gathered.append(text)

    def events(
        self, request_id: str, *, level: str, data_trace: bool, failed: bool
    ) -> Sequence[tuple[int, str]]:
        """The log events of the lines that this level has."""
        if level == "ERROR" and not failed:
            return ()
        return [
            (self._at_ms, _cut(f"({request_id}) {text}"))
            for text in self.gathered
            if (data_trace or not text.startswith(_TRACED)) and (level == "INFO" or _is_error(text))
        ]


def sent(log: ExecutionLog | None, uri: str, headers: Iterable[tuple[str, str]], body: bytes) -> None:
    """Tell of the request to a backend, if anybody wants to know."""
    if log is None:
        return
    for line in (
        f"Endpoint request URI: {uri}",
        f"Endpoint request headers: {shown(headers)}",
        f"Endpoint request body after transformations: {body.decode(errors='replace')}",
        f"Sending request to {uri}",
    ):
        log.line(line)


def received(
    log: ExecutionLog | None, status: int, latency_ms: int, headers: Iterable[tuple[str, str]], body: bytes
) -> None:
    """Tell of a backend's answer."""
    if log is None:
        return
    for line in (
        f"Received response. Status: {status}, Integration latency: {latency_ms} ms",
        f"Endpoint response headers: {shown(headers)}",
        f"Endpoint response body before transformations: {body.decode(errors='replace')}",
    ):
        log.line(line)


def shown(headers: Iterable[tuple[str, str]]) -> str:
    """Headers as a line shows them; what authorises is not for the log."""
    return (
        "{"
        + ", ".join(f"{name}={'*' * 6 if name.lower() in _SECRETS else value}" for name, value in headers)
        + "}"
    )


def secrets_of(headers: Sequence[tuple[str, str]]) -> Sequence[str]:
    """The values of headers (names in lower case) that authorise who sends them."""
    return [value for name, value in headers if name in _SECRETS and value]


def masked(secret: str) -> str:
    """A secret, as it may be read by others: of a long one the last characters."""
    return "*" * (len(secret) - 6) + secret[-6:] if len(secret) > 12 else "*" * len(secret)


def _is_error(text: str) -> bool:
    return text.startswith(
        (
            "Execution failed",
            FUNCTION_FAILED,
            "Method completed with status: 4",
            "Method completed with status: 5",
        )
    )


def _cut(text: str) -> str:
    """No event is longer than 1,024 bytes."""
    encoded = text.encode(errors="replace")
    if len(encoded) <= _EVENT_BYTES_MAX:
        return text
    return encoded[:_EVENT_BYTES_MAX].decode(errors="ignore") + " [TRUNCATED]"
