"""Custom domain names in front of HTTP APIs: mappings and routing rules.

Source: API Gateway Developer Guide, "Custom domain names for HTTP APIs", "Routing rules to connect API stages to a custom domain name".
"""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from http_api import HttpApi

STAGE = """
import json
def handler(event, context):
    shown = {"stage": event["requestContext"]["stage"], "path": event.get("rawPath", event.get("path"))}
    return {"statusCode": 200, "body": json.dumps(shown)}
"""
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/abc"


@pytest.fixture
def domain(api: HttpApi, deploy: Callable[..., str]) -> str:
    """A name of the API's account, whose stages `blue` and `green` tell what they were asked."""
    target = api.integrate(deploy(STAGE))
    one = api.integrate(deploy(STAGE), "1.0")
    api.route("$default", target)
    api.route("GET /one/{proxy+}", one)
    for stage in ("blue", "green"):
        api.stage(stage)
    name = f"a{uuid4().hex}.example.com"
    made = api.control.create_domain_name(
        DomainName=name, DomainNameConfigurations=[{"CertificateArn": CERTIFICATE}], Tags={"a": "b"}
    )
    assert made["DomainNameArn"] == f"arn:aws:apigateway:us-east-1::/domainnames/{name}"
    assert made["RoutingMode"] == "API_MAPPING_ONLY"
    assert made["DomainNameConfigurations"][0]["EndpointType"] == "REGIONAL"
    return name


def ask(api: HttpApi, domain: str, path: str, **headers: str) -> Any:
    return api.ask(path, host=f"{domain}:{api.server.port}", headers=headers)


def test_the_longest_path_counts(api: HttpApi, domain: str) -> None:
    def mapped(key: str, stage: str) -> str:
        made = api.control.create_api_mapping(DomainName=domain, ApiId=api.id, Stage=stage, ApiMappingKey=key)
        return str(made["ApiMappingId"])

    assert ask(api, domain, "/").status == 403
    first = mapped("v1", "blue")
    mapped("v1/new", "green")
    assert ask(api, domain, "/v1/pets").json == {"stage": "blue", "path": "/pets"}
    assert ask(api, domain, "/v1/new/pets").json == {"stage": "green", "path": "/pets"}
    assert ask(api, domain, "/v1").json == {"stage": "blue", "path": "/"}
    assert ask(api, domain, "/v10/pets").status == 403
    assert ask(api, domain, "/v1/one/x").json == {
        "stage": "blue",
        "path": "/v1/one/x",
    }  # format 1.0 keeps the key
    api.control.update_api_mapping(
        DomainName=domain, ApiMappingId=first, ApiId=api.id, Stage="green", ApiMappingKey="v2"
    )
    assert ask(api, domain, "/v2/a").json == {"stage": "green", "path": "/a"}
    assert len(api.control.get_api_mappings(DomainName=domain)["Items"]) == 2
    with pytest.raises(ClientError, match="key already exists"):
        mapped("v2", "blue")
    with pytest.raises(ClientError, match="Please remove all base path mappings"):
        api.control.delete_api(ApiId=api.id)
    api.control.delete_api_mapping(DomainName=domain, ApiMappingId=first)
    assert ask(api, domain, "/v2/a").status == 403


def test_a_name_answers_where_the_default_endpoint_is_closed(api: HttpApi, domain: str) -> None:
    api.control.create_api_mapping(DomainName=domain, ApiId=api.id, Stage="blue")
    api.control.update_api(ApiId=api.id, DisableExecuteApiEndpoint=True)
    assert api.ask("/blue/x").message == (404, "Not Found")
    assert ask(api, domain, "/x").json == {"stage": "blue", "path": "/x"}
    api.control.delete_domain_name(DomainName=domain)
    assert ask(api, domain, "/x").status != 200


def test_the_same_names_as_rest_apis_have(api: HttpApi, domain: str, client: Callable[..., Any]) -> None:
    shown = client("apigateway").get_domain_name(domainName=domain)
    assert shown["regionalCertificateArn"] == CERTIFICATE
    with pytest.raises(ClientError, match="already exists"):
        api.control.create_domain_name(DomainName=domain)


def test_rules_count_before_mappings(api: HttpApi, domain: str) -> None:
    control = api.control
    control.create_api_mapping(DomainName=domain, ApiId=api.id, Stage="blue")

    def rule(priority: int, *conditions: Any, strip: bool = False) -> str:
        action = {"InvokeApi": {"ApiId": api.id, "Stage": "green", "StripBasePath": strip}}
        made = control.create_routing_rule(
            DomainName=domain, Priority=priority, Conditions=list(conditions), Actions=[action]
        )
        return str(made["RoutingRuleId"])

    header = {"MatchHeaders": {"AnyOf": [{"Header": "X-Version", "ValueGlob": "beta*"}]}}
    path = {"MatchBasePaths": {"AnyOf": ["new"]}}
    first = rule(10, header)
    rule(20, path, strip=True)
    assert ask(api, domain, "/x", **{"X-Version": "beta-2"}).json["stage"] == "blue"
    control.update_domain_name(DomainName=domain, RoutingMode="ROUTING_RULE_THEN_API_MAPPING")
    assert ask(api, domain, "/x", **{"X-Version": "beta-2"}).json == {"stage": "green", "path": "/x"}
    assert ask(api, domain, "/x", **{"X-Version": "1"}).json["stage"] == "blue"
    assert ask(api, domain, "/new/x").json == {"stage": "green", "path": "/x"}
    control.update_domain_name(DomainName=domain, RoutingMode="ROUTING_RULE_ONLY")
    assert ask(api, domain, "/x").status == 403
    rules = control.list_routing_rules(DomainName=domain)["RoutingRules"]
    assert [one["Priority"] for one in rules] == [10, 20]
    with pytest.raises(ClientError, match="priority already exists"):
        rule(20)
    control.delete_routing_rule(DomainName=domain, RoutingRuleId=first)
    assert ask(api, domain, "/x", **{"X-Version": "beta-2"}).status == 403
