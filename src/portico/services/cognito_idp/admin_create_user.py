"""Users that administrators make: with a temporary password that is sent to them.

Source: Cognito API reference, AdminCreateUser; Developer Guide, "Creating user accounts as administrator".
"""

import secrets
import string
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.cognito_idp import (
    attributes,
    errors,
    messages,
    new_users,
    password_policy,
    user_records,
)
from portico.services.cognito_idp.messages import Occasion
from portico.services.cognito_idp.new_users import Asked
from portico.services.cognito_idp.records import Pool, User
from portico.services.cognito_idp.service import CognitoIdp, find_user, of_pool, pool_of
from portico.services.cognito_idp.srp import in_thread
from portico.services.cognito_idp.words import Medium

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_MEDIA: dict[str, str] = {"EMAIL": "email", "SMS": "phone_number"}
_CHARS_MIN = 8
_CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#$%*+-.=?@_")


@of_pool
async def admin_create_user(
    idp: CognitoIdp, call: Call, request: "shapes.AdminCreateUserRequest"
) -> dict[str, Any]:
    """Make a user that has to set a password of its own when it signs in first, and send it a temporary one (`MessageAction`: `RESEND`
    does so again for one that has not, `SUPPRESS` sends nothing).

    Raises:
        UsernameExistsException: the name is taken. AliasExistsException: an alias is, and `ForceAliasCreation` does not take it.
        InvalidParameterException: name, attributes, or no address to send to. InvalidPasswordException: the policy.
        UnsupportedUserStateException: `RESEND` to a user that has a password. UserLambdaValidationException and the like: a trigger.
    """
    pool = await pool_of(call, request["UserPoolId"])
    asked = new_users.asked_of(request)
    media = [*dict.fromkeys(request.get("DesiredDeliveryMediums") or ["SMS"])]
    action = request.get("MessageAction")
    password = request.get("TemporaryPassword") or generated(pool)
    if action == "RESEND":
        user = await _again(idp, call, pool, asked, password)
    else:
        if await find_user(call, pool, asked.username) is not None:
            raise errors.username_exists("User account already exists")
        user = await _made(idp, call, pool, asked, password, force=bool(request.get("ForceAliasCreation")))
    if action != "SUPPRESS":
        await _invite(idp, call, pool, user, asked, password, media)
    return {"User": attributes.user_shown(user)}


async def _made(idp: CognitoIdp, call: Call, pool: Pool, asked: Asked, password: str, *, force: bool) -> User:
    user = new_users.drafted(call, pool, asked, None, "FORCE_CHANGE_PASSWORD")
    user = await in_thread(password_policy.with_temporary, idp, pool, user, password, call.now)
    await new_users.pre_sign_up(idp, call, pool, user, asked, None, source="AdminCreateUser")
    await new_users.store(call, pool, user, force=force)
    return user


async def _again(idp: CognitoIdp, call: Call, pool: Pool, asked: Asked, password: str) -> User:
    user = await find_user(call, pool, asked.username)
    if user is None:
        raise errors.no_user()
    if user.status != "FORCE_CHANGE_PASSWORD":
        raise errors.bad_state(f"Resend not possible. Current status is {user.status}")
    after = await in_thread(password_policy.with_temporary, idp, pool, user, password, call.now)
    return user_records.save(call, pool, user, after)


async def _invite(
    idp: CognitoIdp, call: Call, pool: Pool, user: User, asked: Asked, password: str, media: list[str]
) -> None:
    """Send the temporary password, in each way that there is an address for; in none, if the user has none at all."""
    occasion = Occasion("AdminCreateUser", None, asked.metadata, username=asked.username)
    for medium in media:
        if _MEDIA[medium] in user.attributes:
            way: Medium = "SMS" if medium == "SMS" else "EMAIL"
            await messages.send_code(idp, call, pool, user, occasion, way, password)


def generated(pool: Pool) -> str:
    """A random password that the pool's policy takes."""
    length = max(pool.password_policy["MinimumLength"], _CHARS_MIN)
    chars = [secrets.choice(each) for each in _CLASSES]
    chars += [secrets.choice("".join(_CLASSES)) for _ in range(length - len(chars))]
    secrets.SystemRandom().shuffle(chars)
    return "".join(chars)
