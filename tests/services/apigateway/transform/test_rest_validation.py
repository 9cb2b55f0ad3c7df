"""Request validators, gateway responses, compression: what stands around an integration."""

import gzip
import json
import zlib
from typing import Any

import pytest

from rest_integrations import Integrated

OK = '{"statusCode": 200}'
BODY = (400, "Invalid request body")


def validator(api: Integrated, *, body: bool = False, parameters: bool = False) -> str:
    made: str = api.rest.control.create_request_validator(
        restApiId=api.rest.id, name="v", validateRequestBody=body, validateRequestParameters=parameters
    )["id"]
    return made


def model(api: Integrated, name: str, schema: Any) -> None:
    api.rest.control.create_model(
        restApiId=api.rest.id, name=name, contentType="application/json", schema=json.dumps(schema)
    )


def checked(api: Integrated, path: str, method: dict[str, Any]) -> None:
    api.mock(path, "#set($x = 1)" + OK, '{"data": "ok"}', method=method)
    # a body that is no JSON is none for the template either
    resource = api.rest.resource(path)
    api.rest.control.update_integration(
        restApiId=api.rest.id,
        resourceId=resource,
        httpMethod="POST",
        patchOperations=[{"op": "add", "path": "/requestTemplates/text~1plain", "value": OK}],
    )


def test_parameters_that_are_missing(api: Integrated) -> None:
    """test_api_gateway_request_validator."""
    names = (
        "method.request.header.x-header-param",
        "method.request.path.issuer",
        "method.request.querystring.qs1",
    )
    checked(
        api,
        "/{test}",
        {
            "requestValidatorId": validator(api, parameters=True),
            "requestParameters": {**dict.fromkeys(names, True), "method.request.querystring.free": False},
        },
    )
    missing = api.ask("/a", "POST")
    assert missing.message == (400, "Missing required request parameters: [x-header-param, issuer, qs1]")
    assert missing.headers["x-amzn-errortype"] == "BadRequestException"
    assert api.ask("/a?qs1=", "POST", {"X-Header-Param": "1"}).message == (
        400,
        "Missing required request parameters: [issuer, qs1]",
    )


def test_bodies_by_their_model(api: Integrated) -> None:
    """test_api_gateway_request_validator, test_api_gateway_request_validator_with_ref_models."""
    number = {"type": "number"}
    model(
        api,
        "Pair",
        {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "title": "Pair",
            "type": "object",
            "properties": {"a": number, "b": number},
            "required": ["a", "b"],
        },
    )
    base = f"https://apigateway.amazonaws.com/restapis/{api.rest.id}/models"
    model(api, "Pairs", {"type": "array", "items": {"$ref": f"{base}/Pair"}})
    model(
        api,
        "Status",
        {
            "type": "object",
            "properties": {"status": {"oneOf": [{"type": "null"}, {"$ref": f"{base}/Pair"}]}},
            "required": ["status"],
        },
    )
    own = validator(api, body=True)
    for path, name in (("/pair", "Pair"), ("/pairs", "Pairs"), ("/status", "Status")):
        checked(api, path, {"requestValidatorId": own, "requestModels": {"application/json": name}})
    fine = {"a": 1, "b": 2}
    for path, body in (
        ("/pair", fine),
        ("/pairs", [fine]),
        ("/pairs", []),
        ("/status", {"status": None}),
        ("/status", {"status": fine}),
    ):
        assert api.ask(path, "POST", {}, json.dumps(body)).json == {"data": "ok"}
    for path, wrong in (
        ("/pair", {"a": 1}),
        ("/pair", {"a": "1", "b": 2}),
        ("/pair", None),
        ("/pairs", [{"a": 1}]),
        ("/pairs", fine),
        ("/status", {}),
        ("/status", {"status": {"a": 1}}),
    ):
        refused = api.ask(path, "POST", {}, json.dumps(wrong))
        assert refused.message == BODY, (path, wrong)
    assert api.ask("/pair", "POST", {}, "{nope").message == BODY
    assert api.ask("/pair", "POST").message == BODY  # an empty body is an empty object
    assert api.ask("/pair", "POST", {"Content-Type": "text/plain"}, "free").status == 200


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        ({"properties": {"a": {"pattern": "^(a|aa)+$"}}}, {"a": "a" * 60 + "b"}),
        ({"type": "array", "uniqueItems": True}, [[1], [2], [1]]),
        ({"type": "array", "uniqueItems": True}, [*range(20_000), 5]),
        ({"patternProperties": {"^(a|aa)+$": {"type": "string"}, "^x": {"type": "number"}}}, {"x1": "no"}),
    ],
)
def test_hostile_bodies(api: Integrated, schema: Any, body: Any) -> None:
    model(api, "M", schema)
    checked(
        api,
        "/a",
        {"requestValidatorId": validator(api, body=True), "requestModels": {"application/json": "M"}},
    )
    assert api.ask("/a", "POST", {}, json.dumps(body)).message == BODY


def test_deep_bodies_and_endless_models(api: Integrated) -> None:
    base = f"https://apigateway.amazonaws.com/restapis/{api.rest.id}/models"
    model(api, "Node", {"type": "array", "items": {"$ref": "#"}})
    own = validator(api, body=True)
    checked(api, "/a", {"requestValidatorId": own, "requestModels": {"application/json": "Node"}})
    assert api.ask("/a", "POST", {}, "[[[]]]").status == 200
    assert api.ask("/a", "POST", {}, "[" * 900 + "]" * 900).message == BODY
    assert api.ask("/a", "POST", {}, "[" * 200_000).message == BODY
    assert base


def test_own_gateway_responses(api: Integrated) -> None:
    control, at = api.rest.control, {"restApiId": api.rest.id}
    control.put_gateway_response(
        **at,
        responseType="MISSING_AUTHENTICATION_TOKEN",
        statusCode="404",
        responseParameters={
            "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
            "gatewayresponse.header.X-Request": "context.requestId",
            "gatewayresponse.header.X-Was": "method.request.header.X-In",
            "gatewayresponse.header.X-Query": "method.request.querystring.q",
        },
        responseTemplates={
            "application/json": '{"error": $context.error.messageString, "type": "$context.error.responseType", "stage": "$context.stage"}',
            "text/plain": "$context.error.message",
        },
    )
    control.put_gateway_response(
        **at, responseType="DEFAULT_5XX", responseParameters={"gatewayresponse.header.X-Default": "'5'"}
    )
    api.mock("/broken", "no status", "{}", "GET")
    api.mock("/fine", OK, "{}", "GET")
    came = api.ask("/none?q=1", "GET", {"X-In": "in"})
    assert (came.status, came.json) == (
        404,
        {"error": "Missing Authentication Token", "type": "MISSING_AUTHENTICATION_TOKEN", "stage": "prod"},
    )
    assert came.headers["access-control-allow-origin"] == "*"
    assert came.headers["x-request"] == came.headers["x-amzn-requestid"]
    assert (came.headers["x-was"], came.headers["x-query"]) == ("in", "1")
    assert came.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"
    text = api.ask("/none", "GET", {"Accept": "text/plain"})
    assert (text.headers["content-type"], text.body) == ("text/plain", b"Missing Authentication Token")
    broken = api.ask("/broken")
    assert (broken.message, broken.headers["x-default"]) == ((500, "Internal server error"), "5")
    assert "x-query" not in api.ask("/none?q=a%0d%0ab").headers


def test_answers_are_compressed(api: Integrated) -> None:
    api.mock("/a", OK, "x" * 2_000, "GET")
    api.mock("/small", OK, "x" * 50, "GET")
    api.rest.control.update_rest_api(
        restApiId=api.rest.id,
        patchOperations=[{"op": "replace", "path": "/minimumCompressionSize", "value": "100"}],
    )
    gzipped = api.ask("/a", "GET", {"Accept-Encoding": "gzip, deflate;q=0.5"})
    assert gzipped.headers["content-encoding"] == "gzip"
    assert gzip.decompress(gzipped.body) == b"x" * 2_000
    deflated = api.ask("/a", "GET", {"Accept-Encoding": "deflate"})
    assert zlib.decompress(deflated.body) == b"x" * 2_000
    for header in ("identity", "br", "gzip;q=0", ""):
        assert "content-encoding" not in api.ask("/a", "GET", {"Accept-Encoding": header}).headers
    assert "content-encoding" not in api.ask("/small", "GET", {"Accept-Encoding": "gzip"}).headers


def test_requests_are_decompressed(api: Integrated) -> None:
    api.put(
        "/a",
        "MOCK",
        "POST",
        requestTemplates={
            "application/json": f'#set($context.responseOverride.header.X-Made = $input.path("$.a")){OK}'
        },
        responses={"200": {}},
    )
    assert api.ask("/a", "POST", {"Content-Encoding": "gzip"}, gzip.compress(b"{}")).status == 400
    api.rest.control.update_rest_api(
        restApiId=api.rest.id,
        patchOperations=[{"op": "replace", "path": "/minimumCompressionSize", "value": "0"}],
    )
    api.rest.deploy()
    body = b'{"a": "packed"}'
    raw = zlib.compressobj(wbits=-15)
    for coding, packed in (
        ("gzip", gzip.compress(body)),
        ("deflate", zlib.compress(body)),
        ("deflate", raw.compress(body) + raw.flush()),
        ("identity", body),
    ):
        assert api.ask("/a", "POST", {"Content-Encoding": coding}, packed).headers["x-made"] == "packed"
    assert api.ask("/a", "POST", {"Content-Encoding": "br"}, body).status == 415
    assert api.ask("/a", "POST", {"Content-Encoding": "gzip"}, b"nonsense").status == 400
    assert api.ask("/a", "POST", {"Content-Encoding": "gzip"}, gzip.compress(body)[:-4]).status == 400
    bomb = gzip.compress(b"0" * (11 * 1024 * 1024))
    assert api.ask("/a", "POST", {"Content-Encoding": "gzip"}, bomb).status == 413


@pytest.mark.parametrize(
    ("handling", "sent", "expected"),
    [
        ("CONVERT_TO_TEXT", b"\x00\xff", b"AP8="),
        ("CONVERT_TO_BINARY", b"\x00\xff", b"\x00\xff"),
        (None, b"\x00\xff", b"\x00\xff"),
    ],
)
def test_bytes_to_a_backend(
    api: Integrated, backend: Any, handling: str | None, sent: bytes, expected: bytes
) -> None:
    api.rest.control.update_rest_api(
        restApiId=api.rest.id, patchOperations=[{"op": "add", "path": "/binaryMediaTypes/image~1png"}]
    )
    more = {} if handling is None else {"contentHandling": handling}
    api.put("/a", "HTTP", "POST", uri=f"{backend.url}/bytes", responses={"200": {}}, **more)
    api.ask("/a", "POST", {"Content-Type": "image/png"}, sent)
    assert backend.asked[-1]["body"].encode("latin-1") == expected


def test_text_to_bytes_and_back(api: Integrated, backend: Any) -> None:
    api.rest.control.update_rest_api(
        restApiId=api.rest.id, patchOperations=[{"op": "add", "path": "/binaryMediaTypes/image~1png"}]
    )
    backend.answers["/png"] = (200, [("Content-Type", "image/png")], b"\x00\xff")
    api.put(
        "/a",
        "HTTP",
        "POST",
        uri=f"{backend.url}/sent",
        contentHandling="CONVERT_TO_BINARY",
        responses={"200": {}},
    )
    api.put("/png", "HTTP", uri=f"{backend.url}/png", integrationHttpMethod="GET", responses={"200": {}})
    api.put(
        "/text",
        "HTTP",
        uri=f"{backend.url}/png",
        integrationHttpMethod="GET",
        responses={"200": {"contentHandling": "CONVERT_TO_TEXT"}},
    )
    api.ask("/a", "POST", {"Content-Type": "text/plain"}, "AP8=")
    assert backend.asked[-1]["body"] == "\x00\xff"
    assert api.ask("/a", "POST", {"Content-Type": "text/plain"}, "no base64!").message == (
        500,
        "Internal server error",
    )
    assert api.ask("/png", "GET", {"Accept": "image/png"}).body == b"\x00\xff"
    assert api.ask("/png", "GET", {"Accept": "text/html"}).body == b"AP8="
    assert api.ask("/text", "GET", {"Accept": "image/png"}).body == b"AP8="
