"""Definitions that are exported: what AWS answered to the same requests. Each test names the recorded cases that it follows."""

import copy
import json
from typing import Any

import pytest
import yaml

from openapi_samples import PETS, PETSTORE
from rest_apis import Api, bad, missing


def open_petstore() -> dict[str, Any]:
    """The pet store with neither authorizers nor a version."""
    document = copy.deepcopy(PETSTORE)
    del document["securityDefinitions"], document["info"]["version"]
    for path in document["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
    return document


def deployed(gateway: Any, document: dict[str, Any]) -> str:
    api_id: str = gateway.import_rest_api(body=json.dumps(document))["id"]
    gateway.create_deployment(restApiId=api_id, stageName="local")
    return api_id


def exported(gateway: Any, api_id: str, kind: str, **request: Any) -> tuple[dict[str, Any], str]:
    answer = gateway.get_export(restApiId=api_id, stageName="local", exportType=kind, **request)
    assert answer["contentType"] == "application/octet-stream"
    return json.loads(answer["body"].read()), answer["contentDisposition"]


def written(document: dict[str, Any], *, extensions: bool) -> dict[str, Any]:
    """What a Swagger definition is when it comes back."""
    found = copy.deepcopy(document)
    for path in found["paths"].values():
        for operation in path.values():
            integration = operation["x-amazon-apigateway-integration"]
            operation["responses"]["200"] = {
                name: value for name, value in operation["responses"]["200"].items() if value
            }
            if operation.get("parameters") == []:
                del operation["parameters"]
            if not extensions:
                del operation["x-amazon-apigateway-integration"]
            else:
                assert integration["responses"]
    if not extensions:
        found.pop("x-amazon-apigateway-binary-media-types", None)
    return found


@pytest.mark.parametrize("extensions", [False, True])
def test_swagger(gateway: Any, extensions: bool) -> None:
    """test_export_swagger_openapi[TEST_IMPORT_PETSTORE_SWAGGER], [TEST_IMPORT_PETS]."""
    request = {"parameters": {"extensions": "apigateway"}} if extensions else {}
    for source in (open_petstore(), PETS):
        api_id = deployed(gateway, source)
        document, disposition = exported(gateway, api_id, "swagger", **request)
        version = document["info"].pop("version")
        assert disposition == f'attachment; filename="swagger_{version}.json"'
        expected = {
            **written(source, extensions=extensions),
            "host": f"{api_id}.execute-api.us-east-1.amazonaws.com",
            "basePath": "/local",
            "schemes": ["https"],
        }
        expected["info"].pop("version", None)
        assert document == expected


def test_openapi(gateway: Any) -> None:
    """test_export_oas30_openapi[TEST_IMPORT_PETSTORE_SWAGGER], [TEST_IMPORT_PETS]."""
    api_id = deployed(gateway, open_petstore())
    document, disposition = exported(gateway, api_id, "oas30")
    assert document["openapi"] == "3.0.1"
    assert document["servers"] == [
        {
            "url": f"https://{api_id}.execute-api.us-east-1.amazonaws.com/{{basePath}}",
            "variables": {"basePath": {"default": "local"}},
        }
    ]
    assert disposition == f'attachment; filename="oas30_{document["info"]["version"]}.json"'
    text = {"schema": {"type": "string"}}
    assert document["paths"]["/pets"]["get"] == {
        "parameters": [{"name": "type", "in": "query", **text}, {"name": "page", "in": "query", **text}],
        "responses": {
            "200": {
                "description": "200 response",
                "headers": {"Access-Control-Allow-Origin": text},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pets"}}},
            }
        },
    }
    assert document["paths"]["/pets"]["post"]["requestBody"] == {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewPet"}}},
        "required": True,
    }
    assert document["paths"]["/"]["get"]["responses"]["200"]["content"] == {}
    assert document["components"]["schemas"]["Pets"] == {
        "type": "array",
        "items": {"$ref": "#/components/schemas/Pet"},
    }
    plain, disposition = exported(gateway, deployed(gateway, PETS), "oas30")
    assert disposition == 'attachment; filename="oas30_1.0.0.json"'
    assert plain["components"] == {}


def test_round_trip(gateway: Any, account: str) -> None:
    """What was exported with all extensions makes the same API again."""
    source = json.loads(json.dumps(PETSTORE).replace("iam::111111111111", f"iam::{account}"))
    source |= {
        "x-amazon-apigateway-request-validators": {
            "all": {"validateRequestBody": True, "validateRequestParameters": True}
        },
        "x-amazon-apigateway-request-validator": "all",
        "x-amazon-apigateway-gateway-responses": {
            "THROTTLED": {"statusCode": "420", "responseTemplates": {"application/json": "{}"}}
        },
        "x-amazon-apigateway-minimum-compression-size": 1024,
        "x-amazon-apigateway-api-key-source": "AUTHORIZER",
    }
    del source["securityDefinitions"]["test-authorizer-not-used"]
    request = {"parameters": {"extensions": "apigateway"}}
    for kind in ("swagger", "oas30"):
        first, _ = exported(gateway, deployed(gateway, source), kind, **request)
        again, _ = exported(gateway, deployed(gateway, first), kind, **request)
        for document in (first, again):
            document.pop("host", None)
            document.pop("servers", None)
        assert first == again
        assert first["x-amazon-apigateway-minimum-compression-size"] == 1024


def test_yaml_and_what_is_none(gateway: Any) -> None:
    api_id = deployed(gateway, PETS)
    answer = gateway.get_export(
        restApiId=api_id, stageName="local", exportType="oas30", accepts="application/yaml"
    )
    assert answer["contentDisposition"] == 'attachment; filename="oas30_1.0.0.yaml"'
    assert yaml.safe_load(answer["body"].read())["info"]["title"] == PETS["info"]["title"]
    api = Api.__new__(Api)
    api.client, api.id = gateway, api_id
    assert api.told("get_export", stageName="local", exportType="raml") == bad(
        "Invalid export type specified: raml. Valid options are swagger, oas30"
    )
    assert api.told("get_export", stageName="other", exportType="oas30") == missing(
        "Invalid stage identifier specified"
    )


def test_what_is_deployed_is_exported(gateway: Any) -> None:
    api_id = deployed(gateway, PETS)
    gateway.put_rest_api(restApiId=api_id, mode="overwrite", body=json.dumps(open_petstore()))
    document, _ = exported(gateway, api_id, "oas30")
    assert document["info"]["title"] == PETS["info"]["title"]
