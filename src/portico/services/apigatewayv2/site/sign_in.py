"""Signing in to a portal that is for the users of a pool: by the pages of the pool's domain, with a code and PKCE.

    page -> the pool's /oauth2/authorize -> /callback?code -> the pool's /oauth2/token -> the token is verified -> the page

The pool is another service's: its pages are reached by their public address, its token endpoint and keys as any application reaches them.
What the browser keeps of a session is sealed, for this portal and pool only, and ends with the token, or with the user's sign-out.

Source: Cognito Developer Guide, "The redirect and authorization endpoint", "The token issuer endpoint", "Using PKCE in authorization code
grants"; RFC 7636; OpenID Connect Core, section 3.1.3.7.
"""

import hmac
import logging
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from portico.base import arn as arns
from portico.base.ids import request_id
from portico.doors import address as addresses
from portico.doors.address import Address
from portico.doors.port import Doors
from portico.doors.public import Public
from portico.identity.issuers import Issuers
from portico.identity.jwt import TokenError
from portico.identity.sealing import Sealer, SealError
from portico.identity.tokens import Tokens
from portico.services.apigatewayv2.portal_records import UserPool
from portico.services.apigatewayv2.site import pages
from portico.services.apigatewayv2.site.body import Ready
from portico.services.apigatewayv2.site.visit import Visit
from portico.wire.errors import AwsError
from portico.wire.http import Head, Headers, Reply

log = logging.getLogger("portico.apigatewayv2")

CALLBACK = "/callback"
_WAY_S, _SESSION_S = 600, 3600
_WAY, _SESSION = "portal-way", "portal-session"
_FORM = "application/x-www-form-urlencoded"
_KEPT_CLAIMS = (
    "sub", "cognito:username", "username", "origin_jti", "event_id", "auth_time", "iat", "exp", "iss", "aud", "token_use"
)  # fmt: skip


class Way(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A sign-in that has begun: what only this browser knows of it, and where it wanted to go."""

    portal: str
    state: str
    nonce: str
    verifier: str
    path: str
    ends_at: float


class Session(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Who has signed in, for which portal and as which application, and what their token says that may end it."""

    portal: str
    pool: str
    client: str
    claims: dict[str, Any]
    ends_at: float


class SignIn:
    """Lets users of pools in."""

    def __init__(
        self, *, doors: Doors, public: Public, sealer: Sealer, tokens: Tokens, issuers: Issuers
    ) -> None:
        self._doors = doors
        self._public = public
        self._sealer = sealer
        self._tokens = tokens
        self._issuers = issuers

    async def is_signed_in(self, visit: Visit, users: UserPool) -> bool:
        """Whether who visits has signed in, and still holds."""
        session = self._unsealed(visit, _SESSION, Session)
        if session is None or session.ends_at <= visit.arrival.at:
            return False
        if (session.portal, session.pool, session.client) != (visit.site.portal, users.arn, users.client):
            return False
        return not await self._issuers.ended(_issuer(users), session.claims)

    def begin(self, visit: Visit, users: UserPool) -> Reply:
        """Send the browser to the pool's sign-in page."""
        head, at = visit.arrival.head, visit.arrival.at
        path = visit.path + (f"?{head.query}" if head.query else "")
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        way = Way(visit.site.portal, state, nonce, verifier, path, at + _WAY_S)
        challenge = urlsafe_b64encode(sha256(way.verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": users.client,
            "redirect_uri": visit.url + CALLBACK,
            "scope": "openid",
            "state": way.state,
            "nonce": way.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        kept = visit.cookie(_WAY, self._sealer.seal(_WAY, msgspec.json.encode(way)), _WAY_S)
        return _redirect(f"{self._domain(users)}/oauth2/authorize?{urlencode(query)}", kept)

    async def end(self, visit: Visit, users: UserPool) -> Reply:
        """Take the code that the browser has been sent back with, and let the user in."""
        way, query = self._unsealed(visit, _WAY, Way), visit.query
        over = visit.cookie(_WAY, "", 0)
        if way is None or way.portal != visit.site.portal or way.ends_at <= visit.arrival.at:
            return _refused(visit, "The sign-in has taken too long, or was begun elsewhere.", over)
        if not hmac.compare_digest(way.state.encode(), query.get("state", "").encode()):
            return _refused(visit, "The sign-in was begun elsewhere.", over)
        if "code" not in query:
            return _refused(visit, f"The sign-in has failed: {query.get('error', 'there is no code')}", over)
        try:
            claims = await self._claims(visit, users, query["code"], way)
        except (AwsError, TokenError, msgspec.DecodeError) as error:
            log.warning(
                "The sign-in to portal %s by app client %s is not confirmed: %s",
                visit.site.portal,
                users.client,
                error,
            )
            return _refused(visit, "The user pool does not confirm the sign-in.", over)
        ends_at = min(float(claims["exp"]), visit.arrival.at + _SESSION_S)
        kept = {name: claims[name] for name in _KEPT_CLAIMS if name in claims}
        session = Session(visit.site.portal, users.arn, users.client, kept, ends_at)
        sealed = self._sealer.seal(_SESSION, msgspec.json.encode(session))
        remembered = visit.cookie(_SESSION, sealed, max(int(ends_at - visit.arrival.at), 1))
        return _redirect(visit.url + way.path, over + remembered)

    def leave(self, visit: Visit, users: UserPool) -> Reply:
        """Forget who visits, and have the pool forget them too, if its client says that users may come back here from that."""
        query = urlencode({"client_id": users.client, "logout_uri": f"{visit.url}/"})
        return _redirect(f"{self._domain(users)}/logout?{query}", visit.cookie(_SESSION, "", 0))

    async def _claims(self, visit: Visit, users: UserPool, code: str, way: Way) -> dict[str, Any]:
        """What the token says that the pool gives for a code.

        Raises:
            AwsError, TokenError, msgspec.DecodeError: it gives none, or one that is not for this sign-in.
        """
        form = {
            "grant_type": "authorization_code",
            "client_id": users.client,
            "code": code,
            "redirect_uri": visit.url + CALLBACK,
            "code_verifier": way.verifier,
        }
        answer = await self._asked(visit, users, urlencode(form).encode())
        told = msgspec.json.decode(answer, type=dict[str, Any])
        token = told.get("id_token")
        if not isinstance(token, str):
            raise TokenError("malformed", f"there is no token, but {str(told.get('error'))[:60]!r}")
        claims = await self._tokens.verify(token, issuer=_issuer(users), audiences=(users.client,))
        if claims.values.get("nonce") != way.nonce or claims.values.get("token_use") != "id":
            raise TokenError("claim", "The token is not for this sign-in")
        return dict(claims.values)

    async def _asked(self, visit: Visit, users: UserPool, form: bytes) -> bytes:
        """What the token endpoint answers."""
        door, address = self._doors.find("auth"), _address(users)
        assert door is not None  # it was registered when the server was put together
        headers = (("host", address.id), ("content-type", _FORM), ("content-length", str(len(form))))
        address = msgspec.structs.replace(address, path="/oauth2/token")
        arrival = msgspec.structs.replace(
            visit.arrival, head=Head("POST", address.path, "", headers), body=Ready(form), address=address,
            host=address.id, request_id=request_id(),
        )  # fmt: skip
        answer = await door(arrival)
        return answer.body if isinstance(answer, Reply) else b""

    def _domain(self, users: UserPool) -> str:
        """Where the pages of the pool's domain are."""
        address = _address(users)
        if address.kind == "auth":
            return self._public.sign_in(address.id, address.region or _region(users))
        return self._public.named(address.id)

    def _unsealed(self, visit: Visit, name: str, kind: type[Any]) -> Any:
        try:
            return msgspec.json.decode(self._sealer.unseal(name, visit.kept(name)), type=kind)
        except (SealError, msgspec.DecodeError):
            return None


def _redirect(location: str, more: Headers) -> Reply:
    return Reply(302, (("location", location), ("cache-control", "no-store"), *more), b"")


def _refused(visit: Visit, words: str, more: Headers) -> Reply:
    return pages.told(visit, "You are not signed in", words, 400, more)


def _address(users: UserPool) -> Address:
    """The pool's domain, of whichever form: AWS's name of a prefix, the address that it has here, or a name of its own."""
    parts = urlsplit(users.domain if "://" in users.domain else f"//{users.domain}")
    name = (parts.hostname or "").lower()
    found = addresses.of_host(name, "/") or addresses.of_path(parts.path)
    return found if found is not None and found.kind == "auth" else Address("domain", name, "/")


def _pool(users: UserPool) -> tuple[str, str]:
    """The region and id of the pool that an ARN names."""
    parts = arns.parse(users.arn)
    return (parts.region, parts.resource.removeprefix("userpool/")) if parts else ("", "")


def _region(users: UserPool) -> str:
    return _pool(users)[0]


def _issuer(users: UserPool) -> str:
    region, pool = _pool(users)
    return f"https://cognito-idp.{region}.amazonaws.com/{pool}"
