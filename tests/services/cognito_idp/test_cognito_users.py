"""Users by themselves and by administrators: sign-up, codes, attributes, aliases, passwords."""

import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cognito_answers import PASSWORD, Mailbox, Pool, listed, refused

OTHER = "Other-Pass-1"


def sign_up(pool: Pool, name: str = "ada", /, **attributes: str) -> dict[str, Any]:
    answer: dict[str, Any] = pool.api.sign_up(
        ClientId=pool.client_id, Username=name, Password=PASSWORD, UserAttributes=listed(attributes)
    )
    return answer


def confirm(pool: Pool, code: str, name: str = "ada", **more: Any) -> None:
    pool.api.confirm_sign_up(ClientId=pool.client_id, Username=name, ConfirmationCode=code, **more)


@pytest.fixture
def address(account: str) -> str:
    """An e-mail address that nobody has."""
    return f"ada.{account}@example.com"


def test_signing_up(pool: Pool, mailbox: Mailbox, address: str) -> None:
    answer = sign_up(pool, email=address)
    assert answer["UserConfirmed"] is False
    assert answer["CodeDeliveryDetails"] == {
        "Destination": "a****@e****",
        "DeliveryMedium": "EMAIL",
        "AttributeName": "email",
    }
    assert pool.attributes() == {"email": address, "email_verified": "false"}
    refused("UserNotConfirmedException", pool.sign_in)
    mail = mailbox.all(address)[0]
    assert (mail["kind"], mail["subject"]) == ("email", "Your verification code")
    assert mail["text"] == f"Your confirmation code is {mail['code']}"
    confirm(pool, mail["code"])
    user = pool.get()
    assert user["UserStatus"] == "CONFIRMED"
    assert user["Username"] == "ada"
    assert {"Name": "sub", "Value": answer["UserSub"]} in user["UserAttributes"]
    assert pool.attributes()["email_verified"] == "true"
    assert "AuthenticationResult" in pool.sign_in()


def test_a_code_is_worth_something_once_and_until_there_is_a_newer_one(
    pool: Pool, mailbox: Mailbox, address: str
) -> None:
    sign_up(pool, email=address)
    old = mailbox.code(address)
    pool.api.resend_confirmation_code(ClientId=pool.client_id, Username="ada")
    new = mailbox.code(address)
    if old != new:
        refused("CodeMismatchException", confirm, pool=pool, code=old)
    confirm(pool, new)
    said = refused("NotAuthorizedException", confirm, pool=pool, code=new)
    assert said == "User cannot be confirmed. Current status is CONFIRMED"


def test_a_number_is_asked_before_an_address(
    make_pool: Callable[..., Pool], mailbox: Mailbox, account: str, address: str
) -> None:
    pool, number = make_pool(AutoVerifiedAttributes=["email", "phone_number"]), f"+49{account}"
    answer = sign_up(pool, email=address, phone_number=number)
    assert answer["CodeDeliveryDetails"] == {
        "Destination": f"+{'*' * 10}{number[-4:]}",
        "DeliveryMedium": "SMS",
        "AttributeName": "phone_number",
    }
    assert mailbox.all(address) == []
    text = mailbox.all(number)[0]
    assert (text["kind"], text["text"]) == ("sms", f"Your confirmation code is {text['code']}")
    confirm(pool, text["code"])
    assert pool.attributes()["phone_number_verified"] == "true"
    assert pool.attributes()["email_verified"] == "false"


def test_a_pool_without_verification_sends_nothing(
    make_pool: Callable[..., Pool], mailbox: Mailbox, address: str
) -> None:
    pool = make_pool()
    assert "CodeDeliveryDetails" not in sign_up(pool, email=address)
    assert mailbox.all(address) == []
    said = refused(
        "InvalidParameterException",
        pool.api.resend_confirmation_code,
        ClientId=pool.client_id,
        Username="ada",
    )
    assert said == "Cannot resend codes. Auto verification not turned on."
    pool.api.admin_confirm_sign_up(UserPoolId=pool.id, Username="ada")
    assert "AuthenticationResult" in pool.sign_in()


def test_administrators_only(make_pool: Callable[..., Pool]) -> None:
    pool = make_pool(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
    said = refused("NotAuthorizedException", lambda: sign_up(pool))
    assert said == "SignUp is not permitted for this user pool"


def test_addresses_in_place_of_names(make_pool: Callable[..., Pool], mailbox: Mailbox, address: str) -> None:
    pool = make_pool(
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
    )
    said = refused("InvalidParameterException", lambda: sign_up(pool, "ada"))
    assert said == "Username should be an email."
    sub = sign_up(pool, address)["UserSub"]
    confirm(pool, mailbox.code(address), address.upper())
    user = pool.get(address)
    assert user["Username"] == sub
    assert pool.get(sub) == user
    said = refused("UsernameExistsException", lambda: sign_up(pool, address.title()))
    assert said == "An account with the given email already exists."
    assert "AuthenticationResult" in pool.sign_in(address.upper())
    pool.user(f"bob.{address}")
    said = refused(
        "AliasExistsException",
        pool.api.admin_update_user_attributes,
        UserPoolId=pool.id,
        Username=f"bob.{address}",
        UserAttributes=listed({"email": address}),
    )
    assert said == "An account with the email already exists."


def test_an_alias_works_once_it_is_verified_and_for_one_user(
    make_pool: Callable[..., Pool], mailbox: Mailbox, address: str
) -> None:
    pool = make_pool(AliasAttributes=["email", "preferred_username"], AutoVerifiedAttributes=["email"])
    said = refused("InvalidParameterException", lambda: sign_up(pool, address))
    assert said == "Username cannot be of email format, since user pool is configured for email alias."
    sign_up(pool, "ada", email=address)
    refused("UserNotFoundException", pool.get, name=address)
    confirm(pool, mailbox.code(address))
    assert pool.get(address)["Username"] == "ada"
    sign_up(pool, "eve", email=address)
    code = mailbox.code(address)
    said = refused("AliasExistsException", confirm, pool=pool, code=code, name="eve")
    assert said == "An account with the email already exists."
    assert pool.get("eve")["UserStatus"] == "UNCONFIRMED"
    confirm(pool, code, "eve", ForceAliasCreation=True)
    assert pool.get(address)["Username"] == "eve"
    assert pool.attributes("ada")["email_verified"] == "false"
    pool.api.admin_delete_user(UserPoolId=pool.id, Username="eve")
    refused("UserNotFoundException", pool.get, name=address)


def test_case_counts_unless_it_does_not(make_pool: Callable[..., Pool]) -> None:
    pool = make_pool()
    pool.user("ada")
    refused("UserNotFoundException", pool.get, name="Ada")
    pool.user("Ada")
    pool = make_pool(UsernameConfiguration={"CaseSensitive": False})
    pool.user("Ada")
    assert pool.get("aDA")["Username"] == "Ada"
    refused("UsernameExistsException", lambda: pool.user("ADA"))


def test_a_forgotten_password(pool: Pool, mailbox: Mailbox, address: str) -> None:
    pool.user("ada", email=address, email_verified="true")
    details = pool.api.forgot_password(ClientId=pool.client_id, Username="ada")["CodeDeliveryDetails"]
    assert details["DeliveryMedium"] == "EMAIL"
    mail = mailbox.all(address)[0]
    assert mail["text"] == f"Your password reset code is {mail['code']}"
    asked = {"ClientId": pool.client_id, "Username": "ada", "ConfirmationCode": mail["code"]}
    refused("InvalidPasswordException", pool.api.confirm_forgot_password, **asked, Password="weak")
    assert "AuthenticationResult" in pool.sign_in()
    pool.api.confirm_forgot_password(**asked, Password=OTHER)
    refused("NotAuthorizedException", pool.sign_in)
    assert "AuthenticationResult" in pool.sign_in(password=OTHER)
    refused("ExpiredCodeException", pool.api.confirm_forgot_password, **asked, Password=PASSWORD)


def test_a_code_of_one_kind_is_none_of_another(pool: Pool, mailbox: Mailbox, address: str) -> None:
    pool.user("ada", email=address, email_verified="true")
    pool.api.forgot_password(ClientId=pool.client_id, Username="ada")
    code, token = mailbox.code(address), pool.token()
    refused(
        "ExpiredCodeException",
        pool.api.verify_user_attribute,
        AccessToken=token,
        AttributeName="email",
        Code=code,
    )
    pool.user("bob", email=f"bob.{address}", email_verified="true")
    refused(
        "ExpiredCodeException",
        pool.api.confirm_forgot_password,
        ClientId=pool.client_id,
        Username="bob",
        ConfirmationCode=code,
        Password=OTHER,
    )
    assert "AuthenticationResult" in pool.sign_in("bob")


@pytest.mark.parametrize("name", ["disabled", "none"])
def test_who_has_no_account_is_not_told_apart(pool: Pool, mailbox: Mailbox, address: str, name: str) -> None:
    pool.user("disabled", email=address, email_verified="true")
    pool.api.admin_disable_user(UserPoolId=pool.id, Username="disabled")
    quiet = pool.client(PreventUserExistenceErrors="ENABLED")
    first = pool.api.forgot_password(ClientId=quiet, Username=name)["CodeDeliveryDetails"]
    again = pool.api.forgot_password(ClientId=quiet, Username=name)["CodeDeliveryDetails"]
    assert first == again
    assert (first["DeliveryMedium"], first["AttributeName"]) == ("EMAIL", "email")
    assert mailbox.all(address) == []


def test_recovery_goes_the_way_the_pool_says(
    make_pool: Callable[..., Pool], mailbox: Mailbox, account: str, address: str
) -> None:
    ways = [{"Priority": 1, "Name": "verified_phone_number"}, {"Priority": 2, "Name": "verified_email"}]
    pool = make_pool(AccountRecoverySetting={"RecoveryMechanisms": ways})
    number = f"+49{account}"
    known = {
        "phone_number": number,
        "phone_number_verified": "true",
        "email": address,
        "email_verified": "true",
    }
    pool.user("ada", **known)
    details = pool.api.forgot_password(ClientId=pool.client_id, Username="ada")["CodeDeliveryDetails"]
    assert details["DeliveryMedium"] == "SMS"
    assert mailbox.all(number)[0]["code"]
    pool = make_pool(AccountRecoverySetting={"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]})
    pool.user("ada", **known)
    said = refused(
        "NotAuthorizedException", pool.api.forgot_password, ClientId=pool.client_id, Username="ada"
    )
    assert said == "Contact administrator to reset password."


def test_invitations(pool: Pool, mailbox: Mailbox, address: str) -> None:
    asked = {"UserPoolId": pool.id, "Username": "ada", "DesiredDeliveryMediums": ["EMAIL"]}
    made = pool.api.admin_create_user(**asked, UserAttributes=listed({"email": address}))["User"]
    assert made["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert made["Enabled"] is True
    assert [each["Name"] for each in made["Attributes"]] == ["sub", "email"]
    mail = mailbox.all(address)[0]
    assert mail["subject"] == "Your temporary password"
    assert mail["text"].startswith("Your username is ada and temporary password is ")
    assert pool.sign_in(password=mail["code"])["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    pool.api.admin_create_user(**asked, MessageAction="RESEND")
    second = mailbox.all(address)[0]
    assert second["id"] != mail["id"]
    refused("NotAuthorizedException", pool.sign_in, password=mail["code"])
    assert pool.sign_in(password=second["code"])["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


def test_passwords_that_administrators_set(pool: Pool) -> None:
    pool.user()
    place = {"UserPoolId": pool.id, "Username": "ada"}
    pool.api.admin_set_user_password(**place, Password=OTHER, Permanent=False)
    assert pool.get()["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert pool.sign_in(password=OTHER)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    pool.api.admin_set_user_password(**place, Password=OTHER, Permanent=True)
    assert "AuthenticationResult" in pool.sign_in(password=OTHER)


def test_a_reset_by_an_administrator(pool: Pool, mailbox: Mailbox, address: str) -> None:
    pool.user("ada", email=address, email_verified="true")
    pool.api.admin_reset_user_password(UserPoolId=pool.id, Username="ada")
    assert pool.get()["UserStatus"] == "RESET_REQUIRED"
    said = refused("PasswordResetRequiredException", pool.sign_in)
    assert said == "Password reset required for the user"
    pool.api.confirm_forgot_password(
        ClientId=pool.client_id, Username="ada", ConfirmationCode=mailbox.code(address), Password=OTHER
    )
    assert "AuthenticationResult" in pool.sign_in(password=OTHER)


def test_former_passwords_are_remembered(make_pool: Callable[..., Pool]) -> None:
    policy = {"MinimumLength": 8, "PasswordHistorySize": 2}
    pool = make_pool(Policies={"PasswordPolicy": policy})
    pool.user()
    words = [PASSWORD, "second-one", "third-one-", "fourth-one"]
    token = pool.token()

    def change(before: str, after: str) -> None:
        pool.api.change_password(AccessToken=token, PreviousPassword=before, ProposedPassword=after)

    refused("PasswordHistoryPolicyViolationException", change, before=words[0], after=words[0])
    change(words[0], words[1])
    refused("PasswordHistoryPolicyViolationException", change, before=words[1], after=words[0])
    change(words[1], words[2])
    change(words[2], words[0])
    assert "AuthenticationResult" in pool.sign_in(password=words[0])


def test_a_disabled_user_is_out_with_all_its_tokens(pool: Pool) -> None:
    pool.user()
    place = {"UserPoolId": pool.id, "Username": "ada"}
    result = pool.sign_in()["AuthenticationResult"]
    pool.api.admin_disable_user(**place)
    assert pool.get()["Enabled"] is False
    said = refused("NotAuthorizedException", pool.sign_in)
    assert said == "User is disabled."
    refused("NotAuthorizedException", pool.api.get_user, AccessToken=result["AccessToken"])
    pool.api.admin_enable_user(**place)
    refused("NotAuthorizedException", pool.api.get_user, AccessToken=result["AccessToken"])
    refused(
        "NotAuthorizedException",
        pool.api.initiate_auth,
        ClientId=pool.client_id,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": result["RefreshToken"]},
    )
    assert "AuthenticationResult" in pool.sign_in()


def test_a_users_own_attributes(pool: Pool, mailbox: Mailbox, address: str) -> None:
    pool.user("ada", email=f"old.{address}", email_verified="true", name="Ada")
    token = pool.token()
    answer = pool.api.update_user_attributes(
        AccessToken=token, UserAttributes=listed({"email": address, "nickname": "A", "name": ""})
    )
    assert [each["AttributeName"] for each in answer["CodeDeliveryDetailsList"]] == ["email"]
    assert pool.attributes() == {"email": address, "email_verified": "false", "nickname": "A"}
    pool.api.verify_user_attribute(AccessToken=token, AttributeName="email", Code=mailbox.code(address))
    assert pool.attributes()["email_verified"] == "true"
    pool.api.delete_user_attributes(AccessToken=token, UserAttributeNames=["nickname"])
    shown = pool.api.get_user(AccessToken=token)
    assert shown["Username"] == "ada"
    assert {each["Name"] for each in shown["UserAttributes"]} == {"sub", "email", "email_verified"}
    pool.api.delete_user(AccessToken=token)
    refused("UserNotFoundException", pool.get)
    refused("UserNotFoundException", pool.api.get_user, AccessToken=token)


def test_a_new_address_counts_once_it_is_verified_where_the_pool_says_so(
    make_pool: Callable[..., Pool], mailbox: Mailbox, address: str
) -> None:
    pool = make_pool(
        AutoVerifiedAttributes=["email"],
        UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
    )
    pool.user("ada", email=f"old.{address}", email_verified="true")
    token = pool.token()
    pool.api.update_user_attributes(AccessToken=token, UserAttributes=listed({"email": address}))
    assert pool.attributes() == {"email": f"old.{address}", "email_verified": "true"}
    details = pool.api.get_user_attribute_verification_code(AccessToken=token, AttributeName="email")
    assert details["CodeDeliveryDetails"]["Destination"] == "a****@e****"
    pool.api.verify_user_attribute(AccessToken=token, AttributeName="email", Code=mailbox.code(address))
    assert pool.attributes() == {"email": address, "email_verified": "true"}


def test_a_client_shows_and_changes_what_it_may(pool: Pool) -> None:
    narrow = pool.client(ReadAttributes=["email"], WriteAttributes=["nickname"])
    pool.user("ada", email="ada@example.com", name="Ada", nickname="A")
    token = pool.token(client_id=narrow)
    shown = pool.api.get_user(AccessToken=token)["UserAttributes"]
    assert [each["Name"] for each in shown] == ["sub", "email"]
    pool.api.update_user_attributes(AccessToken=token, UserAttributes=listed({"nickname": "B"}))
    refused(
        "NotAuthorizedException",
        pool.api.update_user_attributes,
        AccessToken=token,
        UserAttributes=listed({"name": "B"}),
    )
    assert pool.attributes()["name"] == "Ada"


def test_many_sign_ups_of_one_name_make_one_user(pool: Pool) -> None:
    def attempt(n: int) -> str:
        try:
            sign_up(pool, "ada", name=str(n))
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "made"

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(attempt, range(8)))
    assert sorted(outcomes) == ["UsernameExistsException"] * 7 + ["made"]
    assert len(pool.api.list_users(UserPoolId=pool.id)["Users"]) == 1
    assert pool.api.describe_user_pool(UserPoolId=pool.id)["UserPool"]["EstimatedNumberOfUsers"] == 1


def test_a_code_that_many_give_at_once_counts_once(pool: Pool, mailbox: Mailbox, address: str) -> None:
    pool.user("ada", email=address, email_verified="true")
    pool.api.forgot_password(ClientId=pool.client_id, Username="ada")
    code = mailbox.code(address)

    def attempt(n: int) -> str:
        try:
            pool.api.confirm_forgot_password(
                ClientId=pool.client_id, Username="ada", ConfirmationCode=code, Password=f"Number-{n}-pass"
            )
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "changed"

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(attempt, range(6)))
    assert sorted(outcomes) == ["ExpiredCodeException"] * 5 + ["changed"]
    assert "AuthenticationResult" in pool.sign_in(password=f"Number-{outcomes.index('changed')}-pass")


def test_times_are_told(pool: Pool) -> None:
    before = pool.user()
    assert isinstance(before["UserCreateDate"], datetime.datetime)
    pool.api.admin_update_user_attributes(
        UserPoolId=pool.id, Username="ada", UserAttributes=listed({"name": "Ada"})
    )
    after = pool.get()
    assert after["UserCreateDate"] == before["UserCreateDate"]
    assert after["UserLastModifiedDate"] > before["UserLastModifiedDate"]
