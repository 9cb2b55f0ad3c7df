"""The log sink: a function's lines are written as its role, in order, bounded, and again when the group is gone."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from portico.base.clock import Clock
from portico.calls.authorize import Authorizer
from portico.calls.call import Scope
from portico.calls.clients import Clients
from portico.calls.decisions import Decisions
from portico.calls.dispatch import Bound, Dispatcher
from portico.calls.ports import Ports, load
from portico.environments.work import EnvironmentSpec, LogLine
from portico.identity.last_use import LastUses
from portico.identity.principal import Principal, Session, root, service
from portico.identity.records import ROLES, Attached, Role
from portico.identity.sessions import role_session
from portico.services import logs
from portico.services.logs import retention
from portico.services.logs.forgetting import Forgetting
from portico.services.logs.sink import ASK_AGAIN_S, FunctionLogs
from portico.store.cache import RecordCache
from portico.store.open import open_store
from portico.store.port import Put, Store
from portico.store.timeline import Quiet, Timeline
from portico.wire.errors import AwsError

ACCOUNT = "123456789012"
REGION = "us-east-1"
GROUP = "/aws/lambda/f"
SPEC = EnvironmentSpec(
    *("f:1", ACCOUNT, REGION, "f", "1", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f", "python3.12"),
    *("app.handler", f"arn:aws:iam::{ACCOUNT}:role/run", "", 128, 3, 512, GROUP),
)
MAY = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")


@contextlib.contextmanager
def no_more_space(timeline: Timeline) -> Iterator[None]:
    """The timeline's file can't grow."""
    db = timeline._beside._db
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    before = db.execute("PRAGMA max_page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count={pages}")
    try:
        yield
    finally:
        db.execute(f"PRAGMA max_page_count={before}")


class Times(Clock):
    """Clocks that a test moves."""

    __slots__ = ("ticks",)

    def __init__(self) -> None:
        super().__init__()
        self.ticks = 1000.0

    def monotonic(self) -> float:  # type: ignore[override]
        return self.ticks


class World:
    """The log service and its sink, without a server around them."""

    def __init__(self, store: Store, timeline: Timeline) -> None:
        self.clock = Times()
        self.store = store
        self.timeline = timeline
        cache = RecordCache(store)
        self.decisions = Decisions(store, self.clock)
        authorizer = Authorizer(cache, self.clock, self.decisions, "enforce", LastUses(cache))
        dispatcher = Dispatcher(cache, self.clock, authorizer)
        self.clients = Clients(dispatcher)
        ports = Ports(store, cache, self.clock, self.clients, lambda name, loop: None, {"Timeline": timeline})
        dispatcher.bind("logs", Bound(load(logs.SERVICE), logs.SERVICE.build(ports)))
        self.role: Role | None = None
        self.sink = FunctionLogs(self.clients, cache, timeline, self.clock, self._session)
        self.forgetting = Forgetting(store, timeline)

    def _session(self, spec: EnvironmentSpec) -> Principal | None:
        if self.role is None:
            return None
        return role_session(self.role, Session("f", issued_at=0, expires_at=1 << 40))

    async def allow(self, *actions: str) -> None:
        statement = {
            "Effect": "Allow",
            "Action": actions,
            "Resource": f"arn:aws:logs:*:*:log-group:{GROUP}:*",
        }
        inline = (Attached("p", json.dumps({"Version": "2012-10-17", "Statement": statement})),)
        self.role = Role("run", "/", "AROARUN", ACCOUNT, 0.0, "{}", inline=inline if actions else ())
        await self.store.commit([Put(ROLES.key(ACCOUNT, "run"), ROLES.encode(self.role))])

    async def write(self, *texts: str, stream: str = "s", request_id: str = "r") -> None:
        at = self.clock.now_ms()
        self.sink.write(SPEC, stream, [LogLine(at, text) for text in texts], request_id=request_id)
        await self.sink.close()

    async def call(self, operation: str, principal: Principal | None = None, **request: Any) -> Any:
        client = self.clients.of(principal or root(ACCOUNT), Scope(ACCOUNT, REGION))
        return await client.call("logs", operation, **request)

    async def messages(self, **request: Any) -> list[str]:
        found = await self.call("FilterLogEvents", logGroupName=GROUP, **request)
        return [event["message"] for event in found["events"]]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    store = await open_store(None, clock=Clock())
    timeline = Timeline(None)
    made = World(store, timeline)
    await made.allow(*MAY)
    yield made
    await made.sink.close()
    await timeline.close()
    await store.close()


async def test_group_and_stream_are_made_as_the_role(world: World) -> None:
    await world.write("one", "two")
    await world.write("three")
    await world.write("other", stream="t")
    assert await world.messages(logStreamNames=["s"]) == ["one", "two", "three"]
    streams = await world.call("DescribeLogStreams", logGroupName=GROUP)
    assert [stream["logStreamName"] for stream in streams["logStreams"]] == ["s", "t"]
    roles = {verdict.principal for verdict in await world.decisions.explain("r")}
    assert roles == {f"arn:aws:sts::{ACCOUNT}:assumed-role/run/f"}


async def test_lines_of_many_invocations_at_once_stay_in_order(world: World) -> None:
    for at in range(200):
        world.sink.write(SPEC, "s", [LogLine(5, f"{at}a"), LogLine(5, f"{at}b")], request_id="r")
    await world.sink.close()
    assert await world.messages() == [f"{at}{half}" for at in range(200) for half in "ab"]


def quiet(at: int, request_id: str) -> Quiet:
    return Quiet(at, at, request_id, "1", 128, 1.0, 30)


async def test_quiet_invocations_are_written_in_their_order_with_the_others(world: World) -> None:
    await world.write("first")
    at = world.clock.now_ms()
    for n in range(3):
        world.sink.write(SPEC, "s", quiet(at, f"q{n}"), request_id=f"q{n}")
        world.sink.write(SPEC, "s", [LogLine(at, f"told {n}")], request_id="r")
    texts = await world.messages()
    assert [text.split("\t")[0].strip() for text in texts] == [
        "first",
        *(
            line
            for n in range(3)
            for line in (
                *(f"START RequestId: q{n} Version: 1", f"END RequestId: q{n}", f"REPORT RequestId: q{n}"),
                f"told {n}",
            )
        ),
    ]


async def test_a_quiet_invocation_finds_its_group_deleted(world: World) -> None:
    await world.write("first")
    await world.call("DeleteLogGroup", logGroupName=GROUP)
    world.sink.write(SPEC, "s", quiet(world.clock.now_ms(), "q"), request_id="q")
    await world.sink.close()
    assert [text.split()[0] for text in await world.messages()] == ["START", "END", "REPORT"]


@pytest.mark.parametrize("missing", MAY)
async def test_a_role_without_the_permission_has_no_log(world: World, missing: str) -> None:
    await world.allow(*(action for action in MAY if action != missing))
    await world.write("lost", request_id="first")
    await world.write("lost too", request_id="second")
    assert world.timeline.dropped_total == 0
    refused = [verdict for verdict in await world.decisions.explain("first") if not verdict.allowed]
    assert [verdict.action for verdict in refused] == [missing]
    assert await world.decisions.explain("second") == []  # it was not asked again
    groups = (await world.call("DescribeLogGroups"))["logGroups"]
    assert [group["storedBytes"] for group in groups] == ([0] if missing == "logs:PutLogEvents" else [])


async def test_a_role_that_gets_the_permission_has_a_log_within_a_minute(world: World) -> None:
    await world.allow()
    await world.write("before")
    await world.allow(*MAY)
    await world.write("still before")
    world.clock.ticks += ASK_AGAIN_S + 1
    await world.write("after")
    assert await world.messages() == ["after"]
    await world.allow()
    world.clock.ticks += ASK_AGAIN_S + 1
    await world.write("taken away")
    assert await world.messages() == ["after"]


async def test_a_role_that_is_gone_has_no_log(world: World) -> None:
    world.role = None
    await world.write("lost")
    with pytest.raises(AwsError, match="log group does not exist"):
        await world.messages()


async def test_a_deleted_group_is_made_again(world: World) -> None:
    await world.write("first")
    await world.call("DeleteLogGroup", logGroupName=GROUP)
    await world.write("second")
    assert await world.messages() == ["second"]
    await world.call("DeleteLogStream", logGroupName=GROUP, logStreamName="s")
    assert await world.messages() == []
    await world.write("third")
    assert await world.messages() == ["third"]


async def test_what_was_deleted_is_removed_from_the_file(world: World) -> None:
    await world.write("first")
    (group,) = [row.value for row in await world.store.scan(("logs.group",))]
    key = json.loads(group)
    events_key = f"{ACCOUNT}/{REGION}/{GROUP}:{key['incarnation']}"
    assert await world.timeline.stored_bytes(events_key) > 0
    await world.call("DeleteLogGroup", logGroupName=GROUP)
    assert await world.timeline.stored_bytes(events_key) > 0  # the commit is first
    await world.forgetting.carry_out()
    assert await world.timeline.stored_bytes(events_key) == 0
    assert await world.store.scan(("logs.forgotten",)) == []


async def test_a_flood_before_the_stream_is_open_is_bounded(world: World) -> None:
    for _ in range(40):
        world.sink.write(SPEC, "s", [LogLine(1, "x" * 1_000_000)], request_id="r")
    assert world.timeline.dropped_total > 20
    await world.sink.close()
    assert len(await world.messages()) == 1  # a page of a megabyte
    await world.write("and on")
    assert await world.messages(filterPattern="on") == ["and on"]


async def test_unicode_and_very_long_lines(world: World) -> None:
    texts = ["😀\n", "x" * 256 * 1024, "\x00\t\ufffd"]
    await world.write(*texts)
    assert await world.messages() == texts


async def test_expired_events_are_deleted(world: World) -> None:
    await world.write("old")
    await world.call("PutRetentionPolicy", logGroupName=GROUP, retentionInDays=1)
    world.clock.advance(2 * 24 * 3600)
    await retention.expire(world.store, world.timeline, world.clock)
    await world.call("DeleteRetentionPolicy", logGroupName=GROUP)
    assert await world.messages() == []
    await world.write("new")
    assert (await world.call("DescribeLogGroups"))["logGroups"][0]["storedBytes"] == 26 + 3


async def test_a_put_that_meets_a_deleted_stream_leaves_nothing(world: World, monkeypatch: Any) -> None:
    await world.write("first")
    kept = world.timeline.write_durably

    async def after_the_delete(batch: Any) -> None:
        await world.call("DeleteLogStream", logGroupName=GROUP, logStreamName="s")
        await world.forgetting.carry_out()
        await kept(batch)

    monkeypatch.setattr(world.timeline, "write_durably", after_the_delete)
    events = [{"timestamp": world.clock.now_ms(), "message": "late"}]
    with pytest.raises(AwsError, match="log stream does not exist"):
        await world.call("PutLogEvents", logGroupName=GROUP, logStreamName="s", logEvents=events)
    assert await world.messages() == []


async def test_a_put_on_a_full_disk_is_refused(world: World) -> None:
    await world.write("first")
    at = world.clock.now_ms()
    request = {
        "logGroupName": GROUP,
        "logStreamName": "s",
        "logEvents": [{"timestamp": at, "message": "x" * 99_999}],
    }
    with no_more_space(world.timeline), pytest.raises(AwsError, match="no space is left") as caught:
        await world.call("PutLogEvents", **request)
    assert (caught.value.code, caught.value.status) == ("ServiceUnavailableException", 503)
    await world.call("PutLogEvents", **request)
    assert len(await world.messages()) == 2


async def test_services_put_events_under_the_policies_of_the_account(world: World) -> None:
    await world.write("first")
    events = [{"timestamp": world.clock.now_ms(), "message": "from a rule"}]
    request = {"logGroupName": GROUP, "logStreamName": "s", "logEvents": events}
    rule = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/r"
    caller = service("events.amazonaws.com", source_arn=rule, source_account=ACCOUNT)
    with pytest.raises(AwsError, match="not authorized"):
        await world.call("PutLogEvents", caller, **request)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/*:*",
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    for name, what in (("mine", statement), ("other", {**statement, "Action": "logs:DeleteLogStream"})):
        document = json.dumps({"Version": "2012-10-17", "Statement": what})
        await world.call("PutResourcePolicy", policyName=name, policyDocument=document)
    await world.call("PutLogEvents", caller, **request)
    await world.call("CreateLogStream", caller, logGroupName=GROUP, logStreamName="new")
    assert await world.messages(filterPattern="rule") == ["from a rule"]
    other = service("events.amazonaws.com", source_arn=rule + "2", source_account=ACCOUNT)
    for principal, operation in ((other, "PutLogEvents"), (caller, "DeleteLogStream")):
        with pytest.raises(AwsError, match="not authorized"):
            await world.call(operation, principal, **request)


async def test_many_environments(world: World) -> None:
    line = [LogLine(1, "x")]
    for at in range(300):
        world.sink.write(SPEC, f"s{at}", line, request_id="r")
    await world.sink.close()
    assert len(await world.messages()) == 300
    assert len(asyncio.all_tasks()) < 5
