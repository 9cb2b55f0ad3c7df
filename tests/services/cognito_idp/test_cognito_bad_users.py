"""Bad input about users, a case a line: AWS's errors and words, and nobody got in, and nothing about the user has changed."""

from collections.abc import Callable
from typing import Any

import pytest

from cognito_answers import PASSWORD, Mailbox, Pool, listed, refused

NAE, IPE = "NotAuthorizedException", "InvalidParameterException"
UNKNOWN, WEAK, MISMATCH = "UserNotFoundException", "InvalidPasswordException", "CodeMismatchException"
Case = tuple[str, str, dict[str, Any], str, str]
NO_USER, NO_CODE = "User does not exist.", "Invalid verification code provided, please try again."
NO_COMBINATION = "Username/client id combination not found."

SCHEMA = [
    {
        "Name": "plan",
        "AttributeDataType": "String",
        "StringAttributeConstraints": {"MinLength": "2", "MaxLength": "4"},
    },
    {
        "Name": "age",
        "AttributeDataType": "Number",
        "NumberAttributeConstraints": {"MinValue": "18", "MaxValue": "99"},
    },
    {"Name": "since", "AttributeDataType": "DateTime"},
    {"Name": "vip", "AttributeDataType": "Boolean"},
    {"Name": "fixed", "AttributeDataType": "String", "Mutable": False},
    {"Name": "inner", "AttributeDataType": "String", "DeveloperOnlyAttribute": True},
    {"Name": "email", "AttributeDataType": "String", "Required": True},
]
_EMAIL = [{"Name": "email", "Value": "eve@example.com"}]


def _sign_up(**attributes: str) -> dict[str, Any]:
    given = {"email": "eve@example.com", **attributes}
    return {"Username": "eve", "Password": PASSWORD, "UserAttributes": listed(given)}


_SIGN_UPS: list[tuple[str, dict[str, Any], str, str]] = [
    ("no name", {"Password": PASSWORD}, IPE, "'username'"),
    ("a name of blanks", {**_sign_up(), "Username": "a b"}, IPE, "pattern"),
    ("a long name", {**_sign_up(), "Username": "x" * 129}, IPE, "less than or equal to 128"),
    ("no password", {"Username": "eve", "UserAttributes": _EMAIL}, IPE, "Password is required"),
    ("password of blanks", {**_sign_up(), "Password": "Pass word 1!"}, IPE, "'password'"),
    ("short password", {**_sign_up(), "Password": "Pa0!"}, WEAK, "not long enough"),
    (
        "no capitals",
        {**_sign_up(), "Password": "passw0rd!x"},
        WEAK,
        "Password did not conform with policy: Password must have uppercase characters",
    ),
    (
        "capitals only",
        {**_sign_up(), "Password": "PASSW0RD!X"},
        WEAK,
        "Password must have lowercase characters",
    ),
    ("no figures", {**_sign_up(), "Password": "Password!x"}, WEAK, "Password must have numeric characters"),
    ("no symbols", {**_sign_up(), "Password": "Passw0rdx"}, WEAK, "Password must have symbol characters"),
    ("name taken", {**_sign_up(), "Username": "ada"}, "UsernameExistsException", "User already exists"),
    (
        "name taken in other letters",
        {**_sign_up(), "Username": "ADA"},
        "UsernameExistsException",
        "User already exists",
    ),
    (
        "attribute missing",
        {"Username": "eve", "Password": PASSWORD},
        IPE,
        "Attributes did not conform to the schema: email: The attribute is required",
    ),
    (
        "unknown attribute",
        _sign_up(custom__none="x"),
        IPE,
        "Attributes did not conform to the schema: custom:none: Attribute does not exist in the schema.",
    ),
    ("no address", _sign_up(email="eve"), IPE, "Invalid email address format."),
    ("two addresses", _sign_up(email="eve@a.b, adm@a.b"), IPE, "Invalid email address format."),
    ("a line in an address", _sign_up(email="eve@a.b\nBcc:x@y.z"), IPE, "Invalid email address format."),
    ("no number", _sign_up(phone_number="555-0100"), IPE, "Invalid phone number format."),
    ("no date of birth", _sign_up(birthdate="yesterday!"), IPE, "Invalid birthdate format."),
    ("too short", _sign_up(custom__plan="x"), IPE, "custom:plan: String must be at least 2 characters"),
    ("too long", _sign_up(custom__plan="xxxxx"), IPE, "custom:plan: String must be no longer than 4"),
    ("no figure", _sign_up(custom__age="old"), IPE, "custom:age: Value is not a number"),
    ("too small", _sign_up(custom__age="17"), IPE, "custom:age: Number must be no less than 18"),
    ("too large", _sign_up(custom__age="100"), IPE, "custom:age: Number must be no greater than 99"),
    ("no date", _sign_up(custom__since="soon"), IPE, "custom:since: Value is not a date"),
    ("neither true nor false", _sign_up(custom__vip="maybe"), IPE, "custom:vip: Value is not a boolean"),
    ("verified by itself", _sign_up(email_verified="true"), NAE, "unauthorized attribute"),
    ("its own sub", _sign_up(sub="x"), IPE, "sub"),
    ("for developers only", _sign_up(dev__custom__inner="x"), NAE, "unauthorized attribute"),
    (
        "not for this client",
        {**_sign_up(name="Eve"), "ClientId": "{narrow}"},
        NAE,
        "A client attempted to write unauthorized attribute",
    ),
    ("unknown client", {**_sign_up(), "ClientId": "nobody"}, "ResourceNotFoundException", "nobody"),
    (
        "no secret hash",
        {**_sign_up(), "ClientId": "{secret}"},
        NAE,
        "is configured with secret but SECRET_HASH was not received",
    ),
    (
        "a wrong secret hash",
        {**_sign_up(), "ClientId": "{secret}", "SecretHash": "bm9wZQ=="},
        NAE,
        "Unable to verify secret hash for client",
    ),
    (
        "a secret hash where there is no secret",
        {**_sign_up(), "SecretHash": "bm9wZQ=="},
        NAE,
        "Unable to verify secret hash for client",
    ),
]
SIGN_UPS: list[Case] = [(title, "sign_up", asked, code, words) for title, asked, code, words in _SIGN_UPS]

CODES: list[Case] = [
    ("wrong code", "confirm_sign_up", {"Username": "new", "ConfirmationCode": "wrong"}, MISMATCH, NO_CODE),
    ("no code", "confirm_sign_up", {"Username": "new", "ConfirmationCode": ""}, IPE, "'confirmationCode'"),
    ("code of blanks", "confirm_sign_up", {"Username": "new", "ConfirmationCode": "12 34"}, IPE, "pattern"),
    (
        "confirmed before",
        "confirm_sign_up",
        {"Username": "ada", "ConfirmationCode": "123456"},
        NAE,
        "User cannot be confirmed. Current status is CONFIRMED",
    ),
    (
        "nobody",
        "confirm_sign_up",
        {"Username": "none", "ConfirmationCode": "123456"},
        UNKNOWN,
        NO_COMBINATION,
    ),
    (
        "nobody, and the client does not tell",
        "confirm_sign_up",
        {"Username": "none", "ConfirmationCode": "123456", "ClientId": "{quiet}"},
        MISMATCH,
        NO_CODE,
    ),
    (
        "nothing to send again",
        "resend_confirmation_code",
        {"Username": "ada"},
        IPE,
        "User is already confirmed.",
    ),
    ("nobody to send to", "resend_confirmation_code", {"Username": "none"}, UNKNOWN, NO_COMBINATION),
    ("nobody who forgot", "forgot_password", {"Username": "none"}, UNKNOWN, NO_COMBINATION),
    (
        "no verified address",
        "forgot_password",
        {"Username": "new"},
        IPE,
        "Cannot reset password for the user as there is no registered/verified email or phone_number",
    ),
    (
        "a password to be replaced first",
        "forgot_password",
        {"Username": "temporary"},
        NAE,
        "User password cannot be reset in the current state.",
    ),
    (
        "no code was asked for",
        "confirm_forgot_password",
        {"Username": "ada", "ConfirmationCode": "123456", "Password": "Other-Pass-1"},
        "ExpiredCodeException",
        "Invalid code provided, please request a code again.",
    ),
    (
        "nobody's code",
        "confirm_forgot_password",
        {"Username": "none", "ConfirmationCode": "123456", "Password": "Other-Pass-1"},
        UNKNOWN,
        NO_COMBINATION,
    ),
    (
        "nobody's code, and the client does not tell",
        "confirm_forgot_password",
        {"Username": "none", "ConfirmationCode": "123456", "Password": "Other-Pass-1", "ClientId": "{quiet}"},
        MISMATCH,
        NO_CODE,
    ),
]

ADMIN: list[Case] = [
    *(
        (f"{operation} of nobody", operation, {"Username": "none"}, UNKNOWN, NO_USER)
        for operation in (
            "admin_get_user",
            "admin_delete_user",
            "admin_disable_user",
            "admin_enable_user",
            "admin_reset_user_password",
            "admin_confirm_sign_up",
        )
    ),
    (
        "confirm the confirmed",
        "admin_confirm_sign_up",
        {"Username": "ada"},
        NAE,
        "User cannot be confirmed. Current status is CONFIRMED",
    ),
    (
        "create again",
        "admin_create_user",
        {"Username": "ada"},
        "UsernameExistsException",
        "User account already exists",
    ),
    (
        "create with a weak password",
        "admin_create_user",
        {"Username": "eve", "UserAttributes": _EMAIL, "TemporaryPassword": "weak"},
        WEAK,
        "Password not long enough",
    ),
    (
        "invite whom there is not",
        "admin_create_user",
        {"Username": "none", "MessageAction": "RESEND"},
        UNKNOWN,
        NO_USER,
    ),
    (
        "invite who has come",
        "admin_create_user",
        {"Username": "ada", "MessageAction": "RESEND"},
        "UnsupportedUserStateException",
        "Resend not possible. Current status is CONFIRMED",
    ),
    (
        "by an unknown medium",
        "admin_create_user",
        {"Username": "eve", "UserAttributes": _EMAIL, "DesiredDeliveryMediums": ["PIGEON"]},
        IPE,
        "enum value set",
    ),
    (
        "set a weak password",
        "admin_set_user_password",
        {"Username": "ada", "Password": "weak", "Permanent": True},
        WEAK,
        "Password not long enough",
    ),
    (
        "reset a temporary password",
        "admin_reset_user_password",
        {"Username": "temporary"},
        NAE,
        "User password cannot be reset in the current state.",
    ),
    (
        "reset without an address",
        "admin_reset_user_password",
        {"Username": "ada"},
        IPE,
        "Cannot reset password for the user as there is no registered/verified email or phone_number",
    ),
    (
        "change what is fixed",
        "admin_update_user_attributes",
        {"Username": "ada", "UserAttributes": listed({"custom__fixed": "b"})},
        IPE,
        "user.custom:fixed: Attribute cannot be updated.",
    ),
    (
        "change the sub",
        "admin_update_user_attributes",
        {"Username": "ada", "UserAttributes": listed({"sub": "b"})},
        IPE,
        "Cannot modify the non-mutable attribute sub",
    ),
    (
        "clear what is required",
        "admin_update_user_attributes",
        {"Username": "ada", "UserAttributes": listed({"email": ""})},
        IPE,
        "email: The attribute is required",
    ),
    (
        "remove what is required",
        "admin_delete_user_attributes",
        {"Username": "ada", "UserAttributeNames": ["email"]},
        IPE,
        "The attribute is required",
    ),
    (
        "remove what is fixed",
        "admin_delete_user_attributes",
        {"Username": "ada", "UserAttributeNames": ["custom:fixed"]},
        IPE,
        "user.custom:fixed: Attribute cannot be updated.",
    ),
    (
        "remove what is unknown",
        "admin_delete_user_attributes",
        {"Username": "ada", "UserAttributeNames": ["custom:none"]},
        IPE,
        "Attribute does not exist in the schema.",
    ),
    (
        "into an unknown group",
        "admin_add_user_to_group",
        {"Username": "ada", "GroupName": "none"},
        "ResourceNotFoundException",
        "Group not found.",
    ),
    ("nobody's groups", "admin_list_groups_for_user", {"Username": "none"}, UNKNOWN, NO_USER),
    (
        "link to an unknown provider",
        "admin_link_provider_for_user",
        {
            "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": "ada"},
            "SourceUser": {
                "ProviderName": "None",
                "ProviderAttributeName": "Cognito_Subject",
                "ProviderAttributeValue": "1",
            },
        },
        IPE,
        "The provider None does not exist for User Pool",
    ),
    (
        "unlink nobody",
        "admin_disable_provider_for_user",
        {
            "User": {
                "ProviderName": "None",
                "ProviderAttributeName": "Cognito_Subject",
                "ProviderAttributeValue": "1",
            }
        },
        UNKNOWN,
        NO_USER,
    ),
    (
        "a factor by pigeon",
        "admin_set_user_settings",
        {"Username": "ada", "MFAOptions": [{"DeliveryMedium": "EMAIL", "AttributeName": "email"}]},
        IPE,
        "SMS to phone_number only",
    ),
]

TOKENS: list[Case] = [
    ("change to the weak", "change_password", {"ProposedPassword": "weak"}, WEAK, "long enough"),
    (
        "change with the wrong one",
        "change_password",
        {"PreviousPassword": "Wrong-Pass-1", "ProposedPassword": "Other-Pass-1"},
        NAE,
        "Incorrect username or password.",
    ),
    (
        "change with none",
        "change_password",
        {"PreviousPassword": None, "ProposedPassword": "Other-Pass-1"},
        IPE,
        "PreviousPassword",
    ),
    ("another's token", "get_user", {"AccessToken": "eyJhbGciOiJub25lIn0.e30."}, NAE, "Invalid Access Token"),
    ("no token", "get_user", {"AccessToken": "nonsense"}, NAE, "Invalid Access Token"),
    ("no token at all", "get_user", {"AccessToken": None}, IPE, "'accessToken'"),
    ("blanks for a token", "get_user", {"AccessToken": "a b"}, IPE, "pattern"),
    (
        "verified by itself",
        "update_user_attributes",
        {"UserAttributes": listed({"email_verified": "true"})},
        NAE,
        "A client attempted to write unauthorized attribute",
    ),
    (
        "what is fixed",
        "update_user_attributes",
        {"UserAttributes": listed({"custom__fixed": "z"})},
        IPE,
        "user.custom:fixed: Attribute cannot be updated.",
    ),
    (
        "for developers only",
        "update_user_attributes",
        {"UserAttributes": listed({"dev__custom__inner": "z"})},
        NAE,
        "A client attempted to write unauthorized attribute",
    ),
    (
        "what is not in the schema",
        "update_user_attributes",
        {"UserAttributes": listed({"custom__none": "z"})},
        IPE,
        "Attribute does not exist in the schema.",
    ),
    (
        "remove what is required",
        "delete_user_attributes",
        {"UserAttributeNames": ["email"]},
        IPE,
        "The attribute is required",
    ),
    (
        "a code for a name",
        "get_user_attribute_verification_code",
        {"AttributeName": "name"},
        IPE,
        "Invalid attribute",
    ),
    (
        "a code for a number that is not there",
        "get_user_attribute_verification_code",
        {"AttributeName": "phone_number"},
        IPE,
        "phone_number",
    ),
    (
        "a code that was not asked for",
        "verify_user_attribute",
        {"AttributeName": "email", "Code": "123456"},
        "ExpiredCodeException",
        "Invalid code provided, please request a code again.",
    ),
    (
        "a code for a name is wrong",
        "verify_user_attribute",
        {"AttributeName": "name", "Code": "1"},
        IPE,
        "Invalid",
    ),
]


@pytest.fixture
def crowd(make_pool: Callable[..., Pool]) -> tuple[Pool, dict[str, str]]:
    """A pool with `ada` (confirmed), `new` (not confirmed) and `temporary` (to set a password); and further clients."""
    pool = make_pool(
        Schema=SCHEMA, AutoVerifiedAttributes=["email"], UsernameConfiguration={"CaseSensitive": False}
    )
    pool.user("ada", email="ada@example.com", custom__fixed="a")
    pool.api.admin_create_user(
        UserPoolId=pool.id,
        Username="temporary",
        MessageAction="SUPPRESS",
        UserAttributes=listed({"email": "temporary@example.com"}),
    )
    pool.api.sign_up(
        ClientId=pool.client_id,
        Username="new",
        Password=PASSWORD,
        UserAttributes=listed({"email": "new@example.com"}),
    )
    clients = {
        "{secret}": pool.client(GenerateSecret=True),
        "{narrow}": pool.client(WriteAttributes=["email"]),
        "{quiet}": pool.client(PreventUserExistenceErrors="ENABLED"),
    }
    return pool, clients


def everybody(pool: Pool) -> list[dict[str, Any]]:
    users: list[dict[str, Any]] = pool.api.list_users(UserPoolId=pool.id)["Users"]
    return users


def ids(cases: list[Case]) -> list[str]:
    return [case[0] for case in cases]


def nobody_got_in(pool: Pool) -> None:
    """The passwords still are what they were, and who is not confirmed is out."""
    assert "AuthenticationResult" in pool.sign_in("ada")
    refused("UserNotConfirmedException", pool.sign_in, name="new")
    refused(NAE, pool.sign_in, name="ada", password="Other-Pass-1")
    refused(NAE, pool.sign_in, name="temporary", password="weak")


@pytest.mark.parametrize(
    ("_", "operation", "asked", "code", "words"), SIGN_UPS + CODES, ids=ids(SIGN_UPS) + ids(CODES)
)
def test_of_users(
    crowd: tuple[Pool, dict[str, str]], _: str, operation: str, asked: dict[str, Any], code: str, words: str
) -> None:
    pool, clients = crowd
    before = everybody(pool)
    client = clients.get(asked.get("ClientId", ""), asked.get("ClientId", pool.client_id))
    said = refused(code, getattr(pool.api, operation), **{**asked, "ClientId": client})
    assert words in said
    assert everybody(pool) == before
    nobody_got_in(pool)


@pytest.mark.parametrize(("_", "operation", "asked", "code", "words"), ADMIN, ids=ids(ADMIN))
def test_of_administrators(
    crowd: tuple[Pool, dict[str, str]], _: str, operation: str, asked: dict[str, Any], code: str, words: str
) -> None:
    pool, _clients = crowd
    before = everybody(pool)
    assert words in refused(code, getattr(pool.api, operation), UserPoolId=pool.id, **asked)
    assert everybody(pool) == before
    nobody_got_in(pool)


@pytest.mark.parametrize(("_", "operation", "asked", "code", "words"), TOKENS, ids=ids(TOKENS))
def test_with_a_token(
    crowd: tuple[Pool, dict[str, str]], _: str, operation: str, asked: dict[str, Any], code: str, words: str
) -> None:
    pool, _clients = crowd
    before = everybody(pool)
    given = {
        "AccessToken": pool.token("ada"),
        **({"PreviousPassword": PASSWORD} if "change" in _ else {}),
        **asked,
    }
    sent = {name: value for name, value in given.items() if value is not None}
    assert words in refused(code, getattr(pool.api, operation), **sent)
    assert everybody(pool) == before
    nobody_got_in(pool)


def test_a_code_is_guessed_fifteen_times_an_hour(pool: Pool, mailbox: Mailbox, account: str) -> None:
    address = f"{account}@example.com"
    pool.api.sign_up(
        ClientId=pool.client_id, Username="ada", Password=PASSWORD, UserAttributes=listed({"email": address})
    )
    code = mailbox.code(address)
    guess = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(15):
        refused(
            MISMATCH,
            pool.api.confirm_sign_up,
            ClientId=pool.client_id,
            Username="ada",
            ConfirmationCode=guess,
        )
    said = refused(
        "LimitExceededException",
        pool.api.confirm_sign_up,
        ClientId=pool.client_id,
        Username="ada",
        ConfirmationCode=code,
    )
    assert said == "Attempt limit exceeded, please try after some time."
    assert pool.get()["UserStatus"] == "UNCONFIRMED"


@pytest.mark.parametrize("name", ["ada", "none"])
def test_codes_are_asked_for_five_times_an_hour_whether_there_is_a_user_or_not(pool: Pool, name: str) -> None:
    pool.user("ada", email="ada@example.com", email_verified="true")
    quiet = pool.client(PreventUserExistenceErrors="ENABLED")
    for _ in range(5):
        details = pool.api.forgot_password(ClientId=quiet, Username=name)["CodeDeliveryDetails"]
        assert set(details) == {"Destination", "DeliveryMedium", "AttributeName"}
    said = refused("LimitExceededException", pool.api.forgot_password, ClientId=quiet, Username=name)
    assert said == "Attempt limit exceeded, please try after some time."


def test_a_password_is_guessed_five_times_an_hour_by_who_has_a_token(pool: Pool) -> None:
    pool.user()
    token = pool.token()
    for _ in range(5):
        refused(
            NAE,
            pool.api.change_password,
            AccessToken=token,
            PreviousPassword="Wrong-Pass-1",
            ProposedPassword="Other-Pass-1",
        )
    refused(
        "LimitExceededException",
        pool.api.change_password,
        AccessToken=token,
        PreviousPassword=PASSWORD,
        ProposedPassword="Other-Pass-1",
    )
    assert "AuthenticationResult" in pool.sign_in()
