"""Which policies apply to whom, from the records of a store in memory."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from portico.base.clock import Clock
from portico.identity.applicable import applicable, principal_tags
from portico.identity.policy.evaluate import Policies, Request, evaluate
from portico.identity.principal import ANONYMOUS, Principal, Session, root, service
from portico.identity.records import (
    GROUPS,
    POLICIES,
    ROLES,
    USERS,
    Attached,
    Group,
    ManagedPolicy,
    PolicyVersion,
    Role,
    User,
)
from portico.identity.sessions import federated_session, role_session, root_session, user_session
from portico.store.cache import RecordCache
from portico.store.open import open_store
from portico.store.transaction import Transaction

A = "111122223333"
S3 = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}'
SQS = S3.replace("s3:", "sqs:")
ALL = S3.replace("s3:", "")
LOGS = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
LIMITS = f"arn:aws:iam::{A}:policy/team/Limits"

ANN = User("Ann", "/", "AIDAANN0000000000001", A, 0.0, inline=(Attached("files", S3),), groups=("Devs",))
DEVS = Group("Devs", "/", "AGPADEVS000000000001", A, 0.0, inline=(Attached("queues", SQS),), attached=(LOGS,))
DEPLOYER = Role("Deployer", "/t/", "AROADEPLOYER00000001", A, 0.0, "{}", attached=(LIMITS, LOGS))
POLICY = ManagedPolicy(
    "Limits",
    "/team/",
    "ANPALIMITS0000000001",
    A,
    0.0,
    0.0,
    "v2",
    (PolicyVersion("v1", SQS, 0.0), PolicyVersion("v2", S3, 0.0)),
)
SESSION = Session("build", 0.0, 3600.0)


@pytest.fixture
async def cache() -> AsyncIterator[RecordCache]:
    """A cache in front of a store in memory that holds the entities above."""
    store = await open_store(None, clock=Clock())
    cache = RecordCache(store)
    tx = Transaction(cache)
    tx.put(USERS, ANN, A, "ann")
    tx.put(GROUPS, DEVS, A, "devs")
    tx.put(ROLES, DEPLOYER, A, "deployer")
    tx.put(POLICIES, POLICY, A, "limits")
    await tx.commit()
    yield cache
    await store.close()


def user(entity: User = ANN) -> Principal:
    """The user as a caller with a long-term key."""
    return Principal("user", A, entity.arn, entity.arn, entity.unique_id, entity.name, entity.unique_id)


def sources(policies: Policies) -> list[str]:
    """Where the identity policies stand."""
    return [sourced.source for sourced in policies.identity]


def may(policies: Policies, principal: Principal, action: str) -> bool:
    """Whether these policies allow the action on anything."""
    return evaluate(Request(action, "*", principal, "", {}), policies).allowed


async def change(cache: RecordCache, entity: User | Role | Group) -> None:
    """Write the entity over what is stored."""
    table = {User: USERS, Role: ROLES, Group: GROUPS}[type(entity)]
    tx = Transaction(cache)
    tx.put(table, entity, A, entity.name.lower())
    await tx.commit()


async def test_a_user_has_its_own_policies_and_its_groups(cache: RecordCache) -> None:
    """Inline and attached ones, each with where it stands."""
    assert sources(applicable(cache, user())) == [
        f"inline:files on arn:aws:iam::{A}:user/Ann",
        f"inline:queues on arn:aws:iam::{A}:group/Devs",
        LOGS,
    ]


async def test_a_role_session_has_the_role_s(cache: RecordCache) -> None:
    """The default version of a managed policy; no session policy where none was given."""
    caller = role_session(DEPLOYER, SESSION)
    found = applicable(cache, caller)
    assert sources(found) == [LIMITS, LOGS]
    assert found.session is None
    assert may(found, caller, "s3:GetObject")
    assert not may(found, caller, "sqs:SendMessage")


async def test_session_policies_limit(cache: RecordCache) -> None:
    """Those that the session carries."""
    caller = role_session(DEPLOYER, msgspec.structs.replace(SESSION, policies=(SQS,)))
    found = applicable(cache, caller)
    assert found.session is not None
    assert not may(found, caller, "s3:GetObject")


async def test_a_change_is_seen_at_once(cache: RecordCache) -> None:
    """Of the entity, of its group, of a managed policy."""
    assert applicable(cache, user()) is applicable(cache, user())
    await change(cache, msgspec.structs.replace(DEVS, inline=(), attached=()))
    assert len(applicable(cache, user()).identity) == 1
    await change(cache, msgspec.structs.replace(ANN, inline=()))
    assert applicable(cache, user()).identity == ()
    caller = role_session(DEPLOYER, SESSION)
    assert may(applicable(cache, caller), caller, "s3:GetObject")
    tx = Transaction(cache)
    tx.put(POLICIES, msgspec.structs.replace(POLICY, default_version="v1"), A, "limits")
    await tx.commit()
    assert may(applicable(cache, caller), caller, "sqs:SendMessage")
    assert not may(applicable(cache, caller), caller, "s3:GetObject")


async def test_the_boundary(cache: RecordCache) -> None:
    """Applies; one that is gone allows nothing."""
    await change(cache, msgspec.structs.replace(ANN, boundary=LIMITS))
    found = applicable(cache, user())
    assert found.boundary is not None
    assert may(found, user(), "s3:GetObject")
    assert not may(found, user(), "sqs:SendMessage")
    await change(cache, msgspec.structs.replace(ANN, boundary=LIMITS + "Gone"))
    assert not may(applicable(cache, user()), user(), "s3:GetObject")


async def test_a_deleted_entity_may_nothing(cache: RecordCache) -> None:
    """Though its credentials are still around."""
    tx = Transaction(cache)
    tx.delete(ROLES, A, "deployer")
    await tx.commit()
    caller = role_session(DEPLOYER, SESSION)
    assert not may(applicable(cache, caller), caller, "s3:GetObject")


async def test_an_entity_made_again_inherits_nothing(cache: RecordCache) -> None:
    """The old one's callers have another unique id."""
    await change(cache, msgspec.structs.replace(ANN, unique_id="AIDAANN0000000000002"))
    assert not may(applicable(cache, user()), user(), "s3:GetObject")


@pytest.mark.parametrize("caller", [root(A), ANONYMOUS, service("sns.amazonaws.com")], ids=lambda p: p.kind)
async def test_those_without_policies(cache: RecordCache, caller: Principal) -> None:
    """Root, unsigned callers and services have none of their own."""
    assert applicable(cache, caller) == Policies()


async def test_get_session_token_s_limits(cache: RecordCache) -> None:
    """No IAM without MFA, of STS AssumeRole only; everything else as before."""
    await change(cache, msgspec.structs.replace(ANN, inline=(Attached("all", ALL),)))
    caller = user_session(ANN, SESSION)
    with_mfa = user_session(ANN, msgspec.structs.replace(SESSION, mfa=True))
    for action, plain, mfa in (
        ("s3:GetObject", True, True),
        ("iam:ListUsers", False, True),
        ("sts:AssumeRole", True, True),
        ("sts:GetFederationToken", False, False),
    ):
        assert may(applicable(cache, caller), caller, action) is plain
        assert may(applicable(cache, with_mfa), with_mfa, action) is mfa
    assert not may(applicable(cache, root_session(A, SESSION)), root_session(A, SESSION), "iam:ListUsers")


async def test_get_federation_token_s_limits(cache: RecordCache) -> None:
    """The user's policies and the session's; without a session policy nothing; never IAM."""
    bare = federated_session(user(), SESSION)
    assert not may(applicable(cache, bare), bare, "s3:GetObject")
    caller = federated_session(user(), msgspec.structs.replace(SESSION, policies=(ALL,)))
    assert may(applicable(cache, caller), caller, "s3:GetObject")
    assert not may(applicable(cache, caller), caller, "ec2:RunInstances")
    of_root = federated_session(root(A), msgspec.structs.replace(SESSION, policies=(ALL,)))
    assert may(applicable(cache, of_root), of_root, "ec2:RunInstances")
    assert not may(applicable(cache, of_root), of_root, "iam:ListUsers")


async def test_session_tags_take_the_place_of_the_role_s(cache: RecordCache) -> None:
    """In any case of their keys."""
    await change(cache, msgspec.structs.replace(DEPLOYER, tags=(("Team", "red"), ("Cost", "7"))))
    caller = role_session(DEPLOYER, msgspec.structs.replace(SESSION, tags=(("team", "blue"),)))
    assert principal_tags(cache, caller) == (("Cost", "7"), ("team", "blue"))
    assert principal_tags(cache, role_session(DEPLOYER, SESSION)) == (("Team", "red"), ("Cost", "7"))
    assert principal_tags(cache, root(A)) == ()
