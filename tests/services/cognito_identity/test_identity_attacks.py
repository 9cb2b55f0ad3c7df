"""Attempts to become somebody else by identity pools: tokens of other kinds and pools, identities of others, developers' names guessed."""

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness import TRUST_LAMBDA, new_account

Make = Callable[..., Any]
COGNITO = "cognito-identity.amazonaws.com"
PROVIDER = "login.my.app"


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    code: str = caught.value.response["Error"]["Code"]
    return code


@pytest.fixture
def mine(federate: Make) -> Any:
    """An account with a developer's provider and the basic flow, and a user."""
    federation = federate(DeveloperProviderName=PROVIDER, AllowClassicFlow=True)
    federation.user("alice")
    federation.user("mallory")
    return federation


def vouched(federation: Any, user: str, pool: str = "") -> dict[str, Any]:
    """What the account's backend says of a user."""
    found: dict[str, Any] = federation.identity.get_open_id_token_for_developer_identity(
        IdentityPoolId=pool or federation.id, Logins={PROVIDER: user}
    )
    return found


def second_pool(federation: Any) -> str:
    """Another pool of the account, with a developer's provider of the same name."""
    made: str = federation.identity.create_identity_pool(
        IdentityPoolName="q", AllowUnauthenticatedIdentities=True, AllowClassicFlow=True, DeveloperProviderName=PROVIDER
    )["IdentityPoolId"]  # fmt: skip
    return made


def test_a_developers_word_is_for_one_pool(mine: Any) -> None:
    other = second_pool(mine)
    said = vouched(mine, "u1", other)
    logins = {COGNITO: said["Token"]}
    mallory = vouched(mine, "mallory")["IdentityId"]
    assert refused(lambda: mine.credentials(mallory, logins)) == "NotAuthorizedException"
    assert refused(lambda: mine.get_id(logins)) == "NotAuthorizedException"


@pytest.mark.parametrize("of", ["a guest", "a user"])
def test_a_token_of_an_identity_is_no_developers_word(mine: Any, of: str) -> None:
    """Both are signed by the same issuer for the same pool."""
    logins = mine.logins("mallory") if of == "a user" else {}
    identity = mine.get_id(logins)
    more = {"Logins": logins} if logins else {}
    token = mine.identity.get_open_id_token(IdentityId=identity, **more)["Token"]
    assert refused(lambda: mine.get_id({COGNITO: token})) == "NotAuthorizedException"
    assert refused(lambda: mine.credentials(identity, {COGNITO: token})) == "NotAuthorizedException"


def test_a_developers_name_is_no_login(mine: Any) -> None:
    vouched(mine, "u1")
    for logins in ({PROVIDER: "u1"}, {COGNITO: "u1"}, {mine.provider: "u1"}, {"accounts.google.com": "u1"}):
        assert refused(lambda logins=logins: mine.get_id(logins)) == "NotAuthorizedException"


def test_a_forged_word(mine: Any) -> None:
    token = vouched(mine, "mallory")["Token"]
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    victim = vouched(mine, "u1")
    claims |= {"sub": victim["IdentityId"], "amr": ["authenticated", PROVIDER, f"{mine.id}:{PROVIDER}:u1"]}
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    for text in (f"{head}.{changed}.{signature}", f"{none}.{changed}.", f"{head}.{body}.", "", "x.y.z"):
        code = refused(lambda text=text: mine.credentials(victim["IdentityId"], {COGNITO: text}))
        assert code in ("NotAuthorizedException", "InvalidParameterException", "ValidationException")


def test_somebody_elses_identity_with_ones_own_login(mine: Any) -> None:
    alice, mallory = mine.logins("alice"), mine.logins("mallory")
    hers = mine.get_id(alice)
    his = mine.get_id(mallory)
    assert hers != his
    assert refused(lambda: mine.credentials(hers, mallory)) == "NotAuthorizedException"
    assert refused(lambda: mine.credentials(hers)) == "NotAuthorizedException"
    ask = {"IdentityId": hers, "Logins": mallory, "LoginsToRemove": [mine.provider]}
    assert refused(lambda: mine.identity.unlink_identity(**ask)) == "NotAuthorizedException"
    assert (
        refused(lambda: mine.identity.get_open_id_token(IdentityId=hers, Logins=mallory))
        == "NotAuthorizedException"
    )
    assert mine.get_id(alice) == hers


def test_an_identity_of_another_pool(mine: Any) -> None:
    """The login is checked against the pool of the identity, whichever pool it would do for."""
    other = second_pool(mine)
    guest = mine.identity.get_id(IdentityPoolId=other)["IdentityId"]
    assert refused(lambda: mine.credentials(guest, mine.logins("alice"))) == "NotAuthorizedException"


def test_a_guest_is_not_raised_by_asking_for_a_role(mine: Any) -> None:
    guest = mine.get_id()
    made = mine.credentials(guest, CustomRoleArn=mine.people)
    who = mine.as_("sts", made).get_caller_identity()
    assert "/guests/" in who["Arn"]
    assert refused(mine.as_("iam", made).list_roles) == "AccessDenied"  # whatever the role allows


@pytest.mark.parametrize("change", ["trust", "gone", "pool"])
def test_credentials_do_not_outlive_what_they_stand_on(mine: Any, change: str) -> None:
    logins = mine.logins("alice")
    identity = mine.get_id(logins)
    held = mine.credentials(identity, logins)
    mine.as_("sts", held).get_caller_identity()
    if change == "trust":
        mine.iam.update_assume_role_policy(RoleName="people", PolicyDocument=TRUST_LAMBDA)
        assert (
            refused(lambda: mine.credentials(identity, logins)) == "InvalidIdentityPoolConfigurationException"
        )
    elif change == "gone":
        mine.iam.delete_role_policy(RoleName="people", PolicyName="p")
        mine.iam.delete_role(RoleName="people")
        assert refused(lambda: mine.as_("lambda", held).list_functions()) in (
            "UnrecognizedClientException", "InvalidClientTokenId", "AccessDeniedException",
        )  # fmt: skip
        assert (
            refused(lambda: mine.credentials(identity, logins)) == "InvalidIdentityPoolConfigurationException"
        )
    else:
        mine.identity.delete_identity_pool(IdentityPoolId=mine.id)
        assert refused(lambda: mine.credentials(identity, logins)) == "ResourceNotFoundException"


def test_other_accounts_administer_nothing_here(mine: Any, client: Make) -> None:
    other = client("cognito-identity", new_account())
    identity = mine.get_id(mine.logins("alice"))
    vouched(mine, "u1")
    for ask in (
        lambda: other.describe_identity_pool(IdentityPoolId=mine.id),
        lambda: other.set_identity_pool_roles(IdentityPoolId=mine.id, Roles={}),
        lambda: other.get_open_id_token_for_developer_identity(
            IdentityPoolId=mine.id, Logins={PROVIDER: "u1"}
        ),
        lambda: other.lookup_developer_identity(IdentityPoolId=mine.id, DeveloperUserIdentifier="u1"),
        lambda: other.list_identities(IdentityPoolId=mine.id, MaxResults=10),
        lambda: other.describe_identity(IdentityId=identity),
        lambda: other.delete_identity_pool(IdentityPoolId=mine.id),
    ):
        assert refused(ask) == "ResourceNotFoundException"
    left = other.delete_identities(IdentityIdsToDelete=[identity])["UnprocessedIdentityIds"]
    assert left == [{"IdentityId": identity, "ErrorCode": "AccessDenied"}]


@pytest.mark.parametrize("by", ["the user", "the backend"])
def test_an_identity_without_its_last_login_is_nobodys(mine: Any, by: str) -> None:
    """Its id is no secret: whoever knows it is not its guest, and does not get it by a login of their own."""
    if by == "the user":
        logins = mine.logins("alice")
        identity = mine.get_id(logins)
        mine.identity.unlink_identity(IdentityId=identity, Logins=logins, LoginsToRemove=[mine.provider])
    else:
        identity = vouched(mine, "u1")["IdentityId"]
        mine.identity.unlink_developer_identity(
            IdentityId=identity, IdentityPoolId=mine.id, DeveloperProviderName=PROVIDER, DeveloperUserIdentifier="u1"
        )  # fmt: skip
    own = mine.logins("mallory")
    more: dict[str, Any]
    for more in ({}, {"Logins": own}, {"Logins": {COGNITO: vouched(mine, "mallory")["Token"]}}):
        ask = {"IdentityId": identity, **more}
        assert (
            refused(lambda ask=ask: mine.identity.get_credentials_for_identity(**ask))
            == "NotAuthorizedException"
        )
        assert refused(lambda ask=ask: mine.identity.get_open_id_token(**ask)) == "NotAuthorizedException"
    assert mine.get_id(own) != identity
    assert (
        refused(
            lambda: mine.identity.get_open_id_token_for_developer_identity(
                IdentityPoolId=mine.id, IdentityId=identity, Logins={PROVIDER: "u2"}
            )
        )
        == "NotAuthorizedException"
    )


ENDS = ("signed out", "by an administrator", "revoked", "disabled", "deleted", "recreated")


@pytest.mark.parametrize("checked", [True, False])
@pytest.mark.parametrize("end", ENDS)
def test_where_the_user_is_asked_for_a_login_ends_with_its_session(
    federate: Make, end: str, checked: bool
) -> None:
    """The ID token holds for an hour by itself; ServerSideTokenCheck asks the user pool as well."""
    mine = federate(CognitoIdentityProviders=[])
    mine.identity.update_identity_pool(
        IdentityPoolId=mine.id, IdentityPoolName="p", AllowUnauthenticatedIdentities=False,
        CognitoIdentityProviders=[
            {"ProviderName": mine.provider, "ClientId": mine.app, "ServerSideTokenCheck": checked}
        ],
    )  # fmt: skip
    mine.user("alice")
    tokens, user = mine.tokens("alice"), {"UserPoolId": mine.user_pool, "Username": "alice"}
    logins = {mine.provider: tokens["IdToken"]}
    identity = mine.get_id(logins)
    assert mine.credentials(identity, logins)
    if end == "signed out":
        mine.idp.global_sign_out(AccessToken=tokens["AccessToken"])
    elif end == "by an administrator":
        mine.idp.admin_user_global_sign_out(**user)
    elif end == "revoked":
        mine.idp.revoke_token(ClientId=mine.app, Token=tokens["RefreshToken"])
    elif end == "disabled":
        mine.idp.admin_disable_user(**user)
    else:
        mine.idp.admin_delete_user(**user)
    if end == "recreated":
        mine.user("alice")
    if not checked:
        assert mine.credentials(identity, logins)
        return
    assert refused(lambda: mine.credentials(identity, logins)) == "NotAuthorizedException"
    assert refused(lambda: mine.get_id(logins)) == "NotAuthorizedException"


def test_a_word_of_the_backend_is_not_prolonged_by_what_it_is_exchanged_for(mine: Any) -> None:
    said = mine.identity.get_open_id_token_for_developer_identity(
        IdentityPoolId=mine.id, Logins={PROVIDER: "u1"}, TokenDuration=60
    )
    for _ in range(2):
        said = mine.identity.get_open_id_token(IdentityId=said["IdentityId"], Logins={COGNITO: said["Token"]})
        body = said["Token"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        assert claims["exp"] - claims["iat"] <= 60


def test_a_tag_is_text_whatever_its_user_has_written(mine: Any, client: Make) -> None:
    """A user sets an attribute that becomes a tag, and a policy names resources by it."""
    mine.idp.add_custom_attributes(
        UserPoolId=mine.user_pool,
        CustomAttributes=[{"Name": "team", "AttributeDataType": "String", "Mutable": True}],
    )
    arn = mine.role("tagged", tags=True)
    queues = [client("sqs").create_queue(QueueName=name)["QueueUrl"] for name in ("red", "blue")]
    statement = {
        "Effect": "Allow",
        "Action": "sqs:*",
        "Resource": "arn:aws:sqs:*:*:${aws:PrincipalTag/team}",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    mine.iam.put_role_policy(RoleName="tagged", PolicyName="p", PolicyDocument=policy)
    mine.identity.set_identity_pool_roles(IdentityPoolId=mine.id, Roles={"authenticated": arn})
    mine.identity.set_principal_tag_attribute_map(
        IdentityPoolId=mine.id, IdentityProviderName=mine.provider, PrincipalTags={"team": "custom:team"}
    )
    for team, reached in (("red", [True, False]), ("*", [False, False]), ("${aws:userid}", [False, False])):
        mine.idp.admin_update_user_attributes(
            UserPoolId=mine.user_pool, Username="alice", UserAttributes=[{"Name": "custom:team", "Value": team}]
        )  # fmt: skip
        logins = mine.logins("alice")
        sqs = mine.as_("sqs", mine.credentials(mine.get_id(logins), logins))
        found = []
        for url in queues:
            try:
                sqs.get_queue_attributes(QueueUrl=url)
                found.append(True)
            except ClientError:
                found.append(False)
        assert found == reached


@pytest.mark.parametrize("key", ["aws:team", "AWS:userid", ""])
def test_tags_that_no_session_has(mine: Any, key: str) -> None:
    given = {"IdentityPoolId": mine.id, "IdentityProviderName": mine.provider, "PrincipalTags": {key: "sub"}}
    code = refused(lambda: mine.identity.set_principal_tag_attribute_map(**given))
    assert code in ("InvalidParameterException", "ValidationException")


@pytest.mark.parametrize("kind", ["Token", "Rules"])
def test_a_role_that_was_not_given(mine: Any, kind: str) -> None:
    """A user asks for a role that neither its groups nor the rules give, or that is another account's."""
    admin, other = mine.role("admin"), "arn:aws:iam::999999999999:role/people"
    rule = {"Claim": "cognito:groups", "MatchType": "Contains", "Value": "admins", "RoleARN": admin}
    more = {"RulesConfiguration": {"Rules": [rule]}} if kind == "Rules" else {}
    mine.identity.set_identity_pool_roles(
        IdentityPoolId=mine.id,
        Roles={"authenticated": mine.people},
        RoleMappings={
            f"{mine.provider}:{mine.app}": {
                "Type": kind,
                "AmbiguousRoleResolution": "AuthenticatedRole",
                **more,
            }
        },
    )
    for name, role in (("admins", admin), ("others", other)):
        mine.idp.create_group(UserPoolId=mine.user_pool, GroupName=name, RoleArn=role)
    logins = mine.logins("mallory")
    identity = mine.get_id(logins)
    for arn in (admin, other, mine.guests, mine.people + "x"):
        assert (
            refused(lambda arn=arn: mine.credentials(identity, logins, CustomRoleArn=arn))
            == "NotAuthorizedException"
        )
    assert "/people/" in mine.as_("sts", mine.credentials(identity, logins)).get_caller_identity()["Arn"]
    mine.idp.admin_add_user_to_group(UserPoolId=mine.user_pool, Username="mallory", GroupName="others")
    logins = mine.logins("mallory")
    if kind == "Token":
        wanted = "InvalidIdentityPoolConfigurationException"
        assert refused(lambda: mine.credentials(identity, logins)) == wanted
        assert refused(lambda: mine.credentials(identity, logins, CustomRoleArn=other)) == wanted


def test_guests_that_are_no_longer_admitted(mine: Any) -> None:
    guest = mine.get_id()
    assert mine.credentials(guest)
    mine.identity.update_identity_pool(
        IdentityPoolId=mine.id, IdentityPoolName="p", AllowUnauthenticatedIdentities=False, AllowClassicFlow=True
    )  # fmt: skip
    for ask in (
        lambda: mine.credentials(guest),
        mine.get_id,
        lambda: mine.identity.get_open_id_token(IdentityId=guest),
    ):
        assert refused(ask) == "NotAuthorizedException"


def test_a_login_of_a_user_pool_that_is_gone(mine: Any) -> None:
    logins = mine.logins("alice")
    identity = mine.get_id(logins)
    mine.idp.delete_user_pool(UserPoolId=mine.user_pool)
    assert refused(lambda: mine.credentials(identity, logins)) == "NotAuthorizedException"


def test_a_login_has_one_identity_however_many_ask_at_once(mine: Any) -> None:
    logins = mine.logins("alice")
    with ThreadPoolExecutor(8) as threads:
        found = {each.result() for each in [threads.submit(mine.get_id, logins) for _ in range(8)]}
    assert len(found) == 1
