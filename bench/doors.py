"""The front doors against the signed Invoke, in one run: requests per second of an echo of 1 KB, and their ratios.

    python -m bench.doors [--seconds 6] [--connections 8] [--rounds 3] [--only rest]

A door is a row of `DOORS`: what it is called, the least ratio, and how it is made. All are driven by wrk, in turn, round by round, so
that what else the machine does hits each alike.
"""

import argparse
import shutil
import statistics
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bench.invoke import BODY, PATH, client, deploy, portico, signed, wrk

ACCOUNT = "000000000000"
REGION = "us-east-1"
PROXY = "def handler(event, context):\n    return {'statusCode': 200, 'body': event['body']}\n"
AUTHORIZER = """
def handler(event, context):
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [allow]}
    return {"principalId": "bench", "policyDocument": policy, "context": {"team": "a"}}
"""
PLAIN = {"content-type": "application/json"}


class Shot(NamedTuple):
    """A request: where it goes, and its headers."""

    url: str
    headers: dict[str, str]


class Door(NamedTuple):
    """A way in. `ratio` is what it reaches at least, of the signed Invoke's requests per second; `make` prepares it on the server at a URL,
    where the functions `proxy` and `authorizer` are."""

    name: str
    ratio: float
    make: Callable[[str], Shot]


def rest(url: str, *, method: dict[str, Any] | None = None, settings: dict[str, str] | None = None) -> str:
    """A REST API whose `POST /echo` is a proxy of the function, deployed to `prod`; its id."""
    gateway = client(url, "apigateway")
    api: str = gateway.create_rest_api(name="bench")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    resource = gateway.create_resource(restApiId=api, parentId=root, pathPart="echo")["id"]
    at = {"restApiId": api, "resourceId": resource, "httpMethod": "POST"}
    options: dict[str, Any] = {"authorizationType": "NONE", **(method or {})}
    if options["authorizationType"] == "CUSTOM":
        options["authorizerId"] = _authorizer(gateway, api)
    gateway.put_method(**at, **options)
    gateway.put_integration(
        **at, type="AWS_PROXY", integrationHttpMethod="POST", uri=invocations(function_arn("proxy"))
    )
    gateway.create_deployment(restApiId=api, stageName="prod")
    operations = [{"op": "replace", "path": path, "value": value} for path, value in (settings or {}).items()]
    if operations:
        gateway.update_stage(restApiId=api, stageName="prod", patchOperations=operations)
    allow(url, "proxy", "apigateway.amazonaws.com", f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/*")
    allow(url, "authorizer", "apigateway.amazonaws.com", f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/*")
    return api


def _authorizer(gateway: Any, api: str) -> str:
    made: str = gateway.create_authorizer(
        restApiId=api,
        name="bench",
        type="TOKEN",
        authorizerUri=invocations(function_arn("authorizer")),
        identitySource="method.request.header.Authorization",
    )["id"]
    return made


def rest_proxy(url: str) -> Shot:
    """A Lambda proxy that is open to all."""
    return Shot(*shot(url, rest(url)))


def rest_authorized(url: str) -> Shot:
    """A Lambda proxy behind a cached Lambda authorizer and a usage plan."""
    api = rest(url, method={"authorizationType": "CUSTOM", "apiKeyRequired": True})
    gateway = client(url, "apigateway")
    plan = gateway.create_usage_plan(
        name="bench",
        apiStages=[{"apiId": api, "stage": "prod"}],
        throttle={"rateLimit": 100_000, "burstLimit": 50_000},
        quota={"limit": 1_000_000_000, "period": "MONTH"},
    )
    key = gateway.create_api_key(name="bench", enabled=True)
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    target, headers = shot(url, api)
    return Shot(target, {**headers, "Authorization": "allow", "x-api-key": key["value"]})


def rest_cached(url: str) -> Shot:
    """A Lambda proxy whose answers are cached."""
    settings = {
        "/cacheClusterEnabled": "true",
        "/cacheClusterSize": "0.5",
        "/~1echo/POST/caching/enabled": "true",
        "/~1echo/POST/caching/ttlInSeconds": "3600",
    }
    return Shot(*shot(url, rest(url, settings=settings)))


def function_url(url: str) -> Shot:
    """A function URL that is open to all."""
    lam = client(url, "lambda")
    made = lam.create_function_url_config(FunctionName="proxy", AuthType="NONE")
    for sid, action, more in (
        ("url", "lambda:InvokeFunctionUrl", {"FunctionUrlAuthType": "NONE"}),
        ("url-invoke", "lambda:InvokeFunction", {"InvokedViaFunctionUrl": True}),
    ):
        lam.add_permission(FunctionName="proxy", StatementId=sid, Action=action, Principal="*", **more)
    return Shot(f"{url}/", {**PLAIN, "Host": urlsplit(made["FunctionUrl"]).netloc})


def http_api(url: str) -> Shot:
    """A Lambda proxy of an HTTP API with format 2.0, open to all, made by quick create."""
    gateway = client(url, "apigatewayv2")
    api = gateway.create_api(Name="bench", ProtocolType="HTTP", Target=function_arn("proxy"))["ApiId"]
    allow(url, "proxy", "apigateway.amazonaws.com", f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/*")
    return Shot(*shot(url, api))


DOORS: tuple[Door, ...] = (
    Door("function URL", 0.85, function_url),
    Door("HTTP API", 0.85, http_api),
    Door("REST proxy", 0.75, rest_proxy),
    Door("REST, authorizer, plan", 0.6, rest_authorized),
    Door("REST, cached", 1.5, rest_cached),
)


def shot(url: str, api: str) -> tuple[str, dict[str, str]]:
    """How `POST /echo` of an API is asked for, by the API's own host name."""
    host = f"{api}.execute-api.localhost:{urlsplit(url).port}"
    return f"{url}/prod/echo", {**PLAIN, "Host": host}


def function_arn(name: str) -> str:
    """A function's ARN."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def invocations(arn: str) -> str:
    """The URI by which an integration invokes a function."""
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"


def allow(url: str, function: str, service: str, source: str) -> None:
    """Let a service invoke a function for a source."""
    client(url, "lambda").add_permission(
        FunctionName=function,
        StatementId=source.split(":")[5].removesuffix("/*"),
        Action="lambda:InvokeFunction",
        Principal=service,
        SourceArn=source,
    )


def measure(doors: tuple[Door, ...], seconds: int, connections: int, rounds: int) -> None:
    """Measure the signed Invoke and each door in turn, and print."""
    with portico() as url:
        invoke = Shot(url + PATH, signed(url, deploy(url)))
        deploy(url, PROXY, "proxy")
        deploy(url, AUTHORIZER, "authorizer")
        shots = [door.make(url) for door in doors]
        for target in (invoke, *shots):
            wrk(target.url, target.headers, 1, connections)
        base: list[float] = []
        rates: list[list[float]] = [[] for _ in doors]
        errors = [0] * len(doors)
        for _ in range(rounds):
            base.append(wrk(invoke.url, invoke.headers, seconds, connections).rate)
            for number, target in enumerate(shots):
                result = wrk(target.url, target.headers, seconds, connections)
                rates[number].append(result.rate)
                errors[number] += result.errors
    print(f"echo of {len(BODY)} bytes, {connections} connections")
    print(f"{'signed Invoke':26} {statistics.median(base):8.0f} requests/s")
    for number, door in enumerate(doors):
        ratio = statistics.median(mine / other for mine, other in zip(rates[number], base, strict=True))
        rate = statistics.median(rates[number])
        print(
            f"{door.name:26} {rate:8.0f} requests/s   ratio {ratio:.2f} (at least {door.ratio})"
            f"   errors {errors[number]}"
        )


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="doors whose names begin so, in any case")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed: apt-get install wrk")
    doors = tuple(door for door in DOORS if door.name.lower().startswith(options.only.lower()))
    measure(doors, options.seconds, options.connections, options.rounds)


if __name__ == "__main__":
    main()
