"""A request on its way, and what is known about it by name (`$context.…`, `$request.…`)."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from os import urandom
from random import Random
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from portico.doors.payload2 import clf
from portico.doors.port import Arrival
from portico.doors.public import called_name
from portico.identity.principal import Principal
from portico.services.apigatewayv2.plane.plans import RoutePlan, StagePlan

_bits = Random(urandom(32)).getrandbits  # identifies, protects nothing  # noqa: S311


class Allowed(msgspec.Struct, frozen=True, gc=False):
    """What is known of an authorized caller: `event` as format 2.0 shows it, `flat` as format 1.0 and `$context.authorizer.…` do, and the
    `principal` of one who has signed."""

    event: Mapping[str, Any] | None = None
    flat: Mapping[str, Any] | None = None
    principal: Principal | None = None


ANYBODY = Allowed()


class Asked(msgspec.Struct, frozen=True, gc=False):
    """A request that a route was found for. `path` is raw but for what is decoded at once (`paths.py`), and has the stage's name if that
    is not `$default` and the address has it; `route_path` is what follows it, which routes are for. `request_id` is the one that API
    Gateway gives."""

    arrival: Arrival
    stage: StagePlan
    plan: RoutePlan
    path: str
    route_path: str
    parameters: Mapping[str, str]
    request_id: str
    trace: str
    body: bytes = b""
    caller: Allowed = ANYBODY

    @property
    def shown_path(self) -> str:
        """The path as events show it."""
        return unquote(self.path) if "%" in self.path else self.path

    @property
    def domain(self) -> str:
        """The name that the API was called by."""
        return called_name(self.arrival.host, self.arrival.address, "execute-api", self.stage.region)

    @property
    def port(self) -> str:
        """The port that the request was sent to."""
        port = self.arrival.head.header("host").rpartition(":")[2]
        return port if port.isdigit() else "443" if self.arrival.peer.secure else "80"

    @property
    def variables(self) -> Mapping[str, str]:
        """The stage's variables."""
        return self.stage.variables

    def query(self) -> list[tuple[str, str]]:
        """The decoded parameters of the query, in order."""
        text = self.arrival.head.query
        return parse_qsl(text, keep_blank_values=True) if text else []

    def context(self, name: str) -> Any:
        """The value of `$context.<name>`; None if there is none."""
        known = _CONTEXT.get(name)
        if known is not None:
            return known(self)
        if name.startswith("authorizer."):
            return _within(self.caller.flat or {}, name.removeprefix("authorizer."))
        return None


def _within(values: Mapping[str, Any], name: str) -> Any:
    """A member by its name, which may hold points, or of a map by both names."""
    if name in values:
        return values[name]
    head, point, rest = name.partition(".")
    inner = values.get(head)
    return inner.get(rest) if point and isinstance(inner, Mapping) else None


def _base_path(asked: Asked) -> str | None:
    """The base path of a custom domain name that the request was mapped by, `(none)` by the empty one."""
    address = asked.arrival.address
    return (address.base.removeprefix("/") or "(none)") if address.kind == "domain" else None


def new_request_id() -> str:
    """An id as HTTP APIs give them: 16 characters, the last of which is `=`."""
    return urlsafe_b64encode(_bits(88).to_bytes(11, "big")).decode()


def new_trace(at: float, given: str) -> str:
    """The trace that a request continues, or a new one."""
    return given if given.startswith("Root=") else f"Root=1-{int(at):08x}-{_bits(96):024x}"


def _identity(member: str) -> Callable[[Asked], Any]:
    def read(asked: Asked) -> Any:
        caller = asked.caller.principal
        return getattr(caller, member) if caller is not None else None

    return read


def _cognito(member: str) -> Callable[[Asked], Any]:
    def read(asked: Asked) -> Any:
        cognito = asked.caller.principal.cognito if asked.caller.principal is not None else None
        return getattr(cognito, member) if cognito is not None else None

    return read


_CONTEXT: Mapping[str, Callable[[Asked], Any]] = {
    "accountId": lambda asked: asked.stage.account,
    "apiId": lambda asked: asked.stage.api_id,
    "customDomain.basePathMatched": _base_path,
    "domainName": lambda asked: asked.domain,
    "domainPrefix": lambda asked: asked.domain.partition(".")[0],
    "extendedRequestId": lambda asked: asked.request_id,
    "httpMethod": lambda asked: asked.arrival.head.method,
    "identity.accountId": _identity("account"),
    "identity.caller": _identity("user_id"),
    "identity.user": _identity("user_id"),
    "identity.userArn": _identity("arn"),
    "identity.cognitoIdentityId": _cognito("identity_id"),
    "identity.cognitoIdentityPoolId": _cognito("pool_id"),
    "identity.sourceIp": lambda asked: asked.arrival.peer.host,
    "identity.userAgent": lambda asked: asked.arrival.head.header("user-agent"),
    "path": lambda asked: asked.path,
    "protocol": lambda asked: f"HTTP/{asked.arrival.head.http_version}",
    "requestId": lambda asked: asked.request_id,
    "requestTime": lambda asked: clf(asked.arrival.at),
    "requestTimeEpoch": lambda asked: int(asked.arrival.at),
    "routeKey": lambda asked: asked.plan.route.route_key,
    "stage": lambda asked: asked.stage.name,
    "xrayTraceId": lambda asked: asked.trace.removeprefix("Root="),
}
