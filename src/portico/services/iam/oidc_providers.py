"""OpenID Connect providers: whose tokens AssumeRoleWithWebIdentity takes.

Thumbprints are kept as given. AWS fetches the provider's own when none is given; Portico connects to the provider only when a
token is to be verified, and trusts the certificates that the machine trusts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.identity.records import OIDC_PROVIDERS, OidcProvider
from portico.services.iam import entities, errors, tagging, targets
from portico.services.iam.service import Iam

if TYPE_CHECKING:
    from portico.services.iam import shapes

_CLIENT_IDS_MAX = 100
_THUMBPRINTS_MAX = 5
_URL = re.compile(r"https://([A-Za-z0-9.\-]+(?::\d{1,5})?(?:/[\w.~!$&'()*+,;=:@%/\-]*)?)", re.ASCII)
_RESOURCE = ":oidc-provider/"


def on_provider(call: Call, request: Mapping[str, Any]) -> Iterable[str]:
    """The provider that a request names."""
    return (request["OpenIDConnectProviderArn"],)


async def provider_facts(call: Call, request: Mapping[str, Any]) -> Mapping[str, Values]:
    """The condition keys of a request about a provider: its tags and those that are to be set."""
    provider = await _peek(call, request["OpenIDConnectProviderArn"])
    asked = targets.of_request(request)
    return asked if provider is None else asked | targets.of_tags(provider.tags)


def _on_new_provider(call: Call, request: Mapping[str, Any]) -> Iterable[str]:
    return (targets.arn(call, "oidc-provider", "/", request["Url"].partition("://")[2]),)


async def find(call: Call, arn: str) -> OidcProvider:
    """The provider with that ARN.

    Raises:
        AwsError: `NoSuchEntity`; `ValidationError`, it is no ARN.
    """
    if not arn.startswith("arn:"):
        raise errors.invalid_arn()
    provider = await _peek(call, arn)
    if provider is None:
        raise errors.no_such_entity(f"OpenIDConnect Provider not found for arn {arn}")
    return provider


def save(call: Call, provider: OidcProvider) -> None:
    """Write a provider."""
    call.tx.put(OIDC_PROVIDERS, provider, provider.account, provider.url)


@operation(name="CreateOpenIDConnectProvider", on=_on_new_provider, keys=targets.request_facts)
async def create_open_id_connect_provider(
    iam: Iam, call: Call, request: shapes.CreateOpenIDConnectProviderRequest
) -> shapes.CreateOpenIDConnectProviderResponse:
    """Trust a provider's tokens, for those who present them as one of the client ids.

    Raises:
        EntityAlreadyExists: there is one of that URL.
        ValidationError: the URL is not one of https, or has a query.
        InvalidInput: more than five thumbprints.
        LimitExceeded: 100 providers, or more than 100 client ids.
    """
    url = _without_scheme(request["Url"])
    account = call.scope.account
    tags = tagging.read(request.get("Tags", ()), any_case=False)
    if await call.tx.get(OIDC_PROVIDERS, account, url) is not None:
        raise errors.already_exists(f"Provider with url https://{url} already exists.")
    if len(await call.tx.scan(OIDC_PROVIDERS, account)) >= iam.quotas.oidc_providers:
        raise errors.quota("OpenIdConnectProvidersPerAccount", iam.quotas.oidc_providers)
    provider = OidcProvider(
        url,
        account,
        entities.created_at(call),
        _client_ids(request.get("ClientIDList", ())),
        _thumbprints(request.get("ThumbprintList", ())),
        tags,
    )
    save(call, provider)
    response: shapes.CreateOpenIDConnectProviderResponse = {"OpenIDConnectProviderArn": provider.arn}
    if tags:
        response["Tags"] = tagging.shown(tags)
    return response


@operation(name="GetOpenIDConnectProvider", on=on_provider, keys=provider_facts)
async def get_open_id_connect_provider(
    iam: Iam, call: Call, request: shapes.GetOpenIDConnectProviderRequest
) -> shapes.GetOpenIDConnectProviderResponse:
    """A provider.

    Raises:
        NoSuchEntity: no such provider.
    """
    provider = await find(call, request["OpenIDConnectProviderArn"])
    return {
        "Url": provider.url,
        "ClientIDList": list(provider.client_ids),
        "ThumbprintList": list(provider.thumbprints),
        "CreateDate": provider.created_at,
        "Tags": tagging.shown(provider.tags),
    }


@operation(name="ListOpenIDConnectProviders")
async def list_open_id_connect_providers(
    iam: Iam, call: Call, request: shapes.ListOpenIDConnectProvidersRequest
) -> shapes.ListOpenIDConnectProvidersResponse:
    """The ARNs of the account's providers."""
    providers = await call.tx.scan(OIDC_PROVIDERS, call.scope.account)
    return {"OpenIDConnectProviderList": [{"Arn": provider.arn} for provider in providers]}


@operation(name="AddClientIDToOpenIDConnectProvider", on=on_provider, keys=provider_facts)
async def add_client_id(
    iam: Iam, call: Call, request: shapes.AddClientIDToOpenIDConnectProviderRequest
) -> None:
    """Take tokens of one more client; nothing changes if they are taken.

    Raises:
        NoSuchEntity: no such provider.
        LimitExceeded: it has 100 client ids.
    """
    provider = await find(call, request["OpenIDConnectProviderArn"])
    client_ids = _client_ids((*provider.client_ids, request["ClientID"]))
    save(call, msgspec.structs.replace(provider, client_ids=client_ids))


@operation(name="RemoveClientIDFromOpenIDConnectProvider", on=on_provider, keys=provider_facts)
async def remove_client_id(
    iam: Iam, call: Call, request: shapes.RemoveClientIDFromOpenIDConnectProviderRequest
) -> None:
    """Take a client's tokens no longer; nothing changes if they are not taken.

    Raises:
        NoSuchEntity: no such provider.
    """
    provider = await find(call, request["OpenIDConnectProviderArn"])
    client_ids = tuple(one for one in provider.client_ids if one != request["ClientID"])
    save(call, msgspec.structs.replace(provider, client_ids=client_ids))


@operation(name="UpdateOpenIDConnectProviderThumbprint", on=on_provider, keys=provider_facts)
async def update_thumbprints(
    iam: Iam, call: Call, request: shapes.UpdateOpenIDConnectProviderThumbprintRequest
) -> None:
    """Replace all of a provider's thumbprints.

    Raises:
        NoSuchEntity: no such provider.
        InvalidInput: more than five.
    """
    provider = await find(call, request["OpenIDConnectProviderArn"])
    thumbprints = _thumbprints(request["ThumbprintList"])
    save(call, msgspec.structs.replace(provider, thumbprints=thumbprints))


@operation(name="DeleteOpenIDConnectProvider", on=on_provider, keys=provider_facts)
async def delete_open_id_connect_provider(
    iam: Iam, call: Call, request: shapes.DeleteOpenIDConnectProviderRequest
) -> None:
    """Take a provider's tokens no longer. Roles that name it stay, and can't be assumed through it."""
    provider = await _peek(call, request["OpenIDConnectProviderArn"])
    if provider is not None:
        call.tx.delete(OIDC_PROVIDERS, provider.account, provider.url)


async def _peek(call: Call, arn: str) -> OidcProvider | None:
    head, found, url = arn.partition(_RESOURCE)
    if not found or head != f"arn:aws:iam::{call.scope.account}":
        return None
    return await call.tx.get(OIDC_PROVIDERS, call.scope.account, url)


def _without_scheme(url: str) -> str:
    found = _URL.fullmatch(url)
    if found is None:
        raise errors.validation("Invalid Open ID Connect Provider URL")
    return found[1].removesuffix("/")


def _client_ids(given: Iterable[str]) -> tuple[str, ...]:
    client_ids = tuple(dict.fromkeys(given))
    if len(client_ids) > _CLIENT_IDS_MAX:
        raise errors.quota("ClientIdsPerOpenIdConnectProvider", _CLIENT_IDS_MAX)
    return client_ids


def _thumbprints(given: Iterable[str]) -> tuple[str, ...]:
    thumbprints = tuple(given)
    if len(thumbprints) > _THUMBPRINTS_MAX:
        raise errors.invalid_input("Thumbprint list must contain fewer than 5 entries.")
    return thumbprints
