"""REST APIs with integrations of every kind, and an HTTP backend that tells what it was sent."""

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rest_doors import RestApi

RAISES = """
def handler(event, context):
    raise Exception(event["why"])
"""
ECHO_EVENT = "def handler(event, context):\n    return event\n"


class Site:
    """An HTTP server on this machine. It answers with `answers[path]` (status, headers, body), or with what it was asked, as JSON. A path
    that begins with `/slow` waits for `release`."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, list[tuple[str, str]], bytes]] = {}
        self.asked: list[dict[str, Any]] = []
        self.release = threading.Event()
        self.connections = 0
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                site.connections += 1
                super().setup()

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = {
                    "method": self.command,
                    "path": self.path,
                    "headers": [list(pair) for pair in self.headers.items()],
                    "body": body.decode("latin-1"),
                }
                site.asked.append(asked)
                if self.path.startswith("/slow"):
                    site.release.wait(30)
                status, headers, content = site.answers.get(
                    self.path.partition("?")[0],
                    (200, [("Content-Type", "application/json")], json.dumps(asked).encode()),
                )
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                if not any(name.lower() == "content-length" for name, _ in headers):
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    with contextlib.suppress(ConnectionError):
                        self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"):
            setattr(Handler, f"do_{method}", Handler._answer)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop it."""
        self.release.set()
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def site() -> Iterator[Site]:
    """A site, while it is needed."""
    made = Site()
    try:
        yield made
    finally:
        made.close()


class Integrated:
    """An API whose methods are integrated in any way: `put` makes one, `ask` sends a request once everything is deployed."""

    def __init__(self, rest: RestApi) -> None:
        self.rest = rest
        self.variables: dict[str, str] = {}
        self._stale = True

    def put(
        self,
        path: str,
        kind: str,
        http_method: str = "GET",
        *,
        responses: Mapping[str, Mapping[str, Any]] | None = None,
        method: Mapping[str, Any] | None = None,
        headers: Mapping[str, bool] | None = None,
        **integration: Any,
    ) -> None:
        """A method with its integration. `responses` are the integration responses by status; each gets its method response with
        `headers`."""
        rest, self._stale = self.rest, True
        at = {"restApiId": rest.id, "resourceId": rest.resource(path), "httpMethod": http_method}
        rest.control.put_method(**at, **{"authorizationType": "NONE", **(method or {})})
        if kind != "MOCK":
            integration.setdefault("integrationHttpMethod", "POST")
        rest.control.put_integration(**at, type=kind, **integration)
        declared = {f"method.response.header.{name}": False for name in headers or ()}
        for status, response in (responses or {}).items():
            rest.control.put_method_response(**at, statusCode=status, responseParameters=declared)
            rest.control.put_integration_response(**at, statusCode=status, **response)

    def mock(self, path: str, template: str, answer: str, http_method: str = "POST", **options: Any) -> None:
        """A mock: the template of its request, and that of its only answer."""
        self.put(
            path,
            "MOCK",
            http_method,
            requestTemplates={"application/json": template},
            responses={"200": {"responseTemplates": {"application/json": answer}}},
            **options,
        )

    def ask(self, path: str, method: str = "GET", *arguments: Any, **options: Any) -> Any:
        """Send a request."""
        if self._stale:
            self.rest.deploy(variables=self.variables)
            self._stale = False
        return self.rest.ask(path, method, *arguments, **options)
