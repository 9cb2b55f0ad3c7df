"""What access logs can tell of a request: `$context` as templates have it, and how the answer came about. Pure.

Source: API Gateway Developer Guide, "Variables for access logging for API Gateway".
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from portico.doors.phases import PHASES, Refused, passed
from portico.services.apigateway.transform.context import at, template_context
from portico.services.apigateway.transform.gateway_responses import KINDS
from portico.services.apigateway.transform.seam import GatewayAnswer, GatewayRefusal, RequestContext


class Told(msgspec.Struct, frozen=True):
    """A request that has been answered: `latency_ms` from its head to its answer; `authorization` is what its method asks for; `refusal`
    is why it was not let through, if so."""

    request: RequestContext
    answer: GatewayAnswer
    latency_ms: int
    length: int
    endpoint_type: str
    authorization: str
    refusal: GatewayRefusal | None = None


_DENIED = "ACCESS_DENIED"
_OF_CALLERS = frozenset(
    (
        *(_DENIED, "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE", "EXPIRED_TOKEN"),
        *("INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN", "UNAUTHORIZED"),
    )
)


def lookup(told: Told) -> Callable[[str], Any]:
    """The value of each variable, by its name without `$context.`."""
    tree: dict[str, Any] = {}

    def value(name: str) -> Any:
        own = _OWN.get(name)
        if own is not None:
            return own(told)
        if not tree:
            tree.update(template_context(told.request))
        return at(tree, name)

    return value


def _error(told: Told) -> str | None:
    refusal = told.refusal
    if refusal is None or refusal.null:
        return None
    return refusal.message or KINDS[refusal.response_type].message


def _quoted(text: str | None) -> str | None:
    return None if text is None else msgspec.json.encode(text).decode()


def _transfer_mode(told: Told) -> str | None:
    integration = told.answer.integration
    if not (integration.status or integration.service_status):
        return None
    return "BUFFERED" if told.answer.chunks is None else "STREAMED"


def _refused(refusal: GatewayRefusal | None) -> Refused:
    if refusal is None or refusal.response_type not in _OF_CALLERS:
        return ""
    if refusal.response_type != _DENIED or refusal.error_type:
        return "unknown"
    return "denied" if refusal.known is not None else "before"


def _status(phase: str, told: Told) -> int | None:
    """The status that a phase came to, None if it has none, or the request did not come to it."""
    was_passed = passed(told.authorization, _refused(told.refusal)).get(phase)
    return None if was_passed is None else 200 if was_passed else told.answer.status


def _error_in(phase: str, told: Told) -> str | None:
    return _error(told) if passed(told.authorization, _refused(told.refusal)).get(phase) is False else None


def _integration_status(told: Told) -> int | None:
    """What Lambda has answered about the function of an authorizer."""
    return 200 if told.authorization == "CUSTOM" and told.request.authorizer is not None else None


_OWN: Mapping[str, Callable[[Told], Any]] = {
    "status": lambda told: told.answer.status,
    "responseLatency": lambda told: told.latency_ms,
    "responseLength": lambda told: told.length,
    "xrayTraceId": lambda told: told.request.trace.partition(";")[0].removeprefix("Root="),
    "integrationLatency": lambda told: told.answer.integration.latency_ms or None,
    "integrationStatus": lambda told: told.answer.integration.status or None,
    "integrationErrorMessage": lambda told: told.answer.integration.error,
    "integration.error": lambda told: told.answer.integration.error,
    "integration.integrationStatus": lambda told: told.answer.integration.status or None,
    "integration.latency": lambda told: told.answer.integration.latency_ms or None,
    "integration.requestId": lambda told: told.answer.integration.request_id,
    "integration.status": lambda told: told.answer.integration.service_status or None,
    "error.message": _error,
    "error.messageString": lambda told: _quoted(_error(told)),
    "error.responseType": lambda told: told.answer.response_type,
    "error.validationErrorString": lambda told: told.refusal.validation if told.refusal else None,
    "awsEndpointRequestId": lambda told: told.answer.integration.request_id,
    "integration.responseTransferMode": _transfer_mode,
    "endpointType": lambda told: told.endpoint_type,
    "authorizer.claims": lambda told: None,
    "authorizer.integrationStatus": _integration_status,
    "authorizer.latency": lambda told: (told.request.authorizer or {}).get("integrationLatency"),
    **{f"{phase}.status": partial(_status, phase) for phase in PHASES},
    **{f"{phase}.error": partial(_error_in, phase) for phase in PHASES},
}
