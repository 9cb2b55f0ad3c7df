"""Messages through a standard queue, signed and authorised, against a bare ASGI echo of the same body in the same run.

    python -m bench.sqs [--seconds 4] [--connections 16] [--deep 200000]

Prints messages per second of SendMessage, of SendMessageBatch (ten each), and of ReceiveMessage with DeleteMessageBatch (ten each); the
first as a share of the echo's requests. Then the same from a long queue (`--deep` messages) and from a short one, as a share of it: single
receives without a deletion, and receives with deletions; and what the server and its writer hold in memory before and after. Bodies are
1 KB; everything acknowledged is on disk. wrk drives it.
"""

import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from msgspec.json import decode

from bench.filled import ACCOUNT, fill
from bench.invoke import bare, client, portico, wrk
from bench.start import pss_mb, tree
from portico.server_file import SERVER_FILE, ServerFile

BODY = "x" * 1000
_SHORT = 100_000  # more than are received while it is measured

# wrk tells a script nothing about connections, so whatever connection is free deletes what any of them has received.
_SCRIPT = """
local waiting, heads = {}, {}
local function post(operation, body)
  if heads[operation] == nil then
    local head = { "POST / HTTP/1.1", "Host: " .. wrk.headers.Host }
    for name, value in pairs(SIGNED[operation]) do head[#head + 1] = name .. ": " .. value end
    heads[operation] = table.concat(head, "\\r\\n") .. "\\r\\nContent-Length: "
  end
  return heads[operation] .. #body .. "\\r\\n\\r\\n" .. body
end
-- What stands between `before` and the next quotation mark, everywhere. Patterns are ten times as slow as plain searches.
local function quoted(body, before)
  local found, at = {}, 1
  while true do
    local _, start = body:find(before, at, true)
    if start == nil then return found end
    at = body:find('"', start + 1, true)
    found[#found + 1] = body:sub(start + 1, at - 1)
  end
end
function request()
  local handles = table.remove(waiting)
  if handles == nil then return post("ReceiveMessage", RECEIVE) end
  local entries = {}
  for at, handle in ipairs(handles) do
    entries[at] = '{"Id":"' .. at .. '","ReceiptHandle":"' .. handle .. '"}'
  end
  local body = '{"QueueUrl":"' .. URL .. '","Entries":[' .. table.concat(entries, ",") .. ']}'
  return post("DeleteMessageBatch", body)
end
function response(status, headers, body)
  local handles = quoted(body, '"ReceiptHandle":"')
  if #handles > 0 then waiting[#waiting + 1] = handles else deleted = deleted + #quoted(body, '{"Id":"') end
end
"""


class Target(NamedTuple):
    """A server and a queue on it."""

    url: str
    queue: str

    def headers(self, operation: str, body: bytes | None = None) -> dict[str, str]:
        """What a signed call of `operation` is sent with; without a body the signature is good for any."""
        given = {"X-Amz-Target": f"AmazonSQS.{operation}", "Content-Type": "application/x-amz-json-1.0"}
        if body is None:
            given["X-Amz-Content-SHA256"] = "UNSIGNED-PAYLOAD"
        request = AWSRequest("POST", f"{self.url}/", given, body or b"")
        SigV4Auth(Credentials("test", "test"), "sqs", "us-east-1").add_auth(request)
        return dict(request.headers.items())


def sends(target: Target, batch: int, seconds: int, connections: int) -> float:
    """Messages sent per second, `batch` of them in a call."""
    entries = [{"Id": str(at), "MessageBody": BODY} for at in range(batch)]
    said: dict[str, Any] = {"Entries": entries} if batch > 1 else {"MessageBody": BODY}
    operation = "SendMessageBatch" if batch > 1 else "SendMessage"
    body = json.dumps({"QueueUrl": target.queue, **said})
    found = wrk(f"{target.url}/", target.headers(operation, body.encode()), seconds, connections, body)
    assert not found.errors, f"{found.errors} calls of {operation} were refused"
    return found.rate * batch


def receives(target: Target, seconds: int, connections: int) -> float:
    """Messages received and deleted per second, ten in a call."""
    signed = {name: target.headers(name) for name in ("ReceiveMessage", "DeleteMessageBatch")}
    ask = json.dumps({"QueueUrl": target.queue, "MaxNumberOfMessages": 10})
    values = "".join(f"[{json.dumps(name)}]={_table(value)}," for name, value in signed.items())
    script = (
        f"local URL, RECEIVE = {json.dumps(target.queue)}, {json.dumps(ask)}\n"
        f"local SIGNED = {{{values}}}\ndeleted = 0\n{_SCRIPT}"
        "local threads = {}\nfunction setup(thread) threads[#threads + 1] = thread end\n"
        'function done(summary) print("deleted " .. threads[1]:get("deleted") .. " in " .. summary.duration) end\n'
    )
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", file.name, target.url]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    said = re.search(r"deleted (\d+) in (\d+)", text)
    assert said is not None, text
    return int(said[1]) / int(said[2]) * 1e6


def _table(values: dict[str, str]) -> str:
    return "{" + ",".join(f"[{json.dumps(name)}]={json.dumps(value)}" for name, value in values.items()) + "}"


def single(target: Target, seconds: int, connections: int) -> float:
    """Receives of one message, not deleted, per second."""
    body = json.dumps({"QueueUrl": target.queue, "VisibilityTimeout": 43_200})
    headers = target.headers("ReceiveMessage", body.encode())
    return wrk(f"{target.url}/", headers, seconds, connections, body).rate


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--deep", type=int, default=200_000)
    options = parser.parse_args()
    how = (options.seconds, options.connections)
    with bare() as url:
        echo = wrk(url, {}, *how).rate
    with portico() as url:
        sqs = client(url, "sqs")
        target = Target(url, sqs.create_queue(QueueName="bench")["QueueUrl"])
        one = sends(target, 1, *how)
        print(
            f"SendMessage:                    {one:8,.0f} messages/s ({one / echo:.2f} of a bare echo's requests)"
        )
        ten = sends(target, 10, *how)
        print(f"SendMessageBatch:               {ten:8,.0f} messages/s ({ten / one:.1f} times SendMessage)")
        got = receives(target, *how)
        print(f"ReceiveMessage, DeleteMessage:  {got:8,.0f} messages/s ({got / ten:.2f} of SendMessageBatch)")
    compare(options.deep, *how)


def compare(deep: int, seconds: int, connections: int) -> None:
    """Print what a long queue costs beside a short one."""
    with tempfile.TemporaryDirectory() as data:
        fill(Path(data), {"short": _SHORT, "deep": deep}, BODY)
        with portico("--data", data) as url:
            server = decode(Path(data, SERVER_FILE).read_bytes(), type=ServerFile).pid
            before = pss_mb(server), sum(map(pss_mb, tree(server)))
            short, long = (Target(url, f"{url}/{ACCOUNT}/{name}") for name in ("short", "deep"))
            rates = [[single(each, seconds, connections) for each in (short, long, long, short)]]
            rates.append([receives(each, seconds, connections) for each in (short, long, long, short)])
            after = pss_mb(server), sum(map(pss_mb, tree(server)))
    for what, (first, second, third, fourth) in zip(("ReceiveMessage", "with deletion"), rates, strict=True):
        name = f"{what}, of {deep:,}:"
        print(
            f"{name:32}{(second + third) / 2:8,.0f} messages/s ({(second + third) / (first + fourth):.2f} of a short queue's)"
        )
    print(
        f"memory: {before[0]:.0f} MB (all processes {before[1]:.0f}) before, {after[0]:.0f} ({after[1]:.0f}) after"
    )


if __name__ == "__main__":
    main()
