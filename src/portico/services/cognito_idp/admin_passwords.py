"""Passwords that administrators set or have reset."""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.cognito_idp import codes, errors, own_passwords, password_policy, user_records
from portico.services.cognito_idp.messages import Occasion
from portico.services.cognito_idp.service import CognitoIdp, of_pool, requested_user, user_key
from portico.services.cognito_idp.srp import in_thread

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes


@of_pool
async def admin_set_user_password(
    idp: CognitoIdp, call: Call, request: "shapes.AdminSetUserPasswordRequest"
) -> dict[str, Any]:
    """Give a user a password: its own (`Permanent`, which confirms it), or one that it has to replace.

    Raises:
        InvalidPasswordException, PasswordHistoryPolicyViolationException: the policy. UserNotFoundException: no such user.
    """
    pool, user = await requested_user(call, request)
    if request.get("Permanent"):
        after = await in_thread(password_policy.with_password, idp, pool, user, request["Password"], call.now)
        after = msgspec.structs.replace(after, status="CONFIRMED")
    else:
        after = await in_thread(
            password_policy.with_temporary, idp, pool, user, request["Password"], call.now
        )
        after = msgspec.structs.replace(after, status="FORCE_CHANGE_PASSWORD")
    codes.forget(call, pool, user_key(pool, user), "sign-in")
    await user_records.take_aliases(call, pool, user, after)  # a provider's user has some from now on
    user_records.save(call, pool, user, after)
    return {}


@of_pool
async def admin_reset_user_password(
    idp: CognitoIdp, call: Call, request: "shapes.AdminResetUserPasswordRequest"
) -> dict[str, Any]:
    """Make a user's password worthless and send it a code for a new one.

    Raises:
        NotAuthorizedException: not in this state. InvalidParameterException: no verified address. UserNotFoundException: no such user.
    """
    pool, user = await requested_user(call, request)
    if user.status not in ("CONFIRMED", "RESET_REQUIRED"):
        raise errors.not_authorized("User password cannot be reset in the current state.")
    occasion = Occasion("ForgotPassword", None, request.get("ClientMetadata"))
    await own_passwords.sent(idp, call, pool, user, occasion)
    user_records.save(call, pool, user, msgspec.structs.replace(user, status="RESET_REQUIRED"))
    return {}
