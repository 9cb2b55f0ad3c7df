"""Second factors: codes by mail and text message, authenticator apps, the choice between them, and the first set-up."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from portico.mail.mailbox import Mailbox
from portico.services.cognito_idp import totp
from portico.wire.errors import AwsError
from user_pools import PASSWORD, UserPools, claims, user_pools

SMS = {"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::111122223333:role/sms"}}
TOTP = {"SoftwareTokenMfaConfiguration": {"Enabled": True}}
ALL = {"SmsMfaConfiguration": SMS, "EmailMfaConfiguration": {}, **TOTP}
CONTACTS = {
    "email": "alice@example.com",
    "email_verified": "true",
    "phone_number": "+15551234567",
    "phone_number_verified": "true",
}


@pytest.fixture
async def pools() -> AsyncIterator[UserPools]:
    async with user_pools() as made:
        yield made


async def a_pool(pools: UserPools, mfa: str = "OPTIONAL", **factors: Any) -> tuple[str, str]:
    """A pool with these factors and a client; their ids. There is a user, alice, with address and number."""
    pool = await pools.pool()
    await pools.call("SetUserPoolMfaConfig", UserPoolId=pool, MfaConfiguration=mfa, **(factors or ALL))
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool, **CONTACTS)
    return pool, client


async def prefer(pools: UserPools, pool: str, **members: Any) -> None:
    await pools.call("AdminSetUserMFAPreference", UserPoolId=pool, Username="alice", **members)


async def code_of(pools: UserPools) -> str:
    """The code that was sent last."""
    return (await Mailbox(pools.world.store, pools.world.sealer, pools.clock).newest())[0].code


def now_code(secret: str, aside: int = 0) -> str:
    return totp.code(secret, int(time.time()) // 30 + aside)


async def with_app(pools: UserPools, client: str) -> str:
    """Set an app up for alice; its secret."""
    token = (await pools.tokens_of(client))["AccessToken"]
    secret: str = (await pools.call("AssociateSoftwareToken", AccessToken=token))["SecretCode"]
    answer = await pools.call(
        "VerifySoftwareToken", AccessToken=token, UserCode=now_code(secret, -1), FriendlyDeviceName="phone"
    )
    assert answer == {"Status": "SUCCESS"}
    return secret


@pytest.mark.parametrize(
    ("member", "challenge", "parameter", "medium", "masked"),
    [
        ("SMSMfaSettings", "SMS_MFA", "SMS_MFA_CODE", "SMS", "+*******4567"),
        ("EmailMfaSettings", "EMAIL_OTP", "EMAIL_OTP_CODE", "EMAIL", "a****@e****"),
    ],
)
async def test_a_code_is_sent_and_asked_for(
    pools: UserPools, member: str, challenge: str, parameter: str, medium: str, masked: str
) -> None:
    pool, client = await a_pool(pools)
    await prefer(pools, pool, **{member: {"Enabled": True, "PreferredMfa": True}})
    for by_srp in (False, True):
        answer = await (pools.by_srp(pool, client) if by_srp else pools.by_password(client))
        assert answer["ChallengeName"] == challenge
        assert "AuthenticationResult" not in answer
        assert answer["ChallengeParameters"] == {
            "CODE_DELIVERY_DELIVERY_MEDIUM": medium,
            "CODE_DELIVERY_DESTINATION": masked,
            "USER_ID_FOR_SRP": "alice",
        }
        responses = {"USERNAME": "alice", parameter: await code_of(pools)}
        done = await pools.respond(client, challenge, responses, answer["Session"])
        assert claims(done["AuthenticationResult"]["AccessToken"])["username"] == "alice"


async def test_an_app_is_set_up_and_asked(pools: UserPools) -> None:
    pool, client = await a_pool(pools)
    secret = await with_app(pools, client)
    assert "AuthenticationResult" in await pools.by_password(client)  # it is there, and not switched on
    token = (await pools.tokens_of(client))["AccessToken"]
    on = {"Enabled": True, "PreferredMfa": True}
    await pools.call("SetUserMFAPreference", AccessToken=token, SoftwareTokenMfaSettings=on)
    user = await pools.call("GetUser", AccessToken=token)
    assert (user["UserMFASettingList"], user["PreferredMfaSetting"]) == (
        ["SOFTWARE_TOKEN_MFA"],
        "SOFTWARE_TOKEN_MFA",
    )
    answer = await pools.by_srp(pool, client)
    assert answer["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert answer["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"] == "phone"
    responses = {"USERNAME": "alice", "SOFTWARE_TOKEN_MFA_CODE": now_code(secret)}
    done = await pools.respond(client, "SOFTWARE_TOKEN_MFA", responses, answer["Session"])
    assert done["AuthenticationResult"]["AccessToken"]


async def test_a_code_of_an_app_counts_once(pools: UserPools) -> None:
    pool, client = await a_pool(pools)
    secret = await with_app(pools, client)
    await prefer(pools, pool, SoftwareTokenMfaSettings={"Enabled": True})
    code = now_code(secret)
    responses = {"USERNAME": "alice", "SOFTWARE_TOKEN_MFA_CODE": code}
    first = await pools.by_password(client)
    assert await pools.respond(client, "SOFTWARE_TOKEN_MFA", responses, first["Session"])
    again = await pools.by_password(client)
    request = {"ClientId": client, "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": again["Session"]}
    words = await pools.refused(
        "ExpiredCodeException", "RespondToAuthChallenge", **request, ChallengeResponses=responses
    )
    assert words == "Your software token has already been used once."


async def test_a_user_with_several_factors_chooses(pools: UserPools) -> None:
    pool, client = await a_pool(pools)
    secret = await with_app(pools, client)
    on = {"Enabled": True}
    await prefer(pools, pool, SMSMfaSettings=on, SoftwareTokenMfaSettings=on, EmailMfaSettings=on)
    for chosen, challenge in (("SOFTWARE_TOKEN_MFA",) * 2, ("EMAIL_MFA", "EMAIL_OTP"), ("SMS_MFA",) * 2):
        answer = await pools.by_password(client)
        assert answer["ChallengeName"] == "SELECT_MFA_TYPE"
        offered = json.loads(answer["ChallengeParameters"]["MFAS_CAN_CHOOSE"])
        assert offered == ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]
        responses = {"USERNAME": "alice", "ANSWER": chosen}
        answer = await pools.respond(client, "SELECT_MFA_TYPE", responses, answer["Session"])
        assert answer["ChallengeName"] == challenge
        code = now_code(secret) if challenge == "SOFTWARE_TOKEN_MFA" else await code_of(pools)
        responses = {"USERNAME": "alice", f"{challenge}_CODE": code}
        assert (await pools.respond(client, challenge, responses, answer["Session"]))["AuthenticationResult"]


async def test_a_factor_that_is_required_is_set_up_at_the_first_sign_in(pools: UserPools) -> None:
    pool, client = await a_pool(pools, "ON", **TOTP)
    answer = await pools.by_password(client)
    assert answer["ChallengeName"] == "MFA_SETUP"
    assert json.loads(answer["ChallengeParameters"]["MFAS_CAN_SETUP"]) == ["SOFTWARE_TOKEN_MFA"]
    begun = await pools.call("AssociateSoftwareToken", Session=answer["Session"])
    request = {"ClientId": client, "ChallengeName": "MFA_SETUP", "ChallengeResponses": {"USERNAME": "alice"}}
    for session in (answer["Session"], begun["Session"]):
        await pools.refused("NotAuthorizedException", "RespondToAuthChallenge", **request, Session=session)
    code = now_code(begun["SecretCode"], -1)
    await pools.refused(
        "EnableSoftwareTokenMFAException", "VerifySoftwareToken", Session=begun["Session"], UserCode="000000"
    )
    verified = await pools.call("VerifySoftwareToken", Session=begun["Session"], UserCode=code)
    assert verified["Status"] == "SUCCESS"
    done = await pools.respond(client, "MFA_SETUP", {"USERNAME": "alice"}, verified["Session"])
    token = done["AuthenticationResult"]["AccessToken"]
    assert (await pools.call("GetUser", AccessToken=token))["PreferredMfaSetting"] == "SOFTWARE_TOKEN_MFA"
    await pools.refused(
        "NotAuthorizedException", "RespondToAuthChallenge", **request, Session=verified["Session"]
    )
    assert (await pools.by_srp(pool, client))["ChallengeName"] == "SOFTWARE_TOKEN_MFA"


async def test_where_one_is_required_a_number_is_enough(pools: UserPools) -> None:
    _, client = await a_pool(pools, "ON", SmsMfaConfiguration=SMS)
    assert (await pools.by_password(client))["ChallengeName"] == "SMS_MFA"


async def test_a_code_shows_that_the_number_is_the_users(pools: UserPools) -> None:
    pool, client = await a_pool(pools, "ON", SmsMfaConfiguration=SMS)
    unverified = [{"Name": "phone_number_verified", "Value": "false"}]
    await pools.call(
        "AdminUpdateUserAttributes", UserPoolId=pool, Username="alice", UserAttributes=unverified
    )
    answer = await pools.by_password(client)
    responses = {"USERNAME": "alice", "SMS_MFA_CODE": await code_of(pools)}
    done = await pools.respond(client, "SMS_MFA", responses, answer["Session"])
    assert await pools.call("GetUser", AccessToken=done["AuthenticationResult"]["AccessToken"])
    user = await pools.call("AdminGetUser", UserPoolId=pool, Username="alice")
    assert {"Name": "phone_number_verified", "Value": "true"} in user["UserAttributes"]


async def test_switched_off_for_the_pool_nobody_is_asked(pools: UserPools) -> None:
    pool, client = await a_pool(pools)
    await prefer(pools, pool, SMSMfaSettings={"Enabled": True})
    await pools.call("SetUserPoolMfaConfig", UserPoolId=pool, MfaConfiguration="OFF")
    assert "AuthenticationResult" in await pools.by_password(client)


@pytest.mark.parametrize(
    "given",
    [
        "000000",
        "",
        "12345",
        "1234567",
        "abcdef",
        "another user's",
        "the one before",
        "late",
        "another session's",
    ],
)
async def test_codes_that_are_not_taken(pools: UserPools, given: str) -> None:
    pool, client = await a_pool(pools)
    await prefer(pools, pool, SMSMfaSettings={"Enabled": True})
    await pools.user(pool, "bob", **{**CONTACTS, "phone_number": "+15557654321"})
    await pools.call(
        "AdminSetUserMFAPreference", UserPoolId=pool, Username="bob", SMSMfaSettings={"Enabled": True}
    )
    before = await pools.by_password(client)
    old = await code_of(pools)
    answer = await pools.by_password(client)
    right, code = await code_of(pools), "CodeMismatchException"
    match given:
        case "":
            code = "InvalidParameterException"
        case "000000":
            given = "000001" if right == "000000" else given
        case "another user's":
            await pools.by_password(client, "bob")
            given = await code_of(pools)
        case "the one before":
            given = old
        case "another session's":
            given, answer = right, before
        case "late":
            pools.clock.advance(181)
            given, code = right, "NotAuthorizedException"
    responses = {"USERNAME": "alice", "SMS_MFA_CODE": given}
    request = {"ClientId": client, "ChallengeName": "SMS_MFA", "Session": answer["Session"]}
    if old == right and given == old:
        pytest.skip("twice the same code, by chance")
    await pools.refused(code, "RespondToAuthChallenge", **request, ChallengeResponses=responses)


@pytest.mark.parametrize("factor", ["SMS_MFA", "SOFTWARE_TOKEN_MFA"])
async def test_codes_are_guessed_five_times_in_a_session_and_then_slowly(
    pools: UserPools, factor: str
) -> None:
    pool, client = await a_pool(pools)
    secret = await with_app(pools, client)
    on = {"Enabled": True, "PreferredMfa": True}
    await prefer(pools, pool, **{{"SMS_MFA": "SMSMfaSettings"}.get(factor, "SoftwareTokenMfaSettings"): on})
    answer = await pools.by_password(client)
    right = await code_of(pools) if factor == "SMS_MFA" else now_code(secret)
    wrong = f"{(int(right) + 500_000) % 1_000_000:06d}"
    request = {"ClientId": client, "ChallengeName": factor, "Session": answer["Session"]}

    async def given(code: str, **changed: Any) -> tuple[str, str]:
        responses = {"USERNAME": "alice", f"{factor}_CODE": code}
        with pytest.raises(AwsError) as caught:
            await pools.call("RespondToAuthChallenge", **{**request, **changed}, ChallengeResponses=responses)
        return caught.value.code, caught.value.message or ""

    for _ in range(5):
        assert (await given(wrong))[0] == "CodeMismatchException"
    assert (await given(right))[0] == "LimitExceededException"
    pools.clock.advance(2)
    assert await given(right) == ("NotAuthorizedException", "Invalid session for the user.")
    fresh = (await pools.by_password(client))["Session"]
    assert (await given(wrong, Session=fresh))[0] == "CodeMismatchException"
    assert (await given(wrong, Session=fresh))[0] == "LimitExceededException"


_ON, _FIRST = {"Enabled": True}, {"Enabled": True, "PreferredMfa": True}
_INVALID = "InvalidParameterException"
PREFERENCE_CASES: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "an app that is not there",
        {"SoftwareTokenMfaSettings": _ON},
        _INVALID,
        "User has not verified software token mfa",
    ),
    ("preferred and off", {"SMSMfaSettings": {"PreferredMfa": True}}, _INVALID, "SMS_MFA can't be preferred"),
    ("two preferred", {"SMSMfaSettings": _FIRST, "EmailMfaSettings": _FIRST}, _INVALID, "Only one factor"),
    ("passkeys", {"WebAuthnMfaSettings": _ON}, "NotImplemented", ""),
]


@pytest.mark.parametrize(
    ("_case", "given", "code", "words"), PREFERENCE_CASES, ids=[each[0] for each in PREFERENCE_CASES]
)
async def test_preferences_that_can_not_be(
    pools: UserPools, _case: str, given: dict[str, Any], code: str, words: str
) -> None:
    pool, client = await a_pool(pools)
    token = (await pools.tokens_of(client))["AccessToken"]
    assert words in await pools.refused(code, "SetUserMFAPreference", AccessToken=token, **given)
    assert words in await pools.refused(
        code, "AdminSetUserMFAPreference", UserPoolId=pool, Username="alice", **given
    )
    assert "UserMFASettingList" not in await pools.call("GetUser", AccessToken=token)


async def test_a_factor_needs_an_address_or_a_number(pools: UserPools) -> None:
    pool, client = await a_pool(pools)
    await pools.user(pool, "bare")
    token = (await pools.tokens_of(client, "bare"))["AccessToken"]
    for member in ("SMSMfaSettings", "EmailMfaSettings"):
        words = await pools.refused(
            "InvalidParameterException",
            "SetUserMFAPreference",
            AccessToken=token,
            **{member: {"Enabled": True}},
        )
        assert words.startswith("User does not have delivery config set to turn on ")
    options = [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
    await pools.refused("InvalidParameterException", "SetUserSettings", AccessToken=token, MFAOptions=options)


async def test_preferences_are_switched_one_by_one(pools: UserPools) -> None:
    pool, _ = await a_pool(pools)
    on, off, first = {"Enabled": True}, {"Enabled": False}, {"Enabled": True, "PreferredMfa": True}
    steps: list[tuple[dict[str, Any], list[str] | None, str | None]] = [
        ({"SMSMfaSettings": first}, ["SMS_MFA"], "SMS_MFA"),
        ({"EmailMfaSettings": on}, ["SMS_MFA", "EMAIL_OTP"], "SMS_MFA"),
        ({"EmailMfaSettings": first}, ["SMS_MFA", "EMAIL_OTP"], "EMAIL_OTP"),
        ({"SMSMfaSettings": off}, ["EMAIL_OTP"], "EMAIL_OTP"),
        ({"EmailMfaSettings": on}, ["EMAIL_OTP"], None),
        ({"EmailMfaSettings": off}, None, None),
    ]
    for given, listed, preferred in steps:
        await prefer(pools, pool, **given)
        user = await pools.call("AdminGetUser", UserPoolId=pool, Username="alice")
        assert (user.get("UserMFASettingList"), user.get("PreferredMfaSetting")) == (listed, preferred)


async def test_the_old_settings_ask_for_a_code_too(pools: UserPools) -> None:
    pool, client = await a_pool(pools)
    token = (await pools.tokens_of(client))["AccessToken"]
    options = [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
    await pools.call("SetUserSettings", AccessToken=token, MFAOptions=options)
    assert (await pools.by_password(client))["ChallengeName"] == "SMS_MFA"
    assert (await pools.call("GetUser", AccessToken=token))["MFAOptions"] == options
    mail = [{"DeliveryMedium": "EMAIL", "AttributeName": "email"}]
    await pools.refused(
        "InvalidParameterException",
        "AdminSetUserSettings",
        UserPoolId=pool,
        Username="alice",
        MFAOptions=mail,
    )
    await pools.call("AdminSetUserSettings", UserPoolId=pool, Username="alice", MFAOptions=[])
    assert "AuthenticationResult" in await pools.by_password(client)


@pytest.mark.parametrize(
    "case",
    ["neither", "both", "nothing to verify", "wrong code", "no such factor", "another session", "tampered"],
)
async def test_apps_that_are_not_set_up(pools: UserPools, case: str) -> None:
    factors = {"SmsMfaConfiguration": SMS} if case == "no such factor" else ALL
    pool, client = await a_pool(pools, **factors)
    token = (await pools.tokens_of(client))["AccessToken"]
    await prefer(pools, pool, SMSMfaSettings={"Enabled": True})
    session = (await pools.by_password(client))["Session"]
    match case:
        case "neither":
            await pools.refused("InvalidParameterException", "AssociateSoftwareToken")
        case "both":
            await pools.refused(
                "InvalidParameterException", "AssociateSoftwareToken", AccessToken=token, Session=session
            )
        case "nothing to verify":
            await pools.refused(
                "InvalidParameterException", "VerifySoftwareToken", AccessToken=token, UserCode="123456"
            )
        case "wrong code":
            await pools.call("AssociateSoftwareToken", AccessToken=token)
            for _ in range(5):
                await pools.refused(
                    "EnableSoftwareTokenMFAException",
                    "VerifySoftwareToken",
                    AccessToken=token,
                    UserCode="12345x",
                )
            await pools.refused(
                "LimitExceededException", "VerifySoftwareToken", AccessToken=token, UserCode="12345x"
            )
        case "no such factor":
            await pools.refused(
                "SoftwareTokenMFANotFoundException", "AssociateSoftwareToken", AccessToken=token
            )
        case "another session":
            await pools.refused("NotAuthorizedException", "AssociateSoftwareToken", Session=session)
        case "tampered":
            await pools.refused("NotAuthorizedException", "AssociateSoftwareToken", Session=session[:-8])
    user = await pools.call("GetUserAuthFactors", AccessToken=token)
    assert "SOFTWARE_TOKEN" not in user["ConfiguredUserAuthFactors"]


async def test_what_a_user_can_sign_in_with(pools: UserPools) -> None:
    _, client = await a_pool(pools)
    await with_app(pools, client)
    token = (await pools.tokens_of(client))["AccessToken"]
    assert await pools.call("GetUserAuthFactors", AccessToken=token) == {
        "Username": "alice",
        "ConfiguredUserAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "SOFTWARE_TOKEN"],
    }


async def test_passwords_are_checked_before_a_code_is_sent(pools: UserPools) -> None:
    pool, client = await a_pool(pools)
    await prefer(pools, pool, SMSMfaSettings={"Enabled": True})
    given = {"USERNAME": "alice", "PASSWORD": PASSWORD + "!"}
    await pools.refused(
        "NotAuthorizedException",
        "InitiateAuth",
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=client,
        AuthParameters=given,
    )
    assert await Mailbox(pools.world.store, pools.world.sealer, pools.clock).newest() == []


async def test_an_address_is_set_up_at_the_first_sign_in(pools: UserPools) -> None:
    pool = await pools.pool()
    await pools.call("SetUserPoolMfaConfig", UserPoolId=pool, MfaConfiguration="ON", EmailMfaConfiguration={})
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool)
    answer = await pools.by_password(client)
    assert json.loads(answer["ChallengeParameters"]["MFAS_CAN_SETUP"]) == ["EMAIL_OTP"]
    request = {"ClientId": client, "ChallengeName": "MFA_SETUP", "Session": answer["Session"]}
    for given, code in (({}, "NotAuthorizedException"), ({"EMAIL": "nowhere"}, "InvalidParameterException")):
        responses = {"USERNAME": "alice", **given}
        await pools.refused(code, "RespondToAuthChallenge", **request, ChallengeResponses=responses)
    responses = {"USERNAME": "alice", "EMAIL": "al@example.com"}
    asked = await pools.respond(client, "MFA_SETUP", responses, answer["Session"])
    assert (asked["ChallengeName"], asked["ChallengeParameters"]["CODE_DELIVERY_DELIVERY_MEDIUM"]) == (
        "EMAIL_OTP",
        "EMAIL",
    )
    responses = {"USERNAME": "alice", "EMAIL_OTP_CODE": await code_of(pools)}
    done = await pools.respond(client, "EMAIL_OTP", responses, asked["Session"])
    token = claims(done["AuthenticationResult"]["IdToken"])
    assert token["email"] == "al@example.com"
    user = await pools.call("AdminGetUser", UserPoolId=pool, Username="alice")
    assert {"Name": "email_verified", "Value": "true"} in user["UserAttributes"]


async def test_who_has_an_address_does_not_get_another_by_setting_it_up(pools: UserPools) -> None:
    pool, client = await a_pool(pools, "ON", **TOTP)
    factors = {"EmailMfaConfiguration": {}, **TOTP}
    answer = await pools.by_password(client)
    await pools.call("SetUserPoolMfaConfig", UserPoolId=pool, MfaConfiguration="ON", **factors)
    request = {"ClientId": client, "ChallengeName": "MFA_SETUP", "Session": answer["Session"]}
    responses = {"USERNAME": "alice", "EMAIL": "mallory@example.com"}
    await pools.refused(
        "NotAuthorizedException", "RespondToAuthChallenge", **request, ChallengeResponses=responses
    )
