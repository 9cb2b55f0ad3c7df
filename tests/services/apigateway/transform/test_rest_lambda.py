"""Functions behind REST APIs: proxy integrations, mapped ones, and answers that stream."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from conftest import zip_of
from gates import Gate
from harness import REGION
from http_api import TRUST
from rest_integrations import ECHO_EVENT, Integrated

Deploy = Callable[..., str]
MALFORMED = (502, "Internal server error")
CONFIGURATION = (500, "Internal server error")
ANSWER = """
import json

def handler(event, context):
    return json.loads(event["body"])
"""


@pytest.fixture
def answering(api: Integrated, deploy: Deploy) -> Callable[..., Any]:
    """`answering(answer)`: what comes out of the API when a function answers so."""
    name = deploy(ANSWER)
    api.rest.permit(name)
    api.put("/a", "AWS_PROXY", "POST", uri=api.rest.invocations(name))

    def ask(answer: Any, **headers: str) -> Any:
        return api.ask("/a", "POST", headers, json.dumps(answer))

    return ask


def test_well_formed_answers(answering: Callable[..., Any]) -> None:
    plain = answering({"statusCode": 200, "body": "hi"})
    assert (plain.status, plain.body, plain.headers["content-type"]) == (200, b"hi", "application/json")
    assert plain.headers["x-amzn-trace-id"].startswith("Root=1-")
    assert answering({"statusCode": "201"}).status == 201
    assert answering({"statusCode": 204, "body": None, "headers": None}).body == b""
    assert answering({"statusCode": 200, "body": 5}).body == b"5"
    typed = answering(
        {"statusCode": 200, "headers": {"content-type": "text/x", "X-N": 1, "X-B": True}, "body": ""}
    )
    assert (typed.headers["content-type"], typed.headers["x-n"], typed.headers["x-b"]) == (
        "text/x",
        "1",
        "true",
    )
    base64 = answering({"statusCode": 200, "isBase64Encoded": True, "body": "aGk="})
    assert base64.body == b"aGk="


def test_headers_of_both_kinds(answering: Callable[..., Any]) -> None:
    came = answering(
        {
            "statusCode": 200,
            "headers": {"X-One": "a", "X-Two": "b"},
            "multiValueHeaders": {"X-One": ["a", "c"], "Set-Cookie": ["x=1", "y=2"]},
        }
    )
    assert came.many["x-one"] == ["a", "c"]
    assert came.many["set-cookie"] == ["x=1", "y=2"]
    assert came.headers["x-two"] == "b"


def test_headers_that_get_another_name(answering: Callable[..., Any]) -> None:
    headers = {
        "Date": "today",
        "Server": "me",
        "WWW-Authenticate": "Basic",
        "Connection": "close",
        "Via": "x",
    }
    came = answering(
        {"statusCode": 200, "headers": {**headers, "Transfer-Encoding": "chunked", "Host": "evil"}}
    )
    for name in ("Date", "Server", "WWW-Authenticate", "Connection"):
        assert came.headers[f"x-amzn-remapped-{name.lower()}"] == headers[name]
    assert not {"via", "host", "transfer-encoding", "www-authenticate"} & came.headers.keys()
    assert came.headers["date"] != "today"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "text",
        5,
        [],
        {},
        {"body": "x"},
        {"statusCode": "abc"},
        {"statusCode": 20},
        {"statusCode": 1000},
        {"statusCode": 200.5},
        {"statusCode": True},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "body": []},
        {"statusCode": 200, "headers": []},
        {"statusCode": 200, "headers": {"X": ["a"]}},
        {"statusCode": 200, "headers": {"X": {}}},
        {"statusCode": 200, "multiValueHeaders": {"X": "a"}},
        {"statusCode": 200, "isBase64Encoded": "maybe"},
        {"statusCode": 200, "statusDescription": "fine"},
        {"statusCode": 200, "headers": {"X": "a\r\nX-Evil: 1"}},
        {"statusCode": 200, "headers": {"X\r\nX-Evil": "a"}},
        {"statusCode": 200, "headers": {"X Y": "a"}},
        {"statusCode": 200, "headers": {"X": "a\u0000"}},
        {"statusCode": 200, "headers": {"X": "\u20ac"}},
    ],
)
def test_malformed_answers(answering: Callable[..., Any], answer: Any) -> None:
    came = answering(answer)
    assert came.message == MALFORMED
    assert came.headers["x-amzn-errortype"] == "InternalServerErrorException"
    assert "x-evil" not in came.headers


def test_binary_both_ways(api: Integrated, deploy: Deploy) -> None:
    name = deploy(
        "def handler(event, context):\n"
        "    return {'statusCode': 200, 'isBase64Encoded': event['isBase64Encoded'], 'body': event['body'],"
        " 'headers': {'Content-Type': 'image/png'}}\n"
    )
    api.rest.control.update_rest_api(
        restApiId=api.rest.id, patchOperations=[{"op": "add", "path": "/binaryMediaTypes/image~1png"}]
    )
    api.rest.permit(name)
    api.put("/a", "AWS_PROXY", "POST", uri=api.rest.invocations(name))
    data = bytes(range(256))
    sent = {"Content-Type": "image/png"}
    assert api.ask("/a", "POST", {**sent, "Accept": "image/png"}, data).body == data
    assert api.ask("/a", "POST", {**sent, "Accept": "image/png, */*"}, data).body == data
    assert api.ask("/a", "POST", {**sent, "Accept": "text/html, image/png"}, data).body[:4] == b"AAEC"
    assert api.ask("/a", "POST", {"Content-Type": "text/plain"}, b"text").body == b"text"


def test_functions_that_fail(api: Integrated, deploy: Deploy, gate: Gate) -> None:
    raising = deploy("def handler(event, context):\n    raise Exception('no')\n")
    slow = deploy(f"def handler(event, context):\n    {gate.wait}\n", Timeout=60)
    for name in (raising, slow):
        api.rest.permit(name)
    api.put("/raises", "AWS_PROXY", uri=api.rest.invocations(raising))
    api.put("/slow", "AWS_PROXY", uri=api.rest.invocations(slow), timeoutInMillis=300)
    api.put("/none", "AWS_PROXY", uri=api.rest.invocations("nobody"))
    assert api.ask("/raises").message == MALFORMED
    assert api.ask("/slow").message == (504, "Endpoint request timed out")
    assert api.ask("/none").message == CONFIGURATION


def test_a_function_that_has_not_been_opened(api: Integrated, deploy: Deploy) -> None:
    name = deploy("def handler(event, context):\n    return {'statusCode': 200}\n")
    api.put("/a/{id}", "AWS_PROXY", uri=api.rest.invocations(name))
    assert api.ask("/a/1").message == CONFIGURATION
    lam = api.rest.client("lambda")
    permission = {
        "FunctionName": name,
        "Action": "lambda:InvokeFunction",
        "Principal": "apigateway.amazonaws.com",
    }
    lam.add_permission(**permission, StatementId="other", SourceArn=api.rest.arn("*/POST/a/*"))
    assert api.ask("/a/1").message == CONFIGURATION
    lam.add_permission(**permission, StatementId="this", SourceArn=api.rest.arn("*/GET/a/*"))
    assert api.ask("/a/1").status == 200


def test_a_role_calls_instead(api: Integrated, deploy: Deploy, client: Callable[..., Any]) -> None:
    name = deploy("def handler(event, context):\n    return {'statusCode': 200}\n")
    iam = client("iam")
    arn = iam.create_role(RoleName="caller", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    api.put("/a", "AWS_PROXY", uri=api.rest.invocations(name), credentials=arn)
    assert api.ask("/a").message == CONFIGURATION
    statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_role_policy(RoleName="caller", PolicyName="p", PolicyDocument=document)
    assert api.ask("/a").status == 200
    iam.delete_role_policy(RoleName="caller", PolicyName="p")
    iam.delete_role(RoleName="caller")
    assert api.ask("/a").message == CONFIGURATION


def test_stage_variables_name_the_function(api: Integrated, deploy: Deploy) -> None:
    name = deploy(
        "def handler(event, context):\n    return {'statusCode': 200, 'body': event['stageVariables']['fn']}\n"
    )
    api.rest.permit(name)
    api.variables = {"fn": name}
    api.put("/a", "AWS_PROXY", uri=api.rest.invocations("${stageVariables.fn}"))
    assert api.ask("/a").body == name.encode()


def test_a_mapped_function(api: Integrated, deploy: Deploy) -> None:
    name = deploy(ECHO_EVENT)
    api.rest.permit(name)
    api.put(
        "/a",
        "AWS",
        "POST",
        uri=api.rest.invocations(name),
        requestTemplates={"application/json": '{"who": "$input.params(\'who\')", "body": $input.json("$")}'},
        headers={"X-Who": False},
        responses={
            "200": {
                "responseParameters": {"method.response.header.X-Who": "integration.response.body.who"},
                "responseTemplates": {"application/json": '{"back": $input.json("$.body")}'},
            }
        },
    )
    came = api.ask("/a?who=me", "POST", {}, '{"a": [1]}')
    assert (came.status, came.json, came.headers["x-who"]) == (200, {"back": {"a": [1]}}, "me")
    assert came.headers["content-type"] == "application/json"


def test_errors_choose_the_answer(api: Integrated, deploy: Deploy) -> None:
    name = deploy(
        "def handler(event, context):\n    if event['why']:\n        raise Exception(event['why'])\n    return 'fine'\n"
    )
    api.rest.permit(name)
    api.put(
        "/a",
        "AWS",
        "POST",
        uri=api.rest.invocations(name),
        responses={
            "200": {},
            "404": {
                "selectionPattern": "not found: .*",
                "responseTemplates": {"application/json": '{"message": $input.json("$.errorMessage")}'},
            },
            "400": {"selectionPattern": "bad.*"},
        },
    )
    assert api.ask("/a", "POST", {}, '{"why": ""}').json == "fine"
    missing = api.ask("/a", "POST", {}, '{"why": "not found: x"}')
    assert (missing.status, missing.json) == (404, {"message": "not found: x"})
    bad = api.ask("/a", "POST", {}, '{"why": "bad"}')
    assert (bad.status, bad.json["errorMessage"]) == (400, "bad")
    assert api.ask("/a", "POST", {}, '{"why": "so bad"}').status == 200  # patterns are for the whole message
    assert api.ask("/a", "POST", {}, '{"why": "bad\\nlines"}').status == 200


def test_a_hostile_message_and_pattern(api: Integrated, deploy: Deploy) -> None:
    name = deploy("def handler(event, context):\n    raise Exception('a' * 50)\n")
    api.rest.permit(name)
    api.put(
        "/a",
        "AWS",
        "POST",
        uri=api.rest.invocations(name),
        responses={"200": {}, "400": {"selectionPattern": "(a|aa)+b"}},
    )
    assert api.ask("/a", "POST", {}, "{}").message == CONFIGURATION


def test_events_are_accepted(api: Integrated, deploy: Deploy) -> None:
    name = deploy(ECHO_EVENT)
    api.rest.permit(name)
    api.put(
        "/a",
        "AWS",
        "POST",
        uri=api.rest.invocations(name),
        requestParameters={"integration.request.header.X-Amz-Invocation-Type": "'Event'"},
        responses={"200": {}},
    )
    came = api.ask("/a", "POST", {}, "{}")
    assert (came.status, came.body) == (200, b"")


def test_an_event_that_is_no_json(api: Integrated, deploy: Deploy) -> None:
    name = deploy(ECHO_EVENT)
    api.rest.permit(name)
    api.put("/a", "AWS", "POST", uri=api.rest.invocations(name), responses={"200": {}})
    came = api.ask("/a", "POST", {}, "{nope")
    assert came.status == 400
    assert came.json["message"].startswith("Could not parse request body into json")


def test_a_method_response_that_is_not_there(api: Integrated, deploy: Deploy) -> None:
    name = deploy(ECHO_EVENT)
    api.rest.permit(name)
    api.put("/a", "AWS", "POST", uri=api.rest.invocations(name), responses={"200": {}})
    api.rest.control.delete_method_response(
        restApiId=api.rest.id, resourceId=api.rest.resource("/a"), httpMethod="POST", statusCode="200"
    )
    assert api.ask("/a", "POST", {}, "{}").message == CONFIGURATION


NODE_STREAM = """
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream = awslambda.HttpResponseStream.from(stream, {
    statusCode: 201, headers: {"Content-Type": "text/plain", "X-Own": "1"}, cookies: ["a=1"]
  });
  stream.write("one ");
  stream.write("two");
  stream.end();
});
"""


def test_an_answer_that_streams(api: Integrated, client: Callable[..., Any], role: str) -> None:
    lam = client("lambda")
    arn = lam.create_function(
        FunctionName="stream",
        Handler="app.handler",
        Runtime="nodejs22.x",
        Role=role,
        Code={"ZipFile": zip_of({"app.js": NODE_STREAM})},
    )["FunctionArn"]
    lam.get_waiter("function_active_v2").wait(FunctionName="stream", WaiterConfig={"Delay": 1})
    api.rest.permit("stream")
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2021-11-15/functions/{arn}/response-streaming-invocations"
    api.put("/a", "AWS_PROXY", uri=uri, responseTransferMode="STREAM")
    came = api.ask("/a")
    assert (came.status, came.body) == (201, b"one two")
    assert (came.headers["content-type"], came.headers["x-own"]) == ("text/plain", "1")
    assert came.headers["set-cookie"] == "a=1"
    assert came.headers["transfer-encoding"] == "chunked"


def test_a_stream_that_does_not_begin_well(api: Integrated, deploy: Deploy) -> None:
    name = deploy("def handler(event, context):\n    return 'no prelude'\n")
    api.rest.permit(name)
    arn = f"arn:aws:lambda:{REGION}:{api.rest.account}:function:{name}"
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2021-11-15/functions/{arn}/response-streaming-invocations"
    api.put("/a", "AWS_PROXY", uri=uri, responseTransferMode="STREAM")
    assert api.ask("/a").message == CONFIGURATION


def test_the_execution_is_told(api: Integrated, deploy: Deploy) -> None:
    """test_apigw_test_invoke_method_api."""
    name = deploy(
        "def handler(event, context):\n    return {'statusCode': 200, 'body': 'b', 'headers': {}}\n"
    )
    api.rest.permit(name)
    api.put("/foo", "AWS", uri=api.rest.invocations(name), responses={"200": {}})
    asked = {"restApiId": api.rest.id, "resourceId": api.rest.resource("/foo"), "httpMethod": "GET"}
    answer = api.rest.control.test_invoke_method(
        **asked,
        pathWithQueryString="?queryTest=value",
        headers={"content-type": "application/json"},
        body='{"test": 1}',
    )
    assert answer["status"] == 200
    assert json.loads(answer["body"]) == {"statusCode": 200, "body": "b", "headers": {}}
    assert answer["headers"].keys() == {"Content-Type", "X-Amzn-Trace-Id"}
    lines = [line.partition(" : ")[2] for line in answer["log"].splitlines()[1:]]
    address = f"https://lambda.{REGION}.amazonaws.com/2015-03-31/functions/arn:aws:lambda:{REGION}:{api.rest.account}:function:{name}/invocations"
    assert [line.partition(": ")[0] for line in lines] == [
        "Starting execution for request",
        "HTTP Method",
        "Method request path",
        "Method request query string",
        "Method request headers",
        "Method request body before transformations",
        "Endpoint request URI",
        "Endpoint request headers",
        "Endpoint request body after transformations",
        f"Sending request to {address}",
        "Received response. Status",
        "Endpoint response headers",
        "Endpoint response body before transformations",
        "Method response body after transformations",
        "Method response headers",
        "Successfully completed execution",
        "Method completed with status",
    ]
    assert lines[3] == "Method request query string: {queryTest=value}"
    assert lines[6] == f"Endpoint request URI: {address}"
    assert f"x-amzn-apigateway-api-id={api.rest.id}" in lines[7]
    assert lines[8] == 'Endpoint request body after transformations: {"test": 1}'
    assert lines[-1] == "Method completed with status: 200"


def test_the_caller_calls(api: Integrated, deploy: Deploy, client: Callable[..., Any]) -> None:
    name = deploy(
        "def handler(event, context):\n    return {'statusCode': 200, 'body': event['requestContext']['identity']['userArn']}\n"
    )
    iam = client("iam")
    arn = iam.create_user(UserName="ann")["User"]["Arn"]
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    credentials = (key["AccessKeyId"], key["SecretAccessKey"])

    def may(*actions: str) -> None:
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=document)

    may("execute-api:Invoke")
    signed = {"authorizationType": "AWS_IAM"}
    api.put(
        "/a", "AWS_PROXY", uri=api.rest.invocations(name), credentials="arn:aws:iam::*:user/*", method=signed
    )
    api.put("/open", "AWS_PROXY", uri=api.rest.invocations(name), credentials="arn:aws:iam::*:user/*")
    assert api.ask("/a").status == 403
    assert api.rest.ask_signed("/a", credentials).message == CONFIGURATION
    may("execute-api:Invoke", "lambda:InvokeFunction")
    assert api.rest.ask_signed("/a", credentials).body == arn.encode()
    assert api.ask("/open").message == CONFIGURATION
