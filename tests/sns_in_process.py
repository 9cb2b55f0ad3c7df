"""SNS without a server: the service, SQS, STS and Logs on a store in memory, called as any principal, with a clock that tests move."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any

from portico.base.outbound import Outbound
from portico.bus.memory import MemoryBus
from portico.calls.authorize import Authorizer
from portico.calls.call import Scope
from portico.calls.clients import Client, Clients
from portico.calls.decisions import Decisions
from portico.calls.dispatch import Bound, Dispatcher
from portico.calls.ports import Ports, load
from portico.identity.last_use import LastUses
from portico.identity.principal import Principal, root
from portico.services import logs, sns, sqs, sts
from portico.services.sns.counters import Counts
from portico.services.sns.service import Sns
from portico.services.sns.worker import Worker
from portico.store.timeline import Timeline
from world import ACCOUNT, World, a_world

REGION = "us-east-1"
ORIGIN = "http://portico.test"
OWN_PORT = 4566


class Notifications:
    """The services, and who calls them."""

    def __init__(self, world: World, timeline: Timeline, smtp: str) -> None:
        self.world = world
        self.clock = world.clock
        self.loops: dict[str, Callable[[], Awaitable[None]]] = {}
        bus = MemoryBus()
        world.store.on_commit(bus.announce)
        self.decisions = Decisions(world.store, world.clock)
        last_uses = LastUses(world.cache)
        authorizer = Authorizer(world.cache, world.clock, self.decisions, "enforce", last_uses)
        dispatcher = Dispatcher(world.cache, world.clock, authorizer)
        self.clients = Clients(dispatcher)
        extras = {
            "Bus": bus,
            "Origin": ORIGIN,
            "Sealer": world.sealer,
            "Sessions": world.sessions,
            "Timeline": timeline,
            "Tokens": None,
            "Authorizer": authorizer,
            "LastUses": last_uses,
            "Endpoints": Outbound(allow=("127.0.0.0/8",), own_port=OWN_PORT),
            "Settings": SimpleNamespace(smtp=smtp),
        }
        ports = Ports(world.store, world.cache, world.clock, self.clients, self.loops.__setitem__, extras)
        self.owners: dict[str, Any] = {}
        for service in (sts.SERVICE, logs.SERVICE, sqs.SERVICE, sns.SERVICE):
            registry = load(service)
            self.owners[service.folder] = owner = service.build(ports)
            dispatcher.bind(registry.index.service, Bound(registry, owner))
        self.sns: Sns = self.owners["sns"]
        self.client = self.of(root(ACCOUNT))

    def of(self, principal: Principal, account: str = ACCOUNT) -> Client:
        """A client of `principal`."""
        return self.clients.of(principal, Scope(account, REGION))

    async def call(self, operation: str, **request: Any) -> Any:
        """Call an operation of SNS as the root of the account."""
        return await self.client.call("sns", operation, **request)

    async def topic(self, name: str = "t", **attributes: str) -> str:
        """A new topic; its ARN."""
        given = {"FifoTopic": "true"} if name.endswith(".fifo") else {}
        answer = await self.call("CreateTopic", Name=name, Attributes={**given, **attributes})
        arn: str = answer["TopicArn"]
        return arn

    async def queue(self, name: str = "q") -> str:
        """A new queue that every topic may send to; its ARN."""
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
        }
        given = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": statement})}
        given |= {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        await self.client.call("sqs", "CreateQueue", QueueName=name, Attributes=given)
        return arn

    async def subscribe(self, topic: str, protocol: str, endpoint: str, **attributes: str) -> str:
        """A new subscription; its ARN."""
        answer = await self.call(
            "Subscribe",
            TopicArn=topic,
            Protocol=protocol,
            Endpoint=endpoint,
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )
        arn: str = answer["SubscriptionArn"]
        return arn

    async def publish(self, topic: str, message: str = "x", **more: Any) -> str:
        """Publish; the message's id."""
        answer = await self.call("Publish", TopicArn=topic, Message=message, **more)
        found: str = answer["MessageId"]
        return found

    async def bodies(self, name: str = "q") -> list[str]:
        """The bodies of what is in a queue."""
        answer = await self.client.call(
            "sqs", "ReceiveMessage", QueueUrl=f"/{ACCOUNT}/{name}", MaxNumberOfMessages=10
        )
        return [message["Body"] for message in answer.get("Messages", [])]

    async def deliver(self, kind: str) -> int:
        """Have the worker of a kind try what waits now; how many deliveries that were."""
        worker = self.worker(kind)
        tried = 0
        while taken := await worker.take():
            tried += taken
            await worker.drain()
        return tried

    def worker(self, kind: str) -> Worker:
        """The worker of a kind of endpoints."""
        return self.loops[f"sns.{kind}"].__self__  # type: ignore[attr-defined,no-any-return]  # a bound method

    async def go_on(self) -> None:
        """Have fanned out what is left of messages."""
        while await self.loops["sns.rest"].__self__.take():  # type: ignore[attr-defined]  # a bound method
            pass

    async def end_what_is_due(self) -> None:
        """Have ended what is due now."""
        while await self.loops["sns.due"].__self__.end():  # type: ignore[attr-defined]  # a bound method
            pass

    async def confirmed(self, topic: str, protocol: str, endpoint: str, **attributes: str) -> str:
        """A confirmed subscription, as if its endpoint had agreed; its ARN. The message that asks is not delivered."""
        arn = await self.subscribe(topic, protocol, endpoint, **attributes)
        token = (await self.stored(arn)).token
        await self.call("ConfirmSubscription", TopicArn=topic, Token=token)
        kind = {"http": "http", "email": "email", "email-json": "email"}[protocol]
        await self.world.store.discard(("sns.deliveries", kind))
        return arn

    async def stored(self, arn: str) -> Any:
        """The record of a subscription."""
        from portico.services.sns.records import SUBSCRIPTIONS

        *_, topic, name = arn.split(":")
        held = await self.world.cache.get(SUBSCRIPTIONS, ACCOUNT, REGION, topic, name)
        return None if held is None else held.value

    def counts(self, topic: str) -> Counts:
        """What was counted of a topic."""
        return self.sns.counters.of((ACCOUNT, REGION, topic.rpartition(":")[2]))


@contextlib.asynccontextmanager
async def notifications(smtp: str = "") -> AsyncIterator[Notifications]:
    """The services for a test."""
    timeline = Timeline(None)
    async with a_world() as world:
        made = Notifications(world, timeline, smtp)
        yield made
        await asyncio.gather(*(made.worker(kind).drain() for kind in ("lambda", "http", "email")))
    await timeline.close()
