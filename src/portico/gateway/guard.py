"""What stands before the control plane: the names it answers to, and the pages that may call it."""

from collections.abc import Awaitable, Callable

from portico.gateway.body import Body
from portico.gateway.cors import Origins
from portico.gateway.hosts import Hosts
from portico.gateway.reply import refusal
from portico.wire.errors import AwsError
from portico.wire.http import Head, Peer, Reply, StreamReply


class Guard:
    """A handler that refuses foreign hosts and pages, answers preflights, and hands everything else on.

    A refusal tells an allowed page what it may read as well, else a browser would show it as a failure of the network.
    """

    def __init__(
        self,
        handler: Callable[[Head, Body, Peer], Awaitable[Reply | StreamReply]],
        hosts: Hosts,
        origins: Origins,
    ) -> None:
        self._handler = handler
        self._hosts = hosts
        self._origins = origins

    def __call__(self, head: Head, body: Body, peer: Peer) -> Awaitable[Reply | StreamReply]:
        """The reply to a request. Not a coroutine of its own: it would be resumed and left with every call, only to pass it on."""
        try:
            self._hosts.check(head)
            preflight = self._origins.preflight(head)
            if preflight is not None:
                return _at_once(preflight)
            self._origins.check(head)
        except AwsError as error:
            return _at_once(refusal(error))
        answering = self._handler(head, body, peer)
        return self._told(head, answering) if self._origins.tells else answering

    async def _told(self, head: Head, answering: Awaitable[Reply | StreamReply]) -> Reply | StreamReply:
        return self._origins.tell(head, await answering)


async def _at_once(reply: Reply) -> Reply:
    return reply
