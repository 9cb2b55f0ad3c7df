"""Web identity tokens against a real issuer over TLS."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from issuer import Issuer, an_issuer
from portico.base.outbound import Outbound
from portico.identity.issuers import Discovery, Issuers
from portico.identity.jwt import TokenError, WebToken, read
from portico.identity.tokens import Tokens

DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
async def issuer(tmp_path: Path) -> AsyncIterator[Issuer]:
    async with an_issuer(tmp_path) as made:
        yield made


class Hands:
    """The hands of a clock."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def wall(self) -> float:
        return time.time() + self.ahead_s

    now = wall

    def monotonic(self) -> float:
        return 1000.0 + self.ahead_s


class WebIdentities:
    """Tokens as STS asks about them."""

    def __init__(self, outbound: Outbound, hands: Hands) -> None:
        issuers = Issuers(Discovery(outbound, monotonic=hands.monotonic))
        self.tokens = Tokens(issuers, wall=hands.wall, now=hands.now)

    async def verify(self, token: WebToken) -> None:
        await self.tokens.check(token, age_s_max=24 * 3600)


def verifier(issuer: Issuer, hands: Hands | None = None) -> WebIdentities:
    return WebIdentities(issuer.outbound(), hands or Hands())


async def refused(checker: WebIdentities, token: str) -> TokenError:
    with pytest.raises(TokenError) as caught:
        await checker.verify(read(token))
    return caught.value


async def test_a_token_of_the_issuer_is_accepted_and_its_keys_are_kept(issuer: Issuer) -> None:
    checker = verifier(issuer)
    token = read(issuer.token(aud=["a", "b"]))
    await checker.verify(token)
    await checker.verify(token)
    assert issuer.requests == [DISCOVERY, "/keys"]
    assert (token.issuer, token.url, token.audiences) == (issuer.url, issuer.name, ("a", "b"))


@pytest.mark.parametrize("alg", ["RS384", "RS512", "ES256"])
async def test_other_algorithms_of_rsa_and_elliptic_curves_are_accepted(issuer: Issuer, alg: str) -> None:
    issuer.keys["ec"] = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
    await verifier(issuer).verify(read(issuer.token(alg=alg, kid="ec" if alg[0] == "E" else "one")))


async def test_a_key_that_the_issuer_has_rolled_is_fetched_once_a_minute(issuer: Issuer) -> None:
    hands = Hands()
    checker = verifier(issuer, hands)
    await checker.verify(read(issuer.token()))
    issuer.keys["two"] = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    rolled = issuer.token(kid="two")
    assert (await refused(checker, rolled)).reason == "keys"
    assert len(issuer.requests) == 2
    hands.ahead_s = 61
    await checker.verify(read(rolled))
    assert len(issuer.requests) == 4


async def test_many_tokens_at_once_fetch_the_keys_once(issuer: Issuer) -> None:
    checker = verifier(issuer)
    token = read(issuer.token())
    await asyncio.gather(*(checker.verify(token) for _ in range(10)))
    assert len(issuer.requests) == 2


async def test_a_token_signed_by_somebody_else_is_refused(issuer: Issuer) -> None:
    foreign = issuer.token(key=RSAKey.generate_key(2048, {"kid": "one"}))
    assert (await refused(verifier(issuer), foreign)).reason == "signature"
    head, claims, signature = issuer.token().split(".")
    other = base64.urlsafe_b64encode(
        json.dumps({**read(issuer.token()).claims, "sub": "root"}).encode()
    ).decode()
    assert (await refused(verifier(issuer), f"{head}.{other.rstrip('=')}.{signature}")).reason == "signature"
    assert (await refused(verifier(issuer), f"{head}.{claims}.")).reason == "signature"


async def test_the_public_key_is_no_secret_to_sign_with(issuer: Issuer) -> None:
    public = issuer.keys["one"].as_pem(private=False)
    confused = issuer.token(alg="HS256", key=OctKey.import_key(public.replace(b"-----", b"")))
    assert (await refused(verifier(issuer), confused)).reason == "signature"


async def test_a_token_without_a_signature_is_refused(issuer: Issuer) -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    _, claims, _ = issuer.token().split(".")
    assert (await refused(verifier(issuer), f"{header}.{claims}.")).reason == "signature"


async def test_times_are_judged(issuer: Issuer) -> None:
    checker, now = verifier(issuer), int(time.time())
    error = await refused(checker, issuer.token(exp=now - 5))
    assert error.reason == "expired"
    assert error.message.startswith("Token expired: current date/time ")
    assert error.message.endswith(f" must be before the expiration date/time {now - 5}")
    old = await refused(checker, issuer.token(iat=now - 100_000))
    assert (old.reason, old.message[:15]) == ("old", "Token too old: ")
    assert (await refused(checker, issuer.token(nbf=now + 3600))).reason == "claim"
    assert (await refused(checker, issuer.token(iat=now + 3600))).reason == "claim"
    assert (await refused(checker, issuer.token(iat=None))).message == "Missing a required claim: iat"


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "exp"])
async def test_a_claim_that_is_needed_is_named(issuer: Issuer, claim: str) -> None:
    with pytest.raises(TokenError, match=f"Missing a required claim: {claim}"):
        read(issuer.token(**{claim: None}))


@pytest.mark.parametrize(
    "token",
    ["", "abc", "a.b", "a.b.c", "e30.e30", "e30.e30.e30", "....", "e30.W10.x", "é.é.é", "\x00.\x00.\x00"],
)
def test_what_is_no_token_is_malformed(token: str) -> None:
    with pytest.raises(TokenError) as caught:
        read(token)
    assert caught.value.message == (
        "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
    )


@pytest.mark.parametrize(
    ("path", "answer", "reason"),
    [
        (DISCOVERY, (404, b""), "keys"),
        (DISCOVERY, (503, b""), "unreachable"),
        (DISCOVERY, (200, b"<html>"), "keys"),
        (DISCOVERY, (200, b"[]"), "keys"),
        (
            DISCOVERY,
            (200, b'{"issuer":"https://other.example","jwks_uri":"https://other.example/k"}'),
            "keys",
        ),
        ("/keys", (200, b'{"keys":{}}'), "keys"),
        ("/keys", (200, b'{"keys":[]}'), "keys"),
        ("/keys", (200, b'{"keys":[{"kid":"one","kty":"RSA","n":"!","e":"AQAB"}]}'), "signature"),
        ("/keys", (200, b'{"keys":[{"kid":"one","kty":"oct","k":"c2VjcmV0"}]}'), "keys"),
        ("/keys", (302, b""), "keys"),
    ],
)
async def test_an_issuer_that_can_not_be_relied_upon(
    issuer: Issuer, path: str, answer: tuple[int, bytes], reason: str
) -> None:
    issuer.overridden[path] = answer
    assert (await refused(verifier(issuer), issuer.token())).reason == reason


async def test_keys_are_fetched_over_tls_only(issuer: Issuer) -> None:
    document: dict[str, Any] = {"issuer": issuer.url, "jwks_uri": f"http://issuer.example:{issuer.port}/keys"}
    issuer.overridden[DISCOVERY] = (200, json.dumps(document).encode())
    assert (await refused(verifier(issuer), issuer.token())).reason == "keys"
    assert (await refused(verifier(issuer), issuer.token(iss="http://issuer.example"))).reason == "keys"


async def test_an_issuer_on_an_address_that_is_not_public_is_not_asked(issuer: Issuer) -> None:
    checker = WebIdentities(Outbound(), Hands())
    token = issuer.token(iss=f"https://127.0.0.1:{issuer.port}")
    assert (await refused(checker, token)).reason == "keys"
    assert issuer.requests == []
