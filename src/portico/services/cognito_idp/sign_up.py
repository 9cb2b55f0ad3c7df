"""Signing up: by a user itself, with a code to confirm that its address is its own."""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cognito_idp import (
    attributes,
    choice,
    codes,
    contacts,
    errors,
    messages,
    new_users,
    password_policy,
    strangers,
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

_AUTO_VERIFIED = (("autoVerifyEmail", "email"), ("autoVerifyPhone", "phone_number"))


@operation(action=None)
async def sign_up(idp: CognitoIdp, call: Call, request: "shapes.SignUpRequest") -> dict[str, Any]:
    """Make a user that has to be confirmed, unless the pre sign-up trigger confirms it.

    Raises:
        ResourceNotFoundException: no such client. NotAuthorizedException: administrators only make users, a wrong secret hash, or what
            the client may not write. InvalidParameterException: name or attributes. InvalidPasswordException: the policy.
        UsernameExistsException: the name is taken. UserLambdaValidationException and the like: a trigger refuses.
    """
    pool, client = await client_of(call, request["ClientId"])
    check_hash(idp, client, request.get("SecretHash"), request["Username"])
    if pool.settings["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"]:
        raise errors.not_authorized("SignUp is not permitted for this user pool")
    asked = new_users.asked_of(request)
    password = _password(pool, request.get("Password"))

    async def work(call: Call) -> tuple[User, dict[str, Any]]:
        pool, client = await client_of(call, request["ClientId"])
        user = new_users.drafted(call, pool, asked, client, "UNCONFIRMED")
        if password:
            user = await in_thread(password_policy.with_password, idp, pool, user, password, call.now)
        await user_records.refuse_taken(call, pool, user)
        said = await new_users.pre_sign_up(idp, call, pool, user, asked, client, source="SignUp")
        for flag, attribute in _AUTO_VERIFIED:
            if said.get(flag) and attribute in user.attributes:
                user = attributes.verified(user, attribute)
        if said.get("autoConfirmUser"):
            user = msgspec.structs.replace(user, status="CONFIRMED")
        await new_users.store(call, pool, user)
        occasion = Occasion("SignUp", client, asked.metadata)
        contact = None if user.status == "CONFIRMED" else contacts.to_confirm(pool, user)
        if contact is None:
            return user, {}
        return user, {"CodeDeliveryDetails": await _send(idp, call, pool, user, occasion, contact)}

    user, details = await settled(idp, call, work)
    if user.status == "CONFIRMED":
        await new_users.post_confirmation(idp, call, pool, user, client, asked.metadata)
        return {"UserConfirmed": True, "UserSub": user.sub, **details}
    answer = {"UserConfirmed": False, "UserSub": user.sub, **details}
    if "ALLOW_USER_AUTH" in client.flows:
        answer["Session"] = choice.session_to_confirm(idp, client, user, user_key(pool, user), call.now)
    return answer


def _password(pool: Pool, password: str | None) -> str:
    """The password of a sign-up; users who sign in with a one-time code need none."""
    if password:
        return password
    factors = pool.settings["Policies"].get("SignInPolicy", {}).get("AllowedFirstAuthFactors", ["PASSWORD"])
    if set(factors) <= {"PASSWORD"}:
        raise errors.invalid("Password is required.")
    return ""


async def _send(
    idp: CognitoIdp, call: Call, pool: Pool, user: User, occasion: Occasion, contact: str
) -> dict[str, str]:
    key = user_key(pool, user)
    code = codes.issue(idp, call, pool, key, "sign-up", attribute=contact, value=user.attributes[contact])
    return await messages.send_code(idp, call, pool, user, occasion, messages.medium_of(contact), code)


@operation(action=None)
async def confirm_sign_up(
    idp: CognitoIdp, call: Call, request: "shapes.ConfirmSignUpRequest"
) -> dict[str, Any]:
    """Confirm a user with the code that it was sent.

    Raises:
        CodeMismatchException, ExpiredCodeException: the code. LimitExceededException: too many tries. AliasExistsException: the address
            is another user's alias. NotAuthorizedException: it is confirmed. UserNotFoundException: there is no such user.
    """
    pool, client = await client_of(call, request["ClientId"])
    check_hash(idp, client, request.get("SecretHash"), request["Username"])
    user = await find_user(call, pool, request["Username"])
    if user is None:
        strangers.count(idp, call, pool, request["Username"], "confirm")
        raise errors.code_mismatch() if client.hides_users else errors.no_user_of_client()
    if user.status != "UNCONFIRMED":
        raise errors.not_authorized(f"User cannot be confirmed. Current status is {user.status}")
    await codes.count(idp, call, pool, user_key(pool, user), "confirm")
    if "Session" in request:
        choice.check_to_confirm(idp, client, user, request["Session"], call.now)
    confirmed = await settled(idp, call, lambda inner: _confirmed(idp, inner, request))
    await new_users.post_confirmation(idp, call, pool, confirmed, client, request.get("ClientMetadata"))
    if "ALLOW_USER_AUTH" not in client.flows:
        return {}
    return {"Session": choice.session_of_sign_up(idp, client, confirmed, user_key(pool, confirmed), call.now)}


async def _confirmed(idp: CognitoIdp, call: Call, request: "shapes.ConfirmSignUpRequest") -> User:
    pool, _ = await client_of(call, request["ClientId"])
    user = await find_user(call, pool, request["Username"])
    if user is None:
        raise errors.no_user_of_client()
    if user.status != "UNCONFIRMED":
        raise errors.not_authorized(f"User cannot be confirmed. Current status is {user.status}")
    if not user.enabled:
        raise errors.disabled()
    key = user_key(pool, user)
    code = await codes.redeem(idp, call, pool, key, "sign-up", request["ConfirmationCode"])
    after = msgspec.structs.replace(user, status="CONFIRMED")
    if user.attributes.get(code.attribute) == code.value:
        after = attributes.verified(after, code.attribute)
    await user_records.take_aliases(call, pool, user, after, force=bool(request.get("ForceAliasCreation")))
    codes.forget(call, pool, key, "confirm", "resend")
    return user_records.save(call, pool, user, after)


@operation(action=None)
async def resend_confirmation_code(
    idp: CognitoIdp, call: Call, request: "shapes.ResendConfirmationCodeRequest"
) -> dict[str, Any]:
    """Send a new code to a user that is not confirmed; the one before is worth nothing any more.

    Raises:
        InvalidParameterException: it is confirmed, or has no address that codes go to, where the client tells. LimitExceededException:
            five in an hour. UserNotFoundException: there is no such user, where the client tells.
    """
    pool, client = await client_of(call, request["ClientId"])
    check_hash(idp, client, request.get("SecretHash"), request["Username"])
    user = await find_user(call, pool, request["Username"])
    if user is None:
        return {"CodeDeliveryDetails": _nobody(idp, call, pool, client, request["Username"])}
    contact = contacts.to_confirm(pool, user) if user.status == "UNCONFIRMED" else None
    if contact is None and not client.hides_users:
        if user.status != "UNCONFIRMED":
            raise errors.invalid("User is already confirmed.")
        raise errors.invalid("Cannot resend codes. Auto verification not turned on.")
    await codes.count(idp, call, pool, user_key(pool, user), "resend")
    if contact is None:
        return {"CodeDeliveryDetails": contacts.pretended(idp, pool, request["Username"])}
    occasion = Occasion("ResendCode", client, request.get("ClientMetadata"))
    return {"CodeDeliveryDetails": await _send(idp, call, pool, user, occasion, contact)}


def _nobody(idp: CognitoIdp, call: Call, pool: Pool, client: Client, name: str) -> dict[str, str]:
    """The answer about a user that is not there."""
    strangers.count(idp, call, pool, name, "resend")
    if not client.hides_users:
        raise errors.no_user_of_client()
    return contacts.pretended(idp, pool, name)
