"""The pure rules of the control plane: paths of patches, mapping expressions, base paths, policies, schemas."""

import json
from typing import Any

import pytest

from portico.doors.definition_text import Unreadable
from portico.services.apigateway import expressions, policy
from portico.services.apigateway.integration_checks import check
from portico.services.apigateway.openapi.base_path import prefix
from portico.services.apigateway.openapi.document import Document, read
from portico.services.apigateway.openapi.schemas import generated_name, schema_of
from portico.services.apigateway.patch import segments
from portico.services.apigateway.records import Integration, Method
from portico.wire.errors import AwsError

METHOD = Method("GET", "NONE", False, request_parameters={"method.request.querystring.page": False})


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        (None, ()),
        ("", ()),
        ("/", ("",)),
        ("/name", ("name",)),
        ("/a~1b/c~0d", ("a/b", "c~d")),
        ("/~01", ("~1",)),
        ("//GET", ("", "GET")),
    ],
)
def test_segments_of_paths(path: str | None, parts: tuple[str, ...]) -> None:
    assert segments(path) == parts


@pytest.mark.parametrize(
    "source",
    [
        "method.request.querystring.page",
        "method.request.multivaluequerystring.page",
        "method.request.body",
        "method.request.body.user.names[0]",
        "stageVariables.host",
        "context.identity.sourceIp",
        "'static, with spaces'",
        "''",
    ],
)
def test_what_parameters_are_mapped_from(source: str) -> None:
    expressions.check_integration_parameters({"integration.request.header.X": source}, METHOD)


@pytest.mark.parametrize(
    ("target", "source"),
    [
        ("integration.request.header.X", "method.request.querystring.other"),
        ("integration.request.header.X", "method.request.querystring."),
        ("integration.request.header.X", "'it's'"),
        ("integration.request.header.X", "static"),
        ("integration.request.header.X", "method.request.header.page\nx"),
        ("integration.request.cookie.X", "'x'"),
        ("method.request.header.X", "'x'"),
        ("integration.request.header.", "'x'"),
    ],
)
def test_what_they_are_not_mapped_from(target: str, source: str) -> None:
    with pytest.raises(AwsError, match="Invalid mapping expression specified"):
        expressions.check_integration_parameters({target: source}, METHOD)


def integration(**members: Any) -> Integration:
    usual = {
        "type": "HTTP",
        "http_method": "GET",
        "passthrough_behavior": "WHEN_NO_MATCH",
        "timeout_in_millis": 1_000,
        "cache_namespace": "r",
        "cache_key_parameters": (),
    }
    return Integration(**{**usual, **members})


@pytest.mark.parametrize(
    "uri",
    [
        "http://example.com",
        "https://example.com:8443/{proxy}?x=1",
        "http://${stageVariables.host}/x",
        "${stageVariables.url}",
        "http://[::1]:80/",
    ],
)
def test_backends(uri: str) -> None:
    check(integration(uri=uri), METHOD)


@pytest.mark.parametrize(
    "uri", ["", "example.com", "ftp://example.com", "http://", "http://[::1", "file:///etc"]
)
def test_what_is_no_backend(uri: str) -> None:
    with pytest.raises(AwsError, match="Invalid HTTP endpoint specified for URI"):
        check(integration(uri=uri), METHOD)


@pytest.mark.parametrize(
    ("uri", "proxy"),
    [
        ("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations", True),
        (
            "arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/f/response-streaming-invocations",
            True,
        ),
        (
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
            "arn:aws:lambda:us-east-1:1:function:${stageVariables.f}/invocations",
            True,
        ),
        ("arn:aws:apigateway:us-east-1:sqs:path/111111111111/queue", False),
        ("arn:aws:apigateway:us-east-1:dynamodb:action/PutItem", False),
    ],
)
def test_services(uri: str, proxy: bool) -> None:
    check(integration(type="AWS", http_method="POST", uri=uri), METHOD)
    proxied = integration(type="AWS_PROXY", http_method="POST", uri=uri)
    if proxy:
        check(proxied, METHOD)
    else:
        with pytest.raises(AwsError, match="AWS_PROXY"):
            check(proxied, METHOD)


@pytest.mark.parametrize(
    ("root", "mode", "expected"),
    [
        ({"swagger": "2.0"}, "prepend", ""),
        ({"swagger": "2.0", "basePath": "/"}, "prepend", ""),
        ({"swagger": "2.0", "basePath": "a/b/"}, "prepend", "/a/b"),
        ({"swagger": "2.0", "basePath": "/a/b"}, "split", "/b"),
        ({"swagger": "2.0", "basePath": "/a/b"}, "ignore", ""),
        ({"openapi": "3.0.0", "servers": [{"url": "/v1"}]}, "prepend", "/v1"),
        ({"openapi": "3.0.0", "servers": [{"url": "http://[::1/x"}]}, "prepend", ""),
        ({"openapi": "3.0.0", "servers": "x"}, "prepend", ""),
    ],
)
def test_base_paths(root: dict[str, Any], mode: str, expected: str) -> None:
    document = Document(2 if "swagger" in root else 3, root)
    assert prefix(document, mode) == expected


def test_short_resources_of_policies() -> None:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": ["execute-api:/*/GET/x", "arn:aws:execute-api:us-east-1:1:b/*"],
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    kept = json.loads(policy.checked(text, "arn:aws:execute-api:us-east-1:1:a"))
    assert kept["Statement"]["Resource"] == [
        "arn:aws:execute-api:us-east-1:1:a/*/GET/x",
        "arn:aws:execute-api:us-east-1:1:b/*",
    ]
    assert policy.escaped('{"a": "b/c"}') == '{\\"a\\": \\"b\\/c\\"}'
    with pytest.raises(AwsError, match="at most 8192 characters"):
        policy.checked(text + " " * 8_192, "arn:aws:execute-api:us-east-1:1:a")


def test_schemas() -> None:
    schema = {
        "type": "object",
        "required": ["b", "a"],
        "x-own": 1,
        "properties": {
            "default": {"type": "string", "default": "x", "enum": ["example"]},
            "pet": {"$ref": "#/components/schemas/Pet"},
        },
    }
    assert schema_of(schema, "api") == {
        "type": "object",
        "required": ["a", "b"],
        "properties": {
            "default": {"type": "string", "enum": ["example"]},
            "pet": {"$ref": "https://apigateway.amazonaws.com/restapis/api/models/Pet"},
        },
    }
    assert generated_name(schema) == generated_name(dict(reversed(schema.items())))


def test_references_in_a_circle() -> None:
    document = Document(2, {"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}})
    with pytest.raises(Unreadable):
        document.resolved({"$ref": "#/a"})
    assert document.resolved({"$ref": "#/nowhere"}) is None


def test_dates_stay_text() -> None:
    root = read(b"swagger: '2.0'\ninfo: {version: 2016-09-12T17:50:37Z}\npaths: {on: {200: true}}\n").root
    assert root["info"]["version"] == "2016-09-12T17:50:37Z"
    assert root["paths"] == {"true": {"200": True}}
