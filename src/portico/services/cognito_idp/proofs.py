"""SRP proofs: what a client sends to show that it knows a password, judged; and what is shown where there is no password to know."""

import binascii
from base64 import b64decode
from hashlib import sha256

from portico.services.cognito_idp import errors, srp
from portico.services.cognito_idp.exchange import Exchange
from portico.services.cognito_idp.passwords import PRIME, Secret
from portico.services.cognito_idp.records import Pool
from portico.services.cognito_idp.service import CognitoIdp
from portico.services.cognito_idp.sign_in import SignIn, exchange_of

_SKEW_S = 300
_SALT_BYTES = 16
_PRIME_BYTES = 384
_PRETENDED = "cognito-idp pretended user"


async def proved(ex: Exchange, sign_in: SignIn, secret: Secret, group: str, name: str) -> bool:
    """Whether the call's claim proves the password of `secret`. `group` and `name` as in `passwords.make`.

    Raises:
        AwsError: InvalidParameterException, a parameter is missing or of no use. NotAuthorizedException, the claim's time is not now.
    """
    block = b64decode(ex.need("PASSWORD_CLAIM_SECRET_BLOCK"))  # which has been opened before
    timestamp = ex.need("TIMESTAMP")
    try:
        given = b64decode(ex.need("PASSWORD_CLAIM_SIGNATURE"), validate=True)
    except binascii.Error:
        return False
    at = srp.moment(timestamp)
    if at is None:
        raise errors.invalid("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.")
    if abs(ex.idp.clock.wall() - at) > _SKEW_S:
        return False
    made, client = exchange_of(sign_in)
    return await srp.in_thread(srp.proves, given, made, secret, client, group, name, block, timestamp)


def pretended_secret(idp: CognitoIdp, pool: Pool, name: str) -> Secret:
    """A salt and a verifier for a user that does not exist: always the same for a name, and nobody's password."""
    seed = idp.sealer.digest(_PRETENDED, f"{pool.id} {pool.folded(name)}".encode())
    salt = int.from_bytes(seed[:_SALT_BYTES], "big")
    stream = b"".join(sha256(seed + bytes([n])).digest() for n in range(_PRIME_BYTES // 32))
    return Secret(salt, int.from_bytes(stream, "big") % PRIME)


def pretended_name(idp: CognitoIdp, pool: Pool, name: str) -> str:
    """What a user that does not exist is called: its name as it was given, or, where users sign in with something else than their names,
    an id like theirs."""
    if not (pool.username_attributes or _looks_like_alias(pool, name)):
        return name
    h = idp.sealer.digest(_PRETENDED, f"name {pool.id} {pool.folded(name)}".encode()).hex()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}"


def _looks_like_alias(pool: Pool, name: str) -> bool:
    aliases = pool.alias_attributes
    return ("@" in name and "email" in aliases) or (name.startswith("+") and "phone_number" in aliases)
