"""What an API's owner has written, and what its callers send, may be as costly as it likes: others are served meanwhile."""

import json
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from harness import Server
from http_api import Came
from rest_doors import RestApi

PATIENCE_S = 2.0  # a busy machine's; what is refused here would take minutes or for ever
MODELS = "https://apigateway.amazonaws.com/restapis/{}/models/"


def slowest_meanwhile(server: Server, ask: Callable[[], Came], times: int = 4) -> tuple[float, list[Came]]:
    """How long the server took at most to answer somebody else while it was asked `times` times at once, and what it answered."""
    slowest = 0.0
    with ThreadPoolExecutor(times) as pool:
        asked = [pool.submit(ask) for _ in range(times)]
        while True:
            ended = all(one.done() for one in asked)
            began = time.monotonic()
            urllib.request.urlopen(f"{server.url}/_portico/health", timeout=30).read()
            slowest = max(slowest, time.monotonic() - began)
            if ended:
                return slowest, [one.result() for one in asked]


def nested(depth: int) -> str:
    return '{"a":' * depth + "{}" + "}" * depth


@pytest.mark.parametrize("rule", ["allOf", "anyOf", "oneOf"])
def test_models_that_double_the_work_with_each_level(rest: RestApi, rule: str) -> None:
    itself = {"$ref": MODELS.format(rest.id) + "Node"}
    missing = {"required": ["b"]} if rule == "anyOf" else {}
    model = {"type": "object", "properties": {"a": {rule: [itself, itself, missing]}}}
    rest.control.create_model(
        restApiId=rest.id, name="Node", contentType="application/json", schema=json.dumps(model)
    )
    validator = rest.control.create_request_validator(restApiId=rest.id, name="v", validateRequestBody=True)
    rest.method("/a", "POST", requestModels={"application/json": "Node"}, requestValidatorId=validator["id"])
    rest.deploy()
    assert rest.ask("/a", "POST", body=nested(2)).status in (200, 400)
    slowest, answers = slowest_meanwhile(rest.server, lambda: rest.ask("/a", "POST", body=nested(60)))
    assert slowest < PATIENCE_S
    assert {answer.status for answer in answers} <= {200, 400}


def test_models_whose_patterns_take_for_ever(rest: RestApi) -> None:
    name = '"\\u0070attern"'  # `pattern`, to whoever decodes it
    schema = '{"type": "array", "items": {"type": "string", ' + name + ': "^(a+)+$"}}'
    rest.control.create_model(restApiId=rest.id, name="M", contentType="application/json", schema=schema)
    validator = rest.control.create_request_validator(restApiId=rest.id, name="v", validateRequestBody=True)
    rest.method("/a", "POST", requestModels={"application/json": "M"}, requestValidatorId=validator["id"])
    rest.deploy()
    assert rest.ask("/a", "POST", body='["aaa"]').status == 200
    slowest, answers = slowest_meanwhile(
        rest.server, lambda: rest.ask("/a", "POST", body=json.dumps(["a" * 40 + "b"] * 80))
    )
    assert slowest < PATIENCE_S
    assert {answer.status for answer in answers} == {400}


def _template(rest: RestApi, path: str, template: str, **options: Any) -> None:
    at = {"restApiId": rest.id, "resourceId": rest.resource(path), "httpMethod": "POST"}
    rest.control.put_method(**at, authorizationType="NONE")
    rest.control.put_integration(
        **at, type="MOCK", requestTemplates={"application/json": template}, **options
    )
    rest.control.put_method_response(**at, statusCode="200")
    rest.control.put_integration_response(**at, statusCode="200")


COMB = "[" + ",".join("1" * 300) + ","


@pytest.mark.parametrize(
    ("template", "body"),
    [
        ("$input.json('$..*..*..*..*')", COMB * 300 + "1" + "]" * 300),
        ("$input.json('$..[?(@..x)]')", COMB * 300 + "1" + "]" * 300),
        ("$input.json('$[?(@ =~ /(a+)+b/)]')", json.dumps(["a" * 26 + "c"] * 2_000)),
        ("$input.path('$[?(" + "!" * 3_000 + "@)]')", "[1]"),
        ("$input.path('$[?(@ in " + "[" * 3_000 + ")]')", "[1]"),
        (
            "#set($l = $input.path('$'))#foreach($a in $l)#foreach($b in $l)$l.contains($b)#end#end",
            json.dumps([{"a": "x" * 2_000, "b": n} for n in range(300)]),
        ),
        ("#macro(m)#m()#end#m()", "{}"),
        ("#define($a)$a$a#end$a", "{}"),
        ("#set($s = 'x')#foreach($i in [1..1000])#set($s = $s + $s)#end$s", "{}"),
    ],
)
def test_templates_and_paths(rest: RestApi, template: str, body: str) -> None:
    _template(rest, "/a", '#set($ignored = "' + template.replace('"', '\\"') + '"){"statusCode": 200}')
    rest.deploy()
    slowest, answers = slowest_meanwhile(rest.server, lambda: rest.ask("/a", "POST", body=body), times=3)
    assert slowest < PATIENCE_S
    assert {answer.status for answer in answers} <= {200, 400, 500}


def test_bodies_that_are_no_text(rest: RestApi, deploy: Callable[..., str]) -> None:
    """It takes long to say of each byte that it is none; and of what no function could get, nothing is said."""
    name = deploy(
        "def handler(event, context):\n    return {'statusCode': 200, 'body': str(len(event['body']))}\n"
    )
    rest.method("/a", "POST", function=name)
    rest.deploy()
    assert rest.ask("/a", "POST", body=b"a\xff\xc3" + b"\xc3" * 5).json == 8
    slowest, answers = slowest_meanwhile(
        rest.server, lambda: rest.ask("/a", "POST", body=b"\xff" * 1_500_000), times=3
    )
    assert slowest < PATIENCE_S
    assert {(answer.status, answer.body) for answer in answers} == {(200, b"1500000")}
    assert rest.ask("/a", "POST", body=b"\xff" * 7_000_000).message == (413, "Request Too Long")


def test_files_of_many_keys(rest: RestApi) -> None:
    def file_of(keys: int) -> bytes:
        start = rest.account
        lines = [f"k{number},{start}-{number:010d}" for number in range(keys)]
        return "\n".join(["name,key", *lines]).encode()

    with pytest.raises(rest.control.exceptions.LimitExceededException):
        rest.control.import_api_keys(body=file_of(10_001), format="csv")
    assert rest.control.get_api_keys()["items"] == []
    assert len(rest.control.import_api_keys(body=file_of(500), format="csv")["ids"]) == 500


def test_many_changes_at_once(rest: RestApi) -> None:
    def changes(count: int) -> list[dict[str, str]]:
        return [{"op": "add", "path": f"/binaryMediaTypes/a~1{number}"} for number in range(count)]

    with pytest.raises(rest.control.exceptions.BadRequestException, match="Too many patch operations"):
        rest.control.update_rest_api(restApiId=rest.id, patchOperations=changes(1_001))
    found = rest.control.update_rest_api(restApiId=rest.id, patchOperations=changes(100))
    assert len(found["binaryMediaTypes"]) == 100
