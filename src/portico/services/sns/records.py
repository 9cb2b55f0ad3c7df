"""Topics and subscriptions as they are stored.

A topic goes by its `identity`: subscriptions, and deduplication, are of that, so that a topic made again under the name of a deleted one
starts with none.
"""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Literal

import msgspec

from portico.store.port import Key
from portico.store.table import Table

_NONE: Mapping[str, str] = {}
_DAY_S = 24 * 3600.0


class Archive(msgspec.Struct, frozen=True, gc=False):
    """What a FIFO topic keeps of its messages: those published from `since` on (seconds, `now` clock), each for so many `days`. One that is
    made again has another `id`, hence another log."""

    id: str
    since: float
    days: int

    @property
    def log(self) -> Key:
        """The store's log of the messages."""
        return archive_log(self.id)

    def begins(self, now: float) -> float:
        """When the oldest message that it has at `now` can have been published."""
        return max(self.since, now - self.days * _DAY_S)


class Topic(msgspec.Struct, frozen=True, gc=False):
    """A topic. `attributes` are those that were set, as AWS's text; times are seconds on the `now` clock."""

    account: str
    region: str
    name: str
    identity: str
    created_at: float
    attributes: Mapping[str, str] = _NONE
    tags: Mapping[str, str] = _NONE
    data_protection: str = ""
    archive: Archive | None = None

    @property
    def arn(self) -> str:
        """Its ARN."""
        return topic_arn(self.account, self.region, self.name)

    @property
    def fifo(self) -> bool:
        """Whether it is a FIFO topic."""
        return self.name.endswith(".fifo")

    @property
    def key(self) -> tuple[str, str, str]:
        """What its record is kept by."""
        return self.account, self.region, self.name

    @property
    def bytes_max(self) -> int:
        """The largest message, and batch, that it takes."""
        return int(self.attributes.get("MaximumMessageSize", 262_144))


class Tally(msgspec.Struct, frozen=True, gc=False):
    """How many subscriptions a topic has in each state, and how many filter policies. Written with every change of one, so that whoever has
    read it in a commit has read them all."""

    confirmed: int = 0
    pending: int = 0
    deleted: int = 0
    filters: int = 0


class Replay(msgspec.Struct, frozen=True, gc=False):
    """That a subscription is to get, or has got, what the archive of this id has from `start` to `end` (seconds, `now` clock; None: to the
    present, and from then on what is published). `status` in AWS's words."""

    id: str
    archive: str
    start: float
    end: float | None = None
    status: Literal["Pending", "In progress", "Completed", "Failed"] = "Pending"

    @property
    def runs(self) -> bool:
        """Whether it has not ended yet."""
        return self.status in ("Pending", "In progress")


class Subscription(msgspec.Struct, frozen=True, gc=False):
    """A subscription to the topic (account, region, topic, identity).

    `owner` is the account that has subscribed, `principal` the ARN of who did. `attributes` are those that were set. `token` confirms
    it; it was sent at `asked_at` (seconds, `now` clock). `authenticated` says whether the confirmation was a signed call that asked for
    authentication of the end as well.
    """

    account: str
    region: str
    topic: str
    identity: str
    id: str
    owner: str
    principal: str
    protocol: str
    endpoint: str
    created_at: float
    attributes: Mapping[str, str] = _NONE
    pending: bool = False
    token: str = ""
    asked_at: float = 0.0
    authenticated: bool = True
    replay: Replay | None = None

    @property
    def topic_arn(self) -> str:
        """The topic's ARN."""
        return topic_arn(self.account, self.region, self.topic)

    @property
    def arn(self) -> str:
        """Its own ARN, which begins with the topic's."""
        return f"{self.topic_arn}:{self.id}"

    @property
    def topic_key(self) -> tuple[str, str, str]:
        """What the topic's record is kept by."""
        return self.account, self.region, self.topic

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What its record is kept by."""
        return self.account, self.region, self.topic, self.id

    @property
    def raw(self) -> bool:
        """Whether messages are delivered without an envelope."""
        return self.attributes.get("RawMessageDelivery") == "true"

    def follows(self, archive: Archive | None) -> bool:
        """Whether it gets what is published through a replay of the topic's archive."""
        replay = self.replay
        return replay is not None and archive is not None and replay.runs and replay.archive == archive.id

    @property
    def paused(self) -> bool:
        """Whether its replay has come to the end that was set, where it stays until it is given another."""
        replay = self.replay
        return replay is not None and replay.end is not None and replay.status == "Completed"

    @property
    def endpoint_key(self) -> tuple[str, str, str]:
        """What it is found by when the same endpoint subscribes again."""
        return self.identity, self.protocol, endpoint_digest(self.endpoint)


class Pointer(msgspec.Struct, frozen=True, gc=False):
    """Where a subscription is."""

    account: str
    region: str
    topic: str
    id: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What the subscription's record is kept by."""
        return self.account, self.region, self.topic, self.id


class Published(msgspec.Struct, frozen=True, gc=False):
    """A message of a FIFO topic that makes others of its name duplicates until `until` (seconds, `now` clock)."""

    message_id: str
    sequence: str
    until: float


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """The message that an archive got last while somebody was following it: who reads this, and then the archive, and commits, has missed
    none."""

    message_id: str


TOPICS = Table("sns.topics", Topic)
TALLIES = Table("sns.tallies", Tally)
SUBSCRIPTIONS = Table("sns.subscriptions", Subscription)
ENDPOINTS = Table("sns.endpoints", Pointer)
OWNED = Table("sns.owned", Pointer)
RESTORABLE = Table("sns.restorable", Subscription)
PUBLISHED = Table("sns.published", Published)
ARRIVALS = Table("sns.arrivals", Arrival)


def topic_arn(account: str, region: str, name: str) -> str:
    """The ARN of a topic, whether it exists or not."""
    return f"arn:aws:sns:{region}:{account}:{name}"


def archive_log(archive: str) -> Key:
    """The store's log of the archive of an id."""
    return ("sns.archive", archive)


def endpoint_digest(endpoint: str) -> str:
    """A name of bounded length for an endpoint."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


def new_identity() -> str:
    """A name that no topic was ever kept under."""
    return secrets.token_hex(6)


DELIVERIES = "sns.deliveries"


def deliveries(kind: str) -> Key:
    """The store's queue of deliveries to endpoints of one kind (`lambda`, `http`, `email`)."""
    return (DELIVERIES, kind)
