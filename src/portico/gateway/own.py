"""Portico's own endpoints, under `/_portico/` (and `/_localstack/health`, which many tools wait on)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal
from urllib.parse import parse_qs

import msgspec

from portico import __version__
from portico.base.tasks import Tasks
from portico.calls.decisions import Decisions
from portico.gateway.metrics import Metric, exposition
from portico.wire.errors import AwsError
from portico.wire.http import Head, Peer, Reply

Unsigned = Literal["never", "development", "loopback", "anyone"]
Answer = Callable[[Head, bytes], Awaitable[Reply]]


class Endpoint(msgspec.Struct, frozen=True):
    """One of Portico's own endpoints: the permission that a signed call of it needs, and who may call it `unsigned`: `never`;
    this machine in `development` mode, but no function and no page of another site; any process of this machine (`loopback`);
    or `anyone`. `development` ones do not exist otherwise."""

    method: str
    answer: Answer
    action: str
    unsigned: Unsigned
    development: bool = False

    def is_open_to(self, peer: Peer) -> bool:
        """Whether nobody is asked who calls from there."""
        return self.unsigned == "anyone" or (self.unsigned == "loopback" and _is_local(peer))

    def admits_developer(self, head: Head, peer: Peer, from_function: Callable[[Peer], bool]) -> bool:
        """Whether an unsigned call may pass in development mode."""
        if self.unsigned != "development" or not _is_local(peer):
            return False
        return head.header("sec-fetch-site") in ("", "same-origin", "none") and not from_function(peer)


def _is_local(peer: Peer) -> bool:
    return peer.host.startswith("127.") or peer.host == "::1"


class Own:
    """The table of endpoints of one server."""

    def __init__(
        self,
        *,
        development: bool,
        tasks: Tasks,
        decisions: Decisions,
        services: list[str],
        metrics: list[Metric],
        reset: Callable[[], Awaitable[None]],
        backup: Callable[[str], Awaitable[int]],
        code: Callable[[Head], Awaitable[Reply]],
    ) -> None:
        self._development = development
        self._tasks = tasks
        self._decisions = decisions
        self._services = services
        self._metrics = metrics
        self._reset = reset
        self._backup = backup
        self._code = code
        self._table = {
            "/_portico/health": Endpoint("GET", self._health, "portico:Health", "loopback"),
            "/_localstack/health": Endpoint("GET", self._localstack_health, "portico:Health", "loopback"),
            "/_portico/metrics": Endpoint("GET", self._exposed, "portico:Metrics", "loopback"),
            "/_portico/explain": Endpoint("GET", self._explain, "portico:Explain", "development"),
            "/_portico/backup": Endpoint("POST", self._copied, "portico:Backup", "never"),
            "/_portico/reset": Endpoint(
                "POST", self._forget, "portico:Reset", "development", development=True
            ),
        }

    def find(self, head: Head) -> Endpoint:
        """The endpoint that a request is for.

        Raises:
            AwsError: there is nothing there, or not by this method.
        """
        path = head.path
        if path.startswith("/_portico/code/"):
            return Endpoint(
                "GET", self._served_code, "portico:Code", "anyone"
            )  # the address itself is signed
        endpoint = self._table.get(path)
        if endpoint is None or (endpoint.development and not self._development):
            raise AwsError("NotFound", f"There is nothing at {path}", 404)
        if head.method != endpoint.method and (head.method, endpoint.method) != ("HEAD", "GET"):
            raise AwsError(
                "MethodNotAllowed", f"{path} takes {endpoint.method}", 405, headers={"Allow": endpoint.method}
            )
        return endpoint

    async def _health(self, head: Head, body: bytes) -> Reply:
        loops = {name: msgspec.to_builtins(state) for name, state in self._tasks.states().items()}
        ok = all(state["state"] != "waiting" for state in loops.values())
        return _json({"status": "ok" if ok else "degraded", "version": __version__, "loops": loops})

    async def _localstack_health(self, head: Head, body: bytes) -> Reply:
        states = dict.fromkeys(self._services, "running")
        return _json({"services": states, "edition": "portico", "version": __version__})

    async def _exposed(self, head: Head, body: bytes) -> Reply:
        kind = "text/plain; version=0.0.4; charset=utf-8"
        return Reply(200, (("content-type", kind),), exposition(self._metrics).encode())

    async def _explain(self, head: Head, body: bytes) -> Reply:
        wanted = parse_qs(head.query).get("request_id", [""])[0]
        if not wanted:
            raise AwsError("ValidationException", "request_id is missing", 400)
        verdicts = await self._decisions.explain(wanted)
        return _json({"request_id": wanted, "decisions": msgspec.to_builtins(verdicts)})

    async def _forget(self, head: Head, body: bytes) -> Reply:
        await self._reset()
        return _json({"status": "ok"})

    async def _served_code(self, head: Head, body: bytes) -> Reply:
        return await self._code(head)

    async def _copied(self, head: Head, body: bytes) -> Reply:
        file = parse_qs(head.query).get("file", [""])[0]
        if not file.startswith("/"):
            raise AwsError(
                "ValidationException", "file must be an absolute path on the server's machine", 400
            )
        return _json({"file": file, "bytes": await self._backup(file)})


def _json(value: Mapping[str, Any]) -> Reply:
    return Reply(200, (("content-type", "application/json"),), msgspec.json.encode(value))
