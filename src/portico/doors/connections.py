"""The open WebSocket connections of this process: what the door for WebSocket APIs keeps, and `@connections` acts upon.

They are in memory: a connection ends with the process, and so does what is known of it.
"""

import os
import random
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

_ID = re.compile(r"[A-Za-z0-9_-]{15}=").fullmatch
MESSAGE_BYTES_MAX = 131_072
_bits = random.Random(os.urandom(32)).getrandbits  # noqa: S311  # see `passing_id`


class Served(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """Where a connection was made: an API's stage."""

    account: str
    region: str
    api: str
    stage: str

    def arn(self, path: str) -> str:
        """The ARN of something below the stage: a route key, `POST/@connections/{id}`."""
        return self.arn_of_api(f"{self.stage}/{path}")

    def arn_of_api(self, path: str) -> str:
        """The ARN of something below the API: `authorizers/{id}`."""
        return f"arn:aws:execute-api:{self.region}:{self.account}:{self.api}/{path}"


class Client(msgspec.Struct, frozen=True, gc=False):
    """What is known of a client since its handshake.

    `connected_at` is in seconds on the `now` clock. `domain` is what comes before the stage in the address that it has used; `identity` is
    what events say of who it is, and `authorizer` what an authorizer does.
    """

    id: str
    served: Served
    connected_at: float
    domain: str
    source_ip: str
    user_agent: str
    identity: Mapping[str, str | None] = {}
    authorizer: Mapping[str, Any] | None = None


class Connection(Protocol):
    """A client that is connected; `active_at` is when something last went one way or the other (`now` clock, seconds)."""

    client: Client
    active_at: float

    def post(self, data: bytes) -> bool:
        """Send a message; False if the client is so slow a reader that what waits for it already is as much as may wait."""

    def disconnect(self) -> None:
        """Say goodbye to the client."""

    def shutdown(self) -> None:
        """Say goodbye to the client, as what it was connected to goes away."""


class OpenConnections:
    """The connections by their ids, which are unique among all APIs of this process."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        self._open: dict[str, Connection] = {}

    def add(self, connection: Connection) -> None:
        """A connection is open."""
        self._open[connection.client.id] = connection

    def remove(self, connection: Connection) -> None:
        """A connection is closed, or about to be."""
        self._open.pop(connection.client.id, None)

    def find(self, connection_id: str) -> Connection | None:
        """The connection of that id, if it is open."""
        return self._open.get(connection_id)

    def end(self, account: str, region: str, api: str, stage: str | None = None) -> None:
        """End the connections with a stage, or with all stages of an API, which is no more."""
        ended = [
            one
            for one in self._open.values()
            if (one.client.served.account, one.client.served.region, one.client.served.api)
            == (account, region, api)
            and stage in (None, one.client.served.stage)
        ]
        for connection in ended:
            connection.shutdown()

    def __len__(self) -> int:
        return len(self._open)


def new_id() -> str:
    """An id of a connection as AWS makes them: 11 bytes in base64."""
    return urlsafe_b64encode(os.urandom(11)).decode()


def passing_id() -> str:
    """An id of the same form for a message or request: it identifies, and is no secret, so a fast generator makes it."""
    return urlsafe_b64encode(_bits(88).to_bytes(11, "big")).decode()


def is_id(text: str) -> bool:
    """Whether a text could be the id of a connection."""
    return _ID(text) is not None
