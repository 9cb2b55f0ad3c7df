"""Keys: which are known, whose they are, and which are not accepted."""

from collections.abc import AsyncIterator

import msgspec
import pytest

from portico.identity.credentials import ALLOWS_NOTHING, CredentialError, KeyRing
from portico.identity.principal import Session
from portico.identity.records import POLICIES, ROLES, USERS, ManagedPolicy, PolicyVersion
from portico.identity.sessions import federated_session, role_session, root_session, user_session
from world import ACCOUNT, World, a_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with a_world() as made:
        yield made


def session(world: World, *policies: str) -> Session:
    now = world.clock.now()
    return Session("run", issued_at=now, expires_at=now + 900, policies=policies)


def reason(keys: KeyRing, key_id: str, token: str = "") -> str:
    with pytest.raises(CredentialError) as caught:
        keys.find(key_id, token)
    return caught.value.reason


async def test_a_users_key_stands_for_the_user(world: World) -> None:
    user = await world.user("Alice")
    await world.key("AKIAALICE", "secret", "Alice")
    known = world.keys.find("AKIAALICE")
    assert known.secret == "secret"
    assert (known.principal.kind, known.principal.arn, known.principal.user_id) == (
        "user",
        f"arn:aws:iam::{ACCOUNT}:user/Alice",
        user.unique_id,
    )
    assert known.principal.access_key_id == "AKIAALICE"
    assert known.principal.session is None


async def test_a_key_follows_its_user_and_its_own_record(world: World) -> None:
    user = await world.user("alice")
    await world.key("AKIAALICE", "secret", "alice")
    first = world.keys.find("AKIAALICE")
    assert world.keys.find("AKIAALICE") is first
    await world.put(USERS, msgspec.structs.replace(user, path="/team/"), ACCOUNT, "alice")
    assert world.keys.find("AKIAALICE").principal.arn == f"arn:aws:iam::{ACCOUNT}:user/team/alice"
    await world.key("AKIAALICE", "another", "alice")
    assert world.keys.find("AKIAALICE").secret == "another"
    await world.key("AKIAALICE", "another", "alice", active=False)
    assert reason(world.keys, "AKIAALICE") == "unknown"


async def test_a_root_key_stands_for_the_account(world: World) -> None:
    await world.key("AKIAROOT", "secret")
    assert world.keys.find("AKIAROOT").principal.arn == f"arn:aws:iam::{ACCOUNT}:root"


async def test_keys_that_do_not_count(world: World) -> None:
    await world.user("alice")
    await world.key("AKIAOFF", "secret", "alice", active=False)
    await world.key("AKIAORPHAN", "secret", "nobody")
    await world.key("AKIAGOOD", "secret", "alice")
    assert reason(world.keys, "AKIANONE") == "unknown"
    assert reason(world.keys, "AKIAOFF") == "unknown"
    assert reason(world.keys, "AKIAORPHAN") == "unknown"
    assert reason(world.keys, "AKIAGOOD", "a token that it has not") == "token"
    world.keys.find("AKIAGOOD")
    await world.delete(USERS, ACCOUNT, "alice")
    assert reason(world.keys, "AKIAGOOD") == "unknown"


async def test_a_role_session_ends_with_its_time(world: World) -> None:
    role = await world.role("worker")
    issued = world.sessions.seal(role_session(role, session(world)))
    known = world.keys.find(issued.access_key_id, issued.token)
    assert known.secret == issued.secret
    assert known.principal.session is not None
    world.clock.advance(901)
    assert reason(world.keys, issued.access_key_id, issued.token) == "expired_token"


async def test_a_role_session_ends_with_its_role_and_a_new_one_of_that_name_inherits_nothing(
    world: World,
) -> None:
    role = await world.role("worker")
    issued = world.sessions.seal(role_session(role, session(world)))
    await world.role("worker", unique_id="AROAANOTHER")
    assert reason(world.keys, issued.access_key_id, issued.token) == "token"
    await world.delete(ROLES, ACCOUNT, "worker")
    assert reason(world.keys, issued.access_key_id, issued.token) == "token"


async def test_a_users_sessions_end_with_the_user(world: World) -> None:
    user = await world.user("alice")
    own = world.sessions.seal(user_session(user, session(world)))
    issuer = world.keys.find(own.access_key_id, own.token).principal
    federated = world.sessions.seal(federated_session(issuer, session(world)))
    for issued in (own, federated):
        world.keys.find(issued.access_key_id, issued.token)
    await world.delete(USERS, ACCOUNT, "alice")
    for issued in (own, federated):
        assert reason(world.keys, issued.access_key_id, issued.token) == "token"


async def test_a_root_session_needs_no_record(world: World) -> None:
    issued = world.sessions.seal(root_session(ACCOUNT, session(world)))
    assert world.keys.find(issued.access_key_id, issued.token).principal.kind == "root"


async def test_a_temporary_key_is_nothing_without_its_token(world: World) -> None:
    issued = world.sessions.seal(root_session(ACCOUNT, session(world)))
    other = world.sessions.seal(root_session(ACCOUNT, session(world)))
    assert reason(world.keys, issued.access_key_id) == "unknown"
    assert reason(world.keys, issued.access_key_id, other.token) == "token"


async def test_managed_session_policies_are_read_at_use(world: World) -> None:
    version = PolicyVersion("v1", '{"Version":"2012-10-17","Statement":[]}', 0.0)
    await world.put(
        POLICIES, ManagedPolicy("mine", "/", "ANPA", ACCOUNT, 0, 0, "v1", (version,)), ACCOUNT, "mine"
    )
    role = await world.role("worker")
    own, aws, gone = (
        f"arn:aws:iam::{ACCOUNT}:policy/mine",
        "arn:aws:iam::aws:policy/AdministratorAccess",
        f"arn:aws:iam::{ACCOUNT}:policy/gone",
    )
    issued = world.sessions.seal(role_session(role, session(world, "{}", own, aws, gone)))
    known = world.keys.find(issued.access_key_id, issued.token)
    assert known.principal.session is not None
    inline, first, second, third = known.principal.session.policies
    assert (inline, first, third) == ("{}", version.document, ALLOWS_NOTHING)
    assert '"Action"' in second


async def test_development_keys_exist_only_where_they_are_wanted(world: World) -> None:
    assert reason(world.keys, "test") == "unknown"
    assert reason(world.keys, ACCOUNT) == "unknown"
    development = KeyRing(world.cache, world.sessions, world.clock.now, development=True)
    known = development.find("test")
    assert (known.secret, known.principal.arn) == ("test", "arn:aws:iam::000000000000:root")
    assert development.find(ACCOUNT).principal.arn == f"arn:aws:iam::{ACCOUNT}:root"
    for key_id in ("Test", "12345678901", "1234567890123", "٣" * 12, "test "):
        assert reason(development, key_id) == "unknown"
    assert reason(development, "test", "token") == "token"


async def test_development_keys_do_not_exist_for_functions(world: World) -> None:
    development = KeyRing(world.cache, world.sessions, world.clock.now, development=True)
    await world.key("AKIAROOT", "secret")
    for key_id in ("test", ACCOUNT):
        with pytest.raises(CredentialError):
            development.find(key_id, from_function=lambda: True)
    assert development.find("AKIAROOT", from_function=lambda: True).secret == "secret"
