"""Signing in with a password: sent, or proved by SRP.

Of the password only its verifier is there to be checked against. A user that does not exist costs as much time as one that does, and where
the client does not tell who exists, it gets the same answers.

Source: Cognito Developer Guide, "Authentication flows", "Managing error responses"; API reference, InitiateAuth.
"""

import msgspec

from portico.base import ids
from portico.services.cognito_idp import errors, passwords, srp
from portico.services.cognito_idp.exchange import Answer, Exchange, refuse_standing
from portico.services.cognito_idp.proofs import pretended_name, pretended_secret, proved
from portico.services.cognito_idp.records import User
from portico.services.cognito_idp.service import CognitoIdp, owner
from portico.services.cognito_idp.sign_in import (
    SignIn,
    awaiting,
    secret_block,
    session,
    spend,
    with_exchange,
    wrong_answer,
)

PASSWORD = "pwd"  # noqa: S105  # a factor's name
PROVE = "PASSWORD_VERIFIER"


def begin(ex: Exchange, flow: str, name: str, user: User | None) -> SignIn:
    """A sign-in that has proved nothing yet. `user` is None where it is not told that there is none."""
    key = ex.guesser(name, user).name
    return SignIn(
        id=ids.uuid(),
        pool=ex.pool.id,
        client=ex.client.id,
        flow=flow,
        name=key,
        sub="" if user is None else user.sub,
        awaits="",
        expires_at=int(ex.call.now) + ex.client.session_s,
        device_key=ex.device_key(),
        secret_at=0.0 if user is None else user.secret_at,
    )


async def check_password(
    ex: Exchange, user: User | None, sign_in: SignIn, *, answers: bool = False
) -> SignIn:
    """Check the call's PASSWORD. `answers`: it answers the session of `sign_in`, which is spent by it.

    Raises:
        AwsError: NotAuthorizedException (wrong, locked out), and as `refuse_standing`.
    """
    password = ex.need("PASSWORD")
    if user is not None and not ex.client.hides_users:
        refuse_standing(user, ex.call.now)
    guesser = ex.guesser(sign_in.name, user)
    async with ex.idp.guesses.one(guesser):
        await ex.idp.guesses.check(guesser, ex.call.now)
        if answers:
            await spend(ex.call, sign_in)
        if not await is_password(ex, user, sign_in.name, password):
            along = [await wrong_answer(ex.idp.cache, sign_in)] if answers else []
            await ex.idp.guesses.failed(guesser, ex.call.now, *along)
            raise errors.wrong_password()
        await ex.idp.guesses.succeeded(guesser, ex.call.tx)
    assert user is not None  # nobody's password is right
    refuse_standing(user, ex.call.now)
    return with_factor(sign_in, PASSWORD)


async def is_password(ex: Exchange, user: User | None, name: str, password: str) -> bool:
    """Whether that is the user's password; for a user that does not exist, no, in the same time."""
    secret = secret_of(ex, user, name)
    called = name if user is None else user.username
    group = passwords.pool_name(ex.pool.id)
    return await srp.in_thread(passwords.matches, secret, group, called, password) and user is not None


def secret_of(ex: Exchange, user: User | None, name: str) -> passwords.Secret:
    """The verifier of a user's password; of none that anybody knows, if there is none."""
    if user is None or not user.secret:
        return pretended_secret(ex.idp, ex.pool, name)
    return passwords.unsealed(ex.idp.sealer, owner(user), user.secret)


def with_factor(sign_in: SignIn, factor: str) -> SignIn:
    """The sign-in with a factor proved."""
    return msgspec.structs.replace(sign_in, passed=(*sign_in.passed, factor))


async def offer(ex: Exchange, user: User | None, sign_in: SignIn, *, with_session: bool = False) -> Answer:
    """The server's half of an SRP exchange, in answer to the call's SRP_A. `with_session`: the flow goes on by its session.

    Raises:
        AwsError: InvalidParameterException; where users are not hidden as `refuse_standing`.
    """
    client = srp.client_public(ex.need("SRP_A"))
    if client is None:
        raise errors.invalid("SRP_A is not a number that can be used.")
    if user is not None and not ex.client.hides_users:
        refuse_standing(user, ex.call.now)
    secret = secret_of(ex, user, sign_in.name)
    made = await srp.in_thread(srp.offer, secret.verifier)
    following = awaiting(sign_in, PROVE, ex.client, ex.call.now)
    block = secret_block(ex.idp.sealer, with_exchange(following, made, client))
    name = shown_name(ex.idp, ex, user, sign_in)
    answer: Answer = {
        "ChallengeName": PROVE,
        "ChallengeParameters": {
            "SALT": srp.shown(secret.salt),
            "SECRET_BLOCK": block,
            "SRP_B": srp.shown(made.public),
            "USERNAME": name,
            "USER_ID_FOR_SRP": name,
        },
    }
    return {**answer, "Session": session(ex.idp.sealer, following)} if with_session else answer


def shown_name(idp: CognitoIdp, ex: Exchange, user: User | None, sign_in: SignIn) -> str:
    """What a challenge calls the user."""
    if user is not None:
        return user.username
    return pretended_name(idp, ex.pool, sign_in.name)


async def check_proof(ex: Exchange, user: User | None, sign_in: SignIn) -> SignIn:
    """PASSWORD_VERIFIER, answered with the client's proof. One exchange is one guess: a wrong one ends it.

    Raises:
        AwsError: as `check_password`.
    """
    if user is not None and not ex.client.hides_users:
        refuse_standing(user, ex.call.now)
    group, name = passwords.pool_name(ex.pool.id), sign_in.name if user is None else user.username
    guesser = ex.guesser(sign_in.name, user)
    async with ex.idp.guesses.one(guesser):
        await ex.idp.guesses.check(guesser, ex.call.now)
        await spend(ex.call, sign_in)
        is_right = await proved(ex, sign_in, secret_of(ex, user, sign_in.name), group, name)
        if not is_right or user is None or not user.secret:
            over = await wrong_answer(ex.idp.cache, sign_in, last=True)
            await ex.idp.guesses.failed(guesser, ex.call.now, over)
            raise errors.wrong_password()
        await ex.idp.guesses.succeeded(guesser, ex.call.tx)
    refuse_standing(user, ex.call.now)
    return with_factor(sign_in, PASSWORD)
