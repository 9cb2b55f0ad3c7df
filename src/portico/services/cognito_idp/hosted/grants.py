"""What a sign-in ends with: a code or tokens at the application's address, and a session in the browser.

A code is a sealed value, good once and for five minutes; that it was used is on disk before its tokens are given. The session of a browser
lasts an hour. Both end with the user's sign-out everywhere, and with the password that was given.

Source: Cognito Developer Guide, "The token issuer endpoint", "The redirect and authorization endpoint".
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import msgspec

from portico.base import ids
from portico.calls.call import Call
from portico.identity.sealing import Sealer, SealError
from portico.services.cognito_idp.hosted.asked import OWN, Asked, providers_of, told
from portico.services.cognito_idp.hosted.replies import OAuthError, redirect
from portico.services.cognito_idp.hosted.visit import Visit
from portico.services.cognito_idp.issuing import Grant, Issued, issue
from portico.services.cognito_idp.records import USERS, Client, User
from portico.services.cognito_idp.service import user_key
from portico.services.cognito_idp.sign_in import SPENT, Spent
from portico.wire.http import Headers, Reply

SESSION = "cognito"
_CODE_S, _SESSION_S = 300, 3600
_CODE_PURPOSE, _SESSION_PURPOSE = "cognito-idp authorization code", "cognito-idp browser session"


class Code(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a code stands for."""

    id: str
    expires_at: int
    pool: str
    client: str
    user: str
    sub: str
    redirect_uri: str
    scopes: tuple[str, ...]
    nonce: str
    challenge: str
    since: float


class Session(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Who is signed in in a browser, where and when they proved it."""

    pool: str
    user: str
    sub: str
    since: float
    expires_at: float
    provider: str


async def finish(
    visit: Visit, asked: Asked, user: User, before: Session | None = None, *, provider: str = OWN
) -> Reply:
    """Send the user back to the application, and remember them here as having signed in now with `provider`; or with the session that the
    browser has from `before`, which grows no younger by that.

    Raises:
        AwsError: the pre token generation trigger's errors.
    """
    remembered: Headers = () if before else _remembered(visit, user, provider)
    since = before.since if before else visit.arrival.at
    if asked.response_type == "code":
        return redirect(told(asked, code=_code(visit, asked, user, since)), remembered)
    client = await visit.client(asked.client)
    assert client is not None  # it was there when the request was checked
    grant = Grant(
        visit.pool, client, user, "HostedAuth", scopes=asked.scopes, nonce=asked.nonce, oauth=True, auth_time=since
    )  # fmt: skip
    issued = await visit.committed(lambda call: issue(visit.idp, call, grant))
    words = {"access_token": issued.access, "token_type": "Bearer", "expires_in": str(issued.expires_in_s)}
    if issued.id:
        words = {"id_token": issued.id, **words}
    return redirect(told(asked, **words), remembered)


def _code(visit: Visit, asked: Asked, user: User, since: float) -> str:
    made = Code(
        ids.uuid(),
        int(visit.arrival.at) + _CODE_S,
        visit.pool.id,
        asked.client,
        user_key(visit.pool, user),
        user.sub,
        asked.redirect_uri,
        asked.scopes,
        asked.nonce,
        asked.challenge,
        since,
    )
    return _sealed(visit.idp.sealer, _CODE_PURPOSE, made)


async def redeemed(visit: Visit, client: Client, text: str, redirect_uri: str, verifier: str) -> Issued:
    """The tokens for a code.

    Raises:
        OAuthError: invalid_grant: forged, expired, used, another client's, another address's, or the verifier does not fit.
        AwsError: the pre token generation trigger's errors.
    """
    code = _opened(visit.idp.sealer, _CODE_PURPOSE, text, Code)
    if (
        code is None
        or (code.pool, code.client) != (visit.pool.id, client.id)
        or visit.arrival.at >= code.expires_at
    ):
        raise OAuthError("invalid_grant")
    if code.redirect_uri != redirect_uri or not _fits(code.challenge, verifier):
        raise OAuthError("invalid_grant")

    async def work(call: Call) -> Issued:
        if await call.tx.get(SPENT, code.expires_at, code.id) is not None:
            raise OAuthError("invalid_grant")
        call.tx.put(SPENT, Spent(), code.expires_at, code.id)
        user = await call.tx.get(USERS, visit.pool.id, code.user)
        if user is None or user.sub != code.sub or _is_over(user, code.since):
            raise OAuthError("invalid_grant")
        grant = Grant(
            visit.pool, client, user, "HostedAuth", scopes=code.scopes, nonce=code.nonce, oauth=True, auth_time=code.since
        )  # fmt: skip
        return await issue(visit.idp, call, grant)

    return await visit.committed(work)


def _fits(challenge: str, verifier: str) -> bool:
    """Whether the verifier is the one that the challenge was made of (RFC 7636, section 4.6); none is needed where there is none."""
    if not challenge:
        return not verifier
    made = urlsafe_b64encode(sha256(verifier.encode(errors="replace")).digest()).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())


def _remembered(visit: Visit, user: User, provider: str) -> Headers:
    now = visit.arrival.at
    made = Session(visit.pool.id, user_key(visit.pool, user), user.sub, now, now + _SESSION_S, provider)
    return visit.cookie(SESSION, _sealed(visit.idp.sealer, _SESSION_PURPOSE, made), _SESSION_S)


def forgotten(visit: Visit) -> Headers:
    """The header that ends the browser's session."""
    return visit.cookie(SESSION, "", 0)


async def signed_in(
    visit: Visit, client: Client, age_s_max: int | None = None
) -> tuple[User, Session] | None:
    """Who is signed in in this browser, if that still holds, is not older than `age_s_max`, and was done in a way that the client takes."""
    text = visit.kept(SESSION)
    found = _opened(visit.idp.sealer, _SESSION_PURPOSE, text, Session) if text else None
    if found is None or found.pool != visit.pool.id or visit.arrival.at >= found.expires_at:
        return None
    if found.provider not in providers_of(client):
        return None
    if age_s_max is not None and visit.arrival.at >= found.since + age_s_max:
        return None
    held = await visit.idp.cache.get(USERS, visit.pool.id, found.user)
    user = None if held is None else held.value
    if user is None or user.sub != found.sub or _is_over(user, found.since):
        return None
    return user, found


def _is_over(user: User, since: float) -> bool:
    """Whether it counts no longer that the user proved who it is then: it was disabled, signed out, or its password is another or no
    longer worth anything."""
    if not user.enabled or user.status == "RESET_REQUIRED":
        return True
    return user.signed_out_at >= since or user.secret_at > since


def _sealed(sealer: Sealer, purpose: str, value: msgspec.Struct) -> str:
    return _url_safe(sealer.seal(purpose, msgspec.msgpack.encode(value)))


def _opened(sealer: Sealer, purpose: str, text: str, kind: Any) -> Any:
    try:
        return msgspec.msgpack.decode(sealer.unseal(purpose, text.translate(_BACK)), type=kind)
    except (SealError, msgspec.DecodeError):
        return None


_SAFE, _BACK = str.maketrans("+/=", "-_."), str.maketrans("-_.", "+/=")


def _url_safe(text: str) -> str:
    return text.translate(_SAFE)
