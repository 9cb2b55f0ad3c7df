"""What a signed-in user may do to itself: see, change, verify, leave."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cognito_idp import attributes, codes, errors, messages, tokens, user_records
from portico.services.cognito_idp.messages import Occasion
from portico.services.cognito_idp.records import Pool, User
from portico.services.cognito_idp.service import CognitoIdp, user_key

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes


@operation(action=None)
async def get_user(idp: CognitoIdp, call: Call, request: "shapes.GetUserRequest") -> dict[str, Any]:
    """The user that an access token speaks for, with the attributes that its client may read.

    Raises:
        NotAuthorizedException: the token. UserNotFoundException: the user is gone.
    """
    bearer = await tokens.access(idp, call, request["AccessToken"])
    user = bearer.user
    found: dict[str, Any] = {
        "Username": user.username,
        "UserAttributes": attributes.shown(user, client=bearer.client),
    }
    return {**found, **factors_shown(user)}


def factors_shown(user: User) -> dict[str, Any]:
    """A user's second factors, as GetUser and AdminGetUser show them."""
    found: dict[str, Any] = {}
    if user.mfa:
        found["UserMFASettingList"] = list(user.mfa)
    if user.preferred_mfa:
        found["PreferredMfaSetting"] = user.preferred_mfa
    if user.mfa_options:
        found["MFAOptions"] = [dict(each) for each in user.mfa_options]
    return found


@operation(action=None)
async def delete_user(idp: CognitoIdp, call: Call, request: "shapes.DeleteUserRequest") -> dict[str, Any]:
    """Remove the user that an access token speaks for.

    Raises:
        NotAuthorizedException: the token. UserNotFoundException: the user is gone.
    """
    bearer = await tokens.access(idp, call, request["AccessToken"])
    await user_records.delete(call, bearer.pool, bearer.user)
    return {}


@operation(action=None)
async def update_user_attributes(
    idp: CognitoIdp, call: Call, request: "shapes.UpdateUserAttributesRequest"
) -> dict[str, Any]:
    """Set attributes. A new address or number gets a code; where the pool says so, it counts only once it is verified.

    Raises:
        InvalidParameterException, NotAuthorizedException: what may not be set. AliasExistsException: it is another user's.
    """
    bearer = await tokens.access(idp, call, request["AccessToken"])
    pool, user = bearer.pool, bearer.user
    values = attributes.given(request["UserAttributes"])
    attributes.check(pool, values, client=bearer.client)
    attributes.check_mutable(pool, user, values)
    after, sent_to = await set_values(call, pool, user, values)
    occasion = Occasion("UpdateUserAttribute", bearer.client, request.get("ClientMetadata"))
    details = [await send(idp, call, pool, after, occasion, name, value) for name, value in sent_to.items()]
    return {"CodeDeliveryDetailsList": details}


async def set_values(
    call: Call, pool: Pool, user: User, values: Mapping[str, str], *, force: bool = False
) -> tuple[User, dict[str, str]]:
    """Write a user with attributes set, and tell which new addresses and numbers are to be verified, if the pool does that.

    Raises:
        AwsError: AliasExistsException.
    """
    waits: set[str] = set(
        (pool.settings.get("UserAttributeUpdateSettings") or {}).get(
            "AttributesRequireVerificationBeforeUpdate", ()
        )
    )
    new = {
        name: values[name]
        for name in attributes.CONTACTS
        if values.get(name)
        and values[name] != user.attributes.get(name)
        and values.get(f"{name}_verified", "").lower() != "true"
    }
    later = {name: value for name, value in new.items() if name in waits and name in pool.auto_verified}
    now = {name: value for name, value in values.items() if name not in later}
    after = attributes.with_values(user, now)
    if later:
        after = msgspec.structs.replace(after, pending={**after.pending, **later})
    await user_records.take_aliases(call, pool, user, after, force=force)
    after = user_records.save(call, pool, user, after)
    return after, {name: value for name, value in new.items() if name in pool.auto_verified}


async def send(
    idp: CognitoIdp, call: Call, pool: Pool, user: User, occasion: Occasion, attribute: str, value: str
) -> dict[str, str]:
    """Send a code that verifies `attribute` as `value`; where it went."""
    code = codes.issue(idp, call, pool, user_key(pool, user), attribute, attribute=attribute, value=value)
    return await messages.send_code(
        idp, call, pool, user, occasion, messages.medium_of(attribute), code, to=value
    )


@operation(action=None)
async def delete_user_attributes(
    idp: CognitoIdp, call: Call, request: "shapes.DeleteUserAttributesRequest"
) -> dict[str, Any]:
    """Remove attributes.

    Raises:
        InvalidParameterException: required, fixed, or not in the schema. NotAuthorizedException: the token, or not for this client.
    """
    bearer = await tokens.access(idp, call, request["AccessToken"])
    after = attributes.without(bearer.pool, bearer.user, request["UserAttributeNames"], client=bearer.client)
    user_records.save(call, bearer.pool, bearer.user, after)
    return {}


@operation(action=None)
async def get_user_attribute_verification_code(
    idp: CognitoIdp, call: Call, request: "shapes.GetUserAttributeVerificationCodeRequest"
) -> dict[str, Any]:
    """Send a code that verifies the user's address or number.

    Raises:
        InvalidParameterException: there is none, or it is another attribute. LimitExceededException: five in an hour.
    """
    bearer = await tokens.access(idp, call, request["AccessToken"])
    pool, user, attribute = bearer.pool, bearer.user, request["AttributeName"]
    _check_contact(attribute)
    value = user.pending.get(attribute) or user.attributes.get(attribute)
    if not value:
        raise errors.invalid(f"User has no {attribute} to verify.")
    await codes.count(idp, call, pool, user_key(pool, user), "ask")
    occasion = Occasion("VerifyUserAttribute", bearer.client, request.get("ClientMetadata"))
    return {"CodeDeliveryDetails": await send(idp, call, pool, user, occasion, attribute, value)}


@operation(action=None)
async def verify_user_attribute(
    idp: CognitoIdp, call: Call, request: "shapes.VerifyUserAttributeRequest"
) -> dict[str, Any]:
    """Verify an address or a number with the code that went there.

    Raises:
        CodeMismatchException, ExpiredCodeException: the code. LimitExceededException: too many tries. AliasExistsException: it is
            another user's by now.
    """
    bearer = await tokens.access(idp, call, request["AccessToken"])
    pool, user, attribute = bearer.pool, bearer.user, request["AttributeName"]
    _check_contact(attribute)
    key = user_key(pool, user)
    await codes.count(idp, call, pool, key, "verify")
    code = await codes.redeem(idp, call, pool, key, attribute, request["Code"])
    if code.value not in (user.attributes.get(attribute), user.pending.get(attribute)):
        raise errors.code_expired()
    after = attributes.with_values(user, {attribute: code.value, f"{attribute}_verified": "true"})
    await user_records.take_aliases(call, pool, user, after)
    user_records.save(call, pool, user, after)
    codes.forget(
        call, pool, key, "ask"
    )  # tries still count: a right code of one address is no price for guesses of another's
    return {}


def _check_contact(attribute: str) -> None:
    if attribute not in attributes.CONTACTS:
        raise errors.invalid(
            f"Invalid attribute name: {attribute}. Only email and phone_number can be verified."
        )
