"""The endpoints that change the server as a whole: backup, and in development mode reset and clock."""

import os
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

import msgspec

from portico.base.clock import Clock
from portico.base.duration import seconds_of
from portico.gateway.own import Endpoint, json_reply
from portico.store.port import Store, StoreError
from portico.store.saved_clock import save
from portico.wire.errors import AwsError
from portico.wire.http import Head, Reply


class _Advance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    advance: str | int | float = 0


class Upkeep:
    """Answers by doing; `reset` forgets everything that the server keeps, `jumped` is told by how many seconds the clock was moved."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        reset: Callable[[], Awaitable[None]],
        jumped: Callable[[float], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._reset = reset
        self._jumped = jumped

    def endpoints(self) -> dict[str, Endpoint]:
        """By path."""
        return {
            "/_portico/backup": Endpoint("POST", self._copied, "portico:Backup", "never"),
            "/_portico/reset": Endpoint(
                "POST", self._forget, "portico:Reset", "development", development=True
            ),
            "/_portico/clock": Endpoint(
                "POST", self._advanced, "portico:Clock", "development", development=True
            ),
        }

    async def _forget(self, head: Head, body: bytes) -> Reply:
        await self._reset()
        return json_reply({"status": "ok"})

    async def _copied(self, head: Head, body: bytes) -> Reply:
        file = parse_qs(head.query).get("file", [""])[0]
        if not file.startswith("/"):
            raise AwsError(
                "ValidationException", "file must be an absolute path on the server's machine", 400
            )
        try:
            await self._store.backup(file)
        except StoreError as error:
            raise AwsError("ValidationException", str(error), 400) from error
        return json_reply({"file": file, "bytes": os.stat(file).st_size})

    async def _advanced(self, head: Head, body: bytes) -> Reply:
        """Move `now` by what the body says; without a body only tell it."""
        try:
            wanted = msgspec.json.decode(body or b"{}", type=_Advance)
            ahead_s = seconds_of(wanted.advance)
        except (msgspec.DecodeError, ValueError) as error:
            raise AwsError("ValidationException", f"{error}", 400) from error
        if ahead_s:
            await save(self._store, self._clock.offset_s + ahead_s)
            self._clock.advance(ahead_s)
            self._jumped(ahead_s)
        return json_reply({"now": self._clock.now(), "offset_s": self._clock.offset_s})
