"""Definitions that are imported: what AWS answered to the same requests. Each test names the recorded cases that it follows."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from openapi_samples import CIRCULAR, COGNITO, CORS, MOCK, OAS_MOCK, PETS, PETSTORE
from rest_apis import NO_STATUS, Api, bad, shown, status, told

PLAIN = {
    "apiKeySource": "HEADER",
    "disableExecuteApiEndpoint": False,
    "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
}
NO_CACHE = {"cacheKeyParameters": [], "passthroughBehavior": "WHEN_NO_MATCH", "timeoutInMillis": 29000}
MOCK_INTEGRATION = {
    **NO_CACHE,
    "type": "MOCK",
    "requestTemplates": {"application/json": '{"statusCode": 200}'},
}
ORIGIN = "method.response.header.Access-Control-Allow-Origin"


def imported(gateway: Any, document: Any, **request: Any) -> Api:
    body = document if isinstance(document, bytes) else json.dumps(document)
    made = gateway.import_rest_api(body=body, **request)
    api = Api.__new__(Api)
    api.client, api.id, api.root = gateway, made["id"], made["rootResourceId"]
    return api


def methods(api: Api) -> dict[str, dict[str, Any]]:
    """The methods of an API by path and name, without what names the resource's id."""
    found = {}
    for item in api.call("get_resources", embed=["methods"])["items"]:
        for name, method in item.get("resourceMethods", {}).items():
            integration = method.get("methodIntegration", {})
            if integration:
                assert integration.pop("cacheNamespace") == item["id"]
            found[f"{name} {item['path']}"] = method
    return found


def paths(api: Api) -> list[str]:
    return [item["path"] for item in api.call("get_resources")["items"]]


@pytest.mark.parametrize("text", [b"{" * 100_000, b"- " * 2_000_000, b"a: &a [*a]", b""], ids=range(4))
def test_texts_that_are_to_end_the_server(gateway: Any, client: Any, text: bytes) -> None:
    for ask in (
        lambda: gateway.import_rest_api(body=text),
        lambda: client("apigatewayv2").import_api(Body=text.decode()),
    ):
        with pytest.raises(ClientError) as refused:
            ask()
        assert refused.value.response["Error"]["Code"] == "BadRequestException"


def test_settings(gateway: Any) -> None:
    """test_import_rest_api."""
    document = {
        "openapi": "3.0.0",
        "info": {"title": "pets", "version": "1.0"},
        "paths": {},
        "x-amazon-apigateway-binary-media-types": ["*/*"],
    }
    made = gateway.import_rest_api(body=json.dumps(document))
    assert status(made) == 201
    assert shown(made) == {**PLAIN, "name": "pets", "version": "1.0", "binaryMediaTypes": ["*/*"]}


def test_pet_store(gateway: Any, account: str) -> None:
    """test_import_swagger_api."""
    document = json.dumps(PETSTORE).replace("iam::111111111111", f"iam::{account}")
    api = imported(gateway, document.encode())
    assert shown(api.call("get_rest_api")) == {
        **PLAIN,
        "name": "PetStore",
        "description": "Pets by HTTP",
        "version": "1.0",
        "tags": {},
    }
    used, unused = api.call("get_authorizers")["items"]
    common = {
        "authType": "oauth2",
        "authorizerCredentials": f"arn:aws:iam::{account}:role/auth",
        "authorizerUri": PETSTORE["securityDefinitions"]["test-authorizer"]["x-amazon-apigateway-authorizer"][
            "authorizerUri"
        ],
        "identitySource": "method.request.header.Authorization",
        "identityValidationExpression": "^x-[a-z]+",
        "type": "TOKEN",
    }
    assert shown(used) == {**common, "name": "test-authorizer", "authorizerResultTtlInSeconds": 60}
    assert shown(unused) == {**common, "name": "test-authorizer-not-used"}
    models = {one["name"]: one for one in api.call("get_models")["items"]}
    assert list(models) == ["Empty", "NewPet", "NewPetResponse", "Pet", "PetType", "Pets"]
    base = f"https://apigateway.amazonaws.com/restapis/{api.id}/models"
    assert json.loads(models["Pets"]["schema"]) == {"type": "array", "items": {"$ref": f"{base}/Pet"}}
    assert "description" not in models["Pet"]
    found = methods(api)
    assert list(found) == [
        "GET /",
        "GET /pets",
        "OPTIONS /pets",
        "POST /pets",
        "GET /pets/{petId}",
        "OPTIONS /pets/{petId}",
    ]
    assert found["GET /"] == {
        "httpMethod": "GET",
        "apiKeyRequired": False,
        "authorizationType": "CUSTOM",
        "authorizerId": used["id"],
        "methodIntegration": {
            **MOCK_INTEGRATION,
            "integrationResponses": {
                "200": {
                    "statusCode": "200",
                    "responseParameters": {"method.response.header.Content-Type": "'text/html'"},
                    "responseTemplates": {"text/html": "<html></html>"},
                }
            },
        },
        "methodResponses": {
            "200": {
                "statusCode": "200",
                "responseParameters": {"method.response.header.Content-Type": False},
            }
        },
    }
    assert found["GET /pets"]["methodIntegration"] == {
        **NO_CACHE,
        "type": "HTTP",
        "httpMethod": "GET",
        "connectionType": "INTERNET",
        "uri": "http://petstore.example.com/pets",
        "requestParameters": {
            "integration.request.querystring.page": "method.request.querystring.page",
            "integration.request.querystring.type": "method.request.querystring.type",
        },
        "integrationResponses": {"200": {"statusCode": "200", "responseParameters": {ORIGIN: "'*'"}}},
    }
    assert found["GET /pets"]["requestParameters"] == {
        "method.request.querystring.page": False,
        "method.request.querystring.type": False,
    }
    assert found["GET /pets"]["methodResponses"] == {
        "200": {
            "statusCode": "200",
            "responseModels": {"application/json": "Pets"},
            "responseParameters": {ORIGIN: False},
        }
    }
    post = found["POST /pets"]
    assert (post["operationName"], post["requestModels"]) == (
        "CreatePet",
        {"application/json": "NewPet"},
    )
    assert found["GET /pets/{petId}"]["requestParameters"] == {"method.request.path.petId": True}
    assert found["OPTIONS /pets"]["authorizationType"] == "NONE"


def test_cors(gateway: Any) -> None:
    """test_import_and_validate_rest_api[swagger-mock-cors.json]."""
    api = imported(gateway, CORS)
    assert api.call("get_models")["items"] == []
    found = methods(api)
    assert paths(api) == ["/", "/product", "/product/{product_id}"]
    proxy = found["GET /product"]
    assert "methodResponses" not in proxy
    assert proxy["methodIntegration"] == {
        **NO_CACHE,
        "type": "AWS_PROXY",
        "httpMethod": "POST",
        "uri": CORS["paths"]["/product"]["get"]["x-amazon-apigateway-integration"]["uri"],
    }
    place = {"resourceId": item_id(api, "/product"), "httpMethod": "GET", "statusCode": "200"}
    assert api.told("get_method_response", **place) == NO_STATUS
    assert api.told("get_integration_response", **place) == NO_STATUS
    options = found["OPTIONS /product/{product_id}"]
    assert options["requestParameters"] == {"method.request.path.product_id": True}
    response = options["methodIntegration"]["integrationResponses"]["200"]
    assert response["responseTemplates"] == {"application/json": "{}\n"}


def item_id(api: Api, path: str) -> str:
    items = api.call("get_resources")["items"]
    found: str = next(item["id"] for item in items if item["path"] == path)
    return found


def test_api_keys_and_handling(gateway: Any) -> None:
    """test_import_and_validate_rest_api[openapi.spec.tf.json], test_import_with_http_method_integration."""
    document = {
        "openapi": "3.0.1",
        "info": {"title": "keys", "version": "1"},
        "paths": {
            "/": {
                "get": {
                    "security": [{"api_key": []}],
                    "responses": {"200": {"description": "ok"}},
                    "x-amazon-apigateway-integration": {
                        "type": "aws_proxy",
                        "httpMethod": "POST",
                        "uri": (
                            "arn:aws:apigateway:us-west-2:lambda:path/2015-03-31/functions/"
                            "arn:aws:lambda:us-west-2:000000000000:function:f/invocations"
                        ),
                        "contentHandling": "CONVERT_TO_TEXT",
                        "passthroughBehavior": "when_no_templates",
                        "requestParameters": {"integration.request.header.X-Amz-Invocation-Type": "'Event'"},
                        "responses": {"default": {"statusCode": 200}},
                    },
                }
            }
        },
        "components": {
            "securitySchemes": {"api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}
        },
    }
    method = methods(imported(gateway, document))["GET /"]
    assert (method["apiKeyRequired"], method["authorizationType"]) == (True, "NONE")
    integration = method["methodIntegration"]
    assert integration["contentHandling"] == "CONVERT_TO_TEXT"
    assert integration["passthroughBehavior"] == "WHEN_NO_TEMPLATES"
    assert integration["integrationResponses"] == {"200": {"statusCode": "200"}}
    assert "connectionType" not in integration


def test_any_method_and_authorizer_of_all(gateway: Any) -> None:
    """test_import_with_global_api_key_authorizer."""
    uri = (
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
        "arn:aws:lambda:us-east-1:111111111111:function:auth/invocations"
    )
    mocked = {
        "responses": {
            "200": {
                "description": "ok",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Empty"}}},
            }
        },
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "passthroughBehavior": "when_no_templates",
            "requestTemplates": {"application/json": '{"statusCode": 200}'},
            "responses": {"default": {"statusCode": "200", "responseTemplates": {"application/json": "{}"}}},
        },
    }
    data = {"name": "data", "in": "path", "required": True, "schema": {"type": "string"}}
    document = {
        "openapi": "3.0.1",
        "info": {"title": "all", "version": "1.0"},
        "x-amazon-apigateway-api-key-source": "AUTHORIZER",
        "paths": {"/echo/{data}": {"x-amazon-apigateway-any-method": {"parameters": [data], **mocked}}},
        "security": [{"custom": []}],
        "components": {
            "schemas": {"Empty": {"type": "object"}},
            "securitySchemes": {
                "custom": {
                    "type": "apiKey",
                    "name": "Custom-Authorization",
                    "in": "header",
                    "x-amazon-apigateway-authtype": "custom",
                    "x-amazon-apigateway-authorizer": {
                        "type": "request",
                        "identitySource": "method.request.header.Custom-Authorization",
                        "authorizerUri": uri,
                        "authorizerResultTtlInSeconds": 300,
                    },
                }
            },
        },
    }
    api = imported(gateway, document)
    assert api.call("get_rest_api")["apiKeySource"] == "AUTHORIZER"
    (authorizer,) = api.call("get_authorizers")["items"]
    assert shown(authorizer) == {
        "authType": "custom",
        "authorizerResultTtlInSeconds": 300,
        "authorizerUri": uri,
        "identitySource": "method.request.header.Custom-Authorization",
        "name": "custom",
        "type": "REQUEST",
    }
    method = methods(api)["ANY /echo/{data}"]
    assert (method["authorizationType"], method["authorizerId"]) == ("CUSTOM", authorizer["id"])
    assert method["requestParameters"] == {"method.request.path.data": True}
    assert method["methodResponses"]["200"]["responseModels"] == {"application/json": "Empty"}


def test_models_in_a_circle_and_validators(gateway: Any) -> None:
    """test_import_with_circular_models, test_import_with_circular_models_and_request_validation."""
    api = imported(gateway, CIRCULAR)
    models = {one["name"]: one for one in api.call("get_models")["items"]}
    base = f"https://apigateway.amazonaws.com/restapis/{api.id}/models"
    assert models["House"]["description"] == "Where a Person can live"
    assert json.loads(models["House"]["schema"])["properties"]["contains"] == {
        "type": "array",
        "minItems": 1,
        "description": "Who is living in the house",
        "items": {"$ref": f"{base}/Person"},
    }
    person = json.loads(models["Person"]["schema"])
    assert person["required"] == ["b", "name"]
    assert person["properties"]["house"] == {"$ref": f"{base}/House"}
    (validator,) = api.call("get_request_validators")["items"]
    assert shown(validator) == {
        "name": "basic",
        "validateRequestBody": True,
        "validateRequestParameters": True,
    }
    method = methods(api)["POST /person"]
    assert method["requestValidatorId"] == validator["id"]
    assert method["requestModels"] == {"application/json": "Person"}
    flat = json.loads(api.call("get_model", modelName="House", flatten=True)["schema"])
    assert flat["definitions"]["Person"]["properties"]["house"] == {"$ref": "#/definitions/House"}


def test_user_pools(gateway: Any) -> None:
    """test_import_with_cognito_auth_identity_source."""
    api = imported(gateway, COGNITO)
    first, second = api.call("get_authorizers")["items"]
    assert shown(first) == {
        "name": "cognito-test-identity-source",
        "type": "COGNITO_USER_POOLS",
        "providerARNs": ["arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_ABC123"],
        "authType": "cognito_user_pools",
        "identitySource": "method.request.header.TestHeaderAuth",
    }
    found = methods(api)
    plain = found["GET /default-no-scope"]
    assert (plain["authorizationType"], plain["authorizerId"]) == ("COGNITO_USER_POOLS", first["id"])
    assert "authorizationScopes" not in plain
    assert found["GET /default-scope-override"]["authorizationScopes"] == ["openid"]
    other = found["GET /non-default-authorizer"]
    assert (other["authorizerId"], other["authorizationScopes"]) == (second["id"], ["email", "openid"])


def test_statuses_that_are_numbers(gateway: Any) -> None:
    """test_import_with_integer_http_status_code."""
    yaml = b"""
openapi: 3.0.1
info: {title: numbers, version: 2016-09-12}
paths:
  /test:
    get:
      responses:
        200:
          description: ok
          headers: {Access-Control-Allow-Origin: {schema: {type: string}}}
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates: {application/json: '{"statusCode": 200}'}
        responses:
          default:
            statusCode: 200
            responseParameters:
              method.response.header.Access-Control-Allow-Origin: "'*'"
"""
    api = imported(gateway, yaml)
    assert api.call("get_rest_api")["version"] == "2016-09-12"
    method = methods(api)["GET /test"]
    assert method["methodResponses"] == {"200": {"statusCode": "200", "responseParameters": {ORIGIN: False}}}
    assert method["methodIntegration"]["integrationResponses"] == {
        "200": {"statusCode": "200", "responseParameters": {ORIGIN: "'*'"}}
    }


@pytest.mark.parametrize(
    ("mode", "swagger", "variable", "url"),
    [
        ("ignore", ["/test"], ["/test"], ["/test"]),
        (
            "prepend",
            ["/base", "/base/test"],
            ["/base-var", "/base-var/test"],
            ["/base-url", "/base-url/part", "/base-url/part/test"],
        ),
        ("split", ["/test"], ["/test"], ["/part", "/part/test"]),
    ],
)
def test_base_paths(gateway: Any, mode: str, swagger: list[str], variable: list[str], url: list[str]) -> None:
    """test_import_rest_apis_with_base_path_swagger, test_import_rest_api_with_base_path_oas30."""
    api = Api(gateway)
    request = {"mode": "overwrite", "parameters": {"basepath": mode}}
    put = api.call("put_rest_api", body=json.dumps({**MOCK, "basePath": "/base"}), **request)
    assert shown(put) == {**PLAIN, "name": "mock", "version": "2", "tags": {}}
    assert paths(api) == ["/", *swagger]
    server = {
        "url": "https://example.com/{basePath}",
        "variables": {"basePath": {"default": "/base-var"}},
    }
    api.call("put_rest_api", body=json.dumps({**OAS_MOCK, "servers": [server]}), **request)
    assert paths(api) == ["/", *variable]
    document = json.loads(json.dumps({**OAS_MOCK, "servers": [{"url": "https://x.com/base-url/part/"}]}))
    integration = document["paths"]["/test"]["get"]["x-amazon-apigateway-integration"]
    integration["requestParameters"] = {
        "integration.request.header.nothing": True,
        "integration.request.header.double-single": "'True'",
    }
    warned = api.call("put_rest_api", body=json.dumps(document), **request)
    assert paths(api) == ["/", *url]
    assert warned["warnings"] == [
        "Invalid format for 'requestParameters'. Expected type string for property "
        f"'integration.request.header.nothing' of resource '{url[-1]}' and method 'GET' but got 'true'"
    ]
    assert warned["rootResourceId"] == api.root
    assert methods(api)[f"GET {url[-1]}"]["methodIntegration"]["requestParameters"] == {
        "integration.request.header.double-single": "'True'"
    }
    refused = api.told("put_rest_api", body=json.dumps(document), failOnWarnings=True, **request)
    assert refused[0] == "BadRequestException"
    assert refused[1].startswith("Warnings found during import:")


def test_modes(gateway: Any) -> None:
    """test_put_rest_api_mode_binary_media_types[merge], [overwrite]."""
    api = Api(gateway, binaryMediaTypes=["image/heif"])
    kept = api.resource("kept")
    merged = api.call("put_rest_api", mode="merge", body=json.dumps(PETS))
    assert merged["binaryMediaTypes"] == ["image/heif", "image/png", "image/jpg"]
    assert (merged["name"], merged["version"]) == ("Simple PetStore (Swagger)", "1.0.0")
    assert paths(api) == ["/", "/kept", "/pets", "/pets/{petId}"]
    assert item_id(api, "/kept") == kept
    put = api.call("put_rest_api", mode="overwrite", body=json.dumps(PETS))
    assert put["binaryMediaTypes"] == ["image/png", "image/jpg"]
    assert paths(api) == ["/", "/pets", "/pets/{petId}"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"- a\n- b\n",
        b"a: [",
        b"just text",
        b"",
        b"\xff\xfe",
        b'{"openapi": "4.0"}',
        b"a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
        b"c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
        b"e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]\n",
        b"a: &a\n  b: *a\nopenapi: 3.0.0\n",
        b"openapi: 3.0.0\nx: !!python/object/apply:os.system ['true']\n",
    ],
)
def test_what_is_no_definition(gateway: Any, body: bytes) -> None:
    """test_import_api_bad_file."""
    invalid = bad("Invalid OpenAPI input.")
    if body:
        assert told(gateway.import_rest_api, body=body) == invalid
        assert Api(gateway).told("put_rest_api", body=body) == invalid


def test_errors_change_nothing(gateway: Any) -> None:
    document = json.loads(json.dumps(OAS_MOCK))
    integration = document["paths"]["/test"]["get"]["x-amazon-apigateway-integration"]
    integration["requestParameters"] = {"integration.request.path.x": "method.request.path.x"}
    api = Api(gateway)
    refused = api.told("put_rest_api", body=json.dumps(document))
    assert refused == bad(
        "Errors found during import:\n\tUnable to put integration on 'GET' for resource at path '/test': Invalid mapping "
        "expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: "
        "method.request.path.x]"
    )
    assert paths(api) == ["/"]


def _with(path: str, value: Any, document: dict[str, Any] = PETSTORE) -> dict[str, Any]:
    """The document with one value changed: `path` separated by `|`."""
    changed: Any = json.loads(json.dumps({**document, "securityDefinitions": {}}))
    *holders, last = path.split("|")
    holder = changed
    for name in holders:
        holder = holder[name]
    holder[last] = value
    found: dict[str, Any] = changed
    return found


_GET = "paths|/pets|get|"
_CALLS = f"{_GET}x-amazon-apigateway-integration|"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{_CALLS}timeoutInMillis", "x"),
        (f"{_CALLS}type", 5),
        (f"{_CALLS}cacheKeyParameters", 5),
        (f"{_CALLS}requestParameters", {"x": {}}),
        (f"{_CALLS}responses", [1]),
        (f"{_GET}parameters", {"a": 1}),
        (f"{_GET}parameters", [{"name": {}, "in": []}]),
        (f"{_GET}responses", "200"),
        (f"{_GET}security", {"a": 1}),
        (f"{_GET}consumes", 5),
        ("paths", [1]),
        ("paths|/{a}/{b+}/c", {"get": {}}),
        ("paths|/pets|$ref", "#/paths/~1pets"),
        ("definitions|Pet", 1),
        ("info", "x"),
        ("securityDefinitions|a", {"x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": 1}}),
        ("securityDefinitions|a", {"x-amazon-apigateway-authorizer": {"authorizerResultTtlInSeconds": "x"}}),
        ("x-amazon-apigateway-gateway-responses", {"THROTTLED": 1}),
        ("x-amazon-apigateway-documentation", {"documentationParts": [1, {"location": {"type": []}}]}),
        ("x-amazon-apigateway-request-validators", {"a": 1}),
        ("x-amazon-apigateway-minimum-compression-size", {}),
        ("x-amazon-apigateway-endpoint-configuration", {"types": 5}),
        ("x-amazon-apigateway-policy", {"Statement": 1}),
    ],
)
def test_values_of_other_types(gateway: Any, path: str, value: Any) -> None:
    """They are left out, or refused; they are never a defect."""
    assert outcome(gateway, _with(path, value)) in ("imported", "BadRequestException")


def outcome(gateway: Any, document: dict[str, Any]) -> str:
    """`imported` if the definition is, and comes out again; else the code of the refusal."""
    try:
        api_id = gateway.import_rest_api(body=json.dumps(document))["id"]
        if document["paths"] != [1]:
            gateway.create_deployment(restApiId=api_id, stageName="prod")
            gateway.get_export(restApiId=api_id, stageName="prod", exportType="oas30")["body"].read()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "imported"
