"""Resources and methods: what AWS answered to the same requests. Each test names the recorded cases that it follows."""

from typing import Any

from rest_apis import (
    NO_METHOD,
    NO_RESOURCE,
    NO_STATUS,
    Api,
    bad,
    conflict,
    invalid,
    missing,
    no_api,
    patch,
    shown,
    status,
)

PLAIN = {"httpMethod": "ANY", "authorizationType": "NONE", "apiKeyRequired": False}
NO_AUTHORIZER = bad(
    "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid "
    "authorizer."
)


def paths(api: Api) -> list[str]:
    return [item["path"] for item in api.call("get_resources")["items"]]


def test_a_resource(api: Api) -> None:
    """test_resource_lifecycle."""
    items = api.call("get_resources")["items"]
    assert items == [{"id": api.root, "path": "/"}]
    made = api.call("create_resource", parentId=api.root, pathPart="pets")
    assert status(made) == 201
    assert shown(made) == {"parentId": api.root, "path": "/pets", "pathPart": "pets"}
    assert len(made["id"]) == 6
    lower = api.resource("subpets", made["id"])
    assert paths(api) == ["/", "/pets", "/pets/subpets"]
    renamed = api.call(
        "update_resource", resourceId=made["id"], patchOperations=[patch("replace", "/pathPart", "dogs")]
    )
    assert shown(renamed) == {"parentId": api.root, "path": "/dogs", "pathPart": "dogs"}
    assert shown(api.call("get_resource", resourceId=made["id"])) == shown(renamed)
    assert paths(api) == ["/", "/dogs", "/dogs/subpets"]
    assert status(api.call("delete_resource", resourceId=made["id"])) == 202
    assert paths(api) == ["/"]
    assert api.told("delete_resource", resourceId=lower) == NO_RESOURCE


def test_moves(api: Api) -> None:
    """test_update_resource_behaviour, test_update_resource_on_root."""

    def update(resource: str, *operation: str) -> Any:
        return api.call("update_resource", resourceId=resource, patchOperations=[patch(*operation)])

    def refused(resource: str, *operation: str) -> tuple[str, str, int]:
        return api.told("update_resource", resourceId=resource, patchOperations=[patch(*operation)])

    assert refused("fake", "replace", "/pathPart", "x") == NO_RESOURCE
    pets = api.resource("pets")
    assert refused(pets, "replace", "/invalid", "x") == bad(
        "Invalid patch path  '/invalid' specified for op 'replace'. Must be one of: [/parentId, /pathPart]"
    )
    assert refused(pets, "replace", "/parentId", "fake") == NO_RESOURCE
    below = api.resource("subpets", pets)
    child = api.resource("pets", below)
    same = conflict("Another resource with the same parent already has this name: pets")
    assert refused(child, "replace", "/parentId", api.root) == same
    assert refused(below, "replace", "/parentId", child) == bad("Resources cannot be cyclical.")
    assert update(below, "replace", "/parentId", api.root)["path"] == "/subpets"
    assert paths(api) == ["/", "/pets", "/subpets", "/subpets/pets"]
    assert refused(below, "replace", "/pathPart", "pets") == same
    for op in ("remove", "add"):
        assert refused(below, op, "/pathPart", "x") == bad(
            f"Invalid patch path  '/pathPart' specified for op '{op}'. Please choose supported operations"
        )
    assert refused(api.root, "replace", "/pathPart", "x") == bad("Root resource cannot update its pathPart.")
    assert refused(api.root, "replace", "/parentId", below) == bad(
        "Root resource cannot update its parentId."
    )


def test_greedy_paths(api: Api) -> None:
    """test_create_proxy_resource, test_create_proxy_resource_validation, test_create_resource_parent_invalid."""
    proxy = api.resource("{proxy+}")
    parent = api.resource("parent")
    api.resource("{proxy+}", parent)
    child = api.resource("child", parent)
    api.resource("{proxy+}", child)
    assert paths(api) == [
        "/",
        "/parent",
        "/parent/child",
        "/parent/child/{proxy+}",
        "/parent/{proxy+}",
        "/{proxy+}",
    ]
    assert api.told("create_resource", parentId=api.root, pathPart="{dynamic}") == bad(
        "A sibling ({proxy+}) of this resource already has a variable path part -- only one is allowed"
    )
    for part in ("static", "{dynamic}"):
        assert api.told("create_resource", parentId=proxy, pathPart=part) == bad(
            "Cannot create a child of a resource with a greedy path variable: {proxy+}"
        )
    assert api.told("create_resource", parentId="fake", pathPart="x") == NO_RESOURCE
    assert api.told("create_resource", parentId=api.root, pathPart="a/b")[0] == "BadRequestException"


def test_a_method(api: Api) -> None:
    """test_method_lifecycle."""
    place = {"resourceId": api.root, "httpMethod": "ANY"}
    made = api.call("put_method", **place, authorizationType="NONE")
    assert status(made) == 201
    assert shown(made) == shown(api.call("get_method", **place)) == PLAIN
    assert api.told("put_method", **place, authorizationType="NONE") == conflict(
        "Method already exists for this resource"
    )
    resource = api.call("get_resource", resourceId=api.root)
    assert resource["resourceMethods"] == {"ANY": {}}
    embedded = api.call("get_resource", resourceId=api.root, embed=["methods"])
    assert embedded["resourceMethods"] == {"ANY": PLAIN}
    assert status(api.call("delete_method", **place)) == 204
    assert api.told("get_method", **place) == NO_METHOD
    assert api.told("delete_method", **place) == NO_METHOD


def test_request_parameters(api: Api) -> None:
    """test_method_request_parameters."""
    place = {"resourceId": api.root, "httpMethod": "ANY", "authorizationType": "NONE"}
    parameters = {
        "method.request.querystring.q_optional": False,
        "method.request.querystring.q_required": True,
        "method.request.header.h_optional": False,
        "method.request.header.h_required": True,
    }
    made = api.call("put_method", **place, requestParameters=parameters)
    assert shown(made) == {**PLAIN, "requestParameters": parameters}
    same = {"method.request.querystring.a": False, "method.request.header.a": False}
    place["httpMethod"] = "GET"
    assert api.told("put_method", **place, requestParameters=same) == bad(
        "Parameter names must be unique across querystring, header and path"
    )


def test_methods_that_are_none(api: Api) -> None:
    """test_put_method_validation."""
    place = {"resourceId": api.root, "httpMethod": "GET", "authorizationType": "NONE"}

    def refused(**changed: Any) -> tuple[str, str, int]:
        return api.told("put_method", **{**place, **changed})

    assert refused(restApiId="fake") == NO_RESOURCE
    assert refused(resourceId="fake") == NO_RESOURCE
    assert refused(httpMethod="TEST") == bad(
        "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY"
    )
    assert refused(authorizationType="CUSTOM") == NO_AUTHORIZER
    assert refused(authorizationType="COGNITO_USER_POOLS", authorizerId="abc123") == NO_AUTHORIZER
    assert refused(requestValidatorId="fake") == bad("Invalid Request Validator identifier specified")
    assert refused(requestModels={"application/json": "petModel"}) == bad(
        "Invalid model identifier specified: petModel"
    )


def authorizer(api: Api) -> str:
    uri = (
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
        "arn:aws:lambda:us-east-1:111111111111:function:auth/invocations"
    )
    made = api.call(
        "create_authorizer",
        name="own",
        type="TOKEN",
        authorizerUri=uri,
        identitySource="method.request.header.Authorization",
    )
    found: str = made["id"]
    return found


def test_method_patches(api: Api) -> None:
    """test_update_method."""
    place = {"resourceId": api.root, "httpMethod": "ANY"}
    api.call("put_method", **place, authorizationType="NONE")

    def update(*operations: dict[str, str]) -> Any:
        return shown(api.call("update_method", **place, patchOperations=list(operations)))

    query = "/requestParameters/method.request.querystring.optional"
    added = update(patch("add", query, "true"), patch("add", "/requestModels/application~1json", "Empty"))
    assert added == {
        **PLAIN,
        "requestParameters": {"method.request.querystring.optional": True},
        "requestModels": {"application/json": "Empty"},
    }
    replaced = update(
        patch("replace", "/operationName", "Replaced"),
        patch("replace", "/apiKeyRequired", "true"),
        patch("replace", "/authorizationType", "AWS_IAM"),
        patch("replace", query, "false"),
    )
    assert replaced == {
        **added,
        "operationName": "Replaced",
        "apiKeyRequired": True,
        "authorizationType": "AWS_IAM",
        "requestParameters": {"method.request.querystring.optional": False},
    }
    own = authorizer(api)
    custom = update(patch("replace", "/authorizationType", "CUSTOM"), patch("replace", "/authorizerId", own))
    assert custom == {**replaced, "authorizationType": "CUSTOM", "authorizerId": own}
    removed = update(patch("remove", query), patch("remove", "/requestModels/application~1json"))
    assert removed == {
        **PLAIN,
        "apiKeyRequired": True,
        "authorizationType": "CUSTOM",
        "authorizerId": own,
        "operationName": "Replaced",
    }
    assert api.told("delete_authorizer", authorizerId=own)[0] == "ConflictException"


def test_method_patches_that_are_none(api: Api) -> None:
    """test_update_method_validation."""
    place = {"resourceId": api.root, "httpMethod": "ANY"}

    def refused(*operation: str, **changed: Any) -> tuple[str, str, int]:
        return api.told("update_method", **{**place, **changed}, patchOperations=[patch(*operation)])

    name = ("replace", "/operationName", "x")
    assert refused(*name, restApiId="fake") == NO_RESOURCE
    assert refused(*name, resourceId="fake") == NO_RESOURCE
    assert refused(*name) == NO_METHOD
    api.call("put_method", **place, authorizationType="NONE", apiKeyRequired=True)
    only = bad("Invalid patch operation specified. Must be one of: [replace]")
    assert refused("add", "/operationName", "x") == only
    assert refused("remove", "/apiKeyRequired") == only
    assert refused("replace", "/httpMethod", "GET") == bad("Invalid patch path /httpMethod")
    assert refused("replace", "/requestParameters", "x") == bad("Invalid patch path /requestParameters")
    assert refused("add", "/requestModels/application/json", "Empty") == bad(
        "Invalid patch path /requestModels/application/json"
    )

    def update(*operation: str) -> Any:
        return shown(api.call("update_method", **place, patchOperations=[patch(*operation)]))

    assert update("replace", "/apiKeyRequired", "whatever") == PLAIN
    assert refused("replace", "/authorizationType", "CUSTOM") == NO_AUTHORIZER
    assert update("replace", "/authorizerId", "abc123") == PLAIN
    assert refused("replace", "/requestValidatorId", "fake") == bad(
        "Invalid Request Validator identifier specified"
    )


def test_models_of_methods(api: Api) -> None:
    """test_put_method_model."""
    for name in ("One", "Two"):
        api.call("create_model", name=name, contentType="application/json", schema='{"type": "object"}')
    place = {"resourceId": api.root, "httpMethod": "ANY"}
    api.call("put_method", **place, authorizationType="NONE", requestModels={"application/json": "One"})
    used = conflict("Cannot delete model 'One', is referenced in method request: //ANY")
    assert api.told("delete_model", modelName="One") == used
    changed = api.call(
        "update_method",
        **place,
        patchOperations=[patch("replace", "/requestModels/application~1json", "Two")],
    )
    assert changed["requestModels"] == {"application/json": "Two"}
    assert status(api.call("delete_model", modelName="One")) == 202
    other = {"resourceId": api.resource("test"), "httpMethod": "ANY"}
    api.call("put_method", **other, authorizationType="NONE", requestModels={"application/json": "Two"})
    assert api.told("delete_model", modelName="Two") == conflict(
        "Cannot delete model 'Two', is referenced in method request: /test/ANY"
    )
    api.call(
        "update_method",
        **other,
        patchOperations=[patch("remove", "/requestModels/application~1json")],
    )
    assert api.told("delete_model", modelName="Two") == conflict(
        "Cannot delete model 'Two', is referenced in method request: //ANY"
    )
    api.call("delete_method", **place)
    assert status(api.call("delete_model", modelName="Two")) == 202


# Method responses -----------------------------------------------------------------------------------------------------------

HEADER = "method.response.header.my-header"


def wrong_op(*at: int) -> tuple[str, str, int]:
    return invalid(
        *(
            f"Value 'wrong_op' at 'updateMethodResponseInput.patchOperations.{one}.member.op' failed to satisfy constraint: "
            "Member must satisfy enum value set: [add, remove, move, test, replace, copy]"
            for one in at
        )
    )


def test_a_method_response(api: Api) -> None:
    """test_lifecycle_method_response, test_update_method_response."""
    place = {**api.mock(), "statusCode": "200"}
    made = api.call("put_method_response", **place, responseParameters={}, responseModels={})
    assert status(made) == 201
    assert shown(made) == {"statusCode": "200", "responseParameters": {}, "responseModels": {}}
    assert shown(api.call("get_method_response", **place)) == shown(made)
    header, model = f"/responseParameters/{HEADER}", "/responseModels/application~1json"
    changed = api.call(
        "update_method_response",
        **place,
        patchOperations=[patch("add", header, "true"), patch("add", model, "Empty")],
    )
    assert status(changed) == 201
    whole = {
        "statusCode": "200",
        "responseParameters": {HEADER: True},
        "responseModels": {"application/json": "Empty"},
    }
    assert shown(changed) == whole
    method = api.call("get_method", resourceId=api.root, httpMethod="GET")
    assert method["methodResponses"] == {"200": whole}
    removed = api.call(
        "update_method_response", **place, patchOperations=[patch("remove", header), patch("remove", model)]
    )
    assert shown(removed) == {"statusCode": "200"}
    assert status(api.call("delete_method_response", **place)) == 204


def test_method_response_patches_that_are_none(api: Api) -> None:
    """test_update_method_response_wrong_operations, negative_tests, lack_response_parameters_and_models, wrong_param_names."""
    place = {**api.mock(), "statusCode": "200"}
    api.call("put_method_response", **place)

    def refused(*operations: dict[str, str], **changed: Any) -> tuple[str, str, int]:
        request = {**place, **changed}
        return api.told("update_method_response", **request, patchOperations=list(operations))

    header, model = f"/responseParameters/{HEADER}", "/responseModels/application~1json"
    good, wrong = patch("add", header, "true"), patch("wrong_op", header, "true")
    assert refused(wrong) == wrong_op(1)
    assert refused(wrong, wrong) == wrong_op(1, 2)
    assert refused(wrong, wrong, wrong, wrong) == wrong_op(1, 2, 3, 4)
    assert refused(wrong, good, wrong) == wrong_op(1, 3)
    assert refused(good, statusCode="201") == NO_STATUS
    pattern = (
        "Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: "
        r"[1-5]\d\d"
    )
    assert refused(good, statusCode="wrong") == invalid(pattern)
    both = wrong_op(1)[1].removeprefix("1 validation error detected: ")
    assert refused(wrong, statusCode="wrong") == invalid(both, pattern)
    assert refused(good, resourceId="fake") == NO_RESOURCE
    assert refused(good, httpMethod="POST") == NO_METHOD
    no_parameter = missing("Invalid parameter name specified")
    no_type = missing("Content-Type specified was not found")
    for op in ("replace", "remove"):
        assert refused(patch(op, header, "true")) == no_parameter
        assert refused(patch(op, model, "Empty")) == no_type
    assert refused(patch("add", f"/wrong/{HEADER}", "true")) == bad(f"Invalid patch path /wrong/{HEADER}")


def test_of_an_api_that_is_not_there(api: Api, account: str) -> None:
    assert api.told("get_resources", restApiId="fake") == no_api(account, "fake")
    assert api.told("get_resource", restApiId="fake", resourceId=api.root) == NO_RESOURCE
