"""Passwords that users set themselves: forgotten ones by a code, known ones by the one before."""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cognito_idp import (
    codes,
    contacts,
    errors,
    messages,
    migration,
    new_users,
    password_policy,
    strangers,
    tokens,
    user_records,
)
from portico.services.cognito_idp.client_secrets import check_hash
from portico.services.cognito_idp.messages import Occasion
from portico.services.cognito_idp.records import Client, Pool, User
from portico.services.cognito_idp.service import CognitoIdp, client_of, find_user, user_key
from portico.services.cognito_idp.settle import settled
from portico.services.cognito_idp.srp import in_thread

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_IN_NO_STATE = frozenset({"FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"})


@operation(action=None)
async def forgot_password(
    idp: CognitoIdp, call: Call, request: "shapes.ForgotPasswordRequest"
) -> dict[str, Any]:
    """Send a code that a new password can be set with.

    Raises:
        InvalidParameterException: no verified address. NotAuthorizedException: not in this state, or administrators only.
        LimitExceededException: five in an hour. UserNotFoundException: there is no such user, where the client tells.
    """
    pool, client = await client_of(call, request["ClientId"])
    name, metadata = request["Username"], request.get("ClientMetadata")
    check_hash(idp, client, request.get("SecretHash"), name)
    user = await find_user(call, pool, name)
    if user is None:
        user = await migration.migrate(
            idp, call, pool, client, name, source="ForgotPassword", metadata=metadata
        )
    if user is None:
        strangers.count(idp, call, pool, name, "forgot")
        return {"CodeDeliveryDetails": _pretended(idp, pool, client, name, errors.no_user_of_client())}
    key = user_key(pool, user)
    await codes.count(idp, call, pool, key, "forgot")
    if not user.enabled:
        return {"CodeDeliveryDetails": _pretended(idp, pool, client, name, errors.disabled())}
    if user.status in _IN_NO_STATE:
        raise errors.not_authorized("User password cannot be reset in the current state.")
    occasion = Occasion("ForgotPassword", client, metadata)
    if client.hides_users and not contacts.has_recovery(pool, user):
        return {"CodeDeliveryDetails": contacts.pretended(idp, pool, name)}
    return {"CodeDeliveryDetails": await sent(idp, call, pool, user, occasion)}


def _pretended(idp: CognitoIdp, pool: Pool, client: Client, name: str, error: Exception) -> dict[str, str]:
    """Where a code would have gone, if the client does not tell; else the error."""
    if client.hides_users:
        return contacts.pretended(idp, pool, name)
    raise error


async def sent(idp: CognitoIdp, call: Call, pool: Pool, user: User, occasion: Occasion) -> dict[str, str]:
    """Send the code for a new password; where it went.

    Raises:
        AwsError: as `contacts.to_recover` and `messages.send_code`.
    """
    contact = contacts.to_recover(pool, user)
    code = codes.issue(idp, call, pool, user_key(pool, user), "password", attribute=contact)
    return await messages.send_code(idp, call, pool, user, occasion, messages.medium_of(contact), code)


@operation(action=None)
async def confirm_forgot_password(
    idp: CognitoIdp, call: Call, request: "shapes.ConfirmForgotPasswordRequest"
) -> dict[str, Any]:
    """Set a new password with the code that was sent.

    Raises:
        CodeMismatchException, ExpiredCodeException: the code. LimitExceededException: too many tries. InvalidPasswordException,
            PasswordHistoryPolicyViolationException: the policy. UserNotFoundException: there is no such user, where the client tells.
    """
    pool, client = await client_of(call, request["ClientId"])
    name, metadata = request["Username"], request.get("ClientMetadata")
    check_hash(idp, client, request.get("SecretHash"), name)
    user = await find_user(call, pool, name)
    if user is None:
        strangers.count(idp, call, pool, name, "reset")
        raise errors.code_mismatch() if client.hides_users else errors.no_user_of_client()
    await codes.count(idp, call, pool, user_key(pool, user), "reset")
    if client.hides_users and not user.enabled:
        raise errors.code_mismatch()
    changed = await settled(idp, call, lambda inner: _reset(idp, inner, request))
    await new_users.post_confirmation(
        idp, call, pool, changed, client, metadata, source="ConfirmForgotPassword"
    )
    return {}


async def _reset(idp: CognitoIdp, call: Call, request: "shapes.ConfirmForgotPasswordRequest") -> User:
    pool, _ = await client_of(call, request["ClientId"])
    user = await find_user(call, pool, request["Username"])
    if user is None:
        raise errors.no_user_of_client()
    key = user_key(pool, user)
    await codes.redeem(idp, call, pool, key, "password", request["ConfirmationCode"])
    if not user.enabled:
        raise errors.disabled()
    changed = await in_thread(password_policy.with_password, idp, pool, user, request["Password"], call.now)
    codes.forget(call, pool, key, "reset", "forgot", "sign-in")
    return user_records.save(call, pool, user, msgspec.structs.replace(changed, status="CONFIRMED"))


@operation(action=None)
async def change_password(
    idp: CognitoIdp, call: Call, request: "shapes.ChangePasswordRequest"
) -> dict[str, Any]:
    """Set a new password, knowing the one before (which a user that never had one leaves out).

    Raises:
        NotAuthorizedException: the access token, or the password before. LimitExceededException: five in an hour.
        InvalidPasswordException, PasswordHistoryPolicyViolationException: the policy.
    """
    bearer = await tokens.access(idp, call, request["AccessToken"])
    pool, user = bearer.pool, bearer.user
    await codes.count(idp, call, pool, user_key(pool, user), "change")
    if user.secret:
        previous = request.get("PreviousPassword")
        if previous is None:
            raise errors.invalid("PreviousPassword is required.")
        if not await in_thread(password_policy.is_password, idp, pool, user, previous):
            raise errors.wrong_password()
    proposed = request["ProposedPassword"]
    changed = await in_thread(password_policy.with_password, idp, pool, user, proposed, call.now)
    user_records.save(call, pool, user, changed)
    return {}
