"""Cold starts of Python functions, from the signed request to its answer: from the `bare` zygote and from `sdk`.

python -m bench.cold [--functions 40]
"""

import argparse
import statistics
import sys
import time
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.functions import LOGGING, TRUST_LAMBDA, zip_of
from bench.invoke import client, portico

SOURCES = {
    "bare": "def handler(event, context):\n    return event\n",
    "sdk": "import boto3\n\ndef handler(event, context):\n    return boto3.__version__\n",
}


def first_answer_ms(url: str, name: str) -> float:
    """Milliseconds from sending the first invocation of a function to its whole answer."""
    request = AWSRequest("POST", f"{url}/2015-03-31/functions/{name}/invocations", data=b"{}")
    SigV4Auth(Credentials("test", "test"), "lambda", "us-east-1").add_auth(request)
    wanted = urllib.request.Request(str(request.url), b"{}", dict(request.headers.items()))
    started = time.perf_counter()
    with urllib.request.urlopen(wanted) as answer:
        answer.read()
    return (time.perf_counter() - started) * 1000


def main() -> None:
    """Create, invoke once each, print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--functions", type=int, default=40)
    count = parser.parse_args().functions
    with portico() as url:
        iam = client(url, "iam")
        role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
        iam.attach_role_policy(RoleName="r", PolicyArn=LOGGING)
        lam = client(url, "lambda")
        for flavour, source in SOURCES.items():
            names = [f"{flavour}{at}" for at in range(count)]
            for name in names:
                code = {"ZipFile": zip_of({"app.py": f"# {name}\n{source}"})}
                runtime = f"python3.{sys.version_info.minor}"
                lam.create_function(
                    FunctionName=name, Runtime=runtime, Handler="app.handler", Role=role, Code=code
                )
            for name in names:
                lam.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
            times = [first_answer_ms(url, name) for name in names]
            limit = {"bare": 20, "sdk": 25}[flavour]
            ninety = statistics.quantiles(times, n=10)[-1]
            print(
                f"cold start, {flavour:4}:  {statistics.median(times):6.1f} ms median, {ninety:.1f} ms p90 (under {limit})"
            )


if __name__ == "__main__":
    main()
