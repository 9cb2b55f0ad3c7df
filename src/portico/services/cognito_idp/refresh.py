"""New tokens for a refresh token: while its family holds, and, where refresh tokens rotate, one for the next.

A token that has been replaced holds for the client's grace, so that an answer that was lost can be had again; then its coming back means
that two have it. If that is not a client's own haste, whoever has the family's newest token may be a thief, and the family ends.

Source: Cognito Developer Guide, "Refresh tokens", "Refresh token rotation"; API reference, GetTokensFromRefreshToken; RFC 9700, section
4.14.2, on the family.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from portico.base import ids
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.client_secrets import check_hash, is_secret
from portico.services.cognito_idp.exchange import Answer, Exchange
from portico.services.cognito_idp.families import (
    RefreshReference,
    put_family,
    refresh_reference,
    refresh_token,
)
from portico.services.cognito_idp.issuing import Grant, Issued, issue
from portico.services.cognito_idp.records import REFRESH, USERS, Client, Pool, RefreshFamily, User
from portico.services.cognito_idp.service import CognitoIdp, client_of
from portico.services.cognito_idp.settle import settled
from portico.wire.errors import AwsError

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_RACE_S = 60  # AWS's longest grace: as long may a client's own calls overtake each other


@operation(action=None)
async def get_tokens_from_refresh_token(
    idp: CognitoIdp, call: Call, request: "shapes.GetTokensFromRefreshTokenRequest"
) -> Answer:
    """New tokens; a new refresh token as well where they rotate.

    Raises:
        ResourceNotFoundException: there is no such client. NotAuthorizedException: the token or the client's secret is not right.
        RefreshTokenReuseException: the token was replaced before.
    """
    pool, client = await client_of(call, request["ClientId"])
    secret = request.get("ClientSecret")
    if client.secrets and not (secret and is_secret(idp, client, secret)):
        raise errors.not_authorized(f"Unable to verify secret for client {client.id}")
    found = await refreshed(
        idp, call, pool, client, request["RefreshToken"], request.get("ClientMetadata") or {}
    )
    return {"AuthenticationResult": found.shown()}


async def by_flow(ex: Exchange) -> Answer:
    """REFRESH_TOKEN_AUTH of InitiateAuth: new ID and access tokens.

    Raises:
        AwsError: InvalidParameterException, the flow is off; NotAuthorizedException.
    """
    flows = ex.client.flows
    is_modern = any(each.startswith("ALLOW_") for each in flows)
    if ex.client.rotation is not None or (is_modern and "ALLOW_REFRESH_TOKEN_AUTH" not in flows):
        raise errors.invalid("Auth flow not enabled for this client")
    token = ex.need("REFRESH_TOKEN")
    reference = _reference(ex.idp, token)
    user = await _user_of(ex.call, ex.pool, reference)
    if ex.client.secrets:
        names = [] if user is None else [user.username, user.sub, *_aliases(ex.pool, user)]
        check_hash(ex.idp, ex.client, ex.given.get("SECRET_HASH"), *names)
    found = await refreshed(ex.idp, ex.call, ex.pool, ex.client, token, {})
    return {"AuthenticationResult": found.shown(), "ChallengeParameters": {}}


async def refreshed(
    idp: CognitoIdp, call: Call, pool: Pool, client: Client, token: str, metadata: Mapping[str, str]
) -> Issued:
    """New tokens for a refresh token of this client.

    Raises:
        AwsError: NotAuthorizedException (forged, another client's or pool's, expired, revoked, of a user that is disabled or gone),
            RefreshTokenReuseException.
    """
    reference = _reference(idp, token)
    family = await _family(call, pool, client, reference)
    user = await _user_of(call, pool, reference)
    if user is None:
        raise _invalid()
    if not user.enabled:
        raise errors.disabled()
    if not _holds(family, reference, call.now):
        if _is_late(family, reference, call.now):
            await settled(idp, call, lambda inner: _end(inner, reference))
        raise errors.refresh_reused()
    after = _rotated(client, family, reference, call.now)
    if after is not family:
        put_family(call, after)
    grant = Grant(
        pool,
        client,
        user,
        "RefreshTokens",
        metadata=metadata,
        scopes=family.scopes,
        device_key=family.device_key,
        oauth=family.oauth,
        family=after,
    )
    issued = await issue(idp, call, grant)
    if client.rotation is None:
        return issued
    return msgspec.structs.replace(issued, refresh=refresh_token(idp, after))


def _reference(idp: CognitoIdp, token: str) -> RefreshReference:
    found = refresh_reference(idp, token)
    if found is None:
        raise _invalid()
    return found


async def _family(call: Call, pool: Pool, client: Client, reference: RefreshReference) -> RefreshFamily:
    family = await call.tx.get(REFRESH, reference.pool, reference.user, reference.family)
    if reference.pool != pool.id or (family is not None and family.client != client.id):
        raise _invalid()
    if family is None:  # the token is one of ours, so there was one
        raise errors.not_authorized("Refresh Token has been revoked")
    if call.now >= family.expires_at:
        raise errors.not_authorized("Refresh Token has expired")
    return family


def _holds(family: RefreshFamily, reference: RefreshReference, now: float) -> bool:
    """Whether a token is the family's newest, or the one before in its grace."""
    in_grace = reference.token == family.previous and now < family.previous_until
    return in_grace or reference.token == family.current


def _is_late(family: RefreshFamily, reference: RefreshReference, now: float) -> bool:
    """Whether a replaced token comes later than a client's own second call may."""
    return reference.token != family.previous or now >= family.previous_until + _RACE_S


async def _end(call: Call, reference: RefreshReference) -> None:
    """End a family: none of its refresh tokens holds any longer, and none of its access tokens for Cognito's own operations."""
    key = (reference.pool, reference.user, reference.family)
    if await call.tx.get(REFRESH, *key) is not None:
        call.tx.delete(REFRESH, *key)


def _rotated(client: Client, family: RefreshFamily, reference: RefreshReference, now: float) -> RefreshFamily:
    """The family after one of its tokens was used, which holds."""
    if client.rotation is None or reference.token != family.current:
        return family
    grace_s = int(client.rotation.get("RetryGracePeriodSeconds") or 0)
    return msgspec.structs.replace(
        family, current=ids.uuid(), previous=family.current, previous_until=now + grace_s
    )


async def _user_of(call: Call, pool: Pool, reference: RefreshReference) -> User | None:
    if reference.pool != pool.id:
        return None
    return await call.tx.get(USERS, pool.id, reference.user)


def _aliases(pool: Pool, user: User) -> list[str]:
    names = (*pool.username_attributes, *pool.alias_attributes)
    return [user.attributes[name] for name in names if name in user.attributes]


def _invalid() -> AwsError:
    return errors.not_authorized("Invalid Refresh Token")
