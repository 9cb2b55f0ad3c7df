"""The Runtime API against our own frames: the same echo in Python, through AWS's `awslambdaric` and through Portico's own runtime.

    python -m bench.runtime_api [--seconds 4] [--connections 8] [--rounds 3]

Signed invocations of both by turns on one server, driven by wrk. Prints requests per second of each, and their ratio.
"""

import argparse
import importlib.metadata
import io
import statistics
import sys
import zipfile
from pathlib import Path

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.functions import LOGGING, TRUST_LAMBDA
from bench.invoke import BODY, ECHO, client, portico, wrk

_PACKAGES = ("awslambdaric", "simplejson", "snapshot-restore-py")
_BOOTSTRAP = f'#!/bin/sh\nPYTHONPATH=$LAMBDA_TASK_ROOT exec {sys.executable} -m awslambdaric "$_HANDLER"\n'
_EXECUTABLE = 0o100755 << 16
_RUNTIMES = {"frames": f"python3.{sys.version_info.minor}", "api": "provided.al2023"}


def package() -> bytes:
    """The echo, with awslambdaric as its bootstrap."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", ECHO)
        bootstrap = zipfile.ZipInfo("bootstrap")
        bootstrap.external_attr = _EXECUTABLE
        archive.writestr(bootstrap, _BOOTSTRAP)
        for name in _PACKAGES:
            for file in importlib.metadata.files(name) or ():
                if not file.parts[0].startswith(".."):
                    archive.write(Path(str(file.locate())), str(file))
    return buffer.getvalue()


def deploy(url: str) -> None:
    """Both functions, which are the same code."""
    iam, lam = client(url, "iam"), client(url, "lambda")
    role = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="bench", PolicyArn=LOGGING)
    code = {"ZipFile": package()}
    for name, runtime in _RUNTIMES.items():
        about = {"Handler": "app.handler", "Role": role, "MemorySize": 512}
        lam.create_function(FunctionName=name, Runtime=runtime, Code=code, **about)
        lam.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})


def signed(target: str) -> dict[str, str]:
    """The headers of an invocation; good for fifteen minutes."""
    request = AWSRequest("POST", target, data=BODY, headers={"content-type": "application/json"})
    SigV4Auth(Credentials("test", "test"), "lambda", "us-east-1").add_auth(request)
    return dict(request.headers.items())


def measure(seconds: int, connections: int, rounds: int) -> None:
    """Measure both by turns and print."""
    rates: dict[str, list[float]] = {name: [] for name in _RUNTIMES}
    errors = 0
    with portico() as url:
        deploy(url)
        targets = {name: f"{url}/2015-03-31/functions/{name}/invocations" for name in _RUNTIMES}
        headers = {name: signed(target) for name, target in targets.items()}
        for at in range(rounds + 1):  # the first one warms up
            for name, target in targets.items():
                result = wrk(target, headers[name], seconds if at else 1, connections)
                errors += result.errors
                if at:
                    rates[name].append(result.rate)
    ratio = statistics.median(api / frames for api, frames in zip(rates["api"], rates["frames"], strict=True))
    print(f"frames:             {statistics.median(rates['frames']):8.0f} requests/s")
    print(f"awslambdaric:       {statistics.median(rates['api']):8.0f} requests/s")
    print(f"ratio:              {ratio:8.2f}   (at least 0.35)")
    print(f"errors:             {errors:8d}")


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    measure(options.seconds, options.connections, options.rounds)


if __name__ == "__main__":
    main()
