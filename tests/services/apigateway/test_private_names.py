"""Private custom domain names, and which VPC endpoints may lead to them.

Source: API Gateway Developer Guide, "Custom domain names for private APIs in API Gateway"; API reference.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness import REGION, Server, new_account
from http_api import sent
from rest_apis import Api, bad, conflict, missing, patch, shown, status, told

ARN = "arn:aws:acm:us-east-1:111111111111:certificate/c"
ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})
ABSENT = missing("Invalid domain name identifier specified")


@pytest.fixture
def name() -> str:
    """A name that nobody has."""
    return f"api-{new_account()}.private.test"


def private(gateway: Any, name: str, **members: Any) -> Any:
    """A private name, made."""
    return gateway.create_domain_name(
        domainName=name, certificateArn=ARN, endpointConfiguration={"types": ["PRIVATE"]}, **members
    )


def test_a_private_name(gateway: Any, account: str, name: str) -> None:
    made = private(gateway, name, policy=POLICY)
    identifier = made["domainNameId"]
    arn = f"arn:aws:apigateway:{REGION}:{account}:/domainnames/{name}+{identifier}"
    assert (status(made), made["domainNameArn"]) == (201, arn)
    assert made["endpointConfiguration"] == {"types": ["PRIVATE"], "ipAddressType": "dualstack"}
    assert made["certificateArn"] == ARN
    assert not {"regionalDomainName", "distributionDomainName", "regionalHostedZoneId"} & made.keys()
    assert json.loads(made["policy"])["Statement"][0]["Resource"] == (
        f"arn:aws:execute-api:{REGION}:{account}:/domainnames/{name}+{identifier}/*"
    )
    assert shown(gateway.get_domain_name(domainName=name, domainNameId=identifier)) == shown(made)
    assert told(gateway.get_domain_name, domainName=name) == ABSENT
    assert told(gateway.get_domain_name, domainName=f"{name}+{identifier}") == ABSENT
    assert [one["domainNameId"] for one in gateway.get_domain_names()["items"]] == [identifier]
    gateway.delete_domain_name(domainName=name, domainNameId=identifier)
    assert told(gateway.get_domain_name, domainName=name, domainNameId=identifier) == ABSENT


def test_names_need_not_be_different(client: Callable[..., Any], gateway: Any, name: str) -> None:
    first, second = private(gateway, name), private(client("apigateway", new_account()), name)
    assert first["domainNameId"] != second["domainNameId"]
    public = gateway.create_domain_name(domainName=name, certificateArn=ARN)
    assert "domainNameId" not in public
    gateway.delete_domain_name(domainName=name)
    assert gateway.get_domain_name(domainName=name, domainNameId=first["domainNameId"])
    second_id = second["domainNameId"]
    assert told(gateway.get_domain_name, domainName=name, domainNameId=second_id) == ABSENT
    assert client("apigatewayv2").get_domain_names()["Items"] == []


def test_what_a_private_name_can_not_have(gateway: Any, name: str) -> None:
    usual = {"domainName": name, "certificateArn": ARN, "endpointConfiguration": {"types": ["PRIVATE"]}}
    for wrong, words in (
        ({"domainName": f"*.{name}"}, "Wildcard domain names are not supported"),
        ({"certificateArn": ""}, "A certificate ARN is required"),
        ({"mutualTlsAuthentication": {"truststoreUri": "s3://b/k"}}, "Mutual TLS is not supported"),
        ({"endpointConfiguration": {"types": ["PRIVATE"], "ipAddressType": "ipv4"}}, "Only dualstack"),
        ({"policy": "no policy"}, "Invalid policy document"),
    ):
        code, message, _ = told(gateway.create_domain_name, **{**usual, **wrong})
        assert (code, message.startswith(words)) == ("BadRequestException", True), message
    public = {"domainName": name, "policy": POLICY}
    assert told(gateway.create_domain_name, **public) == bad(
        "Policies are only supported for private custom domain names."
    )
    at = {"domainName": name, "domainNameId": private(gateway, name)["domainNameId"]}
    for path, value in (
        ("/endpointConfiguration/types/PRIVATE", "REGIONAL"),
        ("/mutualTlsAuthentication/truststoreUri", "s3://b/k"),
        ("/endpointConfiguration/ipAddressType", "ipv4"),
        ("/managementPolicy", "{}}"),
    ):
        refused = told(gateway.update_domain_name, **at, patchOperations=[patch("replace", path, value)])
        assert refused[0] == "BadRequestException", path


def test_what_it_leads_to_is_private(server: Server, gateway: Any, name: str) -> None:
    open_api = Api(gateway)
    api = Api(gateway, endpointConfiguration={"types": ["PRIVATE"]}, policy=POLICY)
    api.mock()
    api.deployed("prod")
    at = {"domainName": name, "domainNameId": private(gateway, name, policy=POLICY)["domainNameId"]}
    assert told(gateway.create_base_path_mapping, **at, restApiId=open_api.id) == bad(
        "Only private APIs can be mapped to a private custom domain name."
    )
    made = gateway.create_base_path_mapping(**at, basePath="v1", restApiId=api.id, stage="prod")
    assert shown(gateway.get_base_path_mapping(**at, basePath="v1")) == shown(made)
    assert len(gateway.get_base_path_mappings(**at)["items"]) == 1
    assert told(gateway.get_base_path_mappings, domainName=name) == ABSENT
    for host in (name, f"{name}+{at['domainNameId']}"):
        assert sent(server.port, "/v1", "GET", {"Host": host}).status == 403
    assert told(gateway.delete_rest_api, restApiId=api.id)[0] == "BadRequestException"
    gateway.create_domain_name(domainName=name, certificateArn=ARN)
    public = {"domainName": name, "restApiId": api.id}
    assert told(gateway.create_base_path_mapping, **public) == bad(
        "Private APIs can only be mapped to a private custom domain name."
    )
    moved = gateway.update_base_path_mapping(
        **at, basePath="v1", patchOperations=[patch("replace", "/basePath", "v2")]
    )
    assert moved["basePath"] == "v2"
    gateway.delete_base_path_mapping(**at, basePath="v2")
    assert gateway.get_base_path_mappings(**at)["items"] == []


def associated(gateway: Any, arn: str, endpoint: str = "vpce-abcd1234efg", **more: Any) -> dict[str, Any]:
    """What is to be asked for an association."""
    return {
        "domainNameArn": arn,
        "accessAssociationSource": endpoint,
        "accessAssociationSourceType": "VPCE",
        **more,
    }


def test_an_association(gateway: Any, account: str, name: str) -> None:
    domain = private(gateway, name)
    arn = domain["domainNameArn"]
    asked = associated(gateway, arn, tags={"a": "1"})
    made = gateway.create_domain_name_access_association(**asked)
    own = (
        f"arn:aws:apigateway:{REGION}:{account}:/domainnameaccessassociations/domainname/"
        f"{name}+{domain['domainNameId']}/vpcesource/vpce-abcd1234efg"
    )
    assert shown(made) == {**asked, "domainNameAccessAssociationArn": own}
    assert status(made) == 201
    assert told(gateway.create_domain_name_access_association, **asked) == conflict(
        "A domain name access association with this source already exists."
    )
    assert gateway.get_domain_name_access_associations()["items"] == [shown(made)]
    assert gateway.get_domain_name_access_associations(resourceOwner="OTHER_ACCOUNTS")["items"] == []
    gateway.tag_resource(resourceArn=own, tags={"b": "2"})
    assert gateway.get_tags(resourceArn=own)["tags"] == {"a": "1", "b": "2"}
    gateway.tag_resource(resourceArn=arn, tags={"c": "3"})
    assert gateway.get_domain_name(domainName=name, domainNameId=domain["domainNameId"])["tags"] == {"c": "3"}
    both = {"domainNameAccessAssociationArn": own, "domainNameArn": arn}
    assert told(gateway.reject_domain_name_access_association, **both)[0] == "BadRequestException"
    gone = gateway.delete_domain_name_access_association(domainNameAccessAssociationArn=own)
    assert status(gone) == 202
    assert told(gateway.delete_domain_name_access_association, domainNameAccessAssociationArn=own) == missing(
        "Invalid domain name access association identifier specified"
    )
    for wrong in (arn + "x", f"arn:aws:apigateway:{REGION}::/domainnames/{name}", "x"):
        assert told(gateway.create_domain_name_access_association, **associated(gateway, wrong)) == ABSENT
    assert told(gateway.create_domain_name_access_association, **associated(gateway, arn, "eni-1")) == bad(
        "Invalid VPC endpoint identifier specified: eni-1"
    )


def test_another_account(client: Callable[..., Any], gateway: Any, account: str, name: str) -> None:
    domain = private(gateway, name)
    at, arn = {"domainName": name, "domainNameId": domain["domainNameId"]}, domain["domainNameArn"]
    consumer = new_account()
    other = client("apigateway", consumer)
    asked = associated(other, arn)
    code, message, _ = told(other.create_domain_name_access_association, **asked)
    assert (code, "apigateway:CreateAccessAssociation" in message) == ("AccessDeniedException", True)
    allow = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{consumer}:root"},
        "Action": "apigateway:CreateAccessAssociation",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    gateway.update_domain_name(**at, patchOperations=[patch("replace", "/managementPolicy", policy)])
    made = other.create_domain_name_access_association(**asked)["domainNameAccessAssociationArn"]
    assert consumer in made
    seen = gateway.get_domain_name_access_associations(resourceOwner="OTHER_ACCOUNTS")["items"]
    assert [one["domainNameAccessAssociationArn"] for one in seen] == [made]
    lent = other.get_domain_names(resourceOwner="OTHER_ACCOUNTS")["items"]
    assert [one["domainNameArn"] for one in lent] == [arn]
    assert other.get_domain_names()["items"] == []
    named = {"domainNameAccessAssociationArn": made, "domainNameArn": arn}
    assert told(other.reject_domain_name_access_association, **named)[0] == "AccessDeniedException"
    assert told(gateway.delete_domain_name_access_association, domainNameAccessAssociationArn=made)[0] in (
        "AccessDeniedException",
        "NotFoundException",
    )
    assert status(gateway.reject_domain_name_access_association(**named)) == 202
    assert other.get_domain_name_access_associations()["items"] == []
    other.create_domain_name_access_association(**asked)
    gateway.delete_domain_name(**at)
    assert other.get_domain_name_access_associations()["items"] == []


def test_who_may(client: Callable[..., Any], gateway: Any, account: str, name: str) -> None:
    """The ARN of a private name tells its account, and its policies have permissions of their own."""
    domain = private(gateway, name)
    iam = client("iam")
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    statements = [
        {"Effect": "Allow", "Action": "apigateway:*", "Resource": domain["domainNameArn"]},
        {"Effect": "Deny", "Action": "apigateway:UpdateDomainNameManagementPolicy", "Resource": "*"},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=document)
    user = client("apigateway", account, key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    at = {"domainName": name, "domainNameId": domain["domainNameId"]}
    assert user.get_domain_name(**at)["domainNameArn"] == domain["domainNameArn"]
    assert told(user.get_domain_name, domainName=name)[0] == "AccessDeniedException"
    user.update_domain_name(**at, patchOperations=[patch("replace", "/policy", POLICY)])
    change = [patch("replace", "/managementPolicy", POLICY)]
    assert told(user.update_domain_name, **at, patchOperations=change)[0] == "AccessDeniedException"
