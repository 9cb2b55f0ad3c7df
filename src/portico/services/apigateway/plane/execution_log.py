"""The execution log of a stage: what happened to a request on its way, line by line.

At level ERROR only what went wrong is told; headers and bodies only with data trace. The lines of a request go to the log together, when it
is over.

Source: API Gateway Developer Guide, "Set up CloudWatch logging for REST APIs"; lines as seen in such logs.
"""

from collections.abc import Sequence

_EVENT_BYTES_MAX = 1_024
_SECRETS = frozenset(("authorization", "x-api-key", "x-amz-security-token", "proxy-authorization"))
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


class Lines:
    """Gathers the lines of one request, with their times (milliseconds)."""

    __slots__ = ("_at_ms", "gathered")

    def __init__(self, at: float) -> None:
        self._at_ms = int(at * 1000)
        self.gathered: list[str] = []

    def line(self, text: str) -> None:
        """Add a line."""
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


def shown_headers(headers: Sequence[tuple[str, str]]) -> str:
    """Headers as a line shows them; what authorises is masked up to its last characters."""
    return "{" + ", ".join(f"{name}={masked(name, value)}" for name, value in headers) + "}"


def masked(name: str, value: str) -> str:
    """A header's value, as it may be read by others."""
    if name.lower() not in _SECRETS:
        return value
    return "*" * max(len(value) - 6, 0) + value[-6:] if len(value) > 12 else "*" * len(value)


def _is_error(text: str) -> bool:
    return text.startswith(
        ("Execution failed", "Method completed with status: 4", "Method completed with status: 5")
    )


def _cut(text: str) -> str:
    """No event is longer than 1,024 bytes."""
    encoded = text.encode(errors="replace")
    if len(encoded) <= _EVENT_BYTES_MAX:
        return text
    return encoded[:_EVENT_BYTES_MAX].decode(errors="ignore") + " [TRUNCATED]"
