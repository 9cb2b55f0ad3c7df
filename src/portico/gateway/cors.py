"""Browsers: which pages may call the control plane, and what they are told (Fetch standard, "CORS protocol")."""

import logging
import re
from collections.abc import Iterable
from typing import TypeVar

import msgspec

from portico.gateway.hosts import host_name
from portico.wire.errors import AwsError
from portico.wire.http import Head, Headers, Reply, StreamReply

log = logging.getLogger("portico.gateway")

_TOLD_MAX = 20
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_REQUEST_HEADER = re.compile(
    r"(authorization|content-type|content-md5|content-encoding|accept|range|cache-control|user-agent|if-[a-z-]+"
    r"|x-amz-[a-z0-9-]+|x-amzn-[a-z0-9-]+|amz-sdk-[a-z-]+|x-api-key|smithy-protocol)"
).fullmatch
_EXPOSED = ", ".join(
    (
        "x-amzn-requestid",
        "x-amz-request-id",
        "x-amz-id-2",
        "x-amzn-errortype",
        "x-amzn-trace-id",
        "x-amz-function-error",
        "x-amz-log-result",
        "x-amz-executed-version",
        "x-amz-crc32",
        "x-amz-version-id",
        "x-amz-delete-marker",
        "etag",
        "date",
        "retry-after",
    )
)
_AGE_S = "3600"
_VARY = ("Vary", "Origin")

R = TypeVar("R", bound=Reply | StreamReply)


class Origins:
    """Decides by `Origin` and `Sec-Fetch-Site`, for the `allowed` origins (`https://app.example.com`, or `*` for any).

    A page served from the very address that it calls is allowed. `*` never allows credentials. Callers that are no browsers send
    neither header and are not concerned.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(origin.lower().rstrip("/") for origin in allowed)
        self._any = "*" in self._allowed
        self._told: set[str] = set()
        self.tells = bool(self._allowed)
        """Whether `tell` has anything to say."""

    def check(self, head: Head) -> None:
        """Let the request pass unless it comes from a page that may not call.

        Raises:
            AwsError: 403 AccessDeniedException: an origin that is not listed, or a cross-site request that hides its origin.
        """
        origin = head.header("origin")
        if origin:
            if not self._admits(origin) and not same_origin(origin, head.header("host")):
                self._warn(origin[:100])
                raise _refused(f"the origin '{origin[:100]}' is not in the setting origins")
        elif not self._any and head.header("sec-fetch-site").lower() == "cross-site":
            raise _refused("a cross-site request is not allowed")

    def preflight(self, head: Head) -> Reply | None:
        """The answer to a browser that asks whether it may call (unsigned, so before authentication); None for other requests.

        Raises:
            AwsError: as `check`.
        """
        if head.method != "OPTIONS" or not head.header("access-control-request-method"):
            return None
        self.check(head)
        asked = [name.strip().lower() for name in head.header("access-control-request-headers").split(",")]
        headers = [
            *self._headers(head.header("origin")),
            ("Access-Control-Allow-Methods", _METHODS),
            ("Access-Control-Allow-Headers", ", ".join(name for name in asked if _REQUEST_HEADER(name))),
            ("Access-Control-Max-Age", _AGE_S),
        ]
        if head.header("access-control-request-private-network") == "true":
            headers.append(("Access-Control-Allow-Private-Network", "true"))
        return Reply(204, tuple(headers), b"")

    def tell(self, head: Head, reply: R) -> R:
        """The reply with what an allowed page needs in order to read it. Unchanged where no origin is allowed at all."""
        if not self.tells:
            return reply
        fields = self._headers(head.header("origin"))
        if len(fields) > 1:
            fields += (("Access-Control-Expose-Headers", _EXPOSED),)
        return msgspec.structs.replace(reply, headers=reply.headers + fields)

    def _warn(self, origin: str) -> None:
        """Tell the operator once of an origin, as a page's author sees no more than that CORS failed."""
        if len(self._told) < _TOLD_MAX and origin not in self._told:
            self._told.add(origin)
            log.warning("calls of a page from %r are refused: --origins says whose pages may call", origin)

    def _admits(self, origin: str) -> bool:
        return self._any or origin.lower() in self._allowed

    def _headers(self, origin: str) -> Headers:
        if origin.lower() in self._allowed:
            return (
                ("Access-Control-Allow-Origin", origin),
                ("Access-Control-Allow-Credentials", "true"),
                _VARY,
            )
        return (("Access-Control-Allow-Origin", "*"), _VARY) if self._any else (_VARY,)


def same_origin(origin: str, host: str) -> bool:
    """Whether the page has the address that is called; not by scheme, as a proxy in front may be the one that speaks TLS."""
    return origin.lower().partition("://")[2] == host.lower() and host_name(host) is not None


def _refused(reason: str) -> AwsError:
    return AwsError("AccessDeniedException", f"Calls from this page are refused: {reason}.", 403)
