"""calls: authorise, run, commit, and again if another was faster. Over a real service and a real store, without HTTP."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from portico.base.clock import Clock
from portico.calls.authorize import Authorizer, IamMode
from portico.calls.call import Scope
from portico.calls.clients import Client, Clients
from portico.calls.decisions import Decisions
from portico.calls.dispatch import Bound, Dispatcher
from portico.calls.operation import operation
from portico.calls.ports import Ports, load
from portico.identity.last_use import LastUses
from portico.identity.principal import Principal, root, service
from portico.identity.records import USERS, Attached, User
from portico.services import logs
from portico.store.cache import RecordCache
from portico.store.open import open_store
from portico.store.port import Put, StoreFull
from portico.store.timeline import Timeline
from portico.wire.errors import AwsError

ACCOUNT = "123456789012"
ROOT = root(ACCOUNT)


class World:
    """The log service without a server around it."""

    def __init__(self, store: Any, timeline: Timeline, mode: IamMode) -> None:
        clock = Clock()
        self.store = store
        self.timeline = timeline
        self.cache = RecordCache(store)
        self.decisions = Decisions(store, clock)
        self.dispatcher = Dispatcher(
            self.cache, clock, Authorizer(self.cache, clock, self.decisions, mode, LastUses(self.cache))
        )
        self.clients = Clients(self.dispatcher)
        ports = Ports(store, self.cache, clock, self.clients, lambda name, loop: None, {"Timeline": timeline})
        registry = load(logs.SERVICE)
        self.dispatcher.bind("logs", Bound(registry, logs.SERVICE.build(ports)))

    def client(self, principal: Principal, request_id: str = "") -> Client:
        return self.clients.of(principal, Scope(ACCOUNT, "us-east-1"), request_id=request_id)

    async def user(self, name: str, *documents: str) -> Principal:
        inline = tuple(Attached(f"p{at}", document) for at, document in enumerate(documents))
        user = User(name, "/", f"AIDA{name.upper()}", ACCOUNT, 0.0, inline)
        await self.store.commit([Put(USERS.key(ACCOUNT, name), USERS.encode(user))])
        return Principal("user", ACCOUNT, user.arn, user.arn, user.unique_id, name, user.unique_id)


@pytest.fixture
def mode() -> IamMode:
    return "enforce"


@pytest.fixture
async def world(mode: IamMode) -> AsyncIterator[World]:
    store = await open_store(None, clock=Clock())
    timeline = Timeline(None)
    yield World(store, timeline, mode)
    await timeline.close()
    await store.close()


ALLOW_CREATE = '{"Version":"2012-10-17","Statement":{"Sid":"Mine","Effect":"Allow","Action":"logs:CreateLogGroup","Resource":"*"}}'
DENY_B = '{"Version":"2012-10-17","Statement":{"Sid":"NotB","Effect":"Deny","Action":"logs:*","Resource":"*:log-group:b:*"}}'


async def test_of_many_that_create_the_same_one_succeeds(world: World) -> None:
    client = world.client(ROOT)
    calls = (client.call("logs", "CreateLogGroup", logGroupName="g") for _ in range(50))
    answers = await asyncio.gather(*calls, return_exceptions=True)
    refused = [a for a in answers if isinstance(a, AwsError)]
    assert len(refused) == 49
    assert {a.code for a in refused} == {"ResourceAlreadyExistsException"}


async def test_calls_that_change_one_record_together_lose_nothing(world: World) -> None:
    client = world.client(ROOT)
    await client.call("logs", "CreateLogGroup", logGroupName="g")
    calls = (client.call("logs", "TagLogGroup", logGroupName="g", tags={f"t{at}": "x"}) for at in range(40))
    await asyncio.gather(*calls)
    tags = (await client.call("logs", "ListTagsLogGroup", logGroupName="g"))["tags"]
    assert sorted(tags) == sorted(f"t{at}" for at in range(40))


async def test_an_allow_admits_and_an_explicit_deny_wins(world: World) -> None:
    client = world.client(await world.user("ann", ALLOW_CREATE, DENY_B))
    await client.call("logs", "CreateLogGroup", logGroupName="a")
    with pytest.raises(AwsError) as refused:
        await client.call("logs", "CreateLogGroup", logGroupName="b")
    assert refused.value.code == "AccessDeniedException"
    assert refused.value.message == (
        f"User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: logs:CreateLogGroup on resource: "
        f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:b:log-stream: with an explicit deny in an identity-based policy"
    )


async def test_refusals_and_allowed_calls_are_explained(world: World) -> None:
    ann = await world.user("ann", ALLOW_CREATE)
    await world.client(ann, "id-1").call("logs", "CreateLogGroup", logGroupName="a")
    with pytest.raises(AwsError):
        await world.client(ann, "id-2").call("logs", "DeleteLogGroup", logGroupName="a")
    (allowed,) = await world.decisions.explain("id-1")
    assert allowed.allowed
    assert any("Mine" in line for line in allowed.why)
    (refused,) = await world.decisions.explain("id-2")
    assert not refused.allowed
    assert refused.message.endswith("because no identity-based policy allows the logs:DeleteLogGroup action")
    assert await world.decisions.explain("id-3") == []


@pytest.mark.parametrize("mode", ["audit"])
async def test_audit_lets_pass_and_records(world: World, mode: IamMode) -> None:
    client = world.client(await world.user("ann"), "id-1")
    await client.call("logs", "CreateLogGroup", logGroupName="a")
    (refused,) = await world.decisions.explain("id-1")
    assert not refused.allowed


@pytest.mark.parametrize("mode", ["off"])
async def test_off_asks_nobody(world: World, mode: IamMode) -> None:
    await world.client(await world.user("ann")).call("logs", "CreateLogGroup", logGroupName="a")
    assert world.decisions.refused_total == 0


async def test_a_service_principal_without_a_resource_policy_is_refused(world: World) -> None:
    client = world.client(service("events.amazonaws.com", source_account=ACCOUNT))
    with pytest.raises(AwsError) as refused:
        await client.call("logs", "CreateLogGroup", logGroupName="a")
    assert refused.value.code == "AccessDeniedException"


async def test_operations_and_services_that_do_not_exist_are_named(world: World) -> None:
    for name, operation_name in (("logs", "StartQuery"), ("dynamodb", "GetItem")):
        with pytest.raises(AwsError) as missing:
            await world.client(ROOT).call(name, operation_name)
        assert missing.value.status == 501
        assert f"{name}:{operation_name}" in str(missing.value.message)


async def test_a_full_disk_is_told_and_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_: Any) -> int:
        raise StoreFull("no space")

    monkeypatch.setattr(world.store, "commit", full)
    with pytest.raises(AwsError) as refused:
        await world.client(ROOT).call("logs", "CreateLogGroup", logGroupName="a")
    assert (refused.value.code, refused.value.status) == ("ServiceUnavailable", 503)
    monkeypatch.undo()
    assert (await world.client(ROOT).call("logs", "DescribeLogGroups"))["logGroups"] == []


def test_a_function_of_no_operation_stops_the_start() -> None:
    async def create_log_grope(owner: Any, call: Any, request: Any) -> None: ...

    create_log_grope.__module__ = "portico.services.logs.groups"
    with pytest.raises(LookupError, match="create_log_grope"):
        operation()(create_log_grope)
