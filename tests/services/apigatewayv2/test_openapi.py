"""OpenAPI definitions of HTTP APIs, read and written.

Source: API Gateway Developer Guide, "Use OpenAPI definitions for HTTP APIs", "OpenAPI extensions for API Gateway".
"""

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from http_api import ECHO, HttpApi

FUNCTION = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:hello"


def proxy(**members: Any) -> dict[str, Any]:
    return {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": FUNCTION,
        "payloadFormatVersion": "2.0",
        **members,
    }


DEFINITION: dict[str, Any] = {
    "openapi": "3.0.1",
    "info": {"title": "Pets", "version": "v2", "description": "All of them"},
    "servers": [{"url": "https://api.example.com/base/more"}],
    "tags": [{"name": "team", "x-amazon-apigateway-tag-value": "pets"}],
    "paths": {
        "/pets/{id}": {
            "get": {
                "operationId": "getPet",
                "security": [{"tokens": ["read", "write"]}],
                "requestBody": {},
                "x-amazon-apigateway-integration": proxy(),
            },
            "x-amazon-apigateway-any-method": {
                "x-amazon-apigateway-integration": {
                    "$ref": "#/components/x-amazon-apigateway-integrations/shared"
                }
            },
        },
        "/signed": {
            "post": {
                "x-amazon-apigateway-auth": {"type": "AWS_IAM"},
                "x-amazon-apigateway-integration": {
                    "$ref": "#/components/x-amazon-apigateway-integrations/shared"
                },
            }
        },
        "/asked": {"get": {"security": [{"function": []}], "x-amazon-apigateway-integration": proxy()}},
        "/$default": {"x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration": proxy()}},
    },
    "components": {
        "x-amazon-apigateway-integrations": {
            "shared": {
                "type": "http_proxy",
                "httpMethod": "ANY",
                "uri": "https://example.com/{id}",
                "payloadFormatVersion": "1.0",
                "requestParameters": {"append:header.x": "$request.path"},
            }
        },
        "securitySchemes": {
            "tokens": {
                "type": "oauth2",
                "flows": {},
                "x-amazon-apigateway-authorizer": {
                    "type": "jwt",
                    "identitySource": "$request.header.Authorization",
                    "jwtConfiguration": {"issuer": "https://issuer.example", "audience": ["me"]},
                },
            },
            "function": {
                "type": "apiKey",
                "name": "Authorization",
                "in": "header",
                "x-amazon-apigateway-authorizer": {
                    "type": "request",
                    "identitySource": "$request.header.Authorization, $request.querystring.q",
                    "authorizerUri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
                    "arn:aws:lambda:us-east-1:123456789012:function:guard/invocations",
                    "authorizerPayloadFormatVersion": "2.0",
                    "authorizerResultTtlInSeconds": 60,
                    "enableSimpleResponses": True,
                },
            },
        },
    },
    "x-amazon-apigateway-cors": {"allowOrigins": ["https://a.example"], "maxAge": 10},
}


@pytest.fixture
def control(client: Callable[..., Any]) -> Any:
    """A client of the service."""
    return client("apigatewayv2")


def parts(control: Any, identifier: str) -> dict[str, Any]:
    """Routes, integrations and authorizers without their ids, in an order of their own."""
    integrations = {
        one.pop("IntegrationId"): one for one in control.get_integrations(ApiId=identifier)["Items"]
    }
    authorizers = {one.pop("AuthorizerId"): one for one in control.get_authorizers(ApiId=identifier)["Items"]}
    routes = {}
    for route in control.get_routes(ApiId=identifier)["Items"]:
        del route["RouteId"]
        target = route.pop("Target").removeprefix("integrations/")
        named = authorizers[route.pop("AuthorizerId")]["Name"] if "AuthorizerId" in route else None
        routes[route["RouteKey"]] = (route, integrations[target], named)
    return {"routes": routes, "authorizers": {one["Name"]: one for one in authorizers.values()}}


@pytest.mark.parametrize("dump", [json.dumps, yaml.safe_dump], ids=["json", "yaml"])
def test_a_definition_becomes_an_api(control: Any, account: str, dump: Callable[[Any], str]) -> None:
    made = control.import_api(Body=dump(DEFINITION))
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert (made["Name"], made["Version"], made["Description"]) == ("Pets", "v2", "All of them")
    assert made["Tags"] == {"team": "pets"}
    assert made["CorsConfiguration"] == {"AllowOrigins": ["https://a.example"], "MaxAge": 10}
    assert made["ImportInfo"] == ["Ignoring requestBody of GET /pets/{id}, which HTTP APIs do not support"]
    found = parts(control, made["ApiId"])
    assert found["routes"].keys() == {
        "GET /pets/{id}",
        "ANY /pets/{id}",
        "POST /signed",
        "GET /asked",
        "$default",
    }
    route, integration, authorizer = found["routes"]["GET /pets/{id}"]
    assert (route["OperationName"], route["AuthorizationScopes"]) == ("getPet", ["read", "write"])
    assert (route["AuthorizationType"], authorizer) == ("JWT", "tokens")
    assert integration["IntegrationUri"] == f"arn:aws:lambda:us-east-1:{account}:function:hello"
    assert found["routes"]["POST /signed"][0]["AuthorizationType"] == "AWS_IAM"
    assert found["routes"]["GET /asked"][2] == "function"
    assert found["routes"]["ANY /pets/{id}"][1] is found["routes"]["POST /signed"][1]
    assert found["authorizers"]["function"]["IdentitySource"] == [
        "$request.header.Authorization",
        "$request.querystring.q",
    ]


@pytest.mark.parametrize("kind", ["JSON", "YAML"])
def test_what_was_exported_can_be_imported(control: Any, kind: str) -> None:
    identifier = control.import_api(Body=json.dumps(DEFINITION))["ApiId"]
    text = control.export_api(ApiId=identifier, Specification="OAS30", OutputType=kind)["body"].read()
    document = (json.loads if kind == "JSON" else yaml.safe_load)(text)
    assert document["info"] == {"title": "Pets", "description": "All of them", "version": "v2"}
    again = control.import_api(Body=text.decode())
    first, second = control.get_api(ApiId=identifier), control.get_api(ApiId=again["ApiId"])
    for answer in (first, second):
        for member in ("ApiId", "ApiEndpoint", "CreatedDate", "ImportInfo", "ResponseMetadata"):
            answer.pop(member, None)
    assert first == second
    assert parts(control, identifier) == parts(control, again["ApiId"])


def test_an_export_without_extensions(control: Any) -> None:
    identifier = control.import_api(Body=json.dumps(DEFINITION))["ApiId"]
    text = control.export_api(
        ApiId=identifier, Specification="OAS30", OutputType="JSON", IncludeExtensions=False
    )["body"].read()
    assert b"x-amazon-apigateway-integration" not in text
    assert b"x-amazon-apigateway-authorizer" not in text


@pytest.mark.parametrize(
    ("base_path", "key"),
    [("ignore", "POST /signed"), ("prepend", "POST /base/more/signed"), ("split", "POST /more/signed")],
)
def test_base_paths(control: Any, base_path: str, key: str) -> None:
    identifier = control.import_api(Body=json.dumps(DEFINITION), Basepath=base_path)["ApiId"]
    assert key in parts(control, identifier)["routes"]


def test_a_reimport_replaces_the_routes(api: HttpApi, deploy: Callable[..., str]) -> None:
    name = deploy(ECHO)
    api.permit(name)
    api.stage()
    api.route("GET /old", api.control.create_integration(
        ApiId=api.id, IntegrationType="AWS_PROXY", IntegrationUri=api.function_arn(name), PayloadFormatVersion="2.0"
    )["IntegrationId"].join(["integrations/", ""]))  # fmt: skip
    assert api.ask("/old").status == 200
    integration = proxy(uri=api.function_arn(name))
    document = {
        "openapi": "3.0.1",
        "info": {"title": "after"},
        "paths": {"/new": {"get": {"x-amazon-apigateway-integration": integration}}},
    }
    assert api.control.reimport_api(ApiId=api.id, Body=json.dumps(document))["Name"] == "after"
    assert api.ask("/old").message == (404, "Not Found")
    assert api.ask("/new").status == 200


def test_warnings_can_stop_an_import(control: Any) -> None:
    document = {
        "openapi": "3.0.1",
        "info": {"title": "w"},
        "paths": {"/a": {"get": {"x-amazon-apigateway-integration": {"type": "mock"}}}},
    }
    made = control.import_api(Body=json.dumps(document))
    assert made["Warnings"] == [
        "Unsupported integration type MOCK for GET /a. HTTP APIs support only AWS_PROXY and HTTP_PROXY"
    ]
    with pytest.raises(ClientError, match="Warnings found during import"):
        control.import_api(Body=json.dumps(document), FailOnWarnings=True)
    assert len(control.get_apis()["Items"]) == 1


def route(**integration: Any) -> str:
    """A definition of one route with this integration."""
    given = {"type": "aws_proxy", "uri": "arn:aws:lambda:us-east-1:123456789012:function:f", **integration}
    return define({"paths": {"/a": {"get": {"x-amazon-apigateway-integration": given}}}})


def define(members: dict[str, Any]) -> str:
    return json.dumps({"openapi": "3.0.1", "info": {"title": "x"}, **members})


LAUGHS = "openapi: 3.0.1\na: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n" for before, after in pairwise("abcdefghijkl")
)


@pytest.mark.parametrize(
    "body",
    [
        route(timeoutInMillis="soon"),
        route(timeoutInMillis=[1]),
        route(uri={"a": 1}),
        route(requestParameters=[1]),
        route(requestParameters={"append:header.x": ["1"]}),
        route(responseParameters={"200": 1}),
        route(type=["aws_proxy"]),
        define({"x-amazon-apigateway-cors": {"maxAge": "long"}}),
        define({"x-amazon-apigateway-cors": {"allowOrigins": 1}}),
        define({"tags": [{"name": ["a"], "x-amazon-apigateway-tag-value": "b"}]}),
        define({"info": {"title": {"a": 1}}}),
        define({"paths": {"/a": {"get": {"security": 1}}}}),
        define({"paths": {"/a": {"get": {"security": [{"s": 1}]}}}, "components": 1}),
        LAUGHS + "info:\n  title: x\n  version: *l\n",
        LAUGHS + "info:\n  title: x\n",
        "",
        "{",
        "[]",
        "a: [",
        '{"swagger":"2.0"}',
        '{"openapi":"3.0.1","paths":[]}',
        '{"openapi":"3.0.1","info":{"title":"x"},"paths":{"/a":1}}',
        '{"openapi":"3.0.1","info":{"title":"x"},"paths":{"a":{"get":{}}}}',
        "!!python/object/apply:os.system ['true']",
        '{"openapi":"3.0.1","info":{"title":"x"},"paths":{"/a":{"get":{"x-amazon-apigateway-integration":{"type":"aws_proxy","uri":"x"}}}}}',
        "{" * 100_000,
    ],
)
def test_what_is_no_definition(control: Any, body: str) -> None:
    with pytest.raises(ClientError) as caught:
        control.import_api(Body=body)
    assert caught.value.response["Error"]["Code"] == "BadRequestException"
    assert control.get_apis()["Items"] == []


def test_a_definition_has_room_for_what_an_api_has(client: Callable[..., Any]) -> None:
    """Each route is judged beside all others, so too many are refused before."""
    control = client("apigatewayv2")

    def definition(routes: int) -> str:
        integration = {"type": "http_proxy", "httpMethod": "GET", "uri": "http://example.com"}
        paths = {f"/p{i}": {"get": {"x-amazon-apigateway-integration": integration}} for i in range(routes)}
        return json.dumps({"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": paths})

    made = control.import_api(Body=definition(3))["ApiId"]
    for ask in (
        lambda: control.import_api(Body=definition(20_000)),
        lambda: control.reimport_api(ApiId=made, Body=definition(301)),
    ):
        with pytest.raises(control.exceptions.TooManyRequestsException):
            ask()
    assert len(control.get_routes(ApiId=made)["Items"]) == 3
