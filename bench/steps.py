"""Where the time of a warm signed invocation goes, step by step, in a hot loop without sockets and environments.

    python -m bench.steps [--rounds 4000]

In a running server each step takes longer (its caches are shared with the kernel, the load generator and the functions); the
proportions are what to look at.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.functions import LOGGING, TRUST_LAMBDA, zip_of
from portico.app import Server
from portico.base.clock import Clock
from portico.calls.call import Call, Origin, Scope
from portico.environments.tickets import Told
from portico.environments.work import EnvironmentSpec, Invocation, Outcome
from portico.gateway.pipeline import signed_for
from portico.identity.authenticate import Routed, authenticate, check_body
from portico.identity.principal import root
from portico.identity.signature_errors import family
from portico.settings import Settings
from portico.store.open import open_store
from portico.store.transaction import Transaction
from portico.wire.http import Head, Peer
from portico.wire.model import codec

BODY = json.dumps({"x": "y" * 1000}).encode()
PATH = "/2015-03-31/functions/f/invocations"
ACCOUNT = "123456789012"


class Echo:
    """In place of the environments: answers at once."""

    async def invoke(self, spec: EnvironmentSpec, invocation: Invocation) -> Outcome:
        """The payload, as if a function had echoed it."""
        return Outcome(invocation.payload, log_stream="s", duration_ms=1.2, max_memory_mb=30)

    def begin(self, spec: EnvironmentSpec, invocation: Invocation, told: Told) -> None:
        """The same, told in the next turn of the loop."""
        outcome = Outcome(invocation.payload, log_stream="s", duration_ms=1.2, max_memory_mb=30)
        asyncio.get_running_loop().call_soon(told, outcome)


async def prepare(server: Server) -> Head:
    """A function and a user who may invoke it; the head of a signed invocation."""
    call = server.clients.of(root(ACCOUNT), Scope(ACCOUNT, "us-east-1")).call
    role = await call("iam", "CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST_LAMBDA)
    await call("iam", "AttachRolePolicy", RoleName="r", PolicyArn=LOGGING)
    code = {"ZipFile": zip_of({"app.py": "def handler(e, c): return e\n"})}
    await call(
        "lambda",
        "CreateFunction",
        FunctionName="f",
        Runtime="python3.12",
        Handler="app.handler",
        Role=role["Role"]["Arn"],
        Code=code,
    )
    await call("iam", "CreateUser", UserName="u")
    allow = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    await call("iam", "PutUserPolicy", UserName="u", PolicyName="p", PolicyDocument=document)
    key = (await call("iam", "CreateAccessKey", UserName="u"))["AccessKey"]
    while (await call("lambda", "GetFunction", FunctionName="f"))["Configuration"]["State"] != "Active":  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    url = f"http://127.0.0.1:4566{PATH}"
    request = AWSRequest("POST", url, data=BODY, headers={"content-type": "application/json"})
    SigV4Auth(Credentials(key["AccessKeyId"], key["SecretAccessKey"]), "lambda", "us-east-1").add_auth(
        request
    )
    sent = [(name.lower(), value) for name, value in request.headers.items()]
    return Head("POST", PATH, "", (*sent, ("host", "127.0.0.1:4566"), ("content-length", str(len(BODY)))))


async def one(server: Server, head: Head, peer: Peer, mark: Callable[[str], None]) -> None:
    """One invocation; `mark` is called after each step with its name."""
    route = server.router.route(head, signed_for(head))
    mark("route")
    routed = Routed((route.signing_name,), "us-east-1", family(route.protocol, route.signing_name))
    caller = authenticate(head, server.keys, routed, wall=server.clock.wall())
    mark("authenticate")
    raw = check_body(caller, head, BODY)
    mark("hash the body, verify the signature")
    scope = Scope(caller.principal.account, caller.region)
    origin = Origin(caller.principal, scope, "id", peer.host, peer.secure, head.header("user-agent"))
    wire = codec(route.service, route.operation, route.protocol)
    request = wire.decode(head, route.labels, raw)
    mark("decode and validate")
    call = Call(origin, "lambda", "Invoke", Transaction(server.cache), server.clock.now())
    operation = server.dispatcher.operation("lambda", "Invoke")
    await server.authorizer.authorize("rest-json", operation, server.owners["lambda_"], call, request)
    mark("authorise")
    response = await operation.body(server.owners["lambda_"], call, request)
    mark("resolve, admit, log lines")
    wire.encode(response, "id")
    mark("encode")


async def run(rounds: int) -> None:
    """Measure and print the medians in microseconds."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=folder)
        server = Server(
            settings, await open_store(Path(folder) / "data", clock=clock), clock, "http://127.0.0.1:4566"
        )
        await server.start()
        head, peer = await prepare(server), Peer("127.0.0.1", 1)
        echo: Any = Echo()
        server.invoker._environments = echo
        taken: dict[str, list[float]] = {}
        last = 0.0

        def mark(step: str) -> None:
            nonlocal last
            now = time.perf_counter()
            taken.setdefault(step, []).append(now - last)
            last = time.perf_counter()

        for _ in range(rounds):
            last = time.perf_counter()
            await one(server, head, peer, mark)
        await server.close()
    medians = {step: statistics.median(each) * 1e6 for step, each in taken.items()}
    for step, median in medians.items():
        print(f"{step:38} {median:6.1f} us")
    print(f"{'together':38} {sum(medians.values()):6.1f} us")


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4000)
    asyncio.run(run(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
