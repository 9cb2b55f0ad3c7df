"""Amazon Cognito user pools: who signs in, and what they are shown to be."""

from portico.base.tasks import every
from portico.calls.ports import Ports, ServiceSpec
from portico.identity.signing_keys import SigningKeys
from portico.mail.smtp import by_smtp
from portico.services.cognito_idp.admission import admit
from portico.services.cognito_idp.expired import EVERY_S, Expired
from portico.services.cognito_idp.guesses import Guesses
from portico.services.cognito_idp.hosted.door import HostedDoor
from portico.services.cognito_idp.hosted.federated import Federation
from portico.services.cognito_idp.import_log import ImportLog
from portico.services.cognito_idp.importer import Importer
from portico.services.cognito_idp.issuers import PoolIssuers
from portico.services.cognito_idp.outbox import Outbox
from portico.services.cognito_idp.rates import Rates
from portico.services.cognito_idp.service import CognitoIdp
from portico.services.cognito_idp.sweep import Sweeper
from portico.services.cognito_idp.well_known import WellKnown


def _build(ports: Ports) -> CognitoIdp:
    extras, smtp = ports.extras, ports.extras["Settings"].smtp
    outbox = Outbox(
        ports.store,
        ports.cache,
        extras["Bus"],
        ports.clients,
        extras["Sealer"],
        ports.clock.now,
        by_smtp(smtp) if smtp else None,
    )
    ports.start_task("cognito_idp.outbox", outbox.run)
    ports.start_task("cognito_idp.sweep", Sweeper(ports.store, extras["Bus"]).run)
    keys = SigningKeys(ports.cache, extras["Sealer"])
    issuers = PoolIssuers(ports.cache, keys, extras["Origin"], extras["Settings"].cognito_issuer)
    extras["Issuers"].add(issuers)
    ports.start_task("cognito_idp.expired", every(EVERY_S, Expired(ports.store, ports.clock.now).remove))
    idp = CognitoIdp(
        store=ports.store,
        cache=ports.cache,
        clock=ports.clock,
        clients=ports.clients,
        bus=extras["Bus"],
        sealer=extras["Sealer"],
        origin=extras["Origin"],
        issuers=issuers,
        tokens=extras["Tokens"],
        guesses=Guesses(ports.cache),
        rates=Rates(extras["Settings"].cognito_rates, ports.clock.monotonic),
        smtp=smtp,
    )
    extras["Doors"].add("pool", WellKnown(idp))
    extras["Doors"].add("auth", HostedDoor(idp, Federation(extras["Endpoints"])))
    importer = Importer(idp, ImportLog(ports.clients, extras["Sessions"]))
    ports.start_task("cognito_idp.import", importer.run)
    return idp


SERVICE = ServiceSpec(
    "cognito_idp",
    (
        "user_pools",
        "tags",
        "user_pool_clients",
        "client_secrets",
        "sign_up",
        "own_passwords",
        "own_user",
        "admin_create_user",
        "admin_users",
        "admin_passwords",
        "groups",
        "memberships",
        "list_users",
        "federation",
        "resource_servers",
        "identity_providers",
        "domains",
        "mfa_config",
        "import_jobs",
        "initiate_auth",
        "respond_to_auth_challenge",
        "refresh",
        "software_tokens",
        "mfa_preferences",
        "devices",
        "sign_out",
    ),
    _build,
    admit,
)
