"""Identities and their credentials: who gets which, and what they may do with them."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import new_account

Make = Callable[..., Any]

COGNITO = "cognito-identity.amazonaws.com"
WHO = """
def handler(event, context):
    identity = context.identity
    return [identity.cognito_identity_id, identity.cognito_identity_pool_id] if identity else None
"""


def code_of(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call()
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_user_of_a_user_pool_calls_a_function(federation: Any, deploy: Make, account: str) -> None:
    federation.user("alice")
    logins = federation.logins("alice")
    identity = federation.get_id(logins)
    assert identity.startswith("us-east-1:")
    credentials = federation.credentials(identity, logins)
    left = (credentials["Expiration"] - datetime.now(UTC)).total_seconds()
    assert 3500 < left <= 3600
    caller = federation.as_("sts", credentials).get_caller_identity()
    assert caller["Arn"] == f"arn:aws:sts::{account}:assumed-role/people/CognitoIdentityCredentials"
    assert caller["UserId"].endswith(":CognitoIdentityCredentials")
    name = deploy(WHO)
    answer = federation.as_("lambda", credentials).invoke(FunctionName=name)
    assert json.load(answer["Payload"]) == [identity, federation.id]
    assert code_of(lambda: federation.as_("sqs", credentials).list_queues())[0] == "AccessDenied"
    assert json.load(federation.client("lambda").invoke(FunctionName=name)["Payload"]) in (None, [None, None])


def test_nobody_is_somebody_by_their_own_words(federation: Any, deploy: Make) -> None:
    """The client context is the caller's to write; the identity is not."""
    federation.user("alice")
    logins = federation.logins("alice")
    identity = federation.get_id(logins)
    lam = federation.as_("lambda", federation.credentials(identity, logins))
    claim = {"cognito_identity_id": "us-east-1:other", "identity": {"cognitoIdentityId": "us-east-1:other"}}
    context = base64.b64encode(json.dumps(claim).encode()).decode()
    answer = lam.invoke(FunctionName=deploy(WHO), ClientContext=context)
    assert json.load(answer["Payload"]) == [identity, federation.id]


def test_identities_are_stable(federation: Any) -> None:
    federation.user("alice")
    federation.user("bob")
    alice = federation.get_id(federation.logins("alice"))
    assert federation.get_id(federation.logins("alice")) == alice
    assert federation.get_id(federation.logins("bob")) != alice
    assert federation.get_id() != federation.get_id()
    described = federation.identity.describe_identity(IdentityId=alice)
    assert described["Logins"] == [federation.provider]


def test_the_issuer_names_the_user_pool_too(federation: Any, server: Any) -> None:
    """Amplify takes the key in Logins from the token's issuer, which here is the server's own address."""
    federation.user("alice")
    alice = federation.get_id(federation.logins("alice"))
    token = federation.tokens("alice")["IdToken"]
    own = f"{server.url.partition('://')[2]}/{federation.user_pool}"
    assert federation.get_id({own: token}) == alice
    assert federation.identity.describe_identity(IdentityId=alice)["Logins"] == [federation.provider]
    for other in (
        f"{server.url.partition('://')[2]}/us-east-1_other",
        f"evil.example.com/{federation.user_pool}",
    ):
        assert code_of(lambda other=other: federation.get_id({other: token}))[0] == "NotAuthorizedException"  # type: ignore[misc]


def test_guests(federation: Any, deploy: Make) -> None:
    """Their role allows everything, and still they can't do what AWS lets no guest do."""
    identity = federation.get_id()
    credentials = federation.credentials(identity)
    name = deploy(WHO)
    answer = federation.as_("lambda", credentials).invoke(FunctionName=name)
    assert json.load(answer["Payload"]) == [identity, federation.id]
    assert federation.as_("sqs", credentials).list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200
    code, message = code_of(lambda: federation.as_("iam", credentials).list_users())
    assert code == "AccessDenied"
    assert "session policy" in message


def test_a_guest_who_logs_in_stays_who_they_were(federation: Any) -> None:
    guest = federation.get_id()
    federation.user("alice")
    logins = federation.logins("alice")
    answer = federation.identity.get_credentials_for_identity(IdentityId=guest, Logins=logins)
    assert answer["IdentityId"] == guest
    assert federation.get_id(logins) == guest
    assert code_of(lambda: federation.credentials(guest)) == (
        "NotAuthorizedException",
        f"Access to Identity '{guest}' is forbidden.",
    )


def test_a_guest_who_was_somebody_before_is_merged(federation: Any) -> None:
    federation.user("alice")
    logins = federation.logins("alice")
    alice = federation.get_id(logins)
    guest = federation.get_id()
    answer = federation.identity.get_credentials_for_identity(IdentityId=guest, Logins=logins)
    assert answer["IdentityId"] == alice
    shown = federation.identity.list_identities(
        IdentityPoolId=federation.id, MaxResults=10, HideDisabled=True
    )
    assert [one["IdentityId"] for one in shown["Identities"]] == [alice]
    everybody = federation.identity.list_identities(IdentityPoolId=federation.id, MaxResults=10)["Identities"]
    assert {one["IdentityId"] for one in everybody} == {alice, guest}


def test_somebody_elses_identity(federation: Any) -> None:
    for name in ("alice", "bob"):
        federation.user(name)
    alice = federation.get_id(federation.logins("alice"))
    federation.get_id(federation.logins("bob"))
    forbidden = (
        "NotAuthorizedException",
        "Logins don't match. Please include at least one valid login for this identity or identity pool.",
    )
    assert code_of(lambda: federation.credentials(alice, federation.logins("bob"))) == forbidden
    assert code_of(lambda: federation.credentials(alice))[0] == "NotAuthorizedException"
    carol = federation.user("carol")
    assert carol is None
    assert (
        code_of(lambda: federation.credentials(alice, federation.logins("carol"))) == forbidden
    )  # whom nobody knows yet
    absent = "us-east-1:00000000-0000-0000-0000-000000000000"
    assert code_of(lambda: federation.credentials(absent))[0] == "ResourceNotFoundException"


def _tampered(token: str, **claims: Any) -> str:
    head, body, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    changed = base64.urlsafe_b64encode(json.dumps({**said, **claims}).encode()).rstrip(b"=").decode()
    return f"{head}.{changed}.{signature}"


def _unsigned(token: str) -> str:
    _, body, _ = token.split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{head}.{body}."


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tokens: tokens["AccessToken"], "Invalid login token. Missing a required claim: aud"),
        (lambda tokens: _tampered(tokens["IdToken"], sub="other"), "Invalid login token. Couldn't verify signed token."),
        (lambda tokens: _tampered(tokens["IdToken"], aud="other"), "Invalid login token. Couldn't verify signed token."),
        (lambda tokens: _unsigned(tokens["IdToken"]), "Invalid login token."),
        (lambda tokens: _tampered(tokens["IdToken"], iss="https://evil.example.com"), "Invalid login token. Issuer doesn't match"),
        (lambda tokens: "not a token", "Invalid login token. Not a valid OpenId Connect identity token."),
        (lambda tokens: tokens["IdToken"][:-8], "Invalid login token."),
        (lambda tokens: "", ""),
    ],
)  # fmt: skip
def test_tokens_that_are_none(federation: Any, change: Callable[[dict[str, str]], str], words: str) -> None:
    federation.user("alice")
    token = change(federation.tokens("alice"))
    code, message = code_of(lambda: federation.get_id({federation.provider: token}))
    assert code in ("NotAuthorizedException", "ValidationException")
    assert words in message


def test_tokens_for_others(federation: Any, federate: Make) -> None:
    """Another client's, another user pool's, another provider's."""
    federation.user("alice")
    idp = federation.idp
    client = idp.create_user_pool_client(
        UserPoolId=federation.user_pool, ClientName="other", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    )["UserPoolClient"]["ClientId"]  # fmt: skip
    mine, federation.app = federation.app, client
    others = federation.tokens("alice")["IdToken"]
    federation.app = mine
    assert code_of(lambda: federation.get_id({federation.provider: others})) == (
        "NotAuthorizedException",
        "Token is not from a supported provider of this identity pool.",
    )
    good = federation.tokens("alice")["IdToken"]
    for provider in (
        "accounts.google.com",
        "cognito-idp.us-east-1.amazonaws.com/us-east-1_other",
        "evil.example.com",
    ):
        code, message = code_of(lambda provider=provider: federation.get_id({provider: good}))  # type: ignore[misc]
        assert (code, "Logins don't match" in message) == ("NotAuthorizedException", True)
    developers = code_of(lambda: federation.get_id({COGNITO: good}))
    assert developers[0] == "NotAuthorizedException"


def test_guests_only_where_they_are_admitted(federate: Make) -> None:
    closed = federate(AllowUnauthenticatedIdentities=False)
    assert code_of(closed.get_id) == (
        "NotAuthorizedException",
        "Unauthenticated access is not supported for this identity pool.",
    )
    closed.user("alice")
    logins = closed.logins("alice")
    assert closed.credentials(closed.get_id(logins), logins)["AccessKeyId"].startswith("ASIA")


def test_the_trust_policy_is_asked(federation: Any) -> None:
    federation.user("alice")
    logins = federation.logins("alice")
    identity = federation.get_id(logins)
    wrong = federation.role("wrong", pool="us-east-1:00000000-0000-0000-0000-000000000000")
    guests_only = federation.role("wrong-kind", "unauthenticated")
    bad = (
        "InvalidIdentityPoolConfigurationException",
        "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
    )
    nobody = wrong.replace("role/wrong", "role/nobody")
    for role in (wrong, guests_only, nobody):
        federation.identity.set_identity_pool_roles(
            IdentityPoolId=federation.id, Roles={"authenticated": role}
        )
        assert code_of(lambda: federation.credentials(identity, logins)) == bad
    federation.identity.set_identity_pool_roles(IdentityPoolId=federation.id, Roles={})
    assert code_of(lambda: federation.credentials(identity, logins)) == bad


def test_a_role_made_again_inherits_nothing(federation: Any) -> None:
    federation.user("alice")
    logins = federation.logins("alice")
    credentials = federation.credentials(federation.get_id(logins), logins)
    sts = federation.as_("sts", credentials)
    assert "people" in sts.get_caller_identity()["Arn"]
    federation.iam.delete_role_policy(RoleName="people", PolicyName="p")
    federation.iam.delete_role(RoleName="people")
    federation.role("people", Allow="*")
    assert code_of(lambda: federation.as_("lambda", credentials).list_functions())[0] in (
        "UnrecognizedClientException", "AccessDeniedException", "InvalidClientTokenId",
    )  # fmt: skip


def test_policies_speak_of_the_identity(federation: Any, deploy: Make, account: str) -> None:
    """`${cognito-identity.amazonaws.com:sub}` is the identity's id."""
    for name in ("alice", "bob"):
        federation.user(name)
    ids = {name: federation.get_id(federation.logins(name)) for name in ("alice", "bob")}
    queues = {
        name: federation.client("sqs").create_queue(QueueName=ids[name].replace(":", "-"))["QueueUrl"]
        for name in ids
    }
    statement = {
        "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*",
        "Condition": {"StringEquals": {f"{COGNITO}:sub": ids["alice"], f"{COGNITO}:aud": federation.id}},
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    federation.iam.put_role_policy(RoleName="people", PolicyName="p", PolicyDocument=policy)
    clients = {
        name: federation.as_("sqs", federation.credentials(ids[name], federation.logins(name)))
        for name in ids
    }
    clients["alice"].send_message(QueueUrl=queues["alice"], MessageBody="x")
    assert (
        code_of(lambda: clients["bob"].send_message(QueueUrl=queues["alice"], MessageBody="x"))[0]
        == "AccessDenied"
    )


def test_credentials_expire(federation: Any) -> None:
    federation.user("alice")
    logins = federation.logins("alice")
    credentials = federation.credentials(federation.get_id(logins), logins)
    changed = {**credentials, "SessionToken": credentials["SessionToken"][:-4] + "AAAA"}
    assert (
        code_of(lambda: federation.as_("lambda", changed).list_functions())[0]
        == "UnrecognizedClientException"
    )


def test_logins_are_taken_away(federation: Any) -> None:
    federation.user("alice")
    logins = federation.logins("alice")
    alice = federation.get_id(logins)
    federation.user("bob")
    wrong = federation.logins("bob")
    unlink = federation.identity.unlink_identity
    refused = lambda: unlink(IdentityId=alice, Logins=wrong, LoginsToRemove=[federation.provider])  # noqa: E731
    assert code_of(refused)[0] == "NotAuthorizedException"
    unlink(IdentityId=alice, Logins=logins, LoginsToRemove=[federation.provider])
    assert federation.get_id(logins) != alice


def test_identities_are_deleted(federation: Any, client: Make) -> None:
    from harness import new_account

    guest = federation.get_id()
    stranger = client("cognito-identity", new_account())
    left = stranger.delete_identities(IdentityIdsToDelete=[guest])["UnprocessedIdentityIds"]
    assert left == [{"IdentityId": guest, "ErrorCode": "AccessDenied"}]
    assert code_of(lambda: stranger.describe_identity(IdentityId=guest))[0] == "ResourceNotFoundException"
    assert federation.identity.delete_identities(IdentityIdsToDelete=[guest])["UnprocessedIdentityIds"] == []
    assert code_of(lambda: federation.credentials(guest))[0] == "ResourceNotFoundException"


def test_a_disabled_user_where_the_server_asks(federate: Make) -> None:
    federation = federate()
    provider = {"ProviderName": federation.provider, "ClientId": federation.app, "ServerSideTokenCheck": True}
    federation.identity.update_identity_pool(
        IdentityPoolId=federation.id, IdentityPoolName="p", AllowUnauthenticatedIdentities=True, CognitoIdentityProviders=[provider]
    )  # fmt: skip
    federation.user("alice")
    logins = federation.logins("alice")
    identity = federation.get_id(logins)
    federation.idp.admin_disable_user(UserPoolId=federation.user_pool, Username="alice")
    assert code_of(lambda: federation.credentials(identity, logins)) == (
        "NotAuthorizedException",
        "Invalid login token. The user is disabled.",
    )


# Roles by token and by rules, tags


def _mapped(federation: Any, mapping: dict[str, Any]) -> None:
    federation.identity.set_identity_pool_roles(
        IdentityPoolId=federation.id,
        Roles={"authenticated": federation.people},
        RoleMappings={f"{federation.provider}:{federation.app}": mapping},
    )


def _role_of(federation: Any, name: str, **more: Any) -> str:
    logins = federation.logins(name)
    credentials = federation.credentials(federation.get_id(logins), logins, **more)
    arn: str = federation.as_("sts", credentials).get_caller_identity()["Arn"]
    return arn.split("/")[1]


def test_roles_by_group(federation: Any) -> None:
    roles = {name: federation.role(name, Allow="lambda:*") for name in ("red", "blue", "elsewhere")}
    for precedence, name in enumerate(("red", "blue")):
        federation.idp.create_group(
            UserPoolId=federation.user_pool, GroupName=name, RoleArn=roles[name], Precedence=precedence
        )
    for name in ("alice", "bob"):
        federation.user(name)
    for group in ("red", "blue"):
        federation.idp.admin_add_user_to_group(
            UserPoolId=federation.user_pool, Username="alice", GroupName=group
        )
    _mapped(federation, {"Type": "Token", "AmbiguousRoleResolution": "Deny"})
    assert _role_of(federation, "alice") == "red"
    assert _role_of(federation, "alice", CustomRoleArn=roles["blue"]) == "blue"
    assert (
        code_of(lambda: _role_of(federation, "alice", CustomRoleArn=roles["elsewhere"]))[0]
        == "NotAuthorizedException"
    )
    assert code_of(lambda: _role_of(federation, "bob"))[0] == "NotAuthorizedException"
    _mapped(federation, {"Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole"})
    assert _role_of(federation, "bob") == "people"


def test_roles_by_rules(federation: Any) -> None:
    roles = {name: federation.role(name, Allow="lambda:*") for name in ("first", "second")}
    rules = [
        {"Claim": "cognito:username", "MatchType": "StartsWith", "Value": "al", "RoleARN": roles["first"]},
        {"Claim": "cognito:username", "MatchType": "Contains", "Value": "b", "RoleARN": roles["second"]},
        {"Claim": "absent", "MatchType": "NotEqual", "Value": "x", "RoleARN": roles["second"]},
    ]
    _mapped(
        federation,
        {"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": {"Rules": rules}},
    )
    for name in ("alice", "bob", "carol"):
        federation.user(name)
    assert _role_of(federation, "alice") == "first"
    assert _role_of(federation, "bob") == "second"
    assert code_of(lambda: _role_of(federation, "carol"))[0] == "NotAuthorizedException"


def test_attributes_become_tags_if_the_role_lets_them(federation: Any) -> None:
    federation.user("alice")
    federation.identity.set_principal_tag_attribute_map(
        IdentityPoolId=federation.id, IdentityProviderName=federation.provider, PrincipalTags={"who": "cognito:username"}
    )  # fmt: skip
    assert code_of(lambda: _role_of(federation, "alice"))[0] == "InvalidIdentityPoolConfigurationException"
    tagged = federation.role("tagged", tags=True)
    statement = {
        "Effect": "Allow", "Action": "lambda:ListFunctions", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/who": "alice"}},
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    federation.iam.put_role_policy(RoleName="tagged", PolicyName="p", PolicyDocument=policy)
    federation.identity.set_identity_pool_roles(IdentityPoolId=federation.id, Roles={"authenticated": tagged})
    federation.user("bob")
    for name, admitted in (("alice", True), ("bob", False)):
        logins = federation.logins(name)
        lam = federation.as_("lambda", federation.credentials(federation.get_id(logins), logins))
        if admitted:
            lam.list_functions()
        else:
            assert code_of(lam.list_functions)[0] == "AccessDeniedException"


# The basic flow, and developers


def test_the_basic_flow(federate: Make, account: str) -> None:
    federation = federate(AllowClassicFlow=True)
    federation.user("alice")
    logins = federation.logins("alice")
    identity = federation.get_id(logins)
    token = federation.identity.get_open_id_token(IdentityId=identity, Logins=logins)["Token"]
    body = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert claims["iss"] == f"https://{COGNITO}"
    assert (claims["sub"], claims["aud"]) == (identity, federation.id)
    assert claims["amr"][:2] == ["authenticated", federation.provider]
    assert claims["amr"][2].startswith(f"{federation.provider}:CognitoSignIn:")
    assert claims["exp"] - claims["iat"] == 600
    sts = federation.client("sts")
    made = sts.assume_role_with_web_identity(
        RoleArn=federation.people, RoleSessionName="me", WebIdentityToken=token
    )
    assert made["Provider"] == COGNITO
    assert made["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{account}:assumed-role/people/me"
    wrong = federation.role("wrong", pool="us-east-1:00000000-0000-0000-0000-000000000000")

    def assume(role: str, token: str) -> Any:
        return sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="me", WebIdentityToken=token)

    assert code_of(lambda: assume(wrong, token))[0] == "AccessDenied"
    forged = _tampered(token, sub="us-east-1:other")
    assert code_of(lambda: assume(federation.people, forged))[0] == "InvalidIdentityToken"


def test_the_basic_flow_has_to_be_allowed(federation: Any) -> None:
    code, message = code_of(lambda: federation.identity.get_open_id_token(IdentityId=federation.get_id()))
    assert (code, "Basic (classic) flow is not enabled" in message) == ("InvalidParameterException", True)


def test_developers_users(federate: Make, deploy: Make) -> None:
    federation = federate(DeveloperProviderName="login.my.app", AllowUnauthenticatedIdentities=False)
    cognito = federation.identity
    made = cognito.get_open_id_token_for_developer_identity(
        IdentityPoolId=federation.id, Logins={"login.my.app": "u1"}, TokenDuration=60
    )
    identity = made["IdentityId"]
    logins = {COGNITO: made["Token"]}
    credentials = federation.credentials(identity, logins)
    answer = federation.as_("lambda", credentials).invoke(FunctionName=deploy(WHO))
    assert json.load(answer["Payload"]) == [identity, federation.id]
    again = cognito.get_open_id_token_for_developer_identity(
        IdentityPoolId=federation.id, Logins={"login.my.app": "u1"}
    )
    assert again["IdentityId"] == identity
    linked = cognito.get_open_id_token_for_developer_identity(
        IdentityPoolId=federation.id, IdentityId=identity, Logins={"login.my.app": "u2"}
    )
    assert linked["IdentityId"] == identity
    found = cognito.lookup_developer_identity(IdentityPoolId=federation.id, IdentityId=identity)
    assert found["DeveloperUserIdentifierList"] == ["u1", "u2"]
    by_user = cognito.lookup_developer_identity(IdentityPoolId=federation.id, DeveloperUserIdentifier="u2")
    assert by_user["IdentityId"] == identity
    other = cognito.get_open_id_token_for_developer_identity(
        IdentityPoolId=federation.id, Logins={"login.my.app": "v"}
    )
    taken = lambda: cognito.get_open_id_token_for_developer_identity(  # noqa: E731
        IdentityPoolId=federation.id, IdentityId=identity, Logins={"login.my.app": "v"}
    )
    assert code_of(taken)[0] == "DeveloperUserAlreadyRegisteredException"
    merged = cognito.merge_developer_identities(
        SourceUserIdentifier="v", DestinationUserIdentifier="u1", DeveloperProviderName="login.my.app", IdentityPoolId=federation.id
    )  # fmt: skip
    assert merged["IdentityId"] == identity
    logged_in = {COGNITO: other["Token"]}
    moved = cognito.get_credentials_for_identity(IdentityId=other["IdentityId"], Logins=logged_in)
    assert moved["IdentityId"] == identity
    cognito.unlink_developer_identity(
        IdentityId=identity, IdentityPoolId=federation.id, DeveloperProviderName="login.my.app", DeveloperUserIdentifier="v"
    )  # fmt: skip
    fresh = cognito.get_open_id_token_for_developer_identity(
        IdentityPoolId=federation.id, Logins={"login.my.app": "v"}
    )
    assert fresh["IdentityId"] != identity


def test_developers_calls_are_signed_and_allowed(federate: Make) -> None:
    federation = federate(DeveloperProviderName="login.my.app")
    credentials = federation.credentials(federation.get_id())
    guest = federation.as_("cognito-identity", credentials)
    federation.iam.delete_role_policy(RoleName="guests", PolicyName="p")
    call = lambda: guest.get_open_id_token_for_developer_identity(  # noqa: E731
        IdentityPoolId=federation.id, Logins={"login.my.app": "admin"}
    )
    assert code_of(call)[0] == "AccessDeniedException"
    without = lambda: federation.identity.get_open_id_token_for_developer_identity(  # noqa: E731
        IdentityPoolId=federation.id, Logins={"other": "u"}
    )
    assert code_of(without)[0] == "InvalidParameterException"


def test_the_roles_of_another_account_are_out_of_reach(federation: Any, client: Make) -> None:
    """Also one that trusts every identity pool: neither the pool nor a group of its users can pass it on."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": COGNITO},
                "Action": "sts:AssumeRoleWithWebIdentity",
            }
        ],
    }
    iam = client("iam", new_account())
    arn = iam.create_role(RoleName="open", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    with pytest.raises(ClientError, match="iam:PassRole"):
        federation.identity.set_identity_pool_roles(
            IdentityPoolId=federation.id, Roles={"authenticated": arn}
        )
    federation.user("alice")
    federation.idp.create_group(UserPoolId=federation.user_pool, GroupName="g", RoleArn=arn)
    federation.idp.admin_add_user_to_group(UserPoolId=federation.user_pool, Username="alice", GroupName="g")
    _mapped(federation, {"Type": "Token", "AmbiguousRoleResolution": "Deny"})
    assert code_of(lambda: _role_of(federation, "alice"))[0] == "InvalidIdentityPoolConfigurationException"
