"""Logins: tokens of providers, verified.

A provider is known by its key in `Logins`: `cognito-idp.REGION.amazonaws.com/POOL` for a user pool, `accounts.google.com` and its like
for public ones, the URL of an issuer that is registered with IAM, `cognito-identity.amazonaws.com` for a developer's own users. Which
issuer signs, and for whom, the pool's configuration says, never the token.

Source: Cognito Developer Guide, "Identity pools authentication flow" and "Identity pools third-party identity providers".
"""

from collections.abc import Mapping

import msgspec

from portico.calls.call import Call
from portico.identity.jwt import Reason, TokenError
from portico.identity.principal import COGNITO
from portico.identity.records import OIDC_PROVIDERS
from portico.identity.tokens import Claims
from portico.services.cognito_identity import errors
from portico.services.cognito_identity.choice import Verified
from portico.services.cognito_identity.issuer import URL
from portico.services.cognito_identity.records import Pool
from portico.services.cognito_identity.service import CognitoIdentity
from portico.wire.errors import AwsError

_PUBLIC: Mapping[str, tuple[str, ...]] = {  # provider: issuers
    "accounts.google.com": ("https://accounts.google.com",),
    "appleid.apple.com": ("https://appleid.apple.com",),
    "graph.facebook.com": ("https://www.facebook.com", "https://limited.facebook.com"),
    "www.amazon.com": ("https://www.amazon.com",),
}
_WORDS: Mapping[Reason, str] = {
    "malformed": "Not a valid OpenId Connect identity token.",
    "issuer": "Issuer doesn't match providerName",
    "keys": "Couldn't verify signed token.",
    "signature": "Couldn't verify signed token.",
}


class _Expected(msgspec.Struct, frozen=True, gc=False):
    """Who signs a provider's tokens, for whom (None: any audience that the issuer names is refused by nobody), and its names."""

    issuers: tuple[str, ...]
    audiences: tuple[str, ...]


async def verified(
    cognito: CognitoIdentity, call: Call, pool: Pool, logins: Mapping[str, str]
) -> list[Verified]:
    """The logins of a request, in its order; each has to hold.

    Raises:
        AwsError: NotAuthorizedException, one does not, or is of a provider that the pool does not have.
    """
    return [await _verified(cognito, call, pool, provider, token) for provider, token in logins.items()]


async def _verified(cognito: CognitoIdentity, call: Call, pool: Pool, provider: str, token: str) -> Verified:
    if provider == COGNITO:
        return await _developer(cognito, pool, token)
    provider = _named(cognito, pool, provider)
    expected = await _expected(call, pool, provider)
    claims = await _claims(cognito, token, expected.issuers)
    if not claims.audiences:
        raise errors.bad_login("Missing a required claim: aud")
    audience = next((one for one in claims.audiences if one in expected.audiences), None)
    if audience is None:
        raise errors.unsupported_token()
    values = {"aud": audience, **claims.values}
    user_pool = next(
        (one for one in pool.user_pools if (one.provider, one.client) == (provider, audience)), None
    )
    if user_pool is None:
        arn = f"arn:aws:iam::{pool.account}:oidc-provider/{provider}"
        return Verified(
            provider, (provider, arn), claims.subject, values, f"{provider}:{audience}:{claims.subject}"
        )
    if claims.values.get("token_use") != "id":
        raise errors.bad_login("Missing a required claim: aud")
    if await cognito.issuers.own_keys(claims.issuer) is None:  # tokens that held before are remembered
        raise errors.bad_login(_WORDS["keys"])
    if user_pool.checked:
        why = await cognito.issuers.ended(claims.issuer, values)
        if why:
            raise errors.bad_login(why)
    names = (user_pool.name, provider)
    return Verified(provider, names, claims.subject, values, f"{provider}:CognitoSignIn:{claims.subject}")


def _named(cognito: CognitoIdentity, pool: Pool, provider: str) -> str:
    """The provider as the pool names it: clients may say the address that a user pool's tokens have as their issuer, which here is
    not AWS's."""
    if provider in pool.logins or any(one.provider == provider for one in pool.user_pools):
        return provider
    names = {cognito.issuers.name(f"{scheme}://{provider}") for scheme in ("https", "http")}
    for one in pool.user_pools:
        if cognito.issuers.name(f"https://{one.provider}") in names:
            return one.provider
    return provider


async def _expected(call: Call, pool: Pool, provider: str) -> _Expected:
    clients = tuple(one.client for one in pool.user_pools if one.provider == provider)
    if clients:
        return _Expected((f"https://{provider}",), clients)
    if provider in pool.logins:
        return _Expected(
            _PUBLIC.get(provider, (f"https://{provider}",)), tuple(pool.logins[provider].split(";"))
        )
    if f"arn:aws:iam::{pool.account}:oidc-provider/{provider}" in pool.openid:
        registered = await call.tx.get(OIDC_PROVIDERS, pool.account, provider)
        if registered is not None:
            return _Expected((f"https://{provider}",), registered.client_ids)
    raise errors.logins_do_not_match()


async def _developer(cognito: CognitoIdentity, pool: Pool, token: str) -> Verified:
    """A token of GetOpenIdTokenForDeveloperIdentity: it names the identity itself."""
    claims = await _claims(cognito, token, (URL,))
    amr = claims.values.get("amr")
    if (
        pool.id not in claims.audiences
        or not isinstance(amr, list)
        or len(amr) < 3
        or amr[1] != pool.developer
    ):
        raise errors.unsupported_token()
    user = str(amr[2]).removeprefix(f"{pool.id}:{pool.developer}:")
    return Verified(pool.developer, (pool.developer,), user, claims.values, str(amr[2]))


async def _claims(cognito: CognitoIdentity, token: str, issuers: tuple[str, ...]) -> Claims:
    try:
        return await cognito.tokens.verify(token, issuer=issuers)
    except TokenError as error:
        if error.reason == "unreachable":
            raise AwsError("ExternalServiceException", error.message) from error
        words = _WORDS.get(error.reason, error.message)
        if error.reason == "expired":
            words = error.message.replace("Token expired: current date/time", "Token expired:").replace(
                "must be before the expiration date/time", ">="
            )
        raise errors.bad_login(words) from error
