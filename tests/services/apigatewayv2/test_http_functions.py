"""HTTP APIs in front of functions: events, answers, and who may invoke.

Source: API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs"; events seen.
"""

import base64
import json
import re
from collections.abc import Callable

import pytest

from harness import REGION
from http_api import ECHO, HttpApi

ANSWER = """
import json
def handler(event, context):
    return json.loads(event["body"])
"""


@pytest.fixture
def echo(api: HttpApi, deploy: Callable[..., str]) -> HttpApi:
    """An API that answers everything with format 2.0's event."""
    api.stage()
    api.route("$default", api.integrate(deploy(ECHO)))
    return api


@pytest.fixture
def answering(api: HttpApi, deploy: Callable[..., str]) -> HttpApi:
    """An API whose function answers with what it was sent, by format 2.0 at /two and by 1.0 at /one."""
    name = deploy(ANSWER)
    api.stage()
    api.route("POST /two", api.integrate(name))
    target = api.control.create_integration(
        ApiId=api.id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=api.invocations(name),
        PayloadFormatVersion="1.0",
    )
    api.route("POST /one", f"integrations/{target['IntegrationId']}")
    return api


def test_the_event_of_format_2(api: HttpApi, deploy: Callable[..., str]) -> None:
    name = deploy(ECHO)
    api.stage("$default", StageVariables={"colour": "blue"})
    api.route("POST /pets/{id}/{proxy+}", api.integrate(name))
    came = api.ask(
        "/pets/a%20b/x/y%2Fz?q=1&q=2&e=",
        "POST",
        {"Cookie": "a=1; b=2", "X-One": "1", "User-Agent": "me", "Content-Type": "application/json"},
        '{"a": 1}',
    )
    assert came.status == 200
    event = came.json["echo"]
    context = event.pop("requestContext")
    headers = event.pop("headers")
    assert event == {
        "version": "2.0",
        "routeKey": "POST /pets/{id}/{proxy+}",
        "rawPath": "/pets/a b/x/y/z",
        "rawQueryString": "q=1&q=2&e=",
        "cookies": ["a=1", "b=2"],
        "queryStringParameters": {"q": "1,2", "e": ""},
        "pathParameters": {"id": "a b", "proxy": "x/y/z"},
        "stageVariables": {"colour": "blue"},
        "body": '{"a": 1}',
        "isBase64Encoded": False,
    }
    assert headers["x-one"] == "1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-amzn-trace-id"].startswith("Root=1-")
    assert "cookie" not in headers
    http = context.pop("http")
    assert http.pop("sourceIp").startswith("127.")
    assert http == {
        "method": "POST",
        "path": "/pets/a b/x/y/z",
        "protocol": "HTTP/1.1",
        "userAgent": "me",
    }
    assert context.pop("requestId") == came.headers["apigw-requestid"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{15}=", came.headers["apigw-requestid"])
    assert isinstance(context.pop("timeEpoch"), int)
    assert re.fullmatch(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000", context.pop("time"))
    assert context == {
        "accountId": api.account,
        "apiId": api.id,
        "domainName": f"{api.id}.execute-api.localhost",
        "domainPrefix": api.id,
        "routeKey": "POST /pets/{id}/{proxy+}",
        "stage": "$default",
    }


def test_the_event_of_format_1(api: HttpApi, deploy: Callable[..., str]) -> None:
    source = "import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': json.dumps(event)}\n"
    api.stage("dev")
    api.route("GET /pets/{id}", api.integrate(deploy(source), "1.0"))
    assert api.ask("/dev/pets/a%20b").json["path"] == "/dev/pets/a b"
    event = api.ask("/dev/pets/7?q=1&q=2", headers={"X-One": "1"}).json
    context, headers = event.pop("requestContext"), event.pop("headers")
    assert event.pop("multiValueHeaders")["X-One"] == ["1"]
    assert headers["X-One"] == "1"
    assert headers["X-Forwarded-Proto"] == "http"
    assert event == {
        "version": "1.0",
        "resource": "/pets/{id}",
        "path": "/dev/pets/7",
        "httpMethod": "GET",
        "queryStringParameters": {"q": "2"},
        "multiValueQueryStringParameters": {"q": ["1", "2"]},
        "pathParameters": {"id": "7"},
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
    }
    assert context["resourceId"] == "GET /pets/{id}"
    assert context["stage"] == "dev"
    assert context["path"] == "/dev/pets/7"
    assert context["authorizer"] == {"claims": None, "scopes": None}
    assert context["identity"]["accessKey"] is None
    assert context["requestId"] == context["extendedRequestId"]


def test_bytes_travel_in_base64(echo: HttpApi) -> None:
    event = echo.ask("/x", "PUT", {"Content-Type": "image/png"}, b"\x89PNG\xff").json["echo"]
    assert event["isBase64Encoded"]
    assert base64.b64decode(event["body"]) == b"\x89PNG\xff"


@pytest.mark.parametrize(
    ("path", "given", "status", "body", "headers"),
    [
        ("/two", '{"a": 1}', 200, b'{"a": 1}', {"content-type": "application/json"}),
        ("/two", '"text"', 200, b'"text"', {"content-type": "application/json"}),
        ("/two", '{"statusCode":201,"body":"x"}', 201, b"x", {"content-type": "text/plain;charset=UTF-8"}),
        ("/two", '{"statusCode":"404","headers":{"X-A":1}}', 404, b"", {"x-a": "1"}),
        ("/two", '{"statusCode":200,"cookies":["a=1","b=2"]}', 200, b"", {"set-cookie": "a=1, b=2"}),
        ("/two", '{"statusCode":200,"body":"aGk=","isBase64Encoded":true}', 200, b"hi", {}),
        ("/one", '{"statusCode":200,"multiValueHeaders":{"A":["1","2"]},"body":"x"}', 200, b"x", {"a": "1, 2"}),
    ],
)  # fmt: skip
def test_answers(
    answering: HttpApi, path: str, given: str, status: int, body: bytes, headers: dict[str, str]
) -> None:
    came = answering.ask(path, "POST", {"Content-Type": "application/json"}, given)
    assert (came.status, came.body) == (status, body)
    assert headers.items() <= came.headers.items()
    assert "apigw-requestid" in came.headers


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("/two", '{"statusCode":"ok"}'),
        ("/two", '{"statusCode":200,"body":{"a":1}}'),
        ("/two", '{"statusCode":200,"headers":{"a":"x\\r\\nset-cookie: b"}}'),
        ("/two", '{"statusCode":200,"headers":{"a b":"x"}}'),
        ("/two", '{"statusCode":99}'),
        ("/one", '{"a":1}'),
        ("/one", '"text"'),
        ("/one", '{"statusCode":200,"headers":{"a":{"b":1}}}'),
    ],
)
def test_answers_that_are_none(answering: HttpApi, path: str, given: str) -> None:
    came = answering.ask(path, "POST", {"Content-Type": "application/json"}, given)
    assert came.message == (500, "Internal Server Error")
    assert came.headers["content-type"] == "application/json"


def test_a_function_that_fails(api: HttpApi, deploy: Callable[..., str]) -> None:
    api.stage()
    api.route("GET /", api.integrate(deploy("def handler(event, context):\n    raise ValueError('x')\n")))
    came = api.ask("/")
    assert came.message == (500, "Internal Server Error")
    told: list[str] = []
    while not told:  # another thread reads the log
        told = [line for line in api.server.log if came.headers["apigw-requestid"] in line]
    assert "the function has failed" in told[0]


def test_a_function_that_is_too_slow(api: HttpApi, deploy: Callable[..., str]) -> None:
    source = "import threading\ndef handler(event, context):\n    threading.Event().wait(20)\n"
    api.stage()
    api.route("GET /", api.integrate(deploy(source, Timeout=30), TimeoutInMillis=50))
    assert api.ask("/").message == (503, "Service Unavailable")


def test_without_permission_nobody_is_invoked(
    api: HttpApi, deploy: Callable[..., str], client: Callable[..., object]
) -> None:
    """The source of the call is the route: what was allowed for another one does not count."""
    name = deploy(ECHO)
    made = api.control.create_integration(
        ApiId=api.id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=api.function_arn(name),
        PayloadFormatVersion="2.0",
    )
    target = f"integrations/{made['IntegrationId']}"
    api.stage()
    api.stage("dev")
    for key in ("GET /pets/{id}", "ANY /any", "$default"):
        api.route(key, target)
    assert api.ask("/pets/1").message == (500, "Internal Server Error")
    api.permit(name, "*/GET/pets/{id}")
    assert api.ask("/pets/1").status == 200
    assert api.ask("/any").status == 500
    api.permit(name, "dev/*/any")
    assert api.ask("/any").status == 500
    assert api.ask("/dev/any").status == 200
    assert api.ask("/other").status == 500
    api.permit(name, "$default/$default")
    assert api.ask("/other").status == 200


def test_a_role_can_invoke_instead(
    api: HttpApi, deploy: Callable[..., str], gateway_role: Callable[..., str]
) -> None:
    name = deploy(ECHO)
    made = api.control.create_integration(
        ApiId=api.id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=api.function_arn(name),
        PayloadFormatVersion="2.0",
        CredentialsArn=gateway_role("lambda:InvokeFunction"),
    )
    api.stage()
    api.route("GET /", f"integrations/{made['IntegrationId']}")
    assert api.ask("/").status == 200


def test_a_stage_variable_names_the_function(api: HttpApi, deploy: Callable[..., str]) -> None:
    name = deploy(ECHO)
    api.permit(name)
    uri = f"arn:aws:lambda:{REGION}:{api.account}:function:${{stageVariables.function}}"
    made = api.control.create_integration(
        ApiId=api.id, IntegrationType="AWS_PROXY", IntegrationUri=uri, PayloadFormatVersion="2.0"
    )
    api.route("GET /", f"integrations/{made['IntegrationId']}")
    api.stage("$default", StageVariables={"function": name})
    api.stage("other", StageVariables={"function": "nobody"})
    assert api.ask("/").status == 200
    assert api.ask("/other").message == (500, "Internal Server Error")


def test_bodies_of_ten_megabytes_at_most(echo: HttpApi) -> None:
    came = echo.ask("/", "POST", {"Content-Type": "text/plain"}, b"x" * (10 * 1024 * 1024 + 1))
    assert came.message == (413, "Request Entity Too Large")
    assert echo.ask("/", "POST", {"Content-Type": "text/plain"}, b"x" * (7 * 1024 * 1024)).status == 413


def test_parameters_are_mapped(api: HttpApi, deploy: Callable[..., str]) -> None:
    target = api.integrate(
        deploy(ECHO),
        RequestParameters={
            "append:header.x-added": "$request.querystring.q",
            "overwrite:header.x-one": "${request.path.id}-${context.stage}-${stageVariables.v}",
            "remove:header.x-two": "''",
            "overwrite:querystring.b": "$request.body.a.b[1]",
            "overwrite:path": "/mapped/$request.path.id",
        },
        ResponseParameters={
            "200": {
                "overwrite:statuscode": "202",
                "append:header.x-answer": "$response.body.echo.version",
                "overwrite:header.content-type": "text/x",
            }
        },
    )
    api.stage("$default", StageVariables={"v": "w"})
    api.route("POST /a/{id}", target)
    came = api.ask(
        "/a/7?q=1&z=2",
        "POST",
        {"X-One": "no", "X-Two": "no", "Content-Type": "application/json"},
        '{"a":{"b":[1,"two"]}}',
    )
    assert came.status == 202
    assert came.headers["x-answer"] == "2.0"
    assert came.headers["content-type"] == "text/x"
    event = came.json["echo"]
    assert event["headers"]["x-added"] == "1"
    assert event["headers"]["x-one"] == "7-$default-w"
    assert "x-two" not in event["headers"]
    assert event["queryStringParameters"] == {"q": "1", "z": "2", "b": "two"}
    assert event["rawPath"] == "/mapped/7"


def test_path_style_addresses(echo: HttpApi) -> None:
    local = f"localhost:{echo.server.port}"
    for path in (f"/_aws/execute-api/{echo.id}/$default/pets", f"/_portico/apis/{echo.id}/$default/pets"):
        came = echo.ask(path, host=local)
        assert came.status == 200, path
        assert came.json["echo"]["rawPath"] == "/pets"
        context = came.json["echo"]["requestContext"]
        assert context["domainName"] == f"{echo.id}.execute-api.{REGION}.localhost"
        assert context["domainPrefix"] == echo.id
        assert "sandbox" in came.headers["content-security-policy"]
    assert echo.ask(f"/_portico/apis/{echo.id}/pets/1", host=local).json["echo"]["rawPath"] == "/pets/1"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("/a/plain+", "/a/plain+"),
        ("/a/space%20b", "/a/space b"),
        ("/a/question%3Fb", "/a/question"),
        ("/a/hash%23b", "/a/hash#b"),
        ("/a/slash%2Fb", "/a/slash/b"),
        ("/a/%CE%BB", "/a/λ"),
        ("/a/twice%252Fb", "/a/twice/b"),
        ("/a/twice%253Fb", "/a/twice?b"),
        ("/a/twice%2525b", "/a/twice%b"),
    ],
)
def test_a_path_in_events_is_decoded_as_aws_does(echo: HttpApi, sent: str, shown: str) -> None:
    event = echo.ask(f"{sent}?q=a%3Fb").json["echo"]
    assert (event["rawPath"], event["requestContext"]["http"]["path"]) == (shown, shown)
    assert event["rawQueryString"] == "q=a%3Fb"


def test_routes_are_found_by_the_path_that_events_show(api: HttpApi, deploy: Callable[..., str]) -> None:
    """Else what one route asks of its callers could be avoided by another spelling, at a function that routes by the path itself."""
    target = api.integrate(deploy(ECHO))
    api.stage()
    for key in ("GET /admin/{proxy+}", "GET /one/{id}", "$default"):
        api.route(key, target)
    for path, key, parameters in (
        ("/admin%2Fsecret", "GET /admin/{proxy+}", {"proxy": "secret"}),
        ("/%61dmin/a%20b%3Fx", "GET /admin/{proxy+}", {"proxy": "a b"}),
        ("/one/a%252Fb", "GET /one/{id}", {"id": "a/b"}),
        ("/one/a%2Fb", "$default", None),
    ):
        event = api.ask(path).json["echo"]
        assert (event["routeKey"], event.get("pathParameters")) == (key, parameters), path


@pytest.mark.parametrize("path", ["/a%25done", "/a%zz", "/a%"])
def test_a_path_that_can_not_be_decoded_is_refused(echo: HttpApi, path: str) -> None:
    came = echo.ask(path)
    assert (came.status, came.json) == (400, {"message": "Bad Request"})


@pytest.mark.parametrize("path", ["/", "/pets", "/pets/", "/pets/1", "/pets%2F1", "//pets"])
def test_a_path_style_address_adds_nothing_to_the_path(echo: HttpApi, path: str) -> None:
    named = echo.ask(path)
    by_path = echo.ask(f"/_portico/apis/{echo.id}{path}", host=f"localhost:{echo.server.port}")
    assert by_path.json["echo"]["rawPath"] == named.json["echo"]["rawPath"]


def test_a_deployment_does_not_change(api: HttpApi, deploy: Callable[..., str]) -> None:
    target = api.integrate(deploy(ECHO))
    api.route("GET /a", target)
    deployment = api.control.create_deployment(ApiId=api.id)["DeploymentId"]
    api.control.create_stage(ApiId=api.id, StageName="$default", DeploymentId=deployment)
    api.route("GET /b", target)
    assert api.ask("/a").status == 200
    assert api.ask("/b").message == (404, "Not Found")
    api.control.create_deployment(ApiId=api.id, StageName="$default")
    assert api.ask("/b").status == 200


def test_a_closed_default_endpoint(echo: HttpApi) -> None:
    echo.control.update_api(ApiId=echo.id, DisableExecuteApiEndpoint=True)
    assert echo.ask("/").message == (404, "Not Found")


def test_an_api_that_is_gone(echo: HttpApi) -> None:
    echo.control.delete_api(ApiId=echo.id)
    assert echo.ask("/").status == 403  # as at any address that is nobody's


def test_json_that_is_no_object_goes_through(echo: HttpApi) -> None:
    assert json.loads(
        echo.ask("/", "POST", {"Content-Type": "application/json"}, "[1]").json["echo"]["body"]
    ) == [1]
