"""Integrations and their responses: what AWS answered to the same requests. Each test names the recorded cases that it follows."""

from typing import Any

import pytest

from rest_apis import (
    NO_INTEGRATION,
    NO_METHOD,
    NO_RESOURCE,
    NO_STATUS,
    Api,
    bad,
    invalid,
    patch,
    shown,
    status,
)

NO_CACHE = {"cacheKeyParameters": [], "passthroughBehavior": "WHEN_NO_MATCH", "timeoutInMillis": 29000}
FUNCTION = (
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:111111111111:function:f/invocations"
)


@pytest.fixture
def place(api: Api) -> dict[str, str]:
    """A method without integration."""
    found = {"resourceId": api.root, "httpMethod": "GET"}
    api.call("put_method", **found, authorizationType="NONE")
    return found


def test_wrong_type(api: Api, place: dict[str, str]) -> None:
    """test_put_integration_wrong_type."""
    assert api.told("put_integration", **place, type="HTTPS_PROXY") == invalid(
        "Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy constraint: Member must satisfy enum value "
        "set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]"
    )


def test_of_what_is_not_there(api: Api, place: dict[str, str]) -> None:
    """test_put_integration_response_validation, test_get_integration_non_existent, test_integration_response_wrong_api,
    wrong_resource, wrong_method, invalid_integration."""
    for operation, more in (
        ("put_integration", {"type": "MOCK"}),
        ("get_integration", {}),
        ("put_integration_response", {"statusCode": "200"}),
        ("get_integration_response", {"statusCode": "200"}),
    ):
        request = {**place, **more}
        assert api.told(operation, **request, restApiId="fake") == NO_RESOURCE
        assert api.told(operation, **{**request, "resourceId": "fake"}) == NO_RESOURCE
        assert api.told(operation, **{**request, "httpMethod": "POST"}) == NO_METHOD
    assert api.told("get_integration", **place) == NO_INTEGRATION
    assert api.told("get_integration_response", **place, statusCode="200") == NO_INTEGRATION


def test_parameters(api: Api) -> None:
    """test_put_integration_request_parameter_bool_type."""
    place = {"resourceId": api.resource("{testPath}"), "httpMethod": "GET"}
    made = api.call(
        "put_method",
        **place,
        authorizationType="NONE",
        requestParameters={"method.request.path.testPath": True},
    )
    assert made["requestParameters"] == {"method.request.path.testPath": True}
    mapped = {"integration.request.path.testPath": "true"}
    assert api.told("put_integration", **place, type="MOCK", requestParameters=mapped) == bad(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression "
        "specified: true]"
    )
    undeclared = {"integration.request.querystring.page": "method.request.querystring.page"}
    assert api.told("put_integration", **place, type="MOCK", requestParameters=undeclared) == bad(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression "
        "parameter specified: method.request.querystring.page]"
    )
    for wrong in ({"integration.request.path.testPath": True}, {"integration.request.path.testPath": 1}):
        refused = api.told("put_integration", **place, type="MOCK", requestParameters=wrong)
        assert refused[0] == "SerializationException"


def test_vpc_links(api: Api, place: dict[str, str]) -> None:
    """test_create_integration_with_vpc_link."""
    uri = "http://my-vpclink-test-nlb-1234567890abcdef.us-east-1.amazonaws.com"
    made = api.call(
        "put_integration",
        **place,
        type="HTTP_PROXY",
        integrationHttpMethod="GET",
        uri=uri,
        connectionType="VPC_LINK",
        connectionId="${stageVariables.vpcLinkId}",
    )
    assert status(made) == 201
    expected = {
        **NO_CACHE,
        "cacheNamespace": api.root,
        "connectionId": "${stageVariables.vpcLinkId}",
        "connectionType": "VPC_LINK",
        "httpMethod": "GET",
        "type": "HTTP_PROXY",
        "uri": uri,
    }
    assert shown(made) == shown(api.call("get_integration", **place)) == expected
    changed = api.call(
        "update_integration",
        **place,
        patchOperations=[patch("replace", "/connectionId", "${stageVariables.vpcLinkIdBeta}")],
    )
    assert shown(changed) == {**expected, "connectionId": "${stageVariables.vpcLinkIdBeta}"}


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"type": "HTTP"}, "Enumeration value for HttpMethod must be non-empty"),
        (
            {"type": "HTTP", "integrationHttpMethod": "GET", "uri": "x"},
            "Invalid HTTP endpoint specified for URI",
        ),
        (
            {"type": "AWS", "integrationHttpMethod": "POST", "uri": "x"},
            "Invalid ARN specified in the request",
        ),
        (
            {"type": "AWS", "integrationHttpMethod": "POST", "uri": "arn:aws:lambda:us-east-1:1:function:f"},
            "AWS ARN for integration must contain path or action",
        ),
        (
            {
                "type": "AWS_PROXY",
                "integrationHttpMethod": "POST",
                "uri": "arn:aws:apigateway:us-east-1:sqs:path/1/q",
            },
            "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
        ),
        ({"type": "MOCK", "timeoutInMillis": 40}, "Timeout should be between 50 ms and 29000 ms"),
        ({"type": "MOCK", "timeoutInMillis": 29001}, "Timeout should be between 50 ms and 29000 ms"),
        ({"type": "MOCK", "credentials": "me"}, "Invalid ARN specified in the request"),
        (
            {"type": "MOCK", "requestTemplates": {"123": "x"}},
            "Validation Result: warnings : [], errors : [Invalid content type specified: 123]",
        ),
    ],
)
def test_members_that_types_need(
    api: Api, place: dict[str, str], request_: dict[str, Any], message: str
) -> None:
    assert api.told("put_integration", **place, **request_) == bad(message)


def test_changes(api: Api, place: dict[str, str]) -> None:
    api.call(
        "put_integration",
        **place,
        type="AWS",
        integrationHttpMethod="POST",
        uri=FUNCTION,
        requestTemplates={"application/json": "{}"},
    )
    changed = api.call(
        "update_integration",
        **place,
        patchOperations=[
            patch("replace", "/timeoutInMillis", "1000"),
            patch("replace", "/requestTemplates/application~1json", '{"a": 1}'),
            patch("add", "/requestParameters/integration.request.header.X", "'x'"),
            patch("add", "/cacheKeyParameters", "method.request.querystring.page"),
            patch("replace", "/contentHandling", "CONVERT_TO_TEXT"),
        ],
    )
    assert shown(changed) == {
        **NO_CACHE,
        "type": "AWS",
        "httpMethod": "POST",
        "uri": FUNCTION,
        "cacheNamespace": api.root,
        "timeoutInMillis": 1000,
        "requestTemplates": {"application/json": '{"a": 1}'},
        "requestParameters": {"integration.request.header.X": "'x'"},
        "cacheKeyParameters": ["method.request.querystring.page"],
        "contentHandling": "CONVERT_TO_TEXT",
    }
    refused = api.told("update_integration", **place, patchOperations=[patch("replace", "/type", "MOCK")])
    assert refused == bad("Invalid patch path /type")
    assert status(api.call("delete_integration", **place)) == 204
    assert api.told("delete_integration", **place) == NO_INTEGRATION


# Integration responses ------------------------------------------------------------------------------------------------------


@pytest.fixture
def answered(api: Api) -> dict[str, str]:
    """A method with a MOCK integration, and the status 200."""
    place = {"resourceId": api.root, "httpMethod": "GET"}
    api.call("put_method", **place, authorizationType="NONE")
    templates = {"application/json": '{"statusCode": 200}'}
    api.call("put_integration", **place, type="MOCK", requestTemplates=templates)
    return {**place, "statusCode": "200"}


def test_a_response(api: Api, answered: dict[str, str]) -> None:
    """test_lifecycle_integration_response."""
    templates = {"application/json": '"created"'}
    made = api.call("put_integration_response", **answered, selectionPattern="", responseTemplates=templates)
    assert status(made) == 201
    expected = {"statusCode": "200", "selectionPattern": "", "responseTemplates": templates}
    assert shown(made) == shown(api.call("get_integration_response", **answered)) == expected
    updated = api.call(
        "update_integration_response",
        **answered,
        patchOperations=[patch("replace", "/selectionPattern", "updated-pattern")],
    )
    assert shown(updated) == {**expected, "selectionPattern": "updated-pattern"}
    over = {"responseTemplates": {"application/json": "overwrite"}, "selectionPattern": "over"}
    written = api.call("put_integration_response", **answered, **over)
    assert shown(written) == {"statusCode": "200", **over}
    method = api.call("get_method", resourceId=api.root, httpMethod="GET")
    assert method["methodIntegration"] == {
        **NO_CACHE,
        "type": "MOCK",
        "cacheNamespace": api.root,
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "integrationResponses": {"200": shown(written)},
    }
    assert status(api.call("delete_integration_response", **answered)) == 204


def test_responses_that_are_none(api: Api, answered: dict[str, str]) -> None:
    """test_integration_response_invalid_statuscode, invalid_responsetemplates, wrong_status_code,
    test_delete_integration_response_errors."""
    pattern = invalid(
        "Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: "
        r"[1-5]\d\d"
    )
    wrong = {**answered, "statusCode": "wrong"}
    for operation in ("put_integration_response", "get_integration_response"):
        assert api.told(operation, **wrong) == pattern
    refused = api.told("put_integration_response", **answered, responseTemplates={"application/json": 123})
    assert refused[0] == "SerializationException"
    assert api.told("put_integration_response", **answered, responseTemplates={"123": "x"}) == bad(
        "Validation Result: warnings : [], errors : [Invalid content type specified: 123]"
    )
    assert api.told("get_integration_response", **answered) == NO_STATUS
    api.call("put_integration_response", **answered)
    assert api.told("delete_integration_response", **{**answered, "resourceId": "x"}) == NO_RESOURCE
    assert api.told("delete_integration_response", **answered, restApiId="x") == NO_RESOURCE
    for method in ("POST", "WRONG"):
        gone = {**answered, "httpMethod": method}
        assert api.told("delete_integration_response", **gone) == NO_INTEGRATION
    assert api.told("delete_integration_response", **{**answered, "statusCode": "201"}) == NO_STATUS


def test_templates_of_nothing(api: Api, answered: dict[str, str]) -> None:
    """test_put_integration_response_templates."""
    for template in ("", None):
        made = api.call(
            "put_integration_response",
            **answered,
            selectionPattern="",
            responseTemplates={"application/json": template},
        )
        assert made["responseTemplates"] == {"application/json": None}
    made = api.call("put_integration_response", **answered, selectionPattern="")
    assert shown(made) == {"statusCode": "200", "selectionPattern": ""}


def test_headers_have_to_be_declared(api: Api, answered: dict[str, str]) -> None:
    header = "method.response.header.X"
    refused = api.told("put_integration_response", **answered, responseParameters={header: "'x'"})
    assert refused == bad(
        "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression "
        f"parameter specified: {header}]"
    )
    api.call("put_method_response", **answered, responseParameters={header: False})
    made = api.call("put_integration_response", **answered, responseParameters={header: "'x'"})
    assert made["responseParameters"] == {header: "'x'"}
