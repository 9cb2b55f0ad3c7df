"""Programs that talk the Runtime API: sources of `bootstrap` files for tests."""

import sys
from textwrap import dedent

# `call(method, path, body, headers)` gives status, headers, body; `event()` the next invocation; `answer(id, value)` posts.
CLIENT = """\
import http.client, json, os, sys
def connect():
    return http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
connection = connect()
def call(method, path, body=None, headers={}, **more):
    connection.request(method, path, body, headers, **more)
    reply = connection.getresponse()
    return reply.status, dict(reply.getheaders()), reply.read()
RUNTIME = "/2018-06-01/runtime"
def event():
    status, headers, body = call("GET", RUNTIME + "/invocation/next")
    assert status == 200, (status, body)
    return headers["Lambda-Runtime-Aws-Request-Id"], json.loads(body), headers
def answer(id, value, headers={}):
    return call("POST", f"{RUNTIME}/invocation/{id}/response", json.dumps(value).encode(), headers)
"""

# As in AWS's tutorial for custom runtimes: a shell, curl, and nothing else.
SHELL = """\
#!/bin/sh
set -eu
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
    head=$(mktemp)
    event=$(curl -sS -D "$head" "$api/next")
    id=$(grep -i '^Lambda-Runtime-Aws-Request-Id:' "$head" | tr -d '\\r' | cut -d' ' -f2)
    rm "$head"
    echo "working on $event"
    curl -sS -o /dev/null -d "{\\"got\\":$event}" "$api/$id/response"
done
"""

# The same for extensions: `register(*events)`, then `next_event()`; `post(path, kind)` reports an error.
EXTENSION = """\
EXTENSION = "/2020-01-01/extension"
name = os.path.basename(sys.argv[0])
own = connect()
id = {}
def ask(method, path, body=None, headers={}):
    own.request(method, EXTENSION + path, body, {**id, **headers})
    reply = own.getresponse()
    return reply.status, dict(reply.getheaders()), reply.read()
def register(*events, name=name):
    body = json.dumps({"events": events})
    status, headers, body = ask("POST", "/register", body, {"Lambda-Extension-Name": name})
    if status == 200:
        id["Lambda-Extension-Identifier"] = headers["Lambda-Extension-Identifier"]
    return status, json.loads(body)
def next_event():
    status, headers, body = ask("GET", "/event/next")
    return json.loads(body)
def post(path, kind):
    return ask("POST", path, b"{}", {"Lambda-Extension-Function-Error-Type": kind})[0]
"""

# A listener for telemetry, on a port that is free: `subscribe(...)`, the `batches` that have come, `wait_for(kind)` of event.
LISTEN = """\
import http.server, threading
batches = []
arrived = threading.Condition()
def wait_for(kind):
    with arrived:
        arrived.wait_for(lambda: any(event["type"] == kind for batch in batches for event in batch["events"]))
class Taker(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with arrived:
            batches.append({"path": self.path, "type": self.headers["Content-Type"], "events": json.loads(body)})
            arrived.notify_all()
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Taker)
threading.Thread(target=server.serve_forever, daemon=True).start()
def subscribe(path="/2022-07-01/telemetry", **members):
    here = f"http://sandbox.localdomain:{server.server_port}/take"
    members.setdefault("destination", {"protocol": "HTTP", "URI": here})
    members.setdefault("types", ["platform", "function"])
    own.request("PUT", path, json.dumps(members), id)
    reply = own.getresponse()
    return reply.status, json.loads(reply.read())
"""


# A program named `docker` that runs an image's entry point as a plain process of this machine.
ENGINE = f"""#!{sys.executable}
import os, signal, subprocess, sys
from pathlib import Path
here = Path(__file__).parent
action, words = sys.argv[1], sys.argv[2:]
if action == "run":
    options = dict(word[2:].partition("=")[::2] for word in words if word.startswith("--"))
    image, *rest = [word for word in words if not word.startswith("--")]
    (here / "ran").write_text(repr(words))
    variables = dict(line.split("=", 1) for line in Path(options["env-file"]).read_text().splitlines())
    if image == "broken":
        print("no such image", file=sys.stderr)
        sys.exit(125)
    if image == "tells":
        print("swordfish")
        sys.exit(1)
    program = [options.get("entrypoint", image), *rest]
    running = subprocess.Popen(program, env=variables)
    (here / options["name"]).write_text(str(running.pid))
    status = running.wait()
    sys.exit(status if status >= 0 else 128 - status)
if action == "image":
    known = here / "digests"
    if not known.exists() or words[:1] + words[-2:-1] != ["inspect", "--"]:
        sys.exit(1)
    print(known.read_text())
    sys.exit(0)
name = here / words[-1]
if not name.exists():
    sys.exit(1)
if action == "inspect":
    print(name.read_text())
elif action == "kill":
    os.kill(int(name.read_text()), signal.SIGTERM if "--signal=TERM" in words else signal.SIGKILL)
"""


def extension(source: str) -> str:
    """An external extension in Python that has `CLIENT`, `EXTENSION` and `LISTEN`."""
    return f"#!{sys.executable}\n{CLIENT}{EXTENSION}{LISTEN}{dedent(source)}"


def python(source: str) -> str:
    """A bootstrap in Python that has `CLIENT` and, for internal extensions, `EXTENSION`."""
    return f"#!{sys.executable}\n{CLIENT}{EXTENSION}{dedent(source)}"
