"""Tokens as the hosted pages ask for them: by scope, with a nonce, and for clients themselves."""

import base64
import hashlib
from collections.abc import AsyncIterator

import msgspec
import pytest

from portico.calls.call import Call, Origin, Scope
from portico.identity.principal import root
from portico.services.cognito_idp.client_tokens import issue_to_client
from portico.services.cognito_idp.issuing import Grant, issue
from portico.services.cognito_idp.records import CLIENTS, POOLS, USERS, Client, Pool, User
from portico.store.transaction import Transaction
from user_pools import ORIGIN, REGION, UserPools, claims, user_pools
from world import ACCOUNT


class Place(msgspec.Struct):
    pools: UserPools
    pool: Pool
    client: Client
    user: User

    def call(self) -> Call:
        """A call on its own, to be committed by the test."""
        origin = Origin(root(ACCOUNT), Scope(ACCOUNT, REGION), "request")
        tx = Transaction(self.pools.world.cache)
        return Call(origin, "cognito-idp", "Token", tx, self.pools.clock.now())


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with user_pools() as pools:
        pool_id = await pools.pool()
        client_id = (await pools.client(pool_id))["ClientId"]
        await pools.user(pool_id, email="a@example.com", email_verified="true", nickname="al")
        cache = pools.world.cache
        pool, client = await cache.get(POOLS, pool_id), await cache.get(CLIENTS, pool_id, client_id)
        user = await cache.get(USERS, pool_id, "alice")
        assert pool is not None
        assert client is not None
        assert user is not None
        yield Place(pools, pool.value, client.value, user.value)


@pytest.mark.parametrize(
    ("scopes", "shown"),
    [
        (("openid",), set()),
        (("openid", "email"), {"email", "email_verified"}),
        (("openid", "profile", "email"), {"email", "email_verified", "nickname"}),
    ],
)
async def test_tokens_by_scope(place: Place, scopes: tuple[str, ...], shown: set[str]) -> None:
    call = place.call()
    grant = Grant(place.pool, place.client, place.user, "HostedAuth", scopes=scopes, nonce="n-1", oauth=True)
    issued = await issue(place.pools.idp, call, grant)
    await call.tx.commit()
    identity, access = claims(issued.id), claims(issued.access)
    assert (access["scope"], access["version"], identity["nonce"]) == (" ".join(scopes), 2, "n-1")
    assert {"email", "email_verified", "nickname"} & set(identity) == shown
    half = hashlib.sha256(issued.access.encode()).digest()[:16]
    assert identity["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    again = await place.pools.call(
        "GetTokensFromRefreshToken", ClientId=place.client.id, RefreshToken=issued.refresh
    )
    assert claims(again["AuthenticationResult"]["AccessToken"])["scope"] == " ".join(scopes)
    words = await place.pools.refused("NotAuthorizedException", "GetUser", AccessToken=issued.access)
    assert words == "Access Token does not have required scopes"


async def test_without_openid_there_is_no_id_token(place: Place) -> None:
    grant = Grant(place.pool, place.client, place.user, "HostedAuth", scopes=("email",), oauth=True)
    issued = await issue(place.pools.idp, place.call(), grant)
    assert issued.id == ""
    assert set(issued.shown()) == {"AccessToken", "RefreshToken", "TokenType", "ExpiresIn"}


async def test_what_is_not_committed_does_not_hold(place: Place) -> None:
    """A family is written with the call that the tokens are of."""
    issued = await issue(
        place.pools.idp, place.call(), Grant(place.pool, place.client, place.user, "HostedAuth")
    )
    await place.pools.refused("NotAuthorizedException", "GetUser", AccessToken=issued.access)
    asked = {"ClientId": place.client.id, "RefreshToken": issued.refresh}
    await place.pools.refused("NotAuthorizedException", "GetTokensFromRefreshToken", **asked)


async def test_a_token_of_a_client_itself(place: Place) -> None:
    issued = await issue_to_client(
        place.pools.idp, place.call(), place.pool, place.client, ("api/read", "api/write"), {}
    )
    token = claims(issued.access)
    assert token.pop("jti")
    assert token.pop("iat") == token.pop("auth_time") == token.pop("exp") - 3600
    assert token == {
        "sub": place.client.id,
        "client_id": place.client.id,
        "token_use": "access",
        "scope": "api/read api/write",
        "iss": f"{ORIGIN}/{place.pool.id}",
        "version": 2,
    }
    assert (issued.id, issued.refresh) == ("", "")
    found = await place.pools.tokens.verify(
        issued.access, issuer=f"{ORIGIN}/{place.pool.id}", audiences=(place.client.id,)
    )
    assert found.scopes == ("api/read", "api/write")
    await place.pools.refused("NotAuthorizedException", "GetUser", AccessToken=issued.access)
