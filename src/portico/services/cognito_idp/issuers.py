"""The issuers that user pools are: their addresses, and their keys for whoever verifies tokens in this process.

A pool is known under its address here, `ORIGIN/POOL_ID`, and under AWS's, of which its tokens name one. As an issuer it is the same under
each.

Source: Cognito Developer Guide, "Verifying JSON web tokens"; API reference, IssuerConfigurationType.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

from portico.identity.issuers import Keys
from portico.identity.signing_keys import Signer, SigningKeys
from portico.services.cognito_idp import standing
from portico.services.cognito_idp.records import POOLS, Pool
from portico.store.cache import RecordCache
from portico.store.transaction import Transaction

Form = Literal["own", "aws"]
POOL_ID = r"[a-z]{2}(?:-[a-z]+)+-\d_[0-9A-Za-z]{1,40}"

_NAME = "user pool "
_AWS = re.compile(
    rf"https://(?:issuer-)?cognito-idp\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/({POOL_ID})/?"
).fullmatch
_OWN = re.compile(rf"/({POOL_ID})/?").fullmatch


class PoolIssuers:
    """All pools as issuers. `form` says which of a pool's addresses its tokens name."""

    __slots__ = ("_cache", "_form", "_keys", "_origin")

    def __init__(self, cache: RecordCache, keys: SigningKeys, origin: str, form: Form) -> None:
        self._cache = cache
        self._keys = keys
        self._origin = origin.rstrip("/")
        self._form = form

    def of(self, pool: Pool) -> str:
        """The `iss` of the pool's tokens."""
        return aws_form(pool) if self._form == "aws" else self.address(pool)

    def address(self, pool: Pool) -> str:
        """Where the pool's discovery document is, below `/.well-known/`."""
        return f"{self._origin}/{pool.id}"

    def pool_id(self, issuer: str) -> str | None:
        """The id of the pool that an issuer is, if it has the form of one; whether there is such a pool is not asked."""
        if issuer.startswith(self._origin):
            found = _OWN(issuer[len(self._origin) :])
            return None if found is None else found[1]
        found = _AWS(issuer)
        return found[2] if found is not None and found[2].startswith(f"{found[1]}_") else None

    def name(self, issuer: str) -> str | None:
        """As `identity.issuers.OwnIssuer` has it: a pool is called by its id."""
        pool_id = self.pool_id(issuer)
        return None if pool_id is None else f"{_NAME}{pool_id}"

    async def keys(self, name: str) -> Keys | None:
        """As `identity.issuers.OwnIssuer` has it."""
        pool_id = name.removeprefix(_NAME)
        if await self._cache.get(POOLS, pool_id) is None:
            return None
        return await self._keys.public(keys_owner(pool_id))

    async def ended(self, name: str, claims: Mapping[str, Any]) -> str:
        """As `identity.issuers.OwnIssuer` has it."""
        tx = Transaction(self._cache)
        pool = await tx.get(POOLS, name.removeprefix(_NAME))
        user = None if pool is None else await standing.user_of(tx, pool, claims)
        if pool is None or user is None:
            return "The user is not there any more."
        if not user.enabled:
            return "The user is disabled."
        return "The user is signed out." if await standing.is_signed_out(tx, pool, user, claims) else ""

    async def signer(self, pool: Pool) -> Signer:
        """What signs the pool's tokens; its keys are made now if there are none yet."""
        return await self._keys.of(keys_owner(pool.id))


def keys_owner(pool_id: str) -> str:
    """Whose keys those of a pool are."""
    return f"cognito-idp/{pool_id}"


def aws_form(pool: Pool) -> str:
    """The pool's address at AWS, which also names it as a provider to identity pools (without scheme)."""
    return f"https://cognito-idp.{pool.region}.amazonaws.com/{pool.id}"
