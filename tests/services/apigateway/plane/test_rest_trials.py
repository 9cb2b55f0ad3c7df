"""TestInvokeMethod and TestInvokeAuthorizer."""

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from portico.services.apigateway.plane.trials import parameters
from rest_doors import ECHO, RestApi

_STAMP = re.compile(r"^\w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4} : ")


def lines(answer: Any) -> list[str]:
    """The log without its stamps and ids."""
    first, *rest = answer["log"].split("\n")
    request_id = first.removeprefix("Execution log for request ")
    assert len(request_id) == 36
    assert rest.pop() == ""
    assert all(_STAMP.match(line) for line in rest)
    return [_STAMP.sub("", line).replace(request_id, "ID") for line in rest]


@pytest.fixture
def pets(rest: RestApi) -> RestApi:
    rest.method("/pets", answer='{"pets": "all the pets"}')
    rest.method("/pets/{petId}", answer='{"petId": "$input.params(\'petId\')"}')
    return rest


def attempt(rest: RestApi, path: str, **options: Any) -> Any:
    return rest.control.test_invoke_method(
        restApiId=rest.id, resourceId=rest.resource(path), httpMethod=options.pop("method", "GET"), **options
    )


def test_a_method(pets: RestApi) -> None:
    """test_invoke_test_method."""
    answer = attempt(pets, "/pets")
    assert (answer["status"], json.loads(answer["body"])) == (200, {"pets": "all the pets"})
    assert answer["headers"] == {"Content-Type": "application/json"}
    assert answer["multiValueHeaders"] == {"Content-Type": ["application/json"]}
    assert answer["latency"] >= 0
    assert lines(answer) == [
        "Starting execution for request: ID",
        "HTTP Method: GET, Resource Path: /pets",
        "Method request path: {}",
        "Method request query string: {}",
        "Method request headers: {}",
        "Method request body before transformations: ",
        'Method response body after transformations: {"pets": "all the pets"}',
        "Method response headers: {Content-Type=application/json}",
        "Successfully completed execution",
        "Method completed with status: 200",
    ]


@pytest.mark.parametrize(
    ("path", "shown", "given", "pet"),
    [
        ("/pets/123", "/pets/123", "{petId=123}", "123"),
        ("", "/pets/{petId}", "{petId={petId}}", "{petId}"),
        ("/random/test", "/random/test", "{}", ""),
    ],
)
def test_paths(pets: RestApi, path: str, shown: str, given: str, pet: str) -> None:
    """test_invoke_test_method."""
    options = {"pathWithQueryString": path} if path else {}
    answer = attempt(pets, "/pets/{petId}", **options)
    assert json.loads(answer["body"]) == {"petId": pet}
    assert lines(answer)[1:3] == [
        f"HTTP Method: GET, Resource Path: {shown}",
        f"Method request path: {given}",
    ]


def test_a_request_with_everything(pets: RestApi) -> None:
    answer = attempt(
        pets,
        "/pets",
        pathWithQueryString="/pets?queryTest=value",
        headers={"content-type": "application/json"},
        body='{"test": "val123"}',
    )
    assert lines(answer)[3:6] == [
        "Method request query string: {queryTest=value}",
        "Method request headers: {content-type=application/json}",
        'Method request body before transformations: {"test": "val123"}',
    ]


def test_a_method_that_fails(rest: RestApi) -> None:
    """test_failed_invoke_test_method."""
    at = {"restApiId": rest.id, "resourceId": rest.resource("/"), "httpMethod": "GET"}
    rest.control.put_method(**at, authorizationType="NONE")
    rest.control.put_integration(
        **at, type="HTTP", integrationHttpMethod="GET", uri="http://example.com/{nothing}"
    )
    answer = attempt(rest, "/")
    assert (answer["status"], json.loads(answer["body"])) == (500, {"message": "Internal server error"})
    assert answer["headers"]["x-amzn-ErrorType"] == "InternalServerErrorException"
    assert lines(answer)[-2:] == [
        "Execution failed due to configuration error: Invalid endpoint address",
        "Method completed with status: 500",
    ]


def test_what_a_function_sees(rest: RestApi, deploy: Any) -> None:
    rest.method("/echo/{x}", "ANY", function=deploy(ECHO), authorizationType="AWS_IAM", apiKeyRequired=True)
    answer = attempt(
        rest,
        "/echo/{x}",
        method="POST",
        pathWithQueryString="/echo/1?a=b",
        body="hi",
        stageVariables={"v": "w"},
    )
    event = json.loads(answer["body"])
    context = event["requestContext"]
    assert (event["path"], event["pathParameters"], event["body"]) == ("/echo/1", {"x": "1"}, "hi")
    assert (event["headers"], event["stageVariables"]) == (None, {"v": "w"})
    assert context["stage"] == "test-invoke-stage"
    assert context["domainName"] == "testPrefix.testDomainName"
    assert context["domainPrefix"] == "testPrefix"
    identity = context["identity"]
    assert identity["sourceIp"] == "test-invoke-source-ip"
    assert (identity["apiKey"], identity["apiKeyId"]) == ("test-invoke-api-key", "test-invoke-api-key-id")
    assert identity["accountId"] == rest.account


def test_what_is_not_there(pets: RestApi) -> None:
    for options, words in [
        ({"resourceId": "none", "httpMethod": "GET"}, "Invalid Resource identifier specified"),
        ({"resourceId": pets.resource("/pets"), "httpMethod": "POST"}, "Invalid Method identifier specified"),
    ]:
        with pytest.raises(ClientError, match=words):
            pets.control.test_invoke_method(restApiId=pets.id, **options)


AUTHORIZER = """
def handler(event, context):
    if event["authorizationToken"] == "no":
        raise Exception("Unauthorized")
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"]}
    return {"principalId": "user", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}, "context": {"a": 1}}
"""


def test_an_authorizer(rest: RestApi, deploy: Any) -> None:
    made = rest.authorizer(deploy(AUTHORIZER))
    at = {"restApiId": rest.id, "authorizerId": made}
    answer = rest.control.test_invoke_authorizer(**at, headers={"Authorization": "yes"})
    assert (answer["clientStatus"], answer["principalId"]) == (0, "user")
    assert answer["authorization"] == {"a": ["1"]}
    assert json.loads(answer["policy"])["Statement"][0]["Effect"] == "Allow"
    assert "Using valid authorizer policy for principal: ***r" in lines(answer)
    for headers in ({"Authorization": "no"}, {}):
        refused = rest.control.test_invoke_authorizer(**at, headers=headers)
        assert refused["clientStatus"] == 401
        assert "principalId" not in refused


@pytest.mark.parametrize(
    ("template", "path", "found"),
    [
        ("/a/{b}", "/a/1", {"b": "1"}),
        ("/a/{b}", "/a/x%20y", {"b": "x%20y"}),
        ("/a/{b}", "/a/1/2", {}),
        ("/a/{b}", "/c/1", {}),
        ("/a/{b+}", "/a/1/2", {"b": "1/2"}),
        ("/{a}/{b+}", "/x/1/2/3", {"a": "x", "b": "1/2/3"}),
        ("/{a}/{b+}", "/x", {}),
        ("/", "/", {}),
    ],
)
def test_parameters(template: str, path: str, found: dict[str, str]) -> None:
    assert parameters(template, path) == found
