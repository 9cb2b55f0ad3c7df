"""Signed, authorised, synchronous invocations of a Python echo, against a bare ASGI echo of the same body in the same run.

    python -m bench.invoke [--seconds 1] [--connections 8] [--rounds 24]

Both are driven by wrk (Debian's package of that name): a generator in Python saturates first. They take many short turns, because a
machine that is shared changes its pace within seconds. Prints requests per second of each, their ratio (the median of the turns'),
and the medians at one connection.
"""

import argparse
import contextlib
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from bench.functions import LOGGING, TRUST_LAMBDA, zip_of

BODY = json.dumps({"x": "y" * 1000}).encode()
PATH = "/2015-03-31/functions/echo/invocations"
ECHO = "def handler(event, context):\n    return event\n"
BARE = """
async def app(scope, receive, send):
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
"""


class Result(NamedTuple):
    """What wrk measured: requests per second, median and 99th percentile in milliseconds, answers other than 2xx and 3xx."""

    rate: float
    median_ms: float
    p99_ms: float
    errors: int


def wrk(
    url: str, headers: dict[str, str], seconds: int, connections: int, body: str = BODY.decode()
) -> Result:
    """Drive `url` with POSTs of `body`."""
    script = "wrk.method = 'POST'\nwrk.body = " + json.dumps(body) + "\n"
    script += "".join(f"wrk.headers[{json.dumps(k)}] = {json.dumps(v)}\n" for k, v in headers.items())
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", file.name, url]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])  # type: ignore[index]
    median = re.search(r"50%\s+([\d.]+)(us|ms|s)", text)
    high = re.search(r"99%\s+([\d.]+)(us|ms|s)", text)
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return Result(rate, _ms(median), _ms(high), int(wrong[1]) if wrong else 0)


def _ms(match: re.Match[str] | None) -> float:
    assert match is not None
    return float(match[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[match[2]]


@contextlib.contextmanager
def portico(*flags: str) -> Iterator[str]:
    """A Portico server; its URL."""
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "portico", "start", "--port", "0", "--data", data, *flags]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
            process.wait(30)
            process.stdout.close()


@contextlib.contextmanager
def bare() -> Iterator[str]:
    """Uvicorn with uvloop and httptools and an ASGI application that echoes; its URL."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bare_echo.py").write_text(BARE)
        options = [
            "--port",
            "4599",
            "--loop",
            "uvloop",
            "--http",
            "httptools",
            "--no-access-log",
            "--log-level",
            "error",
        ]
        command = [sys.executable, "-m", "uvicorn", "bare_echo:app", "--app-dir", folder, *options]
        process = subprocess.Popen(command)
        try:
            _wait("http://127.0.0.1:4599/")
            yield "http://127.0.0.1:4599"
        finally:
            process.terminate()
            process.wait(30)


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(url, b"x").close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{url} does not answer")


def client(url: str, service: str, key: str = "test", secret: str = "test") -> Any:
    """A boto3 client."""
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": 0}),
    )


def deploy(url: str, source: str = ECHO, name: str = "echo") -> dict[str, str]:
    """Deploy a function and a user who may only invoke it; the user's key."""
    iam, lam = client(url, "iam"), client(url, "lambda")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=LOGGING)
    lam.create_function(
        FunctionName=name,
        Runtime=f"python3.{sys.version_info.minor}",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": zip_of({"app.py": source})},
    )
    lam.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    iam.create_user(UserName=name)
    allow = {
        "Effect": "Allow",
        "Action": "lambda:InvokeFunction",
        "Resource": f"arn:aws:lambda:*:*:function:{name}",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_user_policy(UserName=name, PolicyName="invoke", PolicyDocument=document)
    made: dict[str, str] = iam.create_access_key(UserName=name)["AccessKey"]
    return made


def signed(url: str, key: dict[str, str]) -> dict[str, str]:
    """The headers of a signed invocation; good for fifteen minutes."""
    request = AWSRequest("POST", url + PATH, data=BODY, headers={"content-type": "application/json"})
    credentials = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    SigV4Auth(credentials, "lambda", "us-east-1").add_auth(request)
    return dict(request.headers.items())


def measure(seconds: int, connections: int, rounds: int) -> None:
    """Measure both in turn and print. AWS's rate for the usual concurrency, 10,000 a second, would be in the way."""
    with bare() as bare_url, portico("--concurrent-executions", "10000") as url:
        headers = signed(url, deploy(url))
        plain = {"content-type": "application/json"}
        wrk(url + PATH, headers, 2, connections)
        rates, ones = [], []
        for _ in range(rounds):
            a = wrk(bare_url, plain, seconds, connections)
            b = wrk(url + PATH, headers, seconds, connections)
            rates.append((a, b))
            ones.append((wrk(bare_url, plain, 1, 1), wrk(url + PATH, headers, 1, 1)))
    ratios = [b.rate / a.rate for a, b in rates]
    extra = statistics.median(b.median_ms - a.median_ms for a, b in ones)
    print(f"bare uvicorn echo:      {statistics.median(a.rate for a, _ in rates):8.0f} requests/s")
    print(f"signed invocation:      {statistics.median(b.rate for _, b in rates):8.0f} requests/s")
    print(
        f"ratio:                  {statistics.median(ratios):8.2f}   (at least 0.40; {min(ratios):.2f} to {max(ratios):.2f})"
    )
    print(f"median over bare, c=1:  {extra:8.2f} ms (at most 0.5)")
    print(f"errors:                 {sum(b.errors for _, b in rates + ones):8d}")


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=24)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed: apt-get install wrk")
    measure(options.seconds, options.connections, options.rounds)


if __name__ == "__main__":
    main()
