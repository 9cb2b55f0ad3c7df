"""REST APIs under names of their owners, and private ones."""

from collections.abc import Callable
from typing import Any

import pytest

from http_api import sent
from rest_doors import ECHO, RestApi

CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef"
FORBIDDEN = (403, "Forbidden")


@pytest.fixture
def named(rest: RestApi, account: str) -> Callable[..., Any]:
    """The API at `/v1/pets` and below of a name: `named(path)`."""
    rest.method("/")
    rest.method("/pets/{id}", "ANY")
    rest.deploy()
    name = f"a{account}.example.com"
    rest.control.create_domain_name(
        domainName=name, regionalCertificateArn=CERTIFICATE, endpointConfiguration={"types": ["REGIONAL"]}
    )
    rest.control.create_base_path_mapping(domainName=name, basePath="v1", restApiId=rest.id, stage="prod")

    def ask(path: str, method: str = "GET", **headers: str) -> Any:
        return sent(rest.server.port, path, method, {"Host": name, **headers})

    return ask


def test_a_base_path(named: Callable[..., Any]) -> None:
    assert named("/v1/pets/5").json == {
        "path": "/v1/pets/5",
        "resource": "/pets/{id}",
        "method": "GET",
        "stage": "prod",
    }
    assert named("/v1").json["resource"] == "/"
    assert named("/v1/pets/5", "DELETE").json["method"] == "DELETE"
    for path in ("/", "/v2/pets/5", "/v10/pets/5", "/prod/pets/5", "/V1/pets/5"):
        assert named(path).message == FORBIDDEN, path
    assert named("/v1/none").message == (403, "Missing Authentication Token")


def test_the_own_name_may_be_off(named: Callable[..., Any], rest: RestApi) -> None:
    rest.update("update_rest_api", {"/disableExecuteApiEndpoint": "true"})
    rest.deploy()
    assert rest.ask("/pets/5").message == FORBIDDEN
    assert named("/v1/pets/5").status == 200


def test_a_mapping_without_a_stage(named: Callable[..., Any], rest: RestApi, account: str) -> None:
    rest.control.create_base_path_mapping(domainName=f"a{account}.example.com", restApiId=rest.id)
    assert named("/prod/pets/5").json["resource"] == "/pets/{id}"
    assert named("/none/pets/5").message == FORBIDDEN


def test_what_a_function_sees(named: Callable[..., Any], rest: RestApi, deploy: Any, account: str) -> None:
    rest.method("/echo", function=deploy(ECHO))
    rest.deploy()
    event = named("/v1/echo").json
    context = event["requestContext"]
    assert (event["path"], context["path"], context["resourcePath"]) == ("/v1/echo", "/v1/echo", "/echo")
    assert (context["domainName"], context["domainPrefix"]) == (f"a{account}.example.com", f"a{account}")


def test_a_private_api_is_not_deployed_without_a_policy(rest: RestApi) -> None:
    rest.method("/pets")
    endpoint = [{"op": "replace", "path": "/endpointConfiguration/types/EDGE", "value": "PRIVATE"}]
    rest.control.update_rest_api(restApiId=rest.id, patchOperations=endpoint)
    allow = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": "execute-api:/*",
    }
    rest.policy(allow)
    rest.deploy()
    rest.update("update_rest_api", {"/policy": ""})
    with pytest.raises(rest.control.exceptions.BadRequestException, match="doesn't have a resource policy"):
        rest.deploy()


def test_a_private_api_answers_to_nobody_outside_of_its_vpc(rest: RestApi) -> None:
    """Whatever its policy says: who is no VPC endpoint does not come as far as that."""
    rest.method("/pets")
    rest.policy(
        {"Effect": "Allow", "Principal": "*", "Action": "execute-api:*", "Resource": "execute-api:/*"}
    )
    rest.deploy()
    assert rest.ask("/pets").status == 200
    endpoint = [{"op": "replace", "path": "/endpointConfiguration/types/EDGE", "value": "PRIVATE"}]
    rest.control.update_rest_api(restApiId=rest.id, patchOperations=endpoint)
    rest.deploy()
    for headers in ({}, {"x-amzn-vpce-id": "vpce-1"}, {"x-apigw-api-id": rest.id}):
        assert rest.ask("/pets", headers=headers).message == FORBIDDEN
    tried = rest.control.test_invoke_method(
        restApiId=rest.id, resourceId=rest.resources["/pets"], httpMethod="GET"
    )
    assert tried["status"] == 200


def test_who_wants_callers_certificates_lets_nobody_in(
    named: Callable[..., Any], rest: RestApi, account: str
) -> None:
    """There is nothing here to judge a certificate by, so a name with a trust store is closed, not open."""
    name = f"a{account}.example.com"
    assert named("/v1/pets/5").status == 200
    store = [{"op": "replace", "path": "/mutualTlsAuthentication/truststoreUri", "value": "s3://b/trust.pem"}]
    rest.control.update_domain_name(domainName=name, patchOperations=store)
    refused = named("/v1/pets/5")
    assert (refused.message, refused.headers["x-amzn-errortype"]) == (FORBIDDEN, "ForbiddenException")
    assert (
        named("/v1/pets/5", **{"X-Amzn-Mtls-Clientcert": "x", "X-Forwarded-Client-Cert": "x"}).status == 403
    )
    shown = rest.client("apigatewayv2").get_domain_name(DomainName=name)
    assert shown["MutualTlsAuthentication"] == {"TruststoreUri": "s3://b/trust.pem"}
    remove = [{"op": "remove", "path": "/mutualTlsAuthentication/truststoreUri"}]
    rest.control.update_domain_name(domainName=name, patchOperations=remove)
    assert named("/v1/pets/5").status == 200
