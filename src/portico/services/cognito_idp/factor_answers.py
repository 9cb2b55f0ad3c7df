"""Answers to the challenges that ask for a code: one that was sent, or that of an authenticator app.

Source: Cognito API reference, RespondToAuthChallenge; RFC 6238, section 5.2 (a code is accepted once).
"""

import hmac
import json

from portico.services.cognito_idp import attributes, errors, totp, user_records
from portico.services.cognito_idp.exchange import Answer, Exchange, refuse_standing
from portico.services.cognito_idp.guesses import Guesser
from portico.services.cognito_idp.password_sign_in import with_factor
from portico.services.cognito_idp.records import USED_STEPS, UsedStep, User
from portico.services.cognito_idp.second_factors import (
    CODE_FACTORS,
    EMAIL,
    TOTP,
    ask,
    factors_of,
    factors_of_pool,
    place_of,
)
from portico.services.cognito_idp.sign_in import SignIn, invalid_session, spend, wrong_answer
from portico.services.cognito_idp.software_tokens import totp_secret
from portico.store.transaction import Transaction

_PARAMETERS = {"SMS_MFA": "SMS_MFA_CODE", "EMAIL_OTP": "EMAIL_OTP_CODE", "SMS_OTP": "SMS_OTP_CODE"}
_SYNONYMS = {"EMAIL_MFA": EMAIL}
ONE_TIME = "otp"  # a code as the first factor


async def check_code(ex: Exchange, user: User | None, sign_in: SignIn) -> SignIn:
    """SMS_MFA, EMAIL_OTP or SMS_OTP, answered; nobody's answer is right for a user that does not exist.

    Raises:
        AwsError: CodeMismatchException; LimitExceededException, NotAuthorizedException after too many wrong ones.
    """
    given = ex.need(_PARAMETERS[sign_in.awaits])
    is_told = bool(sign_in.passed) or not ex.client.hides_users
    if user is not None and is_told:
        refuse_standing(user, ex.call.now)
    guesser = _guesser(ex, user, sign_in)
    async with ex.idp.guesses.one(guesser):
        await ex.idp.guesses.check(guesser, ex.call.now)
        await spend(ex.call, sign_in)
        is_right = hmac.compare_digest(str(sign_in.data.get("code", "")).encode(), given.encode())
        if user is None or not is_right:
            await ex.idp.guesses.failed(guesser, ex.call.now, await wrong_answer(ex.idp.cache, sign_in))
            raise errors.factor_mismatch()
        await ex.idp.guesses.succeeded(guesser, ex.call.tx)
    refuse_standing(user, ex.call.now)
    attribute = CODE_FACTORS[sign_in.awaits].attribute
    went_there = place_of(user, attribute) == sign_in.data.get("to")
    if went_there and not user.verified(attribute) and not ex.pool.alias_attributes:
        user_records.save(ex.call, ex.pool, user, attributes.verified(user, attribute))
    return with_factor(sign_in, sign_in.awaits if sign_in.passed else ONE_TIME)


async def check_totp(ex: Exchange, user: User, sign_in: SignIn) -> SignIn:
    """SOFTWARE_TOKEN_MFA, answered.

    Raises:
        AwsError: CodeMismatchException; ExpiredCodeException, the code was given before; SoftwareTokenMFANotFoundException;
            LimitExceededException, NotAuthorizedException after too many wrong ones.
    """
    given = ex.need("SOFTWARE_TOKEN_MFA_CODE")
    if not user.totp:
        raise errors.no_software_token()
    guesser = _guesser(ex, user, sign_in)
    async with ex.idp.guesses.one(guesser):
        await ex.idp.guesses.check(guesser, ex.call.now)
        await spend(ex.call, sign_in)
        step = totp.matching_step(totp_secret(ex.idp, user, user.totp), given, ex.idp.clock.wall())
        if step is None:
            await ex.idp.guesses.failed(guesser, ex.call.now, await wrong_answer(ex.idp.cache, sign_in))
            raise errors.factor_mismatch("Invalid code received for user")
        await use_step(ex.call.tx, ex.pool.id, sign_in.name, step)
        await ex.idp.guesses.succeeded(guesser, ex.call.tx)
    return with_factor(sign_in, TOTP)


async def use_step(tx: Transaction, pool: str, key: str, step: int) -> None:
    """Have the code of a step count once.

    Raises:
        AwsError: ExpiredCodeException, it or a later one was used.
    """
    held = await tx.get(USED_STEPS, pool, key)
    if held is not None and step <= held.step:
        raise errors.factor_expired("Your software token has already been used once.")
    tx.put(USED_STEPS, UsedStep(step), pool, key)


async def select_factor(ex: Exchange, user: User, sign_in: SignIn) -> Answer:
    """SELECT_MFA_TYPE, answered: the challenge for the factor that was chosen.

    Raises:
        AwsError: InvalidParameterException, the user does not have that factor.
    """
    chosen = _SYNONYMS.get(ex.need("ANSWER"), ex.need("ANSWER"))
    if chosen not in factors_of(ex.pool, user):
        offered = json.dumps(list(factors_of(ex.pool, user)))
        raise errors.invalid(f"Invalid MFA type {chosen}: must be one of {offered}")
    await spend(ex.call, sign_in)
    return await ask(ex, user, sign_in, chosen)


async def finish_setup(ex: Exchange, user: User, sign_in: SignIn) -> SignIn | Answer:
    """MFA_SETUP, answered with the session that VerifySoftwareToken gave, or with an EMAIL that a code is then sent to.

    Raises:
        AwsError: NotAuthorizedException, no app was set up in this sign-in, another one has set a factor up, or the client may not write
            the address. InvalidParameterException, it is no address. AliasExistsException, it is another user's.
    """
    if ex.given.get("EMAIL") and EMAIL in factors_of_pool(ex.pool) and "email" not in user.attributes:
        return await _set_up_email(ex, user, sign_in)
    if not (sign_in.data.get("set_up") and user.totp):
        raise invalid_session()
    await spend(ex.call, sign_in)
    return with_factor(sign_in, TOTP)


async def _set_up_email(ex: Exchange, user: User, sign_in: SignIn) -> Answer:
    if factors_of(ex.pool, user):
        raise invalid_session()
    values = {"email": ex.given["EMAIL"]}
    attributes.check(ex.pool, values, client=ex.client)
    changed = attributes.with_values(user, {**values, "email_verified": "false"})
    await user_records.take_aliases(ex.call, ex.pool, user, changed)
    await spend(ex.call, sign_in)
    after = user_records.save(ex.call, ex.pool, user, changed)
    return await ask(ex, after, sign_in, EMAIL)


def _guesser(ex: Exchange, user: User | None, sign_in: SignIn) -> Guesser:
    return Guesser(ex.pool.id, sign_in.name, "factor", known=user is not None)
