"""Issuing tokens: what a sign-in, a refresh or a hosted page ends with.

Source: Cognito Developer Guide, "Understanding user pool JSON web tokens"; OpenID Connect Core, section 3.1.3.6 (`at_hash`).
"""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec

from portico.base import ids
from portico.calls.call import Call
from portico.identity.signing_keys import Signer
from portico.services.cognito_idp import families, pre_token
from portico.services.cognito_idp.claims import (
    SIGN_IN_SCOPE,
    Membership,
    Sign,
    access_claims,
    id_claims,
    membership,
)
from portico.services.cognito_idp.families import refresh_token
from portico.services.cognito_idp.records import GROUPS, GROUPS_OF, Client, Pool, RefreshFamily, User
from portico.services.cognito_idp.service import CognitoIdp, user_key
from portico.services.cognito_idp.triggers import attributes_of


class Grant(msgspec.Struct, frozen=True):
    """Who is given tokens, and why.

    `source` is the trigger's (`Authentication`, `NewPasswordChallenge`, `AuthenticateDevice`, `RefreshTokens`, `HostedAuth`). `family` is
    that of the refresh token where one is used, None where a sign-in begins one. `device_key` is what the access token names. `auth_time`
    is when the user proved who it is, in seconds on the `now` clock; 0 is now.
    """

    pool: Pool
    client: Client
    user: User
    source: str
    metadata: Mapping[str, str] = {}
    scopes: tuple[str, ...] = (SIGN_IN_SCOPE,)
    device_key: str = ""
    nonce: str = ""
    oauth: bool = False
    family: RefreshFamily | None = None
    auth_time: float = 0.0


class Issued(msgspec.Struct, frozen=True, gc=False):
    """Tokens. `id` is "" where none is due (OAuth without `openid`); `refresh` where the old one goes on holding."""

    id: str
    access: str
    refresh: str
    expires_in_s: int

    def shown(self) -> dict[str, Any]:
        """As AWS's AuthenticationResultType."""
        found: dict[str, Any] = {
            "AccessToken": self.access,
            "ExpiresIn": self.expires_in_s,
            "TokenType": "Bearer",
        }
        more = {"IdToken": self.id, "RefreshToken": self.refresh}
        return found | {name: token for name, token in more.items() if token}


async def issue(idp: CognitoIdp, call: Call, grant: Grant) -> Issued:
    """Tokens for a grant; the family that they belong to is written with the call's commit.

    Raises:
        AwsError: the pre token generation trigger's errors.
    """
    family = grant.family or _begin(call, grant)
    sign = Sign(
        idp.issuers.of(grant.pool),
        grant.client,
        grant.user,
        int(call.now),
        int(family.auth_time),
        _event_id(family),
        family.id if grant.client.revocable else "",
        grant.scopes,
        grant.device_key,
        grant.nonce,
        grant.oauth,
    )
    groups = await groups_of(call, grant.pool, grant.user)
    subject = pre_token.Subject(
        grant.user.username, grant.client.id, attributes_of(grant.pool, grant.user), grant.scopes
    )
    overrides = await pre_token.overrides(
        idp, call, grant.pool, subject, groups, grant.source, grant.metadata
    )
    shown = groups if overrides.membership is None else overrides.membership
    access = access_claims(sign, shown, ids.uuid(), overrides)
    identity = id_claims(sign, shown, ids.uuid(), overrides)
    signer = await idp.issuers.signer(grant.pool)
    access_text, id_text = await asyncio.to_thread(_signed, signer, access, identity, grant)
    refresh = "" if grant.family is not None else refresh_token(idp, family)
    return Issued(id_text, access_text, refresh, grant.client.access_s)


def _signed(
    signer: Signer, access: dict[str, Any], identity: dict[str, Any], grant: Grant
) -> tuple[str, str]:
    """The access and the ID token. With OAuth the latter names the former by its digest, and is for who asked for `openid` only."""
    if not grant.oauth:
        text, id_text = signer.sign(("access", access), ("id", identity))
        return text, id_text
    [text] = signer.sign(("access", access))
    if "openid" not in grant.scopes:
        return text, ""
    half = urlsafe_b64encode(sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()
    return text, signer.sign(("id", {**identity, "at_hash": half}))[0]


async def groups_of(call: Call, pool: Pool, user: User) -> Membership:
    """What the user's groups come to."""
    listed = await call.tx.scan(GROUPS_OF, pool.id, user_key(pool, user))
    found = [await call.tx.get(GROUPS, pool.id, each.group) for each in listed]
    return membership(group for group in found if group is not None)


def _begin(call: Call, grant: Grant) -> RefreshFamily:
    family = RefreshFamily(
        id=ids.uuid(),
        pool=grant.pool.id,
        user=user_key(grant.pool, grant.user),
        client=grant.client.id,
        created_at=call.now,
        expires_at=call.now + grant.client.refresh_s,
        auth_time=grant.auth_time or call.now,
        current=ids.uuid(),
        device_key=grant.device_key,
        scopes=grant.scopes,
        oauth=grant.oauth,
    )
    families.begin(call, family)
    return family


def _event_id(family: RefreshFamily) -> str:
    """The id of the sign-in as tokens name it: that of the event, which is not the family's."""
    h = sha256(f"event {family.id}".encode()).hexdigest()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}"
