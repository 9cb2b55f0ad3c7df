"""What an application asks for when it sends a user here: the authorization request, checked. Pure.

Source: RFC 6749, sections 4.1.1, 4.1.2.1 and 4.2; RFC 7636 (PKCE); OpenID Connect Core, 3.1.2.1 (`max_age`);
Cognito Developer Guide, "The redirect and authorization endpoint".
"""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from portico.services.cognito_idp.records import Client

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}").fullmatch
_AGE = re.compile(r"\d{1,9}", re.ASCII).fullmatch
_FLOWS = {"code": "code", "token": "implicit"}
OWN = "COGNITO"
"""What the pool's own users are called where identity providers are named."""
_BY_OPENID = frozenset(("email", "phone", "profile"))


class Unsafe(Exception):
    """The request names no client or no address of it: nobody is sent anywhere. The message is AWS's error code."""


class Refused(Exception):
    """The request can't be granted; the application is told at its own address."""

    def __init__(self, asked: "Asked", error: str, description: str = "") -> None:
        super().__init__(error)
        self.location = told(
            asked, error=error, **({"error_description": description} if description else {})
        )


class Asked(msgspec.Struct, frozen=True, gc=False):
    """An authorization request of a client: `challenge` is PKCE's (S256), "" without. `age_s_max`: so long ago may the user have signed in
    at most; None is no limit."""

    client: str
    redirect_uri: str
    response_type: str
    scopes: tuple[str, ...] = ()
    state: str | None = None
    nonce: str = ""
    challenge: str = ""
    provider: str = ""
    provider_identifier: str = ""
    prompt: str = ""
    age_s_max: int | None = None


def providers_of(client: Client) -> tuple[str, ...]:
    """Whose users a client takes on the pages: identity providers by name, the pool's own as `OWN`."""
    return tuple(client.settings.get("SupportedIdentityProviders") or (OWN,))


def asked_of(client: Client | None, query: Mapping[str, str]) -> Asked:
    """The request that a query is.

    Raises:
        Unsafe: no such client, none that may use these pages, or not its address.
        Refused: anything else that is not in order.
    """
    if client is None or not client.settings.get("AllowedOAuthFlowsUserPoolClient"):
        raise Unsafe("invalid_request")
    redirect = query.get("redirect_uri") or client.settings.get("DefaultRedirectURI") or ""
    if redirect not in (client.settings.get("CallbackURLs") or ()):
        raise Unsafe("redirect_mismatch")
    asked = Asked(
        client.id,
        redirect,
        query.get("response_type", ""),
        (),
        query.get("state"),
        query.get("nonce", ""),
        query.get("code_challenge", ""),
        query.get("identity_provider", ""),
        query.get("idp_identifier", ""),
        query.get("prompt", ""),
        int(query["max_age"]) if _AGE(query.get("max_age", "")) else None,
    )
    if asked.response_type not in _FLOWS:
        raise Refused(asked, "invalid_request", "invalid response_type")
    if query.get("max_age") and asked.age_s_max is None:
        raise Refused(asked, "invalid_request", "max_age is not valid")
    if _FLOWS[asked.response_type] not in (client.settings.get("AllowedOAuthFlows") or ()):
        raise Refused(asked, "unauthorized_client")
    _check_challenge(asked, query.get("code_challenge_method", ""))
    return msgspec.structs.replace(asked, scopes=_scopes(asked, client, query.get("scope", "")))


def _check_challenge(asked: Asked, method: str) -> None:
    if not asked.challenge and not method:
        return
    if method != "S256":
        raise Refused(asked, "invalid_request", "Transform algorithm not supported")
    if not _CHALLENGE(asked.challenge) or asked.response_type != "code":
        raise Refused(asked, "invalid_request", "code_challenge is not valid")


def _scopes(asked: Asked, client: Client, text: str) -> tuple[str, ...]:
    """The scopes that are asked for, and that the client may have; all of the client's if none is named."""
    allowed = tuple(client.settings.get("AllowedOAuthScopes") or ())
    wanted = tuple(dict.fromkeys(text.split())) or allowed
    found = tuple(scope for scope in wanted if scope in allowed)
    if not found or (_BY_OPENID & set(found) and "openid" not in found):
        raise Refused(asked, "invalid_scope")
    return found


def told(asked: Asked, **words: str) -> str:
    """The application's own address, with what it is told: in the query, or in the fragment for tokens that no server is to see."""
    if asked.state is not None:
        words["state"] = asked.state
    if asked.response_type == "token":
        return f"{asked.redirect_uri}#{urlencode(words)}"
    mark = "&" if "?" in asked.redirect_uri else "?"
    return f"{asked.redirect_uri}{mark}{urlencode(words)}"
