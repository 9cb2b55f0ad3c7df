"""Calls of any service from requests that look like HTTP, as the service integrations of APIs make them.

A request is decoded by the same codecs as one that came in from outside, and the operation is called by the same dispatcher, as the
principal of the integration: there is no signature to check, everything else is the same. Services of the query protocol answer in JSON
where XML is not asked for (`query_json.py`), as they do to API Gateway.

Source: API Gateway Developer Guide, "Integration request" (`arn:aws:apigateway:{region}:{service}:{path|action}/{service_api}`).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import msgspec

from portico.base.ids import request_id as new_request_id
from portico.calls.call import Origin, Scope
from portico.calls.dispatch import Dispatcher
from portico.calls.operation import ServiceIndex
from portico.doors import query_json
from portico.identity.principal import Principal
from portico.wire.errors import AwsError, not_implemented
from portico.wire.http import Head, Headers, Reply
from portico.wire.model import codec, error_reply, query_action

_URI = re.compile(
    r"arn:aws[a-z-]*:apigateway:([a-z0-9-]+):(?:([^:/]+)\.)?([a-z0-9-]+):(path|action)/(.*)", re.S
).fullmatch
_FORM = "application/x-www-form-urlencoded"
_SIGNING_NAMES = {"streams": "dynamodb", "email": "ses"}


class Route(Protocol):
    """Which operation a request is for (see `gateway.route.Route`)."""

    @property
    def service(self) -> str:
        """botocore's name."""

    @property
    def protocol(self) -> str:
        """As in the model."""

    @property
    def operation(self) -> str:
        """Empty while only the body can tell."""

    @property
    def labels(self) -> Mapping[str, str]:
        """The path's parameters."""

    @property
    def foreign(self) -> bool:
        """Whether there is no such service here."""


class Routing(Protocol):
    """What finds operations (implemented by `gateway.route.Router`)."""

    def index(self, signing_name: str) -> ServiceIndex | None:
        """A service by its signing name."""

    def route(self, head: Head, signed_for: str) -> Route:
        """The operation that a head is for, by AWS's protocols."""

    def query_operation(self, route: Any, action: str, version: str) -> Route:
        """The operation of a query request."""


class Target(msgspec.Struct, frozen=True, gc=False):
    """What a URI of a service integration names: a service of a region (`prefix` is what stands before it, a bucket), and either the
    `action` (with query parameters) or the `path` of its API, with its slash."""

    region: str
    service: str
    prefix: str
    action: str
    path: str
    query: str


class ServiceRequest(msgspec.Struct, frozen=True, gc=False):
    """A request to a service: `query` are parameters in order, `headers` with any names."""

    method: str
    query: Headers
    headers: Headers
    body: bytes


def target(uri: str) -> Target | None:
    """The parts of a service integration's URI; None if it is none."""
    found = _URI(uri)
    if found is None:
        return None
    region, prefix, name, kind, rest = found.groups()
    path, _, query = rest.partition("?")
    name = _SIGNING_NAMES.get(name, name)
    if kind == "action":
        action, _, more = path.partition("&")
        return Target(
            region, name, prefix or "", action, "/", "&".join(part for part in (query, more) if part)
        )
    return Target(region, name, prefix or "", "", f"/{path}", query)


class ServiceCalls:
    """Calls services. `routing` is asked when the first call comes, as it is made of the services."""

    __slots__ = ("_dispatcher", "_routing")

    def __init__(self, dispatcher: Dispatcher, routing: Callable[[], Routing]) -> None:
        self._dispatcher = dispatcher
        self._routing = routing

    async def call(
        self, principal: Principal, account: str, to: Target, request: ServiceRequest, *, trace: str = ""
    ) -> Reply:
        """The service's answer to a request of `principal`, errors included."""
        request_id = new_request_id()
        head = _head(to, request, self._routing().index(to.service))
        protocol, route = "rest-json", None
        try:
            route = self._route(head, request.body, to.service)
            protocol = route.protocol
            self._dispatcher.operation(route.service, route.operation)
            wire = codec(route.service, route.operation, protocol)
            parameters = wire.decode(head, route.labels, request.body)
            origin = Origin(principal, Scope(account, to.region), request_id, trace=trace)
            answer = await self._dispatcher.dispatch(route.service, route.operation, origin, parameters)
            if protocol == "query" and not _wants_xml(head):
                return query_json.answer(route.service, route.operation, answer, request_id)
            return wire.encode(answer, request_id)
        except AwsError as error:
            known = route is not None and route.operation and not route.foreign
            if route is None or not known:
                return error_reply(protocol, error, request_id, service=to.service)
            reply = codec(route.service, route.operation, protocol).encode_error(error, request_id)
            return (
                query_json.refusal(reply, request_id)
                if protocol == "query" and not _wants_xml(head)
                else reply
            )

    def _route(self, head: Head, body: bytes, service: str) -> Route:
        routing = self._routing()
        route = routing.route(head, service)
        if route.foreign:
            raise not_implemented(service, route.operation or head.path)
        return route if route.operation else routing.query_operation(route, *query_action(body, head.query))


def _head(to: Target, request: ServiceRequest, index: ServiceIndex | None) -> Head:
    """The request's head, with what names its operation."""
    headers = {name.lower(): value for name, value in request.headers}
    query = "&".join(part for part in (to.query, urlencode(request.query)) if part)
    if to.action and index is not None:
        if index.protocols[0] == "query" or ("query" in index.protocols and "x-amz-target" not in headers):
            query = "&".join(part for part in (f"Action={quote(to.action)}", query) if part)
        else:
            headers.setdefault("x-amz-target", f"{index.target_prefix}.{to.action}")
    if index is not None and "query" in index.protocols and "x-amz-target" not in headers:
        headers["content-type"] = _FORM
    path = f"/{to.prefix}{to.path}" if to.prefix else to.path
    return Head(request.method, quote(path, safe="/%:@!$&'()*+,;=~-._"), query, tuple(headers.items()))


def _wants_xml(head: Head) -> bool:
    return "xml" in head.header("accept")
