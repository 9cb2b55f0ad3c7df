"""What is known of a request before anything is decided: where it goes, and what `$context` says of it."""

import random
import re
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

from portico.doors.execution_log import Lines, secrets_of
from portico.doors.paths import BadPath, normal
from portico.doors.payload1 import received
from portico.doors.port import Arrival
from portico.doors.public import called_name
from portico.services.apigateway.plane.identity import anonymous
from portico.services.apigateway.plane.plans import Plan
from portico.services.apigateway.plane.routes import Match
from portico.services.apigateway.plane.stages import Live, Side
from portico.services.apigateway.transform.seam import Pairs, RequestContext
from portico.wire.http import Head

HEADER_BYTES_MAX = 20_480
TARGET_BYTES_MAX = 10_240
_BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})").search
_TRACE = re.compile(r"[A-Za-z0-9=;:|\-]{1,1000}").fullmatch
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_OVERRIDE = "x-http-method-override"
_bits = random.Random()  # identifies, and is no secret  # noqa: S311


def http_method(head: Head) -> str:
    """The method that a request is for: the one that it overrides its own with, if it does.

    Source: API Gateway Developer Guide, "Amazon API Gateway important notes".
    """
    override = head.values.get(_OVERRIDE)
    return override if override in _METHODS else head.method


def split(path: str) -> tuple[str, str]:
    """The stage that a raw path begins with, and the rest with its slash."""
    name, slash, rest = path.removeprefix("/").partition("/")
    return name, slash + rest or "/"


class Entry(msgspec.Struct, frozen=True):
    """Where a request goes: `path` is in normal form, below the stage; `http_method` what it is for. `match` and `plan` are None where no
    method is for it."""

    arrival: Arrival
    live: Live
    side: Side
    path: str
    http_method: str
    match: Match | None
    plan: Plan | None

    def arn(self, plan: Plan) -> str:
        """The method's ARN, with the path that was asked for."""
        return plan.arn_prefix + self.path.removeprefix("/").removesuffix("/")


def entry(arrival: Arrival, live: Live, side: Side, raw_path: str) -> Entry:
    """Where a request to a stage goes, with the raw path below it. `ANY` is for the methods that REST APIs have.

    Raises:
        BadPath: nowhere.
    """
    path, method = normal(raw_path), http_method(arrival.head)
    match = side.deployed.routes.find(path, method) if method in _METHODS else None
    plan = None if match is None else live.plan(side, match, method)
    return Entry(arrival, live, side, path, method, match, plan)


def opened(entered: Entry, body: bytes) -> RequestContext:
    """The context of a request.

    Raises:
        BadPath: the query can't be decoded.
    """
    arrival, live, side, match = entered.arrival, entered.live, entered.side, entered.match
    head, peer, owner, path = arrival.head, arrival.peer, live.owner, entered.path
    stage = live.record.stage_name
    by_domain = arrival.address.kind == "domain"
    base = arrival.address.base
    trace = trace_of(head.values, arrival.at, sampled=live.record.tracing_enabled)
    domain = called_name(arrival.host, arrival.address, "execute-api", owner.region)
    logged = entered.plan is not None and entered.plan.logging is not None
    return RequestContext(
        account=owner.account,
        region=owner.region,
        api_id=owner.api_id,
        stage=stage,
        deployment_id=side.deployed.id,
        resource_id="" if match is None else match.resource.id,
        resource_path="" if match is None else match.resource.path,
        http_method=entered.http_method,
        path=f"{base}{path}" if base else path,
        full_path=f"{base}{path}" if by_domain else f"/{stage}{path}",
        protocol=f"HTTP/{head.http_version}",
        request_id=_request_id(arrival),
        extended_request_id=b64encode(_bits.getrandbits(88).to_bytes(11, "big")).decode(),
        at=arrival.at,
        domain_name=domain,
        domain_prefix=domain.partition(".")[0],
        headers=_headers(arrival, trace, side.deployed.endpoint_type),
        query=query_of(head.query) if head.query else (),
        path_parameters={} if match is None else match.parameters,
        sent_parameters={} if match is None else match.sent,
        stage_variables=side.variables,
        body=body,
        identity=anonymous(peer.host, head.values.get("user-agent", "")),
        trace=trace,
        is_canary=side.canary,
        client_certificate=live.record.client_certificate_id,
        context={"customDomain": {"basePathMatched": base.removeprefix("/") or "(none)"}}
        if by_domain
        else {},
        log=Lines(arrival.at, secrets_of(head.headers)) if logged else None,
    )


def query_of(raw: str) -> Pairs:
    """The parameters of a query, decoded; `;` separates them as `&` does.

    Raises:
        BadPath: a broken percent-encoding.
    """
    if _BROKEN(raw):
        raise BadPath("a broken percent-encoding in the query")
    text = raw.encode("latin-1").decode(errors="replace") if not raw.isascii() else raw
    return tuple(parse_qsl(text.replace(";", "&"), keep_blank_values=True))


def trace_of(headers: Mapping[str, str], at: float, *, sampled: bool) -> str:
    """The trace that a request continues, or a new one."""
    given = headers.get("x-amzn-trace-id", "")
    if "Root=" in given and _TRACE(given):
        return given
    root = f"Root=1-{int(at):08x}-{_bits.getrandbits(96):024x}"
    return f"{root};Parent={_bits.getrandbits(64):016x};Sampled=1" if sampled else root


def is_too_large(head: Head) -> bool:
    """Whether the headers are more than API Gateway takes."""
    return sum([len(name) + len(value) for name, value in head.headers]) > HEADER_BYTES_MAX


def _request_id(arrival: Arrival) -> str:
    """A client may name the request itself."""
    given = arrival.head.values.get("x-amzn-requestid", "")
    return given if _UUID(given) else arrival.request_id


def _headers(arrival: Arrival, trace: str, endpoint_type: str) -> Pairs:
    """The headers as all that follows has them: names are as they were sent, but for edge-optimised APIs, which write them with capitals.

    Source: API Gateway Developer Guide, "API endpoint types for REST APIs".
    """
    head, peer = arrival.head, arrival.peer
    found = received(
        head.headers,
        source_ip=peer.host,
        port=_port(head, secure=peer.secure),
        secure=peer.secure,
        trace=trace,
        spelled=() if endpoint_type == "EDGE" else head.spelled,
    )
    if _OVERRIDE in head.values:
        return tuple(pair for pair in found if pair[0].lower() != _OVERRIDE)
    return found


def _port(head: Head, *, secure: bool) -> str:
    port = head.values.get("host", "").rpartition(":")[2]
    return port if port.isdecimal() else "443" if secure else "80"
