"""Custom domain names and base path mappings."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from harness import Server, new_account
from rest_apis import Api, bad, conflict, missing, patch, shown, status, told

ARN = "arn:aws:acm:us-east-1:111111111111:certificate/c"


def name() -> str:
    return f"api-{new_account()}.example.com"


def test_a_name(gateway: Any) -> None:
    host = name()
    made = gateway.create_domain_name(domainName=host, certificateArn=ARN, tags={"a": "1"})
    assert status(made) == 201
    assert made["distributionDomainName"].endswith(".cloudfront.net")
    assert made["domainNameStatus"] == "AVAILABLE"
    assert made["certificateArn"] == ARN
    assert shown(gateway.get_domain_name(domainName=host)) == shown(made)
    assert shown(gateway.get_domain_names()["items"]) == [shown({**made, "ResponseMetadata": 0})]
    assert told(gateway.create_domain_name, domainName=host) == conflict(
        "The domain name you provided already exists."
    )
    gateway.delete_domain_name(domainName=host)
    absent = missing("Invalid domain name identifier specified")
    assert told(gateway.get_domain_name, domainName=host) == absent


def test_it_is_one_account_s(client: Callable[..., Any], gateway: Any) -> None:
    host = name()
    gateway.create_domain_name(domainName=host)
    other = client("apigateway", new_account())
    assert told(other.create_domain_name, domainName=host)[0] == "ConflictException"
    assert told(other.get_domain_name, domainName=host)[0] == "NotFoundException"
    assert other.get_domain_names()["items"] == []


def test_what_stands_below_a_wildcard_is_its_account_s(client: Callable[..., Any], gateway: Any) -> None:
    parent = name()
    taken = "ConflictException", "The domain name you provided already exists.", 409
    regional = [{"CertificateArn": "arn:aws:acm:us-east-1:1:certificate/c"}]
    other, other_two = client("apigateway", new_account()), client("apigatewayv2", new_account())
    gateway.create_domain_name(domainName=f"a.{parent}")
    assert told(other.create_domain_name, domainName=f"*.{parent}") == taken
    wild = {"DomainName": f"*.{parent}", "DomainNameConfigurations": regional}
    assert told(other_two.create_domain_name, **wild)[0] == "ConflictException"
    assert other.create_domain_name(domainName=f"*.a.{parent}")["domainName"] == f"*.a.{parent}"
    assert gateway.create_domain_name(domainName=f"*.{parent}")["domainName"] == f"*.{parent}"
    assert told(other.create_domain_name, domainName=f"b.{parent}") == taken
    below = {"DomainName": f"b.{parent}", "DomainNameConfigurations": regional}
    assert told(other_two.create_domain_name, **below)[0] == "ConflictException"
    assert other.create_domain_name(domainName=f"c.b.{parent}")["domainName"] == f"c.b.{parent}"
    gateway.delete_domain_name(domainName=f"a.{parent}")
    gateway.delete_domain_name(domainName=f"*.{parent}")
    assert other.create_domain_name(domainName=f"*.{parent}")["domainName"] == f"*.{parent}"


def test_changes(gateway: Any) -> None:
    host = name()
    gateway.create_domain_name(
        domainName=host, regionalCertificateArn=ARN, endpointConfiguration={"types": ["REGIONAL"]}
    )
    changed = gateway.update_domain_name(
        domainName=host,
        patchOperations=[
            patch("replace", "/regionalCertificateArn", ARN + "2"),
            patch("replace", "/securityPolicy", "TLS_1_0"),
        ],
    )
    assert changed["regionalCertificateArn"] == ARN + "2"
    assert changed["securityPolicy"] == "TLS_1_0"
    assert changed["regionalDomainName"].startswith("d-")
    refused = told(gateway.update_domain_name, domainName=host, patchOperations=[patch("replace", "/x", "y")])
    assert refused == bad("Invalid patch path /x")


def test_mappings(api: Api) -> None:
    gateway, host = api.client, name()
    api.mock()
    api.deployed("prod")
    gateway.create_domain_name(domainName=host)
    made = gateway.create_base_path_mapping(domainName=host, basePath="v1", restApiId=api.id, stage="prod")
    assert shown(made) == {"basePath": "v1", "restApiId": api.id, "stage": "prod"}
    whole = gateway.create_base_path_mapping(domainName=host, restApiId=api.id)
    assert shown(whole) == {"basePath": "(none)", "restApiId": api.id}
    again = {"domainName": host, "basePath": "v1", "restApiId": api.id}
    assert told(gateway.create_base_path_mapping, **again) == conflict(
        "Base path already exists for this domain name"
    )
    assert told(gateway.create_base_path_mapping, **{**again, "basePath": "a/b"})[0] == (
        "BadRequestException"
    )
    assert told(gateway.create_base_path_mapping, **{**again, "basePath": "x", "stage": "no"}) == bad(
        "Invalid stage identifier specified"
    )
    found = gateway.get_base_path_mapping(domainName=host, basePath="(none)")
    assert found["restApiId"] == api.id
    moved = gateway.update_base_path_mapping(
        domainName=host, basePath="v1", patchOperations=[patch("replace", "/basePath", "v2")]
    )
    assert moved["basePath"] == "v2"
    items = gateway.get_base_path_mappings(domainName=host)["items"]
    assert [item["basePath"] for item in items] == ["(none)", "v2"]
    assert told(gateway.delete_rest_api, restApiId=api.id) == bad(
        f"Please remove all base path mappings related to the API in your domains: [{host}]"
    )
    gateway.delete_base_path_mapping(domainName=host, basePath="v2")
    gateway.delete_base_path_mapping(domainName=host, basePath="(none)")
    assert gateway.get_base_path_mappings(domainName=host)["items"] == []
    assert told(gateway.get_base_path_mapping, domainName=host, basePath="v2") == missing(
        "Invalid base path mapping identifier specified"
    )


def test_only_regional_apis_are_behind_mutual_tls(api: Api) -> None:
    gateway, host = api.client, name()
    store = {"truststoreUri": "s3://bucket/trust.pem"}
    gateway.create_domain_name(domainName=host, regionalCertificateArn=ARN, mutualTlsAuthentication=store)
    given = {"domainName": host, "restApiId": api.id}
    assert told(gateway.create_base_path_mapping, **given) == bad(
        "Mutual TLS authentication is supported for Regional APIs only"
    )
    regional = [patch("replace", "/endpointConfiguration/types/EDGE", "REGIONAL")]
    gateway.update_rest_api(restApiId=api.id, patchOperations=regional)
    assert gateway.create_base_path_mapping(**given)["restApiId"] == api.id


def fetched(server: Server, host: str, path: str) -> tuple[int, Any]:
    request = urllib.request.Request(server.url + path, headers={"Host": host})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_a_name_without_mappings(server: Server, gateway: Any) -> None:
    host = name()
    gateway.create_domain_name(domainName=host)
    assert fetched(server, host, "/v1/pets") == (403, {"message": "Forbidden"})
