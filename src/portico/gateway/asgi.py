"""The gateway as an ASGI application, for tests that want no socket. Without the bounds of the HTTP lane."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from portico.gateway.body import Body
from portico.gateway.traffic import Traffic
from portico.wire.http import Head, Peer, Reply, StreamReply

Message = MutableMapping[str, Any]
Handler = Callable[[Head, Body, Peer], Awaitable[Reply | StreamReply]]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


class _NoSource:
    def more(self, body: Body) -> None:
        """Everything has been read before the handler is called."""

    def enough(self) -> None:
        """As `more`."""


def application(handler: Handler) -> Application:
    """An ASGI 3 application that answers with `handler`."""
    traffic = Traffic(handler)

    async def app(
        scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]
        )
        path = scope.get("raw_path") or scope["path"].encode()
        head = Head(scope["method"], path.decode("latin-1"), scope["query_string"].decode("latin-1"), headers)
        body, more = Body(_NoSource(), traffic, None), True
        while more:
            message = await receive()
            body.feed(message.get("body", b""))
            more = message.get("more_body", False)
        body.finish()
        host, port = scope.get("client") or ("127.0.0.1", 0)
        reply = await handler(head, body, Peer(host, port, scope.get("scheme") == "https"))
        body.discard()
        fields = [(name.lower().encode(), value.encode("latin-1")) for name, value in reply.headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": fields})
        if isinstance(reply, StreamReply):
            async for chunk in reply.chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "http.response.body", "body": reply.body})

    return app
