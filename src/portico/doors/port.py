"""What a front door gets and what it is."""

from collections.abc import Awaitable
from typing import Protocol

import msgspec

from portico.doors.address import Address
from portico.wire.http import Answer, Head, Peer


class Body(Protocol):
    """A request's body, as far as doors need it (implemented by `gateway.body.Body`)."""

    async def read(self, limit: int | None = None) -> bytes:
        """All of it; raises AwsError when it is longer than `limit` bytes (413), too slow (408) or broken off (400)."""


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """A request that has come to a door: `head` as it was sent (a signature covers it), `address` whom it is for, `host` the name that
    it was sent to, without port. `at` is when it came (`now` clock, seconds)."""

    head: Head
    body: Body
    peer: Peer
    address: Address
    host: str
    request_id: str
    at: float


class Door(Protocol):
    """A data plane that speaks HTTP. It answers every request of its kind, with its own refusals.

    An AwsError that leaves it is answered in the shape of AWS's REST protocols, anything else is logged and becomes a 500.
    """

    def __call__(self, arrival: Arrival) -> Awaitable[Answer]:
        """The reply to a request."""


class Doors:
    """The doors of one server: by the kind of API (`rest`, `http`, `websocket`), `url` for functions' URLs, `domain` for custom names of
    APIs, `auth` for sign-in pages, `portal` for developer portals and `pool` for the keys of user pools. The services register themselves
    as they are built."""

    def __init__(self) -> None:
        self._doors: dict[str, Door] = {}

    def add(self, kind: str, door: Door) -> None:
        """Register a door.

        Raises:
            ValueError: there is one of this kind.
        """
        if kind in self._doors:
            raise ValueError(f"there is a door for {kind} already")
        self._doors[kind] = door

    def find(self, kind: str) -> Door | None:
        """The door for a kind."""
        return self._doors.get(kind)
