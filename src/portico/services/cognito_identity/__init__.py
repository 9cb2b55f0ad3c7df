"""Amazon Cognito identity pools: temporary credentials for whoever has logged in somewhere, and for guests."""

from portico.calls.ports import Ports, ServiceSpec
from portico.identity.signing_keys import SigningKeys
from portico.services.cognito_identity.issuer import Issuer
from portico.services.cognito_identity.service import CognitoIdentity


def _build(ports: Ports) -> CognitoIdentity:
    extras = ports.extras
    keys = SigningKeys(ports.cache, extras["Sealer"])
    extras["Issuers"].add(Issuer(keys))
    return CognitoIdentity(
        cache=ports.cache,
        clock=ports.clock,
        authorizer=extras["Authorizer"],
        sessions=extras["Sessions"],
        tokens=extras["Tokens"],
        issuers=extras["Issuers"],
        keys=keys,
    )


SERVICE = ServiceSpec(
    "cognito_identity",
    ("pools", "roles", "identities", "credentials", "developer"),
    _build,
)
