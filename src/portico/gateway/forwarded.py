"""Behind a proxy: who calls, as the proxy says (`X-Forwarded-For`, `X-Forwarded-Proto`). Only with the setting `trust_proxy`."""

import ipaddress
from collections.abc import Awaitable

import msgspec

from portico.gateway.body import Body
from portico.gateway.traffic import Handler
from portico.wire.http import Answer, Head, Peer


def behind_proxy(handler: Handler) -> Handler:
    """`handler`, told of the caller that the proxy has seen."""

    def with_caller(head: Head, body: Body, peer: Peer) -> Awaitable[Answer]:
        return handler(head, body, caller_of(head, peer))

    return with_caller


def caller_of(head: Head, peer: Peer) -> Peer:
    """The caller: the last address that the proxy has added, everything before it being the caller's own words. Without a usable
    one, the connection's own end."""
    last = (
        ",".join(value for name, value in head.headers if name == "x-forwarded-for")
        .rpartition(",")[2]
        .strip()
    )
    secure = peer.secure or head.header("x-forwarded-proto").strip().lower() == "https"
    try:
        host = str(ipaddress.ip_address(last))
    except ValueError:
        host = peer.host
    return msgspec.structs.replace(peer, host=host, secure=secure, tls="")
