"""Execution roles: who may be assumed, and what environments get."""

import pytest

from portico.base.clock import Clock
from portico.calls.authorize import Authorizer
from portico.calls.clients import Clients
from portico.calls.decisions import Decisions
from portico.calls.dispatch import Dispatcher
from portico.environments.work import PreparationFailed
from portico.identity.last_use import LastUses
from portico.identity.records import ROLES, Role
from portico.identity.sealing import Sealer
from portico.identity.sessions import Sessions
from portico.invoke.container_credentials import ContainerCredentials
from portico.invoke.own_keys import SealedVariables
from portico.invoke.preparer import EnvironmentPreparer
from portico.invoke.records import Version
from portico.invoke.resolve import spec_of
from portico.invoke.roles import CREDENTIALS_S, CannotAssume, ExecutionRoles
from portico.invoke.staging import Staging
from portico.store.cache import RecordCache
from portico.store.data_key import data_key
from portico.store.port import Put, Store

ACCOUNT = "111111111111"
ARN = f"arn:aws:iam::{ACCOUNT}:role/run"


def trusting(service: str, condition: str = "") -> Role:
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
        f'"Principal":{{"Service":"{service}"}}{condition}}}]}}'
    )
    return Role("run", "/", "AROARUN", ACCOUNT, 0.0, trust)


@pytest.fixture
def sessions() -> Sessions:
    return Sessions(Sealer(data_key(None)))


@pytest.fixture
def roles(cache: RecordCache, sessions: Sessions, clock: Clock) -> ExecutionRoles:
    return ExecutionRoles(cache=cache, sessions=sessions, clock=clock)


async def keep(store: Store, role: Role) -> None:
    await store.commit([Put(ROLES.key(ACCOUNT, role.name.lower()), ROLES.encode(role))])


async def test_a_role_that_trusts_lambda(
    store: Store, roles: ExecutionRoles, sessions: Sessions, clock: Clock
) -> None:
    await keep(store, trusting("lambda.amazonaws.com"))
    found = roles.credentials(ARN, ACCOUNT, "hello")
    assert found.access_key_id.startswith("ASIA")
    assert found.expires_at == pytest.approx(clock.now() + CREDENTIALS_S, abs=5)
    principal = sessions.unseal(found.token, found.access_key_id).principal
    assert principal.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/run/hello"
    assert principal.user_id == "AROARUN:hello"


@pytest.mark.parametrize(
    ("role", "arn", "account"),
    [
        (trusting("ec2.amazonaws.com"), ARN, ACCOUNT),
        (
            trusting("lambda.amazonaws.com", ',"Condition":{"StringEquals":{"aws:SourceAccount":"2"}}'),
            ARN,
            ACCOUNT,
        ),
        (trusting("lambda.amazonaws.com"), f"arn:aws:iam::{ACCOUNT}:role/path/run", ACCOUNT),
        (trusting("lambda.amazonaws.com"), f"arn:aws:iam::{ACCOUNT}:user/run", ACCOUNT),
        (trusting("lambda.amazonaws.com"), "run", ACCOUNT),
        (trusting("lambda.amazonaws.com"), ARN, "222222222222"),
    ],
)
async def test_roles_that_can_not_be_assumed(
    store: Store, roles: ExecutionRoles, role: Role, arn: str, account: str
) -> None:
    await keep(store, role)
    assert roles.assumable(arn, account) is None
    with pytest.raises(CannotAssume):
        roles.credentials(arn, account, "hello")


async def test_an_environment_needs_its_role_and_its_code(
    store: Store,
    roles: ExecutionRoles,
    clock: Clock,
    version: Version,
    cache: RecordCache,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    authorizer = Authorizer(cache, clock, Decisions(store, clock), "off", LastUses(cache))
    clients = Clients(Dispatcher(cache, clock, authorizer))
    preparer = EnvironmentPreparer(
        staging=Staging(root=tmp_path_factory.mktemp("code"), store=store),
        roles=roles,
        containers=ContainerCredentials(
            sealer=Sealer(bytes(32)), roles=roles, endpoint_url="http://127.0.0.1:4566"
        ),
        sealed=SealedVariables(clients, lambda spec: None),
        clock=clock,
        endpoint_url="http://127.0.0.1:4566",
    )
    with pytest.raises(PreparationFailed) as failed:
        await preparer.prepare(spec_of(version), "stream")
    assert failed.value.code == "AccessDeniedException"
    assert failed.value.message == "The role defined for the function cannot be assumed by Lambda."
    await keep(store, trusting("lambda.amazonaws.com"))
    with pytest.raises(PreparationFailed) as failed:
        await preparer.prepare(spec_of(version), "stream")
    assert failed.value.code == "InvalidZipFileException"
