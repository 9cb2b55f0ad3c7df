"""Bad input to what administrators set, a case a line: AWS's errors and words, and nothing is there afterwards that was not before."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Case = tuple[str, dict[str, Any], str, str]

_CUSTOM = {"Name": "plan", "AttributeDataType": "String"}
_LITE = {"UserPoolTier": "LITE"}
_LAMBDA = "arn:aws:lambda:us-east-1:000000000000:function:f"

POOLS: list[Case] = [
    (
        "no name",
        {},
        "InvalidParameterException",
        "at 'poolName' failed to satisfy constraint: Member must not be null",
    ),
    ("name empty", {"PoolName": ""}, "InvalidParameterException", "length greater than or equal to 1"),
    (
        "name too long",
        {"PoolName": "x" * 129},
        "InvalidParameterException",
        "length less than or equal to 128",
    ),
    (
        "name of other characters",
        {"PoolName": "a/b"},
        "InvalidParameterException",
        "regular expression pattern",
    ),
    (
        "aliases and attributes as names",
        {"AliasAttributes": ["email"], "UsernameAttributes": ["email"]},
        "InvalidParameterException",
        "Only one of the aliasAttributes or usernameAttributes can be set in the user pool.",
    ),
    ("unknown alias", {"AliasAttributes": ["name"]}, "InvalidParameterException", "enum value set"),
    (
        "unknown name attribute",
        {"UsernameAttributes": ["name"]},
        "InvalidParameterException",
        "enum value set",
    ),
    (
        "password too short a minimum",
        {"Policies": {"PasswordPolicy": {"MinimumLength": 5}}},
        "InvalidParameterException",
        "value greater than or equal to 6",
    ),
    (
        "password too long a minimum",
        {"Policies": {"PasswordPolicy": {"MinimumLength": 100}}},
        "InvalidParameterException",
        "value less than or equal to 99",
    ),
    (
        "history too long",
        {"Policies": {"PasswordPolicy": {"PasswordHistorySize": 25}}},
        "InvalidParameterException",
        "value less than or equal to 24",
    ),
    (
        "history in Lite",
        {**_LITE, "Policies": {"PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": 3}}},
        "FeatureUnavailableInTierException",
        "PasswordHistorySize",
    ),
    (
        "choice of factors in Lite",
        {**_LITE, "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}},
        "FeatureUnavailableInTierException",
        "SignInPolicy",
    ),
    (
        "no password among the factors",
        {"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["EMAIL_OTP"]}}},
        "InvalidParameterException",
        "must include PASSWORD",
    ),
    (
        "tokens' second version in Lite",
        {
            **_LITE,
            "LambdaConfig": {"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": _LAMBDA}},
        },
        "FeatureUnavailableInTierException",
        "PreTokenGeneration",
    ),
    (
        "two functions for tokens",
        {
            "LambdaConfig": {
                "PreTokenGeneration": _LAMBDA,
                "PreTokenGenerationConfig": {"LambdaVersion": "V1_0", "LambdaArn": _LAMBDA + "2"},
            }
        },
        "InvalidParameterException",
        "must name the same function",
    ),
    (
        "no ARN of a function",
        {"LambdaConfig": {"PreSignUp": "f"}},
        "InvalidParameterException",
        "length greater than",
    ),
    (
        "message without its code",
        {"EmailVerificationMessage": "Welcome to our pool"},
        "InvalidParameterException",
        "regular expression pattern",
    ),
    ("text without its code", {"SmsVerificationMessage": "Welcome!"}, "InvalidParameterException", "pattern"),
    (
        "required custom attribute",
        {"Schema": [{**_CUSTOM, "Required": True}]},
        "InvalidParameterException",
        "Required custom attributes are not supported currently.",
    ),
    (
        "custom attribute without a type",
        {"Schema": [{"Name": "plan"}]},
        "InvalidParameterException",
        "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
    ),
    (
        "custom attribute twice",
        {"Schema": [_CUSTOM, _CUSTOM]},
        "InvalidParameterException",
        "custom:plan: Existing attribute already has name custom:plan.",
    ),
    (
        "another type of a standard attribute",
        {"Schema": [{"Name": "email", "AttributeDataType": "Number"}]},
        "InvalidParameterException",
        "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email",
    ),
    (
        "a developers' standard attribute",
        {"Schema": [{"Name": "email", "AttributeDataType": "String", "DeveloperOnlyAttribute": True}]},
        "InvalidParameterException",
        "You can not change AttributeDataType",
    ),
    (
        "longest below shortest",
        {"Schema": [{**_CUSTOM, "StringAttributeConstraints": {"MinLength": "9", "MaxLength": "3"}}]},
        "InvalidParameterException",
        "Invalid constraints for attribute plan",
    ),
    (
        "longer than any attribute",
        {"Schema": [{**_CUSTOM, "StringAttributeConstraints": {"MaxLength": "5000"}}]},
        "InvalidParameterException",
        "Invalid constraints for attribute plan",
    ),
    (
        "a length that is no number",
        {"Schema": [{**_CUSTOM, "StringAttributeConstraints": {"MaxLength": "many"}}]},
        "InvalidParameterException",
        "many is not a number",
    ),
    (
        "administrators and others",
        {
            "AccountRecoverySetting": {
                "RecoveryMechanisms": [
                    {"Priority": 1, "Name": "admin_only"},
                    {"Priority": 2, "Name": "verified_email"},
                ]
            }
        },
        "InvalidParameterException",
        "admin_only",
    ),
    (
        "two ways first",
        {
            "AccountRecoverySetting": {
                "RecoveryMechanisms": [
                    {"Priority": 1, "Name": "verified_phone_number"},
                    {"Priority": 1, "Name": "verified_email"},
                ]
            }
        },
        "InvalidParameterException",
        "different names and priorities",
    ),
    ("AWS's own tag", {"UserPoolTags": {"aws:x": "y"}}, "UserPoolTaggingException", "aws:"),
    (
        "too many tags",
        {"UserPoolTags": {f"k{n}": "v" for n in range(51)}},
        "UserPoolTaggingException",
        "at most 50",
    ),
    ("unknown plan", {"UserPoolTier": "GOLD"}, "InvalidParameterException", "enum value set"),
    (
        "threat protection",
        {"UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}},
        "NotImplemented",
        "threat protection",
    ),
]

CLIENTS: list[Case] = [
    ("no name", {"ClientName": None}, "InvalidParameterException", "'clientName'"),
    ("other characters", {"ClientName": "a/b"}, "InvalidParameterException", "pattern"),
    ("unknown flow", {"ExplicitAuthFlows": ["ALLOW_ALL"]}, "InvalidParameterException", "enum value set"),
    (
        "flows of old and new names",
        {"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "USER_PASSWORD_AUTH"]},
        "InvalidParameterException",
        "can't be used together",
    ),
    (
        "refresh flow and rotation",
        {
            "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
            "RefreshTokenRotation": {"Feature": "ENABLED"},
        },
        "InvalidParameterException",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ),
    (
        "access token too short",
        {"AccessTokenValidity": 4, "TokenValidityUnits": {"AccessToken": "minutes"}},
        "InvalidParameterException",
        "Invalid range for token validity.",
    ),
    (
        "access token too long",
        {"AccessTokenValidity": 25},
        "InvalidParameterException",
        "Invalid range for token validity.",
    ),
    (
        "ID token too long",
        {"IdTokenValidity": 25},
        "InvalidParameterException",
        "Invalid range for token validity.",
    ),
    (
        "refresh token too short",
        {"RefreshTokenValidity": 59, "TokenValidityUnits": {"RefreshToken": "minutes"}},
        "InvalidParameterException",
        "Invalid range for token validity.",
    ),
    (
        "refresh token too long",
        {"RefreshTokenValidity": 3651},
        "InvalidParameterException",
        "Invalid range for token validity.",
    ),
    (
        "session too short",
        {"AuthSessionValidity": 2},
        "InvalidParameterException",
        "greater than or equal to 3",
    ),
    (
        "session too long",
        {"AuthSessionValidity": 16},
        "InvalidParameterException",
        "less than or equal to 15",
    ),
    (
        "grace too long",
        {"RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 61}},
        "InvalidParameterException",
        "less than or equal to 60",
    ),
    (
        "unknown attribute to read",
        {"ReadAttributes": ["custom:none"]},
        "InvalidParameterException",
        "Invalid read attributes specified while creating a client",
    ),
    (
        "unknown attribute to write",
        {"WriteAttributes": ["custom:none"]},
        "InvalidParameterException",
        "Invalid write attributes specified while creating a client",
    ),
    (
        "verified as its user says",
        {"WriteAttributes": ["email", "email_verified"]},
        "InvalidParameterException",
        "Invalid write attributes specified while creating a client",
    ),
    (
        "address without TLS",
        {"CallbackURLs": ["http://app.example.com/"]},
        "InvalidParameterException",
        "http://app.example.com/ cannot use the HTTP protocol.",
    ),
    (
        "address with a fragment",
        {"CallbackURLs": ["https://a.example/#x"]},
        "InvalidParameterException",
        "fragment",
    ),
    (
        "address without a scheme",
        {"LogoutURLs": ["app.example.com"]},
        "InvalidParameterException",
        "not a valid URL",
    ),
    (
        "address of a script",
        {"CallbackURLs": ["javascript:alert(1)"]},
        "InvalidParameterException",
        "not a valid URL",
    ),
    (
        "default that is not listed",
        {"CallbackURLs": ["https://a.example/"], "DefaultRedirectURI": "https://b.example/"},
        "InvalidParameterException",
        "DefaultRedirectURI",
    ),
    (
        "OAuth without flows",
        {"AllowedOAuthFlowsUserPoolClient": True},
        "InvalidParameterException",
        "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
    ),
    (
        "machine's flow beside a person's",
        {
            "GenerateSecret": True,
            "AllowedOAuthFlows": ["code", "client_credentials"],
            "AllowedOAuthScopes": ["openid"],
        },
        "InvalidOAuthFlowException",
        "client_credentials flow can not be selected along with code flow or implicit flow.",
    ),
    (
        "machine's flow without a secret",
        {"AllowedOAuthFlows": ["client_credentials"]},
        "InvalidOAuthFlowException",
        "client_credentials flow can not be selected if client does not have a client secret.",
    ),
    (
        "machine's flow with a person's scope",
        {
            "GenerateSecret": True,
            "AllowedOAuthFlows": ["client_credentials"],
            "AllowedOAuthScopes": ["openid"],
        },
        "InvalidParameterException",
        "scopes of resource servers",
    ),
    ("scope of nobody", {"AllowedOAuthScopes": ["api/read"]}, "ScopeDoesNotExistException", "api/read"),
    ("scope without a server", {"AllowedOAuthScopes": ["admin"]}, "ScopeDoesNotExistException", "admin"),
    (
        "provider of nobody",
        {"SupportedIdentityProviders": ["Google"]},
        "InvalidParameterException",
        "The provider Google does not exist for User Pool",
    ),
    ("own secret too short", {"ClientSecret": "short"}, "InvalidParameterException", "length greater than"),
    (
        "two secrets",
        {"ClientSecret": "x" * 30, "GenerateSecret": True},
        "InvalidParameterException",
        "can't be used together",
    ),
]

_OIDC = {
    "client_id": "c",
    "attributes_request_method": "GET",
    "oidc_issuer": "https://issuer.example",
    "authorize_scopes": "openid",
}
OTHERS: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("group without a name", "create_group", {}, "InvalidParameterException", "'groupName'"),
    ("group of blanks", "create_group", {"GroupName": "a b"}, "InvalidParameterException", "pattern"),
    (
        "precedence below 0",
        "create_group",
        {"GroupName": "g", "Precedence": -1},
        "InvalidParameterException",
        "to 0",
    ),
    (
        "role that is no ARN",
        "create_group",
        {"GroupName": "g", "RoleArn": "r"},
        "InvalidParameterException",
        "'roleArn'",
    ),
    ("unknown group", "get_group", {"GroupName": "none"}, "ResourceNotFoundException", "Group not found."),
    (
        "unknown group to change",
        "update_group",
        {"GroupName": "none"},
        "ResourceNotFoundException",
        "Group not found.",
    ),
    (
        "unknown group to remove",
        "delete_group",
        {"GroupName": "none"},
        "ResourceNotFoundException",
        "Group not found.",
    ),
    (
        "members of an unknown group",
        "list_users_in_group",
        {"GroupName": "none"},
        "ResourceNotFoundException",
        "Group not found.",
    ),
    (
        "reserved domain",
        "create_user_pool_domain",
        {"Domain": "my-aws"},
        "InvalidParameterException",
        "reserved word",
    ),
    (
        "domain in capitals",
        "create_user_pool_domain",
        {"Domain": "Mine"},
        "InvalidParameterException",
        "pattern",
    ),
    (
        "domain with a hyphen first",
        "create_user_pool_domain",
        {"Domain": "-x"},
        "InvalidParameterException",
        "pattern",
    ),
    (
        "pages of a third version",
        "create_user_pool_domain",
        {"Domain": "mine", "ManagedLoginVersion": 3},
        "InvalidParameterException",
        "ManagedLoginVersion",
    ),
    (
        "unknown domain to remove",
        "delete_user_pool_domain",
        {"Domain": "nobodys-own"},
        "ResourceNotFoundException",
        "No such domain or user pool exists.",
    ),
    (
        "scope with a slash",
        "create_resource_server",
        {"Identifier": "api", "Name": "n", "Scopes": [{"ScopeName": "a/b", "ScopeDescription": "d"}]},
        "InvalidParameterException",
        "pattern",
    ),
    (
        "scope twice",
        "create_resource_server",
        {"Identifier": "api", "Name": "n", "Scopes": [{"ScopeName": "r", "ScopeDescription": "d"}] * 2},
        "InvalidParameterException",
        "Duplicate",
    ),
    (
        "unknown resource server",
        "describe_resource_server",
        {"Identifier": "api"},
        "ResourceNotFoundException",
        "Resource server not found.",
    ),
    (
        "provider without its issuer",
        "create_identity_provider",
        {"ProviderName": "Mine", "ProviderType": "OIDC", "ProviderDetails": {"client_id": "c"}},
        "InvalidParameterException",
        "oidc_issuer",
    ),
    (
        "provider of a famous name",
        "create_identity_provider",
        {"ProviderName": "Google", "ProviderType": "OIDC", "ProviderDetails": _OIDC},
        "InvalidParameterException",
        "does not fit",
    ),
    (
        "mapping to an unknown attribute",
        "create_identity_provider",
        {
            "ProviderName": "Mine",
            "ProviderType": "OIDC",
            "ProviderDetails": _OIDC,
            "AttributeMapping": {"custom:none": "x"},
        },
        "InvalidParameterException",
        "custom:none is not in the schema",
    ),
    (
        "SAML",
        "create_identity_provider",
        {"ProviderName": "Mine", "ProviderType": "SAML", "ProviderDetails": {"MetadataURL": "https://x"}},
        "NotImplemented",
        "SAML",
    ),
    (
        "unknown provider",
        "describe_identity_provider",
        {"ProviderName": "None"},
        "ResourceNotFoundException",
        "Identity provider None does not exist.",
    ),
    (
        "second factor without any",
        "set_user_pool_mfa_config",
        {"MfaConfiguration": "ON"},
        "InvalidParameterException",
        "Invalid MFA configuration given, can't disable all MFAs and require MFA together.",
    ),
    (
        "second factor that is off",
        "set_user_pool_mfa_config",
        {"MfaConfiguration": "OFF", "SoftwareTokenMfaConfiguration": {"Enabled": True}},
        "InvalidParameterException",
        "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.",
    ),
    (
        "filter of one word",
        "list_users",
        {"Filter": "email"},
        "InvalidParameterException",
        "Error while parsing filter.",
    ),
    (
        "filter without quotation marks",
        "list_users",
        {"Filter": "email = ada"},
        "InvalidParameterException",
        "Error while parsing filter.",
    ),
    (
        "filter of inequality",
        "list_users",
        {"Filter": 'email != "a"'},
        "InvalidParameterException",
        "parsing filter",
    ),
    (
        "filter of a custom attribute",
        "list_users",
        {"Filter": 'custom:plan = "a"'},
        "InvalidParameterException",
        "Invalid search attribute: custom:plan",
    ),
    ("page too large", "list_users", {"Limit": 61}, "InvalidParameterException", "less than or equal to 60"),
    (
        "made-up token",
        "list_users",
        {"PaginationToken": "abc"},
        "InvalidParameterException",
        "pagination token",
    ),
    (
        "made-up token of groups",
        "list_groups",
        {"NextToken": "!"},
        "InvalidParameterException",
        "pagination token",
    ),
    (
        "unknown import job",
        "describe_user_import_job",
        {"JobId": "import-x"},
        "ResourceNotFoundException",
        "import-x",
    ),
    (
        "hashed passwords",
        "create_user_import_job",
        {
            "JobName": "j",
            "CloudWatchLogsRoleArn": "arn:aws:iam::000000000000:role/r",
            "PasswordHashingAlgorithm": "BCRYPT",
        },
        "NotImplemented",
        "hashed passwords",
    ),
    (
        "attribute that is there",
        "add_custom_attributes",
        {"CustomAttributes": [{"Name": "tier", "AttributeDataType": "String"}]},
        "InvalidParameterException",
        "custom:tier: Existing attribute already has name custom:tier.",
    ),
    (
        "unknown client",
        "describe_user_pool_client",
        {"ClientId": "nobody"},
        "ResourceNotFoundException",
        "nobody",
    ),
    (
        "secret of a client that has none",
        "add_user_pool_client_secret",
        {"ClientId": "{client}"},
        "InvalidParameterException",
        "created without a client secret",
    ),
]


def attempt(call: Callable[..., Any], request: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**{name: value for name, value in request.items() if value is not None})
    error = caught.value.response["Error"]
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 501)
    return error["Code"], error["Message"]


def ids(cases: list[Any]) -> list[str]:
    return [case[0] for case in cases]


@pytest.mark.parametrize(("_", "settings", "code", "words"), POOLS, ids=ids(POOLS))
def test_pools(cognito: Any, _: str, settings: dict[str, Any], code: str, words: str) -> None:
    named = {} if _ == "no name" else {"PoolName": "pool"}
    found, message = attempt(cognito.create_user_pool, {**named, **settings})
    assert (found, words in message) == (code, True), message
    assert cognito.list_user_pools(MaxResults=60)["UserPools"] == []


@pytest.mark.parametrize(("_", "settings", "code", "words"), CLIENTS, ids=ids(CLIENTS))
def test_clients(pool: Any, _: str, settings: dict[str, Any], code: str, words: str) -> None:
    asked = {"UserPoolId": pool.id, "ClientName": "bad", **settings}
    found, message = attempt(pool.api.create_user_pool_client, asked)
    assert (found, words in message) == (code, True), message
    (left,) = pool.api.list_user_pool_clients(UserPoolId=pool.id)["UserPoolClients"]
    assert left["ClientId"] == pool.client_id
    before = pool.api.describe_user_pool_client(UserPoolId=pool.id, ClientId=pool.client_id)["UserPoolClient"]
    if not {"ClientName", "ClientSecret", "GenerateSecret"} & set(settings):
        found, message = attempt(
            pool.api.update_user_pool_client, {**asked, "ClientId": pool.client_id, "ClientName": "c"}
        )
        assert found == code, message
    after = pool.api.describe_user_pool_client(UserPoolId=pool.id, ClientId=pool.client_id)["UserPoolClient"]
    assert after == before


@pytest.mark.parametrize(("_", "operation", "request_", "code", "words"), OTHERS, ids=ids(OTHERS))
def test_the_rest(
    make_pool: Callable[..., Any], _: str, operation: str, request_: dict[str, Any], code: str, words: str
) -> None:
    pool = make_pool(Schema=[{"Name": "tier", "AttributeDataType": "String"}])
    asked = {name: pool.client_id if value == "{client}" else value for name, value in request_.items()}
    found, message = attempt(getattr(pool.api, operation), {"UserPoolId": pool.id, **asked})
    assert (found, words in message) == (code, True), message


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("describe_user_pool", {}),
        ("update_user_pool", {}),
        ("delete_user_pool", {}),
        ("list_users", {}),
        ("admin_get_user", {"Username": "ada"}),
        ("admin_create_user", {"Username": "eve"}),
        ("admin_set_user_password", {"Username": "ada", "Password": "Other-Pass-1"}),
        ("create_user_pool_client", {"ClientName": "c"}),
        ("create_group", {"GroupName": "g"}),
        ("get_csv_header", {}),
        ("get_user_pool_mfa_config", {}),
    ],
)
def test_another_accounts_pool_is_not_there(
    client: Callable[..., Any], pool: Any, operation: str, request_: dict[str, Any]
) -> None:
    pool.user()
    other = client("cognito-idp", "999999999999")
    code, message = attempt(getattr(other, operation), {"UserPoolId": pool.id, **request_})
    assert (code, message) == ("ResourceNotFoundException", f"User pool {pool.id} does not exist.")
    assert "AuthenticationResult" in pool.sign_in()
