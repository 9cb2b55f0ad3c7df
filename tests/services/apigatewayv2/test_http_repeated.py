"""An API that asks its function again and again: whatever changes meanwhile counts for the next request."""

import http.client
import json
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from conftest import zip_of
from gates import Gate
from harness import portico
from http_api import Came, HttpApi

COUNTING = "def handler(event, context):\n    return {'statusCode': 200, 'body': context.function_version + event.get('body', '')}\n"


@pytest.fixture
def asked(api: HttpApi, deploy: Callable[..., str]) -> HttpApi:
    """An API that has asked its function before."""
    api.stage()
    api.route("$default", api.integrate(deploy(COUNTING)))
    warm(api)
    return api


def post(api: HttpApi, body: str) -> Came:
    return api.ask("/", "POST", {"Content-Type": "text/plain"}, body)


def warm(api: HttpApi) -> None:
    for number in range(5):
        came = post(api, str(number))
        assert (came.status, came.body) == (200, f"$LATEST{number}".encode())


def test_a_permission_that_is_withdrawn(asked: HttpApi) -> None:
    lam = asked.client("lambda")
    lam.remove_permission(FunctionName="f0", StatementId=f"s1-{asked.id}")
    refused = [asked.ask("/") for _ in range(3)]
    assert {came.message for came in refused} == {(500, "Internal Server Error")}
    asked.permit("f0")
    warm(asked)


def test_what_one_api_may_another_may_not(asked: HttpApi, account: str) -> None:
    other = HttpApi(asked.server, asked.client, account)
    other.stage()
    other.route("$default", other.integrate("f0"))
    warm(other)
    asked.client("lambda").remove_permission(FunctionName="f0", StatementId=f"s1-{other.id}")
    for _ in range(3):
        warm(asked)
        assert other.ask("/").message == (500, "Internal Server Error")


def test_what_one_route_may_another_may_not(api: HttpApi, deploy: Callable[..., str]) -> None:
    target = api.integrate(deploy(COUNTING))
    api.client("lambda").remove_permission(FunctionName="f0", StatementId=f"s1-{api.id}")
    api.permit("f0", "*/GET/a")
    api.stage()
    for key in ("GET /a", "GET /b"):
        api.route(key, target)
    for _ in range(3):
        assert [api.ask(path).status for path in ("/a", "/b")] == [200, 500]


def test_the_same_bytes_on_one_connection_are_let_in_anew(asked: HttpApi) -> None:
    lam = asked.client("lambda")
    connection = http.client.HTTPConnection("127.0.0.1", asked.server.port)

    def again() -> int:
        connection.request("GET", "/", headers={"Host": asked.host})
        answer = connection.getresponse()
        answer.read()
        return answer.status

    try:
        for _ in range(2):
            assert [again() for _ in range(4)] == [200] * 4
            lam.remove_permission(FunctionName="f0", StatementId=f"s1-{asked.id}")
            assert [again() for _ in range(4)] == [500] * 4
            asked.permit("f0")
        asked.control.delete_api(ApiId=asked.id)
        assert [again() for _ in range(2)] == [403] * 2
    finally:
        connection.close()


def test_code_that_is_replaced(asked: HttpApi) -> None:
    lam = asked.client("lambda")
    other = zip_of({"app.py": "def handler(event, context):\n    return 'other'\n"})
    lam.update_function_code(FunctionName="f0", ZipFile=other)
    lam.get_waiter("function_updated_v2").wait(FunctionName="f0", WaiterConfig={"Delay": 1})
    assert {asked.ask("/").body for _ in range(3)} == {b'"other"'}
    lam.delete_function(FunctionName="f0")
    assert asked.ask("/").status == 500


def test_a_function_that_has_no_place_left(asked: HttpApi) -> None:
    lam = asked.client("lambda")
    lam.put_function_concurrency(FunctionName="f0", ReservedConcurrentExecutions=0)
    assert [asked.ask("/").status for _ in range(3)] == [503] * 3
    lam.delete_function_concurrency(FunctionName="f0")
    warm(asked)


def test_a_budget_that_is_set(asked: HttpApi, account: str) -> None:
    made = portico(asked.server, "budget", "set", "f0", "--per-day", "2", account=account)
    assert made.returncode == 0, made.stderr
    assert [asked.ask("/").status for _ in range(4)] == [200, 200, 503, 503]


def test_a_function_that_takes_too_long(api: HttpApi, deploy: Callable[..., str], gate: Gate) -> None:
    source = f"def handler(event, context):\n    if event.get('body'):\n        {gate.wait}\n    return 1\n"
    api.stage()
    api.route("$default", api.integrate(deploy(source), TimeoutInMillis=1_000))
    for _ in range(3):
        assert api.ask("/").status == 200
    assert post(api, "wait").status == 503
    gate.open()
    for _ in range(3):
        assert api.ask("/").status == 200


def test_it_is_explained_and_traced(asked: HttpApi, deploy: Callable[..., str]) -> None:
    came = asked.ask("/", headers={"X-Amzn-Trace-Id": "Root=1-5e1b4151-0ad1a1c1d1e1f1a1b1c1d1e1"})
    url = f"{asked.server.url}/_portico/explain?request_id={came.headers['apigw-requestid']}"
    with urllib.request.urlopen(url) as answer:
        told: Any = json.loads(answer.read())
    assert [(one["action"], one["allowed"]) for one in told["decisions"]] == [("lambda:InvokeFunction", True)]
    shows = deploy("import os\ndef handler(event, context):\n    return os.environ['_X_AMZN_TRACE_ID']\n")
    asked.route("GET /trace", asked.integrate(shows))
    for _ in range(3):
        came = asked.ask("/trace", headers={"X-Amzn-Trace-Id": "Root=1-5e1b4151-0ad1a1c1d1e1f1a1b1c1d1e1"})
        assert came.body.startswith(b'"Root=1-5e1b4151-0ad1a1c1d1e1f1a1b1c1d1e1;')


def test_many_at_once(asked: HttpApi) -> None:
    def many(number: int) -> bool:
        bodies = [f"{number}.{at}" for at in range(20)]
        return all(post(asked, body).body == f"$LATEST{body}".encode() for body in bodies)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(many, range(8)))
