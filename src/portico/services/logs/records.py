"""Log groups, streams and resource policies as they are stored. Events are in the timeline beside the store.

In the timeline a group and a stream go by their name and an `incarnation`: what was written to a deleted one never comes back when
another of the same name is made.
"""

import secrets

import msgspec

from portico.store.table import Table


class LogGroup(msgspec.Struct, frozen=True, gc=False):
    """A log group. Times are seconds on the `now` clock; `retention_days` is None for events that never expire."""

    name: str
    account: str
    region: str
    created_at: float
    incarnation: str = ""
    retention_days: int | None = None
    tags: dict[str, str] = {}
    log_class: str = "STANDARD"
    deletion_protection: bool = False

    @property
    def arn(self) -> str:
        """The ARN without `:*`, as tags use it."""
        return f"arn:aws:logs:{self.region}:{self.account}:log-group:{self.name}"

    @property
    def events_key(self) -> str:
        """The group's name in the timeline, which knows no accounts."""
        return f"{self.account}/{self.region}/{self.name}:{self.incarnation}"


class LogStream(msgspec.Struct, frozen=True, gc=False):
    """A log stream."""

    name: str
    group: str
    created_at: float
    incarnation: str = ""

    @property
    def events_key(self) -> str:
        """The stream's name in the timeline: its own name, which has no colon, is what stands before the colon."""
        return f"{self.name}:{self.incarnation}"


class ResourcePolicy(msgspec.Struct, frozen=True, gc=False):
    """A resource policy of the account: which services may put events."""

    name: str
    document: str
    updated_at: float


class Forgotten(msgspec.Struct, frozen=True, gc=False):
    """What was deleted and is still to be removed from the timeline: a group's `events_key`, and a stream's (empty: all of them)."""

    group: str
    stream: str = ""


GROUPS = Table("logs.group", LogGroup)  # account, region, name
STREAMS = Table("logs.stream", LogStream)  # account, region, group, name
POLICIES = Table("logs.policy", ResourcePolicy)  # account, region, name
FORGOTTEN = Table("logs.forgotten", Forgotten)  # the group's and the stream's events_key


def new_incarnation() -> str:
    """What tells a group or a stream from an earlier one of the same name."""
    return secrets.token_hex(6)


def stream_name(events_key: str) -> str:
    """The name of the stream that the timeline knows by `events_key`."""
    return events_key.rpartition(":")[0]
