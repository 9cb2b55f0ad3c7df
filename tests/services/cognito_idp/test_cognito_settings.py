"""Pools, clients and what belongs to them: defaults, round trips, pages."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from cognito_answers import Pool, refused
from harness import REGION

STRICT = {
    "MinimumLength": 8,
    "RequireUppercase": True,
    "RequireLowercase": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "TemporaryPasswordValidityDays": 7,
}
CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/1"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"


def described(pool: Pool) -> dict[str, Any]:
    found: dict[str, Any] = pool.api.describe_user_pool(UserPoolId=pool.id)["UserPool"]
    return found


def test_a_pools_defaults(pool: Pool, account: str) -> None:
    found = described(pool)
    assert found["Name"] == "pool"
    assert found["Arn"] == f"arn:aws:cognito-idp:{REGION}:{account}:userpool/{pool.id}"
    assert found["Policies"] == {
        "PasswordPolicy": STRICT,
        "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
    }
    assert found["DeletionProtection"] == "INACTIVE"
    assert found["MfaConfiguration"] == "OFF"
    assert found["LambdaConfig"] == {}
    assert found["EmailConfiguration"] == {"EmailSendingAccount": "COGNITO_DEFAULT"}
    assert found["AdminCreateUserConfig"] == {
        "AllowAdminCreateUserOnly": False,
        "UnusedAccountValidityDays": 7,
    }
    assert found["VerificationMessageTemplate"] == {"DefaultEmailOption": "CONFIRM_WITH_CODE"}
    assert found["UserPoolTier"] == "ESSENTIALS"
    assert found["EstimatedNumberOfUsers"] == 0
    assert found["AutoVerifiedAttributes"] == ["email"]
    assert len(found["SchemaAttributes"]) == 21
    assert found["CreationDate"] == found["LastModifiedDate"]
    (sub,) = [each for each in found["SchemaAttributes"] if each["Name"] == "sub"]
    assert sub == {
        "Name": "sub",
        "AttributeDataType": "String",
        "DeveloperOnlyAttribute": False,
        "Mutable": False,
        "Required": True,
        "StringAttributeConstraints": {"MinLength": "1", "MaxLength": "2048"},
    }


def test_a_policy_that_is_given_asks_for_what_it_says_only(make_pool: Callable[..., Pool]) -> None:
    pool = make_pool(Policies={"PasswordPolicy": {"MinimumLength": 6}})
    policy = described(pool)["Policies"]["PasswordPolicy"]
    assert policy == {**dict.fromkeys(STRICT, False), "MinimumLength": 6, "TemporaryPasswordValidityDays": 7}
    pool.api.sign_up(ClientId=pool.client_id, Username="ada", Password="simple")


def test_the_words_of_messages_are_shown_in_both_places(make_pool: Callable[..., Pool]) -> None:
    found = described(make_pool(EmailVerificationSubject="Hello", SmsVerificationMessage="It is {####}"))
    assert found["VerificationMessageTemplate"] == {
        "DefaultEmailOption": "CONFIRM_WITH_CODE",
        "EmailSubject": "Hello",
        "SmsMessage": "It is {####}",
    }
    found = described(make_pool(VerificationMessageTemplate={"EmailMessage": "Type {####}"}))
    assert found["EmailVerificationMessage"] == "Type {####}"


@pytest.mark.parametrize(
    "config",
    [
        {"PreTokenGeneration": FUNCTION},
        {"PreTokenGenerationConfig": {"LambdaVersion": "V1_0", "LambdaArn": FUNCTION}},
    ],
)
def test_the_function_for_tokens_is_shown_in_both_places(
    make_pool: Callable[..., Pool], config: dict[str, Any]
) -> None:
    assert described(make_pool(LambdaConfig=config))["LambdaConfig"] == {
        "PreTokenGeneration": FUNCTION,
        "PreTokenGenerationConfig": {"LambdaVersion": "V1_0", "LambdaArn": FUNCTION},
    }


def test_an_update_sets_the_rest_back(make_pool: Callable[..., Pool]) -> None:
    pool = make_pool(
        UsernameConfiguration={"CaseSensitive": False},
        LambdaConfig={"PreSignUp": FUNCTION},
        Policies={"PasswordPolicy": {"MinimumLength": 12}},
        UserPoolTags={"team": "a"},
    )
    pool.api.update_user_pool(UserPoolId=pool.id, MfaConfiguration="OFF", PoolName="renamed")
    found = described(pool)
    assert found["Name"] == "renamed"
    assert found["LambdaConfig"] == {}
    assert found["Policies"]["PasswordPolicy"] == STRICT
    assert found["UsernameConfiguration"] == {"CaseSensitive": False}
    assert found["UserPoolTags"] == {"team": "a"}


def test_a_protected_pool_stays(make_pool: Callable[..., Pool]) -> None:
    pool = make_pool(DeletionProtection="ACTIVE")
    said = refused("InvalidParameterException", pool.api.delete_user_pool, UserPoolId=pool.id)
    assert said.startswith("The user pool cannot be deleted because deletion protection is activated.")
    pool.api.update_user_pool(UserPoolId=pool.id, DeletionProtection="INACTIVE")
    pool.api.delete_user_pool(UserPoolId=pool.id)
    said = refused("ResourceNotFoundException", pool.api.describe_user_pool, UserPoolId=pool.id)
    assert said == f"User pool {pool.id} does not exist."
    refused("ResourceNotFoundException", pool.sign_in)


def test_custom_attributes(make_pool: Callable[..., Pool]) -> None:
    pool = make_pool(Schema=[{"Name": "plan", "AttributeDataType": "String", "Mutable": False}])
    pool.api.add_custom_attributes(
        UserPoolId=pool.id,
        CustomAttributes=[
            {
                "Name": "age",
                "AttributeDataType": "Number",
                "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "9"},
            },
            {"Name": "note", "AttributeDataType": "String", "DeveloperOnlyAttribute": True},
        ],
    )
    found = {each["Name"]: each for each in described(pool)["SchemaAttributes"] if ":" in each["Name"]}
    assert list(found) == ["custom:plan", "custom:age", "dev:custom:note"]
    assert found["custom:plan"]["Mutable"] is False
    assert found["custom:age"]["NumberAttributeConstraints"] == {"MinValue": "1", "MaxValue": "9"}
    pool.user("ada", custom__plan="gold", custom__age="7", dev__custom__note="shy")
    assert pool.attributes() == {"custom:plan": "gold", "custom:age": "7", "dev:custom:note": "shy"}


def test_a_clients_defaults(pool: Pool) -> None:
    made = pool.api.create_user_pool_client(UserPoolId=pool.id, ClientName="web")["UserPoolClient"]
    moment = made.pop("CreationDate")
    assert made.pop("LastModifiedDate") == moment
    assert len(made.pop("ClientId")) == 26
    assert made == {
        "UserPoolId": pool.id,
        "ClientName": "web",
        "RefreshTokenValidity": 30,
        "AllowedOAuthFlowsUserPoolClient": False,
        "EnableTokenRevocation": True,
        "EnablePropagateAdditionalUserContextData": False,
        "AuthSessionValidity": 3,
    }


def test_a_client_is_changed_and_removed(pool: Pool) -> None:
    client_id = pool.client(GenerateSecret=True, AccessTokenValidity=2)
    place = {"UserPoolId": pool.id, "ClientId": client_id}
    before = pool.api.describe_user_pool_client(**place)["UserPoolClient"]
    after = pool.api.update_user_pool_client(**place, ClientName="b", PreventUserExistenceErrors="ENABLED")
    assert after["UserPoolClient"]["ClientSecret"] == before["ClientSecret"]
    assert after["UserPoolClient"]["PreventUserExistenceErrors"] == "ENABLED"
    assert "AccessTokenValidity" not in after["UserPoolClient"]
    assert after["UserPoolClient"] == pool.api.describe_user_pool_client(**place)["UserPoolClient"]
    pool.api.delete_user_pool_client(**place)
    said = refused("ResourceNotFoundException", pool.api.describe_user_pool_client, **place)
    assert said == f"User pool client {client_id} does not exist."
    refused("ResourceNotFoundException", pool.sign_in, client_id=client_id)


def test_two_secrets_for_a_while(pool: Pool) -> None:
    place = {"UserPoolId": pool.id, "ClientId": pool.client(GenerateSecret=True)}
    added = pool.api.add_user_pool_client_secret(**place)["ClientSecretDescriptor"]
    assert len(added["ClientSecretValue"]) >= 24
    refused("LimitExceededException", pool.api.add_user_pool_client_secret, **place)
    first, second = pool.api.list_user_pool_client_secrets(**place)["ClientSecrets"]
    assert second["ClientSecretId"] == added["ClientSecretId"]
    assert "ClientSecretValue" not in second
    pool.api.delete_user_pool_client_secret(**place, ClientSecretId=first["ClientSecretId"])
    shown = pool.api.describe_user_pool_client(**place)["UserPoolClient"]
    assert shown["ClientSecret"] == added["ClientSecretValue"]
    refused(
        "InvalidParameterException",
        pool.api.delete_user_pool_client_secret,
        **place,
        ClientSecretId=second["ClientSecretId"],
    )


def test_pools_and_clients_in_pages(cognito: Any, make_pool: Callable[..., Pool]) -> None:
    pools = {make_pool().id for _ in range(3)}
    pages = list(cognito.get_paginator("list_user_pools").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["UserPools"]) for page in pages] == [2, 1]
    assert {each["Id"] for page in pages for each in page["UserPools"]} == pools
    pool = make_pool()
    clients = {pool.client_id, pool.client(), pool.client()}
    pages = list(
        cognito.get_paginator("list_user_pool_clients").paginate(
            UserPoolId=pool.id, PaginationConfig={"PageSize": 2}
        )
    )
    assert {each["ClientId"] for page in pages for each in page["UserPoolClients"]} == clients


def test_tags(pool: Pool) -> None:
    arn = described(pool)["Arn"]
    pool.api.tag_resource(ResourceArn=arn, Tags={"a": "1", "b": "2"})
    pool.api.untag_resource(ResourceArn=arn, TagKeys=["a", "none"])
    assert pool.api.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}
    assert described(pool)["UserPoolTags"] == {"b": "2"}
    refused("ResourceNotFoundException", pool.api.list_tags_for_resource, ResourceArn=arn[:-1] + "_")


def test_a_domain_is_one_pools(pool: Pool, make_pool: Callable[..., Pool], account: str) -> None:
    name = f"p{account}"
    pool.api.create_user_pool_domain(UserPoolId=pool.id, Domain=name)
    assert described(pool)["Domain"] == name
    told = pool.api.describe_user_pool_domain(Domain=name)["DomainDescription"]
    assert (told["UserPoolId"], told["AWSAccountId"], told["Status"]) == (pool.id, account, "ACTIVE")
    said = refused(
        "InvalidParameterException",
        pool.api.create_user_pool_domain,
        UserPoolId=make_pool().id,
        Domain=name,
    )
    assert said == "Domain already associated with another user pool."
    said = refused("InvalidParameterException", pool.api.delete_user_pool, UserPoolId=pool.id)
    assert said == "User pool cannot be deleted. It has a domain configured that should be deleted first."
    pool.api.delete_user_pool_domain(UserPoolId=pool.id, Domain=name)
    assert pool.api.describe_user_pool_domain(Domain=name)["DomainDescription"] == {}


def test_a_domain_of_ones_own(pool: Pool, make_pool: Callable[..., Pool], account: str) -> None:
    name, certificate = f"login.a{account}.example", {"CertificateArn": CERTIFICATE}
    own = {"Domain": name, "CustomDomainConfig": certificate}
    answer = pool.api.create_user_pool_domain(UserPoolId=pool.id, **own)
    assert answer["CloudFrontDomain"]
    pool.api.create_user_pool_domain(UserPoolId=pool.id, Domain=f"p{account}")  # may be there beside it
    assert (described(pool)["CustomDomain"], described(pool)["Domain"]) == (name, f"p{account}")
    told = pool.api.describe_user_pool_domain(Domain=name)["DomainDescription"]
    assert told["CustomDomainConfig"] == certificate
    said = refused(
        "InvalidParameterException", pool.api.create_user_pool_domain, UserPoolId=make_pool().id, **own
    )
    assert said == "Domain already associated with another user pool."
    for domain in (name, f"p{account}"):
        pool.api.delete_user_pool_domain(UserPoolId=pool.id, Domain=domain)
    assert "CustomDomain" not in described(pool)


@pytest.mark.parametrize(
    "name", ["127.0.0.1", "localhost", "a..example", "-a.example", "a.example.", "A.example"]
)
def test_what_is_no_domain_of_ones_own(pool: Pool, name: str) -> None:
    said = refused(
        "InvalidParameterException",
        pool.api.create_user_pool_domain,
        UserPoolId=pool.id,
        Domain=name,
        CustomDomainConfig={"CertificateArn": CERTIFICATE},
    )
    assert said == f"Custom domain is not a valid subdomain: {name}"


def test_resource_servers_and_the_scopes_of_a_machine(pool: Pool) -> None:
    scopes = [{"ScopeName": "read", "ScopeDescription": "Read it"}]
    server = {"UserPoolId": pool.id, "Identifier": "https://api.example.com", "Name": "api", "Scopes": scopes}
    assert pool.api.create_resource_server(**server)["ResourceServer"] == server
    pool.client(
        GenerateSecret=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=["https://api.example.com/read"],
        AllowedOAuthFlowsUserPoolClient=True,
    )
    pool.api.update_resource_server(UserPoolId=pool.id, Identifier=server["Identifier"], Name="other")
    (left,) = pool.api.list_resource_servers(UserPoolId=pool.id)["ResourceServers"]
    assert (left["Name"], "Scopes" in left) == ("other", False)
    pool.api.delete_resource_server(UserPoolId=pool.id, Identifier=server["Identifier"])
    assert pool.api.list_resource_servers(UserPoolId=pool.id)["ResourceServers"] == []


def test_identity_providers_and_linked_users(pool: Pool) -> None:
    details = {
        "client_id": "c",
        "attributes_request_method": "GET",
        "oidc_issuer": "https://issuer.example",
        "authorize_scopes": "openid email",
    }
    place = {"UserPoolId": pool.id, "ProviderName": "Corp"}
    made = pool.api.create_identity_provider(
        **place,
        ProviderType="OIDC",
        ProviderDetails=details,
        AttributeMapping={"email": "mail"},
        IdpIdentifiers=["corp.example"],
    )["IdentityProvider"]
    assert made["AttributeMapping"] == {"username": "sub", "email": "mail"}
    assert details.items() <= made["ProviderDetails"].items()
    by_identifier = pool.api.get_identity_provider_by_identifier(
        UserPoolId=pool.id, IdpIdentifier="corp.example"
    )
    assert by_identifier["IdentityProvider"] == made
    pool.client(SupportedIdentityProviders=["COGNITO", "Corp"])
    pool.user()
    source = {
        "ProviderName": "Corp",
        "ProviderAttributeName": "Cognito_Subject",
        "ProviderAttributeValue": "4711",
    }
    target = {"ProviderName": "Cognito", "ProviderAttributeValue": "ada"}
    pool.api.admin_link_provider_for_user(UserPoolId=pool.id, DestinationUser=target, SourceUser=source)
    assert '"userId":"4711","providerName":"Corp","providerType":"OIDC"' in pool.attributes()["identities"]
    pool.user("bob")
    refused(
        "InvalidParameterException",
        pool.api.admin_link_provider_for_user,
        UserPoolId=pool.id,
        DestinationUser={**target, "ProviderAttributeValue": "bob"},
        SourceUser=source,
    )
    pool.api.admin_disable_provider_for_user(UserPoolId=pool.id, User=source)
    assert "identities" not in pool.attributes()
    pool.api.delete_identity_provider(**place)
    assert pool.api.list_identity_providers(UserPoolId=pool.id)["Providers"] == []


def test_second_factors_of_a_pool(pool: Pool) -> None:
    assert pool.api.get_user_pool_mfa_config(UserPoolId=pool.id)["MfaConfiguration"] == "OFF"
    token = {"SoftwareTokenMfaConfiguration": {"Enabled": True}, "MfaConfiguration": "OPTIONAL"}
    answer = pool.api.set_user_pool_mfa_config(UserPoolId=pool.id, **token)
    assert {name: answer[name] for name in token} == token
    assert described(pool)["MfaConfiguration"] == "OPTIONAL"


def test_groups(pool: Pool) -> None:
    place = {"UserPoolId": pool.id, "GroupName": "admins"}
    role = "arn:aws:iam::000000000000:role/admin"
    made = pool.api.create_group(**place, Description="d", Precedence=0, RoleArn=role)["Group"]
    assert (made["Precedence"], made["RoleArn"], made["Description"]) == (0, role, "d")
    said = refused("GroupExistsException", pool.api.create_group, **place)
    assert said == "A group with the name already exists."
    changed = pool.api.update_group(**place, Precedence=3)["Group"]
    assert (changed["Precedence"], changed["Description"]) == (3, "d")
    assert isinstance(changed["LastModifiedDate"], datetime.datetime)
    pool.user()
    for _ in range(2):
        pool.api.admin_add_user_to_group(**place, Username="ada")
    (member,) = pool.api.list_users_in_group(**place)["Users"]
    assert member["Username"] == "ada"
    groups = pool.api.admin_list_groups_for_user(UserPoolId=pool.id, Username="ada")["Groups"]
    assert groups == [changed]
    pool.api.delete_group(**place)
    assert pool.api.admin_list_groups_for_user(UserPoolId=pool.id, Username="ada")["Groups"] == []
    assert pool.get()["Username"] == "ada"


def test_members_and_groups_in_pages(pool: Pool) -> None:
    for name in ("a", "b", "c"):
        pool.api.create_group(UserPoolId=pool.id, GroupName=name)
        pool.user(f"u{name}")
        pool.api.admin_add_user_to_group(UserPoolId=pool.id, GroupName="a", Username=f"u{name}")
        pool.api.admin_add_user_to_group(UserPoolId=pool.id, GroupName=name, Username="ua")
    pages = pool.api.get_paginator("list_users_in_group").paginate(
        UserPoolId=pool.id, GroupName="a", PaginationConfig={"PageSize": 2}
    )
    assert [[user["Username"] for user in page["Users"]] for page in pages] == [["ua", "ub"], ["uc"]]
    pages = pool.api.get_paginator("admin_list_groups_for_user").paginate(
        UserPoolId=pool.id, Username="ua", PaginationConfig={"PageSize": 2}
    )
    assert [[group["GroupName"] for group in page["Groups"]] for page in pages] == [["a", "b"], ["c"]]
    first = pool.api.list_groups(UserPoolId=pool.id, Limit=2)
    rest = pool.api.list_groups(UserPoolId=pool.id, Limit=2, NextToken=first["NextToken"])
    assert [each["GroupName"] for each in first["Groups"] + rest["Groups"]] == ["a", "b", "c"]
    other = pool.api.list_users_in_group(UserPoolId=pool.id, GroupName="a", Limit=1)["NextToken"]
    refused(
        "InvalidParameterException",
        pool.api.list_users_in_group,
        UserPoolId=pool.id,
        GroupName="b",
        NextToken=other,
    )


def test_a_removed_pools_users_do_not_come_back(pool: Pool, make_pool: Callable[..., Pool]) -> None:
    pool.user("ada", email="ada@example.com")
    token = pool.token()
    pool.api.delete_user_pool(UserPoolId=pool.id)
    refused("NotAuthorizedException", pool.api.get_user, AccessToken=token)
    other = make_pool()
    refused("UserNotFoundException", other.get)
    refused("InvalidParameterException", other.api.admin_create_user, UserPoolId=other.id, Username="a b")
    assert other.user("ada", email="ada@example.com")["UserStatus"] == "CONFIRMED"
