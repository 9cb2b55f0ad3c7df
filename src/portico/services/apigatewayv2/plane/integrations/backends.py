"""HTTP proxy integrations: the request goes on to a backend, the answer comes back as it is.

What is behind a VPC link sees the path that the client has sent, with the stage, and its `Host`.

Source: API Gateway Developer Guide, "Create HTTP proxy integrations for HTTP APIs", "Create private integrations for HTTP APIs"; headers as
backends see them.
"""

import re
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from portico.doors.backends import Backends, Failed, Request
from portico.doors.vpc_targets import VpcTargets
from portico.services.apigatewayv2.plane import replies
from portico.services.apigatewayv2.plane.asked import Asked
from portico.services.apigatewayv2.plane.expressions import Response
from portico.services.apigatewayv2.records import Integration
from portico.wire.http import Headers

_VARIABLE = re.compile(r"\{([A-Za-z0-9._:-]+)\+?\}").sub
_DOTS = re.compile(r"(?:^|/)\.{1,2}(?:/|$)").search
_HOP = frozenset(
    (
        *("connection", "content-length", "expect", "forwarded", "host", "keep-alive", "te", "trailer"),
        *("transfer-encoding", "upgrade", "via", "x-amzn-trace-id"),
    )
)
_LINKED = "VPC_LINK"
_HOP_PREFIXES = ("proxy-", "x-forwarded-")


class HttpBackends:
    """Calls backends for routes."""

    __slots__ = ("_backends", "_targets")

    def __init__(self, backends: Backends, targets: VpcTargets) -> None:
        self._backends = backends
        self._targets = targets

    async def answered(self, asked: Asked, integration: Integration) -> Response:
        """What the backend answers.

        Raises:
            Refusal: 503, it can't be reached or took too long; 400, the path would leave the integration's.
        """
        method = integration.integration_method or "ANY"
        request = Request(
            asked.arrival.head.method if method == "ANY" else method,
            self._url(asked, integration),
            _headers(asked, linked=integration.connection_type == _LINKED),
            asked.body,
            integration.timeout_in_millis / 1000,
        )
        try:
            answer = await self._backends.call(request)
        except Failed as error:
            raise replies.unavailable(str(error)) from error
        return Response(answer.status, answer.headers, answer.body)

    def _url(self, asked: Asked, integration: Integration) -> str:
        """Where a request goes to.

        Raises:
            Refusal: 400, see `url_of`; 503, nobody knows what is behind the VPC link.
        """
        uri = integration.integration_uri or ""
        if integration.connection_type != _LINKED:
            return url_of(asked, uri)
        target = self._targets.find(uri, asked.stage.account)
        if target is None:
            raise replies.unavailable(
                f"nothing is known to be behind the VPC link: {uri} (setting vpc_targets)"
            )
        if _DOTS(unquote(asked.path)):
            raise replies.bad_request("the path has dot segments")
        path, query = "/" + asked.path.removeprefix("/"), asked.arrival.head.query
        return f"{target}{path}?{query}" if query else target + path


def url_of(asked: Asked, uri: str) -> str:
    """The address of a request at the backend: with the values of the path's variables, the path of a mapping, and the query.

    Raises:
        Refusal: 400, a value has dot segments, which the backend would read as another path.
    """
    greedy = asked.plan.path.endswith("+}")
    last = asked.plan.path.rpartition("{")[2].rstrip("+}")

    def value(found: "re.Match[str]") -> str:
        text = asked.parameters.get(found[1], "")
        if _DOTS(text):
            raise replies.bad_request("the path has dot segments")
        return quote(text, safe="/" if greedy and found[1] == last else "")

    parts = urlsplit(_VARIABLE(value, uri))
    mapped = asked.plan.request is not None and asked.plan.request.path is not None
    if mapped and _DOTS(unquote(asked.path)):
        raise replies.bad_request("the path has dot segments")
    path = asked.path if mapped else parts.path
    query = "&".join(one for one in (parts.query, asked.arrival.head.query) if one)
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def _headers(asked: Asked, *, linked: bool) -> Headers:
    """The request's headers without those that are between two neighbours, and who it came from; `linked`: behind a VPC link."""
    kept = [
        (name, value)
        for name, value in asked.arrival.head.headers
        if name not in _HOP and not name.startswith(_HOP_PREFIXES)
    ]
    arrival, changes = asked.arrival, asked.plan.request
    if linked or (changes and any((one.part, one.name) == ("header", "host") for one in changes.changes)):
        kept.append(("host", arrival.head.header("host")))
    forwarded = (
        f"by={arrival.peer.host};for={arrival.peer.host};host={arrival.head.header('host')};"
        f"proto={'https' if arrival.peer.secure else 'http'}"
    )
    kept += [
        ("forwarded", forwarded),
        ("via", "HTTP/1.1 AmazonAPIGateway"),
        ("x-amzn-trace-id", asked.trace),
    ]
    return tuple(kept)
