"""What docs/operations.md, errors.md, runtimes.md, dependencies.md and NOTICE say, against the code and the running server."""

import re
import tomllib
import urllib.request
from collections.abc import Callable
from typing import Any

from harness import Server
from pages import ROOT, page, quoted, rows, section
from portico.environments.work import EnvironmentSpec
from portico.gateway.limits import Limits
from portico.identity.sessions import Credentials
from portico.invoke.variables import environment_variables

GATEWAY = ROOT / "src/portico/gateway"


def get(server: Server, path: str) -> str:
    with urllib.request.urlopen(server.url + path) as answer:
        return answer.read().decode()


def test_every_metric(server: Server) -> None:
    exposed = dict(re.findall(r"^# TYPE (\S+) (\S+)$", get(server, "/_portico/metrics"), re.M))
    told = {quoted(name)[0]: kind for name, kind, *_ in rows(page("operations.md"), "metric")}
    assert told == exposed


def test_labels_of_metrics(server: Server, client: Callable[..., Any], deploy: Callable[..., str]) -> None:
    name = deploy("def handler(event, context): return 1")
    client("lambda").put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    client("lambda").invoke(FunctionName=name, InvocationType="Event")
    while "portico_events_total{" not in get(server, "/_portico/metrics"):  # until it is dropped
        client("sts").get_caller_identity()
    told = {
        quoted(name)[0]: set(quoted(labels)) for name, _, labels, _ in rows(page("operations.md"), "metric")
    }
    seen = {
        name: set(re.findall(r'(\w+)="', labels or ""))
        for name, labels in re.findall(r"^(\w+)(\{.*\})? \S+$", get(server, "/_portico/metrics"), re.M)
    }
    assert seen == told


def test_every_address_of_its_own() -> None:
    sources = [
        *GATEWAY.glob("*.py"),
        GATEWAY.parent / "invoke" / "container_credentials.py",
        GATEWAY.parent / "app.py",
    ]
    addresses = {
        path
        for source in sources
        for path in re.findall(r'"(/_(?:portico|localstack)/\w+)', source.read_text())
    }
    told = {
        path
        for first, _ in rows(page("operations.md"), "address")
        for each in quoted(first)
        for path in re.findall(r"^(?:GET|POST) (/_\w+/\w+)", each)
    }
    assert told == addresses


def test_bounds_of_the_http_lane() -> None:
    limits = Limits()
    table = section("operations.md", "Limits")
    for words in (
        f"{limits.header_bytes // 1024} KB, {limits.header_count} fields",
        f"| path and query | {limits.target_bytes // 1024} KB |",
        f"| time for a head | {limits.head_s:.0f} s |",
        f"without a request | {limits.idle_s:.0f} s |",
        f"{limits.body_rate // 1024} KB/s, after {limits.body_grace_s:.0f} s",
        f"{limits.body_memory_bytes // 1024**2} MB, then waits of at most {limits.body_memory_wait_s:.0f} s",
        f"nothing of a reply | {limits.write_s:.0f} s |",
        f"on one connection | {limits.pipeline_depth} |",
        f"requests under way | {limits.requests:,} |",
        f"| connections | {limits.connections:,} |",
    ):
        assert words in table


def test_every_refusal_of_the_http_lane() -> None:
    source = "".join(
        (GATEWAY / f"{name}.py").read_text()
        for name in ("parse", "http", "refusals", "body", "traffic", "hosts", "cors")
    )
    codes = set(re.findall(r'AwsError\(\s*"(\w+)"', source))
    assert codes
    assert {quoted(code)[0] for _, code, _ in rows(section("errors.md", "HTTP"), "what")} == codes


def test_every_environment_variable() -> None:
    spec = EnvironmentSpec(
        "", "", "", "f", "1", "", "python3.13", "a.b", "", "", 128, 3, 512, "/aws/lambda/f"
    )
    given = environment_variables(spec, "s", Credentials("k", "s", "t", 0.0), "http://x")
    told = {name for first, _ in rows(page("runtimes.md"), "variable") for name in quoted(first)}
    # set with each invocation; with `--tls auto` only; when the environment is started
    not_always = {"_X_AMZN_TRACE_ID", "AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "AWS_LAMBDA_RUNTIME_API"}
    assert told - not_always == {name for name, _ in given}


def test_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [re.split(r"[<>=]", each)[0] for each in project["dependencies"]]
    assert [name for name, *_ in rows(page("dependencies.md"), "library")] == needed


def test_notice_names_what_is_there() -> None:
    paths = re.findall(r"(?<![\w./])((?:src|tests)/[\w./*-]+)", (ROOT / "NOTICE").read_text())
    assert len(paths) > 5
    for path in paths:
        assert list(ROOT.glob(path.rstrip("/"))), path
