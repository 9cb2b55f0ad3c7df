"""Authenticator apps: a secret is shared with one, and the app shows that it has it.

Source: Cognito API reference, AssociateSoftwareToken, VerifySoftwareToken; Developer Guide, "TOTP software token MFA".
"""

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cognito_idp import errors, tokens, totp, user_records
from portico.services.cognito_idp.exchange import refuse_standing
from portico.services.cognito_idp.guesses import Guesser
from portico.services.cognito_idp.records import (
    CLIENTS,
    PENDING_TOKENS,
    POOLS,
    USERS,
    Client,
    PendingToken,
    Pool,
    User,
)
from portico.services.cognito_idp.second_factors import TOTP, factors_of
from portico.services.cognito_idp.service import CognitoIdp, owner, user_key
from portico.services.cognito_idp.sign_in import (
    SignIn,
    awaiting,
    claimed_client,
    invalid_session,
    is_of,
    of_session,
    session,
    spend,
    wrong_answer,
)

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_PURPOSE = "cognito-idp software token"
_SETUP = "MFA_SETUP"


class _Holder(msgspec.Struct, frozen=True):
    """Who sets an app up: a user that is signed in, or one that has to before it is (`sign_in`)."""

    pool: Pool
    client: Client
    user: User
    sign_in: SignIn | None = None

    @property
    def key(self) -> str:
        """The name by which the user's records are kept."""
        return user_key(self.pool, self.user)


def sealed_totp(idp: CognitoIdp, user: User, secret: str) -> str:
    """The secret that a user's app shares, as it is stored."""
    return idp.sealer.seal(f"{_PURPOSE} {owner(user)}", secret.encode())


def totp_secret(idp: CognitoIdp, user: User, sealed: str) -> str:
    """The secret that a user's app shares."""
    return idp.sealer.unseal(f"{_PURPOSE} {owner(user)}", sealed).decode()


@operation(action=None)
async def associate_software_token(
    idp: CognitoIdp, call: Call, request: "shapes.AssociateSoftwareTokenRequest"
) -> dict[str, Any]:
    """A fresh secret for an app. What the user has used so far counts until the new one is verified.

    Raises:
        NotAuthorizedException: the token or the session. InvalidParameterException: neither or both were given.
        SoftwareTokenMFANotFoundException: the pool does not have this factor.
    """
    holder = await _holder(idp, call, request)
    secret = totp.new_secret()
    sealed = sealed_totp(idp, holder.user, secret)
    if holder.sign_in is None:
        call.tx.put(PENDING_TOKENS, PendingToken(sealed), holder.pool.id, holder.key)
        return {"SecretCode": secret}
    following = awaiting(holder.sign_in, _SETUP, holder.client, call.now, totp=sealed)
    return {"SecretCode": secret, "Session": session(idp.sealer, following)}


@operation(action=None)
async def verify_software_token(
    idp: CognitoIdp, call: Call, request: "shapes.VerifySoftwareTokenRequest"
) -> dict[str, Any]:
    """Take the new app for the user's, once it has given a code. A user that needs a factor to sign in has it set as well.

    Raises:
        EnableSoftwareTokenMFAException: the code is wrong. NotAuthorizedException: the token or the session. LimitExceededException: too
            many wrong ones. InvalidParameterException: neither token nor session, or there is no secret to verify.
    """
    holder = await _holder(idp, call, request)
    sealed = await _pending(call, holder)
    guesser = Guesser(holder.pool.id, holder.key, "factor")
    async with idp.guesses.one(guesser):
        await idp.guesses.check(guesser, call.now)
        if holder.sign_in is not None:
            await spend(call, holder.sign_in)
        secret = totp_secret(idp, holder.user, sealed)
        if totp.matching_step(secret, request["UserCode"], idp.clock.wall()) is None:
            along = [await wrong_answer(idp.cache, holder.sign_in)] if holder.sign_in else []
            await idp.guesses.failed(guesser, call.now, *along)
            raise errors.software_token_failed()
        await idp.guesses.succeeded(guesser, call.tx)
    return _verified(idp, call, holder, sealed, request.get("FriendlyDeviceName", ""))


def _verified(idp: CognitoIdp, call: Call, holder: _Holder, sealed: str, name: str) -> dict[str, Any]:
    user = msgspec.structs.replace(holder.user, totp=sealed, totp_name=name)
    if holder.sign_in is None:
        call.tx.delete(PENDING_TOKENS, holder.pool.id, holder.key)
        user_records.save(call, holder.pool, holder.user, user)
        return {"Status": "SUCCESS"}
    mfa = tuple(dict.fromkeys((*user.mfa, TOTP)))
    user = msgspec.structs.replace(user, mfa=mfa, preferred_mfa=user.preferred_mfa or TOTP)
    user_records.save(call, holder.pool, holder.user, user)
    following = awaiting(holder.sign_in, _SETUP, holder.client, call.now, set_up=True)
    return {"Status": "SUCCESS", "Session": session(idp.sealer, following)}


async def _pending(call: Call, holder: _Holder) -> str:
    """The sealed secret that waits to be verified.

    Raises:
        AwsError: InvalidParameterException, there is none.
    """
    if holder.sign_in is not None:
        sealed = holder.sign_in.data.get("totp", "")
    else:
        held = await call.tx.get(PENDING_TOKENS, holder.pool.id, holder.key)
        sealed = "" if held is None else held.sealed
    if not sealed:
        raise errors.invalid("There is no software token to verify: AssociateSoftwareToken comes first.")
    return str(sealed)


async def _holder(idp: CognitoIdp, call: Call, request: Any) -> _Holder:
    token, text = request.get("AccessToken"), request.get("Session")
    if bool(token) == bool(text):
        raise errors.invalid("Either AccessToken or Session is required, and not both.")
    if token:
        bearer = await tokens.access(idp, call, token)
        holder = _Holder(bearer.pool, bearer.client, bearer.user)
    else:
        holder = await _signing_in(idp, call, text)
    if not (holder.pool.factors.get("SoftwareTokenMfaConfiguration") or {}).get("Enabled"):
        raise errors.no_software_token()
    return holder


async def _signing_in(idp: CognitoIdp, call: Call, text: str) -> _Holder:
    pool_id, client_id = claimed_client(idp.sealer, text)
    pool = await call.tx.get(POOLS, pool_id)
    client = await call.tx.get(CLIENTS, pool_id, client_id)
    if pool is None or client is None:
        raise invalid_session()
    sign_in = of_session(idp.sealer, text, client, call.now)
    user = await call.tx.get(USERS, pool.id, sign_in.name)
    if user is None or not is_of(sign_in, user) or sign_in.awaits != _SETUP:
        raise invalid_session()
    if factors_of(pool, user):  # another sign-in was faster: what the user has now is not to be replaced
        raise invalid_session()
    refuse_standing(user, call.now)
    return _Holder(pool, client, user, sign_in)
