"""Signing in: the flows, the tokens that they end with, and what becomes of these."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from portico.identity.jwt import TokenError
from portico.services.cognito_idp.expired import Expired
from portico.store.port import Store
from portico.wire.errors import AwsError
from srp_client import Client as SrpClient
from user_pools import ORIGIN, PASSWORD, REGION, UserPools, claims, secret_hash, user_pools


@pytest.fixture
async def pools() -> AsyncIterator[UserPools]:
    async with user_pools() as made:
        yield made


async def test_a_password_gets_tokens_with_exact_claims(pools: UserPools) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool))["ClientId"]
    sub = await pools.user(pool, email="a@example.com", email_verified="true")
    answer = await pools.by_password(client)
    assert answer["ChallengeParameters"] == {}
    result = answer["AuthenticationResult"]
    assert set(result) == {"AccessToken", "IdToken", "RefreshToken", "TokenType", "ExpiresIn"}
    assert (result["TokenType"], result["ExpiresIn"]) == ("Bearer", 3600)
    identity, access = claims(result["IdToken"]), claims(result["AccessToken"])
    for token in (identity, access):
        assert (token["iss"], token["sub"]) == (f"{ORIGIN}/{pool}", sub)
        assert token["exp"] - token["iat"] == 3600
        assert token["auth_time"] == token["iat"]
    assert identity["origin_jti"] == access["origin_jti"]
    assert identity["event_id"] == access["event_id"] != access["origin_jti"]
    assert len({identity["jti"], access["jti"], access["origin_jti"]}) == 3
    assert (identity["token_use"], identity["aud"], identity["cognito:username"]) == ("id", client, "alice")
    assert (identity["email"], identity["email_verified"]) == ("a@example.com", True)
    assert (access["token_use"], access["client_id"], access["username"]) == ("access", client, "alice")
    assert access["scope"] == "aws.cognito.signin.user.admin"
    assert not {"aud", "email", "version", "device_key"} & set(access)


async def test_srp_gets_the_same_without_the_password(pools: UserPools) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool))["ClientId"]
    sub = await pools.user(pool)
    result = (await pools.by_srp(pool, client))["AuthenticationResult"]
    assert claims(result["IdToken"])["sub"] == sub
    offered = await pools.offer(client, SrpClient(pool.partition("_")[2], PASSWORD))
    assert "Session" not in offered
    assert set(offered["ChallengeParameters"]) == {
        "SALT",
        "SECRET_BLOCK",
        "SRP_B",
        "USERNAME",
        "USER_ID_FOR_SRP",
    }


async def test_of_a_password_the_store_has_nothing_that_can_be_read(pools: UserPools) -> None:
    pool = await pools.pool()
    await pools.user(pool)
    text = b"".join([row.value for row in await _all(pools.world.store)])
    assert PASSWORD.encode() not in text
    assert b"alice" in text


async def _all(store: Store) -> list[Any]:
    return await store.changes(after=0, limit=10_000)


@pytest.mark.parametrize(
    ("settings", "name", "called"),
    [
        ({"UsernameAttributes": ["email"]}, "Alice@Example.com", None),
        ({"UsernameAttributes": ["phone_number"]}, "+15551234567", None),
        ({"AliasAttributes": ["email"]}, "alice", "alice"),
        ({"UsernameConfiguration": {"CaseSensitive": False}}, "Alice", "Alice"),
        ({}, "älice@x", "älice@x"),
    ],
)
async def test_whatever_users_are_called(
    pools: UserPools, settings: dict[str, Any], name: str, called: str | None
) -> None:
    pool = await pools.pool(**settings)
    client = (await pools.client(pool))["ClientId"]
    sub = await pools.user(pool, name)
    for result in (
        (await pools.by_srp(pool, client, name))["AuthenticationResult"],
        await pools.tokens_of(client, name),
    ):
        assert claims(result["IdToken"])["cognito:username"] == (called or sub)


async def test_an_alias_signs_in_once_it_is_verified(pools: UserPools) -> None:
    pool = await pools.pool(AliasAttributes=["email", "preferred_username"])
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool, email="a@example.com", preferred_username="al")
    assert await pools.tokens_of(client, "al")
    given = {"USERNAME": "a@example.com", "PASSWORD": PASSWORD}
    flow = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": given}
    await pools.refused("UserNotFoundException", "InitiateAuth", **flow)
    verified = [{"Name": "email_verified", "Value": "true"}]
    await pools.call("AdminUpdateUserAttributes", UserPoolId=pool, Username="alice", UserAttributes=verified)
    assert claims((await pools.tokens_of(client, "a@example.com"))["AccessToken"])["username"] == "alice"
    assert await pools.by_srp(pool, client, "a@example.com")


async def test_an_administrator_sends_the_password(pools: UserPools) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool)
    for flow in ("ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"):
        answer = await pools.call(
            "AdminInitiateAuth",
            UserPoolId=pool,
            ClientId=client,
            AuthFlow=flow,
            AuthParameters={"USERNAME": "alice", "PASSWORD": PASSWORD},
        )
        assert claims(answer["AuthenticationResult"]["AccessToken"])["username"] == "alice"


async def test_tokens_are_verified_with_the_keys_that_the_pool_publishes(pools: UserPools) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool)
    result = await pools.tokens_of(client)
    door: Any = pools.doors.find("pool")
    keys = json.loads((await door.answer(pool, "/.well-known/jwks.json")).body)
    assert [set(key) for key in keys["keys"]] == [{"alg", "e", "kid", "kty", "n", "use"}] * 2
    decoded = [
        jwt.decode(result[name], KeySet.import_key_set(keys), algorithms=["RS256"])
        for name in ("IdToken", "AccessToken")
    ]
    assert {token.header["kid"] for token in decoded} == {key["kid"] for key in keys["keys"]}
    assert [token.claims["token_use"] for token in decoded] == ["id", "access"]
    assert all(set(token.header) == {"kid", "alg"} for token in decoded)


async def test_the_discovery_document_leads_to_the_keys(pools: UserPools) -> None:
    pool = await pools.pool()
    door: Any = pools.doors.find("pool")
    reply = await door.answer(pool, "/.well-known/openid-configuration")
    document = json.loads(reply.body)
    assert document["issuer"] == f"{ORIGIN}/{pool}"
    assert document["jwks_uri"] == f"{ORIGIN}/{pool}/.well-known/jwks.json"
    assert document["id_token_signing_alg_values_supported"] == ["RS256"]
    assert ("Access-Control-Allow-Origin", "*") in reply.headers
    for pool_id, path in ((pool, "/.well-known/other"), (f"{REGION}_nobody123", "/.well-known/jwks.json")):
        with pytest.raises(AwsError) as caught:
            await door.answer(pool_id, path)
        assert caught.value.status == 404


@pytest.mark.parametrize("form", ["own", "aws"])
async def test_the_issuer_is_as_configured_and_known_by_each_of_its_names(form: str) -> None:
    async with user_pools(form) as pools:
        pool = await pools.pool()
        client = (await pools.client(pool))["ClientId"]
        await pools.user(pool)
        token = (await pools.tokens_of(client))["IdToken"]
        own, aws = f"{ORIGIN}/{pool}", f"https://cognito-idp.{REGION}.amazonaws.com/{pool}"
        assert claims(token)["iss"] == {"own": own, "aws": aws}[form]
        for issuer in (own, aws, f"https://issuer-cognito-idp.{REGION}.amazonaws.com/{pool}"):
            found = await pools.tokens.verify(token, issuer=issuer, audiences=(client,))
            assert (found.subject, found.audiences) == (claims(token)["sub"], (client,))
        with pytest.raises(TokenError):
            await pools.tokens.verify(token, issuer=f"{ORIGIN}/{REGION}_other1234")


async def test_the_first_password_is_replaced(pools: UserPools) -> None:
    schema = [{"Name": "given_name", "Required": True, "Mutable": True}]
    pool = await pools.pool(Schema=schema)
    client = (await pools.client(pool))["ClientId"]
    await pools.call(
        "AdminCreateUser",
        UserPoolId=pool,
        Username="alice",
        MessageAction="SUPPRESS",
        TemporaryPassword="T3mporary!",
        UserAttributes=[{"Name": "given_name", "Value": "Al"}, {"Name": "email", "Value": "a@x.org"}],
    )
    answer = await pools.by_srp(pool, client, password="T3mporary!")
    assert answer["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    shown = answer["ChallengeParameters"]
    assert shown["USER_ID_FOR_SRP"] == "alice"
    assert json.loads(shown["userAttributes"]) == {"given_name": "Al", "email": "a@x.org"}
    assert json.loads(shown["requiredAttributes"]) == []
    responses = {"USERNAME": "alice", "NEW_PASSWORD": PASSWORD, "userAttributes.nickname": "Al"}
    answer = await pools.respond(client, "NEW_PASSWORD_REQUIRED", responses, answer["Session"])
    token = claims(answer["AuthenticationResult"]["IdToken"])
    assert (token["nickname"], token["given_name"]) == ("Al", "Al")
    user = await pools.call("AdminGetUser", UserPoolId=pool, Username="alice")
    assert user["UserStatus"] == "CONFIRMED"
    assert await pools.tokens_of(client)


async def test_what_a_pool_requires_is_asked_for_with_the_new_password(pools: UserPools) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool, password="")
    await pools.call(
        "AdminSetUserPassword", UserPoolId=pool, Username="alice", Password="T3mporary!", Permanent=False
    )
    answer = await pools.by_password(client, password="T3mporary!")
    refusals = {
        "short": "InvalidPasswordException",
        "alllowercase1!": "InvalidPasswordException",
    }
    for password, code in refusals.items():
        with pytest.raises(AwsError) as caught:
            await pools.respond(
                client,
                "NEW_PASSWORD_REQUIRED",
                {"USERNAME": "alice", "NEW_PASSWORD": password},
                answer["Session"],
            )
        assert caught.value.code == code
    good = {"USERNAME": "alice", "NEW_PASSWORD": PASSWORD}
    assert await pools.respond(client, "NEW_PASSWORD_REQUIRED", good, answer["Session"])


async def test_groups_and_their_roles_are_in_the_tokens(pools: UserPools) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool)
    role = "arn:aws:iam::111122223333:role/admin"
    await pools.call("CreateGroup", UserPoolId=pool, GroupName="plain", Precedence=5)
    await pools.call("CreateGroup", UserPoolId=pool, GroupName="admins", Precedence=1, RoleArn=role)
    for group in ("plain", "admins"):
        await pools.call("AdminAddUserToGroup", UserPoolId=pool, Username="alice", GroupName=group)
    result = await pools.tokens_of(client)
    identity, access = claims(result["IdToken"]), claims(result["AccessToken"])
    assert identity["cognito:groups"] == access["cognito:groups"] == ["admins", "plain"]
    assert (identity["cognito:roles"], identity["cognito:preferred_role"]) == ([role], role)
    assert "cognito:roles" not in access


async def test_a_client_with_a_secret(pools: UserPools) -> None:
    pool = await pools.pool()
    client = await pools.client(pool, GenerateSecret=True)
    sub = await pools.user(pool)
    hashed = secret_hash(client, "alice")
    result = (await pools.by_password(client["ClientId"], SECRET_HASH=hashed))["AuthenticationResult"]
    srp = SrpClient(pool.partition("_")[2], PASSWORD)
    offered = await pools.offer(client["ClientId"], srp, SECRET_HASH=hashed)
    proof = {**srp.proof(offered["ChallengeParameters"]), "SECRET_HASH": hashed}
    assert await pools.respond(client["ClientId"], "PASSWORD_VERIFIER", proof)
    for name in ("alice", sub):
        given = {"REFRESH_TOKEN": result["RefreshToken"], "SECRET_HASH": secret_hash(client, name)}
        assert await pools.call(
            "InitiateAuth", AuthFlow="REFRESH_TOKEN_AUTH", ClientId=client["ClientId"], AuthParameters=given
        )


@pytest.mark.parametrize("flow", ["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", "GetTokensFromRefreshToken"])
async def test_tokens_are_refreshed(pools: UserPools, flow: str) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool)
    first = await pools.tokens_of(client)
    pools.clock.advance(1800)
    if flow == "GetTokensFromRefreshToken":
        answer = await pools.call(flow, ClientId=client, RefreshToken=first["RefreshToken"])
    else:
        given = {"REFRESH_TOKEN": first["RefreshToken"]}
        answer = await pools.call("InitiateAuth", AuthFlow=flow, ClientId=client, AuthParameters=given)
    again = answer["AuthenticationResult"]
    assert set(again) == {"AccessToken", "IdToken", "TokenType", "ExpiresIn"}
    before, after = claims(first["AccessToken"]), claims(again["AccessToken"])
    for same in ("sub", "auth_time", "origin_jti", "event_id", "scope", "client_id"):
        assert before[same] == after[same]
    assert after["jti"] != before["jti"]
    assert after["iat"] - before["iat"] in (1800, 1801)


async def test_refresh_tokens_rotate_with_a_grace(pools: UserPools) -> None:
    pool = await pools.pool()
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 10}
    client = (await pools.client(pool, RefreshTokenRotation=rotation))["ClientId"]
    await pools.user(pool)
    first = (await pools.tokens_of(client))["RefreshToken"]

    async def refreshed(token: str) -> str:
        answer = await pools.call("GetTokensFromRefreshToken", ClientId=client, RefreshToken=token)
        found: str = answer["AuthenticationResult"]["RefreshToken"]
        return found

    second = await refreshed(first)
    assert second != first
    pools.clock.advance(9)
    assert await refreshed(first)  # the answer may have been lost
    pools.clock.advance(2)
    await pools.refused(
        "RefreshTokenReuseException", "GetTokensFromRefreshToken", ClientId=client, RefreshToken=first
    )
    third = await refreshed(second)
    assert await refreshed(third)
    given = {"REFRESH_TOKEN": third}
    await pools.refused(
        "InvalidParameterException",
        "InitiateAuth",
        AuthFlow="REFRESH_TOKEN_AUTH",
        ClientId=client,
        AuthParameters=given,
    )


@pytest.mark.parametrize("later_s", [0, 59, 60, 3_600])
async def test_a_replaced_token_that_comes_back_late_ends_them_all(pools: UserPools, later_s: int) -> None:
    """A client's own second call is refused by itself; later, one of two who have the token is a thief."""
    pool = await pools.pool()
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0}
    client = (await pools.client(pool, RefreshTokenRotation=rotation))["ClientId"]
    await pools.user(pool)
    first = await pools.tokens_of(client)
    ask = {"ClientId": client, "RefreshToken": first["RefreshToken"]}
    second = (await pools.call("GetTokensFromRefreshToken", **ask))["AuthenticationResult"]
    pools.clock.advance(later_s)
    await pools.refused("RefreshTokenReuseException", "GetTokensFromRefreshToken", **ask)
    newest = {"ClientId": client, "RefreshToken": second["RefreshToken"]}
    if later_s < 60:
        assert await pools.call("GetTokensFromRefreshToken", **newest)
        return
    said = await pools.refused("NotAuthorizedException", "GetTokensFromRefreshToken", **newest)
    assert said == "Refresh Token has been revoked"
    await pools.refused("NotAuthorizedException", "GetTokensFromRefreshToken", **ask)
    await pools.refused("NotAuthorizedException", "GetUser", AccessToken=first["AccessToken"])


async def test_a_token_of_two_rotations_ago_ends_them_all(pools: UserPools) -> None:
    pool = await pools.pool()
    rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60}
    client = (await pools.client(pool, RefreshTokenRotation=rotation))["ClientId"]
    await pools.user(pool)
    tokens = [(await pools.tokens_of(client))["RefreshToken"]]
    for _ in range(2):
        answer = await pools.call("GetTokensFromRefreshToken", ClientId=client, RefreshToken=tokens[-1])
        tokens.append(answer["AuthenticationResult"]["RefreshToken"])
    await pools.refused(
        "RefreshTokenReuseException", "GetTokensFromRefreshToken", ClientId=client, RefreshToken=tokens[0]
    )
    for token in tokens:
        await pools.refused(
            "NotAuthorizedException", "GetTokensFromRefreshToken", ClientId=client, RefreshToken=token
        )


async def test_many_at_once_rotate_a_token_once(pools: UserPools) -> None:
    pool = await pools.pool()
    client = (
        await pools.client(pool, RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 0})
    )["ClientId"]
    await pools.user(pool)
    token = (await pools.tokens_of(client))["RefreshToken"]
    asked = [pools.call("GetTokensFromRefreshToken", ClientId=client, RefreshToken=token) for _ in range(5)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [each.code for each in answers if isinstance(each, AwsError)]
    assert refused == ["RefreshTokenReuseException"] * 4


async def test_a_sign_in_survives_a_restart(pools: UserPools) -> None:
    """Keys, families and sessions are on disk or in the clients' hands: another server on the same store goes on."""
    pool = await pools.pool()
    client = (await pools.client(pool))["ClientId"]
    await pools.user(pool)
    result = await pools.tokens_of(client)
    srp = SrpClient(pool.partition("_")[2], PASSWORD)
    offered = await pools.offer(client, srp)
    restarted = UserPools(pools.world, "own")
    assert (await restarted.call("GetUser", AccessToken=result["AccessToken"]))["Username"] == "alice"
    assert await restarted.call(
        "GetTokensFromRefreshToken", ClientId=client, RefreshToken=result["RefreshToken"]
    )
    assert await restarted.respond(client, "PASSWORD_VERIFIER", srp.proof(offered["ChallengeParameters"]))
    assert (await restarted.tokens.verify(result["IdToken"], issuer=f"{ORIGIN}/{pool}")).audiences == (
        client,
    )


async def test_what_has_expired_is_forgotten(pools: UserPools) -> None:
    pool = await pools.pool()
    client = (await pools.client(pool, RefreshTokenValidity=1))["ClientId"]
    await pools.user(pool)
    await pools.by_srp(pool, client)
    tables = [("cognito-idp.spent",), ("cognito-idp.refresh-end",), ("cognito-idp.refresh",)]
    assert [len(await pools.world.store.scan(each)) for each in tables] == [1, 1, 1]
    assert "cognito_idp.expired" in pools.loops
    expired = Expired(pools.world.store, pools.clock.now)
    pools.clock.advance(3600)
    await expired.remove()
    assert [len(await pools.world.store.scan(each)) for each in tables] == [0, 1, 1]
    pools.clock.advance(2 * 86_400)
    await expired.remove()
    assert [len(await pools.world.store.scan(each)) for each in tables] == [0, 0, 0]
