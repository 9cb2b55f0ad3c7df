"""Headers that do not come through as they are: some are dropped, some get the name `x-amzn-Remapped-…`. Pure.

Source: API Gateway Developer Guide, "Amazon API Gateway important notes" (headers of requests and responses, per integration type).
"""

from portico.services.apigateway.transform.seam import Pairs

_PREFIX = "x-amzn-Remapped-"
_RENAMED = frozenset(
    (
        "authorization",
        "connection",
        "content-length",
        "content-md5",
        "date",
        "max-forwards",
        "server",
        "user-agent",
        "www-authenticate",
        "x-amzn-requestid",
    )
)
_DROPPED = frozenset(
    ("expect", "host", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade", "keep-alive")
)
_SIGNATURE = frozenset(("authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"))
_DROPPED_BY = {
    "HTTP": frozenset(("accept",)),
    "HTTP_PROXY": frozenset(("via",)),
    "AWS_PROXY": frozenset(("via",)),
}
_NOTHING: frozenset[str] = frozenset()
_REQUEST_DROPPED = frozenset(
    (
        "connection",
        "content-length",
        "content-md5",
        "expect",
        "host",
        "keep-alive",
        "max-forwards",
        "proxy-authenticate",
        "proxy-connection",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
        "www-authenticate",
        "x-amzn-trace-id",
        "x-forwarded-for",
        "x-forwarded-port",
        "x-forwarded-proto",
    )
)


def answered(headers: Pairs, integration_type: str) -> Pairs:
    """A backend's headers as the caller gets them."""
    dropped = _DROPPED_BY.get(integration_type, _NOTHING)
    found: list[tuple[str, str]] = []
    for pair in headers:
        name = pair[0].lower()
        if name in _RENAMED:
            found.append((_PREFIX + pair[0], pair[1]))
        elif name not in _DROPPED and name not in dropped:
            found.append(pair)
    return tuple(found)


def passed_on(headers: Pairs, *, signed: bool) -> Pairs:
    """A caller's headers as an HTTP backend gets them; those that say who forwarded it are made anew. `signed`: the caller's signature is
    for API Gateway, and stays here."""
    dropped = _REQUEST_DROPPED | _SIGNATURE if signed else _REQUEST_DROPPED
    return tuple([pair for pair in headers if pair[0].lower() not in dropped])
