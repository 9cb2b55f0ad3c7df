"""SQS without a server: the service on a store in memory, called as any principal, with a clock that tests move."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from portico.bus.memory import MemoryBus
from portico.calls.authorize import Authorizer
from portico.calls.call import Scope
from portico.calls.clients import Client, Clients
from portico.calls.decisions import Decisions
from portico.calls.dispatch import Bound, Dispatcher
from portico.calls.ports import Ports, load
from portico.identity.last_use import LastUses
from portico.identity.principal import Principal, root
from portico.services.sqs import SERVICE
from portico.services.sqs.service import Sqs
from world import ACCOUNT, World, a_world

REGION = "us-east-1"
ORIGIN = "http://portico.test"


class Queues:
    """The service, and who calls it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = world.clock
        self.loops: dict[str, Callable[[], Awaitable[None]]] = {}
        bus = MemoryBus()
        world.store.on_commit(bus.announce)
        decisions = Decisions(world.store, world.clock)
        authorizer = Authorizer(world.cache, world.clock, decisions, "enforce", LastUses(world.cache))
        dispatcher = Dispatcher(world.cache, world.clock, authorizer)
        self.clients = Clients(dispatcher)
        extras = {"Bus": bus, "Origin": ORIGIN}
        registry = load(SERVICE)
        ports = Ports(world.store, world.cache, world.clock, self.clients, self.loops.__setitem__, extras)
        self.sqs: Sqs = SERVICE.build(ports)
        dispatcher.bind(registry.index.service, Bound(registry, self.sqs))
        self.client = self.of(root(ACCOUNT))

    def of(self, principal: Principal, account: str = ACCOUNT) -> Client:
        """A client of `principal`."""
        return self.clients.of(principal, Scope(account, REGION))

    async def call(self, operation: str, **request: Any) -> Any:
        """Call an operation as the root of the account."""
        return await self.client.call("sqs", operation, **request)

    async def queue(self, name: str = "q", **attributes: object) -> str:
        """A new queue; its URL."""
        given = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        given |= {attribute: str(value) for attribute, value in attributes.items()}
        url: str = (await self.call("CreateQueue", QueueName=name, Attributes=given))["QueueUrl"]
        return url

    async def send(self, url: str, *bodies: str, **more: Any) -> None:
        """Send messages."""
        for body in bodies:
            await self.call("SendMessage", QueueUrl=url, MessageBody=body, **more)

    async def take(self, url: str, limit: int = 10, **more: Any) -> list[dict[str, Any]]:
        """Receive messages."""
        answer = await self.call("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=limit, **more)
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found

    @contextlib.asynccontextmanager
    async def running(self, loop: str) -> AsyncIterator[None]:
        """With one of the service's background loops at work."""
        task = asyncio.ensure_future(self.loops[loop]())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def queues() -> AsyncIterator[Queues]:
    """The service for a test."""
    async with a_world() as world:
        yield Queues(world)


def bodies(messages: list[dict[str, Any]]) -> list[str]:
    """The bodies of received messages."""
    return [message["Body"] for message in messages]
