"""Models, validators, authorizers, gateway responses, documentation: what AWS answered to the same requests. Each test names the recorded
cases that it follows."""

import json
from typing import Any

import pytest

from openapi_samples import function_uri
from rest_apis import Api, bad, conflict, invalid, missing, no_api, patch, shown, status

OBJECT = '{"title": "x", "type": "object"}'
NO_SCHEMA = bad("Model schema must have at least 1 property or array items defined")


def no_model(name: str) -> tuple[str, str, int]:
    return missing(f"Invalid model name specified: {name}")


def test_a_model(api: Api) -> None:
    """test_model_lifecycle."""
    schema = json.dumps({"title": "Calc output", "type": "object", "properties": {"a": {"type": "number"}}})
    given = {
        "name": "CalcOutput",
        "contentType": "application/json",
        "description": "Calc output model",
        "schema": schema,
    }
    made = api.call("create_model", **given)
    assert status(made) == 201
    assert shown(made) == given
    assert shown(api.call("get_model", modelName="CalcOutput")) == given
    items = api.call("get_models")["items"]
    assert [item["name"] for item in items] == ["CalcOutput", "Empty", "Error"]
    draft = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"}
    empty, error = ({**item, "schema": json.loads(item["schema"])} for item in items[1:])
    assert shown(empty) == {
        "name": "Empty",
        "contentType": "application/json",
        "description": "This is a default empty schema model",
        "schema": {**draft, "title": "Empty Schema"},
    }
    assert shown(error) == {
        "name": "Error",
        "contentType": "application/json",
        "description": "This is a default error schema model",
        "schema": {**draft, "title": "Error Schema", "properties": {"message": {"type": "string"}}},
    }
    assert status(api.call("delete_model", modelName="CalcOutput")) == 202


def test_models_that_are_none(api: Api, account: str) -> None:
    """test_model_validation."""
    given = {"name": "One", "contentType": "application/json", "schema": OBJECT}
    assert api.told("create_model", **given, restApiId="fake") == no_api(account, "fake")
    assert api.told("get_models", restApiId="fake") == no_api(account, "fake")
    assert api.told("get_model", restApiId="fake", modelName="One") == no_model("One")
    assert api.told("delete_model", restApiId="fake", modelName="One") == no_model("One")
    api.call("create_model", **given)
    assert api.told("create_model", **given) == conflict("Model name already exists for this REST API")
    assert api.told("create_model", **{**given, "name": ""}) == bad("Model name must be non-empty")
    assert api.told("create_model", **{**given, "name": "Two", "schema": ""}) == NO_SCHEMA
    for kind in ("application/json", "application/xml"):
        assert api.told("create_model", name="Two", contentType=kind) == NO_SCHEMA


def test_model_patches(api: Api) -> None:
    """test_update_model."""
    replace = [patch("replace", "/schema", '{"title": "Updated schema", "type": "object"}')]
    assert api.told("update_model", modelName="One", patchOperations=replace) == no_model("One")
    api.call("create_model", name="One", contentType="application/json", schema=OBJECT)
    changed = api.call("update_model", modelName="One", patchOperations=replace)
    assert json.loads(changed["schema"])["title"] == "Updated schema"

    def refused(*operation: str) -> tuple[str, str, int]:
        return api.told("update_model", modelName="One", patchOperations=[patch(*operation)])

    assert refused("add", "/wrong-path", "x") == bad(
        "Invalid patch path  '/wrong-path' specified for op 'add'. Please choose supported operations"
    )
    assert refused("replace", "/name", "x") == bad(
        "Invalid patch path  '/name' specified for op 'replace'. Must be one of: [/description, /schema]"
    )
    assert refused("replace", "/schema", "") == NO_SCHEMA


def test_templates_of_models(api: Api) -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "tags": {"type": "array", "items": {"type": "number"}}},
    }
    api.call("create_model", name="One", contentType="application/json", schema=json.dumps(schema))
    template = api.call("get_model_template", modelName="One")["value"]
    assert template == (
        "#set($inputRoot = $input.path('$'))\n"
        "{\n"
        '  "name" : "$inputRoot.name",\n'
        '  "tags" : [\n#foreach($elem in $inputRoot.tags)\n    $elem#if($foreach.hasNext),#end\n\n#end\n  ]\n'
        "}"
    )


# Validators -----------------------------------------------------------------------------------------------------------------

NO_VALIDATOR = missing("Invalid Request Validator identifier specified")


def test_a_validator(api: Api) -> None:
    """test_request_validator_lifecycle, test_invalid_get_request_validator, test_invalid_delete_request_validator."""
    made = api.call("create_request_validator", name="own")
    expected = {"name": "own", "validateRequestBody": False, "validateRequestParameters": False}
    assert status(made) == 201
    assert shown(made) == expected
    place = {"requestValidatorId": made["id"]}
    assert shown(api.call("get_request_validator", **place)) == expected
    assert shown(api.call("get_request_validators")) == {"items": [expected]}

    def update(value: str | None) -> Any:
        operation = patch("replace", "/validateRequestBody", value)
        return shown(api.call("update_request_validator", **place, patchOperations=[operation]))

    assert update("true") == {**expected, "validateRequestBody": True}
    assert update(None) == expected
    for operation in ("get_request_validator", "delete_request_validator"):
        assert api.told(operation, restApiId="fake", **place) == NO_VALIDATOR
        assert api.told(operation, requestValidatorId="fake") == NO_VALIDATOR
    assert status(api.call("delete_request_validator", **place)) == 202
    assert api.told("get_request_validator", **place) == NO_VALIDATOR
    assert shown(api.call("get_request_validators")) == {"items": []}


def test_validators_of_no_api(api: Api, account: str) -> None:
    """test_validators_crud_no_api, test_create_request_validator_invalid_api_id, test_invalid_get_request_validators."""
    assert api.told("create_request_validator", restApiId="fake", name="own") == bad(
        "Invalid REST API identifier specified"
    )
    assert api.told("get_request_validators", restApiId="fake") == no_api(account, "fake")


def test_validator_patches_that_are_none(api: Api) -> None:
    """test_invalid_update_request_validator_operations."""
    place = {"requestValidatorId": api.call("create_request_validator", name="own")["id"]}

    def refused(*operation: str) -> tuple[str, str, int]:
        return api.told("update_request_validator", **place, patchOperations=[patch(*operation)])

    for op in ("add", "remove"):
        assert refused(op, "/validateRequestBody", "true") == bad(
            f"Invalid patch path  '/validateRequestBody' specified for op '{op}'. Please choose supported operations"
        )
    assert refused("replace", "/invalidPath", "true") == bad(
        "Invalid patch path  '/invalidPath' specified for op 'replace'. Must be one of: [/name, "
        "/validateRequestParameters, /validateRequestBody]"
    )
    assert refused("replace", "/name", "") == bad("Request Validator name cannot be blank")


# Authorizers ----------------------------------------------------------------------------------------------------------------


def test_authorizers_of_no_api(api: Api, account: str) -> None:
    """test_authorizer_crud_no_api."""
    given = {"name": "own", "type": "TOKEN", "restApiId": "fake"}
    assert api.told("create_authorizer", **given) == conflict(
        "Unable to complete operation due to concurrent modification. Please try again later."
    )
    assert api.told("get_authorizers", restApiId="fake") == no_api(account, "fake")


def test_an_authorizer(api: Api) -> None:
    """test_apigateway_with_custom_authorization_method."""
    given = {
        "name": "lambda_authorizer",
        "type": "TOKEN",
        "authorizerUri": function_uri("auth"),
        "identitySource": "method.request.header.Auth",
    }
    made = api.call("create_authorizer", **given)
    assert shown(made) == {**given, "authType": "custom"}
    method = api.call(
        "put_method",
        resourceId=api.root,
        httpMethod="GET",
        authorizationType="CUSTOM",
        authorizerId=made["id"],
        apiKeyRequired=True,
    )
    assert shown(method) == {
        "httpMethod": "GET",
        "authorizationType": "CUSTOM",
        "authorizerId": made["id"],
        "apiKeyRequired": True,
    }
    assert api.told("create_authorizer", **given) == bad(
        "Authorizer name must be unique. Authorizer lambda_authorizer already exists in this RestApi."
    )
    changed = api.call(
        "update_authorizer",
        authorizerId=made["id"],
        patchOperations=[
            patch("replace", "/authorizerResultTtlInSeconds", "60"),
            patch("replace", "/identityValidationExpression", "^x-"),
        ],
    )
    assert changed["authorizerResultTtlInSeconds"] == 60
    assert changed["identityValidationExpression"] == "^x-"
    gone = missing("Invalid Authorizer identifier specified")
    assert api.told("get_authorizer", authorizerId="fake") == gone


@pytest.mark.parametrize(
    "given",
    [
        {"type": "TOKEN"},
        {"type": "TOKEN", "authorizerUri": function_uri("f")},
        {"type": "TOKEN", "authorizerUri": "arn:aws:lambda:us-east-1:1:function:f"},
        {"type": "COGNITO_USER_POOLS"},
        {"type": "COGNITO_USER_POOLS", "providerARNs": ["x"]},
        {"type": "REQUEST", "authorizerUri": function_uri("f"), "identitySource": "x"},
        {"type": "REQUEST", "authorizerUri": function_uri("f")},
        {
            "type": "REQUEST",
            "authorizerUri": function_uri("f"),
            "authorizerResultTtlInSeconds": 3601,
            "identitySource": "method.request.header.A",
        },
        {
            "type": "TOKEN",
            "authorizerUri": function_uri("f"),
            "identitySource": "method.request.header.A",
            "identityValidationExpression": "(",
        },
    ],
)
def test_authorizers_that_are_none(api: Api, given: dict[str, Any]) -> None:
    assert api.told("create_authorizer", name="own", **given)[0] == "BadRequestException"
    assert api.call("get_authorizers")["items"] == []


# Gateway responses ----------------------------------------------------------------------------------------------------------

KIND = "MISSING_AUTHENTICATION_TOKEN"
USUAL = {"application/json": '{"message":$context.error.messageString}'}
PARAMETERS = {
    "gatewayresponse.header.Access-Control-Allow-Origin": "'a.b.c'",
    "gatewayresponse.header.x-request-path": "method.request.path.petId",
    "gatewayresponse.header.x-request-query": "method.request.querystring.q",
    "gatewayresponse.header.x-request-header": "method.request.header.Accept",
}
KINDS = (
    "REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, MISSING_AUTHENTICATION_TOKEN, BAD_REQUEST_BODY, "
    "INVALID_SIGNATURE, INVALID_API_KEY, BAD_REQUEST_PARAMETERS, AUTHORIZER_FAILURE, UNAUTHORIZED, INTEGRATION_TIMEOUT, "
    "ACCESS_DENIED, DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, QUOTA_EXCEEDED, THROTTLED, API_CONFIGURATION_ERROR, "
    "UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN"
)


def test_a_gateway_response(api: Api) -> None:
    """test_gateway_response_crud."""
    usual = {
        "responseType": KIND,
        "statusCode": "403",
        "responseParameters": {},
        "responseTemplates": USUAL,
        "defaultResponse": True,
    }
    assert shown(api.call("get_gateway_response", responseType=KIND)) == usual
    own = {
        "responseType": KIND,
        "statusCode": "404",
        "responseParameters": PARAMETERS,
        "responseTemplates": {"application/json": '{"type": "$context.error.responseType"}'},
    }
    made = api.call("put_gateway_response", **own)
    assert status(made) == 201
    expected = {**own, "defaultResponse": False}
    assert shown(made) == shown(api.call("get_gateway_response", responseType=KIND)) == expected
    items = api.call("get_gateway_responses")["items"]
    assert len(items) == 21
    assert [item["responseType"] for item in items] == sorted(KINDS.split(", "))
    assert items[13] == expected
    assert [item.get("statusCode") for item in items[6:8]] == [None, None]
    assert status(api.call("delete_gateway_response", responseType=KIND)) == 202
    assert shown(api.call("get_gateway_response", responseType=KIND)) == usual


def test_parts_of_gateway_responses(api: Api) -> None:
    """test_gateway_response_put."""

    def put(kind: str = KIND, **given: Any) -> Any:
        return shown(api.call("put_gateway_response", responseType=kind, **given))

    status_only = put(statusCode="404")
    assert (status_only["responseParameters"], status_only["responseTemplates"]) == ({}, USUAL)
    header = {"gatewayresponse.header.x-request-header": "method.request.header.Accept"}
    assert put(responseParameters=header)["statusCode"] == "403"
    assert put(responseTemplates={"application/json": "{}"})["statusCode"] == "403"
    put(
        "DEFAULT_5XX",
        statusCode="599",
        responseParameters=header,
        responseTemplates={"application/json": "{}"},
    )
    own = put("AUTHORIZER_FAILURE", responseParameters={"gatewayresponse.header.foo": "'bar'"})
    assert (own["statusCode"], own["responseTemplates"]) == ("500", USUAL)
    items = {item["responseType"]: item for item in api.call("get_gateway_responses")["items"]}
    for kind in ("API_CONFIGURATION_ERROR", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"):
        assert items[kind] == {
            "responseType": kind,
            "statusCode": "599",
            "responseParameters": header,
            "responseTemplates": {"application/json": "{}"},
            "defaultResponse": True,
        }
    assert items["AUTHORIZER_FAILURE"] == own
    assert items["ACCESS_DENIED"]["statusCode"] == "403"


def test_gateway_responses_that_are_none(api: Api, account: str) -> None:
    """test_gateway_response_validation."""
    for operation in ("get_gateway_responses", "get_gateway_response", "delete_gateway_response"):
        request = {} if operation.endswith("s") else {"responseType": KIND}
        assert api.told(operation, restApiId="fake", **request) == no_api(account, "fake")
    operations = [patch("replace", "/statusCode", "404")]
    refused = api.told(
        "update_gateway_response", restApiId="fake", responseType=KIND, patchOperations=operations
    )
    assert refused == no_api(account, "fake")
    assert api.told("delete_gateway_response", responseType=KIND) == missing(
        "Gateway response type not defined on api"
    )
    wrong = invalid(
        "Value 'FAKE_RESPONSE_TYPE' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: "
        f"[{KINDS}]"
    )
    fake = {"responseType": "FAKE_RESPONSE_TYPE"}
    for operation in ("get_gateway_response", "delete_gateway_response", "put_gateway_response"):
        assert api.told(operation, **fake) == wrong
    assert api.told("update_gateway_response", **fake, patchOperations=operations) == wrong


def test_gateway_response_patches(api: Api) -> None:
    """test_update_gateway_response."""
    place = {"responseType": "DEFAULT_4XX"}
    own = {**place, "statusCode": "444", "responseParameters": {}, "responseTemplates": USUAL}

    def update(*operations: dict[str, str]) -> Any:
        return shown(api.call("update_gateway_response", **place, patchOperations=list(operations)))

    assert update(patch("replace", "/statusCode", "444")) == {**own, "defaultResponse": False}
    api.call("put_gateway_response", **place, statusCode="404", responseParameters=PARAMETERS)
    origin = "gatewayresponse.header.Access-Control-Allow-Origin"
    changed = update(
        patch("replace", "/statusCode", "444"),
        patch("replace", f"/responseParameters/{origin}", "'example.com'"),
        patch("add", "/responseTemplates/application~1xml", "<a/>"),
    )
    assert changed["statusCode"] == "444"
    assert changed["responseParameters"] == {**PARAMETERS, origin: "'example.com'"}
    assert changed["responseTemplates"] == {**USUAL, "application/xml": "<a/>"}

    def refused(operation: dict[str, str]) -> tuple[str, str, int]:
        return api.told("update_gateway_response", **place, patchOperations=[operation])

    for op in ("add", "remove"):
        assert refused(patch(op, "/statusCode", "444")) == bad("Invalid patch path /statusCode")
    assert refused(patch("replace", "/responseParameters/gatewayresponse.header.no", "'x'")) == missing(
        "Invalid parameter name specified"
    )
    assert refused({"op": "replace", "value": "x"}) == bad("Invalid patch path null")
    assert refused(patch("wrong-op", "/statusCode", "444")) == invalid(
        "Value 'wrong-op' at 'updateGatewayResponseInput.patchOperations.1.member.op' failed to satisfy constraint: Member "
        "must satisfy enum value set: [add, remove, move, test, replace, copy]"
    )
    assert refused(patch("replace", "/wrongPath", "x")) == bad("Invalid patch path /wrongPath")
    assert refused(patch("replace", "/responseTemplates/application~1json")) == bad(
        "Invalid null or empty value in responseTemplates"
    )
    assert refused(patch("replace", f"/responseParameters/{origin}")) == bad(
        "Invalid null or empty value in responseParameters"
    )


# Documentation --------------------------------------------------------------------------------------------------------------

NO_PART = missing("Invalid Documentation part identifier specified")
SAMPLE = {"location": {"type": "API"}, "properties": '{"description": "Sample API description"}'}
DOCUMENTED = {
    "openapi": "3.0.0",
    "info": {"title": "doc", "version": "1"},
    "paths": {},
    "x-amazon-apigateway-documentation": {
        "version": "1.0.3",
        "documentationParts": [
            {"location": {"type": "API"}, "properties": {"description": "API description"}},
            {
                "location": {"type": "METHOD", "path": "/", "method": "GET"},
                "properties": {"description": "M."},
            },
            {"location": {"type": "MODEL", "name": "Empty"}, "properties": {"title": "Empty Schema"}},
        ],
    },
}


def test_a_documentation_part(api: Api) -> None:
    """test_documentation_part_lifecycle, test_invalid_get_documentation_part."""
    made = api.call("create_documentation_part", **SAMPLE)
    assert status(made) == 201
    assert shown(made) == SAMPLE
    place = {"documentationPartId": made["id"]}
    assert shown(api.call("get_documentation_part", **place)) == SAMPLE
    assert shown(api.call("get_documentation_parts")) == {"items": [SAMPLE]}
    text = '{"description": "Updated Sample API description"}'
    changed = api.call(
        "update_documentation_part", **place, patchOperations=[patch("replace", "/properties", text)]
    )
    assert shown(changed) == {**SAMPLE, "properties": text}
    assert api.told("get_documentation_part", **place, restApiId="fake") == NO_PART
    assert api.told("get_documentation_part", documentationPartId="fake") == NO_PART
    assert status(api.call("delete_documentation_part", **place)) == 202
    assert api.told("delete_documentation_part", **place) == NO_PART


def test_documentation_that_is_none(api: Api, account: str) -> None:
    """test_doc_parts_crud_no_api, test_invalid_get_documentation_parts, test_invalid_update_documentation_part,
    test_invalid_create_documentation_part_operations, test_invalid_delete_documentation_part."""
    nowhere = no_api(account, "fake")
    assert api.told("create_documentation_part", restApiId="fake", **SAMPLE) == nowhere
    assert api.told("get_documentation_parts", restApiId="fake") == nowhere
    place = {"documentationPartId": api.call("create_documentation_part", **SAMPLE)["id"]}
    assert api.told("delete_documentation_part", restApiId="fake", **place) == nowhere

    def refused(*operation: str, **more: str) -> tuple[str, str, int]:
        return api.told("update_documentation_part", **place, **more, patchOperations=[patch(*operation)])

    assert refused("replace", "/properties", "{}", restApiId="fake") == NO_PART
    assert refused("add", "/properties", "{}") == bad(
        "Invalid patch path  '/properties' specified for op 'add'. Please choose supported operations"
    )
    assert refused("replace", "/invalidPath", "{}") == bad(
        "Invalid patch path  '/invalidPath' specified for op 'replace'. Must be one of: [/properties]"
    )
    wrong = {**SAMPLE, "location": {"type": "INVALID"}}
    assert api.told("create_documentation_part", **wrong) == invalid(
        "Value 'INVALID' at 'createDocumentationPartInput.location.type' failed to satisfy constraint: Member must satisfy "
        "enum value set: [RESPONSE_BODY, RESPONSE, METHOD, MODEL, AUTHORIZER, RESPONSE_HEADER, RESOURCE, PATH_PARAMETER, "
        "REQUEST_BODY, QUERY_PARAMETER, API, REQUEST_HEADER]"
    )
    for text in ("{", "[]", ""):
        assert (
            api.told("create_documentation_part", location={"type": "METHOD"}, properties=text)[0]
            == "BadRequestException"
        )


def test_documentation_is_imported(gateway: Any) -> None:
    """test_import_documentation_parts, test_import_documentation_parts_bad_file."""
    body = json.dumps(DOCUMENTED)
    api = Api.__new__(Api)
    api.client, api.id = gateway, gateway.import_rest_api(body=body)["id"]
    before = api.call("get_documentation_parts")["items"]
    assert [part["location"]["type"] for part in before] == ["API", "METHOD", "MODEL"]
    assert json.loads(before[0]["properties"]) == {"description": "API description"}
    assert [one["version"] for one in api.call("get_documentation_versions")["items"]] == ["1.0.3"]
    imported = api.call("import_documentation_parts", mode="overwrite", body=body)
    assert status(imported) == 200
    after = api.call("get_documentation_parts")["items"]
    assert sorted(imported["ids"]) == sorted(part["id"] for part in after)
    assert not {part["id"] for part in before} & set(imported["ids"])
    assert shown(after) == shown(before)
    merged = api.call("import_documentation_parts", mode="merge", body=body)
    assert sorted(merged["ids"]) == sorted(imported["ids"])
    for wrong in (b"{", b"just: [", b"- a"):
        assert api.told("import_documentation_parts", mode="overwrite", body=wrong) == bad(
            "Unable to build importer with provided input."
        )


def test_documentation_versions(api: Api) -> None:
    """test_documentation_parts_and_versions."""
    api.call("create_documentation_part", location={"type": "API"}, properties='{"foo": "bar"}')
    made = api.call("create_documentation_version", documentationVersion="v123")
    assert (status(made), shown(made)) == (201, {"version": "v123"})
    place = {"documentationVersion": "v123"}
    changed = api.call(
        "update_documentation_version", **place, patchOperations=[patch("replace", "/description", "new")]
    )
    expected = {"version": "v123", "description": "new"}
    assert shown(changed) == shown(api.call("get_documentation_version", **place)) == expected
    assert api.told("create_documentation_version", **place)[0] == "ConflictException"
    api.call("delete_documentation_version", **place)
    assert api.told("get_documentation_version", **place)[0] == "NotFoundException"


def test_what_is_not_documented(api: Api) -> None:
    place = api.mock(requestParameters={"method.request.querystring.page": False})
    api.call("put_method_response", **place, statusCode="200")
    api.call("create_documentation_part", location={"type": "API"}, properties="{}")
    found = api.call("get_documentation_parts", locationStatus="UNDOCUMENTED")["items"]
    method = {"path": "/", "method": "GET"}
    assert found == [
        {"location": location}
        for location in (
            {"type": "METHOD", **method},
            {"type": "MODEL", "name": "Empty"},
            {"type": "MODEL", "name": "Error"},
            {"type": "QUERY_PARAMETER", **method, "name": "page"},
            {"type": "RESOURCE", "path": "/"},
            {"type": "RESPONSE", **method, "statusCode": "200"},
        )
    ]
    (part,) = api.call("get_documentation_parts", locationStatus="DOCUMENTED")["items"]
    assert part["location"] == {"type": "API"}
