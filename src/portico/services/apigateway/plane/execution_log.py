"""The execution log of a stage: what happened to a request on its way, line by line.

At level ERROR only what went wrong is told; headers and bodies only with data trace. The lines of a request go to the log together, when it
is over.

Source: API Gateway Developer Guide, "Set up CloudWatch logging for REST APIs"; lines as seen in such logs.
"""

from collections.abc import Iterator, Mapping, Sequence

from portico.services.apigateway.plane.user_pools import date_text
from portico.services.apigateway.transform.seam import RequestContext

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


def begin(request: RequestContext) -> None:
    """Tell the beginning, where the request is logged."""
    if request.log is not None:
        request.log.line(f"Extended Request Id: {request.extended_request_id}")
        for text in beginning(request):
            request.log.line(text)


def beginning(request: RequestContext) -> Iterator[str]:
    """What the log of a request begins with."""
    yield f"Starting execution for request: {request.request_id}"
    yield f"HTTP Method: {request.http_method}, Resource Path: {request.path}"
    yield f"Method request path: {shown(request.path_parameters)}"
    yield f"Method request query string: {shown(dict(request.query))}"
    yield f"Method request headers: {shown(dict(request.headers))}"
    yield f"Method request body before transformations: {request.body.decode(errors='replace')}"


def text_of(request: RequestContext, lines: Lines) -> str:
    """The whole log of a request, as the operations that try methods and authorizers show it."""
    stamped = [f"{date_text(request.at)} : {text}\n" for text in lines.gathered]
    return f"Execution log for request {request.request_id}\n" + "".join(stamped)


def shown(values: Mapping[str, str]) -> str:
    """A map as a line shows it."""
    return "{" + ", ".join(f"{name}={value}" for name, value in values.items()) + "}"


def secrets_of(headers: Sequence[tuple[str, str]]) -> Sequence[str]:
    """The values of headers (names in lower case) that authorise who sends them."""
    return [value for name, value in headers if name in _SECRETS and value]


def masked(secret: str) -> str:
    """A secret, as it may be read by others: of a long one the last characters."""
    return "*" * (len(secret) - 6) + secret[-6:] if len(secret) > 12 else "*" * len(secret)


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
