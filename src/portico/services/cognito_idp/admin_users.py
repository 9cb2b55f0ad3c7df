"""Users as administrators see and change them."""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.cognito_idp import attributes, codes, errors, new_users, own_user, user_records
from portico.services.cognito_idp.messages import Occasion
from portico.services.cognito_idp.records import User
from portico.services.cognito_idp.service import CognitoIdp, of_pool, pool_of, requested_user, user_key
from portico.services.cognito_idp.settle import settled
from portico.services.cognito_idp.sign_out import sign_out

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes


@of_pool
async def admin_get_user(
    idp: CognitoIdp, call: Call, request: "shapes.AdminGetUserRequest"
) -> dict[str, Any]:
    """Everything about a user.

    Raises:
        ResourceNotFoundException: no such pool. UserNotFoundException: no such user.
    """
    _, user = await requested_user(call, request)
    return {**attributes.user_shown(user, member="UserAttributes"), **own_user.factors_shown(user)}


@of_pool
async def admin_delete_user(
    idp: CognitoIdp, call: Call, request: "shapes.AdminDeleteUserRequest"
) -> dict[str, Any]:
    """Remove a user with all that belongs to it.

    Raises:
        ResourceNotFoundException: no such pool. UserNotFoundException: no such user.
    """
    await user_records.delete(call, *await requested_user(call, request))
    return {}


@of_pool
async def admin_disable_user(
    idp: CognitoIdp, call: Call, request: "shapes.AdminDisableUserRequest"
) -> dict[str, Any]:
    """Keep a user from signing in, and end its tokens.

    Raises:
        ResourceNotFoundException: no such pool. UserNotFoundException: no such user.
    """
    pool, user = await requested_user(call, request)
    out = await sign_out(call, pool, user)
    user_records.save(call, pool, user, msgspec.structs.replace(out, enabled=False))
    return {}


@of_pool
async def admin_enable_user(
    idp: CognitoIdp, call: Call, request: "shapes.AdminEnableUserRequest"
) -> dict[str, Any]:
    """Let a user sign in again.

    Raises:
        ResourceNotFoundException: no such pool. UserNotFoundException: no such user.
    """
    pool, user = await requested_user(call, request)
    user_records.save(call, pool, user, msgspec.structs.replace(user, enabled=True))
    return {}


@of_pool
async def admin_update_user_attributes(
    idp: CognitoIdp, call: Call, request: "shapes.AdminUpdateUserAttributesRequest"
) -> dict[str, Any]:
    """Set any attributes that may change, verified or not. A new address or number that is not set as verified gets a code.

    Raises:
        InvalidParameterException: not of the schema, or fixed. AliasExistsException: it is another user's.
    """
    pool, user = await requested_user(call, request)
    values = attributes.given(request["UserAttributes"])
    attributes.check(pool, values, client=None)
    attributes.check_mutable(pool, user, values)
    after, sent_to = await own_user.set_values(call, pool, user, values)
    occasion = Occasion("UpdateUserAttribute", None, request.get("ClientMetadata"))
    for name, value in sent_to.items():
        await own_user.send(idp, call, pool, after, occasion, name, value)
    return {}


@of_pool
async def admin_delete_user_attributes(
    idp: CognitoIdp, call: Call, request: "shapes.AdminDeleteUserAttributesRequest"
) -> dict[str, Any]:
    """Remove attributes of a user.

    Raises:
        InvalidParameterException: required, fixed, or not in the schema.
    """
    pool, user = await requested_user(call, request)
    after = attributes.without(pool, user, request["UserAttributeNames"], client=None)
    user_records.save(call, pool, user, after)
    return {}


@of_pool
async def admin_confirm_sign_up(
    idp: CognitoIdp, call: Call, request: "shapes.AdminConfirmSignUpRequest"
) -> dict[str, Any]:
    """Confirm a user without a code; its address stays unverified.

    Raises:
        NotAuthorizedException: it is confirmed. UserNotFoundException: no such user. UserLambdaValidationException and the like: the post
            confirmation trigger; the user is confirmed all the same.
    """
    pool = await pool_of(call, request["UserPoolId"])

    async def work(call: Call) -> User:
        pool, user = await requested_user(call, request)
        if user.status != "UNCONFIRMED":
            raise errors.not_authorized(f"User cannot be confirmed. Current status is {user.status}")
        codes.forget(call, pool, user_key(pool, user), "confirm", "resend")
        return user_records.save(call, pool, user, msgspec.structs.replace(user, status="CONFIRMED"))

    user = await settled(idp, call, work)
    await new_users.post_confirmation(idp, call, pool, user, None, request.get("ClientMetadata"))
    return {}
