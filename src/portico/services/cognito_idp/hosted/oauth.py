"""The OAuth 2.0 endpoints that applications call themselves: tokens, revocation, and who a token speaks for.

Source: RFC 6749, sections 2.3.1, 4.1.3, 4.4, 5.2 and 6; RFC 7009; OpenID Connect Core, section 5.3; Cognito Developer Guide, "The token
issuer endpoint", "The userInfo endpoint", "The token revocation endpoint".
"""

from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from portico.services.cognito_idp import tokens
from portico.services.cognito_idp.claims import readable
from portico.services.cognito_idp.client_secrets import is_secret
from portico.services.cognito_idp.client_tokens import issue_to_client
from portico.services.cognito_idp.hosted.grants import redeemed
from portico.services.cognito_idp.hosted.replies import OAuthError, json
from portico.services.cognito_idp.hosted.visit import Visit
from portico.services.cognito_idp.issuing import Issued
from portico.services.cognito_idp.records import Client
from portico.services.cognito_idp.refresh import refreshed
from portico.wire.errors import AwsError
from portico.wire.http import Reply

_CHALLENGED = (("www-authenticate", 'Basic realm="Cognito"'),)
_NO_ACCESS = "Access token is expired, disabled, or deleted, or the user has globally signed out."


async def token(visit: Visit) -> Reply:
    """Tokens for a code, a refresh token, or a client itself.

    Raises:
        OAuthError: see there.
    """
    client = await _client(visit)
    kind = visit.form.get("grant_type", "")
    if not kind:
        raise OAuthError("invalid_request")
    grant = _GRANTS.get(kind)
    if grant is None:
        raise OAuthError("unsupported_grant_type")
    try:
        issued = await grant(visit, client)
    except AwsError as error:
        if error.code.startswith(("UserLambda", "InvalidLambda", "UnexpectedLambda")):
            raise OAuthError("invalid_request", str(error)) from error
        raise OAuthError("invalid_grant", str(error)) from error
    found: dict[str, Any] = {
        "id_token": issued.id,
        "access_token": issued.access,
        "refresh_token": issued.refresh,
    }
    shown = {name: text for name, text in found.items() if text}
    return json({**shown, "expires_in": issued.expires_in_s, "token_type": "Bearer"})


async def _by_code(visit: Visit, client: Client) -> Issued:
    form = visit.form
    if "code" not in (client.settings.get("AllowedOAuthFlows") or ()):
        raise OAuthError("unauthorized_client")
    if not form.get("code") or not form.get("redirect_uri"):
        raise OAuthError("invalid_request")
    return await redeemed(visit, client, form["code"], form["redirect_uri"], form.get("code_verifier", ""))


async def _by_refresh_token(visit: Visit, client: Client) -> Issued:
    text = visit.form.get("refresh_token", "")
    if not text:
        raise OAuthError("invalid_request")
    return await visit.committed(lambda call: refreshed(visit.idp, call, visit.pool, client, text, {}))


async def _by_client(visit: Visit, client: Client) -> Issued:
    if "client_credentials" not in (client.settings.get("AllowedOAuthFlows") or ()) or not client.secrets:
        raise OAuthError("unauthorized_client")
    allowed = tuple(client.settings.get("AllowedOAuthScopes") or ())
    wanted = tuple(dict.fromkeys(visit.form.get("scope", "").split())) or allowed
    if not set(wanted) <= set(allowed):
        raise OAuthError("invalid_scope")
    return await visit.committed(
        lambda call: issue_to_client(visit.idp, call, visit.pool, client, wanted, {})
    )


_GRANTS: Mapping[str, Callable[[Visit, Client], Awaitable[Issued]]] = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh_token,
    "client_credentials": _by_client,
}


async def revoke(visit: Visit) -> Reply:
    """End the session that a refresh token is of.

    Raises:
        OAuthError: see there.
    """
    client = await _client(visit)
    if not visit.form.get("token"):
        raise OAuthError("invalid_request")
    secret = _credentials(visit)[1]
    more = {"ClientSecret": secret} if secret else {}
    try:
        await visit.operation("RevokeToken", Token=visit.form["token"], ClientId=client.id, **more)
    except AwsError as error:
        kind = (
            "unsupported_token_type" if error.code == "UnsupportedTokenTypeException" else "invalid_request"
        )
        raise OAuthError(kind) from error
    return json({})


async def user_info(visit: Visit) -> Reply:
    """The attributes that an access token's scopes stand for.

    Raises:
        OAuthError: see there.
    """
    scheme, _, text = visit.arrival.head.header("authorization").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise OAuthError("invalid_request", "Bad OAuth2 request at UserInfo Endpoint")
    try:
        bearer = await tokens.access(visit.idp, visit.call(), text.strip(), scope="openid")
    except AwsError as error:
        raise _invalid_token() from error
    if bearer.pool.id != visit.pool.id:
        raise _invalid_token()
    shown = readable(bearer.client, bearer.user, bearer.scopes)
    return json({"sub": bearer.user.sub, **shown, "username": bearer.user.username})


def _invalid_token() -> OAuthError:
    words = f'error="invalid_token", error_description="{_NO_ACCESS}"'
    return OAuthError("invalid_token", _NO_ACCESS, 401, (("www-authenticate", words),))


async def _client(visit: Visit) -> Client:
    """Who asks: a client that proves its secret, if it has one.

    Raises:
        OAuthError: invalid_client, invalid_request.
    """
    client_id, secret = _credentials(visit)
    client = await visit.client(client_id) if client_id else None
    if client is None:
        raise OAuthError("invalid_client")
    if client.secrets and not (secret and is_secret(visit.idp, client, secret)):
        raise OAuthError("invalid_client", more=_CHALLENGED)
    if not client.secrets and secret:
        raise OAuthError("invalid_client")
    return client


def _credentials(visit: Visit) -> tuple[str, str]:
    """A client's id and secret, from the header or the body; not from both."""
    scheme, _, text = visit.arrival.head.header("authorization").partition(" ")
    body = (visit.form.get("client_id", ""), visit.form.get("client_secret", ""))
    if scheme.lower() != "basic":
        return body
    try:
        name, found, secret = b64decode(text.strip(), validate=True).decode().partition(":")
    except ValueError as error:
        raise OAuthError("invalid_client", more=_CHALLENGED) from error
    name = unquote_plus(name)
    if not found or body[1] or (body[0] and body[0] != name):
        raise OAuthError("invalid_request")
    return name, unquote_plus(secret)
