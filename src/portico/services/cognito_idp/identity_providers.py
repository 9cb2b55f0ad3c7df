"""Identity providers of a pool: kept and checked here; who signs in through them is the hosted pages' affair.

Source: Cognito API reference, CreateIdentityProvider (ProviderDetails of each type); Developer Guide, "User pool sign-in with third party
identity providers".
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.attributes import NEVER_SET
from portico.services.cognito_idp.paging import position, token_after
from portico.services.cognito_idp.provider_secrets import HIDDEN, details_of, with_details
from portico.services.cognito_idp.records import (
    PROVIDER_IDENTIFIERS,
    PROVIDERS,
    IdentityProvider,
    Pool,
    UserPointer,
)
from portico.services.cognito_idp.service import CognitoIdp, of_pool, pool_of

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_PROVIDERS_MAX = 300
_PAGE = 60
_NAMED = ("Facebook", "Google", "LoginWithAmazon", "SignInWithApple")
_SECRET = ("client_id", "client_secret", "authorize_scopes")
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "Google": _SECRET,
    "Facebook": _SECRET,
    "LoginWithAmazon": _SECRET,
    "SignInWithApple": ("client_id", "team_id", "key_id", "private_key", "authorize_scopes"),
    "OIDC": ("client_id", "attributes_request_method", "oidc_issuer", "authorize_scopes"),
}
_ADDED: Mapping[str, Mapping[str, str]] = {
    "Google": {
        "attributes_url": "https://people.googleapis.com/v1/people/me?personFields=",
        "attributes_url_add_attributes": "true",
        "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
        "oidc_issuer": "https://accounts.google.com",
        "token_request_method": "POST",
        "token_url": "https://www.googleapis.com/oauth2/v4/token",
    },
    "Facebook": {
        "api_version": "v17.0",
        "attributes_url": "https://graph.facebook.com/v17.0/me?fields=",
        "attributes_url_add_attributes": "true",
        "authorize_url": "https://www.facebook.com/v17.0/dialog/oauth",
        "token_request_method": "GET",
        "token_url": "https://graph.facebook.com/v17.0/oauth/access_token",
    },
    "LoginWithAmazon": {
        "attributes_url": "https://api.amazon.com/user/profile",
        "attributes_url_add_attributes": "false",
        "authorize_url": "https://www.amazon.com/ap/oa",
        "token_request_method": "POST",
        "token_url": "https://api.amazon.com/auth/o2/token",
    },
    "SignInWithApple": {
        "attributes_url_add_attributes": "false",
        "authorize_url": "https://appleid.apple.com/auth/authorize",
        "oidc_issuer": "https://appleid.apple.com",
        "token_request_method": "POST",
        "token_url": "https://appleid.apple.com/auth/token",
    },
    "OIDC": {"attributes_url_add_attributes": "false"},
}
_USERNAME = {"Facebook": "id", "LoginWithAmazon": "user_id"}


@of_pool
async def create_identity_provider(
    idp: CognitoIdp, call: Call, request: "shapes.CreateIdentityProviderRequest"
) -> dict[str, Any]:
    """Add an identity provider to a pool.

    Raises:
        DuplicateProviderException: the name, or one of its identifiers, is taken. InvalidParameterException: details that are missing,
            or attributes that are not in the schema. LimitExceededException: the pool has 300.
    """
    pool = await pool_of(call, request["UserPoolId"])
    name, kind = request["ProviderName"], request["ProviderType"]
    if kind == "SAML":
        raise errors.unavailable("SAML identity providers")
    if (kind in _NAMED) != (name in _NAMED) or (kind in _NAMED and name != kind):
        raise errors.invalid(f"Provider name {name} does not fit the provider type {kind}.")
    if await call.tx.get(PROVIDERS, pool.id, name) is not None:
        raise errors.duplicate_provider(f"A provider with the name {name} already exists.")
    if len(await call.tx.scan(PROVIDERS, pool.id)) >= _PROVIDERS_MAX:
        raise errors.limit_exceeded(f"Maximum number of identity providers ({_PROVIDERS_MAX}) exceeded.")
    provider = IdentityProvider(
        pool=pool.id,
        name=name,
        kind=kind,
        created_at=call.now,
        modified_at=call.now,
        details={},
        mapping=_mapping(pool, kind, request.get("AttributeMapping") or {}),
    )
    provider = with_details(idp, provider, _details(kind, request["ProviderDetails"]))
    provider = await _with_identifiers(call, pool, provider, request.get("IdpIdentifiers") or ())
    call.tx.put(PROVIDERS, provider, pool.id, name)
    return {"IdentityProvider": shown(idp, provider)}


def _details(kind: str, given: Mapping[str, str]) -> dict[str, str]:
    missing = [name for name in _REQUIRED[kind] if not given.get(name)]
    if missing:
        raise errors.invalid(f"Missing required provider details: {', '.join(missing)}.")
    return {**_ADDED[kind], **given}


def _mapping(pool: Pool, kind: str, given: Mapping[str, str]) -> dict[str, str]:
    names = {each.name for each in pool.schema} - NEVER_SET | {"username"}
    unknown = [name for name in given if name not in names]
    if unknown:
        raise errors.invalid(
            f"Invalid attribute mapping: {unknown[0]} is not in the schema, or not to be set."
        )
    return {"username": _USERNAME.get(kind, "sub"), **given}


async def _with_identifiers(
    call: Call, pool: Pool, provider: IdentityProvider, identifiers: "list[str] | tuple[str, ...]"
) -> IdentityProvider:
    for identifier in identifiers:
        held = await call.tx.get(PROVIDER_IDENTIFIERS, pool.id, identifier)
        if held is not None and held.key != provider.name:
            raise errors.duplicate_provider(f"The identifier {identifier} is already in use.")
    for identifier in provider.identifiers:
        call.tx.delete(PROVIDER_IDENTIFIERS, pool.id, identifier)
    for identifier in identifiers:
        call.tx.put(PROVIDER_IDENTIFIERS, UserPointer(provider.name), pool.id, identifier)
    return msgspec.structs.replace(provider, identifiers=tuple(identifiers))


async def provider_of(call: Call, pool: Pool, name: str) -> IdentityProvider:
    """The pool's identity provider of that name.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    found = await call.tx.get(PROVIDERS, pool.id, name)
    if found is None:
        raise errors.not_found(f"Identity provider {name} does not exist.")
    return found


@of_pool
async def describe_identity_provider(
    idp: CognitoIdp, call: Call, request: "shapes.DescribeIdentityProviderRequest"
) -> dict[str, Any]:
    """An identity provider.

    Raises:
        ResourceNotFoundException: no such pool or provider.
    """
    pool = await pool_of(call, request["UserPoolId"])
    return {"IdentityProvider": shown(idp, await provider_of(call, pool, request["ProviderName"]))}


@of_pool
async def get_identity_provider_by_identifier(
    idp: CognitoIdp, call: Call, request: "shapes.GetIdentityProviderByIdentifierRequest"
) -> dict[str, Any]:
    """The identity provider that an identifier leads to.

    Raises:
        ResourceNotFoundException: no such pool or identifier.
    """
    pool = await pool_of(call, request["UserPoolId"])
    held = await call.tx.get(PROVIDER_IDENTIFIERS, pool.id, request["IdpIdentifier"])
    if held is None:
        raise errors.not_found(f"Identity provider {request['IdpIdentifier']} does not exist.")
    return {"IdentityProvider": shown(idp, await provider_of(call, pool, held.key))}


@of_pool
async def update_identity_provider(
    idp: CognitoIdp, call: Call, request: "shapes.UpdateIdentityProviderRequest"
) -> dict[str, Any]:
    """Change what is given of an identity provider.

    Raises:
        ResourceNotFoundException: no such pool or provider. Others as for CreateIdentityProvider.
    """
    pool = await pool_of(call, request["UserPoolId"])
    provider = await provider_of(call, pool, request["ProviderName"])
    changed = msgspec.structs.replace(provider, modified_at=call.now)
    if "ProviderDetails" in request:
        before = details_of(idp, provider)
        kept = (
            {HIDDEN: before[HIDDEN]} if HIDDEN in before else {}
        )  # who changes the others has not been shown it
        changed = with_details(idp, changed, _details(provider.kind, {**kept, **request["ProviderDetails"]}))
    if "AttributeMapping" in request:
        mapping = _mapping(pool, provider.kind, request["AttributeMapping"])
        changed = msgspec.structs.replace(changed, mapping=mapping)
    if "IdpIdentifiers" in request:
        changed = await _with_identifiers(call, pool, changed, request["IdpIdentifiers"])
    call.tx.put(PROVIDERS, changed, pool.id, provider.name)
    return {"IdentityProvider": shown(idp, changed)}


@of_pool
async def delete_identity_provider(
    idp: CognitoIdp, call: Call, request: "shapes.DeleteIdentityProviderRequest"
) -> dict[str, Any]:
    """Remove an identity provider; users that came through it stay.

    Raises:
        ResourceNotFoundException: no such pool or provider.
    """
    pool = await pool_of(call, request["UserPoolId"])
    provider = await provider_of(call, pool, request["ProviderName"])
    for identifier in provider.identifiers:
        call.tx.delete(PROVIDER_IDENTIFIERS, pool.id, identifier)
    call.tx.delete(PROVIDERS, pool.id, provider.name)
    return {}


@of_pool
async def list_identity_providers(
    idp: CognitoIdp, call: Call, request: "shapes.ListIdentityProvidersRequest"
) -> dict[str, Any]:
    """The pool's identity providers.

    Raises:
        ResourceNotFoundException: no such pool. InvalidParameterException: the token is not one of ours.
    """
    pool = await pool_of(call, request["UserPoolId"])
    at, most = position(request.get("NextToken"), pool.id), request.get("MaxResults") or _PAGE
    after = None if at is None else PROVIDERS.key(*at)
    found = await call.tx.scan(PROVIDERS, pool.id, after=after, limit=most + 1)
    answer: dict[str, Any] = {
        "Providers": [
            {
                "ProviderName": each.name,
                "ProviderType": each.kind,
                "LastModifiedDate": each.modified_at,
                "CreationDate": each.created_at,
            }
            for each in found[:most]
        ]
    }
    if len(found) > most:
        answer["NextToken"] = token_after(PROVIDERS.key(pool.id, found[most - 1].name))
    return answer


def shown(idp: CognitoIdp, provider: IdentityProvider) -> dict[str, Any]:
    """An identity provider as AWS's IdentityProviderType."""
    details = {name: value for name, value in details_of(idp, provider).items() if name != HIDDEN}
    return {
        "UserPoolId": provider.pool,
        "ProviderName": provider.name,
        "ProviderType": provider.kind,
        "ProviderDetails": details,
        "AttributeMapping": dict(provider.mapping),
        "IdpIdentifiers": list(provider.identifiers),
        "LastModifiedDate": provider.modified_at,
        "CreationDate": provider.created_at,
    }
