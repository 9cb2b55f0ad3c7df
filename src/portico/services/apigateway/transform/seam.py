"""What the door hands over and what it gets back.

The door has found stage, resource and method, authorised the caller and counted the request before any of this begins:

    rules = compile_api(...)                       # once per deployment and stage: see `compile.py`
    headers, body = await received(rules, headers, raw)  # `compression.py`: an encoded body, decoded
    try:
        await transform.validate(request, method)  # before the cache is asked
        answer = await transform.integrate(request, method)
    except GatewayRefusal as refusal:
        answer = transform.refused(request, rules, refusal)
    answer = await sent(rules, request, answer)          # `compression.py`: encoded as the caller accepts
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec

from portico.doors.execution_log import ExecutionLog
from portico.identity.principal import Principal

Pairs = tuple[tuple[str, str], ...]


class RequestContext(msgspec.Struct, frozen=True, gc=False):
    """A request that has been admitted, and everything that `$context` can name.

    `path` is the request's path without the stage, as it was sent; `full_path` with the stage (or a custom domain's base path), which is
    what `$context.path` shows. `headers` are in order with names as events show them (`Content-Type`); `query` and `path_parameters` are
    percent-decoded; `sent_parameters` are those of the path as they were sent, which events have (seen at AWS).
    `at` is in seconds (`now` clock). `identity` has the members of `requestContext.identity` under their names, None
    where AWS has null. `authorizer` is what an authoriser gave (`principalId`, `claims`, its context), None without one. `caller` is who
    signed, if the method asks for a signature. `client_certificate` is the one that the stage shows to HTTP backends, "" if none.
    `context` has further members of `$context` (nested as they are named). `log` is None
    where the execution is not logged.
    """

    account: str
    region: str
    api_id: str
    stage: str
    deployment_id: str
    resource_id: str
    resource_path: str
    http_method: str
    path: str
    full_path: str
    protocol: str
    request_id: str
    extended_request_id: str
    at: float
    domain_name: str
    domain_prefix: str
    headers: Pairs = ()
    query: Pairs = ()
    path_parameters: Mapping[str, str] = {}
    sent_parameters: Mapping[str, str] = {}
    stage_variables: Mapping[str, str] = {}
    body: bytes = b""
    identity: Mapping[str, Any] = {}
    authorizer: Mapping[str, Any] | None = None
    caller: Principal | None = None
    trace: str = ""
    is_canary: bool | None = None
    client_certificate: str = ""
    context: Mapping[str, Any] = {}
    log: ExecutionLog | None = None


class IntegrationFacts(msgspec.Struct, frozen=True, gc=False):
    """What access logs and metrics tell of the integration: `status` is what the backend answered (the function's own status for Lambda
    proxies), `service_status` what AWS Lambda, or another service, answered, both 0 if there was no answer."""

    status: int = 0
    service_status: int = 0
    latency_ms: int = 0
    request_id: str = ""
    error: str = ""


NO_INTEGRATION = IntegrationFacts()


class GatewayAnswer(msgspec.Struct, frozen=True, gc=False):
    """The answer to a request. With `chunks` the body is made while it is sent, and `body` is empty."""

    status: int
    headers: Pairs = ()
    body: bytes = b""
    chunks: AsyncIterator[bytes] | None = None
    integration: IntegrationFacts = NO_INTEGRATION
    response_type: str = ""
    """The type of gateway response that this is, "" for an answer of the method itself."""


class GatewayRefusal(Exception):
    """A request that gets one of the API's gateway responses (`THROTTLED`, `INTEGRATION_TIMEOUT`, ...) for an answer.

    `message` is `$context.error.message`, by default the type's own; `null` says that there is none (AWS answers `{"message":null}`
    then). `error_type` goes into `x-amzn-ErrorType`, by default the type's own. `detail` goes to the execution log. `known` is the request
    with what was found out about its caller before it was refused, None if that is nothing.
    """

    def __init__(
        self,
        response_type: str,
        message: str | None = None,
        *,
        null: bool = False,
        status: int = 0,
        error_type: str = "",
        headers: Sequence[tuple[str, str]] = (),
        validation: str = "",
        detail: str = "",
        integration: IntegrationFacts = NO_INTEGRATION,
        known: RequestContext | None = None,
    ) -> None:
        super().__init__(message or response_type)
        self.response_type = response_type
        self.message = message
        self.null = null
        self.status = status
        self.error_type = error_type
        self.headers = tuple(headers)
        self.validation = validation
        self.detail = detail
        self.integration = integration
        self.known = known
