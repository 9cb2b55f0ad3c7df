"""Verifications of RS256 tokens of one of our own issuers, per second: tokens that come for the first time, and again.

    python -m bench.tokens [--tokens 4000] [--rounds 5]

On one processor, in a hot loop; the best round counts, since others only add to what a round takes.
"""

import argparse
import asyncio
import time
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from portico.base.outbound import Outbound
from portico.identity.issuers import Discovery, Issuers, PublicKey
from portico.identity.tokens import Tokens

ISSUER = "https://issuer.example"


class Own:
    """The issuer."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256", "use": "sig"})
        self._keys = {"one": PublicKey(self.key.as_dict(private=False))}

    def name(self, issuer: str) -> str | None:
        """See `OwnIssuer`."""
        return issuer if issuer == ISSUER else None

    async def keys(self, name: str) -> Mapping[str, PublicKey] | None:
        """See `OwnIssuer`."""
        return self._keys

    async def ended(self, name: str, claims: Mapping[str, Any]) -> str:
        """See `OwnIssuer`."""
        return ""

    def token(self, number: int) -> str:
        """An ID token of a user."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": f"00000000-0000-4000-8000-{number:012}",
            "aud": "client",
            "token_use": "id",
            "cognito:username": f"user{number}",
            "email": f"user{number}@example.com",
            "iat": now,
            "auth_time": now,
            "exp": now + 3600,
        }
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)


async def verified_in(tokens: Tokens, texts: list[str]) -> float:
    """Seconds of processor time to verify them all."""
    begun = time.process_time()
    for text in texts:
        await tokens.verify(text, issuer=ISSUER, audiences=("client",))
    return time.process_time() - begun


async def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tokens", type=int, default=4000)
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    own = Own()
    issuers = Issuers(Discovery(Outbound(), monotonic=time.monotonic))
    issuers.add(own)
    texts = [own.token(number) for number in range(options.tokens)]
    fresh, again = [], []
    for _ in range(options.rounds):
        tokens = Tokens(issuers, wall=time.time, now=time.time)
        fresh.append(await verified_in(tokens, texts))
        again.append(await verified_in(tokens, texts))
    print(f"for the first time  {len(texts) / min(fresh):9,.0f}/s  (goal 20,000)")
    print(f"again               {len(texts) / min(again):9,.0f}/s")


if __name__ == "__main__":
    asyncio.run(main())
