"""The general verifier: whose tokens are taken, for whom, how long, and how fast those that are remembered."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from issuer import Issuer, an_issuer
from portico.identity.issuers import Discovery, Issuers, PublicKey
from portico.identity.jwt import TokenError
from portico.identity.tokens import Tokens


class Hands:
    """The hands of two clocks: one that others go by, one that is ours."""

    def __init__(self) -> None:
        self.wall_s = 0.0
        self.now_s = 0.0

    def wall(self) -> float:
        return time.time() + self.wall_s

    def now(self) -> float:
        return time.time() + self.now_s

    def monotonic(self) -> float:
        return 1000.0


class Own:
    """An issuer of our own, with two addresses; `present` says whether it is here."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "own", "use": "sig", "alg": "RS256"})
        self.present = True
        self.asked = 0

    def name(self, issuer: str) -> str | None:
        return "ours" if issuer in ("http://here/ours", "https://elsewhere.example/ours") else None

    async def keys(self, name: str) -> Mapping[str, PublicKey] | None:
        assert name == "ours"
        self.asked += 1
        return {"own": PublicKey(self.key.as_dict(private=False))} if self.present else None

    def token(self, *, kid: str = "own", **claims: Any) -> str:
        now = int(time.time())
        held = {
            "iss": "http://here/ours",
            "sub": "me",
            "client_id": "app",
            "iat": now,
            "exp": now + 600,
            **claims,
        }
        body = json.dumps({name: value for name, value in held.items() if value is not None}).encode()
        return jws.serialize_compact({"alg": "RS256", "kid": kid}, body, self.key, algorithms=["RS256"])


class Place:
    """A verifier that knows a foreign issuer and our own."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer, self.own, self.hands = issuer, Own(), Hands()
        self.issuers = Issuers(Discovery(issuer.outbound(), monotonic=self.hands.monotonic))
        self.issuers.add(self.own)
        self.tokens = Tokens(self.issuers, wall=self.hands.wall, now=self.hands.now, known_max=64)

    async def refused(self, text: str, **asked: Any) -> str:
        with pytest.raises(TokenError) as caught:
            await self.tokens.verify(text, **asked)
        return caught.value.reason


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with an_issuer(tmp_path) as made:
        yield Place(made)


async def test_what_a_token_says(place: Place) -> None:
    text = place.issuer.token(aud=["a", "b"], scope="read write", client_id="app", groups=["g"])
    found = await place.tokens.verify(text, issuer=place.issuer.url, audiences=("b",))
    assert (found.issuer, found.subject, found.audiences) == (place.issuer.url, "somebody", ("a", "b"))
    assert (found.client, found.scopes, found.values["groups"]) == ("app", ("read", "write"), ["g"])
    assert found.expires_at == found.values["exp"]


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [({"scp": ["a", "b"]}, ("a", "b")), ({"scp": "a b"}, ("a", "b")), ({"scope": 7}, ()), ({}, ())],
)
async def test_scopes_in_every_form(place: Place, claims: dict[str, Any], scopes: tuple[str, ...]) -> None:
    found = await place.tokens.verify(place.issuer.token(**claims), issuer=place.issuer.url)
    assert found.scopes == scopes


@pytest.mark.parametrize(
    ("claims", "audiences", "is_taken"),
    [
        ({"aud": "a"}, ("a",), True),
        ({"aud": "a"}, ("b", "a"), True),
        ({"aud": "a"}, (), True),
        ({"aud": "a"}, ("b",), False),
        ({"aud": ["a", "b"]}, ("b",), True),
        ({"aud": None, "client_id": "a"}, ("a",), True),
        ({"aud": None, "client_id": "b"}, ("a",), False),
        ({"aud": "b", "client_id": "a"}, ("a",), False),
        ({"aud": None}, ("a",), False),
        ({"aud": [], "client_id": "a"}, ("a",), True),
        ({"aud": ""}, ("",), False),
        ({"aud": {"a": 1}}, ("a",), False),
    ],
)
async def test_audiences(
    place: Place, claims: dict[str, Any], audiences: tuple[str, ...], is_taken: bool
) -> None:
    text, asked = place.issuer.token(**claims), {"issuer": place.issuer.url, "audiences": audiences}
    for _ in range(2):  # the second time from memory
        if is_taken:
            assert (await place.tokens.verify(text, **asked)).subject == "somebody"
        else:
            assert await place.refused(text, **asked) == "audience"


async def test_only_the_issuers_that_are_named_are_asked(place: Place) -> None:
    text = place.issuer.token()
    assert await place.refused(text, issuer="https://other.example") == "issuer"
    assert await place.refused(text, issuer=("https://other.example", "http://here/ours")) == "issuer"
    assert place.issuer.requests == []
    assert await place.tokens.verify(text, issuer=("https://other.example", place.issuer.url + "/"))
    assert await place.tokens.verify(text)
    assert await place.refused(text, issuer="https://other.example") == "issuer"  # although it is remembered


async def test_our_own_issuer_is_asked_in_process_under_any_of_its_names(place: Place) -> None:
    text = place.own.token()
    for issuer in ("http://here/ours", "https://elsewhere.example/ours"):
        assert (await place.tokens.verify(text, issuer=issuer, audiences=("app",))).client == "app"
    assert await place.refused(text, issuer=place.issuer.url) == "issuer"
    assert place.issuer.requests == []
    assert place.own.asked == 1
    assert await place.refused(place.own.token(kid="other")) == "keys"


async def test_an_issuer_that_is_not_here_after_all_is_looked_for(place: Place) -> None:
    place.own.present = False
    assert await place.refused(place.own.token()) == "keys"  # nothing is fetched but over https


async def test_our_own_tokens_go_by_our_own_time(place: Place) -> None:
    ours, theirs = place.own.token(), place.issuer.token()
    for text in (ours, theirs):
        assert await place.tokens.verify(text)
    place.hands.now_s = 601
    assert await place.refused(ours) == "expired"
    assert await place.tokens.verify(theirs)
    place.hands.wall_s = 601
    assert await place.refused(theirs) == "expired"
    assert await place.refused(ours) == "expired"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": None}, "claim"),
        ({"exp": "tomorrow"}, "claim"),
        ({"exp": True}, "claim"),
        ({"exp": 0}, "expired"),
        ({"exp": -1}, "expired"),
        ({"nbf": 2**40}, "claim"),
        ({"iat": 2**40}, "claim"),
        ({"nbf": "now"}, "claim"),
        ({"iss": None}, "keys"),
        ({"iss": ""}, "keys"),
        ({"iss": "file:///etc/passwd"}, "keys"),
        ({"iss": "https://issuer.example:1"}, "unreachable"),
    ],
)
async def test_claims_that_are_not_taken(place: Place, claims: dict[str, Any], reason: str) -> None:
    for _ in range(2):
        assert await place.refused(place.issuer.token(**claims)) == reason


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"alg": "none", "kid": "one"}, "signature"),
        ({"alg": "None", "kid": "one"}, "signature"),
        ({"alg": "HS256", "kid": "one"}, "signature"),
        ({"alg": "PS256", "kid": "one"}, "signature"),
        ({"alg": "ES256", "kid": "one"}, "signature"),
        ({"alg": "RS512", "kid": "one"}, "signature"),
        ({"alg": "RS256", "kid": "two"}, "keys"),
        ({"alg": "RS256", "kid": ""}, "signature"),
        ({"alg": "RS256", "kid": "one", "crit": ["exp"]}, "malformed"),
        ({"alg": "RS256", "kid": 1}, "malformed"),
        ({"kid": "one"}, "malformed"),
        ([], "malformed"),
    ],
)
async def test_heads_that_are_not_taken(place: Place, header: Any, reason: str) -> None:
    """The body and the signature are the issuer's."""
    _, body, signature = place.issuer.token().split(".")
    assert await place.refused(f"{_encoded(header)}.{body}.{signature}", issuer=place.issuer.url) == reason


async def test_a_key_that_is_for_one_algorithm_is_not_for_another(place: Place) -> None:
    place.issuer.keys["one"] = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256"})
    assert await place.tokens.verify(place.issuer.token())
    plain = {
        name: part for name, part in place.issuer.keys["one"].as_dict(private=True).items() if name != "alg"
    }
    forged = place.issuer.token(alg="RS512", key=RSAKey.import_key(plain))
    assert await place.refused(forged) == "signature"


async def test_public_keys_are_no_shared_secrets(place: Place) -> None:
    place.issuer.keys["ec"] = ECKey.generate_key("P-256", {"kid": "ec"})
    assert await place.tokens.verify(place.issuer.token(kid="ec", alg="ES256"))
    for kid in ("one", "ec"):
        pem = place.issuer.keys[kid].as_pem(private=False).replace(b"-----", b"")
        forged = place.issuer.token(kid=kid, alg="HS256", key=OctKey.import_key(pem))
        assert await place.refused(forged) == "signature"


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "a.b", "a.b.c.d", "a.b.c=", "é.b.c", "a b.c.d", "x" * 70_000, "a.b.c\n", "\udcff.a.b"],
)
async def test_what_is_no_token(place: Place, text: str) -> None:
    assert await place.refused(text) == "malformed"


async def test_what_was_changed_is_not_what_is_remembered(place: Place) -> None:
    text = place.issuer.token()
    assert await place.tokens.verify(text)
    head, body, signature = text.split(".")
    changed = "A" if signature[0] != "A" else "B"
    assert await place.refused(f"{head}.{body}.{changed}{signature[1:]}") == "signature"
    assert await place.refused(f"{head}.{body}.") == "signature"
    more = _encoded({**json.loads(base64.urlsafe_b64decode(body + "==")), "admin": True})
    assert await place.refused(f"{head}.{more}.{signature}") == "signature"


async def test_memory_is_bounded(place: Place) -> None:
    texts = [place.issuer.token(jti=str(n)) for n in range(100)]
    await asyncio.gather(*(place.tokens.verify(text) for text in texts))
    assert len(place.tokens._known) <= 64
    assert await place.tokens.verify(texts[0])


async def test_what_is_remembered_is_verified_at_20_000_a_second(place: Place) -> None:
    """Ten kilobytes of claims or one: the digest is what it costs. The bound has room for a busy machine."""
    text = place.issuer.token(aud="app", groups=["g" * 50] * 20)
    await place.tokens.verify(text)
    rates = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(2_000):
            await place.tokens.verify(text, issuer=place.issuer.url, audiences=("app",))
        rates.append(2_000 / (time.perf_counter() - start))
    assert max(rates) > 20_000
