"""What is remembered of one request is not shown to another that only looks like it."""

from typing import Any

import pytest

from harness import REGION
from http_api import sent
from rest_doors import COUNT, RestApi

LIKES_ONE = """
def handler(event, context):
    likes = event["queryStringParameters"]["t"] == "bad\\0good"
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow" if likes else "Deny", "Resource": "*"}
    return {"principalId": "me", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""


@pytest.fixture
def counting(rest: RestApi, deploy: Any) -> RestApi:
    """An API whose function counts its calls below `/`, all of which are cached by `q`."""
    name = "method.request.querystring.q"
    rest.method("/{all+}", function=deploy(COUNT), requestParameters={name: False})
    at = {"restApiId": rest.id, "resourceId": rest.resource("/{all+}"), "httpMethod": "GET"}
    changes = [{"op": "add", "path": "/cacheKeyParameters/" + name}]
    rest.control.update_integration(**at, patchOperations=changes)
    rest.deploy()
    rest.settings(
        {"/cacheClusterEnabled": "true", "/cacheClusterSize": "0.5", "/*/*/caching/enabled": "true"}
    )
    return rest


def test_a_base_path_is_no_part_of_the_path(counting: RestApi) -> None:
    name = f"c{counting.account}.example.com"
    counting.control.create_domain_name(
        domainName=name,
        regionalCertificateArn=f"arn:aws:acm:{REGION}:{counting.account}:certificate/1",
        endpointConfiguration={"types": ["REGIONAL"]},
    )
    counting.control.create_base_path_mapping(
        domainName=name, basePath="v1", restApiId=counting.id, stage="prod"
    )

    def mapped() -> int:
        return int(sent(counting.server.port, "/v1/pets", "GET", {"Host": name}).json["call"])

    assert [mapped(), mapped()] == [1, 1]
    assert counting.ask("/v1/pets").json["call"] == 2
    assert mapped() == 1


def test_several_values_are_not_one(counting: RestApi) -> None:
    asked = ["?q=a%00b", "?q=a&q=b", "?q=a%2500b", "?q=a,b", "?q=b&q=a", "", "?q=&q="]
    calls = [counting.ask(f"/x{query}").json["call"] for query in asked]
    assert calls == list(range(1, len(asked) + 1))
    assert [counting.ask(f"/x{query}").json["call"] for query in asked] == calls


def test_nor_are_they_to_an_authorizer(rest: RestApi, deploy: Any) -> None:
    made = rest.authorizer(deploy(LIKES_ONE), "REQUEST", identitySource="method.request.querystring.t")
    rest.method("/a", authorizationType="CUSTOM", authorizerId=made)
    rest.deploy()
    assert rest.ask("/a?t=bad%00good").status == 200
    assert rest.ask("/a?t=bad&t=good").status == 403
    assert rest.ask("/a?t=bad%2500good").status == 403
    assert rest.ask("/a?t=bad%00good").status == 200
