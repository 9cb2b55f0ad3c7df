"""REST APIs: what AWS answered to the same requests. Each test names the recorded cases that it follows."""

import json
from typing import Any

import pytest

from rest_apis import Api, bad, invalid, no_api, patch, shown, status, told

PLAIN = {
    "name": "pets",
    "apiKeySource": "HEADER",
    "disableExecuteApiEndpoint": False,
    "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
}
TYPES = (
    "Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' failed to satisfy constraint: Member must satisfy "
    "constraint: [Member must satisfy enum value set: [PRIVATE, EDGE, REGIONAL]]"
)
ADDRESSES = (
    "Value 'wrong' at 'createRestApiInput.endpointConfiguration.ipAddressType' failed to satisfy constraint: Member must "
    "satisfy enum value set: [ipv4, dualstack]"
)
COMPRESSION = bad("Invalid minimum compression size, must be between 0 and 10485760")


def test_optional_parameters(gateway: Any) -> None:
    """test_create_rest_api_with_optional_params, with_tags, with_binary_media_types."""
    made = gateway.create_rest_api(name="pets")
    assert status(made) == 201
    assert len(made["id"]) == len(made["rootResourceId"]) == 10
    assert shown(made) == PLAIN
    assert told(gateway.create_rest_api, name="pets", description="") == bad(
        "Description cannot be an empty string"
    )
    assert shown(gateway.create_rest_api(name="pets", version="v1")) == {**PLAIN, "version": "v1"}
    assert shown(gateway.create_rest_api(name="pets", binaryMediaTypes=[])) == PLAIN
    assert told(gateway.create_rest_api, name="pets", minimumCompressionSize=-1) == COMPRESSION
    media = gateway.create_rest_api(name="pets", binaryMediaTypes=["image/png"])
    assert shown(media) == {**PLAIN, "binaryMediaTypes": ["image/png"]}
    tagged = gateway.create_rest_api(name="pets", tags={"MY_TAG1": "MY_VALUE1"})
    assert shown(tagged) == {**PLAIN, "tags": {"MY_TAG1": "MY_VALUE1"}}
    assert shown(gateway.get_rest_api(restApiId=tagged["id"])) == shown(tagged)


def test_lists_and_deletion(gateway: Any, account: str) -> None:
    """test_list_and_delete_apis, test_get_api_case_insensitive."""
    first, second = (gateway.create_rest_api(name="pets", description=text) for text in ("a", "b"))
    assert [item["id"] for item in gateway.get_rest_apis()["items"]] == [first["id"], second["id"]]
    assert status(gateway.delete_rest_api(restApiId=first["id"])) == 202
    assert shown(gateway.get_rest_apis()) == {"items": [{**PLAIN, "description": "b"}]}
    upper = second["id"].upper()
    assert told(gateway.get_rest_api, restApiId=upper) == no_api(account, upper)
    assert told(gateway.delete_rest_api, restApiId=first["id"]) == no_api(account, first["id"])


def test_pages(gateway: Any) -> None:
    made = [gateway.create_rest_api(name=f"n{number}")["id"] for number in range(5)]
    first = gateway.get_rest_apis(limit=2)
    second = gateway.get_rest_apis(limit=2, position=first["position"])
    last = gateway.get_rest_apis(limit=2, position=second["position"])
    assert [item["id"] for page in (first, second, last) for item in page["items"]] == made
    assert "position" not in last
    assert told(gateway.get_rest_apis, position="x")[0] == "BadRequestException"
    pages = gateway.get_paginator("get_rest_apis").paginate(PaginationConfig={"PageSize": 2})
    assert [item["id"] for item in pages.search("items")] == made


def test_endpoint_configuration(gateway: Any) -> None:
    """test_create_rest_api_with_endpoint_configuration, private_type, verify_defaults."""

    def refused(**configuration: Any) -> tuple[str, str, int]:
        return told(gateway.create_rest_api, name="pets", endpointConfiguration=configuration)

    def made(**configuration: Any) -> Any:
        answer = gateway.create_rest_api(name="pets", endpointConfiguration=configuration)
        return answer["endpointConfiguration"]

    assert refused(types=[]) == bad("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")
    assert refused(types=["EDGE"], ipAddressType="wrong") == invalid(ADDRESSES)
    assert refused(types=["wrong"]) == invalid(TYPES)
    assert refused(types=["wrong"], ipAddressType="wrong") == invalid(TYPES, ADDRESSES)
    assert refused(types=["EDGE", "REGIONAL"]) == bad("Cannot create an api with multiple Endpoint Types.")
    private = bad("Only dualstack ipAddressType is supported for Private APIs.")
    assert refused(types=["PRIVATE"], ipAddressType="ipv4") == private
    described = told(
        gateway.create_rest_api,
        name="pets",
        description="",
        endpointConfiguration={"types": ["PRIVATE"], "ipAddressType": "ipv4"},
    )
    assert described == bad("Description cannot be an empty string")
    assert made(types=["EDGE"], ipAddressType="dualstack") == {
        "types": ["EDGE"],
        "ipAddressType": "dualstack",
    }
    assert made(types=["REGIONAL"]) == {"types": ["REGIONAL"], "ipAddressType": "ipv4"}
    assert made(types=["PRIVATE"]) == {"types": ["PRIVATE"], "ipAddressType": "dualstack"}
    assert made(ipAddressType="ipv4") == {"types": ["EDGE"], "ipAddressType": "ipv4"}


def test_patches(api: Api) -> None:
    """test_update_rest_api_operation_add_remove, test_update_rest_api_behaviour."""

    def update(*operations: dict[str, str]) -> Any:
        return shown(api.call("update_rest_api", patchOperations=list(operations)))

    added = update(
        patch("add", "/binaryMediaTypes/image~1png"),
        patch("add", "/binaryMediaTypes/image~1jpeg"),
        patch("replace", "/description", "mine"),
    )
    assert added == {
        **PLAIN,
        "binaryMediaTypes": ["image/png", "image/jpeg"],
        "description": "mine",
        "tags": {},
    }
    replaced = update(patch("replace", "/binaryMediaTypes/image~1png", "image/gif"))
    assert replaced["binaryMediaTypes"] == ["image/jpeg", "image/gif"]
    removed = update(patch("remove", "/binaryMediaTypes/image~1gif"), patch("remove", "/description"))
    assert removed == {**PLAIN, "binaryMediaTypes": ["image/jpeg"], "tags": {}}
    for op in ("add", "replace", "remove"):
        refused = api.told("update_rest_api", patchOperations=[patch(op, "/binaryMediaTypes", "x/y")])
        assert refused == bad("Invalid patch path /binaryMediaTypes")
    assert "-" in update(patch("add", "/binaryMediaTypes/-"))["binaryMediaTypes"]


def test_compression(api: Api) -> None:
    """test_update_rest_api_compression."""

    def patched(op: str, value: str | None) -> dict[str, Any]:
        return {"patchOperations": [patch(op, "/minimumCompressionSize", value)]}

    assert api.call("update_rest_api", **patched("replace", "10"))["minimumCompressionSize"] == 10
    assert "minimumCompressionSize" not in api.call("update_rest_api", **patched("replace", None))
    assert api.call("update_rest_api", **patched("replace", "0"))["minimumCompressionSize"] == 0
    assert api.told("update_rest_api", **patched("replace", "-1")) == COMPRESSION
    assert api.told("update_rest_api", **patched("replace", "x")) == COMPRESSION
    assert api.told("update_rest_api", **patched("add", "10")) == bad(
        "Invalid patch operation specified. Must be one of: [replace]"
    )


def test_endpoint_patches(api: Api) -> None:
    """test_update_rest_api_ip_address_type, test_update_rest_api_concatenation_of_errors."""
    kind, addresses = "/endpointConfiguration/types/EDGE", "/endpointConfiguration/ipAddressType"

    def refused(*operations: dict[str, str]) -> tuple[str, str, int]:
        return api.told("update_rest_api", patchOperations=list(operations))

    private = api.call("update_rest_api", patchOperations=[patch("replace", kind, "PRIVATE")])
    assert private["endpointConfiguration"] == {"types": ["PRIVATE"], "ipAddressType": "dualstack"}
    assert refused(patch("replace", addresses, "ipv4")) == bad(
        "Only dualstack ipAddressType is supported for Private APIs."
    )
    assert refused(patch("replace", addresses, "wrong")) == bad(
        "ipAddressType must be either ipv4 or dualstack."
    )
    assert refused(patch("replace", kind, "wrong")) == bad(
        "Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE"
    )
    assert refused(patch("remove", addresses, "ipv4")) == bad(
        "Invalid patch operation specified. Must be one of: [replace]"
    )
    assert refused(patch("test", kind, "EDGE")) == bad(
        "Invalid patch operation specified. Must be 'add'|'remove'|'replace'"
    )
    wrong = patch("wrong", addresses, "dualstack")
    assert refused(wrong, wrong) == invalid(*(wrong_op("updateRestApi", at) for at in (1, 2)))


def wrong_op(operation: str, at: int, value: str = "wrong") -> str:
    return (
        f"Value '{value}' at '{operation}Input.patchOperations.{at}.member.op' failed to satisfy constraint: Member must "
        "satisfy enum value set: [add, remove, move, test, replace, copy]"
    )


def test_an_api_that_is_not_there(gateway: Any, account: str) -> None:
    """test_update_rest_api_invalid_api_id."""
    refused = told(
        gateway.update_rest_api, restApiId="api_id", patchOperations=[patch("replace", "/name", "x")]
    )
    assert refused == no_api(account, "api_id")


@pytest.mark.parametrize("text", ["{", "[]", '{"Statement": 1}', '{"Version":"2012-10-17","Statement":[{}]}'])
def test_policies_that_are_none(gateway: Any, text: str) -> None:
    refused = told(gateway.create_rest_api, name="pets", policy=text)
    assert refused == bad(
        "Invalid policy document. Please check the policy syntax and ensure that Principals are valid."
    )


def test_a_policy(gateway: Any, account: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": "execute-api:/prod/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = gateway.create_rest_api(name="pets", policy=policy)
    found = gateway.get_rest_api(restApiId=made["id"])["policy"]
    assert '\\"Version\\":\\"2012-10-17\\"' in found
    kept = json.loads(json.loads(f'"{found}"'))
    arn = f"arn:aws:execute-api:us-east-1:{account}:{made['id']}/prod/*"
    assert kept["Statement"][0]["Resource"] == arn
    cleared = gateway.update_rest_api(restApiId=made["id"], patchOperations=[patch("replace", "/policy", "")])
    assert "policy" not in cleared


def test_a_clone(api: Api) -> None:
    api.mock(api.resource("a"))
    api.call("create_model", name="Own", contentType="application/json", schema='{"type": "object"}')
    clone = api.client.create_rest_api(name="clone", cloneFrom=api.id)["id"]
    items = api.client.get_resources(restApiId=clone, embed=["methods"])["items"]
    assert [(item["path"], list(item.get("resourceMethods", {}))) for item in items] == [
        ("/", []),
        ("/a", ["GET"]),
    ]
    assert "Own" in [model["name"] for model in api.client.get_models(restApiId=clone)["items"]]
