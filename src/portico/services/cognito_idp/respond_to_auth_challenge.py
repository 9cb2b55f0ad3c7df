"""RespondToAuthChallenge and AdminRespondToAuthChallenge: a sign-in goes on.

Source: Cognito API reference, RespondToAuthChallenge, AdminRespondToAuthChallenge.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cognito_idp import choice, custom_auth, device_sign_in, errors, new_password
from portico.services.cognito_idp.client_secrets import check_hash
from portico.services.cognito_idp.exchange import Answer, Exchange, asked, refuse_standing
from portico.services.cognito_idp.factor_answers import check_code, check_totp, finish_setup, select_factor
from portico.services.cognito_idp.password_sign_in import check_proof, shown_name
from portico.services.cognito_idp.progress import go_on
from portico.services.cognito_idp.records import USERS, User
from portico.services.cognito_idp.service import CognitoIdp, find_user, of_pool
from portico.services.cognito_idp.sign_in import (
    HOSTED,
    SignIn,
    invalid_session,
    is_of,
    of_secret_block,
    of_session,
)

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

Known = Callable[[Exchange, User, SignIn], Awaitable[SignIn | Answer]]
Anybody = Callable[[Exchange, User | None, SignIn], Awaitable[SignIn | Answer]]

_ANYBODY: Mapping[str, Anybody] = {
    "PASSWORD_VERIFIER": check_proof,
    "PASSWORD": choice.prove_password,
    "PASSWORD_SRP": choice.begin_srp,
    "SELECT_CHALLENGE": choice.select,
    "CUSTOM_CHALLENGE": custom_auth.check_custom,
    "EMAIL_OTP": check_code,
    "SMS_OTP": check_code,
}
"""Challenges that a user who does not exist may be at: what answers them sees to it that nobody can tell."""

_KNOWN: Mapping[str, Known] = {
    "SMS_MFA": check_code,
    "SOFTWARE_TOKEN_MFA": check_totp,
    "SELECT_MFA_TYPE": select_factor,
    "MFA_SETUP": finish_setup,
    "DEVICE_SRP_AUTH": device_sign_in.offer_to_device,
    "DEVICE_PASSWORD_VERIFIER": device_sign_in.proof_of_device,
}
"""Challenges that follow a proof."""

_BY_BLOCK = frozenset({"PASSWORD_VERIFIER", "DEVICE_PASSWORD_VERIFIER"})


@operation(action=None)
async def respond_to_auth_challenge(
    idp: CognitoIdp, call: Call, request: "shapes.RespondToAuthChallengeRequest"
) -> Answer:
    """Answer the challenge that a sign-in is at. A session is answered once; codes may be tried again a few times.

    Raises:
        ResourceNotFoundException: there is no such client. InvalidParameterException: a parameter is missing.
        NotAuthorizedException, CodeMismatchException, ExpiredCodeException: no. InvalidPasswordException: of a new password.
        UserLambdaValidationException, InvalidLambdaResponseException, UnexpectedLambdaException: a trigger failed.
    """
    ex = await asked(idp, call, request, given="ChallengeResponses")
    return await _respond(ex, request["ChallengeName"])


@of_pool
async def admin_respond_to_auth_challenge(
    idp: CognitoIdp, call: Call, request: "shapes.AdminRespondToAuthChallengeRequest"
) -> Answer:
    """As RespondToAuthChallenge, by a backend with credentials.

    Raises: as `respond_to_auth_challenge`.
    """
    ex = await asked(idp, call, request, given="ChallengeResponses", admin=True)
    return await _respond(ex, request["ChallengeName"])


async def _respond(ex: Exchange, name: str) -> Answer:
    if name == "WEB_AUTHN":
        raise errors.unavailable("passkeys (WEB_AUTHN)")
    check_hash(ex.idp, ex.client, ex.given.get("SECRET_HASH"), ex.username())
    user, after = await answered(ex, name)
    if not isinstance(after, SignIn):
        return after
    assert user is not None  # who has proved something exists
    return await go_on(ex, user, after)


async def answered(ex: Exchange, name: str) -> tuple[User | None, SignIn | Answer]:
    """Who answers the challenge of that name, and what follows from the answer.

    Raises:
        AwsError: as `respond_to_auth_challenge`.
    """
    sign_in = _sign_in(ex, name)
    user = await _user_of(ex, sign_in, ex.username())
    if name in _ANYBODY:
        return user, await _ANYBODY[name](ex, user, sign_in)
    if user is None:
        raise invalid_session()
    refuse_standing(user, ex.call.now)
    if name == new_password.CHALLENGE:
        return await new_password.take_new_password(ex, user, sign_in)
    if name in _KNOWN:
        return user, await _KNOWN[name](ex, user, sign_in)
    raise errors.invalid(f"{name} is not a challenge that can be responded to.")


def _sign_in(ex: Exchange, name: str) -> SignIn:
    """The sign-in that is answered: it awaits this challenge.

    Raises:
        AwsError: NotAuthorizedException, InvalidParameterException.
    """
    sealer, now = ex.idp.sealer, ex.call.now
    by_session = of_session(sealer, ex.session, ex.client, now) if ex.session else None
    if name in _BY_BLOCK:
        found = of_secret_block(sealer, ex.need("PASSWORD_CLAIM_SECRET_BLOCK"), ex.client, now)
        if by_session is not None and by_session.id != found.id:
            raise invalid_session()
    elif by_session is None:
        raise errors.invalid("Missing required parameter Session")
    else:
        found = by_session
    if found.awaits != name or (found.flow == HOSTED) != ex.hosted:
        raise invalid_session()
    device_key = found.device_key or ex.device_key()
    return msgspec.structs.replace(found, device_key=device_key)


async def _user_of(ex: Exchange, sign_in: SignIn, username: str) -> User | None:
    """Who signs in, None where that is only pretended.

    Raises:
        AwsError: NotAuthorizedException, the caller means somebody else, or the user has another password by now, or been replaced by
            another of its name.
    """
    if not sign_in.sub:
        if sign_in.name != ex.pool.folded(username) and username != shown_name(ex.idp, ex, None, sign_in):
            raise invalid_session()
        return None
    user = await ex.call.tx.get(USERS, ex.pool.id, sign_in.name)
    if user is None or not is_of(sign_in, user):
        raise invalid_session()
    if ex.pool.folded(username) != sign_in.name:
        meant = await find_user(ex.call, ex.pool, username)
        if meant is None or meant.sub != user.sub:
            raise invalid_session()
    return user
