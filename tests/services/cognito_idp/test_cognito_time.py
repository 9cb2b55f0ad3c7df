"""What ends with time: codes, limits, temporary passwords, addresses for files; and what deleted pools leave behind."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from portico.mail.mailbox import Mailbox
from portico.services.cognito_idp.import_upload import PATH, Uploads
from portico.services.cognito_idp.sweep import SWEEPS, Sweeper
from portico.wire.errors import AwsError
from portico.wire.http import Head
from user_pools import PASSWORD, UserPools, user_pools

HOUR, DAY = 3_600.0, 86_400.0
EMAIL = [{"Name": "email", "Value": "ada@example.com"}]


@pytest.fixture
async def here() -> AsyncIterator[UserPools]:
    async with user_pools() as made:
        yield made


async def code(here: UserPools) -> str:
    return (await Mailbox(here.world.store, here.world.sealer, here.clock).newest())[0].code


async def signed_up(here: UserPools) -> tuple[str, str]:
    pool = await here.pool(AutoVerifiedAttributes=["email"])
    client = (await here.client(pool))["ClientId"]
    await here.call("SignUp", ClientId=client, Username="ada", Password=PASSWORD, UserAttributes=EMAIL)
    return pool, client


async def test_a_sign_ups_code_holds_for_a_day(here: UserPools) -> None:
    _, client = await signed_up(here)
    asked = {"ClientId": client, "Username": "ada"}
    first = await code(here)
    here.clock.advance(DAY + 1)
    await here.refused("ExpiredCodeException", "ConfirmSignUp", **asked, ConfirmationCode=first)
    await here.call("ResendConfirmationCode", **asked)
    here.clock.advance(DAY - 1)
    await here.call("ConfirmSignUp", **asked, ConfirmationCode=await code(here))


async def test_a_passwords_code_holds_for_an_hour(here: UserPools) -> None:
    pool, client = await signed_up(here)
    await here.user(pool, "bob", email="bob@example.com", email_verified="true")
    asked = {"ClientId": client, "Username": "bob"}
    await here.call("ForgotPassword", **asked)
    late = await code(here)
    here.clock.advance(HOUR + 1)
    new = {"Password": "Other-Pass-1"}
    await here.refused("ExpiredCodeException", "ConfirmForgotPassword", **asked, ConfirmationCode=late, **new)
    await here.call("ForgotPassword", **asked)
    await here.call("ConfirmForgotPassword", **asked, ConfirmationCode=await code(here), **new)


async def test_limits_are_of_an_hour(here: UserPools) -> None:
    _, client = await signed_up(here)
    asked = {"ClientId": client, "Username": "ada"}
    for _ in range(5):
        await here.call("ResendConfirmationCode", **asked)
    await here.refused("LimitExceededException", "ResendConfirmationCode", **asked)
    here.clock.advance(HOUR)
    await here.call("ResendConfirmationCode", **asked)


async def test_names_that_nobody_has_are_limited_too(here: UserPools) -> None:
    _, client = await signed_up(here)
    asked = {"ClientId": client, "Username": "none", "ConfirmationCode": "123456"}
    for _ in range(15):
        await here.refused("UserNotFoundException", "ConfirmSignUp", **asked)
    await here.refused("LimitExceededException", "ConfirmSignUp", **asked)
    here.clock.advance(HOUR)
    await here.refused("UserNotFoundException", "ConfirmSignUp", **asked)
    assert len(here.idp.strangers) == 1


async def test_a_temporary_password_holds_as_long_as_the_pool_says(here: UserPools) -> None:
    policy = {"MinimumLength": 8, "TemporaryPasswordValidityDays": 2}
    pool = await here.pool(Policies={"PasswordPolicy": policy})
    client = (await here.client(pool))["ClientId"]
    asked = {"UserPoolId": pool, "Username": "ada", "MessageAction": "SUPPRESS"}
    await here.call("AdminCreateUser", **asked, TemporaryPassword=PASSWORD)
    here.clock.advance(2 * DAY - 1)
    assert (await here.by_password(client, "ada"))["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    here.clock.advance(2)
    with pytest.raises(AwsError) as refused:
        await here.by_password(client, "ada")
    assert refused.value.message == ("Temporary password has expired and must be reset by an administrator.")


async def test_an_import_that_is_not_started_expires(here: UserPools) -> None:
    pool = await here.pool()
    role = "arn:aws:iam::111122223333:role/r"
    made = await here.call("CreateUserImportJob", UserPoolId=pool, JobName="j", CloudWatchLogsRoleArn=role)
    job = made["UserImportJob"]
    head = Head("PUT", PATH + job["PreSignedUrl"].rpartition("/")[2], "", ())
    here.clock.advance(901)
    with pytest.raises(AwsError) as late:
        await Uploads(here.idp).take(head, Pieces(b"cognito:username\n"))
    assert (late.value.status, late.value.message) == (403, "Request has expired")
    here.clock.advance(DAY)
    shown = await here.call("DescribeUserImportJob", UserPoolId=pool, JobId=job["JobId"])
    assert shown["UserImportJob"]["Status"] == "Expired"
    await here.refused(
        "PreconditionNotMetException", "StartUserImportJob", UserPoolId=pool, JobId=job["JobId"]
    )


class Pieces:
    """A body in one piece."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def chunks(self, limit: int | None = None) -> AsyncIterator[bytes]:
        yield self._data


async def everything(here: UserPools, pool: str) -> list[Any]:
    """The records of a pool, whatever they are."""
    rows = await here.world.store.changes(after=0, limit=100_000)
    of_pool = (row.key[0] for row in rows if pool in row.key or f"cognito-idp/{pool}" in row.key)
    return [name for name in of_pool if str(name).startswith("cognito-idp.") or name == "signing-keys"]


async def test_a_deleted_pool_leaves_nothing_behind(here: UserPools) -> None:
    pool, client = await signed_up(here)
    other, _ = await signed_up(here)
    kept = await everything(here, other)
    await here.call("CreateGroup", UserPoolId=pool, GroupName="g")
    await here.user(pool, "bob", email="bob@example.com")
    await here.call("AdminAddUserToGroup", UserPoolId=pool, GroupName="g", Username="bob")
    await here.call("CreateResourceServer", UserPoolId=pool, Identifier="i", Name="n")
    await here.tokens_of(client, "bob")
    assert "signing-keys" in await everything(here, pool)
    await here.call("DeleteUserPool", UserPoolId=pool)
    sweeper = Sweeper(here.world.store, here.idp.bus)
    assert await sweeper.sweep() is True
    assert await sweeper.sweep() is False
    assert set(await everything(here, pool)) <= {
        "cognito-idp.refresh-end"
    }  # which goes when its time has come
    assert await everything(here, other) == kept
    assert await here.world.store.scan(SWEEPS.key()) == []


async def test_a_deleted_user_leaves_nothing_behind(here: UserPools) -> None:
    pool, client = await signed_up(here)
    before = sorted(await everything(here, pool))
    await here.user(pool, "bob", email="bob@example.com", email_verified="true")
    await here.tokens_of(client, "bob")
    await here.call("CreateGroup", UserPoolId=pool, GroupName="g")
    await here.call("AdminAddUserToGroup", UserPoolId=pool, GroupName="g", Username="bob")
    await here.call("ForgotPassword", ClientId=client, Username="bob")
    await here.call("AdminDeleteUser", UserPoolId=pool, Username="bob")
    await here.call("DeleteGroup", UserPoolId=pool, GroupName="g")
    left = [name for name in sorted(await everything(here, pool)) if name not in ("cognito-idp.refresh-end",)]
    assert set(left) - {"signing-keys"} == set(before) - {"signing-keys"}
    assert left.count("cognito-idp.user") == 1


async def test_signed_in_right_after_signing_up(here: UserPools) -> None:
    pool = await here.pool(AutoVerifiedAttributes=["email"])
    client = (await here.client(pool))["ClientId"]
    made = await here.call("SignUp", ClientId=client, Username="ada", Password=PASSWORD, UserAttributes=EMAIL)
    asked = {"ClientId": client, "Username": "ada", "ConfirmationCode": await code(here)}
    await here.refused("NotAuthorizedException", "ConfirmSignUp", **asked, Session="x" * 40)
    confirmed = await here.call("ConfirmSignUp", **asked, Session=made["Session"])
    signed_in = await here.call(
        "InitiateAuth",
        AuthFlow="USER_AUTH",
        ClientId=client,
        AuthParameters={"USERNAME": "ada"},
        Session=confirmed["Session"],
    )
    assert "AccessToken" in signed_in["AuthenticationResult"]
    await here.refused(
        "NotAuthorizedException",
        "InitiateAuth",
        AuthFlow="USER_AUTH",
        ClientId=client,
        AuthParameters={"USERNAME": "ada"},
        Session=made["Session"],
    )
