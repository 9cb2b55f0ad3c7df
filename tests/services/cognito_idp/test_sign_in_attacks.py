"""Attacks on signing in, against the running server: sessions that outlive what they were given for, codes tried without end, addresses
claimed by a code that went elsewhere, users told apart by what they can work out for themselves."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cognito_answers import PASSWORD, Mailbox, Pool, listed
from portico.services.cognito_idp import totp

MakePool = Callable[..., Pool]
MFA: dict[str, Any] = {
    "SoftwareTokenMfaConfiguration": {"Enabled": True},
    "EmailMfaConfiguration": {"Message": "{####}", "Subject": "code"},
}
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


def outcome(call: Callable[[], Any]) -> str:
    """The code of a call's refusal, "" for a success."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def respond(
    pool: Pool, answer: dict[str, Any], client_id: str = "", name: str = "ada", **given: str
) -> dict[str, Any]:
    found: dict[str, Any] = pool.api.respond_to_auth_challenge(
        ClientId=client_id or pool.client_id,
        ChallengeName=answer["ChallengeName"],
        Session=answer["Session"],
        ChallengeResponses={"USERNAME": name, **given},
    )
    return found


def by_mail(pool: Pool, address: str, mfa: str = "OPTIONAL") -> None:
    """A user, ada, who is asked for a code by mail."""
    pool.api.set_user_pool_mfa_config(UserPoolId=pool.id, MfaConfiguration=mfa, **MFA)
    pool.user("ada", email=address, email_verified="true")
    pool.api.admin_set_user_mfa_preference(
        UserPoolId=pool.id, Username="ada", EmailMfaSettings={"Enabled": True, "PreferredMfa": True}
    )


# Sessions


@pytest.mark.parametrize("by", ["an administrator", "the user", "a code"])
def test_a_sign_in_does_not_outlive_the_password_that_began_it(
    pool: Pool, mailbox: Mailbox, account: str, by: str
) -> None:
    """Who knew the old password and waits at the second factor is not let on with it."""
    address, api = f"ada-{account}@example.com", pool.api
    pool.user("ada", email=address, email_verified="true")
    token = pool.token()
    api.set_user_pool_mfa_config(UserPoolId=pool.id, MfaConfiguration="OPTIONAL", **MFA)
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
    by_mail(pool, address)
    waiting = pool.sign_in()
    code = mailbox.code(address)
    if change == "disabled":
        api.admin_disable_user(**user)
    elif change == "reset":
        api.admin_reset_user_password(**user)
    else:
        api.admin_delete_user(**user)
    if change == "recreated":
        by_mail(pool, address)
    wanted = "PasswordResetRequiredException" if change == "reset" else "NotAuthorizedException"
    assert outcome(lambda: respond(pool, waiting, EMAIL_OTP_CODE=code)) == wanted


def test_an_answer_counts_once_however_many_bring_it_at_once(
    pool: Pool, mailbox: Mailbox, account: str
) -> None:
    address = f"ada-{account}@example.com"
    by_mail(pool, address)
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
    by_mail(pool, address)
    by_mail(other, address)
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
    api.set_user_pool_mfa_config(UserPoolId=pool.id, MfaConfiguration="ON", **MFA)
    pool.user("ada")
    thief = pool.sign_in()
    begun = api.associate_software_token(Session=thief["Session"])
    owner = pool.sign_in()
    assert owner["ChallengeName"] == thief["ChallengeName"] == "MFA_SETUP"
    own = api.associate_software_token(Session=owner["Session"])
    done = api.verify_software_token(Session=own["Session"], UserCode=_now(own["SecretCode"]))
    assert respond(pool, {**owner, "Session": done["Session"]})["AuthenticationResult"]
    if way == "an address":
        address = f"eve-{account}@example.com"
        assert outcome(lambda: respond(pool, thief, EMAIL=address)) == "NotAuthorizedException"
        assert "email" not in pool.attributes()
        return
    for session in (thief["Session"], begun["Session"]):
        assert outcome(lambda s=session: api.associate_software_token(Session=s)) == "NotAuthorizedException"
    code = _now(begun["SecretCode"])
    attempt = {"Session": begun["Session"], "UserCode": code}
    assert outcome(lambda: api.verify_software_token(**attempt)) == "NotAuthorizedException"


def _now(secret: str) -> str:
    return totp.code(secret, int(time.time()) // 30)


def test_a_user_who_comes_again_finds_no_app_that_was_begun(pool: Pool) -> None:
    """What belonged to a user of the same name is gone with it."""
    api = pool.api
    api.set_user_pool_mfa_config(UserPoolId=pool.id, MfaConfiguration="OPTIONAL", **MFA)
    pool.user("ada")
    secret = api.associate_software_token(AccessToken=pool.token())["SecretCode"]
    api.admin_delete_user(UserPoolId=pool.id, Username="ada")
    pool.user("ada")
    request = {"AccessToken": pool.token(), "UserCode": _now(secret)}
    assert outcome(lambda: api.verify_software_token(**request)) == "InvalidParameterException"


# Codes


def test_a_code_does_not_verify_an_address_that_it_did_not_go_to(
    make_pool: MakePool, mailbox: Mailbox, account: str
) -> None:
    """The address is changed to somebody else's between the challenge and the answer."""
    pool = make_pool(
        Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
        UserPoolTier="ESSENTIALS",
    )
    client_id = pool.client(ExplicitAuthFlows=FLOWS)
    own, victim = f"eve-{account}@example.com", f"ada-{account}@example.com"
    pool.user("eve", email=own, email_verified="true")
    token = pool.token("eve")
    given = {"USERNAME": "eve", "PREFERRED_CHALLENGE": "EMAIL_OTP"}
    waiting = pool.api.initiate_auth(ClientId=client_id, AuthFlow="USER_AUTH", AuthParameters=given)
    pool.api.update_user_attributes(AccessToken=token, UserAttributes=listed({"email": victim}))
    done = respond(pool, waiting, client_id, "eve", EMAIL_OTP_CODE=mailbox.code(own))
    assert done["AuthenticationResult"]
    assert pool.attributes("eve") == {"email": victim, "email_verified": "false"}


@pytest.mark.parametrize("by", ["another attribute", "an address of one's own"])
def test_a_right_code_does_not_buy_more_guesses_of_another(
    make_pool: MakePool, mailbox: Mailbox, account: str, by: str
) -> None:
    """Somebody else's address is claimed, and the code that went there guessed; codes that one has are given in between."""
    pool = make_pool(AutoVerifiedAttributes=["email", "phone_number"])
    own, victim, number = f"eve-{account}@example.com", f"ada-{account}@example.com", f"+1555{account[:7]}"
    pool.user("eve", email=own, phone_number=number)
    api, token = pool.api, pool.token("eve")

    def tried(attribute: str, code: str) -> str:
        return outcome(
            lambda: api.verify_user_attribute(AccessToken=token, AttributeName=attribute, Code=code)
        )

    def set_to(address: str) -> None:
        api.update_user_attributes(AccessToken=token, UserAttributes=listed({"email": address}))

    set_to(victim)
    guesses = 0
    for _ in range(4):
        for _ in range(7):
            right = mailbox.code(victim)
            wrong = "000000" if right != "000000" else "111111"
            guesses += tried("email", wrong) == "CodeMismatchException"
        if by == "another attribute":
            api.get_user_attribute_verification_code(AccessToken=token, AttributeName="phone_number")
            tried("phone_number", mailbox.code(number))
        else:
            set_to(own)
            tried("email", mailbox.code(own))
            set_to(victim)
    assert guesses <= 15
    assert tried("email", mailbox.code(victim)) == "LimitExceededException"


def test_many_at_once_do_not_guess_more_often(pool: Pool, mailbox: Mailbox, account: str) -> None:
    address, api, name = f"ada-{account}@example.com", pool.api, "ada"
    api.sign_up(
        ClientId=pool.client_id, Username=name, Password=PASSWORD, UserAttributes=listed({"email": address})
    )
    right = mailbox.code(address)
    wrong = "000000" if right != "000000" else "111111"
    of = {"ClientId": pool.client_id, "Username": name}

    def confirm(code: str) -> str:
        return outcome(lambda: api.confirm_sign_up(**of, ConfirmationCode=code))

    with ThreadPoolExecutor(10) as threads:
        codes = [each.result() for each in [threads.submit(confirm, wrong) for _ in range(30)]]
    assert codes.count("CodeMismatchException") == 15
    assert codes.count("LimitExceededException") == 15
    assert confirm(right) == "LimitExceededException"
    assert pool.get()["UserStatus"] == "UNCONFIRMED"


def test_codes_are_for_one_purpose_and_one_user(pool: Pool, mailbox: Mailbox, account: str) -> None:
    api, client_id = pool.api, pool.client_id
    ada, eve = f"ada-{account}@example.com", f"eve-{account}@example.com"
    pool.user("ada", email=ada, email_verified="true")
    pool.user("eve", email=eve, email_verified="true")
    tokens = {name: pool.token(name) for name in ("ada", "eve")}

    def reset(name: str, code: str) -> str:
        return outcome(
            lambda: api.confirm_forgot_password(
                ClientId=client_id, Username=name, ConfirmationCode=code, Password="N3w!word"
            )
        )

    def verify(name: str, code: str) -> str:
        return outcome(
            lambda: api.verify_user_attribute(AccessToken=tokens[name], AttributeName="email", Code=code)
        )

    api.get_user_attribute_verification_code(AccessToken=tokens["ada"], AttributeName="email")
    to_verify = mailbox.code(ada)
    assert reset("ada", to_verify) == "ExpiredCodeException"
    api.forgot_password(ClientId=client_id, Username="ada")
    to_reset = mailbox.code(ada)
    api.forgot_password(ClientId=client_id, Username="eve")
    if to_verify != to_reset:
        assert verify("ada", to_reset) == "CodeMismatchException"
        assert reset("ada", to_verify) == "CodeMismatchException"
    if mailbox.code(eve) != to_reset:
        assert reset("eve", to_reset) == "CodeMismatchException"
    api.forgot_password(ClientId=client_id, Username="ada")
    if mailbox.code(ada) != to_reset:
        assert reset("ada", to_reset) == "CodeMismatchException"  # another was sent since
    assert reset("ada", mailbox.code(ada)) == ""
    assert reset("ada", mailbox.code(ada)) == "ExpiredCodeException"
    assert verify("eve", to_verify) == "ExpiredCodeException"
    assert verify("ada", to_verify) == ""


# Who has an account


def test_where_a_code_is_said_to_go_can_not_be_worked_out(make_pool: MakePool) -> None:
    """The answer about nobody is always the same for a name, and needs a key of the server's to be known beforehand."""
    for verifies in (["email"], ["phone_number"]):
        pool = make_pool(AutoVerifiedAttributes=verifies)
        hiding = pool.client(PreventUserExistenceErrors="ENABLED")

        def said(name: str, pool: Pool = pool, client_id: str = hiding) -> str:
            answer = pool.api.forgot_password(ClientId=client_id, Username=name)
            return str(answer["CodeDeliveryDetails"]["Destination"])

        names = [f"nobody{n}" for n in range(6)]
        answers = [said(name) for name in names]
        assert answers == [said(name) for name in names]
        assert answers != [_worked_out(pool.id, name, verifies[0]) for name in names]


def _worked_out(pool_id: str, name: str, attribute: str) -> str:
    """The destination if it were a plain digest of what everybody knows."""
    digest, letters = sha256(f"{pool_id} {name}".encode()).digest(), "abcdefghijklmnopqrstuvwxyz"
    if attribute == "phone_number":
        return (
            f"+*******{int.from_bytes(digest[:8], 'big') % 10**10:010d}"[:8]
            + (f"{int.from_bytes(digest[:8], 'big') % 10**10:010d}"[-4:])
        )
    return f"{letters[digest[0] % 26]}****@{letters[digest[1] % 26]}****"


STATES = ("confirmed", "disabled", "unconfirmed", "reset")


@pytest.mark.parametrize("factor", ["EMAIL_OTP", "SMS_OTP"])
def test_who_asks_for_a_code_is_told_nothing_of_anybody(
    make_pool: MakePool, account: str, factor: str
) -> None:
    """Whether there is a user, and whether it may sign in, hears who gives the right code."""
    pool = make_pool(
        AutoVerifiedAttributes=["email"],
        Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}},
    )
    hiding = pool.client(ExplicitAuthFlows=FLOWS, PreventUserExistenceErrors="ENABLED")
    api, told = pool.api, {}
    for number, state in enumerate(STATES):
        contacts = {"email": f"{state}-{account}@example.com", "phone_number": f"+1555{number}{account[:6]}"}
        if state == "unconfirmed":
            api.sign_up(ClientId=hiding, Username=state, Password=PASSWORD, UserAttributes=listed(contacts))
        else:
            pool.user(state, **contacts, email_verified="true", phone_number_verified="true")
    api.admin_disable_user(UserPoolId=pool.id, Username="disabled")
    api.admin_reset_user_password(UserPoolId=pool.id, Username="reset")
    for name in (*STATES, "nobody"):
        given = {"USERNAME": name, "PREFERRED_CHALLENGE": factor}
        answer = api.initiate_auth(ClientId=hiding, AuthFlow="USER_AUTH", AuthParameters=given)
        parameters = answer["ChallengeParameters"]
        wrong = {f"{factor}_CODE": "x"}
        told[name] = (
            answer["ChallengeName"],
            len(answer["Session"]),
            tuple(sorted(parameters)),
            parameters["CODE_DELIVERY_DELIVERY_MEDIUM"],
            parameters["CODE_DELIVERY_DESTINATION"].count("*"),
            outcome(lambda a=answer, n=name, w=wrong: respond(pool, a, hiding, n, **w)),
        )
    assert set(told.values()) == {told["nobody"]}


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
