"""The secrets among the details of identity providers, sealed as they are stored: what signs in at a provider as the pool.

Source: Cognito API reference, CreateIdentityProvider (ProviderDetails): Apple's private key is never shown again.
"""

from collections.abc import Mapping

import msgspec

from portico.services.cognito_idp.records import IdentityProvider
from portico.services.cognito_idp.service import CognitoIdp

HIDDEN = "private_key"
_SECRET = ("client_secret", HIDDEN)


def with_details(idp: CognitoIdp, provider: IdentityProvider, details: Mapping[str, str]) -> IdentityProvider:
    """A provider with these details, its secrets sealed for it alone."""
    sealed = {
        name: idp.sealer.seal(_purpose(provider), value.encode()) if name in _SECRET else value
        for name, value in details.items()
    }
    return msgspec.structs.replace(provider, details=sealed)


def details_of(idp: CognitoIdp, provider: IdentityProvider) -> dict[str, str]:
    """A provider's details as they were given.

    Raises:
        SealError: they were not sealed here for this provider.
    """
    return {
        name: idp.sealer.unseal(_purpose(provider), value).decode() if name in _SECRET else value
        for name, value in provider.details.items()
    }


def _purpose(provider: IdentityProvider) -> str:
    return f"cognito-idp provider {provider.pool} {provider.name}"
