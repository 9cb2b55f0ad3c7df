"""Choice-based sign-in (USER_AUTH): the user picks a first factor from those that the pool allows and the user has.

Passkeys are not among them here. Where MFA is required, or the user has set a second factor, one-time passwords are no first factor.

Source: Cognito Developer Guide, "Choice-based sign-in"; API reference, SignInPolicyType, InitiateAuth (USER_AUTH).
"""

from collections.abc import Mapping
from typing import Any

from portico.base import ids
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.completed import complete
from portico.services.cognito_idp.contacts import pretended
from portico.services.cognito_idp.exchange import Answer, Exchange, refuse_standing, stands
from portico.services.cognito_idp.password_sign_in import check_password, offer, shown_name, with_factor
from portico.services.cognito_idp.records import Client, User
from portico.services.cognito_idp.second_factors import (
    CODE_FACTORS,
    ask,
    challenge,
    delivered,
    factors_of,
    second_factor,
)
from portico.services.cognito_idp.service import CognitoIdp
from portico.services.cognito_idp.sign_in import (
    SignIn,
    awaiting,
    invalid_session,
    is_of,
    of_session,
    session,
    spend,
)

FLOW, SELECT, PASSWORD, SRP = "USER_AUTH", "SELECT_CHALLENGE", "PASSWORD", "PASSWORD_SRP"
CODES = ("EMAIL_OTP", "SMS_OTP")
_SIGNED_UP = "SIGN_UP"  # no challenge of AWS's: it is the session of one that was passed
_TO_CONFIRM = "CONFIRM_SIGN_UP"
_NONE: Mapping[str, Any] = {}


def available(ex: Exchange, user: User | None) -> list[str]:
    """The first factors that are offered to a user; to one that does not exist, all that the pool allows."""
    policy = ex.pool.settings["Policies"].get("SignInPolicy") or _NONE
    allowed = policy.get("AllowedFirstAuthFactors") or [PASSWORD]
    found = [PASSWORD, SRP] if PASSWORD in allowed and (user is None or user.secret) else []
    if ex.pool.mfa == "ON" or (user is not None and factors_of(ex.pool, user)):
        return found
    for factor in CODES:
        if factor in allowed and (user is None or user.attributes.get(CODE_FACTORS[factor].attribute)):
            found.append(factor)
    return found


async def begin_choice(ex: Exchange, user: User | None, sign_in: SignIn) -> SignIn | Answer:
    """USER_AUTH of InitiateAuth: straight to the preferred challenge, or a choice.

    Raises:
        AwsError: NotAuthorizedException, InvalidParameterException; where users are not hidden as `refuse_standing`.
    """
    if user is not None and not ex.client.hides_users:
        refuse_standing(user, ex.call.now)
    preferred = ex.given.get("PREFERRED_CHALLENGE", "")
    if preferred == "WEB_AUTHN":
        raise errors.unavailable("passkeys (WEB_AUTHN)")
    if preferred in available(ex, user):
        return await _challenge(ex, user, sign_in, preferred, answers=False)
    following = awaiting(sign_in, SELECT, ex.client, ex.call.now)
    answer = challenge(ex, following, {"USERNAME": shown_name(ex.idp, ex, user, sign_in)})
    return {**answer, "AvailableChallenges": available(ex, user)}


async def select(ex: Exchange, user: User | None, sign_in: SignIn) -> SignIn | Answer:
    """SELECT_CHALLENGE, answered: the challenge that was chosen, or what follows if its answer came along.

    Raises:
        AwsError: InvalidParameterException, it was not offered; as the challenge itself.
    """
    chosen = ex.need("ANSWER")
    if chosen == "WEB_AUTHN":
        raise errors.unavailable("passkeys (WEB_AUTHN)")
    if chosen not in available(ex, user):
        raise errors.invalid(f"Challenge {chosen} is not available for the user.")
    return await _challenge(ex, user, sign_in, chosen, answers=True)


async def prove_password(ex: Exchange, user: User | None, sign_in: SignIn) -> SignIn:
    """PASSWORD, answered.

    Raises:
        AwsError: as `check_password`.
    """
    return await check_password(ex, user, sign_in, answers=True)


async def begin_srp(ex: Exchange, user: User | None, sign_in: SignIn) -> Answer:
    """PASSWORD_SRP, answered with SRP_A.

    Raises:
        AwsError: as `offer`.
    """
    answer = await offer(ex, user, sign_in, with_session=True)
    await spend(ex.call, sign_in)
    return answer


async def _challenge(
    ex: Exchange, user: User | None, sign_in: SignIn, name: str, *, answers: bool
) -> SignIn | Answer:
    """Challenge with a first factor; `answers`: the session of `sign_in` is spent by that."""
    if name == PASSWORD and ex.given.get("PASSWORD"):
        return await check_password(ex, user, sign_in, answers=answers)
    if answers:
        await spend(ex.call, sign_in)
    if name == SRP and ex.given.get("SRP_A"):
        return await offer(ex, user, sign_in, with_session=True)
    if name in CODES:
        return await _send(ex, user, sign_in, name)
    following = awaiting(sign_in, name, ex.client, ex.call.now)
    return challenge(ex, following, {"USERNAME": shown_name(ex.idp, ex, user, sign_in)})


async def _send(ex: Exchange, user: User | None, sign_in: SignIn, name: str) -> Answer:
    """Send a code; to a user that does not exist, or may not sign in and is not to be told before it has given a right one, only say so."""
    if user is not None and (not ex.client.hides_users or stands(user, ex.call.now)):
        refuse_standing(user, ex.call.now)
        return await ask(ex, user, sign_in, name)
    following = awaiting(sign_in, name, ex.client, ex.call.now)
    details = pretended(ex.idp, ex.pool, sign_in.name, CODE_FACTORS[name].attribute)
    return {
        "ChallengeName": name,
        "Session": session(ex.idp.sealer, following),
        "ChallengeParameters": {
            "USER_ID_FOR_SRP": shown_name(ex.idp, ex, user, sign_in),
            **delivered(details["DeliveryMedium"], details["Destination"]),
        },
    }


def session_of_sign_up(idp: CognitoIdp, client: Client, user: User, name: str, now: float) -> str:
    """The Session that ConfirmSignUp gives, with which a user that has just proved an address signs in without proving it again."""
    ends = int(now) + client.session_s
    sign_in = SignIn(
        ids.uuid(), client.pool, client.id, FLOW, name, user.sub, _SIGNED_UP, ends, secret_at=user.secret_at
    )
    return session(idp.sealer, sign_in)


def session_to_confirm(idp: CognitoIdp, client: Client, user: User, name: str, now: float) -> str:
    """The Session that SignUp gives: ConfirmSignUp takes it if the user wants to be signed in right away."""
    sign_in = SignIn(
        ids.uuid(), client.pool, client.id, FLOW, name, user.sub, _TO_CONFIRM, int(now) + client.session_s
    )
    return session(idp.sealer, sign_in)


def check_to_confirm(idp: CognitoIdp, client: Client, user: User, text: str, now: float) -> None:
    """Check that a Session is the one that this user's SignUp gave.

    Raises:
        AwsError: NotAuthorizedException.
    """
    given = of_session(idp.sealer, text, client, now)
    if given.awaits != _TO_CONFIRM or given.sub != user.sub:
        raise invalid_session()


async def after_sign_up(ex: Exchange, user: User | None, sign_in: SignIn) -> Answer:
    """USER_AUTH with the session of a ConfirmSignUp.

    Raises:
        AwsError: NotAuthorizedException, InvalidParameterException.
    """
    if sign_in.flow != FLOW:
        raise errors.invalid("Session is for the flow USER_AUTH only.")
    signed_up = of_session(ex.idp.sealer, ex.session, ex.client, ex.call.now)
    if user is None or signed_up.awaits != _SIGNED_UP or not is_of(signed_up, user):
        raise invalid_session()
    refuse_standing(user, ex.call.now)
    await spend(ex.call, signed_up)
    step = await second_factor(ex, user, with_factor(sign_in, "otp"))
    return step or await complete(ex, user, with_factor(sign_in, "otp"))
