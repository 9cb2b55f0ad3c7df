"""A pool's public documents: its keys and its discovery, for every library that verifies tokens, from any page.

Source: Cognito Developer Guide, "Verifying JSON web tokens", "OpenID Connect discovery"; OpenID Connect Discovery, section 3.
"""

from typing import Any

import msgspec

from portico.doors.port import Arrival
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.links import domain_url, endpoints_url
from portico.services.cognito_idp.records import POOLS, Pool
from portico.services.cognito_idp.service import CognitoIdp
from portico.wire.errors import AwsError
from portico.wire.http import Headers, Reply

_KEYS, _DISCOVERY = "/.well-known/jwks.json", "/.well-known/openid-configuration"
_HEADERS: Headers = (
    ("Content-Type", "application/json"),
    ("Access-Control-Allow-Origin", "*"),
    ("Cache-Control", "public, max-age=3600"),
)
_PREFLIGHT: Headers = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET,HEAD"),
    ("Access-Control-Allow-Headers", "*"),
    ("Access-Control-Max-Age", "3600"),
)


class WellKnown:
    """The door to the addresses below `/POOL_ID/.well-known/`."""

    __slots__ = ("_idp",)

    def __init__(self, idp: CognitoIdp) -> None:
        self._idp = idp

    async def __call__(self, arrival: Arrival) -> Reply:
        """The document that is asked for.

        Raises:
            AwsError: ResourceNotFoundException, there is no such pool or document; MethodNotAllowed.
        """
        method = arrival.head.method
        if method == "OPTIONS":
            return Reply(204, _PREFLIGHT, b"")
        if method not in ("GET", "HEAD"):
            raise AwsError("MethodNotAllowed", "This address is read only.", 405)
        return await self.answer(arrival.address.id, arrival.address.path)

    async def answer(self, pool_id: str, path: str) -> Reply:
        """The document at a path of a pool.

        Raises:
            AwsError: ResourceNotFoundException.
        """
        held = await self._idp.cache.get(POOLS, pool_id)
        if held is None or path not in (_KEYS, _DISCOVERY):
            raise AwsError(errors.no_pool(pool_id).code, f"There is nothing at /{pool_id}{path}", 404)
        found = await self._keys(held.value) if path == _KEYS else self._discovery(held.value)
        return Reply(200, _HEADERS, msgspec.json.encode(found))

    async def _keys(self, pool: Pool) -> dict[str, Any]:
        return {"keys": list((await self._idp.issuers.signer(pool)).record.public)}

    def _discovery(self, pool: Pool) -> dict[str, Any]:
        found: dict[str, Any] = {
            "id_token_signing_alg_values_supported": ["RS256"],
            "issuer": self._idp.issuers.of(pool),
            "jwks_uri": self._idp.issuers.address(pool) + _KEYS,
            "response_types_supported": ["code", "token"],
            "scopes_supported": ["openid", "email", "phone", "profile"],
            "subject_types_supported": ["public"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }
        if pool.domain or pool.custom_domain:
            pages, endpoints = domain_url(self._idp, pool), endpoints_url(self._idp, pool)
            found |= {
                "authorization_endpoint": f"{pages}/oauth2/authorize",
                "end_session_endpoint": f"{pages}/logout",
                "revocation_endpoint": f"{endpoints}/oauth2/revoke",
                "token_endpoint": f"{endpoints}/oauth2/token",
                "userinfo_endpoint": f"{endpoints}/oauth2/userInfo",
            }
        return found
