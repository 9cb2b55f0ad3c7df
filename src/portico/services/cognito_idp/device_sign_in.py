"""Signing in from a device that the user has confirmed before: the device proves the password that it made up itself.

Source: Cognito Developer Guide, "Signing in with a device".
"""

import msgspec

from portico.services.cognito_idp import errors, passwords, srp
from portico.services.cognito_idp.exchange import Answer, Exchange
from portico.services.cognito_idp.proofs import proved
from portico.services.cognito_idp.records import DEVICES, Device, User
from portico.services.cognito_idp.second_factors import challenge
from portico.services.cognito_idp.service import user_key
from portico.services.cognito_idp.sign_in import (
    SignIn,
    awaiting,
    secret_block,
    spend,
    with_exchange,
    wrong_answer,
)

ASK, PROVE = "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"


async def device_step(ex: Exchange, user: User, sign_in: SignIn) -> Answer | None:
    """The challenge to a device that was named, or None if none was, or it has proved itself.

    Raises:
        AwsError: ResourceNotFoundException, the user has no such device.
    """
    tracks = bool(ex.pool.settings.get("DeviceConfiguration"))
    if not tracks or not sign_in.device_key or sign_in.device_proved:
        return None
    await _confirmed(ex, user, sign_in.device_key)
    following = awaiting(sign_in, ASK, ex.client, ex.call.now)
    return challenge(ex, following, {"USER_ID_FOR_SRP": user.username, "DEVICE_KEY": sign_in.device_key})


async def _confirmed(ex: Exchange, user: User, key: str) -> Device:
    device = await ex.call.tx.get(DEVICES, ex.pool.id, user_key(ex.pool, user), key)
    if device is None or not device.secret:
        raise errors.not_found("Device does not exist.")
    return device


def owner_of(user: User, key: str) -> str:
    """Whose a device's sealed verifier is."""
    return f"{user.pool} {user.sub} {key}"


async def offer_to_device(ex: Exchange, user: User, sign_in: SignIn) -> Answer:
    """DEVICE_SRP_AUTH, answered with the device's number A: the server's half of the exchange.

    Raises:
        AwsError: InvalidParameterException, NotAuthorizedException, ResourceNotFoundException.
    """
    if ex.need("DEVICE_KEY") != sign_in.device_key:
        raise errors.not_authorized("Invalid device key given.")
    client = srp.client_public(ex.need("SRP_A"))
    if client is None:
        raise errors.invalid("SRP_A is not a number that can be used.")
    device = await _confirmed(ex, user, sign_in.device_key)
    secret = passwords.unsealed(ex.idp.sealer, owner_of(user, device.key), device.secret)
    await spend(ex.call, sign_in)
    made = await srp.in_thread(srp.offer, secret.verifier)
    following = with_exchange(awaiting(sign_in, PROVE, ex.client, ex.call.now), made, client)
    return {
        "ChallengeName": PROVE,
        "ChallengeParameters": {
            "SALT": srp.shown(secret.salt),
            "SECRET_BLOCK": secret_block(ex.idp.sealer, following),
            "SRP_B": srp.shown(made.public),
            "USERNAME": user.username,
            "DEVICE_KEY": device.key,
        },
    }


async def proof_of_device(ex: Exchange, user: User, sign_in: SignIn) -> SignIn:
    """DEVICE_PASSWORD_VERIFIER, answered with the device's proof.

    Raises:
        AwsError: NotAuthorizedException, it proves nothing. ResourceNotFoundException, the device was forgotten meanwhile.
    """
    device = await _confirmed(ex, user, sign_in.device_key)
    secret = passwords.unsealed(ex.idp.sealer, owner_of(user, device.key), device.secret)
    guesser = ex.guesser(user.username, user)
    async with ex.idp.guesses.one(guesser):
        await ex.idp.guesses.check(guesser, ex.call.now)
        await spend(ex.call, sign_in)
        if not await proved(ex, sign_in, secret, device.group_key, device.key):
            over = await wrong_answer(ex.idp.cache, sign_in, last=True)
            await ex.idp.guesses.failed(guesser, ex.call.now, over)
            raise errors.wrong_password()
    return msgspec.structs.replace(sign_in, device_proved=True)
