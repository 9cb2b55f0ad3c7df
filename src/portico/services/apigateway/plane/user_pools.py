"""Callers who bring a user pool's token (`COGNITO_USER_POOLS`).

A method without scopes takes identity tokens, one with scopes access tokens that have at least one of them.

Source: API Gateway Developer Guide, "Control access to REST APIs using Amazon Cognito user pools as an authorizer",
"Integrate a REST API with an Amazon Cognito user pool"; claims as functions have seen them.
"""

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from portico.base.arn import parse
from portico.doors.java_regex import BadPattern, matches_aside
from portico.identity.jwt import TokenError
from portico.identity.tokens import Claims
from portico.services.apigateway.records import Authorizer
from portico.services.apigateway.transform.seam import GatewayRefusal

_TIMES = frozenset(("exp", "iat", "auth_time"))
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EXPIRED = "The incoming token has expired"
_BEARER = re.compile(r"bearer\s+", re.I)


class Verifier(Protocol):
    """Who verifies tokens (`identity.tokens.Tokens`)."""

    async def verify(
        self, text: str, *, issuer: Sequence[str] = (), audiences: Sequence[str] = ()
    ) -> Claims: ...


class PoolTokens(msgspec.Struct, frozen=True):
    """An authorizer, compiled: the header that tokens come in, the issuers that its pools are, and the expression that audiences have to
    match."""

    header: str
    issuers: tuple[str, ...]
    expression: str

    async def claims(self, tokens: Verifier, text: str, scopes: Sequence[str]) -> dict[str, str]:
        """The claims of a token, as texts.

        Raises:
            GatewayRefusal: UNAUTHORIZED, the token is not accepted; AUTHORIZER_FAILURE, it can't be verified now.
        """
        token = _BEARER.sub("", text, count=1).strip()
        if not token:
            raise GatewayRefusal("UNAUTHORIZED")
        try:
            found = await tokens.verify(token, issuer=self.issuers)
        except TokenError as error:
            if error.reason == "unreachable":
                raise GatewayRefusal("AUTHORIZER_FAILURE", null=True, detail=error.message) from error
            message = _EXPIRED if error.reason == "expired" else None
            raise GatewayRefusal("UNAUTHORIZED", message, detail=error.message) from error
        if not (_admits(found, scopes) and await self._fits(found)):
            raise GatewayRefusal("UNAUTHORIZED")
        return {name: claim_text(name, value) for name, value in found.values.items()}

    async def _fits(self, found: Claims) -> bool:
        """Whether the token is for an audience that the authorizer expects."""
        if not self.expression:
            return True
        try:
            return any([await matches_aside(self.expression, audience) for audience in found.audiences])
        except BadPattern:
            return False


def _admits(found: Claims, scopes: Sequence[str]) -> bool:
    if found.values.get("token_use") != ("access" if scopes else "id"):
        return False
    return not scopes or any(scope in found.scopes for scope in scopes)


def compiled(authorizer: Authorizer) -> PoolTokens:
    """The compiled form of a COGNITO_USER_POOLS authorizer. What is no user pool's ARN is no issuer."""
    arns = [parse(arn) for arn in authorizer.provider_arns or ()]
    issuers = tuple(
        f"https://cognito-idp.{arn.region}.amazonaws.com/{arn.resource.removeprefix('userpool/')}"
        for arn in arns
        if arn is not None and arn.service == "cognito-idp"
    )
    name = authorizer.identity_source.removeprefix("method.request.header.") or "Authorization"
    return PoolTokens(name, issuers or ("",), authorizer.identity_validation_expression)


def claim_text(name: str, value: Any) -> str:
    """A claim as functions see it: everything is text, lists are joined by commas, times are dates."""
    if name in _TIMES and isinstance(value, int | float) and not isinstance(value, bool):
        return date_text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(claim_text("", one) for one in value)
    if isinstance(value, Mapping):
        return msgspec.json.encode(value).decode()
    return "" if value is None else str(value)


def date_text(at: float) -> str:
    """A time (epoch, seconds) as Java prints dates: `Thu Nov 21 17:00:00 UTC 2026`."""
    t = time.gmtime(at)
    clock = f"{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d}"
    return f"{_DAYS[t.tm_wday]} {_MONTHS[t.tm_mon - 1]} {t.tm_mday:02d} {clock} UTC {t.tm_year}"
