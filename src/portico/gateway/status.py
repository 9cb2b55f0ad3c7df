"""The endpoints that tell how the server is: a page for visitors, health, metrics, and why a call was allowed or refused."""

from urllib.parse import parse_qs

import msgspec

from portico import __version__
from portico.base.tasks import Tasks
from portico.calls.decisions import Decisions
from portico.gateway import welcome
from portico.gateway.metrics import Metric, exposition
from portico.gateway.own import Endpoint, json_reply
from portico.wire.errors import AwsError
from portico.wire.http import Head, Reply

_EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


class Status:
    """Answers from what the server knows of itself."""

    def __init__(
        self, *, tasks: Tasks, decisions: Decisions, services: list[str], metrics: list[Metric]
    ) -> None:
        self._tasks = tasks
        self._decisions = decisions
        self._services = [name.replace("_", "-") for name in services]  # folders, as clients name them
        self._metrics = metrics

    def endpoints(self) -> dict[str, Endpoint]:
        """By path."""
        return {
            welcome.PATH: Endpoint("GET", self._welcome, "portico:Health", "loopback", development=True),
            "/_portico/health": Endpoint("GET", self._health, "portico:Health", "loopback"),
            "/_localstack/health": Endpoint("GET", self._localstack_health, "portico:Health", "loopback"),
            "/_portico/metrics": Endpoint("GET", self._exposed, "portico:Metrics", "loopback"),
            "/_portico/explain": Endpoint("GET", self._explain, "portico:Explain", "development"),
        }

    async def _welcome(self, head: Head, body: bytes) -> Reply:
        return welcome.reply(self._services)

    async def _health(self, head: Head, body: bytes) -> Reply:
        loops = {name: msgspec.to_builtins(state) for name, state in self._tasks.states().items()}
        ok = all(state["state"] != "waiting" for state in loops.values())
        return json_reply({"status": "ok" if ok else "degraded", "version": __version__, "loops": loops})

    async def _localstack_health(self, head: Head, body: bytes) -> Reply:
        states = dict.fromkeys(self._services, "running")
        return json_reply({"services": states, "edition": "portico", "version": __version__})

    async def _exposed(self, head: Head, body: bytes) -> Reply:
        return Reply(200, (("content-type", _EXPOSITION),), exposition(self._metrics).encode())

    async def _explain(self, head: Head, body: bytes) -> Reply:
        wanted = parse_qs(head.query).get("request_id", [""])[0]
        if not wanted:
            raise AwsError("ValidationException", "request_id is missing", 400)
        verdicts = await self._decisions.explain(wanted)
        return json_reply({"request_id": wanted, "decisions": msgspec.to_builtins(verdicts)})
