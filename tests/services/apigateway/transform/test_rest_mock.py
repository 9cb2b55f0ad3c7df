"""MOCK integrations: which answer is chosen, and what templates make of a request and of an answer."""

import json

import pytest

from rest_integrations import Integrated

OK = '{"statusCode": 200}'
CONFIGURATION = (500, "Internal server error")


@pytest.mark.parametrize("behavior", ["WHEN_NO_MATCH", "NEVER", "WHEN_NO_TEMPLATES"])
def test_the_template_chooses(api: Integrated, behavior: str) -> None:
    """test_mock_integration_response."""
    api.put(
        "/{id}",
        "MOCK",
        passthroughBehavior=behavior,
        requestTemplates={
            "application/json": '#if($input.params("id") == "42"){"statusCode": 200}#else{"statusCode": 404}#end'
        },
        responses={
            "200": {
                "responseTemplates": {"application/json": '{"statusCode": 200, "id": $input.params("id")}'}
            },
            "404": {
                "selectionPattern": "404",
                "responseTemplates": {"application/json": '{"message": "none"}'},
            },
        },
    )
    assert api.ask("/42").json == {"statusCode": 200, "id": 42}
    assert (api.ask("/43").status, api.ask("/43").json) == (404, {"message": "none"})


def test_the_answers_are_json_and_have_no_trace(api: Integrated) -> None:
    api.mock("/a", OK, '{"echo": "$input.params("q")", "response": "mocked"}', "GET")
    came = api.ask("/a?q=foobar")
    assert came.json == {"echo": "foobar", "response": "mocked"}
    assert came.headers["content-type"] == "application/json"
    assert "x-amzn-trace-id" not in came.headers


@pytest.mark.parametrize(
    "template",
    ["", "{}", "[]", "no status", '{"statusCode": "abc"}', '{"statusCode": true}', "$input.path('$["],
)
def test_templates_that_make_no_status(api: Integrated, template: str) -> None:
    api.mock("/a", template, "{}", "GET")
    came = api.ask("/a")
    assert came.message == CONFIGURATION
    assert came.headers["x-amzn-errortype"] == "InternalServerErrorException"


@pytest.mark.parametrize("template", ['{"statusCode": 200,}', "{statusCode: 200}", '{"statusCode": "200"}'])
def test_templates_that_are_nearly_json(api: Integrated, template: str) -> None:
    api.mock("/a", template, "{}", "GET")
    assert api.ask("/a").status == 200


def test_no_integration_response_fits(api: Integrated) -> None:
    api.put(
        "/a",
        "MOCK",
        requestTemplates={"application/json": '{"statusCode": 500}'},
        responses={"200": {"selectionPattern": "2.."}},
    )
    assert api.ask("/a").message == CONFIGURATION


def test_cors_as_tools_make_it(api: Integrated) -> None:
    api.put(
        "/a",
        "MOCK",
        "OPTIONS",
        requestTemplates={"application/json": OK},
        headers={"Access-Control-Allow-Origin": True, "Access-Control-Allow-Methods": True},
        responses={
            "204": {
                "responseParameters": {
                    "method.response.header.Access-Control-Allow-Origin": "'*'",
                    "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
                },
                "responseTemplates": {"application/json": ""},
            }
        },
    )
    came = api.ask("/a", "OPTIONS", {"Origin": "https://example.com"})
    assert (came.status, came.body) == (204, b"")
    assert came.headers["access-control-allow-origin"] == "*"
    assert came.headers["access-control-allow-methods"] == "GET,OPTIONS"


def test_what_the_request_and_its_context_are(api: Integrated) -> None:
    api.variables = {"color": "blue"}
    answer = json.dumps(
        {
            "q": "$input.params('q')",
            "h": "$input.params('X-Thing')",
            "p": "$input.params('id')",
            "stage": "$context.stage",
            "variable": "$stageVariables.color ${stageVariables.color} $stageVariables['color']",
            "resource": "$context.resourcePath",
            "ip": "$context.identity.sourceIp",
            "account": "$context.accountId",
            "none": "$context.authorizer.principalId$context.nothing.at.all",
            "undefined": "$undefined",
        }
    )
    api.mock("/x/{id}", OK, answer, "GET")
    assert api.ask("/x/a%20b?q=1&q=2", "GET", {"X-Thing": "t"}).json == {
        "q": "2",
        "h": "t",
        "p": "a b",
        "stage": "prod",
        "variable": "blue blue blue",
        "resource": "/x/{id}",
        "ip": "127.0.0.1",
        "account": api.rest.account,
        "none": "",
        "undefined": "$undefined",
    }


def test_overrides(api: Integrated) -> None:
    api.put(
        "/a",
        "MOCK",
        requestTemplates={"application/json": OK},
        headers={"X-One": False},
        responses={
            "200": {
                "responseParameters": {"method.response.header.X-One": "'mapped'"},
                "responseTemplates": {
                    "application/json": '#set($context.responseOverride.status = 418)#set($context.responseOverride.header.X-One = "set")'
                    '#set($context.responseOverride.header.X-Two = "$context.stage")tea'
                },
            }
        },
    )
    came = api.ask("/a")
    assert (came.status, came.body) == (418, b"tea")
    assert (came.headers["x-one"], came.headers["x-two"]) == ("set", "prod")


@pytest.mark.parametrize("status", ["1000", "99", "abc", "-1"])
def test_a_status_that_can_not_be_sent(api: Integrated, status: str) -> None:
    api.mock("/a", OK, f'#set($context.responseOverride.status = "{status}")', "GET")
    assert api.ask("/a").message == CONFIGURATION


def test_an_override_is_set_once(api: Integrated) -> None:
    api.mock(
        "/a",
        OK,
        "#set($context.responseOverride.status = 201)#set($context.responseOverride.status = 202)",
        "GET",
    )
    assert api.ask("/a").message == CONFIGURATION


def test_headers_can_not_be_broken(api: Integrated) -> None:
    api.mock(
        "/a",
        OK,
        '#set($context.responseOverride.header.X-One = $util.urlDecode("a%0d%0aX-Evil: 1"))ok',
        "GET",
    )
    came = api.ask("/a")
    assert (came.status, came.body) == (200, b"ok")
    assert "x-evil" not in came.headers
    assert "x-one" not in came.headers


def test_headers_that_do_not_come_through(api: Integrated) -> None:
    api.put(
        "/a",
        "MOCK",
        requestTemplates={"application/json": OK},
        headers={"WWW-Authenticate": False, "Content-Type": False},
        responses={
            "200": {
                "responseParameters": {
                    "method.response.header.WWW-Authenticate": "'Basic'",
                    "method.response.header.Content-Type": "'text/html'",
                },
                "responseTemplates": {"application/json": "<p>"},
            }
        },
    )
    headers = api.ask("/a").headers
    assert headers["x-amzn-remapped-www-authenticate"] == "Basic"
    assert "www-authenticate" not in headers
    assert headers["content-type"] == "text/html"


@pytest.mark.parametrize(
    ("body", "template", "expected"),
    [
        ('{"body": {"foo": "bar"}}', "$input.path('$.body')", "{foo=bar}"),
        ('{"body": [{"foo": "bar"}]}', "$input.path('$.body')", '[{"foo":"bar"}]'),
        ('{"body": {"foo": [{"nested": "bar"}]}}', "$input.path('$.body')", '{foo=[{"nested":"bar"}]}'),
        (
            '{"bigger": "dict", "to": "test", "with": "separators"}',
            "$input.path('$')",
            "{bigger=dict, to=test, with=separators}",
        ),
        ('{"list": [{"foo": "bar"}]}', "$input.path('$').toString()", '{list=[{"foo":"bar"}]}'),
        ("{}", "$input.path('$.body')|$input.path('$.body.nested')", "|"),
        ('{"body": []}', "$input.path('$.body')|$input.path('$.body')[0]", "[]|"),
        ("", "$input.body", "{}"),
        (
            "some raw data",
            "Action=SendMessage&MessageBody=$input.body",
            "Action=SendMessage&MessageBody=some raw data",
        ),
        ("{}", "$util.urlEncode($input.body)|$util.urlEncode($input.body.none)", "%7B%7D|"),
        ('{"some": "value"}', "$util.urlEncode($input.body)", "%7B%22some%22%3A+%22value%22%7D"),
    ],
)
def test_what_bodies_look_like(api: Integrated, body: str, template: str, expected: str) -> None:
    """test_input_path_template_formatting, test_input_body_formatting: as a backend's answer would be, so as a request's."""
    api.put(
        "/a",
        "MOCK",
        "POST",
        requestTemplates={
            "application/json": f'#set($context.responseOverride.header.X-Made = "{template}"){OK}'
        },
        responses={"200": {}},
    )
    assert api.ask("/a", "POST", {"Content-Type": "application/json"}, body).headers["x-made"] == expected


def test_a_body_that_is_no_json(api: Integrated) -> None:
    api.mock("/a", "#set($x = $input.json('$')){\"statusCode\": 200}", "{}")
    came = api.ask("/a", "POST", {}, "nope")
    assert came.status == 400
    assert came.json["message"].startswith("Could not parse request body into json")


def test_content_types_choose_templates(api: Integrated) -> None:
    api.put(
        "/a",
        "MOCK",
        "POST",
        passthroughBehavior="NEVER",
        requestTemplates={"application/json": OK, "text/plain": '{"statusCode": 201}'},
        responses={
            "200": {
                "selectionPattern": "200",
                "responseTemplates": {"application/json": '{"a": 1}', "text/xml": "<a/>"},
            },
            "201": {"selectionPattern": "201"},
        },
    )
    assert api.ask("/a", "POST", {"Content-Type": "application/json; charset=utf-8"}, "{}").status == 200
    assert api.ask("/a", "POST", {"Content-Type": "text/plain"}, "x").status == 201
    assert api.ask("/a", "POST", {}, "x").status == 200
    refused = api.ask("/a", "POST", {"Content-Type": "text/csv"}, "x")
    assert refused.message == (415, "Unsupported Media Type")
    accepted = api.ask("/a", "POST", {"Accept": "text/xml"}, "x")
    assert (accepted.headers["content-type"], accepted.body) == ("text/xml", b"<a/>")
