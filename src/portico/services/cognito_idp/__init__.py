"""Amazon Cognito user pools: who signs in, and what they are shown to be."""

from portico.calls.ports import Ports, ServiceSpec
from portico.services.cognito_idp.service import CognitoIdp


def _build(ports: Ports) -> CognitoIdp:
    extras = ports.extras
    return CognitoIdp(
        store=ports.store,
        cache=ports.cache,
        clock=ports.clock,
        clients=ports.clients,
        bus=extras["Bus"],
        sealer=extras["Sealer"],
        origin=extras["Origin"],
        issuer=extras["Settings"].cognito_issuer,
        smtp=extras["Settings"].smtp,
    )


SERVICE = ServiceSpec("cognito_idp", ("user_pools", "tags", "user_pool_clients", "client_secrets"), _build)
