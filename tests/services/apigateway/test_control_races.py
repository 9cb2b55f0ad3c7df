"""Many who change the same API at once: what is answered with 2xx is there afterwards."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from openapi_samples import OAS_MOCK
from rest_apis import Api


def at_once(count: int, call: Any) -> list[str]:
    """The outcome of each of `count` calls made together: "" or the code of the refusal."""

    def one(number: int) -> str:
        try:
            call(number)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return ""

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_resources_of_one_name(api: Api) -> None:
    outcomes = at_once(8, lambda number: api.resource("pets"))
    assert sorted(outcomes) == ["", *["ConflictException"] * 7]


def test_resources_beside_one_another(api: Api) -> None:
    assert at_once(12, lambda number: api.resource(f"r{number}")) == [""] * 12
    assert len(api.call("get_resources")["items"]) == 13


def test_methods_of_one_resource(api: Api) -> None:
    methods = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")
    assert at_once(8, lambda number: api.mock(method=methods[number])) == [""] * 8
    held = api.call("get_resource", resourceId=api.root, embed=["methods"])["resourceMethods"]
    assert sorted(held) == sorted(methods)
    assert all("methodIntegration" in method for method in held.values())


def test_a_deployment_is_of_one_moment(api: Api) -> None:
    """While one definition takes the other's place, a deployment has either, and never a part of both."""
    other = json.loads(json.dumps(OAS_MOCK).replace("/test", "/other"))
    bodies = [json.dumps(document) for document in (OAS_MOCK, other)]
    api.call("put_rest_api", mode="overwrite", body=bodies[0])

    def either(number: int) -> None:
        if number % 2:
            api.deployed()
        else:
            api.call("put_rest_api", mode="overwrite", body=bodies[number // 2 % 2])

    assert set(at_once(10, either)) == {""}
    for deployment in api.call("get_deployments")["items"]:
        summary = api.call("get_deployment", deploymentId=deployment["id"], embed=["apisummary"])
        assert list(summary["apiSummary"]) in (["/test"], ["/other"])


def test_keys_of_one_value(gateway: Any) -> None:
    value = "abcdefghijklmnopqrstuvwxyz"
    outcomes = at_once(6, lambda number: gateway.create_api_key(name=f"k{number}", value=value))
    assert sorted(outcomes) == ["", *["ConflictException"] * 5]
    assert len(gateway.get_api_keys()["items"]) == 1
