"""An HTTP endpoint for deliveries: keeps what it is sent, and answers as it is told to."""

import contextlib
import json
import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Delivered(NamedTuple):
    """One request: its path, its headers in lower case, and its body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


class Receiver:
    """`url` is where it listens; `statuses` are the next answers, 200 when there are none left."""

    def __init__(
        self, server: ThreadingHTTPServer, received: "queue.Queue[Delivered]", statuses: list[int]
    ) -> None:
        self._received = received
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        self.statuses = statuses

    def take(self, timeout_s: float = 10) -> Delivered:
        """The next request; fails if none comes."""
        return self._received.get(timeout=timeout_s)

    def has_none(self) -> bool:
        """Whether nothing waits to be taken."""
        return self._received.empty()


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver for a `with` block."""
    received: queue.Queue[Delivered] = queue.Queue()
    statuses: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status = statuses.pop(0) if statuses else 200
            self.send_response(status)
            self.send_header("Content-Length", "2")
            if status in (301, 302, 307):
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(b"OK")
            headers = {name.lower(): value for name, value in self.headers.items()}
            received.put(Delivered(self.path, headers, body))

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Receiver(server, received, statuses)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
