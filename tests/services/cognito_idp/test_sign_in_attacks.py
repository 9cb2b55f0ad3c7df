"""Attacks on signing in, against the running server: sessions and tokens that outlive what they were given for."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cognito_answers import (
    FACTORS,
    PASSWORD,
    Mailbox,
    Pool,
    app_code,
    asked_by_mail,
    listed,
    outcome,
    respond,
)

MakePool = Callable[..., Pool]
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


# Sessions


@pytest.mark.parametrize("by", ["an administrator", "the user", "a code"])
def test_a_sign_in_does_not_outlive_the_password_that_began_it(
    pool: Pool, mailbox: Mailbox, account: str, by: str
) -> None:
    """Who knew the old password and waits at the second factor is not let on with it."""
    address, api = f"ada-{account}@example.com", pool.api
    pool.user("ada", email=address, email_verified="true")
    token = pool.token()
    api.set_user_pool_mfa_config(UserPoolId=pool.id, MfaConfiguration="OPTIONAL", **FACTORS)
    api.admin_set_user_mfa_preference(
        UserPoolId=pool.id, Username="ada", EmailMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    waiting = pool.sign_in()
    code = mailbox.code(address)
    if by == "an administrator":
        api.admin_set_user_password(UserPoolId=pool.id, Username="ada", Password="N3w!word", Permanent=True)
    elif by == "the user":
        api.change_password(AccessToken=token, PreviousPassword=PASSWORD, ProposedPassword="N3w!word")
    else:
        api.forgot_password(ClientId=pool.client_id, Username="ada")
        api.confirm_forgot_password(
            ClientId=pool.client_id,
            Username="ada",
            ConfirmationCode=mailbox.code(address),
            Password="N3w!word",
        )
    assert outcome(lambda: respond(pool, waiting, EMAIL_OTP_CODE=code)) == "NotAuthorizedException"
    again = pool.sign_in(password="N3w!word")
    assert respond(pool, again, EMAIL_OTP_CODE=mailbox.code(address))["AuthenticationResult"]


@pytest.mark.parametrize("change", ["disabled", "deleted", "recreated", "reset"])
def test_a_sign_in_does_not_outlive_its_user(pool: Pool, mailbox: Mailbox, account: str, change: str) -> None:
    address, api, user = f"ada-{account}@example.com", pool.api, {"UserPoolId": pool.id, "Username": "ada"}
    asked_by_mail(pool, address)
    waiting = pool.sign_in()
    code = mailbox.code(address)
    if change == "disabled":
        api.admin_disable_user(**user)
    elif change == "reset":
        api.admin_reset_user_password(**user)
    else:
        api.admin_delete_user(**user)
    if change == "recreated":
        asked_by_mail(pool, address)
    wanted = "PasswordResetRequiredException" if change == "reset" else "NotAuthorizedException"
    assert outcome(lambda: respond(pool, waiting, EMAIL_OTP_CODE=code)) == wanted


def test_an_answer_counts_once_however_many_bring_it_at_once(
    pool: Pool, mailbox: Mailbox, account: str
) -> None:
    address = f"ada-{account}@example.com"
    asked_by_mail(pool, address)
    waiting = pool.sign_in()
    code = mailbox.code(address)
    with ThreadPoolExecutor(8) as threads:
        tries = [
            threads.submit(outcome, lambda: respond(pool, waiting, EMAIL_OTP_CODE=code)) for _ in range(8)
        ]
        codes = sorted(each.result() for each in tries)
    assert codes == ["", *["NotAuthorizedException"] * 7]


def test_a_new_password_is_set_once_however_many_bring_one_at_once(pool: Pool) -> None:
    pool.api.admin_create_user(
        UserPoolId=pool.id, Username="ada", MessageAction="SUPPRESS", TemporaryPassword=PASSWORD
    )
    waiting = pool.sign_in()
    words = [f"N3w!word{n}" for n in range(6)]
    with ThreadPoolExecutor(6) as threads:
        tries = [
            threads.submit(outcome, lambda word=word: respond(pool, waiting, NEW_PASSWORD=word))
            for word in words
        ]
        codes = [each.result() for each in tries]
    assert sorted(codes) == ["", *["NotAuthorizedException"] * 5]
    assert pool.sign_in(password=words[codes.index("")])["AuthenticationResult"]


def test_sessions_are_of_one_user_client_and_challenge(
    make_pool: MakePool, mailbox: Mailbox, account: str
) -> None:
    pool, other = make_pool(), make_pool()
    address = f"ada-{account}@example.com"
    asked_by_mail(pool, address)
    asked_by_mail(other, address)
    pool.user("eve", email=f"eve-{account}@example.com", email_verified="true")
    second = pool.client()
    waiting = pool.sign_in()
    code = mailbox.code(address)
    forced = pool.api.admin_create_user(
        UserPoolId=pool.id, Username="new", MessageAction="SUPPRESS", TemporaryPassword=PASSWORD
    )
    assert forced["User"]["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    at_password = pool.sign_in("new")

    def as_(answer: dict[str, Any], challenge: str) -> dict[str, Any]:
        return {**answer, "ChallengeName": challenge}

    attempts: list[Callable[[], Any]] = [
        lambda: respond(pool, waiting, name="eve", EMAIL_OTP_CODE=code),
        lambda: respond(pool, waiting, second, EMAIL_OTP_CODE=code),
        lambda: respond(other, waiting, EMAIL_OTP_CODE=code),
        lambda: respond(pool, as_(waiting, "NEW_PASSWORD_REQUIRED"), NEW_PASSWORD="N3w!word"),
        lambda: respond(pool, as_(waiting, "MFA_SETUP")),
        lambda: respond(pool, as_(waiting, "SELECT_MFA_TYPE"), ANSWER="EMAIL_MFA"),
        lambda: respond(pool, as_(waiting, "SOFTWARE_TOKEN_MFA"), SOFTWARE_TOKEN_MFA_CODE=code),
        lambda: respond(pool, as_(waiting, "SMS_MFA"), SMS_MFA_CODE=code),
        lambda: respond(pool, as_(waiting, "PASSWORD"), PASSWORD=PASSWORD),
        lambda: respond(pool, as_(waiting, "SELECT_CHALLENGE"), ANSWER="PASSWORD", PASSWORD=PASSWORD),
        lambda: respond(pool, as_(waiting, "CUSTOM_CHALLENGE"), ANSWER=code),
        lambda: respond(pool, as_(waiting, "DEVICE_SRP_AUTH"), SRP_A="5", DEVICE_KEY="us-east-1_a"),
        lambda: respond(pool, at_password, name="ada", NEW_PASSWORD="N3w!word"),
        lambda: respond(pool, at_password, name="eve", NEW_PASSWORD="N3w!word"),
        lambda: pool.api.associate_software_token(Session=waiting["Session"]),
        lambda: pool.api.associate_software_token(Session=at_password["Session"]),
        lambda: pool.api.verify_software_token(Session=waiting["Session"], UserCode="000000"),
    ]
    assert [outcome(attempt) for attempt in attempts] == ["NotAuthorizedException"] * len(attempts)
    assert respond(pool, waiting, EMAIL_OTP_CODE=code)["AuthenticationResult"]


@pytest.mark.parametrize("way", ["an app", "an address"])
def test_the_first_factor_is_set_up_by_one_sign_in_only(pool: Pool, account: str, way: str) -> None:
    """Who knew the password and was asked to set a factor up can't replace the one that the user has set up meanwhile."""
    api = pool.api
    api.set_user_pool_mfa_config(UserPoolId=pool.id, MfaConfiguration="ON", **FACTORS)
    pool.user("ada")
    thief = pool.sign_in()
    begun = api.associate_software_token(Session=thief["Session"])
    owner = pool.sign_in()
    assert owner["ChallengeName"] == thief["ChallengeName"] == "MFA_SETUP"
    own = api.associate_software_token(Session=owner["Session"])
    done = api.verify_software_token(Session=own["Session"], UserCode=app_code(own["SecretCode"]))
    assert respond(pool, {**owner, "Session": done["Session"]})["AuthenticationResult"]
    if way == "an address":
        address = f"eve-{account}@example.com"
        assert outcome(lambda: respond(pool, thief, EMAIL=address)) == "NotAuthorizedException"
        assert "email" not in pool.attributes()
        return
    for session in (thief["Session"], begun["Session"]):
        assert outcome(lambda s=session: api.associate_software_token(Session=s)) == "NotAuthorizedException"
    code = app_code(begun["SecretCode"])
    attempt = {"Session": begun["Session"], "UserCode": code}
    assert outcome(lambda: api.verify_software_token(**attempt)) == "NotAuthorizedException"


def test_a_user_who_comes_again_finds_no_app_that_was_begun(pool: Pool) -> None:
    """What belonged to a user of the same name is gone with it."""
    api = pool.api
    api.set_user_pool_mfa_config(UserPoolId=pool.id, MfaConfiguration="OPTIONAL", **FACTORS)
    pool.user("ada")
    secret = api.associate_software_token(AccessToken=pool.token())["SecretCode"]
    api.admin_delete_user(UserPoolId=pool.id, Username="ada")
    pool.user("ada")
    request = {"AccessToken": pool.token(), "UserCode": app_code(secret)}
    assert outcome(lambda: api.verify_software_token(**request)) == "InvalidParameterException"


def test_who_has_just_signed_up_is_not_signed_in_after_the_password_has_changed(
    make_pool: MakePool, mailbox: Mailbox, account: str
) -> None:
    pool = make_pool(AutoVerifiedAttributes=["email"])
    client_id, address = pool.client(ExplicitAuthFlows=FLOWS), f"ada-{account}@example.com"
    api, of = pool.api, {"ClientId": client_id, "Username": "ada"}
    api.sign_up(**of, Password=PASSWORD, UserAttributes=listed({"email": address}))
    session = api.confirm_sign_up(**of, ConfirmationCode=mailbox.code(address))["Session"]

    def sign_in() -> str:
        given = {"AuthParameters": {"USERNAME": "ada"}, "Session": session}
        return outcome(lambda: api.initiate_auth(ClientId=client_id, AuthFlow="USER_AUTH", **given))

    api.admin_set_user_password(UserPoolId=pool.id, Username="ada", Password="N3w!word", Permanent=True)
    assert sign_in() == "NotAuthorizedException"


def test_a_session_of_a_sign_up_signs_in_once(make_pool: MakePool, mailbox: Mailbox, account: str) -> None:
    pool = make_pool(AutoVerifiedAttributes=["email"])
    client_id, address = pool.client(ExplicitAuthFlows=FLOWS), f"ada-{account}@example.com"
    api, of = pool.api, {"ClientId": client_id, "Username": "ada"}
    api.sign_up(**of, Password=PASSWORD, UserAttributes=listed({"email": address}))
    session = api.confirm_sign_up(**of, ConfirmationCode=mailbox.code(address))["Session"]

    def sign_in(name: str = "ada") -> str:
        given = {"AuthParameters": {"USERNAME": name}, "Session": session}
        return outcome(lambda: api.initiate_auth(ClientId=client_id, AuthFlow="USER_AUTH", **given))

    pool.user("eve")
    assert sign_in("eve") == "NotAuthorizedException"
    with ThreadPoolExecutor(6) as threads:
        codes = sorted(each.result() for each in [threads.submit(sign_in) for _ in range(6)])
    assert codes == ["", *["NotAuthorizedException"] * 5]


# Access tokens


def _calls(api: Any) -> dict[str, Callable[[str], Any]]:
    """Every operation that an access token is for."""
    code, attribute = {"Code": "123456"}, {"AttributeName": "email"}
    device = {"DeviceKey": "us-east-1_00000000-0000-4000-a000-000000000000"}
    verifier = {"DeviceSecretVerifierConfig": {"PasswordVerifier": "AA==", "Salt": "AA=="}}
    given: dict[str, dict[str, Any]] = {
        "get_user": {},
        "get_user_auth_factors": {},
        "update_user_attributes": {"UserAttributes": [{"Name": "name", "Value": "Eve"}]},
        "delete_user_attributes": {"UserAttributeNames": ["name"]},
        "get_user_attribute_verification_code": attribute,
        "verify_user_attribute": {**attribute, **code},
        "change_password": {"PreviousPassword": PASSWORD, "ProposedPassword": "N3w!word"},
        "set_user_mfa_preference": {"EmailMfaSettings": {"Enabled": True}},
        "set_user_settings": {"MFAOptions": []},
        "associate_software_token": {},
        "verify_software_token": {"UserCode": "123456"},
        "confirm_device": {**device, **verifier},
        "get_device": device,
        "forget_device": device,
        "update_device_status": {**device, "DeviceRememberedStatus": "remembered"},
        "list_devices": {},
        "global_sign_out": {},
        "delete_user": {},
    }
    return {
        name: lambda token, name=name, more=more: getattr(api, name)(AccessToken=token, **more)
        for name, more in given.items()
    }


CASES = ("an ID token", "signed out", "revoked", "disabled", "deleted", "recreated", "its client is gone")


@pytest.mark.parametrize("case", CASES)
def test_access_tokens_that_do_nothing(pool: Pool, case: str) -> None:
    """Each is refused by every operation, and the user is as it was."""
    api, user = pool.api, {"UserPoolId": pool.id, "Username": "ada"}
    pool.user("ada", email="ada@example.com", email_verified="true")
    client_id = pool.client()
    tokens = pool.sign_in(client_id=client_id)["AuthenticationResult"]
    token = tokens["IdToken"] if case == "an ID token" else tokens["AccessToken"]
    match case:
        case "signed out":
            api.admin_user_global_sign_out(**user)
        case "revoked":
            api.revoke_token(ClientId=client_id, Token=tokens["RefreshToken"])
        case "disabled":
            api.admin_disable_user(**user)
        case "deleted" | "recreated":
            api.admin_delete_user(**user)
        case "its client is gone":
            api.delete_user_pool_client(UserPoolId=pool.id, ClientId=client_id)
    if case == "recreated":
        pool.user("ada", email="ada@example.com", email_verified="true")
    before = None if case == "deleted" else pool.get()
    codes = {name: outcome(lambda c=call: c(token)) for name, call in _calls(api).items()}
    gone = case in ("deleted", "recreated")
    assert set(codes.values()) == {"UserNotFoundException" if gone else "NotAuthorizedException"}, codes
    assert before == (None if case == "deleted" else pool.get())


# Refresh tokens


def test_refresh_tokens_are_one_clients_whichever_way_they_are_used(make_pool: MakePool) -> None:
    pool, other = make_pool(), make_pool()
    pool.user("ada")
    other.user("ada")
    second = pool.client()
    closed = pool.api.create_user_pool_client(
        UserPoolId=pool.id, ClientName="s", GenerateSecret=True, ExplicitAuthFlows=FLOWS
    )["UserPoolClient"]["ClientId"]
    api, token = pool.api, pool.sign_in()["AuthenticationResult"]["RefreshToken"]

    def by_flow(client_id: str, text: str) -> str:
        given = {"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": text}}
        return outcome(lambda: api.initiate_auth(ClientId=client_id, **given))

    def by_call(client_id: str, text: str) -> str:
        return outcome(lambda: api.get_tokens_from_refresh_token(ClientId=client_id, RefreshToken=text))

    def revoke(client_id: str, text: str) -> str:
        return outcome(lambda: api.revoke_token(ClientId=client_id, Token=text))

    for client_id in (second, closed, other.client_id):
        assert by_flow(client_id, token) == by_call(client_id, token) == "NotAuthorizedException"
        assert revoke(client_id, token) == "UnauthorizedException"
    for text in (token[:-2], token + "A", token[::-1], "x", pool.token()):
        assert by_flow(pool.client_id, text) == by_call(pool.client_id, text) == "NotAuthorizedException"
    assert by_flow(pool.client_id, token) == by_call(pool.client_id, token) == ""


def test_a_refresh_token_that_rotates_is_exchanged_once_at_the_same_instant(pool: Pool) -> None:
    """Without a grace one of many gets the next token; the others get none, so that there are never two lines of them."""
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    client_id = pool.client(ExplicitAuthFlows=flows, RefreshTokenRotation=rotation)
    pool.user("ada")
    token = pool.sign_in(client_id=client_id)["AuthenticationResult"]["RefreshToken"]

    def exchange() -> str:
        return outcome(lambda: pool.api.get_tokens_from_refresh_token(ClientId=client_id, RefreshToken=token))

    with ThreadPoolExecutor(8) as threads:
        codes = [each.result() for each in [threads.submit(exchange) for _ in range(8)]]
    assert codes.count("") == 1
    assert set(codes) <= {"", "RefreshTokenReuseException", "NotAuthorizedException"}
