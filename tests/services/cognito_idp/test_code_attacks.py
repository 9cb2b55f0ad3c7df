"""Attacks on codes, against the running server: tried without end, for another purpose, of another address; and on what is said of where
they go, by who wants to know who has an account."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from cognito_answers import (
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


@pytest.mark.parametrize("sessions", [1, 12])
@pytest.mark.parametrize("factor", ["EMAIL_OTP", "SOFTWARE_TOKEN_MFA"])
def test_many_answers_at_once_are_not_many_guesses(
    pool: Pool, account: str, factor: str, sessions: int
) -> None:
    """Of one session, and of one user however many sessions there are."""
    address, api = f"ada-{account}@example.com", pool.api
    asked_by_mail(pool, address)
    if factor == "SOFTWARE_TOKEN_MFA":
        api.admin_set_user_mfa_preference(
            UserPoolId=pool.id, Username="ada", EmailMfaSettings={"Enabled": False}
        )
        token = pool.token()
        secret = api.associate_software_token(AccessToken=token)["SecretCode"]
        api.verify_software_token(AccessToken=token, UserCode=app_code(secret))
        api.set_user_mfa_preference(AccessToken=token, SoftwareTokenMfaSettings={"Enabled": True})
    waiting = [pool.sign_in() for _ in range(sessions)]
    assert {each["ChallengeName"] for each in waiting} == {factor}
    wrong = {f"{factor}_CODE": "x" * 6}
    with ThreadPoolExecutor(12) as threads:
        tries = [
            threads.submit(outcome, lambda n=n: respond(pool, waiting[n % sessions], **wrong))
            for n in range(24)
        ]
        codes = [each.result() for each in tries]
    guesses = codes.count("CodeMismatchException")
    assert 1 <= guesses <= 6  # five, and one more if a second has passed since
    assert codes.count("LimitExceededException") + codes.count("NotAuthorizedException") == 24 - guesses


@pytest.mark.parametrize("what", ["a password", "an address"])
def test_many_at_once_do_not_guess_other_codes_more_often_either(
    pool: Pool, mailbox: Mailbox, account: str, what: str
) -> None:
    address, api = f"ada-{account}@example.com", pool.api
    pool.user("ada", email=address, email_verified="true")
    token = pool.token()
    if what == "a password":
        api.forgot_password(ClientId=pool.client_id, Username="ada")
    else:
        api.get_user_attribute_verification_code(AccessToken=token, AttributeName="email")
    wrong = "000000" if mailbox.code(address) != "000000" else "111111"
    of = {"ClientId": pool.client_id, "Username": "ada", "Password": "N3w!word", "ConfirmationCode": wrong}

    def guess() -> str:
        if what == "a password":
            return outcome(lambda: api.confirm_forgot_password(**of))
        request = {"AccessToken": token, "AttributeName": "email", "Code": wrong}
        return outcome(lambda: api.verify_user_attribute(**request))

    with ThreadPoolExecutor(10) as threads:
        codes = [each.result() for each in [threads.submit(guess) for _ in range(25)]]
    assert (codes.count("CodeMismatchException"), codes.count("LimitExceededException")) == (15, 10)
    assert pool.sign_in()["AuthenticationResult"]


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


@pytest.mark.parametrize("verifies", [["email"], []])
def test_sending_a_code_again_tells_nothing_however_often(
    make_pool: MakePool, account: str, verifies: list[str]
) -> None:
    pool = make_pool(AutoVerifiedAttributes=verifies)
    hiding = pool.client(PreventUserExistenceErrors="ENABLED")
    pool.user("confirmed", email=f"confirmed-{account}@example.com", email_verified="true")
    pool.api.sign_up(
        ClientId=hiding,
        Username="waiting",
        Password=PASSWORD,
        UserAttributes=listed({"email": f"waiting-{account}@example.com"}),
    )

    def again(name: str) -> str:
        answer = pool.api.resend_confirmation_code(ClientId=hiding, Username=name)["CodeDeliveryDetails"]
        return f"{answer['DeliveryMedium']} {answer['AttributeName']} {answer['Destination'].count('*')}"

    told = {}
    for name in ("nobody", "confirmed", "waiting"):
        told[name] = (again(name), *(outcome(lambda n=name: again(n)) for _ in range(6)))
    assert set(told.values()) == {told["nobody"]}
    assert told["nobody"][-1] == "LimitExceededException"


def test_who_is_disabled_has_no_code_like_nobody(pool: Pool, account: str) -> None:
    hiding = pool.client(PreventUserExistenceErrors="ENABLED")
    pool.user("ada", email=f"ada-{account}@example.com", email_verified="true")
    pool.api.admin_disable_user(UserPoolId=pool.id, Username="ada")
    for name in ("ada", "nobody"):
        of = {"ClientId": hiding, "Username": name}
        assert outcome(lambda of=of: pool.api.forgot_password(**of)) == ""
        given = {**of, "ConfirmationCode": "123456", "Password": "N3w!word"}
        assert outcome(lambda g=given: pool.api.confirm_forgot_password(**g)) == "CodeMismatchException"
