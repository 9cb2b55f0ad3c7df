"""USER_AUTH: a user chooses how to sign in."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from portico.mail.mailbox import Mailbox
from srp_client import Client as SrpClient
from user_pools import PASSWORD, UserPools, claims, user_pools

CONTACTS = {
    "email": "alice@example.com",
    "email_verified": "true",
    "phone_number": "+15551234567",
    "phone_number_verified": "true",
}
EVERY = ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]


@pytest.fixture
async def pools() -> AsyncIterator[UserPools]:
    async with user_pools() as made:
        yield made


async def a_pool(
    pools: UserPools, allowed: list[str] = EVERY, hides: str = "LEGACY", **more: Any
) -> tuple[str, str]:
    """A pool with these first factors and a client; there is a user, alice."""
    policies = {"SignInPolicy": {"AllowedFirstAuthFactors": allowed}}
    pool = await pools.pool(Policies=policies, **more)
    client = (await pools.client(pool, PreventUserExistenceErrors=hides))["ClientId"]
    await pools.user(pool, **CONTACTS)
    return pool, client


async def begin(pools: UserPools, client: str, name: str = "alice", **given: str) -> dict[str, Any]:
    answer: dict[str, Any] = await pools.call(
        "InitiateAuth", AuthFlow="USER_AUTH", ClientId=client, AuthParameters={"USERNAME": name, **given}
    )
    return answer


async def code_of(pools: UserPools) -> str:
    return (await Mailbox(pools.world.store, pools.world.sealer, pools.clock).newest())[0].code


def is_signed_in(answer: dict[str, Any]) -> bool:
    return bool(claims(answer["AuthenticationResult"]["AccessToken"])["username"] == "alice")


@pytest.mark.parametrize(
    ("allowed", "offered"),
    [
        (["PASSWORD"], ["PASSWORD", "PASSWORD_SRP"]),
        (EVERY, ["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP"]),
        (["PASSWORD", "SMS_OTP"], ["PASSWORD", "PASSWORD_SRP", "SMS_OTP"]),
        (["PASSWORD", "WEB_AUTHN"], ["PASSWORD", "PASSWORD_SRP"]),
    ],
)
async def test_what_is_offered(pools: UserPools, allowed: list[str], offered: list[str]) -> None:
    _, client = await a_pool(pools, allowed)
    answer = await begin(pools, client)
    assert (answer["ChallengeName"], answer["AvailableChallenges"]) == ("SELECT_CHALLENGE", offered)
    unavailable = await begin(pools, client, PREFERRED_CHALLENGE="SOFTWARE_TOKEN_MFA")
    assert (unavailable["ChallengeName"], unavailable["AvailableChallenges"]) == ("SELECT_CHALLENGE", offered)


async def test_a_user_is_offered_what_it_has(pools: UserPools) -> None:
    pool, client = await a_pool(pools)
    await pools.user(pool, "bare")
    assert (await begin(pools, client, "bare"))["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]
    await pools.user(pool, "nopass", password="", email="n@example.com", email_verified="true")
    await pools.call(
        "AdminSetUserPassword", UserPoolId=pool, Username="nopass", Password=PASSWORD, Permanent=True
    )
    assert "EMAIL_OTP" in (await begin(pools, client, "nopass"))["AvailableChallenges"]


@pytest.mark.parametrize("factor", ["EMAIL_OTP", "SMS_OTP"])
@pytest.mark.parametrize("preferred", [True, False])
async def test_signing_in_with_a_code(pools: UserPools, factor: str, preferred: bool) -> None:
    _, client = await a_pool(pools)
    if preferred:
        answer = await begin(pools, client, PREFERRED_CHALLENGE=factor)
    else:
        answer = await begin(pools, client)
        choice = {"USERNAME": "alice", "ANSWER": factor}
        answer = await pools.respond(client, "SELECT_CHALLENGE", choice, answer["Session"])
    assert answer["ChallengeName"] == factor
    assert answer["ChallengeParameters"]["CODE_DELIVERY_DELIVERY_MEDIUM"] == factor.removesuffix("_OTP")
    responses = {"USERNAME": "alice", f"{factor}_CODE": await code_of(pools)}
    assert is_signed_in(await pools.respond(client, factor, responses, answer["Session"]))


async def test_signing_in_with_the_password_in_every_way(pools: UserPools) -> None:
    pool, client = await a_pool(pools)
    group = pool.partition("_")[2]
    assert is_signed_in(await begin(pools, client, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD))

    asked = await begin(pools, client, PREFERRED_CHALLENGE="PASSWORD")
    assert asked["ChallengeName"] == "PASSWORD"
    given = {"USERNAME": "alice", "PASSWORD": PASSWORD}
    assert is_signed_in(await pools.respond(client, "PASSWORD", given, asked["Session"]))

    session = (await begin(pools, client))["Session"]
    assert is_signed_in(
        await pools.respond(client, "SELECT_CHALLENGE", {**given, "ANSWER": "PASSWORD"}, session)
    )

    srp = SrpClient(group, PASSWORD)
    for answer in (
        await begin(pools, client, PREFERRED_CHALLENGE="PASSWORD_SRP", SRP_A=srp.a),
        await pools.respond(
            client,
            "SELECT_CHALLENGE",
            {"USERNAME": "alice", "ANSWER": "PASSWORD_SRP", "SRP_A": srp.a},
            (await begin(pools, client))["Session"],
        ),
        await pools.respond(
            client,
            "PASSWORD_SRP",
            {"USERNAME": "alice", "SRP_A": srp.a},
            (await begin(pools, client, PREFERRED_CHALLENGE="PASSWORD_SRP"))["Session"],
        ),
    ):
        assert answer["ChallengeName"] == "PASSWORD_VERIFIER"
        proof = srp.proof(answer["ChallengeParameters"])
        assert is_signed_in(await pools.respond(client, "PASSWORD_VERIFIER", proof, answer["Session"]))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": "wrong"}, "NotAuthorizedException"),
        ({"PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": "0"}, "InvalidParameterException"),
        ({"PREFERRED_CHALLENGE": "WEB_AUTHN"}, "NotImplemented"),
        ({"USERNAME": "nobody"}, "UserNotFoundException"),
        ({"USERNAME": ""}, "InvalidParameterException"),
    ],
)
async def test_beginnings_that_lead_nowhere(pools: UserPools, given: dict[str, str], code: str) -> None:
    _, client = await a_pool(pools)
    asked = {"USERNAME": "alice", **given}
    await pools.refused(code, "InitiateAuth", AuthFlow="USER_AUTH", ClientId=client, AuthParameters=asked)


@pytest.mark.parametrize(
    ("challenge", "given", "code"),
    [
        ("SELECT_CHALLENGE", {}, "InvalidParameterException"),
        ("SELECT_CHALLENGE", {"ANSWER": "NOTHING"}, "InvalidParameterException"),
        ("SELECT_CHALLENGE", {"ANSWER": "WEB_AUTHN"}, "NotImplemented"),
        ("SELECT_CHALLENGE", {"ANSWER": "PASSWORD", "PASSWORD": "wrong"}, "NotAuthorizedException"),
        ("SELECT_CHALLENGE", {"ANSWER": "PASSWORD_SRP", "SRP_A": "x"}, "InvalidParameterException"),
        ("SELECT_CHALLENGE", {"ANSWER": "EMAIL_OTP", "USERNAME": "bob"}, "NotAuthorizedException"),
        ("PASSWORD", {"PASSWORD": PASSWORD}, "NotAuthorizedException"),
        ("EMAIL_OTP", {"EMAIL_OTP_CODE": "123456"}, "NotAuthorizedException"),
        ("SMS_OTP", {"SMS_OTP_CODE": ""}, "NotAuthorizedException"),
    ],
)
async def test_answers_that_lead_nowhere(
    pools: UserPools, challenge: str, given: dict[str, str], code: str
) -> None:
    _, client = await a_pool(pools)
    request = {
        "ClientId": client,
        "ChallengeName": challenge,
        "ChallengeResponses": {"USERNAME": "alice", **given},
    }
    session = (await begin(pools, client))["Session"]
    await pools.refused(code, "RespondToAuthChallenge", **request, Session=session)


async def test_a_choice_is_made_once(pools: UserPools) -> None:
    _, client = await a_pool(pools)
    session = (await begin(pools, client))["Session"]
    choice = {"USERNAME": "alice", "ANSWER": "EMAIL_OTP"}
    await pools.respond(client, "SELECT_CHALLENGE", choice, session)
    request = {
        "ClientId": client,
        "ChallengeName": "SELECT_CHALLENGE",
        "Session": session,
        "ChallengeResponses": choice,
    }
    await pools.refused("NotAuthorizedException", "RespondToAuthChallenge", **request)


async def test_a_code_alone_is_not_enough_where_a_second_factor_is_set(pools: UserPools) -> None:
    pool, client = await a_pool(pools)
    sms = {"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::111122223333:role/sms"}}
    await pools.call(
        "SetUserPoolMfaConfig", UserPoolId=pool, MfaConfiguration="OPTIONAL", SmsMfaConfiguration=sms
    )
    assert "EMAIL_OTP" in (await begin(pools, client))["AvailableChallenges"]
    waiting = await begin(pools, client, PREFERRED_CHALLENGE="EMAIL_OTP")
    code = await code_of(pools)
    await pools.call(
        "AdminSetUserMFAPreference", UserPoolId=pool, Username="alice", SMSMfaSettings={"Enabled": True}
    )
    assert (await begin(pools, client))["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]
    given = {"USERNAME": "alice", "EMAIL_OTP_CODE": code}
    answer = await pools.respond(client, "EMAIL_OTP", given, waiting["Session"])
    assert answer["ChallengeName"] == "SMS_MFA"


async def test_nobody_is_offered_and_asked_the_same(pools: UserPools) -> None:
    _, client = await a_pool(pools, hides="ENABLED")
    seen = []
    for name in ("alice", "nobody"):
        offered = await begin(pools, client, name)
        sent = await begin(pools, client, name, PREFERRED_CHALLENGE="EMAIL_OTP")
        request = {"ClientId": client, "Session": sent["Session"], "ChallengeName": "EMAIL_OTP"}
        responses = {"USERNAME": name, "EMAIL_OTP_CODE": "12345x"}
        words = await pools.refused(
            "CodeMismatchException", "RespondToAuthChallenge", **request, ChallengeResponses=responses
        )
        asked = await begin(pools, client, name, PREFERRED_CHALLENGE="PASSWORD")
        wrong = {"USERNAME": name, "PASSWORD": "wrong"}
        request = {"ClientId": client, "Session": asked["Session"], "ChallengeName": "PASSWORD"}
        said = await pools.refused(
            "NotAuthorizedException", "RespondToAuthChallenge", **request, ChallengeResponses=wrong
        )
        seen.append(
            (
                offered["AvailableChallenges"],
                len(offered["Session"]),
                set(sent["ChallengeParameters"]),
                len(sent["Session"]),
                words,
                said,
            )
        )
    assert seen[0] == seen[1]


async def test_the_choice_is_not_in_the_plan_lite(pools: UserPools) -> None:
    pool = await pools.pool(UserPoolTier="LITE")
    asked = {"ClientName": "c", "ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}
    await pools.refused("FeatureUnavailableInTierException", "CreateUserPoolClient", UserPoolId=pool, **asked)


async def test_who_has_just_signed_up_signs_in_with_the_session_of_that(pools: UserPools) -> None:
    pool = await pools.pool(AutoVerifiedAttributes=["email"])
    client = (await pools.client(pool))["ClientId"]
    other = (await pools.client(pool))["ClientId"]
    email = [{"Name": "email", "Value": "new@example.com"}]
    await pools.call("SignUp", ClientId=client, Username="alice", Password=PASSWORD, UserAttributes=email)
    await pools.user(pool, "bob")
    confirmation = {"ClientId": client, "Username": "alice", "ConfirmationCode": await code_of(pools)}
    session = (await pools.call("ConfirmSignUp", **confirmation))["Session"]
    asked = {
        "AuthFlow": "USER_AUTH",
        "ClientId": client,
        "Session": session,
        "AuthParameters": {"USERNAME": "alice"},
    }
    for changed in (
        {"ClientId": other},
        {"AuthParameters": {"USERNAME": "bob"}},
        {"Session": session[:-8]},
        {"Session": (await begin(pools, client))["Session"]},
    ):
        await pools.refused("NotAuthorizedException", "InitiateAuth", **{**asked, **changed})
    srp = {"AuthFlow": "USER_SRP_AUTH", "AuthParameters": {"USERNAME": "alice", "SRP_A": "02"}}
    await pools.refused("InvalidParameterException", "InitiateAuth", **{**asked, **srp})
    assert is_signed_in(await pools.call("InitiateAuth", **asked))
    await pools.refused("NotAuthorizedException", "InitiateAuth", **asked)
