"""Identity pools as an issuer of tokens: `https://cognito-identity.amazonaws.com`, for the basic flow and for developers.

Source: Cognito Developer Guide, "Authentication flow": what a token of GetOpenIdToken says.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from portico.identity.issuers import Keys
from portico.identity.principal import COGNITO
from portico.identity.signing_keys import SigningKeys

URL = f"https://{COGNITO}"
OWNER = "cognito-identity"


class Issuer:
    """The keys, for whoever verifies tokens in this process. Implements `identity.issuers.OwnIssuer`."""

    __slots__ = ("_keys",)

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys

    def name(self, issuer: str) -> str | None:
        """What it is called."""
        return URL if issuer.removesuffix("/") == URL else None

    async def keys(self, name: str) -> Keys | None:
        """Its keys."""
        return (await self._keys.of(OWNER)).public

    async def ended(self, name: str, claims: Mapping[str, Any]) -> str:
        """Nothing ends its tokens before they expire."""
        return ""


def claims(
    pool: str, identity: str, amr: Sequence[str], now: float, valid_s: int, tags: dict[str, str]
) -> dict[str, Any]:
    """What a token of an identity says. `tags` are session tags that STS takes from it."""
    made: dict[str, Any] = {
        "sub": identity, "aud": pool, "amr": list(amr), "iss": URL, "exp": int(now) + valid_s, "iat": int(now),
    }  # fmt: skip
    if tags:
        listed = {key: [value] for key, value in tags.items()}
        made["https://aws.amazon.com/tags"] = {"principal_tags": listed}
    return made
