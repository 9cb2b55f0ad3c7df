"""Portico's own endpoints, under `/_portico/` (and `/_localstack/health`, which many tools wait on): who may call which."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

import msgspec

from portico.gateway.cors import same_origin
from portico.wire.errors import AwsError
from portico.wire.http import Head, Peer, Reply

Unsigned = Literal["never", "development", "loopback", "anyone"]
Answer = Callable[[Head, Any], Awaitable[Reply]]


class Endpoint(msgspec.Struct, frozen=True):
    """One of Portico's own endpoints: the permission that a signed call of it needs, and who may call it `unsigned`: `never`;
    this machine in `development` mode, but no function and no page of another site; any process of this machine (`loopback`);
    or `anyone`. `development` ones do not exist otherwise. `in_pieces`: the answer reads the body itself, which may be large; only
    for `anyone`, as a signature covers the whole of it."""

    method: str
    answer: Answer
    action: str
    unsigned: Unsigned
    development: bool = False
    in_pieces: bool = False

    def is_open_to(self, peer: Peer) -> bool:
        """Whether nobody is asked who calls from there."""
        return self.unsigned == "anyone" or (self.unsigned == "loopback" and _is_local(peer))

    def admits_developer(self, head: Head, peer: Peer, from_function: Callable[[Peer], bool]) -> bool:
        """Whether an unsigned call may pass in development mode."""
        if self.unsigned != "development" or not _is_local(peer):
            return False
        origin = head.header(
            "origin"
        )  # all that browsers say at addresses that they don't trust, whichever pages may call
        if origin and not same_origin(origin, head.header("host")):
            return False
        return head.header("sec-fetch-site") in ("", "same-origin", "none") and not from_function(peer)


def _is_local(peer: Peer) -> bool:
    return peer.host.startswith("127.") or peer.host == "::1"


class Own:
    """The table of endpoints of one server. Those whose path ends with `/` take what follows too."""

    def __init__(self, *, development: bool) -> None:
        self._development = development
        self._table: dict[str, Endpoint] = {}

    def add(self, endpoints: Mapping[str, Endpoint]) -> None:
        """Add endpoints by their path."""
        self._table.update(endpoints)

    def find(self, head: Head) -> Endpoint:
        """The endpoint that a request is for.

        Raises:
            AwsError: there is nothing there, or not by this method.
        """
        path = head.path
        endpoint = self._table.get(path) or self._table.get("/".join(path.split("/")[:3]) + "/")
        if endpoint is None or (endpoint.development and not self._development):
            raise AwsError("NotFound", f"There is nothing at {path}", 404)
        if head.method != endpoint.method and (head.method, endpoint.method) != ("HEAD", "GET"):
            raise AwsError(
                "MethodNotAllowed", f"{path} takes {endpoint.method}", 405, headers={"Allow": endpoint.method}
            )
        return endpoint


def json_reply(value: Mapping[str, Any]) -> Reply:
    """An answer of an endpoint."""
    return Reply(200, (("content-type", "application/json"),), msgspec.json.encode(value))
