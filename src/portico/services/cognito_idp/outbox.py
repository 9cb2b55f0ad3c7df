"""The outbox: e-mails for the mail server, and calls of sender triggers, that wait to be made.

What is put here goes with the commit that made it. A sender trigger is invoked asynchronously, accepted in one commit with the end of its
message; the mail server may get a mail twice when the server ends in between.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import msgspec

from portico.base import arn as arns
from portico.bus.port import Bus
from portico.calls.call import Scope
from portico.calls.clients import Clients
from portico.identity.sealing import Sealer
from portico.mail.letter import Mail, Post
from portico.services.cognito_idp.records import POOLS
from portico.services.cognito_idp.triggers import principal_of
from portico.store.cache import RecordCache
from portico.store.port import Ack, ChangeVisibility, Conflict, Key, Message, Send, Store
from portico.wire.errors import AwsError

log = logging.getLogger("portico.cognito_idp")

_PURPOSE = "cognito-idp outbox"
QUEUE: Key = ("cognito-idp.outbox",)
_BATCH = 10
_LEASE_S = 120.0
_TRIES = 10
_LOOK_S = 1.0


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """A message on its way: by the mail server (`mail`), or by a pool's function and the event for it."""

    pool: str
    mail: Mail | None = None
    function: str = ""
    event: dict[str, Any] | None = None


def send(sealer: Sealer, outgoing: Outgoing) -> Send:
    """The operation that puts a message here, sealed: there is a code or a password in it."""
    return Send(QUEUE, sealer.seal(_PURPOSE, msgspec.json.encode(outgoing)).encode())


class Outbox:
    """Sends what waits. Start `run` as a background loop. `post` is how mails go, None without a mail server."""

    def __init__(
        self,
        store: Store,
        cache: RecordCache,
        bus: Bus,
        clients: Clients,
        sealer: Sealer,
        now: Callable[[], float],
        post: Post | None,
    ) -> None:
        self._store = store
        self._cache = cache
        self._clients = clients
        self._sealer = sealer
        self._now = now
        self._post = post
        self._woken = bus.subscribe(QUEUE)

    async def run(self) -> None:
        """Send what waits, for ever."""
        while True:
            if not await self.take():
                soonest = await self._store.next_visible(QUEUE)
                pause = None if soonest is None else min(max(soonest - self._now(), 0.01), _LOOK_S)
                await self._woken.wait(pause)

    async def take(self) -> int:
        """Send the next few; how many those were."""
        taken = await self._store.receive(
            QUEUE, limit=_BATCH, lease_s=_LEASE_S, lease="worker", now=self._now()
        )
        await asyncio.gather(*(self._handle(message) for message in taken))
        return len(taken)

    async def _handle(self, message: Message) -> None:
        ack = Ack(QUEUE, message.receipt)
        opened = self._sealer.unseal(_PURPOSE, message.body.decode())
        outgoing = msgspec.json.decode(opened, type=Outgoing)
        try:
            if outgoing.mail is not None:
                await self._mail(outgoing.mail)
            elif await self._called(outgoing, ack):
                return
        except (
            OSError,
            AwsError,
            ValueError,
        ) as error:  # SMTPException is an OSError; ValueError: no such address
            if message.receives < _TRIES:
                later = self._now() + 2.0 ** min(message.receives, 8)
                await self._settle(ChangeVisibility(QUEUE, message.receipt, later, message.body))
                return
            log.warning("a message of user pool %s could not be sent: %s", outgoing.pool, error)
        await self._settle(ack)

    async def _mail(self, mail: Mail) -> None:
        if self._post is not None:
            await self._post(mail)

    async def _called(self, outgoing: Outgoing, ack: Ack) -> bool:
        """Have a sender trigger invoked; whether that has ended the message."""
        pool, function = await self._cache.get(POOLS, outgoing.pool), arns.parse(outgoing.function)
        if pool is None or function is None:
            return False
        client = self._clients.of(principal_of(pool.value), Scope(function.account, function.region))
        try:
            await client.call_along(
                [ack],
                "lambda",
                "Invoke",
                FunctionName=outgoing.function,
                InvocationType="Event",
                Payload=msgspec.json.encode(outgoing.event),
            )
        except AwsError as error:
            if error.status >= 500 or error.status == 429:
                raise
            log.warning("the sender trigger of user pool %s was refused: %s", outgoing.pool, error)
            return False
        return True

    async def _settle(self, op: Ack | ChangeVisibility) -> None:
        try:
            await self._store.commit([op])
        except Conflict:
            log.warning("a message's lease was over before it was sent; it may come twice")
