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


def python(source: str) -> str:
    """A bootstrap in Python that has `CLIENT`."""
    return f"#!{sys.executable}\n{CLIENT}{dedent(source)}"
