"""Verified tokens: what the ways in that take JWTs (authorizers, web identities, identity pools) ask about one.

    claims = await tokens.verify(text, issuer="https://issuer.example", audiences=("my-client",))

What has been verified is remembered by its digest until it expires, so that a token which comes with every request costs one
signature check. Audience and issuer are compared each time.

Source: OpenID Connect Core, section 3.1.3.7; API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers".
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec

from portico.identity.issuers import Issuers
from portico.identity.jwt import TokenError, WebToken, check_times, parse


class Claims(msgspec.Struct, frozen=True, gc=False):
    """What a verified token says.

    `audiences` is its `aud`, always several and possibly none (access tokens of user pools have none); `client` its `client_id`;
    `scopes` those of `scope` (space-separated) or `scp`; `expires_at` in seconds; `values` all claims as they are in the token.
    """

    issuer: str
    subject: str
    audiences: tuple[str, ...]
    client: str
    scopes: tuple[str, ...]
    expires_at: float
    values: Mapping[str, Any]


class _Known(msgspec.Struct, frozen=True, gc=False):
    """A token that was verified: its claims, what its issuer is called, and whether that is Portico itself."""

    claims: Claims
    issuer_name: str
    own: bool


class Tokens:
    """Verifies tokens. The times of foreign ones are judged by `wall`, those of Portico's own by `now`."""

    __slots__ = ("_issuers", "_known", "_known_max", "_now", "_wall")

    def __init__(
        self,
        issuers: Issuers,
        *,
        wall: Callable[[], float],
        now: Callable[[], float],
        known_max: int = 20_000,
    ) -> None:
        self._issuers = issuers
        self._wall = wall
        self._now = now
        self._known: dict[bytes, _Known] = {}
        self._known_max = known_max

    async def verify(
        self, text: str, *, issuer: str | Collection[str] = (), audiences: Collection[str] = ()
    ) -> Claims:
        """The claims of a token that one of the issuers (any, if none is named) has signed for one of the audiences (any, if none is
        named): its `aud`, or, if it has none, its `client_id`.

        An issuer of our own may be named by any of its addresses. Naming no issuer has keys fetched from wherever the token says;
        whoever does that must judge `issuer` afterwards.

        Raises:
            TokenError: `malformed`, `issuer`, `audience`, `keys`, `unreachable`, `signature`, `expired`, `claim`.
        """
        named = (issuer,) if isinstance(issuer, str) else issuer
        names = tuple(self._issuers.name(one) for one in named)
        known = await self._verified(text, names)
        if names and known.issuer_name not in names:
            raise _wrong_issuer()
        if audiences:
            claims = known.claims
            meant = claims.audiences or ((claims.client,) if claims.client else ())
            if not any(one in audiences for one in meant):
                raise TokenError("audience", "Incorrect token audience")
        return known.claims

    async def check(self, token: WebToken, *, age_s_max: float | None = None) -> None:
        """Check a token's signature with its issuer's keys, then its times. Issuer, audience and subject are for the caller to judge.

        Raises:
            TokenError: `keys`, `unreachable`, `signature`, `expired`, `old`, `claim`.
        """
        own = await self._signed(token)
        check_times(token.claims, self._clock(own), age_s_max=age_s_max)

    async def _verified(self, text: str, names: Collection[str]) -> _Known:
        """The token, from memory or verified now; one of another issuer than `names` is refused before its keys are looked for."""
        digest = hashlib.sha256(text.encode(errors="replace")).digest()
        known = self._known.get(digest)
        if known is not None:
            if self._clock(known.own) < known.claims.expires_at:
                return known
            del self._known[digest]
        token = parse(text)
        name = self._issuers.name(token.issuer)
        if names and name not in names:
            raise _wrong_issuer()
        own = await self._signed(token)
        check_times(token.claims, self._clock(own))
        known = _Known(_claims(token), name, own)
        self._remember(digest, known)
        return known

    async def _signed(self, token: WebToken) -> bool:
        key, own = await self._issuers.key(token)
        key.check(token)
        return own

    def _clock(self, own: bool) -> float:
        return self._now() if own else self._wall()

    def _remember(self, digest: bytes, known: _Known) -> None:
        if len(self._known) >= self._known_max:
            for oldest in list(self._known)[: max(self._known_max // 16, 1)]:
                del self._known[oldest]
        self._known[digest] = known


def _claims(token: WebToken) -> Claims:
    values = token.claims
    given = values.get("scope", values.get("scp", ()))
    scopes = given.split() if isinstance(given, str) else given if isinstance(given, list) else ()
    return Claims(
        token.issuer,
        str(values.get("sub", "")),
        token.audiences,
        str(values.get("client_id", "")),
        tuple(str(one) for one in scopes),
        float(values["exp"]),
        values,
    )


def _wrong_issuer() -> TokenError:
    return TokenError("issuer", "The token is of another issuer")
