"""Front doors have names below `localhost`, which not every machine's resolver knows. Functions find them all the same."""

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from harness import Server

PYTHON = """
    import asyncio, http.client, socket

    def handler(event, context):
        connection = http.client.HTTPConnection(event["host"])
        connection.request("GET", "/")
        status = connection.getresponse().status
        connection.close()
        loop = asyncio.new_event_loop()
        found = loop.run_until_complete(loop.getaddrinfo("a.B.Localhost.", 80, type=socket.SOCK_STREAM))
        loop.close()
        return {"status": status, "address": found[0][4][0]}
"""
NODE = """
    const dns = require('dns');
    const util = require('util');

    exports.handler = async (event) => {
      const answer = await fetch(`http://${event.host}/`);
      const promised = await dns.promises.lookup('a.B.Localhost.');
      const promisified = await util.promisify(dns.lookup)('a.localhost', { family: 4 });
      return { status: answer.status, address: promisified.address, same: promised.family > 0 };
    };
"""


def event(server: Server) -> bytes:
    return json.dumps({"host": f"a.execute-api.localhost:{server.port}"}).encode()


def test_in_python(server: Server, client: Callable[..., Any], deploy: Callable[..., str]) -> None:
    answer = client("lambda").invoke(FunctionName=deploy(PYTHON, Timeout=20), Payload=event(server))
    told = json.loads(answer["Payload"].read())
    assert told["status"] == 403  # of an API that is not there
    assert told["address"] in ("127.0.0.1", "::1")


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js here")
def test_in_node(
    server: Server, client: Callable[..., Any], active: Callable[..., Any], package: Callable[..., bytes]
) -> None:
    code = {"ZipFile": package(NODE, "index.js")}
    active("f", Runtime="nodejs20.x", Handler="index.handler", Code=code, Timeout=20)
    answer = client("lambda").invoke(FunctionName="f", Payload=event(server))
    told = json.loads(answer["Payload"].read())
    assert told == {"status": 403, "address": "127.0.0.1", "same": True}
