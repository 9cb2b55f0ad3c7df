"""Signing in at an identity provider: OpenID Connect (so Google and Apple), and those that tell who it was by an address of their own.

The browser is bound to the attempt by a cookie, and the attempt is sealed into `state`, so that nobody can be signed in as somebody
else by a link. An ID token counts if the provider's issuer has signed it, for this client, with this attempt's nonce. Every address is
called through the guarded client.

Source: OpenID Connect Core, sections 3.1.2 and 3.1.3; Cognito Developer Guide, "User pool sign-in with third party identity providers",
"Specifying identity provider attribute mappings".
"""

import hmac
import secrets
from asyncio import to_thread
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from portico.base.outbound import Outbound, OutboundError
from portico.calls.call import Call
from portico.identity.jwt import TokenError
from portico.identity.sealing import SealError
from portico.services.cognito_idp import attributes, new_users, user_records
from portico.services.cognito_idp.federation import user_of_identity
from portico.services.cognito_idp.hosted import apple
from portico.services.cognito_idp.hosted.asked import Asked, Refused, Unsafe, asked_of
from portico.services.cognito_idp.hosted.grants import finish
from portico.services.cognito_idp.hosted.replies import redirect
from portico.services.cognito_idp.hosted.visit import Visit, parameters
from portico.services.cognito_idp.new_users import Asked as AskedUser
from portico.services.cognito_idp.provider_secrets import details_of
from portico.services.cognito_idp.records import PROVIDERS, Client, Identity, IdentityProvider, User
from portico.services.cognito_idp.triggers import attributes_of, call_trigger
from portico.wire.errors import AwsError
from portico.wire.http import Reply

_PURPOSE = "cognito-idp federated sign-in"
_ATTEMPT_S = 600
_BROWSER = "csrf-state"
_BYTES_MAX = 256 * 1024
_JSON = {"Accept": "application/json"}
_FORM = {**_JSON, "Content-Type": "application/x-www-form-urlencoded"}
_BACK = "/oauth2/idpresponse"


class Attempt(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One attempt to sign in elsewhere: the application's request as it was sent, and what binds it."""

    pool: str
    provider: str
    query: str
    nonce: str
    browser: str
    expires_at: float


class _Places(msgspec.Struct, frozen=True, gc=False):
    authorize: str
    token: str
    info: str


class Federation:
    """Signs in at identity providers. `outbound` is who calls them."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    async def begin(self, visit: Visit, client: Client, wanted: Asked, name: str) -> Reply:
        """Send the user to the provider.

        Raises:
            Refused: the client does not take its users, or it can't be reached.
        """
        held = await visit.idp.cache.get(PROVIDERS, visit.pool.id, name)
        if held is None or name not in (client.settings.get("SupportedIdentityProviders") or ()):
            raise Refused(wanted, "invalid_request", "identity_provider is not enabled for the client")
        provider = held.value
        try:
            places = await self._places(provider)
        except (OutboundError, ValueError) as error:
            raise Refused(wanted, "server_error", f"{name} can't be reached") from error
        browser = visit.kept(_BROWSER) or secrets.token_urlsafe(24)
        attempt = Attempt(
            visit.pool.id,
            name,
            visit.raw_query,
            secrets.token_urlsafe(24),
            browser,
            visit.arrival.at + _ATTEMPT_S,
        )
        asked = {
            "client_id": provider.details["client_id"],
            "redirect_uri": visit.url + _BACK,
            "response_type": "code",
            "scope": provider.details.get("authorize_scopes", "openid").replace(",", " "),
            "state": visit.idp.sealer.seal(_PURPOSE, msgspec.msgpack.encode(attempt)),
            "nonce": attempt.nonce,
        }
        by_form = provider.kind == apple.KIND
        if by_form:
            asked["response_mode"] = apple.RESPONSE_MODE
        mark = "&" if urlsplit(places.authorize).query else "?"
        bound = visit.cookie(_BROWSER, browser, cross_site=by_form)
        return redirect(f"{places.authorize}{mark}{urlencode(asked)}", bound)

    async def end(self, visit: Visit) -> Reply:
        """The provider has sent the user back.

        Raises:
            Unsafe: the attempt is none of this browser's.
            Refused: the provider says no, or what it says does not hold.
        """
        given = {**visit.query, **visit.form}
        attempt = _attempt(visit, given.get("state", ""))
        query = parameters(attempt.query)
        client = await visit.client(query.get("client_id", ""))
        wanted = asked_of(client, query)
        held = await visit.idp.cache.get(PROVIDERS, visit.pool.id, attempt.provider)
        if held is None or client is None:
            raise Refused(wanted, "invalid_request", "identity_provider is gone")
        if given.get("error") or not given.get("code"):
            words = given.get("error_description") or given.get("error") or "no code"
            raise Refused(wanted, "access_denied" if given.get("error") else "invalid_request", words[:200])
        provider = held.value
        try:
            claims = await self._claims(visit, provider, given["code"], attempt.nonce)
            user = await visit.committed(lambda call: _settled_user(visit, call, client, provider, claims))
            return await finish(visit, wanted, user, provider=provider.name)
        except (OutboundError, TokenError, ValueError) as error:
            raise Refused(wanted, "server_error", f"{provider.name}: {error}"[:200]) from error
        except AwsError as error:
            raise Refused(wanted, "invalid_request", str(error)) from error

    async def _claims(
        self, visit: Visit, provider: IdentityProvider, code: str, nonce: str
    ) -> dict[str, Any]:
        """What the provider says about its user.

        Raises:
            OutboundError, TokenError, ValueError: it can't be reached, or what it says does not hold.
        """
        places = await self._places(provider)
        answer = await self._tokens(visit, provider, places, code)
        claims: dict[str, Any] = {}
        issuer = provider.details.get("oidc_issuer", "")
        if issuer:
            audience = provider.details["client_id"]
            verified = await visit.idp.tokens.verify(
                str(answer.get("id_token", "")), issuer=issuer, audiences=(audience,)
            )
            if str(verified.values.get("azp", audience)) != audience:
                raise ValueError("the ID token was given to another client")
            if not hmac.compare_digest(str(verified.values.get("nonce", "")).encode(), nonce.encode()):
                raise ValueError("the ID token is of another attempt")
            claims = dict(verified.values)
        if places.info and answer.get("access_token"):
            told = await self._info(provider, places.info, str(answer["access_token"]))
            if claims and told.get("sub", claims["sub"]) != claims["sub"]:
                raise ValueError("the user's attributes are somebody else's")
            claims |= told
        subject = claims.get(provider.mapping.get("username", "sub"))
        if not subject:
            raise ValueError("it does not say who the user is")
        return {**claims, "sub": str(subject)}

    async def _tokens(
        self, visit: Visit, provider: IdentityProvider, places: _Places, code: str
    ) -> Mapping[str, Any]:
        details = details_of(visit.idp, provider)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": details["client_id"],
            "redirect_uri": visit.url + _BACK,
        }
        if provider.kind == apple.KIND:
            form["client_secret"] = await to_thread(apple.client_secret, details, visit.idp.clock.wall())
        elif details.get("client_secret"):
            form["client_secret"] = details["client_secret"]
        if details.get("token_request_method") == "GET":
            return await self._asked("GET", f"{places.token}?{urlencode(form)}", _JSON)
        return await self._asked("POST", places.token, _FORM, urlencode(form).encode())

    async def _info(self, provider: IdentityProvider, url: str, token: str) -> Mapping[str, Any]:
        headers = {**_JSON, "Authorization": f"Bearer {token}"}
        if provider.details.get("attributes_url_add_attributes") == "true":
            url += ",".join(sorted({name for name in provider.mapping.values() if name != "sub"}))
        return await self._asked(provider.details.get("attributes_request_method", "GET"), url, headers)

    async def _places(self, provider: IdentityProvider) -> _Places:
        """The provider's addresses: as they are configured, else as its issuer publishes them."""
        details = provider.details
        authorize, token = details.get("authorize_url", ""), details.get("token_url", "")
        info = details.get("attributes_url", "")
        if provider.kind == "Google":
            info = ""  # all that its scopes stand for is in the ID token
        if authorize and token:
            return _Places(authorize, token, info)
        found = await self._asked(
            "GET", f"{details['oidc_issuer'].removesuffix('/')}/.well-known/openid-configuration", _JSON
        )
        return _Places(
            authorize or str(found.get("authorization_endpoint", "")),
            token or str(found.get("token_endpoint", "")),
            info or str(found.get("userinfo_endpoint", "")),
        )

    async def _asked(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Mapping[str, Any]:
        answer = await self._outbound.request(method, url, headers=headers, body=body, bytes_max=_BYTES_MAX)
        if answer.status != 200:
            raise ValueError(f"it answered {answer.status}")
        try:
            found: dict[str, Any] = msgspec.json.decode(answer.body, type=dict[str, Any])
        except msgspec.DecodeError:
            found = dict(parse_qsl(answer.body.decode("latin-1")))
        return found


def _attempt(visit: Visit, state: str) -> Attempt:
    try:
        found = msgspec.msgpack.decode(visit.idp.sealer.unseal(_PURPOSE, state), type=Attempt)
    except (SealError, msgspec.DecodeError) as error:
        raise Unsafe("invalid_request") from error
    kept = visit.kept(_BROWSER)
    own = kept and hmac.compare_digest(kept.encode(), found.browser.encode())
    if not own or found.pool != visit.pool.id or visit.arrival.at >= found.expires_at:
        raise Unsafe("invalid_request")
    return found


async def _settled_user(
    visit: Visit, call: Call, client: Client, provider: IdentityProvider, claims: Mapping[str, Any]
) -> User:
    """The user that this account is of, made if there is none, with the attributes that the provider tells now.

    Raises:
        AwsError: the triggers' errors; NotAuthorizedException, the user is disabled; InvalidParameterException, what is fixed would change.
    """
    pool = visit.pool
    subject = claims["sub"]
    values = {
        name: _text(claims[source])
        for name, source in provider.mapping.items()
        if name != "username" and claims.get(source) is not None
    }
    user = await user_of_identity(call, pool, provider.name, subject)
    if user is None:
        return await _made(visit, call, client, provider, subject, values)
    if not user.enabled:
        raise AwsError("NotAuthorizedException", "User is disabled.")
    if user.status == "EXTERNAL_PROVIDER":
        attributes.check_mutable(pool, user, values)
        changed = attributes.with_values(user, values)
        user = user_records.save(call, pool, user, changed)
    request = {"userAttributes": attributes_of(pool, user), "newDeviceUsed": False}
    await call_trigger(
        visit.idp, call, pool, "PostAuthentication_Authentication", username=user.username, client_id=client.id, request=request
    )  # fmt: skip
    return user


async def _made(
    visit: Visit, call: Call, client: Client, provider: IdentityProvider, subject: str, values: dict[str, str]
) -> User:
    pool, idp = visit.pool, visit.idp
    asked = AskedUser(f"{provider.name}_{subject}", values)
    issuer = provider.details.get("oidc_issuer", "")
    identity = Identity(provider.name, subject, provider.kind, issuer, True, call.now)
    user = msgspec.structs.replace(new_users.federated(call, pool, asked), identities=(identity,))
    await new_users.pre_sign_up(idp, call, pool, user, asked, client, source="ExternalProvider")
    await new_users.store(call, pool, user)
    await new_users.post_confirmation(idp, call, pool, user, client, None)
    return user


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
