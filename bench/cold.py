"""Cold starts, from the signed request to its answer: Python from both zygotes and from snapshots, and Node.js.

python -m bench.cold [--functions 40] [--kinds bare,sdk,snapstart,nodejs]
"""

import argparse
import statistics
import sys
import time
import urllib.request
from typing import Any, NamedTuple

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.functions import LOGGING, TRUST_LAMBDA, zip_of
from bench.invoke import client, portico

_PYTHON = f"python3.{max(sys.version_info.minor, 12)}"  # SnapStart wants 3.12; the machine's own stands in


class Kind(NamedTuple):
    """What is started: the source, its runtime, the goal in milliseconds, and what else the function has."""

    source: str
    runtime: str
    goal_ms: int
    options: dict[str, Any] = {}  # noqa: RUF012 - never changed


KINDS = {
    "bare": Kind("def handler(event, context):\n    return event\n", _PYTHON, 20),
    "sdk": Kind("import boto3\n\ndef handler(event, context):\n    return boto3.__version__\n", _PYTHON, 25),
    "snapstart": Kind(
        "import time\ntime.sleep(2)\n\ndef handler(event, context):\n    return event\n",
        _PYTHON,
        10,
        {"SnapStart": {"ApplyOn": "PublishedVersions"}},
    ),
    "nodejs": Kind("exports.handler = async (event) => event;\n", "nodejs20.x", 60),
}


def first_answer_ms(url: str, name: str) -> float:
    """Milliseconds from sending the first invocation of a function to its whole answer."""
    path = f"{url}/2015-03-31/functions/{name}/invocations"
    request = AWSRequest("POST", path, data=b"{}")
    SigV4Auth(Credentials("test", "test"), "lambda", "us-east-1").add_auth(request)
    wanted = urllib.request.Request(str(request.url), b"{}", dict(request.headers.items()))
    started = time.perf_counter()
    with urllib.request.urlopen(wanted) as answer:
        answer.read()
    return (time.perf_counter() - started) * 1000


def deployed(lam: Any, role: str, kind: str, count: int) -> list[str]:
    """Functions that have never run, ready to; the names to invoke them by."""
    source, runtime, _, options = KINDS[kind]
    names = [f"{kind}{at}" for at in range(count)]
    for name in names:
        comment, file = ("//", "app.js") if runtime.startswith("node") else ("#", "app.py")
        lam.create_function(
            FunctionName=name,
            Runtime=runtime,
            Handler="app.handler",
            Role=role,
            Code={"ZipFile": zip_of({file: f"{comment} {name}\n{source}"})},
            **options,
        )
    for name in names:
        lam.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    return [_published(lam, name) for name in names] if options else names


def _published(lam: Any, name: str) -> str:
    version = lam.publish_version(FunctionName=name)["Version"]
    lam.get_waiter("published_version_active").wait(
        FunctionName=name, Qualifier=version, WaiterConfig={"Delay": 1}
    )
    return f"{name}:{version}"


def main() -> None:
    """Create, invoke once each, print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, default=40)
    parser.add_argument("--kinds", default=",".join(KINDS))
    wanted = parser.parse_args()
    with portico() as url:
        iam = client(url, "iam")
        role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
        iam.attach_role_policy(RoleName="r", PolicyArn=LOGGING)
        lam = client(url, "lambda")
        for kind in wanted.kinds.split(","):
            count = wanted.functions if kind != "snapstart" else min(wanted.functions, 15)
            names = deployed(lam, role, kind, count)
            first, *times = [first_answer_ms(url, name) for name in names]
            ninety = statistics.quantiles(times, n=10)[-1]
            print(
                f"cold start, {kind:9}:  {statistics.median(times):6.1f} ms median, {ninety:.1f} ms p90 "
                f"(under {KINDS[kind].goal_ms}); the very first of its kind {first:.1f} ms"
            )


if __name__ == "__main__":
    main()
