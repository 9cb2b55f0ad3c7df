"""An app client's settings: AWS's defaults, and what fits together.

Source: Cognito API reference, CreateUserPoolClient; Developer Guide, "Application-specific settings with app clients".
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from portico.calls.call import Call
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.records import PROVIDERS, RESOURCE_SERVERS, UNITS_S, Pool

Settings = dict[str, Any]

_KEPT = (
    "RefreshTokenValidity",
    "AccessTokenValidity",
    "IdTokenValidity",
    "TokenValidityUnits",
    "ReadAttributes",
    "WriteAttributes",
    "ExplicitAuthFlows",
    "SupportedIdentityProviders",
    "CallbackURLs",
    "LogoutURLs",
    "DefaultRedirectURI",
    "AllowedOAuthFlows",
    "AllowedOAuthScopes",
    "AllowedOAuthFlowsUserPoolClient",
    "AnalyticsConfiguration",
    "PreventUserExistenceErrors",
    "EnableTokenRevocation",
    "EnablePropagateAdditionalUserContextData",
    "AuthSessionValidity",
    "RefreshTokenRotation",
)
_DEFAULTS: Mapping[str, Any] = {
    "RefreshTokenValidity": 30,
    "AllowedOAuthFlowsUserPoolClient": False,
    "EnableTokenRevocation": True,
    "EnablePropagateAdditionalUserContextData": False,
    "AuthSessionValidity": 3,
}
_BUILT_IN_SCOPES = frozenset({"phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"})
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_VALIDITIES = (
    ("AccessToken", "hours", 300, 86_400),
    ("IdToken", "hours", 300, 86_400),
    ("RefreshToken", "days", 3_600, 315_360_000),
)


async def settings_of(
    call: Call, pool: Pool, request: Mapping[str, Any], *, secret: bool, new: bool
) -> Settings:
    """The settings that a request asks for, AWS's defaults for what it does not say. `secret`: the client has one; `new`: it is being
    made.

    Raises:
        AwsError: InvalidParameterException, InvalidOAuthFlowException, ScopeDoesNotExistException, or 501.
    """
    settings: Settings = {**_DEFAULTS, **{name: request[name] for name in _KEPT if name in request}}
    settings["RefreshTokenValidity"] = settings["RefreshTokenValidity"] or 30
    if settings.get("AnalyticsConfiguration"):
        raise errors.unavailable("AnalyticsConfiguration of app clients")
    _check_flows(pool, settings)
    _check_validities(settings)
    _check_permissions(pool, settings, "creating" if new else "updating")
    _check_addresses(settings)
    _check_grants(settings, secret=secret)
    await _check_scopes(call, pool, settings.get("AllowedOAuthScopes") or ())
    await _check_providers(call, pool, settings.get("SupportedIdentityProviders") or ())
    return settings


def _check_flows(pool: Pool, settings: Settings) -> None:
    flows = settings.get("ExplicitAuthFlows") or ()
    modern = {flow.startswith("ALLOW_") for flow in flows}
    if len(modern) > 1:
        raise errors.invalid("ExplicitAuthFlows with and without the prefix ALLOW_ can't be used together.")
    if any(flow.startswith("ALLOW_TOKEN_EXCHANGE") for flow in flows):
        raise errors.unavailable("token exchange of app clients")
    if "ALLOW_USER_AUTH" in flows and pool.tier == "LITE":
        raise errors.not_in_tier("ALLOW_USER_AUTH")
    rotation = settings.get("RefreshTokenRotation") or {}
    if rotation.get("Feature") == "ENABLED" and "ALLOW_REFRESH_TOKEN_AUTH" in flows:
        raise errors.invalid(
            "Refresh token rotation can't be enabled together with ALLOW_REFRESH_TOKEN_AUTH."
        )


def _check_validities(settings: Settings) -> None:
    units = settings.get("TokenValidityUnits") or {}
    for kind, unit, least, most in _VALIDITIES:
        length = settings.get(f"{kind}Validity")
        if length and not least <= length * UNITS_S[units.get(kind, unit)] <= most:
            raise errors.invalid("Invalid range for token validity.")


def _check_permissions(pool: Pool, settings: Settings, doing: str) -> None:
    names = {each.name for each in pool.schema if not each.developer_only}
    for member, verb in (("ReadAttributes", "read"), ("WriteAttributes", "write")):
        listed = settings.get(member)
        if not listed:
            continue
        required = {each.name for each in pool.schema if each.required and each.name != "sub"}
        missing = required - set(listed) if verb == "write" else set()
        unwritable = {"sub", "email_verified", "phone_number_verified"} if verb == "write" else set()
        if missing or not set(listed) <= names - unwritable:
            raise errors.invalid(f"Invalid {verb} attributes specified while {doing} a client")


def _check_addresses(settings: Settings) -> None:
    for member in ("CallbackURLs", "LogoutURLs"):
        for address in settings.get(member) or ():
            check_address(address)
    default = settings.get("DefaultRedirectURI")
    if default and default not in (settings.get("CallbackURLs") or ()):
        raise errors.invalid("DefaultRedirectURI must be one of the CallbackURLs.")


def check_address(address: str) -> None:
    """Check that users may be sent to an address: absolute, without a fragment, by https unless it is this machine's.

    Raises:
        AwsError: InvalidParameterException.
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        raise errors.invalid(f"{address} is not a valid URL.") from None
    if (
        not parts.scheme
        or not (host or parts.path or parts.netloc)
        or (parts.scheme in ("http", "https") and not host)
    ):
        raise errors.invalid(f"{address} is not a valid URL.")
    if "#" in address:
        raise errors.invalid(f"{address} must not contain a fragment.")
    if parts.scheme == "http" and host not in _LOCAL and not host.endswith(".localhost"):
        raise errors.invalid(f"{address} cannot use the HTTP protocol.")
    if parts.scheme in ("javascript", "data", "file", "vbscript"):
        raise errors.invalid(f"{address} is not a valid URL.")


def _check_grants(settings: Settings, *, secret: bool) -> None:
    flows = set(settings.get("AllowedOAuthFlows") or ())
    scopes = settings.get("AllowedOAuthScopes") or ()
    if settings["AllowedOAuthFlowsUserPoolClient"] and not (flows and scopes):
        raise errors.invalid(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows."
        )
    if "client_credentials" not in flows:
        return
    if flows - {"client_credentials"}:
        raise errors.bad_oauth_flow(
            "client_credentials flow can not be selected along with code flow or implicit flow."
        )
    if not secret:
        raise errors.bad_oauth_flow(
            "client_credentials flow can not be selected if client does not have a client secret."
        )
    if _BUILT_IN_SCOPES & set(scopes):
        raise errors.invalid("client_credentials flow takes scopes of resource servers only.")


async def _check_scopes(call: Call, pool: Pool, scopes: Iterable[str]) -> None:
    for scope in scopes:
        if scope in _BUILT_IN_SCOPES:
            continue
        identifier, _, name = scope.rpartition("/")
        server = await call.tx.get(RESOURCE_SERVERS, pool.id, identifier) if identifier else None
        if server is None or name not in server.scopes:
            raise errors.no_scope(scope)


async def _check_providers(call: Call, pool: Pool, names: Iterable[str]) -> None:
    for name in names:
        if name != "COGNITO" and await call.tx.get(PROVIDERS, pool.id, name) is None:
            raise errors.invalid(f"The provider {name} does not exist for User Pool {pool.id}.")
