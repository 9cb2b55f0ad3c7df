"""Who may change REST APIs: methods on paths, tags, roles that are passed, policies."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from openapi_samples import OAS_MOCK, function_uri
from rest_apis import Api, bad, missing, patch, told

REGION = "us-east-1"
Allowed = Callable[..., Any]


@pytest.fixture
def allowed(client: Callable[..., Any], account: str) -> Allowed:
    """`allowed(statement, ...)`: a client of a user whose policy has these statements."""

    def make(*statements: dict[str, Any], service: str = "apigateway") -> Any:
        iam = client("iam")
        name = f"u{len(iam.list_users()['Users'])}"
        iam.create_user(UserName=name)
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return client(service, key=key["AccessKeyId"], secret=key["SecretAccessKey"])

    return make


def allow(actions: str | list[str], path: str, **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": actions, "Resource": f"arn:aws:apigateway:{REGION}::{path}"}
    return {**statement, **({"Condition": condition} if condition else {})}


def is_denied(method: Callable[..., Any], **request: Any) -> bool:
    code, message, status = told(method, **request)
    return (code, status) == ("AccessDeniedException", 403) and "not authorized to perform" in message


def test_methods_on_paths(api: Api, allowed: Allowed) -> None:
    user = allowed(allow("apigateway:GET", f"/restapis/{api.id}*"))
    assert user.get_rest_api(restApiId=api.id)["id"] == api.id
    assert len(user.get_resources(restApiId=api.id)["items"]) == 1
    assert is_denied(user.get_rest_apis)
    assert is_denied(user.get_rest_api, restApiId="other")
    assert is_denied(user.create_resource, restApiId=api.id, parentId=api.root, pathPart="x")
    _, message, _ = told(user.delete_rest_api, restApiId=api.id)
    assert "apigateway:DELETE" in message
    assert f"arn:aws:apigateway:{REGION}::/restapis/{api.id}" in message


def test_one_method_of_one_resource(api: Api, allowed: Allowed) -> None:
    place = f"/restapis/{api.id}/resources/{api.root}/methods/GET"
    user = allowed(allow("apigateway:PUT", place))
    request = {"restApiId": api.id, "resourceId": api.root, "authorizationType": "NONE"}
    assert user.put_method(**request, httpMethod="GET")["httpMethod"] == "GET"
    assert is_denied(user.put_method, **request, httpMethod="POST")


def test_tags_of_apis(api: Api, allowed: Allowed) -> None:
    tagged = {"StringEquals": {"aws:ResourceTag/team": "pets"}}
    user = allowed(allow("apigateway:*", "/restapis/*", **tagged))
    assert is_denied(user.get_resources, restApiId=api.id)
    arn = f"arn:aws:apigateway:{REGION}::/restapis/{api.id}"
    api.client.tag_resource(resourceArn=arn, tags={"team": "pets"})
    assert user.get_resources(restApiId=api.id)["items"]
    api.client.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert is_denied(user.get_resources, restApiId=api.id)


def test_tags_of_requests(allowed: Allowed) -> None:
    user = allowed(
        allow("apigateway:POST", "/restapis", StringEquals={"aws:RequestTag/team": "pets"}),
    )
    assert is_denied(user.create_rest_api, name="x")
    assert is_denied(user.create_rest_api, name="x", tags={"team": "cars"})
    assert user.create_rest_api(name="x", tags={"team": "pets"})["tags"] == {"team": "pets"}


def test_kinds_of_endpoints(allowed: Allowed) -> None:
    user = allowed(
        allow(
            "apigateway:POST",
            "/restapis",
            **{"ForAllValues:StringEquals": {"apigateway:Request/EndpointType": "PRIVATE"}},
            Null={"apigateway:Request/EndpointType": "false"},
        )
    )
    assert is_denied(user.create_rest_api, name="x")
    assert is_denied(user.create_rest_api, name="x", endpointConfiguration={"types": ["REGIONAL"]})
    assert user.create_rest_api(name="x", endpointConfiguration={"types": ["PRIVATE"]})


def test_kinds_of_names_and_associations(gateway: Any, allowed: Allowed, account: str) -> None:
    name = f"n{account}.example.com"
    made = gateway.create_domain_name(
        domainName=name, certificateArn="arn:aws:acm:c", endpointConfiguration={"types": ["PRIVATE"]}
    )
    mutual = {"apigateway:Request/MtlsTrustStoreUri": "s3://b/k"}
    own = {"apigateway:Request/AccessAssociationSource": "vpce-1"}
    user = allowed(
        allow("apigateway:POST", "/domainnames", StringEquals=mutual),
        allow("apigateway:AddCertificateToDomain", "/domainnames"),
        {
            "Effect": "Allow",
            "Action": "apigateway:POST",
            "Resource": f"arn:aws:apigateway:us-east-1:{account}:/domainnameaccessassociations",
            "Condition": {"StringEquals": own},
        },
        {
            "Effect": "Allow",
            "Action": "apigateway:CreateAccessAssociation",
            "Resource": made["domainNameArn"],
        },
    )
    new = {"domainName": f"m{account}.example.com"}
    assert is_denied(user.create_domain_name, **new)
    assert is_denied(
        user.create_domain_name, **new, mutualTlsAuthentication={"truststoreUri": "s3://b/other"}
    )
    assert user.create_domain_name(**new, mutualTlsAuthentication={"truststoreUri": "s3://b/k"})
    at = {"domainNameArn": made["domainNameArn"], "accessAssociationSourceType": "VPCE"}
    assert is_denied(user.create_domain_name_access_association, **at, accessAssociationSource="vpce-2")
    assert user.create_domain_name_access_association(**at, accessAssociationSource="vpce-1")


def test_roles_are_passed(api: Api, allowed: Allowed, account: str) -> None:
    role = f"arn:aws:iam::{account}:role/backend"
    place = api.mock()
    put = {
        **place,
        "restApiId": api.id,
        "type": "AWS",
        "integrationHttpMethod": "POST",
        "uri": function_uri("f"),
        "credentials": role,
    }
    everything = {"Effect": "Allow", "Action": "apigateway:*", "Resource": "*"}
    user = allowed(everything)
    assert "iam:PassRole" in told(user.put_integration, **put)[1]
    document = json.loads(json.dumps(OAS_MOCK))
    document["paths"]["/test"]["get"]["x-amazon-apigateway-integration"]["credentials"] = role
    body = json.dumps(document)
    assert "iam:PassRole" in told(user.import_rest_api, body=body)[1]
    own = {**put, "credentials": "arn:aws:iam::*:user/*"}
    assert user.put_integration(**own)["credentials"] == "arn:aws:iam::*:user/*"
    operations = [patch("replace", "/credentials", role)]
    changed = told(user.update_integration, restApiId=api.id, **place, patchOperations=operations)
    assert "iam:PassRole" in changed[1]
    passing = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": role,
        "Condition": {"StringEquals": {"iam:PassedToService": "apigateway.amazonaws.com"}},
    }
    other = allowed(everything, passing)
    assert other.put_integration(**put)["credentials"] == role
    assert other.import_rest_api(body=body)["id"]


@pytest.mark.parametrize("below", ["", ":role", ":role/team"])
def test_roles_that_variables_complete(api: Api, allowed: Allowed, account: str, below: str) -> None:
    """Who writes the variables chooses the role, so it may be any that they could name."""
    start = f"arn:aws:iam::{account}{below}" if below else ""
    credentials = f"{start}${{stageVariables.role}}"
    put = {
        **api.mock(),
        "restApiId": api.id,
        "type": "AWS",
        "integrationHttpMethod": "POST",
        "uri": function_uri("f"),
        "credentials": credentials,
    }
    everything = {"Effect": "Allow", "Action": "apigateway:*", "Resource": "*"}

    def passing(resource: str) -> Any:
        return allowed(everything, {"Effect": "Allow", "Action": "iam:PassRole", "Resource": resource})

    for user in (allowed(everything), passing(f"arn:aws:iam::{account}:role/teams-own")):
        assert "iam:PassRole" in told(user.put_integration, **put)[1]
    assert passing(f"{start}*").put_integration(**put)["credentials"] == credentials


def test_resource_policies_need_more(allowed: Allowed, api: Api) -> None:
    policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
            ],
        }
    )
    methods = [f"apigateway:{method}" for method in ("POST", "PATCH", "PUT")]
    user = allowed(allow(methods, "/restapis*"))
    assert "apigateway:UpdateRestApiPolicy" in told(user.create_rest_api, name="x", policy=policy)[1]
    operations = [patch("replace", "/policy", policy)]
    update = {"restApiId": api.id, "patchOperations": operations}
    assert "apigateway:UpdateRestApiPolicy" in told(user.update_rest_api, **update)[1]
    document = json.dumps({**OAS_MOCK, "x-amazon-apigateway-policy": json.loads(policy)})
    put = {"restApiId": api.id, "body": document}
    assert "apigateway:UpdateRestApiPolicy" in told(user.put_rest_api, **put)[1]
    other = allowed(allow([*methods, "apigateway:UpdateRestApiPolicy"], "/restapis*"))
    assert other.update_rest_api(**update)["policy"]


def test_other_accounts_see_nothing(client: Callable[..., Any], api: Api) -> None:
    from harness import new_account

    other = client("apigateway", new_account())
    assert other.get_rest_apis()["items"] == []
    assert told(other.get_rest_api, restApiId=api.id)[0] == "NotFoundException"
    assert told(other.get_resources, restApiId=api.id)[0] == "NotFoundException"
    gone = missing("Invalid Resource identifier specified")
    assert told(other.get_resource, restApiId=api.id, resourceId=api.root) == gone
    stage = f"arn:aws:apigateway:{REGION}::/restapis/{api.id}/stages/prod"
    api.mock()
    api.deployed("prod")
    for arn in (stage, stage.partition("/stages")[0]):
        assert told(other.get_tags, resourceArn=arn)[0] == "NotFoundException"
        assert told(other.tag_resource, resourceArn=arn, tags={"a": "1"})[0] == "NotFoundException"
    assert api.client.get_tags(resourceArn=stage)["tags"] == {}


# What else is the account's -------------------------------------------------------------------------------------------------


def test_the_account(client: Callable[..., Any], gateway: Any, role: str) -> None:
    usual = {
        "throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0},
        "features": ["UsagePlans"],
        "apiKeyVersion": "4",
    }

    def settings() -> Any:
        return {k: v for k, v in gateway.get_account().items() if k != "ResponseMetadata"}

    assert settings() == usual
    operation = patch("replace", "/cloudwatchRoleArn", role)
    assert told(gateway.update_account, patchOperations=[operation]) == bad(
        "The role ARN does not have required permissions configured. Please grant trust permission for API Gateway and add "
        "the required role policy."
    )
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "apigateway.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    arn = client("iam").create_role(RoleName="logs", AssumeRolePolicyDocument=json.dumps(trust))["Role"][
        "Arn"
    ]
    gateway.update_account(patchOperations=[patch("replace", "/cloudwatchRoleArn", arn)])
    assert settings() == {**usual, "cloudwatchRoleArn": arn}
    gateway.update_account(patchOperations=[patch("replace", "/cloudwatchRoleArn", "")])
    assert settings() == usual


def test_tags(api: Api) -> None:
    gateway = api.client
    api.mock()
    api.deployed("prod")
    key = gateway.create_api_key(name="k", tags={"a": "1"})["id"]
    plan = gateway.create_usage_plan(name="p")["id"]
    paths = [
        f"/restapis/{api.id}",
        f"/restapis/{api.id}/stages/prod",
        f"/apikeys/{key}",
        f"/usageplans/{plan}",
    ]
    for path in paths:
        arn = f"arn:aws:apigateway:{REGION}::{path}"
        gateway.tag_resource(resourceArn=arn, tags={"a": "2", "b": "x"})
        assert gateway.get_tags(resourceArn=arn)["tags"] == {"a": "2", "b": "x"}
        gateway.untag_resource(resourceArn=arn, tagKeys=["a", "none"])
        assert gateway.get_tags(resourceArn=arn)["tags"] == {"b": "x"}
    assert gateway.get_stage(restApiId=api.id, stageName="prod")["tags"] == {"b": "x"}
    assert gateway.get_api_key(apiKey=key)["tags"] == {"b": "x"}
    for arn, code in (
        ("nonsense", "BadRequestException"),
        (f"arn:aws:sqs:{REGION}::/restapis/{api.id}", "BadRequestException"),
        (f"arn:aws:apigateway:{REGION}::/restapis/none", "NotFoundException"),
        (f"arn:aws:apigateway:{REGION}::/restapis/{api.id}/resources/{api.root}", "NotFoundException"),
    ):
        assert told(gateway.tag_resource, resourceArn=arn, tags={"a": "1"})[0] == code
    first = f"arn:aws:apigateway:{REGION}::{paths[0]}"
    assert told(gateway.tag_resource, resourceArn=first, tags={"aws:x": "1"})[0] == "BadRequestException"
    many = {f"k{number}": "" for number in range(51)}
    assert told(gateway.tag_resource, resourceArn=first, tags=many)[0] == "BadRequestException"


def test_client_certificates(api: Api) -> None:
    from cryptography import x509

    gateway = api.client
    made = gateway.generate_client_certificate(description="mine")
    name = made["clientCertificateId"]
    certificate = x509.load_pem_x509_certificate(made["pemEncodedCertificate"].encode())
    certificate.verify_directly_issued_by(certificate)
    assert certificate.not_valid_after_utc == made["expirationDate"]
    assert "PRIVATE KEY" not in json.dumps(made, default=str)
    changed = gateway.update_client_certificate(
        clientCertificateId=name, patchOperations=[patch("replace", "/description", "other")]
    )
    assert (changed["description"], changed["tags"]) == ("other", {})
    assert [one["clientCertificateId"] for one in gateway.get_client_certificates()["items"]] == [name]
    api.mock()
    api.deployed("prod")
    operations = [patch("replace", "/clientCertificateId", name)]
    stage = api.call("update_stage", stageName="prod", patchOperations=operations)
    assert stage["clientCertificateId"] == name
    in_use = told(gateway.delete_client_certificate, clientCertificateId=name)
    assert in_use[0] == "BadRequestException"
    api.call("delete_stage", stageName="prod")
    gateway.delete_client_certificate(clientCertificateId=name)
    assert told(gateway.get_client_certificate, clientCertificateId=name)[0] == "NotFoundException"


def test_kinds_of_libraries(gateway: Any) -> None:
    names = [kind["id"] for kind in gateway.get_sdk_types()["items"]]
    assert {"android", "java", "javascript", "objectivec", "ruby", "swift"} == set(names)
    assert gateway.get_sdk_type(id="ruby")["configurationProperties"][0]["name"] == "service.name"
    assert told(gateway.get_sdk_type, id="cobol")[0] == "NotFoundException"
    refused = told(gateway.get_sdk, restApiId="x", stageName="y", sdkType="ruby")
    assert (refused[0], refused[2]) == ("NotImplemented", 501)


def test_mutual_tls_is_not_everybody_s_to_end(
    gateway: Any, allowed: Allowed, client: Any, account: str
) -> None:
    """The name opens when its trust store is taken away, so that needs a permission of its own, in both services."""
    name = f"n{account}.example.com"
    store = {"truststoreUri": "s3://bucket/trust.pem"}
    gateway.create_domain_name(
        domainName=name, regionalCertificateArn="arn:aws:acm:c", mutualTlsAuthentication=store
    )
    path = f"/domainnames/{name}"
    user = allowed(allow("apigateway:PATCH", path), allow("apigateway:AddCertificateToDomain", path))
    for operation in (
        patch("remove", "/mutualTlsAuthentication/truststoreUri"),
        patch("replace", "/mutualTlsAuthentication/truststoreUri", ""),
    ):
        assert is_denied(user.update_domain_name, domainName=name, patchOperations=[operation])
    other = patch("replace", "/mutualTlsAuthentication/truststoreUri", "s3://bucket/other.pem")
    assert user.update_domain_name(domainName=name, patchOperations=[other])
    http = allowed(allow("apigateway:PATCH", path), service="apigatewayv2")
    for uri in ("", "s3://bucket/third.pem"):
        given = {"TruststoreUri": uri}
        assert is_denied(http.update_domain_name, DomainName=name, MutualTlsAuthentication=given)
    assert client("apigatewayv2").update_domain_name(
        DomainName=name, MutualTlsAuthentication={"TruststoreUri": ""}
    )
    assert "mutualTlsAuthentication" not in gateway.get_domain_name(domainName=name)
