"""What lets nobody in: wrong, forged, replayed, swapped, late, too often."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from joserfc import jws
from joserfc.jwk import OctKey, RSAKey

from portico.wire.errors import AwsError
from srp_client import Client as SrpClient
from srp_client import N
from user_pools import ORIGIN, PASSWORD, UserPools, claims, secret_hash, user_pools

WRONG = "Incorrect username or password."


class Place(msgspec.Struct):
    """A pool with users in every state, two clients, one with a secret, and another pool."""

    pools: UserPools
    pool: str
    client: str
    secret: dict[str, Any]
    other_pool: str
    other_client: str
    hiding: str

    async def refused(self, code: str, operation: str, **request: Any) -> str:
        return await self.pools.refused(code, operation, **request)

    def srp(self, password: str = PASSWORD) -> SrpClient:
        return SrpClient(self.pool.partition("_")[2], password)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with user_pools() as pools:
        pool, other = await pools.pool(), await pools.pool()
        client = (await pools.client(pool))["ClientId"]
        secret = await pools.client(pool, GenerateSecret=True)
        hiding = (await pools.client(pool, PreventUserExistenceErrors="ENABLED"))["ClientId"]
        other_client = (await pools.client(other))["ClientId"]
        for name in ("alice", "bob", "disabled", "reset"):
            await pools.user(pool, name, email=f"{name}@example.com", email_verified="true")
        await pools.user(other)
        await pools.user(pool, "forced", password="")
        await pools.call("SignUp", ClientId=client, Username="fresh", Password=PASSWORD)
        await pools.call("AdminDisableUser", UserPoolId=pool, Username="disabled")
        await pools.call("AdminResetUserPassword", UserPoolId=pool, Username="reset")
        yield Place(pools, pool, client, secret, other, other_client, hiding)


PASSWORD_CASES: list[tuple[str, dict[str, str], str, str]] = [
    ("wrong password", {"PASSWORD": "Passw0rd!y"}, "NotAuthorizedException", WRONG),
    ("password in another case", {"PASSWORD": PASSWORD.upper()}, "NotAuthorizedException", WRONG),
    ("a part of it", {"PASSWORD": PASSWORD[:-1]}, "NotAuthorizedException", WRONG),
    ("more than it", {"PASSWORD": PASSWORD + " "}, "NotAuthorizedException", WRONG),
    ("a NUL behind it", {"PASSWORD": PASSWORD + "\0"}, "NotAuthorizedException", WRONG),
    ("very long", {"PASSWORD": "x" * 100_000}, "NotAuthorizedException", WRONG),
    ("another user's name", {"USERNAME": "bob", "PASSWORD": "alice"}, "NotAuthorizedException", WRONG),
    ("no password", {"PASSWORD": ""}, "InvalidParameterException", "Missing required parameter PASSWORD"),
    ("no name", {"USERNAME": ""}, "InvalidParameterException", "Missing required parameter USERNAME"),
    ("nobody", {"USERNAME": "nobody"}, "UserNotFoundException", "User does not exist."),
    ("another case of the name", {"USERNAME": "ALICE"}, "UserNotFoundException", "User does not exist."),
    (
        "an address that is no alias",
        {"USERNAME": "alice@example.com"},
        "UserNotFoundException",
        "User does not exist.",
    ),
    ("disabled", {"USERNAME": "disabled"}, "NotAuthorizedException", "User is disabled."),
    ("not confirmed", {"USERNAME": "fresh"}, "UserNotConfirmedException", "User is not confirmed."),
    (
        "not confirmed, wrong",
        {"USERNAME": "fresh", "PASSWORD": "x"},
        "UserNotConfirmedException",
        "User is not confirmed.",
    ),
    (
        "reset",
        {"USERNAME": "reset"},
        "PasswordResetRequiredException",
        "Password reset required for the user",
    ),
    ("no password yet", {"USERNAME": "forced"}, "NotAuthorizedException", WRONG),
    (
        "a hash without a secret",
        {"SECRET_HASH": "abc"},
        "NotAuthorizedException",
        "Unable to verify secret hash for client ",
    ),
]


@pytest.mark.parametrize(
    ("_case", "given", "code", "words"), PASSWORD_CASES, ids=[each[0] for each in PASSWORD_CASES]
)
async def test_passwords(place: Place, _case: str, given: dict[str, str], code: str, words: str) -> None:
    whole = {"USERNAME": "alice", "PASSWORD": PASSWORD, **given}
    flow = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": place.client, "AuthParameters": whole}
    assert (await place.refused(code, "InitiateAuth", **flow)).startswith(words)


FLOW_CASES: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "USER_PASSWORD_AUTH",
        {},
        "InvalidParameterException",
        "USER_PASSWORD_AUTH flow not enabled for this client",
    ),
    ("USER_AUTH", {}, "InvalidParameterException", "USER_AUTH is not enabled for the client."),
    (
        "USER_SRP_AUTH",
        {"flows": ["ALLOW_CUSTOM_AUTH"]},
        "InvalidParameterException",
        "USER_SRP_AUTH is not enabled for the client.",
    ),
    (
        "USER_SRP_AUTH",
        {"flows": ["CUSTOM_AUTH_FLOW_ONLY"]},
        "InvalidParameterException",
        "USER_SRP_AUTH is not enabled for the client.",
    ),
    (
        "CUSTOM_AUTH",
        {"flows": ["ALLOW_USER_SRP_AUTH"]},
        "InvalidParameterException",
        "CUSTOM_AUTH is not enabled for the client.",
    ),
    ("CUSTOM_AUTH", {}, "UnexpectedLambdaException", "null invocation failed due to configuration."),
    (
        "REFRESH_TOKEN_AUTH",
        {"flows": ["ALLOW_USER_SRP_AUTH"]},
        "InvalidParameterException",
        "Auth flow not enabled for this client",
    ),
    ("ADMIN_USER_PASSWORD_AUTH", {}, "InvalidParameterException", "Initiate Auth method not supported."),
    ("ADMIN_NO_SRP_AUTH", {}, "InvalidParameterException", "Initiate Auth method not supported."),
    ("admin ADMIN_NO_SRP_AUTH", {}, "InvalidParameterException", "Auth flow not enabled for this client"),
    (
        "admin USER_PASSWORD_AUTH",
        {},
        "InvalidParameterException",
        "USER_PASSWORD_AUTH flow not enabled for this client",
    ),
]


@pytest.mark.parametrize(
    ("flow", "client", "code", "words"), FLOW_CASES, ids=[f"{each[0]} {each[1]}" for each in FLOW_CASES]
)
async def test_flows_that_are_off(
    place: Place, flow: str, client: dict[str, Any], code: str, words: str
) -> None:
    """Those that a client has by default are on, the others are not."""
    asked = {"ClientName": "c"} | ({"ExplicitAuthFlows": client["flows"]} if client else {})
    made = await place.pools.call("CreateUserPoolClient", UserPoolId=place.pool, **asked)
    admin = flow.startswith("admin ")
    given = {"USERNAME": "alice", "PASSWORD": PASSWORD, "SRP_A": "02", "REFRESH_TOKEN": "x"}
    request = {
        "AuthFlow": flow.removeprefix("admin "),
        "ClientId": made["UserPoolClient"]["ClientId"],
        "AuthParameters": given,
    }
    more = {"UserPoolId": place.pool} if admin else {}
    assert (
        await place.refused(code, "AdminInitiateAuth" if admin else "InitiateAuth", **request, **more)
        == words
    )


@pytest.mark.parametrize("client", ["", "x" * 26, "nobody"])
async def test_clients_that_are_not_there(place: Place, client: str) -> None:
    given = {
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": client,
        "AuthParameters": {"USERNAME": "alice", "PASSWORD": PASSWORD},
    }
    words = await place.refused("ResourceNotFoundException", "InitiateAuth", **given)
    assert words == f"User pool client {client} does not exist."


async def test_a_client_of_another_pool(place: Place) -> None:
    given = {
        "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "alice", "PASSWORD": PASSWORD},
    }
    await place.refused(
        "ResourceNotFoundException",
        "AdminInitiateAuth",
        UserPoolId=place.pool,
        ClientId=place.other_client,
        **given,
    )
    await place.refused(
        "ResourceNotFoundException",
        "AdminInitiateAuth",
        UserPoolId="us-east-1_nobody123",
        ClientId=place.client,
        **given,
    )


@pytest.mark.parametrize(
    "given", ["", "abc", "Passw0rd", "other user", "other client", "unkeyed", "truncated"]
)
async def test_secret_hashes(place: Place, given: str) -> None:
    right = secret_hash(place.secret, "alice")
    made = {
        "other user": secret_hash(place.secret, "bob"),
        "other client": secret_hash({**place.secret, "ClientId": place.client}, "alice"),
        "unkeyed": base64.b64encode(
            hashlib.sha256(f"alice{place.secret['ClientId']}".encode()).digest()
        ).decode(),
        "truncated": right[:-4],
    }.get(given, given)
    client = place.secret["ClientId"]
    params = {"USERNAME": "alice", "PASSWORD": PASSWORD} | ({"SECRET_HASH": made} if made else {})
    request = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": params}
    words = await place.refused("NotAuthorizedException", "InitiateAuth", **request)
    missing = f"Client {client} is configured with secret but SECRET_HASH was not received"
    assert words == (f"Unable to verify secret hash for client {client}" if made else missing)
    srp = {
        "AuthFlow": "USER_SRP_AUTH",
        "ClientId": client,
        "AuthParameters": {**params, "SRP_A": place.srp().a},
    }
    assert await place.refused("NotAuthorizedException", "InitiateAuth", **srp) == words


@pytest.mark.parametrize(
    "number",
    ["0", "00", f"{N:x}", f"{2 * N:x}", f"00{N:X}", "", "-1", "xyz", "0x2", "2 ", "f" * 771, f"{N * N:x}"],
    ids=[
        "0",
        "00",
        "N",
        "2N",
        "padded N",
        "none",
        "negative",
        "letters",
        "prefix",
        "blank",
        "long",
        "N squared",
    ],
)
async def test_numbers_that_would_prove_anything(place: Place, number: str) -> None:
    """With A a multiple of N everybody would know the key."""
    for client in (place.client, place.hiding):
        given = {
            "AuthFlow": "USER_SRP_AUTH",
            "ClientId": client,
            "AuthParameters": {"USERNAME": "alice", "SRP_A": number},
        }
        await place.refused("InvalidParameterException", "InitiateAuth", **given)


def _flipped(text: str) -> str:
    data = bytearray(base64.b64decode(text))
    data[len(data) // 2] ^= 1
    return base64.b64encode(bytes(data)).decode()


Change = Callable[[dict[str, str]], dict[str, str]]
_SIGNATURE, _BLOCK = "PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK"
PROOF_CASES: dict[str, tuple[Change, str]] = {
    "a bit of the signature": (lambda p: {_SIGNATURE: _flipped(p[_SIGNATURE])}, "NotAuthorizedException"),
    "no signature": (lambda p: {_SIGNATURE: ""}, "InvalidParameterException"),
    "half a signature": (lambda p: {_SIGNATURE: base64.b64encode(base64.b64decode(p[_SIGNATURE])[:16]).decode()}, "NotAuthorizedException"),
    "zeros": (lambda p: {_SIGNATURE: base64.b64encode(bytes(32)).decode()}, "NotAuthorizedException"),
    "no base64": (lambda p: {_SIGNATURE: "!!!"}, "NotAuthorizedException"),
    "a bit of the block": (lambda p: {_BLOCK: _flipped(p[_BLOCK])}, "NotAuthorizedException"),
    "no block": (lambda p: {_BLOCK: ""}, "InvalidParameterException"),
    "half a block": (lambda p: {_BLOCK: p[_BLOCK][: len(p[_BLOCK]) // 8 * 4]}, "NotAuthorizedException"),
    "a block of nothing": (lambda p: {_BLOCK: "AAAA"}, "NotAuthorizedException"),
    "no time": (lambda p: {"TIMESTAMP": ""}, "InvalidParameterException"),
    "another time": (lambda p: {"TIMESTAMP": p["TIMESTAMP"].replace("UTC 2026", "UTC 2025")}, "NotAuthorizedException"),
    "a padded day": (lambda p: {"TIMESTAMP": "Sun Nov 01 10:00:00 UTC 2026"}, "InvalidParameterException"),
    "no UTC": (lambda p: {"TIMESTAMP": p["TIMESTAMP"].replace("UTC", "GMT")}, "InvalidParameterException"),
    "another user": (lambda p: {"USERNAME": "bob"}, "NotAuthorizedException"),
    "nobody": (lambda p: {"USERNAME": "nobody"}, "NotAuthorizedException"),
    "no name": (lambda p: {"USERNAME": ""}, "InvalidParameterException"),
}  # fmt: skip


@pytest.mark.parametrize("case", PROOF_CASES)
async def test_proofs(place: Place, case: str) -> None:
    change, code = PROOF_CASES[case]
    srp = place.srp()
    offered = await place.pools.offer(place.client, srp)
    proof = srp.proof(offered["ChallengeParameters"])
    request = {
        "ClientId": place.client,
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeResponses": {**proof, **change(proof)},
    }
    await place.refused(code, "RespondToAuthChallenge", **request)


@pytest.mark.parametrize("password", ["", "Passw0rd!y", "passw0rd!x", "alice", PASSWORD + "x"])
async def test_proofs_of_other_passwords(place: Place, password: str) -> None:
    for client in (place.client, place.hiding):
        srp = place.srp(password)
        offered = await place.pools.offer(client, srp)
        request = {
            "ClientId": client,
            "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeResponses": srp.proof(offered["ChallengeParameters"]),
        }
        assert await place.refused("NotAuthorizedException", "RespondToAuthChallenge", **request) == WRONG


@pytest.mark.parametrize("minutes", [-6, 6, -60 * 24, 60 * 24 * 365])
async def test_proofs_of_another_time(place: Place, minutes: int) -> None:
    srp = place.srp()
    offered = await place.pools.offer(place.client, srp)
    proof = srp.proof(offered["ChallengeParameters"], at=datetime.now(UTC) + timedelta(minutes=minutes))
    request = {"ClientId": place.client, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": proof}
    await place.refused("NotAuthorizedException", "RespondToAuthChallenge", **request)


async def test_an_exchange_proves_once(place: Place) -> None:
    srp = place.srp()
    proof = srp.proof((await place.pools.offer(place.client, srp))["ChallengeParameters"])
    assert (await place.pools.respond(place.client, "PASSWORD_VERIFIER", proof))["AuthenticationResult"]
    request = {"ClientId": place.client, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": proof}
    for _ in range(2):
        assert (
            await place.refused("NotAuthorizedException", "RespondToAuthChallenge", **request)
            == "Invalid session for the user."
        )


async def test_many_at_once_prove_once(place: Place) -> None:
    srp = place.srp()
    proof = srp.proof((await place.pools.offer(place.client, srp))["ChallengeParameters"])
    asked = [place.pools.respond(place.client, "PASSWORD_VERIFIER", proof) for _ in range(6)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(each, AwsError) for each in answers) == 5


async def test_an_exchange_is_one_guess(place: Place) -> None:
    """A wrong proof ends it, the right one comes too late."""
    srp = place.srp()
    right = srp.proof((await place.pools.offer(place.client, srp))["ChallengeParameters"])
    wrong = {**right, _SIGNATURE: _flipped(right[_SIGNATURE])}
    for proof, words in ((wrong, WRONG), (right, "Invalid session for the user.")):
        request = {
            "ClientId": place.client,
            "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeResponses": proof,
        }
        assert await place.refused("NotAuthorizedException", "RespondToAuthChallenge", **request) == words


@pytest.mark.parametrize(
    "where",
    [
        "another client",
        "another pool",
        "too late",
        "user deleted",
        "user replaced",
        "password changed",
        "disabled",
    ],
)
async def test_exchanges_that_hold_no_longer(place: Place, where: str) -> None:
    srp, pools, client = place.srp(), place.pools, place.client
    proof = srp.proof((await pools.offer(client, srp))["ChallengeParameters"])
    user = {"UserPoolId": place.pool, "Username": "alice"}
    match where:
        case "another client":
            client = place.hiding
        case "another pool":
            client = place.other_client
        case "too late":
            pools.clock.advance(181)
        case "password changed":
            await pools.call("AdminSetUserPassword", **user, Password="An0ther!pass", Permanent=True)
        case "disabled":
            await pools.call("AdminDisableUser", **user)
        case _:
            await pools.call("AdminDeleteUser", **user)
            if where == "user replaced":
                await pools.user(place.pool)
    request = {"ClientId": client, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": proof}
    await place.refused("NotAuthorizedException", "RespondToAuthChallenge", **request)


SESSION_CASES = [
    "none",
    "short",
    "tampered",
    "another client",
    "another pool",
    "too late",
    "another challenge",
    "another user",
    "answered",
    "a block",
    "a token",
]


@pytest.mark.parametrize("case", SESSION_CASES)
async def test_sessions(place: Place, case: str) -> None:
    """Of the challenge for a new password."""
    pools, client, name = place.pools, place.client, "forced"
    await pools.call(
        "AdminSetUserPassword", UserPoolId=place.pool, Username=name, Password="T3mporary!", Permanent=False
    )
    answer = await pools.by_password(client, name, "T3mporary!")
    session, challenge = answer["Session"], answer["ChallengeName"]
    code = "NotAuthorizedException"
    match case:
        case "none":
            session, code = "", "InvalidParameterException"
        case "short":
            session = session[:20]
        case "tampered":
            session = _flipped(session)
        case "another client":
            client = place.hiding
        case "another pool":
            client = place.other_client
        case "too late":
            pools.clock.advance(180)
        case "another challenge":
            challenge = "SMS_MFA"
        case "another user":
            name = "alice"
        case "answered":
            good = {"USERNAME": name, "NEW_PASSWORD": PASSWORD}
            await pools.respond(client, challenge, good, session)
        case "a block":
            session = (await pools.offer(client, place.srp()))["ChallengeParameters"]["SECRET_BLOCK"]
        case "a token":
            session = (await pools.tokens_of(client))["RefreshToken"]
    more = {"Session": session} if session else {}
    responses = {"USERNAME": name, "NEW_PASSWORD": "Sec0nd!password", "SMS_MFA_CODE": "123456"}
    request = {"ClientId": client, "ChallengeName": challenge, "ChallengeResponses": responses, **more}
    await place.refused(code, "RespondToAuthChallenge", **request)
    await place.refused(
        "NotAuthorizedException",
        "InitiateAuth",
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=place.client,
        AuthParameters={"USERNAME": "forced", "PASSWORD": "Sec0nd!password"},
    )


NEW_PASSWORD_CASES: list[tuple[str, dict[str, str], str]] = [
    ("none", {"NEW_PASSWORD": ""}, "InvalidParameterException"),
    ("too short", {"NEW_PASSWORD": "Aa1!"}, "InvalidPasswordException"),
    ("no symbol", {"NEW_PASSWORD": "Abcdefg123"}, "InvalidPasswordException"),
    ("no such attribute", {"userAttributes.hat": "x"}, "InvalidParameterException"),
    ("sub", {"userAttributes.sub": "x"}, "InvalidParameterException"),
    ("verified by oneself", {"userAttributes.email_verified": "true"}, "NotAuthorizedException"),
    ("not writable", {"userAttributes.custom:plan": "gold"}, "NotAuthorizedException"),
    ("out of form", {"userAttributes.phone_number": "12345"}, "InvalidParameterException"),
]


@pytest.mark.parametrize(
    ("_case", "given", "code"), NEW_PASSWORD_CASES, ids=[each[0] for each in NEW_PASSWORD_CASES]
)
async def test_new_passwords(_case: str, given: dict[str, str], code: str) -> None:
    async with user_pools() as pools:
        schema = [{"Name": "plan", "AttributeDataType": "String", "Mutable": True}]
        pool = await pools.pool(Schema=schema)
        client = (await pools.client(pool, WriteAttributes=["email", "phone_number"]))["ClientId"]
        await pools.user(pool, password="")
        await pools.call(
            "AdminSetUserPassword", UserPoolId=pool, Username="alice", Password="T3mporary!", Permanent=False
        )
        answer = await pools.by_password(client, password="T3mporary!")
        responses = {"USERNAME": "alice", "NEW_PASSWORD": PASSWORD, **given}
        request = {
            "ClientId": client,
            "ChallengeName": "NEW_PASSWORD_REQUIRED",
            "Session": answer["Session"],
            "ChallengeResponses": responses,
        }
        await pools.refused(code, "RespondToAuthChallenge", **request)
        user = await pools.call("AdminGetUser", UserPoolId=pool, Username="alice")
        assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD"


async def test_a_temporary_password_that_has_expired(place: Place) -> None:
    await place.pools.call(
        "AdminSetUserPassword",
        UserPoolId=place.pool,
        Username="forced",
        Password="T3mporary!",
        Permanent=False,
    )
    place.pools.clock.advance(7 * 86_400 + 1)
    given = {"USERNAME": "forced", "PASSWORD": "T3mporary!"}
    words = await place.refused(
        "NotAuthorizedException",
        "InitiateAuth",
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=place.client,
        AuthParameters=given,
    )
    assert words == "Temporary password has expired and must be reset by an administrator."


@pytest.mark.parametrize(
    ("challenge", "code"),
    [
        ("WEB_AUTHN", "NotImplemented"),
        ("ADMIN_NO_SRP_AUTH", "NotAuthorizedException"),
        ("SOFTWARE_TOKEN_MFA", "NotAuthorizedException"),
        ("MFA_SETUP", "NotAuthorizedException"),
        ("SELECT_MFA_TYPE", "NotAuthorizedException"),
        ("CUSTOM_CHALLENGE", "NotAuthorizedException"),
        ("SELECT_CHALLENGE", "NotAuthorizedException"),
        ("PASSWORD", "NotAuthorizedException"),
        ("EMAIL_OTP", "NotAuthorizedException"),
        ("DEVICE_SRP_AUTH", "NotAuthorizedException"),
    ],
)  # fmt: skip
async def test_challenges_that_were_not_made(place: Place, challenge: str, code: str) -> None:
    await place.pools.call(
        "AdminSetUserPassword",
        UserPoolId=place.pool,
        Username="forced",
        Password="T3mporary!",
        Permanent=False,
    )
    answer = await place.pools.by_password(place.client, "forced", "T3mporary!")
    given = dict.fromkeys(
        ("ANSWER", "PASSWORD", "EMAIL_OTP_CODE", "SOFTWARE_TOKEN_MFA_CODE", "SRP_A", "DEVICE_KEY"), "123456"
    )
    request = {"ClientId": place.client, "ChallengeName": challenge, "Session": answer["Session"]}
    await place.refused(
        code, "RespondToAuthChallenge", **request, ChallengeResponses={"USERNAME": "forced", **given}
    )


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


TOKEN_CASES: dict[str, str] = {
    "nothing": "Invalid Access Token",
    "an ID token": "Invalid Access Token",
    "a refresh token": "Invalid Access Token",
    "no signature": "Invalid Access Token",
    "another signature": "Invalid Access Token",
    "the ID token's signature": "Invalid Access Token",
    "no algorithm": "Invalid Access Token",
    "the public key as a secret": "Invalid Access Token",
    "a key of one's own": "Invalid Access Token",
    "a key of one's own in the head": "Invalid Access Token",
    "another user": "Invalid Access Token",
    "another pool": "Invalid Access Token",
    "another server": "Invalid Access Token",
    "AWS": "Invalid Access Token",
    "expired": "Access Token has expired",
    "signed out": "Access Token has been revoked",
    "revoked": "Access Token has been revoked",
    "disabled": "User is disabled.",
    "client deleted": "Invalid Access Token",
    "pool deleted": "Invalid Access Token",
}


@pytest.mark.parametrize("case", TOKEN_CASES)
async def test_access_tokens(place: Place, case: str) -> None:
    pools = place.pools
    result = await pools.tokens_of(place.client)
    good = result["AccessToken"]
    assert await pools.call("GetUser", AccessToken=good)
    await _spoil(place, case, result)
    forged = _forged(place, case, result)
    words = await place.refused("NotAuthorizedException", "GetUser", AccessToken=forged)
    assert words == TOKEN_CASES[case]
    await place.refused("NotAuthorizedException", "GlobalSignOut", AccessToken=forged)
    await place.refused("NotAuthorizedException", "AssociateSoftwareToken", AccessToken=forged)


async def _spoil(place: Place, case: str, result: dict[str, str]) -> None:
    pools, user = place.pools, {"UserPoolId": place.pool, "Username": "alice"}
    match case:
        case "expired":
            pools.clock.advance(3600)
        case "signed out":
            await pools.call("GlobalSignOut", AccessToken=result["AccessToken"])
        case "revoked":
            await pools.call("RevokeToken", ClientId=place.client, Token=result["RefreshToken"])
        case "disabled":
            await pools.call("AdminDisableUser", **user)
        case "client deleted":
            await pools.call("DeleteUserPoolClient", UserPoolId=place.pool, ClientId=place.client)
        case "pool deleted":
            await pools.call("DeleteUserPool", UserPoolId=place.pool)


def _forged(place: Place, case: str, result: dict[str, str]) -> str:
    good = result["AccessToken"]
    head, body, signature = good.split(".")
    said = claims(good)
    own = RSAKey.generate_key(2048) if "one's own" in case else None
    kid = json.loads(base64.urlsafe_b64decode(head + "=="))["kid"]
    match case:
        case "nothing":
            return "a.b.c"
        case "an ID token":
            return result["IdToken"]
        case "a refresh token":
            return result["RefreshToken"]
        case "no signature":
            return f"{head}.{body}."
        case "another signature":
            return f"{head}.{body}.{'A' * len(signature)}"
        case "the ID token's signature":
            return f"{head}.{body}.{result['IdToken'].split('.')[2]}"
        case "no algorithm":
            return f"{_encoded({'alg': 'none', 'kid': kid})}.{body}."
        case "the public key as a secret":
            public: Any = place.pools.idp.issuers._keys._loaded[f"cognito-idp/{place.pool}"].public[kid]
            pem = RSAKey.import_key(dict(public.jwk)).as_pem(private=False)
            key = OctKey.import_key(pem.replace(b"-----", b""))
            return jws.serialize_compact(
                {"alg": "HS256", "kid": kid}, json.dumps(said).encode(), key, algorithms=["HS256"]
            )
        case "a key of one's own":
            return jws.serialize_compact(
                {"alg": "RS256", "kid": kid}, json.dumps(said).encode(), own, algorithms=["RS256"]
            )  # type: ignore[arg-type]
        case "a key of one's own in the head":
            assert own is not None
            header = {"alg": "RS256", "kid": "mine", "jwk": own.as_dict(private=False)}
            return jws.serialize_compact(header, json.dumps(said).encode(), own, algorithms=["RS256"])
        case "another user":
            return f"{head}.{_encoded({**said, 'username': 'bob', 'sub': 'bob'})}.{signature}"
        case "another pool":
            return f"{head}.{_encoded({**said, 'iss': f'{ORIGIN}/{place.other_pool}'})}.{signature}"
        case "another server":
            return f"{head}.{_encoded({**said, 'iss': f'https://evil.example/{place.pool}'})}.{signature}"
        case "AWS":
            return f"{head}.{_encoded({**said, 'iss': 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abcdefghi'})}.{signature}"
    return good


REFRESH_CASES: dict[str, tuple[str, str]] = {
    "nothing": ("NotAuthorizedException", "Invalid Refresh Token"),
    "an access token": ("NotAuthorizedException", "Invalid Refresh Token"),
    "an ID token": ("NotAuthorizedException", "Invalid Refresh Token"),
    "tampered": ("NotAuthorizedException", "Invalid Refresh Token"),
    "another client": ("NotAuthorizedException", "Invalid Refresh Token"),
    "another pool": ("NotAuthorizedException", "Invalid Refresh Token"),
    "expired": ("NotAuthorizedException", "Refresh Token has expired"),
    "revoked": ("NotAuthorizedException", "Refresh Token has been revoked"),
    "signed out": ("NotAuthorizedException", "Refresh Token has been revoked"),
    "signed out by an administrator": ("NotAuthorizedException", "Refresh Token has been revoked"),
    "disabled": ("NotAuthorizedException", ""),
    "deleted": ("NotAuthorizedException", ""),
    "replaced": ("NotAuthorizedException", ""),
}


@pytest.mark.parametrize("case", REFRESH_CASES)
async def test_refresh_tokens(place: Place, case: str) -> None:
    pools, client, user = place.pools, place.client, {"UserPoolId": place.pool, "Username": "alice"}
    result = await pools.tokens_of(client)
    token = result["RefreshToken"]
    match case:
        case "nothing":
            token = "nothing"
        case "an access token" | "an ID token":
            token = result["AccessToken" if "access" in case else "IdToken"]
        case "tampered":
            token = token[:40] + ("A" if token[40] != "A" else "B") + token[41:]
        case "another client":
            client = place.hiding
        case "another pool":
            client = place.other_client
        case "expired":
            pools.clock.advance(30 * 86_400)
        case "revoked":
            await pools.call("RevokeToken", ClientId=client, Token=token)
        case "signed out":
            await pools.call("GlobalSignOut", AccessToken=result["AccessToken"])
        case "signed out by an administrator":
            await pools.call("AdminUserGlobalSignOut", **user)
        case "disabled":
            await pools.call("AdminDisableUser", **user)
        case _:
            await pools.call("AdminDeleteUser", **user)
            if case == "replaced":
                await pools.user(place.pool)
    code, words = REFRESH_CASES[case]
    found = await place.refused(code, "GetTokensFromRefreshToken", ClientId=client, RefreshToken=token)
    assert not words or found == words
    given = {"REFRESH_TOKEN": token}
    assert (
        await place.refused(
            code, "InitiateAuth", AuthFlow="REFRESH_TOKEN_AUTH", ClientId=client, AuthParameters=given
        )
        == found
    )


@pytest.mark.parametrize("secret", ["", "x" * 24, "hash"])
async def test_refresh_without_the_clients_secret(place: Place, secret: str) -> None:
    client = place.secret["ClientId"]
    hashed = secret_hash(place.secret, "alice")
    token = (await place.pools.by_password(client, SECRET_HASH=hashed))["AuthenticationResult"][
        "RefreshToken"
    ]
    given = hashed if secret == "hash" else secret
    more = {"ClientSecret": given} if given else {}
    await place.refused(
        "NotAuthorizedException", "GetTokensFromRefreshToken", ClientId=client, RefreshToken=token, **more
    )
    await place.refused("UnauthorizedException", "RevokeToken", ClientId=client, Token=token, **more)
    params = {"REFRESH_TOKEN": token, **({"SECRET_HASH": secret_hash(place.secret, "bob")} if given else {})}
    await place.refused(
        "NotAuthorizedException",
        "InitiateAuth",
        AuthFlow="REFRESH_TOKEN_AUTH",
        ClientId=client,
        AuthParameters=params,
    )
    assert await place.pools.call(
        "GetTokensFromRefreshToken",
        ClientId=client,
        RefreshToken=token,
        ClientSecret=place.secret["ClientSecret"],
    )


REVOKE_CASES = {
    "nothing": "UnsupportedTokenTypeException",
    "an access token": "UnsupportedTokenTypeException",
    "another client": "UnauthorizedException",
    "another pool": "UnauthorizedException",
    "not revocable": "UnsupportedOperationException",
}


@pytest.mark.parametrize("case", REVOKE_CASES)
async def test_revocations(place: Place, case: str) -> None:
    client = place.client
    if case == "not revocable":
        client = (await place.pools.client(place.pool, EnableTokenRevocation=False))["ClientId"]
    result = await place.pools.tokens_of(client)
    token = {"nothing": "x", "an access token": result["AccessToken"]}.get(case, result["RefreshToken"])
    asks = {"another client": place.hiding, "another pool": place.other_client}.get(case, client)
    await place.refused(REVOKE_CASES[case], "RevokeToken", ClientId=asks, Token=token)
    assert await place.pools.call(
        "GetTokensFromRefreshToken", ClientId=client, RefreshToken=result["RefreshToken"]
    )


@pytest.mark.parametrize(
    "given",
    [
        {"USERNAME": "x" * 129},
        {"USERNAME": "x" * 100_000},
        {"DEVICE_KEY": "no key"},
        {"DEVICE_KEY": "us-east-1_" + "0" * 50},
        {"DEVICE_KEY": "us-east-1_GHIJ"},
    ],
)
async def test_parameters_of_no_use(place: Place, given: dict[str, str]) -> None:
    whole = {"USERNAME": "alice", "PASSWORD": PASSWORD, **given}
    flow = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": place.client, "AuthParameters": whole}
    await place.refused("InvalidParameterException", "InitiateAuth", **flow)


@pytest.mark.parametrize(
    "name", ["\0", "a\0b", " ", "alice\0", "ALICE ", "'; drop table", "ﬁ", "a" * 128, "😀"]
)
async def test_names_of_every_kind(place: Place, name: str) -> None:
    for client, code in ((place.client, "UserNotFoundException"), (place.hiding, "NotAuthorizedException")):
        given = {"USERNAME": name, "PASSWORD": PASSWORD}
        flow = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": given}
        await place.refused(code, "InitiateAuth", **flow)


async def test_signed_out_where_tokens_can_not_be_revoked(place: Place) -> None:
    """Access tokens without `origin_jti` end with the sign-out as well, by when they were issued."""
    pools = place.pools
    client = (await pools.client(place.pool, EnableTokenRevocation=False))["ClientId"]
    result = await pools.tokens_of(client)
    assert not {"jti", "origin_jti"} & set(claims(result["AccessToken"]))
    assert await pools.call("GetUser", AccessToken=result["AccessToken"])
    await pools.call("AdminUserGlobalSignOut", UserPoolId=place.pool, Username="alice")
    words = await place.refused("NotAuthorizedException", "GetUser", AccessToken=result["AccessToken"])
    assert words == "Access Token has been revoked"
    asked = {"ClientId": client, "RefreshToken": result["RefreshToken"]}
    await place.refused("NotAuthorizedException", "GetTokensFromRefreshToken", **asked)
    pools.clock.advance(1)
    again = await pools.tokens_of(client)
    assert await pools.call("GetUser", AccessToken=again["AccessToken"])
