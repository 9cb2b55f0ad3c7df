"""The first sign-in with a temporary password: the user chooses its own.

Source: Cognito API reference, RespondToAuthChallenge, on NEW_PASSWORD_REQUIRED; Developer Guide, "Creating user accounts as administrator".
"""

import json

import msgspec

from portico.services.cognito_idp import attributes, errors, password_policy, srp, user_records
from portico.services.cognito_idp.exchange import Answer, Exchange
from portico.services.cognito_idp.records import User
from portico.services.cognito_idp.second_factors import challenge
from portico.services.cognito_idp.sign_in import SignIn, awaiting, spend

CHALLENGE = "NEW_PASSWORD_REQUIRED"
_PREFIX = "userAttributes."


async def new_password_step(ex: Exchange, user: User, sign_in: SignIn) -> Answer | None:
    """The challenge to a user whose password is temporary."""
    if user.status != "FORCE_CHANGE_PASSWORD":
        return None
    following = awaiting(sign_in, CHALLENGE, ex.client, ex.call.now)
    required = [f"{_PREFIX}{each.name}" for each in ex.pool.schema if each.required and each.name != "sub"]
    missing = [name for name in required if not user.attributes.get(name.removeprefix(_PREFIX))]
    parameters = {
        "USER_ID_FOR_SRP": user.username,
        "requiredAttributes": json.dumps(missing),
        "userAttributes": json.dumps(dict(user.attributes)),
    }
    return challenge(ex, following, parameters)


async def take_new_password(ex: Exchange, user: User, sign_in: SignIn) -> tuple[User, SignIn]:
    """NEW_PASSWORD_REQUIRED, answered: the user as it is from now on, and its sign-in.

    Raises:
        AwsError: InvalidParameterException, InvalidPasswordException, PasswordHistoryPolicyViolationException, AliasExistsException;
            NotAuthorizedException, also for attributes that the client may not write.
    """
    password = ex.need("NEW_PASSWORD")
    values = {
        name.removeprefix(_PREFIX): value for name, value in ex.given.items() if name.startswith(_PREFIX)
    }
    if user.status != "FORCE_CHANGE_PASSWORD":
        raise errors.not_authorized("Invalid session for the user.")
    attributes.check(ex.pool, values, client=ex.client)
    for name in values:
        attribute = ex.pool.attribute(name)
        if attribute is not None and attribute.required and user.attributes.get(name):
            raise errors.not_authorized("Cannot modify an already provided " + name)
    attributes.check_mutable(ex.pool, user, {n: v for n, v in values.items() if n in user.attributes})
    changed = attributes.with_values(user, values)
    attributes.check_required(ex.pool, changed.attributes)
    await spend(ex.call, sign_in)
    changed = await srp.in_thread(
        password_policy.with_password, ex.idp, ex.pool, changed, password, ex.call.now
    )
    changed = msgspec.structs.replace(changed, status="CONFIRMED")
    await user_records.take_aliases(ex.call, ex.pool, user, changed)
    after = user_records.save(ex.call, ex.pool, user, changed)
    return after, msgspec.structs.replace(sign_in, new_password=True, secret_at=after.secret_at)
